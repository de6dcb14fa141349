"""The pages for a person: the customer's orders and returns, and the seller's authorisation (contract 3)."""

from collections import Counter
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from aiohttp import web
from pydantic import ValidationError
from yarl import URL

from retour.sandbox.miravia.commands import OpenReturn
from retour.sandbox.miravia.openings import Impossible
from retour.sandbox.miravia.samples import REASONS
from retour.sandbox.miravia.state import Line, Order, OrderItem, Reverse, Seller

if TYPE_CHECKING:
    from retour.sandbox.miravia.simulator import MiraviaSimulator

_TYPES = {
    "RETURN": "Send it back",
    "ONLY_REFUND": "Money back, keep it",
    "REPLACEMENT": "Another one",
    "CANCEL": "Cancel, not sent yet",
}
_OUTCOMES = {
    "refunded": ("refunded", "good"),
    "promised": ("accepted, refund on its way", "good"),
    "replaced": ("will be replaced", "good"),
    "refused": ("refused", "bad"),
    "withdrawn": ("withdrawn by you", "none"),
    "": ("open, waits for an answer", "wait"),
}
_REASON_OPTIONS = "".join(f'<option value="{code}">{escape(text)}</option>' for code, text in REASONS.items())
_TYPE_OPTIONS = "".join(f'<option value="{key}">{escape(text)}</option>' for key, text in _TYPES.items())


class Pages:
    """Plain forms; every post answers with a redirect, so that a reload repeats nothing."""

    def __init__(self, simulator: "MiraviaSimulator") -> None:
        self._simulator = simulator
        self._template = Template(files(__package__).joinpath("page.html").read_text("utf-8"))

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/returns", self.send_back),
            web.post("/lines/{line_id}/{act:withdraw|post|deliver|dispute}", self.act),
            web.get("/apps/oauth/authorize", self.ask),
            web.post("/apps/oauth/authorize", self.authorize),
        ]

    async def show(self, _: web.Request) -> web.Response:
        seller = self._simulator.flow().seller
        orders = "".join(_order(seller, order) for order in reversed(seller.recent_orders))
        returns = "".join(_return(reverse) for reverse in reversed(seller.recent_returns))
        nothing = '<section class="card"><p class="empty">Nothing yet.</p></section>'
        content = (
            '<p class="lead">You are the customer. Send something back, then see what the shop decides.</p>'
            f"<h2>Orders</h2>{orders or nothing}<h2>My returns</h2>{returns or nothing}"
        )
        return self._page("My orders", content)

    async def send_back(self, request: web.Request) -> web.Response:
        form = await request.post()
        reason_code = str(form.get("reason", ""))
        if not reason_code.isdecimal() or int(reason_code) not in REASONS:
            raise web.HTTPBadRequest(text="Please choose a reason.")
        order_id = str(form.get("order_id", ""))
        if order_id not in self._simulator.flow().seller.orders:
            raise web.HTTPBadRequest(text="There is no such order.")
        line = {
            "order_item_id": form.get("order_item_id"),
            "quantity": form.get("quantity"),
            "reason": REASONS[int(reason_code)],
            "reason_code": reason_code,
            "comment": str(form.get("comment", "")).strip()[:1000],
        }
        try:
            self._simulator.open_return(
                OpenReturn.model_validate({"order_id": order_id, "lines": [line], "request_type": form.get("type")})
            )
        except (ValidationError, Impossible):
            raise web.HTTPBadRequest(text="You cannot send that back.") from None
        raise web.HTTPSeeOther("/")

    async def act(self, request: web.Request) -> web.Response:
        acts = {
            "withdraw": self._simulator.withdraw,
            "post": self._simulator.post_parcel,
            "deliver": self._simulator.deliver_parcel,
            "dispute": self._simulator.dispute,
        }
        act = request.match_info["act"]
        try:
            line = self._simulator.line(request.match_info["line_id"])[1]
        except KeyError:
            raise web.HTTPNotFound(text="There is no such return.") from None
        if act in _possible(line):
            acts[act](line.line_id)
        raise web.HTTPSeeOther("/")

    async def ask(self, request: web.Request) -> web.Response:
        """Where the connect button leads: the seller says yes."""
        target = self._redirect(request)
        content = (
            f'<p class="lead">An app asks to see and decide on the returns of your shop. Afterwards you go to '
            f"{escape(str(target.origin()))}.</p><h2>Do you agree?</h2>"
            f'<form method="post" action="{escape(str(request.rel_url))}"><button>Agree</button></form>'
        )
        return self._page("Your Miravia shop", content)

    async def authorize(self, request: web.Request) -> web.Response:
        target = self._redirect(request)
        raise web.HTTPSeeOther(target.update_query(code=self._simulator.authorize()))

    def _redirect(self, request: web.Request) -> URL:
        query = request.query
        if query.get("client_id") != self._simulator.app_key or query.get("response_type") != "code":
            raise web.HTTPBadRequest(text="client_id or response_type is not right.")
        try:
            target = URL(query.get("redirect_uri", ""))
        except ValueError:
            raise web.HTTPBadRequest(text="redirect_uri is not an address.") from None
        if target.scheme not in ("http", "https") or not target.host:
            raise web.HTTPBadRequest(text="redirect_uri is not an address.")
        return target.update_query(state=query["state"]) if "state" in query else target

    def _page(self, title: str, content: str) -> web.Response:
        html = self._template.substitute(title=escape(title), content=content)
        return web.Response(text=html, content_type="text/html")


