"""The page on which a person plays the customer: orders, returns and refunds of both sample sellers."""

from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.amazon import commands
from retour.sandbox.amazon.samples import REASONS
from retour.sandbox.amazon.state import DROPPED, FINAL, Order, OrderItem, Return, Seller
from retour.sandbox.markup import Html, options, units
from retour.sandbox.storefront import (
    Storefront,
    act_form,
    acts,
    card,
    comment,
    filled,
    return_form,
    row,
    state,
    states,
    unchosen,
)

if TYPE_CHECKING:
    from retour.sandbox.amazon.simulator import AmazonSimulator

SHOWN = 20
_STOREFRONT = Storefront("Amazon", "#1d4fd7")
_REASONS = options(REASONS.items())
_LONGEST_COMMENT = 500


class Pages:
    def __init__(self, simulator: "AmazonSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/returns", self.send_back),
            web.post("/returns/{rma_id}/cancel", self.cancel),
        ]

    async def show(self, _: web.Request) -> web.Response:
        self._simulator.catch_up()
        orders, returns = [], []
        for seller in self._simulator.sellers.values():
            placed = (order for order in reversed(seller.orders.values()) if order.shown)
            sent_back = (returned for returned in reversed(seller.returns.values()) if returned.order.shown)
            orders += [_order(seller, order) for order in islice(placed, SHOWN)]
            returns += [_return(seller, returned) for returned in islice(sent_back, SHOWN)]
        return _STOREFRONT.home(
            "You are the customer. Send something back, then see what comes of it.", orders, returns
        )

    async def send_back(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        form = await filled(request)
        seller = self._simulator.sellers.get(form.text("seller_id"))
        order = seller.orders.get(form.text("order_id")) if seller else None
        items = {item.order_item_id: item for item in order.items} if order else {}
        item = items.get(form.text("order_item_id"))
        if not seller or not order or not item:
            raise unchosen()
        told = commands.ReturnedProduct(
            order_item_id=item.order_item_id,
            reason=form.reason(REASONS),
            quantity=form.quantity(seller.left_to_return(item)),
            comment=form.comment(_LONGEST_COMMENT),
        )
        self._simulator.open_return(seller, commands.OpenReturn(order_id=order.order_id, items=[told]))
        raise web.HTTPSeeOther("/")

    async def cancel(self, request: web.Request) -> web.Response:
        seller = self._simulator.sellers.get((await filled(request)).text("seller_id"))
        returned = seller.returns.get(request.match_info["rma_id"]) if seller else None
        if not seller or not returned:
            raise web.HTTPNotFound(text="There is no such return.")
        self._simulator.withdraw(seller, returned)
        raise web.HTTPSeeOther("/")


def _order(seller: Seller, order: Order) -> Html:
    sender = "sent by the seller" if order.fulfilled_by == "MERCHANT" else "sent by the marketplace"
    about = f"{order.marketplace.name}, {order.placed_at:%d-%m-%Y}, {sender}"
    return card("Order", order.order_id, about, [_item(seller, order, item) for item in order.items])


def _item(seller: Seller, order: Order, item: OrderItem) -> Html:
    ids = {"seller_id": seller.seller_id, "order_id": order.order_id, "order_item_id": item.order_item_id}
    left, extra = seller.left_to_return(item), comment(item.title, _LONGEST_COMMENT)
    form = return_form(item.title, left, ids, _REASONS, extra)
    return row(item.title, units(item.quantity, f"{_money(order, item.unit_price)} · {item.sku}"), form)


def _return(seller: Seller, returned: Return) -> Html:
    rows = [
        row(
            units(line.quantity, line.item.title),
            f"{REASONS.get(line.reason, line.reason)} {line.comment}",
            _outcome(returned, line.open_units, line.refunded),
        )
        for line in returned.lines
    ]
    if returned.status not in FINAL and returned.open_units:
        action, ids = f"/returns/{returned.rma_id}/cancel", {"seller_id": seller.seller_id}
        rows.append(acts([act_form(action, "Cancel this return", returned.rma_id, ids)]))
    about = f"order {returned.order.order_id}, {returned.requested_at:%d-%m-%Y %H:%M}"
    return card("Return", returned.rma_id, about, rows)


def _outcome(returned: Return, open_units: int, refunded: Decimal) -> Html:
    told = []
    if refunded:
        told.append(state(f"Refunded {_money(returned.order, refunded)}", "good"))
    if open_units:
        who = "seller" if returned.order.fulfilled_by == "MERCHANT" else "marketplace"
        match returned.status:
            case "Cancelled":
                told.append(state("You cancelled it", "none"))
            case status if status in DROPPED:
                told.append(state("Refused", "bad"))
            case status if status in FINAL:
                told.append(state("Closed without a refund", "bad"))
            case _:
                told.append(state(units(open_units, f"open: waiting for the {who}"), "wait"))
    return states(told)


def _money(order: Order, amount: Decimal) -> str:
    return f"{order.marketplace.money(amount)} {order.marketplace.currency}"
