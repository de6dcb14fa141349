"""The system's back office, for a person: what came from the API, and what came back without it."""

from collections.abc import Iterable
from typing import Final, Protocol

from aiohttp import web

from retour.sandbox.commands import Impossible
from retour.sandbox.markup import Html, element, units
from retour.sandbox.own_system.client import NEW, Failed, Lost, Row
from retour.sandbox.own_system.control import Hands
from retour.sandbox.own_system.orders import Order
from retour.sandbox.panel import Notice, Notices, Panel, cell, pager, sheet, table

_ORDERS: Final = 20
"""So many are shown, the newest."""
_PANEL: Final = Panel("Sandbox shop — an own system, not Channable", bar="#1f2d30", edge="#2e9ee8", accent="#1e6fb3")
_LABELS: Final = {
    "accepted": "Accept",
    "rejected": "Reject",
    "repaired": "Repair",
    "exchanged": "Exchange",
    "keeps": "Let keep",
    "cancelled": "Cancel",
}


class Office(Hands, Protocol):
    """What the pages show besides: see `OwnSystem`."""

    trouble: str


class Pages:
    """The back office. Every post answers with a redirect, so that a reload repeats nothing."""

    def __init__(self, system: Office) -> None:
        self._system = system
        self._notices = Notices()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self._home),
            web.post(r"/returns/{id:\d{1,15}}", self._decide),
            web.post(r"/orders/{number:\d{1,15}}", self._report),
        ]

    async def _home(self, request: web.Request) -> web.Response:
        notices = self._notices.take()
        if self._system.trouble:
            notices.append(Notice(f"The API could not be asked: {self._system.trouble}", good=False))
        newest = sheet(request, sorted(self._system.rows.values(), key=lambda row: int(row["id"]), reverse=True))
        orders = list(self._system.orders)[: -_ORDERS - 1 : -1]
        content = [
            element("h1", "Returns", element("small", f"{newest.total} fetched")),
            self._rows(newest.rows) if newest.rows else element("p", "Nothing has been fetched yet.", class_="empty"),
            pager(newest),
            element("h1", "Orders", element("small", "Did something of it come back that nobody announced?")),
            table(("Order", "Marketplace", "Products"), map(_order, orders)),
        ]
        return _PANEL.page("Returns over the API", "Returns", content, notices)

    def _rows(self, rows: Iterable[Row]) -> Html:
        return table(("Id", "Order", "Product", "Why", "Customer", "Status", ""), (self._row(row) for row in rows))

    def _row(self, row: Row) -> Html:
        item, customer, order = row["data"]["item"], row["data"]["customer"], self._system.orders.of(row)
        status = self._system.status_of(row["id"])
        buttons = [
            element("button", label, name="status", value=word) for word, label in _LABELS.items() if status == NEW
        ]
        form = element("form", *buttons, method="post", action=f"/returns/{row['id']}") if buttons else None
        return element(
            "tr",
            cell("Id", row["id"]),
            cell(
                "Order",
                f"{order.number if order else '?'} ({row['channel_name']} {row['data']['meta']['channel_order_id']})",
            ),
            cell("Product", units(item["quantity"], item["title"] or item["id"])),
            cell("Why", item["reason"] or ""),
            cell("Customer", f"{customer['first_name']} {customer['last_name']}"),
            cell("Status", status, " (error)" if row["error"] else ""),
            cell("", form),
        )

    async def _decide(self, request: web.Request) -> web.Response:
        number, form = int(request.match_info["id"]), await request.post()
        try:
            self._system.decide(number, str(form.get("status", "")))
        except KeyError:
            raise web.HTTPNotFound(text="There is no such return.") from None
        except Impossible as impossible:
            self._notices.add(str(impossible), good=False)
        raise web.HTTPSeeOther("/")

    async def _report(self, request: web.Request) -> web.Response:
        number, form = int(request.match_info["number"]), await request.post()
        product = {"id": str(form.get("sku", "")), "quantity": 1, "status": "accepted"}
        try:
            said = await self._system.report(number, [product])
            self._notices.add(str(said["message"]), good=said["status"] == "success")
        except KeyError:
            raise web.HTTPNotFound(text="There is no such order.") from None
        except (Failed, Lost, Impossible) as failure:
            self._notices.add(str(failure), good=False)
        raise web.HTTPSeeOther("/")


def _order(order: Order) -> Html:
    forms = [
        element(
            "form",
            units(line.quantity, line.title or line.sku),
            " ",
            element("button", "One came back", name="sku", value=line.sku),
            method="post",
            action=f"/orders/{order.number}",
        )
        for line in order.lines
    ]
    return element(
        "tr", cell("Order", order.number), cell("Marketplace", f"{order.channel} {order.ref}"), cell("Products", *forms)
    )
