"""The page on which a person plays the customer: orders, what goes back, and what the seller decided."""

from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.generic.keys import API_KEY, PASSWORD, USERNAME
from retour.sandbox.generic.rest import BASE
from retour.sandbox.generic.samples import REASONS, reason
from retour.sandbox.generic.state import OPEN, Order, OrderLine, Return, ReturnLine
from retour.sandbox.generic.trade import Back
from retour.sandbox.markup import Html, element, options, units
from retour.sandbox.storefront import (
    Storefront,
    act_form,
    acts,
    card,
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
    from retour.sandbox.generic.simulator import PartnerSimulator

_STOREFRONT = Storefront("a real shop", "#1a1a1a")
_REASONS = {one.code: one.text for one in REASONS}
_LONGEST_COMMENT = 500


class Pages:
    def __init__(self, simulator: "PartnerSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.show),
            web.post("/returns", self.send_back),
            web.post("/returns/{return_id}/withdraw", self.withdraw),
        ]

    async def show(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        recent = list(reversed(self._simulator.book.recent_orders))
        return _STOREFRONT.home(
            "You are the customer. Send something back, then see what the seller decides.",
            map(_order, recent),
            (_return(returned) for order in recent for returned in reversed(order.returns)),
            element("h2", "How the seller's software gets in"),
            self._access(f"{request.scheme}://{request.host}"),
        )

    async def send_back(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        form = await filled(request)
        order = self._simulator.book.orders.get(form.text("order"))
        lines = {line.order_line_id: line for line in order.lines} if order else {}
        line = lines.get(form.text("line"))
        if order is None or line is None:
            raise unchosen()
        code, quantity = form.reason(_REASONS), form.quantity(line.quantity - line.returned)
        back = Back(line.order_line_id, quantity, reason(code), form.comment(_LONGEST_COMMENT))
        self._simulator.open_return(order.order_id, [back])
        raise web.HTTPSeeOther("/")

    async def withdraw(self, request: web.Request) -> web.Response:
        with existing():
            self._simulator.withdraw(request.match_info["return_id"])
        raise web.HTTPSeeOther("/")

    def _access(self, url: str) -> Html:
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
        facts = [part for name, value in rows for part in (element("dt", name), element("dd", value))]
        return element("details", element("summary", "Addresses and keys"), element("dl", *facts))


def _order(order: Order) -> Html:
    articles = [_article(order, line) for line in order.lines]
    return card("Order", order.order_id, f"{order.placed_at:%d-%m-%Y}", articles)


def _article(order: Order, line: OrderLine) -> Html:
    title, ids = line.title, {"order": order.order_id, "line": line.order_line_id}
    left = line.quantity - line.returned
    form = return_form(title, left, ids, options(_REASONS.items()), comment(title, _LONGEST_COMMENT))
    return row(units(line.quantity, title), line.sku, form)


def _return(returned: Return) -> Html:
    number = returned.return_id
    rows = [
        row(units(line.quantity, line.order_line.title), line.order_line.sku, states(_outcomes(returned, line)))
        for line in returned.lines
    ]
    if returned.status in OPEN:
        rows.append(acts([act_form(f"/returns/{number}/withdraw", "Withdraw", f"return {number}")]))
    return card("Return", number, f"order {returned.order.order_id}", rows)


def _outcomes(returned: Return, line: ReturnLine) -> list[Html]:
    """What the customer is told of a line."""
    told = []
    if line.accepted:
        amount = f"{line.order_line.unit_price * line.accepted:.2f} €"
        told.append(state(f"{line.accepted} refunded, {amount}", "good"))
    if line.rejected:
        told.append(state(f"{line.rejected} refused", "bad"))
    if line.withdrawn:
        told.append(state(f"{line.withdrawn} withdrawn by you", "none"))
    if line.left and returned.status in OPEN:
        told.append(state(f"{line.left} open ({returned.status}), no money yet", "wait"))
    elif line.left:
        told.append(state(f"{line.left} closed without an answer", "none"))
    return told
