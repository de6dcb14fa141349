"""The page on which a person plays the customer: orders, what goes back, and the money."""

from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.fruugo.samples import CUSTOMER_REASONS
from retour.sandbox.fruugo.state import Announcement, Line, Order
from retour.sandbox.markup import Html, options, units
from retour.sandbox.storefront import (
    Storefront,
    act_form,
    card,
    comment,
    existing,
    filled,
    listing,
    return_form,
    row,
    state,
    states,
    unchosen,
)

if TYPE_CHECKING:
    from retour.sandbox.fruugo.simulator import FruugoSimulator

_STOREFRONT = Storefront("Fruugo", "#8a1f5c")
_REASONS = options((reason, reason) for reason in CUSTOMER_REASONS)
_LONGEST_COMMENT = 1000


class Pages:
    def __init__(self, simulator: "FruugoSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/announcements", self.announce),
            web.post("/announcements/{number}/withdraw", self.withdraw),
        ]

    async def show(self, _: web.Request) -> web.Response:
        self._simulator.catch_up()
        orders = self._simulator.market.orders
        return _STOREFRONT.home(
            "You are the customer. Send something back, then see when you get your money. "
            "Where the seller does not answer, Fruugo pays in the end.",
            map(_order, reversed(orders.recent)),
            [listing(map(_announcement, reversed(orders.recent_announcements)))],
        )

    async def announce(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        form, market = await filled(request), self._simulator.market
        ref = form.text("ref")
        lines = [line for order in market.orders.recent for line in order.lines if line.ref == ref]
        if not lines:
            raise unchosen()
        reason, quantity = form.reason(CUSTOMER_REASONS), form.quantity(sum(line.with_customer for line in lines))
        made = market.announce(ref, quantity, reason=reason, comment=form.comment(_LONGEST_COMMENT))
        market.orders.recent_announcements.extend(made)
        raise web.HTTPSeeOther("/")

    async def withdraw(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        with existing():
            self._simulator.market.withdraw(request.match_info["number"])
        raise web.HTTPSeeOther("/")


def _order(order: Order) -> Html:
    return card("Order", order.customer_order_id, f"{order.placed_at:%d-%m-%Y}", map(_line, order.lines))


def _line(line: Line) -> Html:
    title, left = line.title, line.with_customer
    extra = comment(title, _LONGEST_COMMENT)
    form = return_form(title, left, {"ref": line.ref}, _REASONS, extra, action="/announcements")
    return row(title, units(line.quantity, f"€ {line.unit_price:.2f} · {line.sku_id}"), form)


def _announcement(one: Announcement) -> Html:
    title = one.line.title
    told = []
    if one.refunded:
        told.append(state(units(one.refunded, "refunded"), "good"))
    if one.withdrawn:
        told.append(state(units(one.withdrawn, "withdrawn"), "none"))
    keep = None
    if one.open:
        told.append(state(units(one.open, "waiting for the seller"), "wait"))
        keep = act_form(f"/announcements/{one.number}/withdraw", "I keep it", title)
    said = " · ".join(part for part in (one.reason, one.comment) if part)
    return row(units(one.quantity, title), said, states(told), keep)
