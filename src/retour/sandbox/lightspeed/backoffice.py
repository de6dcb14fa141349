"""The back office at `/`: where a person plays the merchant. Plain forms, no login, no JavaScript."""

from aiohttp import web

from retour.sandbox.lightspeed import pages
from retour.sandbox.lightspeed.returns import LABELS, ReturnRow
from retour.sandbox.lightspeed.shop import Refused, Shop
from retour.sandbox.panel import Notices, sheet


class BackOffice:
    """Every change answers 303 to a page, so that a reload repeats nothing."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._notices = Notices()

    def routes(self) -> list[web.AbstractRouteDef]:
        one = r"/returns/{id:\d+}"
        return [
            web.get("/", self.show_list),
            web.get(one, self.show_return),
            web.post(f"{one}/decide", self.decide),
            web.post(f"{one}/credit", self.credit),
            web.post(f"{one}/delete", self.delete),
        ]

    async def show_list(self, request: web.Request) -> web.Response:
        self._shop.decide_due()
        status = request.query.get("status", "")
        found = [row for row in self._shop.returns.newest_first() if status in ("", row.status)]
        return pages.list_page(sheet(request, found), status, self._notices.take())

    async def show_return(self, request: web.Request) -> web.Response:
        self._shop.decide_due()
        return pages.detail_page(self._row(request), self._notices.take())

    async def decide(self, request: web.Request) -> web.Response:
        row, form = self._row(request), await request.post()
        status = str(form.get("status", ""))
        if status not in LABELS:
            raise web.HTTPBadRequest(text="no such status")
        changes = {
            "status": status,
            "action": str(form.get("action", "")).strip(),
            "notify": "notify" in form,
            "stock_adjusted": "stock_adjusted" in form,
        }
        self._shop.edit_return(row, changes)
        self._notices.add(f"Return {row.id}: {LABELS[status]}")
        raise web.HTTPSeeOther(f"/returns/{row.id}")

    async def credit(self, request: web.Request) -> web.Response:
        row = self._row(request)
        try:
            self._notices.add(f"Credit invoice {self._shop.credit_return(row.id).number} created")
        except Refused as refused:
            self._notices.add(f"Not credited: {refused}", good=False)
        raise web.HTTPSeeOther(f"/returns/{row.id}")

    async def delete(self, request: web.Request) -> web.Response:
        row = self._row(request)
        self._shop.remove(row.id)
        self._notices.add(f"Return {row.id} deleted")
        raise web.HTTPSeeOther("/")

    def _row(self, request: web.Request) -> ReturnRow:
        row = self._shop.returns.get(int(request.match_info["id"]))
        if row is None:
            raise web.HTTPNotFound(text="There is no such return.")
        return row
