"""The page on which a person plays the customer: orders, returns and refunds of the default account."""

from collections.abc import Iterator
from decimal import Decimal
from html import escape
from importlib.resources import files
from itertools import islice
from string import Template
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.bol.amsterdam import amsterdam
from retour.sandbox.bol.samples import REASONS
from retour.sandbox.bol.state import Order, OrderItem, Reason, Return, ReturnItem
from retour.sandbox.journal import Entry

if TYPE_CHECKING:
    from retour.sandbox.bol.simulator import Account, BolSimulator

SHOWN_REFUNDS = 20
_STATES = {
    "RETURN_RECEIVED": ("Refunded", "good"),
    "STILL_APPROVED": ("Refunded after all", "good"),
    "EXCHANGE_PRODUCT": ("Exchanged", "good"),
    "REPAIR_PRODUCT": ("Repaired", "good"),
    "RETURN_DOES_NOT_MEET_CONDITIONS": ("Refused", "bad"),
    "CUSTOMER_KEEPS_PRODUCT_PAID": ("You keep it, no refund", "none"),
    "CANCELLED_BY_CUSTOMER": ("You cancelled it", "none"),
    "EXPIRED": ("Lapsed: never received", "none"),
}


class Pages:
    """Plain forms; every post answers with a redirect, so that a reload repeats nothing."""

    def __init__(self, simulator: "BolSimulator") -> None:
        self._simulator = simulator
        self._template = Template(files(__package__).joinpath("page.html").read_text("utf-8"))

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/returns", self.send_back),
            web.post("/returns/{rma_id}/cancel", self.cancel),
        ]

    async def show(self, request: web.Request) -> web.Response:
        account = self._simulator.account()
        html = self._template.substitute(
            notice=_notice(account, request.query.get("announced", "")),
            orders="".join(_order(account, order) for order in reversed(account.retailer.recent_orders)),
            returns="".join(_return(returned) for returned in reversed(account.retailer.recent_returns))
            or _empty("Nothing yet. Choose a product above and press “Return this”."),
            refunds=_refunds(account, islice(self._refunds(account), SHOWN_REFUNDS)),
        )
        return web.Response(text=html, content_type="text/html")

    async def send_back(self, request: web.Request) -> web.Response:
        account = self._simulator.account()
        form = await request.post()
        known = account.retailer.order_items.get(str(form.get("order_item_id")))
        main, _, detailed = str(form.get("reason", "")).partition("|")
        quantity = str(form.get("quantity", ""))
        if known is None or main not in REASONS or detailed not in ("", *REASONS[main]) or not quantity.isdecimal():
            raise web.HTTPBadRequest(text="Please choose a product, a reason and a quantity.")
        order, item = known
        left = item.quantity - account.retailer.quantity_in_returns(item)
        if not 1 <= int(quantity) <= left:
            raise web.HTTPBadRequest(text=f"You can send back at most {left}.")
        reason = Reason(main, detailed, str(form.get("comments", "")).strip()[:1000])
        returned = account.announcements.register(
            [(order, item, int(quantity), reason)], self._simulator.clock.now(), order.fulfilment_method
        )
        account.retailer.recent_returns.append(returned)
        raise web.HTTPSeeOther(f"/?announced={returned.return_id}")

    async def cancel(self, request: web.Request) -> web.Response:
        account = self._simulator.account()
        item = account.retailer.return_items.get(request.match_info["rma_id"])
        if item is None:
            raise web.HTTPNotFound(text="There is no such return.")
        if item.open_quantity:
            account.settlement.settle(
                item, "CANCELLED_BY_CUSTOMER", item.open_quantity, self._simulator.clock.now(), source="customer"
            )
        raise web.HTTPSeeOther("/")

    def _refunds(self, account: "Account") -> Iterator[Entry]:
        """Those of the returns shown, newest first: other customers' are not this one's."""
        shown = {item.rma_id for returned in account.retailer.recent_returns for item in returned.items}
        for entry in reversed(self._simulator.journal.entries):
            if entry.kind == "refund" and entry.detail["account"] == account.client_id and entry.ref in shown:
                yield entry


def _notice(account: "Account", return_id: str) -> str:
    if return_id not in account.retailer.returns:
        return ""
    return f'<p class="notice" role="status">Return {escape(return_id)} is announced. The seller sees it now.</p>'


