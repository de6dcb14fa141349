"""`GET /v3/returns`: the list that shifts while it is read (contract 3)."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.otto import shapes
from retour.sandbox.otto.gate import Answer, Gate
from retour.sandbox.otto.problems import Problem, bad_request
from retour.sandbox.otto.query import link, number_of
from retour.sandbox.otto.state import RETURN_STATUSES, ReturnStatus

if TYPE_CHECKING:
    from retour.sandbox.otto.simulator import OttoSimulator

MOST = 50


class ReturnsApi:
    """Newest change of status first; no filter by date."""

    def __init__(self, simulator: "OttoSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        return [web.get("/v3/returns", gate.open("returns", self.list_returns))]

    async def list_returns(self, request: web.Request) -> Answer:
        switches = self._simulator.switches
        status = _status_of(request)
        high = MOST if switches.over_limit == "400" else 1 << 31
        limit = min(MOST, number_of(request, "limit", 10, high))
        page = number_of(request, "page", 1)
        rows = self._simulator.partner.rows(status)
        end = len(rows) - (page - 1) * limit
        units = rows[max(0, end - limit) : end][::-1] if end > 0 else []
        if not rows and switches.empty_is_404:
            raise Problem(404, "NOT_FOUND", "There are no returns.")
        links = [link(request, "self", absolute=switches.absolute_links)]
        if end > limit:
            links.append(link(request, "next", absolute=switches.absolute_links, page=str(page + 1)))
        body: dict[str, Any] = {
            "positionItems": [shapes.returned(unit, switches.garbled.get(unit.position_item_id)) for unit in units],
            "links": links,
        }
        self._shift()
        return Answer(body)

    def _shift(self) -> None:
        """The world goes on while a client walks the pages: rows repeat, or are passed over."""
        switches, simulator = self._simulator.switches, self._simulator
        if switches.announced_between_pages:
            switches.announced_between_pages -= 1
            simulator.announce_one()
        announced = simulator.partner.rows("ANNOUNCED")
        if switches.accepted_between_pages and announced:
            switches.accepted_between_pages -= 1
            simulator.accept_by_otto(announced[-1].position_item_id)


def _status_of(request: web.Request) -> ReturnStatus | None:
    """In any case of letters; none is all."""
    text = request.query.get("status")
    if text is None:
        return None
    for status in RETURN_STATUSES:
        if text.upper() == status:
            return status
    raise bad_request("status", f"must be one of {', '.join(RETURN_STATUSES)}")
