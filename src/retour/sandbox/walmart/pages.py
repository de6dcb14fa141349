"""The page on which a person plays the customer, and the carrier who brings the parcel back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.markup import Html, options, units
from retour.sandbox.storefront import (
    Storefront,
    Tone,
    act_form,
    acts,
    card,
    existing,
    filled,
    return_form,
    row,
    state,
    states,
    unchosen,
)
from retour.sandbox.walmart.samples import REASONS
from retour.sandbox.walmart.state import Order, OrderLine, Return, ReturnLine

if TYPE_CHECKING:
    from retour.sandbox.walmart.simulator import WalmartSimulator

_STOREFRONT = Storefront("Walmart", "#0b57b0")
_REASONS = options(REASONS.items())
_REFUND_STATES: dict[str, tuple[str, Tone]] = {
    "accepted": ("refund under way", "wait"),
    "initiated": ("refund under way", "wait"),
    "issued": ("refunded", "good"),
}


class Pages:
    def __init__(self, simulator: "WalmartSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/returns", self.send_back),
            web.post("/returns/{number}/{act:ship|deliver|cancel}", self.act),
        ]

    async def show(self, _: web.Request) -> web.Response:
        self._simulator.catch_up()
        seller = self._simulator.seller
        return _STOREFRONT.home(
            "You are the customer. Send something back, then see what becomes of it.",
            map(_order, reversed(seller.recent_orders)),
            map(_return, reversed(seller.recent_returns)),
            explained="A refund is what the seller pays, or Walmart in the seller's name 48 hours after arrival. "
            "Nobody can refuse a return here.",
        )

    async def send_back(self, request: web.Request) -> web.Response:
        form = await filled(request)
        order = self._simulator.seller.orders.get(form.text("purchase_order_id"))
        lines = {str(line.number): line for line in order.lines} if order else {}
        line = lines.get(form.text("line_number"))
        if order is None or line is None:
            raise unchosen()
        reason, quantity = form.reason(REASONS), form.quantity(line.quantity - line.returned)
        self._simulator.customers.send_back(order, line, quantity, reason)
        raise web.HTTPSeeOther("/")

    async def act(self, request: web.Request) -> web.Response:
        simulator = self._simulator
        steps: dict[str, Callable[[str], bool]] = {
            "ship": simulator.ship,
            "deliver": simulator.deliver,
            "cancel": simulator.cancel,
        }
        with existing():
            steps[request.match_info["act"]](request.match_info["number"])
        raise web.HTTPSeeOther("/")


def _order(order: Order) -> Html:
    sender = "sent by Walmart" if order.ship_node == "WFSFulfilled" else "sent by the seller"
    lines = [_order_line(order, line) for line in order.lines]
    return card("Order", order.purchase_order_id, f"{_day(order)}, {sender}", lines)


def _order_line(order: Order, line: OrderLine) -> Html:
    ids = {"purchase_order_id": order.purchase_order_id, "line_number": str(line.number)}
    form = return_form(line.title, line.quantity - line.returned, ids, _REASONS)
    return row(line.title, units(line.quantity, f"$ {line.unit_price + line.unit_tax:.2f} · {line.sku}"), form)


def _return(returned: Return) -> Html:
    kind = "for a replacement" if returned.kind == "REPLACEMENT" else ""
    rows = [*map(_return_line, returned.lines), _buttons(returned)]
    return card("Return", returned.return_order_id, kind, rows)


def _return_line(line: ReturnLine) -> Html:
    told = []
    for refund in line.refunds:
        text, tone = _REFUND_STATES[refund.stage]
        told.append(state(units(refund.quantity, text), tone))
    if line.cancelled:
        told.append(state(units(line.cancelled, "you cancelled it"), "none"))
    if line.left:
        where = "at the return center" if line.delivered else "on its way" if line.shipped else "to be handed in"
        told.append(state(units(line.left, f"open, {where}"), "wait"))
    return row(units(line.quantity, line.order_line.title), REASONS.get(line.reason, line.reason), states(told))


def _buttons(returned: Return) -> Html:
    """What the customer, and the carrier, can still do."""
    lines, number = returned.lines, returned.return_order_id
    offers = (
        ("ship", "Hand in the parcel", any(not line.shipped and not line.cancellation for line in lines)),
        (
            "deliver",
            "Let it arrive at the return center",
            any(not line.delivered and not line.cancellation for line in lines),
        ),
        ("cancel", "Cancel", any(line.left for line in lines)),
    )
    return acts(
        act_form(f"/returns/{number}/{act}", text, f"return {number}") for act, text, possible in offers if possible
    )


def _day(order: Order) -> str:
    return f"{order.placed_at:%b} {order.placed_at.day}, {order.placed_at:%Y}"