def _possible(line: Line) -> list[str]:
    """What the customer, or the carrier, can do now."""
    goods = line.reverse.request_type in ("RETURN", "REPLACEMENT")
    acts = {
        "post": goods and line.ofc_status == "RETURN_PICKUP_PENDING",
        "deliver": line.ofc_status == "RETURN_TPL_RECEIVED",
        "withdraw": bool(line.open_parts),
        "dispute": any(part.outcome == "refused" for part in line.parts),
    }
    return [name for name, holds in acts.items() if holds]


def _order(seller: Seller, order: Order) -> str:
    groups: dict[str, list[OrderItem]] = {}
    for item in order.items:
        groups.setdefault(item.seller_sku, []).append(item)
    rows = "".join(_product(seller, order, items) for items in groups.values())
    return (
        f'<section class="card"><header><span>Order <strong>{escape(order.order_id)}</strong></span>'
        f"<span>{order.created_at:%d-%m-%Y %H:%M} UTC</span></header>{rows}</section>"
    )


def _product(seller: Seller, order: Order, items: list[OrderItem]) -> str:
    first, ordered = items[0], sum(item.quantity for item in items)
    what = (
        f'<div class="what">{escape(first.title)}'
        f"<small>{ordered} &times; {_euro(first.cents)} · {escape(first.seller_sku)}</small></div>"
    )
    free = [item for item in items if seller.returnable(item) > 0]
    if not free:
        return f'<div class="row">{what}<span class="none">Nothing left to return</span></div>'
    title, left = escape(first.title), sum(seller.returnable(item) for item in free)
    return (
        f'<div class="row">{what}<form method="post" action="/returns">'
        f'<input type="hidden" name="order_id" value="{escape(order.order_id)}">'
        f'<input type="hidden" name="order_item_id" value="{escape(free[0].order_item_id)}">'
        f'<select name="type" aria-label="What you want for {title}">{_TYPE_OPTIONS}</select>'
        f'<select name="reason" aria-label="Reason for returning {title}">{_REASON_OPTIONS}</select>'
        f'<input type="number" name="quantity" value="1" min="1" max="{left}" aria-label="Quantity of {title}">'
        f'<input name="comment" maxlength="1000" placeholder="Anything to add?" aria-label="Comment on {title}">'
        f'<button>Ask<span class="hidden">: {title}</span></button></form></div>'
    )


def _return(reverse: Reverse) -> str:
    rows = "".join(_line(line) for line in reverse.lines)
    return (
        f'<section class="card"><header><span>Return <strong>{escape(reverse.reverse_order_id)}</strong></span>'
        f"<span>{escape(_TYPES[reverse.request_type])}</span></header>{rows}</section>"
    )


def _line(line: Line) -> str:
    counts: Counter[str] = Counter()
    for part in line.parts:
        counts[part.outcome] += part.quantity
    states = "<br>".join(
        f'<span class="state {_OUTCOMES[outcome][1]}">{quantity} &times; {_OUTCOMES[outcome][0]}</span>'
        for outcome, quantity in counts.items()
    )
    paid = sum(part.accepted_cents for part in line.parts if part.outcome == "refunded")
    money = f"<small>{_euro(paid)} back</small>" if paid else ""
    words = {
        "post": "Hand over the parcel",
        "deliver": "Let the parcel arrive",
        "withdraw": "Withdraw",
        "dispute": "Object",
    }
    buttons = "".join(
        f'<form method="post" action="/lines/{line.line_id}/{act}"><button class="quiet">{words[act]}</button></form>'
        for act in _possible(line)
    )
    said = escape(" · ".join(text for text in (line.reason_text, line.comment) if text))
    return (
        f'<div class="row"><div class="what">{line.quantity} &times; {escape(line.parts[0].item.title)}'
        f'<small>{said}</small></div><div class="what">{states}{money}</div>{buttons}</div>'
    )


def _euro(cents: int) -> str:
    return f"€ {cents // 100}.{cents % 100:02}"
