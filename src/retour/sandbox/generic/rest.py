"""The REST profile: list, detail, decision (contract 3)."""

import json
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from retour.sandbox.generic.decisions import Asked
from retour.sandbox.generic.gate import Gate
from retour.sandbox.generic.idempotency import Remembered, fingerprint
from retour.sandbox.generic.listing import page_of
from retour.sandbox.generic.problems import Json, Problem, answer, invalid
from retour.sandbox.generic.shapes import rename, row_in_list, shown
from retour.sandbox.generic.state import Return

if TYPE_CHECKING:
    from retour.sandbox.generic.simulator import PartnerSimulator

BASE = "/api/v1"
_METHODS = ("POST", "PUT", "PATCH")


class Rest:
    """What the seller's software calls."""

    def __init__(self, simulator: "PartnerSimulator") -> None:
        self._simulator = simulator
        self._remembered = Remembered(simulator.clock, simulator.switches)

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        decision = gate.open(self.decide)
        return [
            web.get(f"{BASE}/returns", gate.open(self.list_returns)),
            web.get(f"{BASE}/returns/{{return_id}}", gate.open(self.detail)),
            *(web.route(method, f"{BASE}/returns/{{return_id}}/decision", decision) for method in _METHODS),
        ]

    async def list_returns(self, request: web.Request) -> web.StreamResponse:
        simulator, switches = self._simulator, self._simulator.switches
        page = page_of(request, simulator.book, switches)
        body: Json = {"returns": [row_in_list(returned, switches) for returned in page.returns], **page.around}
        self._shift()
        return answer(rename(body, switches.renamed), headers=page.headers)

    async def detail(self, request: web.Request) -> web.StreamResponse:
        return answer(self._told(self._return(request)))

    async def decide(self, request: web.Request) -> web.StreamResponse:
        switches = self._simulator.switches
        if request.method != switches.decision_method:
            raise Problem(405, "method_not_allowed", f"Use {switches.decision_method}.")
        body = rename(await _json(request), {theirs: ours for ours, theirs in switches.renamed.items()})
        returned = self._return(request)
        key = request.headers.get("Idempotency-Key")
        if key is None and switches.idempotency_key_required:
            raise Problem(400, "idempotency_key_missing", "A decision needs an Idempotency-Key.")
        print_of = fingerprint(returned.return_id, body)
        told = self._remembered.answer(key, print_of)
        if told is None:
            self._carry_out(returned, body, key)
            told = self._told(returned)
            self._remembered.keep(key, print_of, told)
        return answer(told)

    def _carry_out(self, returned: Return, body: Json, key: str | None) -> None:
        reference, reason_code = _text(body, "reference"), _text(body, "reason_code")
        if key is not None and reference is not None and reference != key:
            raise invalid("reference", "differs from the Idempotency-Key")
        verdict = self._simulator.decisions.verdict(body.get("decision"))
        comment = (_text(body, "comment") or "").strip()
        if verdict == "reject" and not comment:
            raise invalid("comment", "is required for reject")
        decisions = self._simulator.decisions
        portions = decisions.portions(returned, _asked(body.get("lines")))
        decisions.carry_out(returned, verdict, portions, by="api", comment=comment, reason_code=reason_code)

    def _return(self, request: web.Request) -> Return:
        returned = self._simulator.book.returns.get(request.match_info["return_id"])
        if returned is None:
            raise Problem(404, "not_found", "There is no such return.")
        return returned

    def _told(self, returned: Return) -> Json:
        switches = self._simulator.switches
        return cast(Json, rename(shown(returned, switches), switches.renamed))

    def _shift(self) -> None:
        """The world goes on while a client walks the pages."""
        simulator, switches = self._simulator, self._simulator.switches
        if switches.opened_between_pages:
            switches.opened_between_pages -= 1
            simulator.open_one()
        oldest = simulator.book.rows(None, 0, 1)
        if switches.touched_between_pages and oldest:
            switches.touched_between_pages -= 1
            simulator.book.touch(oldest[0], simulator.clock.now())


def _asked(lines: Any) -> list[Asked] | None:
    """None: no lines named, so all of them."""
    if lines is None:
        return None
    if not isinstance(lines, list) or not lines:
        raise invalid("lines", "must be a list of lines, or left out for all")
    asked = []
    for number, line in enumerate(lines):
        field = f"lines[{number}]."
        if not isinstance(line, dict) or not isinstance(line.get("id"), str):
            raise invalid(f"{field}id", "must be a text")
        if type(line.get("quantity")) is not int:
            raise invalid(f"{field}quantity", "must be a whole number")
        asked.append(Asked(line["id"], line["quantity"], field))
    return asked


def _text(body: Json, name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(name, "must be a text or null")
    return value


async def _json(request: web.Request) -> Json:
    if request.content_type != "application/json":
        raise Problem(400, "bad_request", "The Content-Type must be application/json.")
    try:
        body = json.loads(await request.read())
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise Problem(400, "bad_request", "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Problem(400, "bad_request", "The body must be an object.")
    return body
