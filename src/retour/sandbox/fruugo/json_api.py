"""The v3 JSON order API: every answer only acknowledges; the result is posted to the webhook (contract 4)."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar, get_args
from uuid import uuid4

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from retour.sandbox.fruugo import documents, eastern
from retour.sandbox.fruugo.envelope import Rows
from retour.sandbox.fruugo.fulfilment import Step, fulfil
from retour.sandbox.fruugo.gate import Gate, Handler
from retour.sandbox.fruugo.items import Item, Refused
from retour.sandbox.fruugo.returning import Words
from retour.sandbox.fruugo.state import Order
from retour.sandbox.fruugo.switches import Kind

if TYPE_CHECKING:
    from retour.sandbox.fruugo.simulator import FruugoSimulator

Text = Annotated[str, Field(strict=True, min_length=1)]
Model = TypeVar("Model", bound=BaseModel)
_LISTS: Final = ("statuses", "customerCountries")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_EVER: Final = datetime.min.replace(tzinfo=UTC)


class _Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class ItemQuantity(_Camel):
    product_id: Text
    sku_id: Text
    quantity: Annotated[int, Field(strict=True, ge=1, le=999_999)]


class OrderAction(_Camel):
    """One order of a request; what a step does not use is ignored."""

    type: str | None = None
    order_id: Text
    item_quantities: list[ItemQuantity] | None = Field(default=None, description="empty or missing: all of them")
    return_reason: str | None = None
    cancellation_reason: str | None = None
    message_to_customer: str | None = None
    message_to_fruugo: str | None = None

    def items(self) -> list[Item]:
        return [Item(item.product_id, item.sku_id, item.quantity) for item in self.item_quantities or ()]

    def words(self) -> Words:
        return Words(self.return_reason or "", self.message_to_customer or "", self.message_to_fruugo or "")


class Actions(_Camel):
    orders: list[OrderAction] = Field(min_length=1)


class OrderFilter(_Camel):
    date_from: str
    date_to: str | None = None
    order_id: str | None = None
    product_id: str | None = None
    sku_id: str | None = None
    statuses: list[str] = []
    customer_countries: list[str] = []
    payment_amount_min: Decimal | None = None
    payment_amount_max: Decimal | None = None

    def fits(self, order: Order) -> bool:
        """`productId` and `skuId` are the merchant's own."""
        amount = sum((line.unit_price * line.quantity for line in order.lines), order.shipping_cost)
        return (
            self.order_id in (None, order.order_id)
            and any(
                self.product_id in (None, line.product_id) and self.sku_id in (None, line.sku_id)
                for line in order.lines
            )
            and (not self.statuses or order.status in self.statuses)
            and (not self.customer_countries or order.customer.country_code in self.customer_countries)
            and (self.payment_amount_min is None or self.payment_amount_min <= amount)
            and (self.payment_amount_max is None or amount <= self.payment_amount_max)
        )


