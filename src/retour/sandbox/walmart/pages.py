"""The page on which a person plays the customer, and the carrier who brings the parcel back."""

from collections.abc import Callable
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.walmart.samples import REASONS
from retour.sandbox.walmart.state import Order, OrderLine, Return, ReturnLine

if TYPE_CHECKING:
    from retour.sandbox.walmart.simulator import WalmartSimulator

_REFUND_STATES = {
    "accepted": ("refund under way", "wait"),
    "initiated": ("refund under way", "wait"),
    "issued": ("refunded", "good"),
}


class Pages:
    """Plain forms; every post answers with a redirect, so that a reload repeats nothing."""

    def __init__(self, simulator: "WalmartSimulator") -> None:
        self._simulator = simulator
        self._template = Template(files(__package__).joinpath("page.html").read_text("utf-8"))

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/returns", self.send_back),
            web.post("/returns/{number}/{act:ship|deliver|cancel}", self.act),
        ]

    async def show(self, _: web.Request) -> web.Response:
        self._simulator.catch_up()
        seller = self._simulator.seller
        html = self._template.substitute(
            orders="".join(_order(order) for order in reversed(seller.recent_orders)),
            returns="".join(_return(returned) for returned in reversed(seller.recent_returns))
            or '<section class="card"><p class="empty">Nothing yet. Choose a product above.</p></section>',
        )
        return web.Response(text=html, content_type="text/html")

    async def send_back(self, request: web.Request) -> web.Response:
        form = await request.post()
        order = self._simulator.seller.orders.get(str(form.get("purchase_order_id")))
        number, quantity, reason = (str(form.get(name, "")) for name in ("line_number", "quantity", "reason"))
        line = order.line(int(number)) if order and number.isdecimal() else None
        if order is None or line is None or reason not in REASONS or not quantity.isdecimal():
            raise web.HTTPBadRequest(text="Please choose a product, a reason and a quantity.")
        left = line.quantity - line.returned
        if not 1 <= int(quantity) <= left:
            raise web.HTTPBadRequest(text=f"You can send back at most {left}.")
        self._simulator.customers.send_back(order, line, int(quantity), reason)
        raise web.HTTPSeeOther("/")

    async def act(self, request: web.Request) -> web.Response:
        simulator = self._simulator
        acts: dict[str, Callable[[str], bool]] = {
            "ship": simulator.ship,
            "deliver": simulator.deliver,
            "cancel": simulator.cancel,
        }
        try:
            acts[request.match_info["act"]](request.match_info["number"])
        except KeyError:
            raise web.HTTPNotFound(text="There is no such return.") from None
        raise web.HTTPSeeOther("/")


def _order(order: Order) -> str:
    sender = "sent by Walmart" if order.ship_node == "WFSFulfilled" else "sent by the seller"
    rows = "".join(_order_line(order, line) for line in order.lines)
    return _card(f"Order <strong>{escape(order.purchase_order_id)}</strong>", f"{_day(order)}, {sender}", rows)


def _order_line(order: Order, line: OrderLine) -> str:
    title = escape(line.title)
    price = f"{line.quantity} &times; $ {line.unit_price + line.unit_tax:.2f} · {escape(line.sku)}"
    what = f'<div class="what">{title}<small>{price}</small></div>'
    left = line.quantity - line.returned
    if left < 1:
        return f'<div class="row">{what}<span class="none">Nothing left to return</span></div>'
    return (
        f'<div class="row">{what}<form method="post" action="/returns">'
        f'<input type="hidden" name="purchase_order_id" value="{escape(order.purchase_order_id)}">'
        f'<input type="hidden" name="line_number" value="{line.number}">'
        f'<select name="reason" aria-label="Reason for returning {title}">{_REASON_OPTIONS}</select>'
        f'<input type="number" name="quantity" value="1" min="1" max="{left}" aria-label="Quantity of {title}">'
        f'<button>Return this<span class="hidden">: {title}</span></button></form></div>'
    )


def _return(returned: Return) -> str:
    rows = "".join(_return_line(line) for line in returned.lines)
    kind = "for a replacement" if returned.kind == "REPLACEMENT" else ""
    return _card(f"Return <strong>{escape(returned.return_order_id)}</strong>", kind, rows + _buttons(returned))


def _return_line(line: ReturnLine) -> str:
    states = [_state(refund.quantity, *_REFUND_STATES[refund.stage]) for refund in line.refunds]
    if line.cancelled:
        states.append(_state(line.cancelled, "you cancelled it", "none"))
    if line.left:
        where = "at the return center" if line.delivered else "on its way" if line.shipped else "to be handed in"
        states.append(_state(line.left, f"open, {where}", "wait"))
    reason = escape(REASONS.get(line.reason, line.reason))
    return (
        f'<div class="row"><div class="what">{line.quantity} &times; {escape(line.order_line.title)}'
        f"<small>{reason}</small></div><div>{'<br>'.join(states)}</div></div>"
    )


def _buttons(returned: Return) -> str:
    """What the customer, and the carrier, can still do."""
    lines = returned.lines
    offers = (
        ("ship", "Hand in the parcel", any(not line.shipped and not line.cancellation for line in lines)),
        (
            "deliver",
            "Let it arrive at the return center",
            any(not line.delivered and not line.cancellation for line in lines),
        ),
        ("cancel", "Cancel", any(line.left for line in lines)),
    )
    number = escape(returned.return_order_id)
    forms = "".join(
        f'<form method="post" action="/returns/{number}/{act}"><button class="quiet">{text}'
        f'<span class="hidden">, return {number}</span></button></form>'
        for act, text, possible in offers
        if possible
    )
    return f'<div class="row">{forms}</div>' if forms else ""


def _state(quantity: int, text: str, tone: str) -> str:
    return f'<span class="state {tone}">{quantity} &times; {text}</span>'


def _card(left: str, right: str, rows: str) -> str:
    return f'<section class="card"><header><span>{left}</span><span>{right}</span></header>{rows}</section>'


def _day(order: Order) -> str:
    return f"{order.placed_at:%b} {order.placed_at.day}, {order.placed_at:%Y}"


_REASON_OPTIONS = "".join(f'<option value="{escape(code)}">{escape(text)}</option>' for code, text in REASONS.items())