def _order(account: "Account", order: Order) -> str:
    sender = "sent by the seller" if order.fulfilment_method == "FBR" else "sent by the marketplace"
    rows = "".join(_order_item(account, item) for item in order.items)
    return (
        f'<section class="card"><header><span>Order <strong>{escape(order.order_id)}</strong></span>'
        f"<span>{_day(amsterdam(order.placed_at))}, {sender}</span></header>{rows}</section>"
    )


def _order_item(account: "Account", item: OrderItem) -> str:
    left = item.quantity - account.retailer.quantity_in_returns(item)
    what = (
        f'<div class="what">{escape(item.title)}'
        f"<small>{item.quantity} &times; {_euro(item.unit_price)} · EAN {escape(item.ean)}</small></div>"
    )
    if left < 1:
        return f'<div class="row">{what}<span class="none">Nothing left to return</span></div>'
    key = escape(item.order_item_id)
    title = escape(item.title)
    return (
        f'<div class="row">{what}<form method="post" action="/returns">'
        f'<input type="hidden" name="order_item_id" value="{key}">'
        f'<select name="reason" aria-label="Reason for returning {title}">{_REASON_OPTIONS}</select>'
        f'<input type="number" name="quantity" value="1" min="1" max="{left}" aria-label="Quantity of {title}">'
        f'<button>Return this<span class="hidden">: {title}</span></button></form></div>'
    )


def _return(returned: Return) -> str:
    rows = "".join(_return_item(item) for item in returned.items)
    return (
        f'<section class="card"><header><span>Return <strong>{escape(returned.return_id)}</strong></span>'
        f"<span>{_day(amsterdam(returned.registered_at))}</span></header>{rows}</section>"
    )


def _return_item(item: ReturnItem) -> str:
    reason = " · ".join(part for part in (item.reason.main, item.reason.detailed, item.reason.comments) if part)
    states = [_state(entry.handling, entry.quantity) for entry in item.history]
    cancel = ""
    if item.open_quantity:
        who = "seller" if item.returned.fulfilment_method == "FBR" else "marketplace"
        states.append(f'<span class="state wait">{item.open_quantity} &times; waiting for the {who}</span>')
        cancel = (
            f'<form method="post" action="/returns/{escape(item.rma_id)}/cancel">'
            f'<button class="quiet">Cancel<span class="hidden"> the return of {escape(item.order_item.title)}</span>'
            "</button></form>"
        )
    return (
        f'<div class="row"><div class="what">{item.expected} &times; {escape(item.order_item.title)}'
        f"<small>{escape(reason)}</small></div><div>{'<br>'.join(states)}</div>{cancel}</div>"
    )


def _state(handling: str, quantity: int) -> str:
    text, tone = _STATES.get(handling, (handling, "none"))
    return f'<span class="state {tone}">{quantity} &times; {escape(text.lower())}</span>'


def _refunds(account: "Account", refunds: Iterator[Entry]) -> str:
    rows = "".join(_refund(account, entry) for entry in refunds)
    return f'<section class="card">{rows}</section>' if rows else _empty("No money back yet.")


def _refund(account: "Account", entry: Entry) -> str:
    title = account.retailer.return_items[entry.ref].order_item.title
    note = escape(f"return {entry.detail['return_id']} · {_day(amsterdam(entry.at))}")
    return (
        f'<div class="row"><div class="what">{entry.quantity} &times; {escape(title)}<small>{note}</small></div>'
        f'<span class="money good">{_euro(Decimal(entry.detail["amount"]))}</span></div>'
    )


def _empty(text: str) -> str:
    return f'<section class="card"><p class="empty">{escape(text)}</p></section>'


def _euro(amount: Decimal) -> str:
    return f"€ {amount:.2f}"


def _day(moment: str) -> str:
    return f"{moment[8:10]}-{moment[5:7]}-{moment[:4]} {moment[11:16]}"


def _reason_options() -> str:
    groups = []
    for main, detailed in REASONS.items():
        options = "".join(
            f'<option value="{escape(f"{main}|{detail}")}">{escape(detail or main)}</option>'
            for detail in (detailed or ("",))
        )
        groups.append(f'<optgroup label="{escape(main)}">{options}</optgroup>')
    return "".join(groups)


_REASON_OPTIONS = _reason_options()
