"""The page on which a person plays the customer: orders, what goes back, and what the seller decided."""

from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.generic.keys import API_KEY, PASSWORD, USERNAME
from retour.sandbox.generic.problems import Impossible
from retour.sandbox.generic.rest import BASE
from retour.sandbox.generic.samples import REASONS
from retour.sandbox.generic.state import OPEN, Order, OrderLine, Return, ReturnLine
from retour.sandbox.generic.trade import Back

if TYPE_CHECKING:
    from retour.sandbox.generic.simulator import PartnerSimulator

_OPTIONS = "".join(f'<option value="{escape(one.code)}">{escape(one.text)}</option>' for one in REASONS)


class Pages:
    """Plain forms; every post answers with a redirect, so that a reload repeats nothing."""

    def __init__(self, simulator: "PartnerSimulator") -> None:
        self._simulator = simulator
        self._template = Template(files(__package__).joinpath("page.html").read_text("utf-8"))

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/returns", self.send_back),
            web.post("/returns/{return_id}/withdraw", self.withdraw),
        ]

    async def show(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        recent = list(reversed(self._simulator.book.recent_orders))
        returns = "".join(_return(returned) for order in recent for returned in reversed(order.returns))
        html = self._template.substitute(
            orders="".join(_order(order) for order in recent) or "<p>There are no orders yet.</p>",
            returns=returns or '<p class="row">Nothing yet. Choose an article above.</p>',
            access=self._access(f"{request.scheme}://{request.host}"),
        )
        return web.Response(text=html, content_type="text/html")

    async def send_back(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        form = await request.post()
        order_id, line_id, code, quantity, comment = (
            str(form.get(name, "")) for name in ("order", "line", "reason", "quantity", "comment")
        )
        reason = next((one for one in REASONS if one.code == code), None)
        if reason is None or order_id not in self._simulator.book.orders:
            raise web.HTTPBadRequest(text="Please choose an article and a reason.")
        if not (quantity.isascii() and quantity.isdecimal()) or len(quantity) > 4:
            raise web.HTTPBadRequest(text="Please say how many.")
        try:
            self._simulator.open_return(order_id, [Back(line_id, int(quantity), reason, comment[:500])])
        except Impossible as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        raise web.HTTPSeeOther("/")

    async def withdraw(self, request: web.Request) -> web.Response:
        try:
            self._simulator.withdraw(request.match_info["return_id"])
        except KeyError:
            raise web.HTTPNotFound(text="There is no such return.") from None
        except Impossible as error:
            raise web.HTTPConflict(text=str(error)) from None
        raise web.HTTPSeeOther("/")

    def _access(self, url: str) -> str:
        rows = [("REST", f"{url}{BASE}"), ("Key", API_KEY)]
        if self._simulator.has_files:
            lane = self._simulator.file_lane
            rows += [("Files over HTTP", f"{url}/files/returns/"), ("Files in a folder", str(lane.folder))]
            if lane.sftp and lane.sftp.address:
                address = lane.sftp.address
                rows += [
                    ("Files over SFTP", f"{address.host} port {address.port}, user {USERNAME}, password {PASSWORD}"),
                    ("Host key", f"{address.host_key} ({address.fingerprint})"),
                ]
        return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(value)}</dd>' for name, value in rows)}</dl>"


def _order(order: Order) -> str:
    rows = "".join(_article(order, line) for line in order.lines)
    return (
        f'<section class="card"><header>Order <strong>{escape(order.order_id)}</strong> '
        f"{order.placed_at:%d-%m-%Y}</header>{rows}</section>"
    )


def _article(order: Order, line: OrderLine) -> str:
    left, title = line.quantity - line.returned, escape(line.title)
    what = f'<div class="what">{line.quantity} &times; {title}<small>{escape(line.sku)}</small></div>'
    if not left:
        return f'<div class="row">{what}<span class="none">Nothing left to return</span></div>'
    return (
        f'<div class="row">{what}<form method="post" action="/returns">'
        f'<input type="hidden" name="order" value="{escape(order.order_id)}">'
        f'<input type="hidden" name="line" value="{escape(line.order_line_id)}">'
        f'<select name="reason" aria-label="Reason for returning {title}">{_OPTIONS}</select>'
        f'<input type="number" name="quantity" value="1" min="1" max="{left}" aria-label="Quantity of {title}">'
        f'<input name="comment" maxlength="500" placeholder="Comment" aria-label="Comment on {title}">'
        "<button>Return this</button></form></div>"
    )


def _return(returned: Return) -> str:
    lines = "".join(
        f"{line.quantity} &times; {escape(line.order_line.title)}: {_state(returned, line)}<br>"
        for line in returned.lines
    )
    button = (
        f'<form method="post" action="/returns/{escape(returned.return_id)}/withdraw">'
        '<button class="quiet">Withdraw</button></form>'
        if returned.status in OPEN
        else ""
    )
    where = f"<small>return {escape(returned.return_id)}, order {escape(returned.order.order_id)}</small>"
    return f'<div class="row"><div class="what">{lines}{where}</div>{button}</div>'


def _state(returned: Return, line: ReturnLine) -> str:
    """What the customer is told of a line."""
    words = []
    if line.accepted:
        amount = f"{line.order_line.unit_price * line.accepted:.2f} €"
        words.append(f'<strong class="good">{line.accepted} refunded, {amount}</strong>')
    if line.rejected:
        words.append(f'<strong class="bad">{line.rejected} refused</strong>')
    if line.withdrawn:
        words.append(f'<span class="none">{line.withdrawn} withdrawn by you</span>')
    if line.left and returned.status in OPEN:
        words.append(f'<span class="wait">{line.left} open ({escape(returned.status)}), no money yet</span>')
    elif line.left:
        words.append(f'<span class="none">{line.left} closed without an answer</span>')
    return ", ".join(words)
