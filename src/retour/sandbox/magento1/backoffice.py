"""The back office at `/`: where a person plays the merchant. Plain forms, no login, no JavaScript."""

from collections.abc import Callable

from aiohttp import web

from retour.sandbox.magento.front import not_found
from retour.sandbox.magento.returns import DECISIONS
from retour.sandbox.magento1 import pages
from retour.sandbox.magento1.shop import Shop
from retour.sandbox.panel import Notices, sheet


class BackOffice:
    """The pages and what their buttons do. Every change answers 303 to the list or to the return."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._notices = Notices()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self._grid),
            web.get(r"/returns/{id:\d+}", self._detail),
            web.post(r"/returns/{id:\d+}/decide", self._decide),
            web.post(r"/returns/{id:\d+}/delete", self._clear),
            web.post("/returns/mass", self._mass),
        ]

    async def _grid(self, request: web.Request) -> web.Response:
        orders = self._shop.orders
        rows = [(row, orders.get(row.magento_order_id)) for row in self._shop.returns.newest_first()]
        return pages.grid_page(sheet(request, rows), self._notices.take())

    async def _detail(self, request: web.Request) -> web.Response:
        row = self._shop.returns.get(int(request.match_info["id"]))
        if row is None:
            return not_found()
        return pages.detail_page(row, self._shop.orders.get(row.magento_order_id), self._notices.take())

    async def _decide(self, request: web.Request) -> web.Response:
        """Stores any text it is given, as the admin's address does."""
        number = int(request.match_info["id"])
        status = str((await request.post()).get("status", ""))

        def change() -> str:
            self._shop.decide(number, status)
            return f"Return {number} processed, new status: {status}"

        return self._did(change, f"/returns/{number}")

    async def _clear(self, request: web.Request) -> web.Response:
        number = int(request.match_info["id"])

        def change() -> str:
            self._shop.clear(number)
            return f"Return {number} deleted (the plugin kept the row, without a status)"

        return self._did(change, f"/returns/{number}")

    async def _mass(self, request: web.Request) -> web.Response:
        form = await request.post()
        action = str(form.get("action", ""))
        ids = [int(str(value)) for value in form.getall("id", []) if str(value).isdecimal()]
        if action not in DECISIONS and action != pages.MASS_DELETE:
            raise web.HTTPBadRequest(text="no such action")

        def change() -> str:
            if action == pages.MASS_DELETE:
                return f"{self._shop.delete(ids)} deleted"
            return f"{self._shop.decide_all(action, ids)} of {len(ids)} set to {action}; the others were not new"

        if ids:
            return self._did(change, "/")
        self._notices.add("Tick the returns first.", good=False)
        raise web.HTTPSeeOther("/")

    def _did(self, change: Callable[[], str], back: str) -> web.Response:
        try:
            self._notices.add(change())
        except KeyError as missing:
            self._notices.add(f"there is no return {missing}", good=False)
            back = "/"
        raise web.HTTPSeeOther(back)
