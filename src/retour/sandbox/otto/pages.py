"""The page on which a person plays the customer: orders, units sent back, refused or paid back."""

from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.otto.samples import REASONS
from retour.sandbox.otto.state import Order, Unit

if TYPE_CHECKING:
    from retour.sandbox.otto.simulator import OttoSimulator

_OPTIONS = "".join(f"<option>{escape(reason)}</option>" for reason in REASONS)


class Pages:
    """Plain forms; every post answers with a redirect, so that a reload repeats nothing."""

    def __init__(self, simulator: "OttoSimulator") -> None:
        self._simulator = simulator
        self._template = Template(files(__package__).joinpath("page.html").read_text("utf-8"))

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/returns", self.send_back),
            web.post("/returns/{unit_id}/withdraw", self.withdraw),
        ]

    async def show(self, _: web.Request) -> web.Response:
        self._simulator.catch_up()
        recent = list(reversed(self._simulator.partner.recent_orders))
        returns = "".join(_return(unit) for order in recent for unit in order.units if not _can_go_back(unit))
        empty = '<p class="row">Nothing yet. Choose an article above.</p>'
        orders = "".join(_order(order) for order in recent)
        html = self._template.substitute(orders=orders or empty, returns=returns or empty)
        return web.Response(text=html, content_type="text/html")

    async def send_back(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        form = await request.post()
        order_id, sku, reason, quantity = (str(form.get(name, "")) for name in ("order", "sku", "reason", "quantity"))
        order = self._simulator.partner.orders.get(order_id)
        units = _units(order, sku) if order else []
        if not units or reason not in REASONS or not (quantity.isascii() and quantity.isdecimal()):
            raise web.HTTPBadRequest(text="Please choose an article, a reason and a quantity.")
        left = [unit.position_item_id for unit in units if _can_go_back(unit)]
        if not 1 <= int(quantity) <= len(left):
            raise web.HTTPBadRequest(text=f"You can send back at most {len(left)}.")
        if form.get("label") == "enclosed":
            self._simulator.send_back(left[: int(quantity)])
        else:
            self._simulator.announce(left[: int(quantity)], reason=reason)
        raise web.HTTPSeeOther("/")

    async def withdraw(self, request: web.Request) -> web.Response:
        try:
            self._simulator.withdraw(request.match_info["unit_id"])
        except KeyError:
            raise web.HTTPNotFound(text="There is no such article.") from None
        raise web.HTTPSeeOther("/")


def _units(order: Order, sku: str) -> list[Unit]:
    return [unit for unit in order.units if unit.sku == sku]


def _can_go_back(unit: Unit) -> bool:
    return unit.fulfillment == "SENT" and unit.return_status is None and unit.shipment is None


def _order(order: Order) -> str:
    rows = "".join(_article(order, sku) for sku in dict.fromkeys(unit.sku for unit in order.units))
    return (
        f'<section class="card"><header>Order <strong>{escape(order.order_number)}</strong> '
        f"{order.ordered_at:%d.%m.%Y}</header>{rows}</section>"
    )


def _article(order: Order, sku: str) -> str:
    units = _units(order, sku)
    left = sum(_can_go_back(unit) for unit in units)
    title = escape(units[0].title)
    what = f'<div class="what">{len(units)} &times; {title}<small>{escape(sku)}</small></div>'
    if not left:
        return f'<div class="row">{what}<span class="none">Nothing left to return</span></div>'
    return (
        f'<div class="row">{what}<form method="post" action="/returns">'
        f'<input type="hidden" name="order" value="{escape(order.sales_order_id)}">'
        f'<input type="hidden" name="sku" value="{escape(sku)}">'
        f'<select name="reason" aria-label="Reason for returning {title}">{_OPTIONS}</select>'
        f'<input type="number" name="quantity" value="1" min="1" max="{left}" aria-label="Quantity of {title}">'
        f'<select name="label" aria-label="Label for {title}"><option value="online">announce on otto.de</option>'
        '<option value="enclosed">use the enclosed label</option></select><button>Return this</button></form></div>'
    )


def _return(unit: Unit) -> str:
    what = f'<div class="what">{escape(unit.title)}<small>order {escape(unit.order.order_number)}</small></div>'
    return f'<div class="row">{what}{_state(unit)}</div>'


def _state(unit: Unit) -> str:
    if unit.return_status == "ACCEPTED":
        return f'<strong class="good">refunded {unit.price * unit.refunds:.2f} €</strong>'
    if unit.return_status == "REJECTED":
        return f'<strong class="bad">refused: {escape(str(unit.reason))}</strong>'
    if unit.withdrawn:
        return '<span class="none">you withdrew this return</span>'
    if unit.shipment is None:
        return f'<span class="none">{escape(unit.fulfillment.lower())}, not sent yet</span>'
    if unit.return_status != "ANNOUNCED":
        return '<span class="wait">open: on its way back, no money yet</span>'
    return (
        '<span class="wait">open: announced, no money yet</span>'
        f'<form method="post" action="/returns/{escape(unit.position_item_id)}/withdraw">'
        '<button class="quiet">Withdraw</button></form>'
    )
