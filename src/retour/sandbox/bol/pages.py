"""The page on which a person plays the customer: orders, returns and refunds of the default account."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.bol.amsterdam import amsterdam
from retour.sandbox.bol.samples import REASONS
from retour.sandbox.bol.state import Order, OrderItem, Reason, Return, ReturnItem
from retour.sandbox.journal import Entry
from retour.sandbox.markup import Html, element, join, options, units
from retour.sandbox.storefront import (
    Storefront,
    Tone,
    act_form,
    card,
    filled,
    listing,
    nothing,
    return_form,
    row,
    state,
    states,
    unchosen,
)

if TYPE_CHECKING:
    from retour.sandbox.bol.simulator import Account, BolSimulator

SHOWN_REFUNDS = 20
_STOREFRONT = Storefront("bol", "#1d4fd7")
_REASONS = {
    main: {f"{main}|{detailed}": detailed or main for detailed in details or ("",)} for main, details in REASONS.items()
}
"""What the page offers: the main reasons, and in each the value and the words of every detailed one."""
_OFFERED = {value for offered in _REASONS.values() for value in offered}
_STATES: dict[str, tuple[str, Tone]] = {
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
    def __init__(self, simulator: "BolSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/returns", self.send_back),
            web.post("/returns/{rma_id}/cancel", self.cancel),
        ]

    async def show(self, request: web.Request) -> web.Response:
        account = self._simulator.account()
        announced = request.query.get("announced", "")
        known = announced in account.retailer.returns
        refunds = islice(self._refunds(account), SHOWN_REFUNDS)
        return _STOREFRONT.home(
            "You are the customer. Send something back, then see what the shop decides.",
            (_order(account, order) for order in reversed(account.retailer.recent_orders)),
            map(_return, reversed(account.retailer.recent_returns)),
            element("h2", "My refunds"),
            listing(_refund(account, entry) for entry in refunds) or nothing("No money back yet."),
            notice=f"Return {announced} is announced. The seller sees it now." if known else None,
        )

    async def send_back(self, request: web.Request) -> web.Response:
        account = self._simulator.account()
        form = await filled(request)
        known = account.retailer.order_items.get(form.text("order_item_id"))
        if known is None:
            raise unchosen()
        order, item = known
        main, _, detailed = form.reason(_OFFERED).partition("|")
        quantity = form.quantity(item.quantity - account.retailer.quantity_in_returns(item))
        reason = Reason(main, detailed, form.text("comments").strip()[:1000])
        returned = account.announcements.register(
            [(order, item, quantity, reason)], self._simulator.clock.now(), order.fulfilment_method
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


def _order(account: "Account", order: Order) -> Html:
    sender = "sent by the seller" if order.fulfilment_method == "FBR" else "sent by the marketplace"
    items = [_order_item(account, item) for item in order.items]
    return card("Order", order.order_id, f"{_day(amsterdam(order.placed_at))}, {sender}", items)


def _order_item(account: "Account", item: OrderItem) -> Html:
    left = item.quantity - account.retailer.quantity_in_returns(item)
    form = return_form(item.title, left, {"order_item_id": item.order_item_id}, _REASON_OPTIONS)
    return row(item.title, units(item.quantity, f"{_euro(item.unit_price)} · EAN {item.ean}"), form)


def _return(returned: Return) -> Html:
    return card(
        "Return", returned.return_id, _day(amsterdam(returned.registered_at)), map(_return_item, returned.items)
    )


def _return_item(item: ReturnItem) -> Html:
    title = item.order_item.title
    told = [_outcome(entry.handling, entry.quantity) for entry in item.history]
    cancel = None
    if item.open_quantity:
        who = "seller" if item.returned.fulfilment_method == "FBR" else "marketplace"
        told.append(state(units(item.open_quantity, f"waiting for the {who}"), "wait"))
        cancel = act_form(f"/returns/{item.rma_id}/cancel", "Cancel", title)
    said = " · ".join(part for part in (item.reason.main, item.reason.detailed, item.reason.comments) if part)
    return row(units(item.expected, title), said, states(told), cancel)


def _outcome(handling: str, quantity: int) -> Html:
    text, tone = _STATES.get(handling, (handling, "none"))
    return state(units(quantity, text.lower()), tone)


def _refund(account: "Account", entry: Entry) -> Html:
    title = account.retailer.return_items[entry.ref].order_item.title
    about = f"return {entry.detail['return_id']} · {_day(amsterdam(entry.at))}"
    return row(units(entry.quantity, title), about, state(_euro(Decimal(entry.detail["amount"])), "good"))


def _euro(amount: Decimal) -> str:
    return f"€ {amount:.2f}"


def _day(moment: str) -> str:
    return f"{moment[8:10]}-{moment[5:7]}-{moment[:4]} {moment[11:16]}"


_REASON_OPTIONS = join(element("optgroup", options(offered.items()), label=main) for main, offered in _REASONS.items())
