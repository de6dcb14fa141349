"""The page on which a person plays the customer: orders, units sent back, refused or paid back."""

from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.markup import Html, options, units
from retour.sandbox.otto.samples import REASONS
from retour.sandbox.otto.state import Order, Unit
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

if TYPE_CHECKING:
    from retour.sandbox.otto.simulator import OttoSimulator

_STOREFRONT = Storefront("OTTO", "#b3140f")
_REASONS = options((reason, reason) for reason in REASONS)
_LABELS = options([("online", "announce on otto.de"), ("enclosed", "use the enclosed label")])


class Pages:
    def __init__(self, simulator: "OttoSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/returns", self.send_back),
            web.post("/returns/{unit_id}/withdraw", self.withdraw),
        ]

    async def show(self, _: web.Request) -> web.Response:
        self._simulator.catch_up()
        recent = list(reversed(self._simulator.partner.recent_orders))
        returns = [_return(unit) for order in recent for unit in order.units if not _can_go_back(unit)]
        lead = "You are the customer. Send something back, then see what the seller decides."
        return _STOREFRONT.home(lead, map(_order, recent), [listing(returns)])

    async def send_back(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        form = await filled(request)
        order = self._simulator.partner.orders.get(form.text("order"))
        same = _units(order, form.text("sku")) if order else []
        if not same:
            raise unchosen()
        reason, left = form.reason(REASONS), [unit.position_item_id for unit in same if _can_go_back(unit)]
        chosen = left[: form.quantity(len(left))]
        if form.text("label") == "enclosed":
            self._simulator.send_back(chosen)
        else:
            self._simulator.announce(chosen, reason=reason)
        raise web.HTTPSeeOther("/")

    async def withdraw(self, request: web.Request) -> web.Response:
        with existing():
            self._simulator.withdraw(request.match_info["unit_id"])
        raise web.HTTPSeeOther("/")


def _units(order: Order, sku: str) -> list[Unit]:
    return [unit for unit in order.units if unit.sku == sku]


def _can_go_back(unit: Unit) -> bool:
    return unit.fulfillment == "SENT" and unit.return_status is None and unit.shipment is None


def _order(order: Order) -> Html:
    articles = [_article(order, sku) for sku in dict.fromkeys(unit.sku for unit in order.units)]
    return card("Order", order.order_number, f"{order.ordered_at:%d.%m.%Y}", articles)


def _article(order: Order, sku: str) -> Html:
    same = _units(order, sku)
    title, left = same[0].title, sum(_can_go_back(unit) for unit in same)
    label = choice("label", f"Label for {title}", _LABELS)
    form = return_form(title, left, {"order": order.sales_order_id, "sku": sku}, _REASONS, label)
    return row(units(len(same), title), sku, form)


def _return(unit: Unit) -> Html:
    return row(unit.title, f"order {unit.order.order_number}", *_outcome(unit))


def _outcome(unit: Unit) -> list[Html]:
    if unit.return_status == "ACCEPTED":
        return [state(f"refunded {unit.price * unit.refunds:.2f} €", "good")]
    if unit.return_status == "REJECTED":
        return [state(f"refused: {unit.reason}", "bad")]
    if unit.withdrawn:
        return [state("you withdrew this return", "none")]
    if unit.shipment is None:
        return [state(f"{unit.fulfillment.lower()}, not sent yet", "none")]
    if unit.return_status != "ANNOUNCED":
        return [state("open: on its way back, no money yet", "wait")]
    action = f"/returns/{unit.position_item_id}/withdraw"
    return [state("open: announced, no money yet", "wait"), act_form(action, "Withdraw", unit.title)]
