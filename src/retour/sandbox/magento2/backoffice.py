"""The back office at `/admin`: where a person plays the merchant. Plain forms, no login, no JavaScript."""

from collections.abc import Callable

from aiohttp import web

from retour.sandbox.magento.front import not_found
from retour.sandbox.magento.php import PhpError
from retour.sandbox.magento2 import pages
from retour.sandbox.magento2.creditmemo import MemoRefused
from retour.sandbox.magento2.orders import Order
from retour.sandbox.magento2.returns import ReturnRow
from retour.sandbox.magento2.shop import Shop
from retour.sandbox.panel import Notices, sheet


class BackOffice:
    """The pages and what their buttons do. Every change answers 303 to the page it came from."""

    def __init__(self, shop: Shop, title: str) -> None:
        self._shop = shop
        self._title = title
        self._notices = Notices()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self._home),
            web.get("/admin", self._grid),
            web.get(r"/admin/returns/{id:\d+}", self._detail),
            web.post(r"/admin/returns/{id:\d+}/decide", self._decide),
            web.post(r"/admin/returns/{id:\d+}/delete", self._delete),
            web.post(r"/admin/returns/{id:\d+}/credit-memo", self._credit_memo),
            web.post("/admin/returns/mass", self._mass),
        ]

    async def _home(self, _: web.Request) -> web.Response:
        raise web.HTTPFound("/admin")

    async def _grid(self, request: web.Request) -> web.Response:
        status = request.query.get("status", "")
        found = (row for row in self._shop.returns.newest_first() if status in ("", row.status))
        shown = sheet(request, [(row, self._order_of(row)) for row in found])
        return pages.grid_page(self._title, pages.Grid(shown, status, request.path_qs), self._notices.take())

    async def _detail(self, request: web.Request) -> web.Response:
        row = self._shop.returns.get(int(request.match_info["id"]))
        if row is None:
            return not_found()
        return pages.detail_page(self._title, row, self._order_of(row), self._notices.take())

    async def _decide(self, request: web.Request) -> web.Response:
        """Stores any text it is given: the page offers six, this address checks nothing (A7)."""
        status = str((await request.post()).get("status", ""))

        def change(row: ReturnRow) -> str:
            self._shop.decide(row, status)
            return f"Return processed, new status: {status}"

        return await self._change(request, [request.match_info["id"]], change)

    async def _delete(self, request: web.Request) -> web.Response:
        return await self._change(request, [request.match_info["id"]], self._deleted)

    async def _credit_memo(self, request: web.Request) -> web.Response:
        return await self._change(request, [request.match_info["id"]], self._booked)

    async def _mass(self, request: web.Request) -> web.Response:
        form = await request.post()
        changes: dict[str, Callable[[ReturnRow], str]] = {
            "credit_memo": self._booked,
            "credit_memo_accept": self._booked_and_accepted,
            "delete": self._deleted,
        }
        change = changes.get(str(form.get("action", "")))
        if change is None:
            raise web.HTTPBadRequest(text="no such action")
        ticked = [str(value) for value in form.getall("id", [])]
        if not ticked:
            self._notices.add("Tick the returns first.", good=False)
        return await self._change(request, ticked, change)

    async def _change(
        self, request: web.Request, numbers: list[str], change: Callable[[ReturnRow], str]
    ) -> web.Response:
        for number in numbers:
            row = self._shop.returns.get(int(number)) if number.isdecimal() else None
            if row is None:
                self._notices.add(f'The return with id "{number}" does not exist.', good=False)
                continue
            try:
                self._notices.add(f"Return {number}: {change(row)}")
            except (MemoRefused, PhpError) as refused:
                self._notices.add(f"Return {number}: {refused}", good=False)
        back = str((await request.post()).get("back", ""))
        raise web.HTTPSeeOther(back if self._still_there(back) else "/admin")

    def _still_there(self, back: str) -> bool:
        """Only our own pages, and not the one of a return that was just deleted."""
        number = back.removeprefix("/admin/returns/")
        if number.isdecimal():
            return self._shop.returns.get(int(number)) is not None
        return back == "/admin" or back.startswith("/admin?")

    def _deleted(self, row: ReturnRow) -> str:
        self._shop.delete(row)
        return "deleted"

    def _booked(self, row: ReturnRow) -> str:
        return f"credit memo {self._shop.credit_memo(row).increment_id} created"

    def _booked_and_accepted(self, row: ReturnRow) -> str:
        """Stores the literal `accept`, a defect of the plugin that the hub meets in the field (A7, A9)."""
        return f"credit memo {self._shop.credit_memo(row, 'accept').increment_id} created, set as accepted"

    def _order_of(self, row: ReturnRow) -> Order | None:
        return self._shop.orders.get(row.magento_order_id) if row.magento_order_id else None
