"""The page on which a person plays the customer: orders, what goes back, and the money. Plain forms, no JavaScript."""

from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.fruugo.market import Impossible
from retour.sandbox.fruugo.samples import CUSTOMER_REASONS
from retour.sandbox.fruugo.state import Announcement, Line, Order

if TYPE_CHECKING:
    from retour.sandbox.fruugo.simulator import FruugoSimulator

_LONGEST_COMMENT = 1000


class Pages:
    """Every post answers with a redirect, so that a reload repeats nothing."""

    def __init__(self, simulator: "FruugoSimulator") -> None:
        self._simulator = simulator
        self._template = Template(files(__package__).joinpath("page.html").read_text("utf-8"))

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/announcements", self.announce),
            web.post("/announcements/{number}/withdraw", self.withdraw),
        ]

    async def show(self, _: web.Request) -> web.Response:
        self._simulator.catch_up()
        orders = self._simulator.market.orders
        html = self._template.substitute(
            orders="".join(_order(order) for order in reversed(orders.recent)),
            returns="".join(_announcement(one) for one in reversed(orders.recent_announcements))
            or '<p class="none">Nothing yet.</p>',
        )
        return web.Response(text=html, content_type="text/html")

    async def announce(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        form = await request.post()
        quantity, reason = str(form.get("quantity", "")), str(form.get("reason", ""))
        if not quantity.isdecimal() or int(quantity) < 1 or reason not in CUSTOMER_REASONS:
            raise web.HTTPBadRequest(text="Please choose a quantity and a reason.")
        comment = str(form.get("comment", "")).strip()[:_LONGEST_COMMENT]
        market = self._simulator.market
        try:
            made = market.announce(str(form.get("ref", "")), int(quantity), reason=reason, comment=comment)
        except Impossible:
            raise web.HTTPBadRequest(text="You do not have that many.") from None
        except KeyError:
            raise web.HTTPBadRequest(text="Please choose a product.") from None
        market.orders.recent_announcements.extend(made)
        raise web.HTTPSeeOther("/")

    async def withdraw(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        try:
            self._simulator.market.withdraw(request.match_info["number"])
        except KeyError:
            raise web.HTTPNotFound(text="There is no such return.") from None
        except Impossible:
            raise web.HTTPConflict(text="You have your money back already.") from None
        raise web.HTTPSeeOther("/")


def _order(order: Order) -> str:
    rows = "".join(_line(line) for line in order.lines)
    return (
        f"<section><header>Order <strong>{escape(order.customer_order_id)}</strong>, "
        f"{order.placed_at:%d-%m-%Y}</header>{rows}</section>"
    )


def _line(line: Line) -> str:
    title = escape(line.title)
    what = (
        f'<div class="what">{title}<small>{line.quantity} &times; € {line.unit_price:.2f} · '
        f"{escape(line.sku_id)}</small></div>"
    )
    left = line.with_customer
    if left < 1:
        return f'<div class="row">{what}<span class="none">Nothing to send back</span></div>'
    return (
        f'<div class="row">{what}<form method="post" action="/announcements">'
        f'<input type="hidden" name="ref" value="{escape(line.ref)}">'
        f'<input type="number" name="quantity" value="1" min="1" max="{left}" aria-label="Quantity of {title}">'
        f'<select name="reason" aria-label="Reason for {title}">{_REASONS}</select>'
        f'<input name="comment" placeholder="Comment" maxlength="{_LONGEST_COMMENT}" aria-label="Comment on {title}">'
        f'<button aria-label="Send back {title}">Send back</button></form></div>'
    )


def _announcement(one: Announcement) -> str:
    title = escape(one.line.title)
    said = escape(" · ".join(part for part in (one.reason, one.comment) if part))
    states = []
    if one.refunded:
        states.append(f'<span class="good">{one.refunded} &times; refunded</span>')
    if one.withdrawn:
        states.append(f'<span class="none">{one.withdrawn} &times; withdrawn</span>')
    button = ""
    if one.open:
        states.append(f'<span class="wait">{one.open} &times; waiting for the seller</span>')
        button = (
            f'<form method="post" action="/announcements/{escape(one.number)}/withdraw">'
            f'<button class="quiet" aria-label="Do not send back {title}">I keep it</button></form>'
        )
    return (
        f'<section><div class="row"><div class="what">{one.quantity} &times; {title}<small>{said}</small></div>'
        f"<div>{'<br>'.join(states)}</div>{button}</div></section>"
    )


_REASONS = "".join(f"<option>{escape(reason)}</option>" for reason in CUSTOMER_REASONS)
