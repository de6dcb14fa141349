"""The back office at `/`: where a person plays the merchant. Plain forms, no login, no JavaScript."""

from itertools import islice
from typing import Final

from aiohttp import web

from retour.sandbox.lightspeed import pages
from retour.sandbox.lightspeed.returns import LABELS, ReturnRow
from retour.sandbox.lightspeed.shop import Refused, Shop

_ROWS: Final = 50


class BackOffice:
    """Every change answers 303 to a page, so that a reload repeats nothing."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._notice = ""

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
        status, asked = request.query.get("status", ""), request.query.get("page", "1")
        found = [row for row in self._shop.returns.newest_first() if status in ("", row.status)]
        last = max(-(-len(found) // _ROWS), 1)
        page = min(max(int(asked), 1), last) if asked.isdecimal() else 1
        rows = list(islice(found, (page - 1) * _ROWS, page * _ROWS))
        return _html(pages.list_page(rows, status, page, last, self._take_notice()))

    async def show_return(self, request: web.Request) -> web.Response:
        self._shop.decide_due()
        return _html(pages.detail_page(self._row(request), self._take_notice()))

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
        self._notice = f"Return {row.id}: {LABELS[status]}"
        raise web.HTTPSeeOther(f"/returns/{row.id}")

    async def credit(self, request: web.Request) -> web.Response:
        row = self._row(request)
        try:
            self._notice = f"Credit invoice {self._shop.credit_return(row.id).number} created"
        except Refused as refused:
            self._notice = f"Not credited: {refused}"
        raise web.HTTPSeeOther(f"/returns/{row.id}")

    async def delete(self, request: web.Request) -> web.Response:
        row = self._row(request)
        self._shop.remove(row.id)
        self._notice = f"Return {row.id} deleted"
        raise web.HTTPSeeOther("/")

    def _row(self, request: web.Request) -> ReturnRow:
        row = self._shop.returns.get(int(request.match_info["id"]))
        if row is None:
            raise web.HTTPNotFound(text="There is no such return.")
        return row

    def _take_notice(self) -> str:
        notice, self._notice = self._notice, ""
        return notice


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")
