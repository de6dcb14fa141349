"""The page on which a person plays the customer: orders, returns and refunds of both sample sellers."""

from decimal import Decimal
from html import escape
from importlib.resources import files
from itertools import islice
from string import Template
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.amazon import commands
from retour.sandbox.amazon.samples import REASONS
from retour.sandbox.amazon.state import DROPPED, FINAL, Order, OrderItem, Return, Seller

if TYPE_CHECKING:
    from retour.sandbox.amazon.simulator import AmazonSimulator

SHOWN = 20
_OPTIONS = "".join(f'<option value="{escape(code)}">{escape(text)}</option>' for code, text in REASONS.items())


class Pages:
    """Plain forms; every post answers with a redirect, so that a reload repeats nothing."""

    def __init__(self, simulator: "AmazonSimulator") -> None:
        self._simulator = simulator
        self._template = Template(files(__package__).joinpath("page.html").read_text("utf-8"))

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
        nothing = '<section class="card"><p>Nothing yet. Choose a product above and press “Return this”.</p></section>'
        html = self._template.substitute(orders="".join(orders), returns="".join(returns) or nothing)
        return web.Response(text=html, content_type="text/html")

    async def send_back(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        form = {name: str(value) for name, value in (await request.post()).items()}
        seller = self._simulator.sellers.get(form.get("seller_id", ""))
        order = seller.orders.get(form.get("order_id", "")) if seller else None
        items = {item.order_item_id: item for item in order.items} if order else {}
        item = items.get(form.get("order_item_id", ""))
        quantity, reason = form.get("quantity", ""), form.get("reason", "")
        if not seller or not order or not item or reason not in REASONS or not quantity.isdecimal():
            raise web.HTTPBadRequest(text="Please choose a product, a reason and a quantity.")
        left = seller.left_to_return(item)
        if not 1 <= int(quantity) <= left:
            raise web.HTTPBadRequest(text=f"You can send back at most {left}.")
        told = commands.ReturnedProduct(
            order_item_id=item.order_item_id,
            quantity=int(quantity),
            reason=reason,
            comment=form.get("comment", "").strip()[:500],
        )
        self._simulator.open_return(seller, commands.OpenReturn(order_id=order.order_id, items=[told]))
        raise web.HTTPSeeOther("/")

    async def cancel(self, request: web.Request) -> web.Response:
        seller = self._simulator.sellers.get(str((await request.post()).get("seller_id")))
        returned = seller.returns.get(request.match_info["rma_id"]) if seller else None
        if not seller or not returned:
            raise web.HTTPNotFound(text="There is no such return.")
        self._simulator.withdraw(seller, returned)
        raise web.HTTPSeeOther("/")


def _order(seller: Seller, order: Order) -> str:
    sender = "sent by the seller" if order.fulfilled_by == "MERCHANT" else "sent by the marketplace"
    rows = "".join(_item(seller, order, item) for item in order.items)
    return (
        f'<section class="card"><header><strong>{escape(order.order_id)}</strong>'
        f"<span>{escape(order.marketplace.name)}, {order.placed_at:%d-%m-%Y}, {sender}</span></header>{rows}</section>"
    )


def _item(seller: Seller, order: Order, item: OrderItem) -> str:
    left = seller.left_to_return(item)
    what = (
        f'<div class="what">{escape(item.title)}'
        f"<small>{item.quantity} &times; {_money(order, item.unit_price)} · {escape(item.sku)}</small></div>"
    )
    if left < 1:
        return f'<div class="row">{what}<span class="none">Nothing left to return</span></div>'
    title = escape(item.title)
    return (
        f'<div class="row">{what}<form method="post" action="/returns">{_hidden("seller_id", seller.seller_id)}'
        f"{_hidden('order_id', order.order_id)}{_hidden('order_item_id', item.order_item_id)}"
        f'<select name="reason" aria-label="Reason for returning {title}">{_OPTIONS}</select>'
        f'<input type="number" name="quantity" value="1" min="1" max="{left}" aria-label="Quantity of {title}">'
        f'<input name="comment" maxlength="500" placeholder="Comment" aria-label="Comment on {title}">'
        "<button>Return this</button></form></div>"
    )


def _return(seller: Seller, returned: Return) -> str:
    rows = "".join(
        f'<div class="row"><div class="what">{line.quantity} &times; {escape(line.item.title)}'
        f"<small>{escape(REASONS.get(line.reason, line.reason))} {escape(line.comment)}</small></div>"
        f"{_state(returned, line.open_units, line.refunded)}</div>"
        for line in returned.lines
    )
    cancel = ""
    if returned.status not in FINAL and returned.open_units:
        cancel = (
            f'<form method="post" action="/returns/{escape(returned.rma_id)}/cancel">'
            f'{_hidden("seller_id", seller.seller_id)}<button class="quiet">Cancel this return</button></form>'
        )
    return (
        f'<section class="card"><header><strong>{escape(returned.rma_id)}</strong>'
        f"<span>order {escape(returned.order.order_id)}, {returned.requested_at:%d-%m-%Y %H:%M}</span></header>"
        f"{rows}{cancel and f'<div class=row>{cancel}</div>'}</section>"
    )


def _state(returned: Return, open_units: int, refunded: Decimal) -> str:
    states = []
    if refunded:
        states.append(f'<span class="good">Refunded {_money(returned.order, refunded)}</span>')
    if open_units:
        who = "seller" if returned.order.fulfilled_by == "MERCHANT" else "marketplace"
        match returned.status:
            case "Cancelled":
                states.append('<span class="none">You cancelled it</span>')
            case status if status in DROPPED:
                states.append('<span class="bad">Refused</span>')
            case status if status in FINAL:
                states.append('<span class="bad">Closed without a refund</span>')
            case _:
                states.append(f'<span class="wait">{open_units} &times; open: waiting for the {who}</span>')
    return f"<div>{'<br>'.join(states)}</div>"


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _money(order: Order, amount: Decimal) -> str:
    return f"{order.marketplace.money(amount)} {escape(order.marketplace.currency)}"
