"""The page on which a person plays the customer: orders, units sent back, and money returned."""

from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.markup import Html, options, units
from retour.sandbox.storefront import (
    Storefront,
    act_form,
    card,
    choice,
    existing,
    filled,
    listing,
    return_form,
    row,
    state,
    unchosen,
)
from retour.sandbox.zalando.samples import REASONS
from retour.sandbox.zalando.state import Item, Line, Order

if TYPE_CHECKING:
    from retour.sandbox.zalando.simulator import ZalandoSimulator

_STOREFRONT = Storefront("Zalando", "#1a1a1a")
_REASONS = options((reason, reason.replace("_", " ").lower()) for reason in REASONS)
_LABELS = options([("online", "label made online"), ("box", "label that was in the box")])


class Pages:
    def __init__(self, simulator: "ZalandoSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/returns", self.send_back),
            web.post("/announced-returns/{announced_return_id}/withdraw", self.withdraw),
        ]

    async def show(self, _: web.Request) -> web.Response:
        recent = list(reversed(self._simulator.merchant().recent_orders))
        returns = [
            _line(line)
            for order in recent
            for line in order.lines
            if line.sent_back_at or line.announced or line.status == "returned"
        ]
        return _STOREFRONT.home(
            "You are the customer. A partner never refuses on Zalando: what is not refunded stays open.",
            map(_order, recent),
            [listing(returns)],
        )

    async def send_back(self, request: web.Request) -> web.Response:
        form = await filled(request)
        items = [item for order in self._simulator.merchant().recent_orders for item in order.items]
        item = next((item for item in items if item.item_id == form.text("item")), None)
        if item is None:
            raise unchosen()
        reason, lines = form.reason(REASONS), _returnable(item)
        chosen = [line.line_id for line in lines[: form.quantity(len(lines))]]
        if form.text("label") == "box":
            for line_id in chosen:
                self._simulator.send_back(line_id)
        else:
            self._simulator.announce([(line_id, reason) for line_id in chosen])
        raise web.HTTPSeeOther("/")

    async def withdraw(self, request: web.Request) -> web.Response:
        with existing():
            self._simulator.withdraw(request.match_info["announced_return_id"])
        raise web.HTTPSeeOther("/")


def _returnable(item: Item) -> list[Line]:
    return [line for line in item.lines if line.status == "shipped" and line.sent_back_at is None]


def _order(order: Order) -> Html:
    sender = "sent by Zalando" if order.order_type == "ZalandoFulfilled" else "sent by a partner"
    return card("Order", order.number, f"{order.placed_at:%d-%m-%Y}, {sender}", map(_item, order.items))


def _item(item: Item) -> Html:
    title = item.description
    label = choice("label", f"Label for {title}", _LABELS)
    form = return_form(title, len(_returnable(item)), {"item": item.item_id}, _REASONS, label)
    return row(units(len(item.lines), title), item.external_id, form)


def _line(line: Line) -> Html:
    return row(line.item.description, f"order {line.item.order.number}", *_outcome(line))


def _outcome(line: Line) -> list[Html]:
    if line.status == "returned":
        return [state(f"refunded € {line.price * line.refunds:.2f}", "good")]
    if line.sent_back_at is None:
        return [state("you withdrew this return", "none")]
    shown = [state("open: on its way back, no money yet", "wait")]
    if line.announced:
        action = f"/announced-returns/{line.announced[-1].announced_return_id}/withdraw"
        shown.append(act_form(action, "Withdraw", line.item.description))
    return shown
