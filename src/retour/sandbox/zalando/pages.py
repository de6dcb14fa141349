"""The page on which a person plays the customer: orders, units sent back, and money returned."""

from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.zalando.samples import REASONS
from retour.sandbox.zalando.state import Item, Line, Order

if TYPE_CHECKING:
    from retour.sandbox.zalando.simulator import ZalandoSimulator

_OPTIONS = "".join(f'<option value="{reason}">{reason.replace("_", " ").lower()}</option>' for reason in REASONS)


class Pages:
    """Plain forms; every post answers with a redirect, so that a reload repeats nothing."""

    def __init__(self, simulator: "ZalandoSimulator") -> None:
        self._simulator = simulator
        self._template = Template(files(__package__).joinpath("page.html").read_text("utf-8"))

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/returns", self.send_back),
            web.post("/announced-returns/{announced_return_id}/withdraw", self.withdraw),
        ]

    async def show(self, _: web.Request) -> web.Response:
        merchant = self._simulator.merchant()
        orders = "".join(_order(order) for order in reversed(merchant.recent_orders))
        returns = "".join(
            _line(line)
            for order in reversed(merchant.recent_orders)
            for line in order.lines
            if line.sent_back_at or line.announced or line.status == "returned"
        )
        empty = '<p class="row">Nothing yet. Choose an article above.</p>'
        html = self._template.substitute(orders=orders or empty, returns=returns or empty)
        return web.Response(text=html, content_type="text/html")

    async def send_back(self, request: web.Request) -> web.Response:
        form = await request.post()
        merchant = self._simulator.merchant()
        item_id, reason, quantity = (str(form.get(name, "")) for name in ("item", "reason", "quantity"))
        items = [item for order in merchant.recent_orders for item in order.items if item.item_id == item_id]
        if not items or reason not in REASONS or not (quantity.isascii() and quantity.isdecimal()):
            raise web.HTTPBadRequest(text="Please choose an article, a reason and a quantity.")
        lines = _returnable(items[0])
        if not 1 <= int(quantity) <= len(lines):
            raise web.HTTPBadRequest(text=f"You can send back at most {len(lines)}.")
        chosen = [line.line_id for line in lines[: int(quantity)]]
        if form.get("label") == "box":
            for line_id in chosen:
                self._simulator.send_back(line_id)
        else:
            self._simulator.announce([(line_id, reason) for line_id in chosen])
        raise web.HTTPSeeOther("/")

    async def withdraw(self, request: web.Request) -> web.Response:
        try:
            self._simulator.withdraw(request.match_info["announced_return_id"])
        except KeyError:
            raise web.HTTPNotFound(text="There is no such return.") from None
        raise web.HTTPSeeOther("/")


def _returnable(item: Item) -> list[Line]:
    return [line for line in item.lines if line.status == "shipped" and line.sent_back_at is None]


def _order(order: Order) -> str:
    sender = "sent by Zalando" if order.order_type == "ZalandoFulfilled" else "sent by a partner"
    rows = "".join(_item(item) for item in order.items)
    return (
        f'<section class="card"><header>Order <strong>{escape(order.number)}</strong> '
        f"{order.placed_at:%d-%m-%Y}, {sender}</header>{rows}</section>"
    )


def _item(item: Item) -> str:
    left = len(_returnable(item))
    title = escape(item.description)
    what = f'<div class="what">{len(item.lines)} &times; {title}<small>{escape(item.external_id)}</small></div>'
    if not left:
        return f'<div class="row">{what}<span class="none">Nothing left to return</span></div>'
    return (
        f'<div class="row">{what}<form method="post" action="/returns">'
        f'<input type="hidden" name="item" value="{escape(item.item_id)}">'
        f'<select name="reason" aria-label="Reason for returning {title}">{_OPTIONS}</select>'
        f'<input type="number" name="quantity" value="1" min="1" max="{left}" aria-label="Quantity of {title}">'
        f'<select name="label" aria-label="Label for {title}"><option value="online">label made online</option>'
        '<option value="box">label that was in the box</option></select><button>Return this</button></form></div>'
    )


def _line(line: Line) -> str:
    what = (
        f'<div class="what">{escape(line.item.description)}<small>order {escape(line.item.order.number)}</small></div>'
    )
    if line.status == "returned":
        return f'<div class="row">{what}<strong class="good">refunded € {line.price * line.refunds:.2f}</strong></div>'
    if line.sent_back_at is None:
        return f'<div class="row">{what}<span class="none">you withdrew this return</span></div>'
    withdraw = ""
    if line.announced:
        action = f"/announced-returns/{escape(line.announced[-1].announced_return_id)}/withdraw"
        withdraw = f'<form method="post" action="{action}"><button class="quiet">Withdraw</button></form>'
    return f'<div class="row">{what}<span class="wait">open: on its way back, no money yet</span>{withdraw}</div>'
