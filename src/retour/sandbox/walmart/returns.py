"""`GET /v3/returns` (contract 4)."""

from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.walmart import shapes
from retour.sandbox.walmart.gate import Answer, Gate, Json, Need
from retour.sandbox.walmart.query import ReturnsQuery
from retour.sandbox.walmart.refusals import not_found
from retour.sandbox.walmart.state import Return

if TYPE_CHECKING:
    from retour.sandbox.walmart.simulator import WalmartSimulator


class ReturnsApi:
    """The only way to see returns, one or many."""

    def __init__(self, simulator: "WalmartSimulator") -> None:
        self._simulator = simulator
        self._last: tuple[object, list[Return]] = (None, [])

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        return [web.get("/v3/returns", gate.open(self.list_returns, need=Need("returns"), bucket="returns"))]

    async def list_returns(self, request: web.Request) -> Answer:
        switches = self._simulator.switches
        query = ReturnsQuery.of(request.query)
        found = self._found(query)
        if not found and switches.empty_list == "404":
            raise not_found("No returns are found.")
        page = found[query.offset : query.offset + query.limit]
        meta: Json = {"totalCount": len(found), "limit": query.limit} | self._next(query, len(found))
        status = 200
        body: Json = {"meta": meta}
        if switches.partial_pages:
            switches.partial_pages -= 1
            page, status = page[: len(page) // 2], 206
            body["errors"] = [{"code": "SOME_CONTENT_NOT_FOUND", "severity": "WARN", "category": "DATA"}]
        if page or switches.empty_list != "missing":
            info = query.with_replacement_info
            body["returnOrders"] = [shapes.row(returned, switches, replacement_info=info) for returned in page]
        self._move_on()
        return Answer(body, status)

    def _found(self, query: ReturnsQuery) -> list[Return]:
        """Everything that matches, in order: offsets count in what is true now (contract 4.2).

        The last finding is kept until something moves: the pages of a long walk ask for the same.
        """
        seller, switches = self._simulator.seller, self._simulator.switches
        key = (seller.shelf.moves, switches.order, switches.part_completes_line, tuple(query.filters.items()))
        if key != self._last[0]:
            number = query.filters.get("returnOrderId")
            if number is None:
                rows = seller.shelf.between(query.modified_after, query.modified_before)
            else:
                asked = seller.returns.get(number)
                rows = [asked] if asked and self._in_window(query, asked) else []
            rows = [row for row in rows if query.matches(row, switches)]
            self._last = key, rows[::-1] if switches.order == "modified_newest_first" else rows
        return self._last[1]

    @staticmethod
    def _in_window(query: ReturnsQuery, returned: Return) -> bool:
        after, before = query.modified_after, query.modified_before
        return (after is None or returned.modified_at > after) and (before is None or returned.modified_at < before)

    def _next(self, query: ReturnsQuery, total: int) -> Json:
        switches = self._simulator.switches
        offset = query.offset if switches.cursor_loops else query.offset + query.limit
        if offset < total:
            return {"nextCursor": query.cursor(offset, forgets_filters=switches.cursor_forgets_filters)}
        match switches.last_cursor:
            case "missing":
                return {}
            case "null":
                return {"nextCursor": None}
            case "empty":
                return {"nextCursor": ""}

    def _move_on(self) -> None:
        """Life goes on while a client walks the pages."""
        simulator, switches = self._simulator, self._simulator.switches
        if switches.created_between_pages:
            switches.created_between_pages -= 1
            simulator.open_return()
        if switches.modified_between_pages and simulator.seller.returns:
            switches.modified_between_pages -= 1
            oldest = simulator.seller.shelf.oldest()
            simulator.lifecycle.ship(oldest.lines[0], simulator.clock.now())