class JsonApi:
    """`/v3/orders…`. What is wrong with the form of a request is 400 at once; all else is told by callback."""

    def __init__(self, simulator: "FruugoSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        return [
            web.post("/v3/orders", gate.open(self.query, "v3", download=True)),
            web.post("/v3/orders/return", gate.open(self.give_back, "v3")),
            *(web.post(f"/v3/orders/{step}", gate.open(self._step(step), "v3")) for step in get_args(Step)),
        ]

    async def query(self, request: web.Request) -> web.Response:
        """Filters in the query string or in a JSON body; the query string wins."""
        switches = self._simulator.switches
        given: dict[str, Any] = {}
        if switches.v3_filters != "query" and request.can_read_body:
            given = await _json(request)
        if switches.v3_filters != "body":
            given |= _filters(request)
        asked = _valid(OrderFilter, given)
        since = eastern.read("dateFrom", asked.date_from, switches)
        until = eastern.read("dateTo", asked.date_to, switches) if asked.date_to is not None else None

        def work(at: datetime) -> Rows:
            last = min(until or at, at)
            orders = self._simulator.market.orders
            if switches.v3_dates == "released":
                found = orders.released(since, last)
            else:
                found = [order for order in orders.released(_EVER, at) if since <= order.placed_at <= last]
            return [self._row(order) for order in found if asked.fits(order)]

        return self._accept(request, "get", work)

    async def give_back(self, request: web.Request) -> web.Response:
        """Contract 4: as v2's return, for several orders, each on its own."""
        actions = await _actions(request, "return")
        if not all(action.return_reason for action in actions):
            raise Refused("orders.returnReason is required.")

        def one(order: Order, action: OrderAction, _: datetime) -> None:
            self._simulator.market.return_by_seller(order, action.items(), action.words(), "v3")

        return self._accept(request, "return", lambda at: self._each(actions, one, at))

    def _step(self, step: Step) -> Handler:
        async def serve(request: web.Request) -> web.Response:
            actions = await _actions(request, step)
            if step == "cancel" and not all(action.cancellation_reason for action in actions):
                raise Refused("orders.cancellationReason is required.")

            def one(order: Order, action: OrderAction, at: datetime) -> None:
                fulfil(order, step, action.items(), at, self._simulator.switches.v3_ids)

            return self._accept(request, step, lambda at: self._each(actions, one, at))

        return serve

    def _each(
        self, actions: list[OrderAction], one: Callable[[Order, OrderAction, datetime], None], at: datetime
    ) -> Rows:
        """The order as it is then, or what was wrong with the request for it."""
        rows: Rows = []
        for action in actions:
            order, error = None, ""
            try:
                order = self._simulator.market.released_order(action.order_id)
                one(order, action, at)
            except Refused as refused:
                error = str(refused)
            rows += self._told(action, order, error)
        return rows

    def _told(self, action: OrderAction, order: Order | None, error: str) -> Rows:
        switches = self._simulator.switches
        if error and switches.v3_refusals == "error":
            return [{"orderId": action.order_id, "error": error}]
        if order is None or (error and switches.v3_refusals == "left_out"):
            return []
        return [self._row(order) if switches.v3_rows == "order" else documents.plain(_id(order), switches)]

    def _row(self, order: Order) -> dict[str, Any] | None:
        switches = self._simulator.switches
        flaw = switches.garbled.get(order.order_id, "")
        return documents.plain(documents.garble(documents.order(order, switches), flaw), switches)

    def _accept(self, request: web.Request, kind: Kind, work: Callable[[datetime], Rows]) -> web.Response:
        """The correlation id is the client's, or made here. The same id twice is two requests."""
        correlation_id = request.headers.get("X-Correlation-ID") or str(uuid4())
        if not _UUID.fullmatch(correlation_id):
            raise Refused("X-Correlation-ID must be a UUID.")
        if self._simulator.callbacks.full:
            return web.Response(status=503, text="Too many requests are waiting")
        self._simulator.callbacks.accept(kind, correlation_id, work)
        return web.Response(status=self._simulator.switches.ack_status, headers={"X-Correlation-ID": correlation_id})


def _filters(request: web.Request) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for key in dict.fromkeys(request.query):
        values = request.query.getall(key)
        name = key.removesuffix("[]")
        given[name] = values if name in _LISTS else values[0]
    return given


def _id(order: Order) -> documents.Document:
    return {"orderId": order.order_id}


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())  # whatever the header says of its charset
    except (ValueError, RecursionError):
        raise Refused("The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Refused("The body is not a JSON object.")
    return body


async def _actions(request: web.Request, kind: Kind) -> list[OrderAction]:
    if request.content_type != "application/json":
        raise Refused("The body must be application/json.")
    orders = _valid(Actions, await _json(request)).orders
    if any(action.type not in (None, kind) for action in orders):
        raise Refused(f"orders.type must be {kind}.")
    return orders


def _valid(model: type[Model], body: dict[str, Any]) -> Model:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"] if not isinstance(part, int))
        raise Refused(f"{where}: {first['msg']}.") from None
