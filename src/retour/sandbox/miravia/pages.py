"""The pages for a person: the customer's orders and returns, and the seller's authorisation (contract 3)."""

from collections import Counter
from typing import TYPE_CHECKING

from aiohttp import web
from pydantic import ValidationError
from yarl import URL

from retour.sandbox.commands import Impossible
from retour.sandbox.markup import Html, element, options, units
from retour.sandbox.miravia.commands import OpenReturn
from retour.sandbox.miravia.samples import REASONS
from retour.sandbox.miravia.state import Line, Order, OrderItem, Reverse, Seller
from retour.sandbox.storefront import (
    Storefront,
    Tone,
    act_form,
    acts,
    card,
    choice,
    comment,
    existing,
    filled,
    return_form,
    row,
    state,
    states,
    unchosen,
)

if TYPE_CHECKING:
    from retour.sandbox.miravia.simulator import MiraviaSimulator

_STOREFRONT = Storefront("Miravia", "#6a1fc2")
_TYPES = {
    "RETURN": "Send it back",
    "ONLY_REFUND": "Money back, keep it",
    "REPLACEMENT": "Another one",
    "CANCEL": "Cancel, not sent yet",
}
_OUTCOMES: dict[str, tuple[str, Tone]] = {
    "refunded": ("refunded", "good"),
    "promised": ("accepted, refund on its way", "good"),
    "replaced": ("will be replaced", "good"),
    "refused": ("refused", "bad"),
    "withdrawn": ("withdrawn by you", "none"),
    "": ("open, waits for an answer", "wait"),
}
_ACTS = {
    "post": "Hand over the parcel",
    "deliver": "Let the parcel arrive",
    "withdraw": "Withdraw",
    "dispute": "Object",
}
_REASONS = {str(code): text for code, text in REASONS.items()}
_LONGEST_COMMENT = 1000


class Pages:
    def __init__(self, simulator: "MiraviaSimulator") -> None:
        self._simulator = simulator

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
        return _STOREFRONT.home(
            "You are the customer. Send something back, then see what the shop decides.",
            (_order(seller, order) for order in reversed(seller.recent_orders)),
            map(_return, reversed(seller.recent_returns)),
        )

    async def send_back(self, request: web.Request) -> web.Response:
        form = await filled(request)
        order_id = form.text("order_id")
        if order_id not in self._simulator.flow().seller.orders:
            raise unchosen()
        code = form.reason(_REASONS)
        line = {
            "order_item_id": form.text("order_item_id"),
            "quantity": form.text("quantity"),
            "reason": _REASONS[code],
            "reason_code": code,
            "comment": form.comment(_LONGEST_COMMENT),
        }
        asked = {"order_id": order_id, "lines": [line], "request_type": form.text("type")}
        try:
            self._simulator.open_return(OpenReturn.model_validate(asked))
        except (ValidationError, Impossible):
            raise web.HTTPBadRequest(text="You cannot send that back.") from None
        raise web.HTTPSeeOther("/")

    async def act(self, request: web.Request) -> web.Response:
        steps = {
            "withdraw": self._simulator.withdraw,
            "post": self._simulator.post_parcel,
            "deliver": self._simulator.deliver_parcel,
            "dispute": self._simulator.dispute,
        }
        act = request.match_info["act"]
        with existing():
            line = self._simulator.line(request.match_info["line_id"])[1]
        if act in _possible(line):
            steps[act](line.line_id)
        raise web.HTTPSeeOther("/")

    async def ask(self, request: web.Request) -> web.Response:
        """Where the connect button leads: the seller says yes."""
        origin = self._redirect(request).origin()
        return _STOREFRONT.page(
            "Your Miravia shop",
            element("p", f"An app asks to see and decide on the returns of your shop. Afterwards you go to {origin}."),
            element("h2", "Do you agree?"),
            element("form", element("button", "Agree"), method="post", action=str(request.rel_url)),
        )

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


def _order(seller: Seller, order: Order) -> Html:
    groups: dict[str, list[OrderItem]] = {}
    for item in order.items:
        groups.setdefault(item.seller_sku, []).append(item)
    products = [_product(seller, order, items) for items in groups.values()]
    return card("Order", order.order_id, f"{order.created_at:%d-%m-%Y %H:%M} UTC", products)


def _product(seller: Seller, order: Order, items: list[OrderItem]) -> Html:
    first, ordered = items[0], sum(item.quantity for item in items)
    free = [item for item in items if seller.returnable(item) > 0]
    form = return_form(
        first.title,
        sum(map(seller.returnable, free)),
        {"order_id": order.order_id, "order_item_id": (free or items)[0].order_item_id},
        options(_REASONS.items()),
        choice("type", f"What you want for {first.title}", options(_TYPES.items())),
        comment(first.title, _LONGEST_COMMENT),
        button="Ask",
    )
    return row(first.title, units(ordered, f"{_euro(first.cents)} · {first.seller_sku}"), form)


def _return(reverse: Reverse) -> Html:
    rows = [shown for line in reverse.lines for shown in (_line(line), _buttons(line))]
    return card("Return", reverse.reverse_order_id, _TYPES[reverse.request_type], rows)


def _line(line: Line) -> Html:
    counts: Counter[str] = Counter()
    for part in line.parts:
        counts[part.outcome] += part.quantity
    told = [
        state(units(quantity, _OUTCOMES[outcome][0]), _OUTCOMES[outcome][1]) for outcome, quantity in counts.items()
    ]
    paid = sum(part.accepted_cents for part in line.parts if part.outcome == "refunded")
    if paid:
        told.append(element("small", f"{_euro(paid)} back"))
    said = " · ".join(text for text in (line.reason_text, line.comment) if text)
    return row(units(line.quantity, line.parts[0].item.title), said, states(told))


def _buttons(line: Line) -> Html:
    title = line.parts[0].item.title
    return acts(act_form(f"/lines/{line.line_id}/{act}", _ACTS[act], title) for act in _possible(line))


def _euro(cents: int) -> str:
    return f"€ {cents // 100}.{cents % 100:02}"
