"""Orders with their products, metafields and credit; invoices (contract 4)."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final

from aiohttp import web

from retour.sandbox.lightspeed import bodies, lists
from retour.sandbox.lightspeed.documents import (
    Document,
    invoice_document,
    item_documents,
    line_document,
    metafield_document,
    order_document,
)
from retour.sandbox.lightspeed.gate import Answer, Call, Gate, Serve
from retour.sandbox.lightspeed.orders import (
    PAYMENT_STATUSES,
    SHIPMENT_STATUSES,
    STATUSES,
    Invoice,
    Metafield,
    Order,
    OrderLine,
)
from retour.sandbox.lightspeed.problems import Fields, Invalid, not_found
from retour.sandbox.lightspeed.shop import Refused, Shop

_FILTERS: Final[dict[str, Callable[[Order], str]]] = {
    "number": lambda order: order.number,
    "email": lambda order: order.buyer.email,
    "customer": lambda order: str(order.buyer.customer_id),
    "status": lambda order: order.status,
    "paymentStatus": lambda order: order.payment_status,
    "shipmentStatus": lambda order: order.shipment_status,
}
_WORDS: Final = {
    "status": ("status", STATUSES),
    "paymentStatus": ("payment_status", PAYMENT_STATUSES),
    "shipmentStatus": ("shipment_status", SHIPMENT_STATUSES),
}
_TEXTS: Final = {"memo": ("memo", str)}
_METAFIELD: Final = {"key": ("key", str), "value": ("value", str)}
_CREDIT: Final = {
    "creditPayment": ("payment", bool),
    "creditShipment": ("shipment", bool),
    "notifyNew": ("notify", bool),
    "updateStock": ("update_stock", bool),
}


class OrderApi:
    """There is no way to make an order here: orders come out of checkouts."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        one, invoice = r"/{lang}/orders/{id:\d+}", r"/{lang}/invoices/{id:\d+}"
        field = one + r"/metafields/{metafield:\d+}.json"
        table: list[tuple[str, str, Serve]] = [
            ("GET", "/{lang}/orders.json", self.list_orders),
            ("GET", "/{lang}/orders/count.json", self.count),
            ("GET", one + ".json", self.read),
            ("PUT", one + ".json", self.update),
            ("GET", one + "/products.json", self.products),
            ("POST", one + "/credit.json", self.credit),
            ("GET", one + "/metafields.json", self.list_metafields),
            ("POST", one + "/metafields.json", self.add_metafield),
            ("GET", field, self.read_metafield),
            ("PUT", field, self.update_metafield),
            ("DELETE", field, self.delete_metafield),
            ("GET", "/{lang}/invoices.json", self.list_invoices),
            ("GET", invoice + ".json", self.read_invoice),
            ("GET", invoice + "/items.json", self.items),
        ]
        return [web.route(method, path, gate.open("orders", serve)) for method, path, serve in table]

    async def list_orders(self, call: Call) -> Answer:
        query = lists.read(call.request.query, self._shop.switches)
        rows = lists.cut(query, self._matching(call), self._shop.switches)
        return Answer({"orders": [query.only_fields(order_document(order, call.links)) for order in rows]})

    async def count(self, call: Call) -> Answer:
        query = lists.read(call.request.query, self._shop.switches)
        return Answer({"count": sum(query.matches(order) for order in self._matching(call))})

    async def read(self, call: Call) -> Answer:
        return Answer({"order": order_document(self._order(call), call.links)})

    async def update(self, call: Call) -> Answer:
        order = self._order(call)
        body = await bodies.unwrap(call.request, "order")
        wrong: Fields = {}
        changes = bodies.typed(body, _TEXTS, wrong)
        for name, (ours, allowed) in _WORDS.items():
            if (word := bodies.word(body, name, allowed, wrong)) is not None:
                changes[ours] = word
        if wrong:
            raise Invalid(wrong)
        self._shop.edit_order(order, changes)
        return Answer({"order": order_document(order, call.links)})

    async def products(self, call: Call) -> Answer:
        order = self._order(call)
        query = lists.read(call.request.query, self._shop.switches)
        start = (query.page - 1) * query.limit
        lines = [line for line in order.lines if query.since_id is None or line.id > query.since_id]
        shown = [self._line(order, line, call) for line in lines[start : start + query.limit]]
        return Answer({"orderProducts": [query.only_fields(document) for document in shown]})

    async def credit(self, call: Call) -> Answer:
        """Money that goes back to the customer: what the hub must leave to the merchant."""
        order = self._order(call)
        body = await bodies.unwrap(call.request, "credit")
        wrong: Fields = {}
        told = bodies.typed(body, _CREDIT, wrong)
        picked = bodies.picked(body, order, wrong) if "orderProducts" in body else []
        if wrong:
            raise Invalid(wrong)
        try:
            invoice = self._shop.credit(
                order,
                picked,
                shipment=told.get("shipment", False),
                update_stock=told.get("update_stock", False),
            )
        except Refused as refused:
            raise Invalid({"orderProducts": [str(refused)]}) from None
        return Answer({"invoice": invoice_document(invoice, call.links)}, HTTPStatus.CREATED)

    async def list_metafields(self, call: Call) -> Answer:
        order = self._order(call)
        query = lists.read(call.request.query, self._shop.switches)
        rows = lists.cut(query, order.metafields.values(), self._shop.switches)
        return Answer({"orderMetafields": [query.only_fields(metafield_document(row)) for row in rows]})

    async def add_metafield(self, call: Call) -> Answer:
        order = self._order(call)
        told = await self._metafield_of(call)
        if told.keys() != {"key", "value"}:
            raise Invalid({"key": ["A key and a value are expected."]})
        metafield = self._shop.add_metafield(order, told["key"], told["value"])
        return Answer({"orderMetafield": metafield_document(metafield)}, HTTPStatus.CREATED)

    async def read_metafield(self, call: Call) -> Answer:
        return Answer({"orderMetafield": metafield_document(self._metafield(call))})

    async def update_metafield(self, call: Call) -> Answer:
        metafield = self._metafield(call)
        for name, value in (await self._metafield_of(call)).items():
            setattr(metafield, name, value)
        metafield.updated_at = self._shop.now()
        return Answer({"orderMetafield": metafield_document(metafield)})

    async def delete_metafield(self, call: Call) -> Answer:
        metafield = self._metafield(call)
        del self._order(call).metafields[metafield.id]
        return Answer(None, HTTPStatus.NO_CONTENT)

    async def list_invoices(self, call: Call) -> Answer:
        query = lists.read(call.request.query, self._shop.switches)
        asked = call.request.query.get("order")
        invoices: Iterable[Invoice] = self._shop.orders.invoices()
        if asked is not None:
            invoices = (invoice for invoice in invoices if str(invoice.order.id) == asked)
        rows = lists.cut(query, invoices, self._shop.switches)
        return Answer({"invoices": [query.only_fields(invoice_document(row, call.links)) for row in rows]})

    async def read_invoice(self, call: Call) -> Answer:
        return Answer({"invoice": invoice_document(self._invoice(call), call.links)})

    async def items(self, call: Call) -> Answer:
        return Answer({"invoiceItems": item_documents(self._invoice(call))})

    def _matching(self, call: Call) -> Iterable[Order]:
        asked = call.request.query
        if "number" in asked:
            found = self._shop.orders.numbered(asked["number"])
            orders: Iterable[Order] = () if found is None else (found,)
        else:
            orders = self._shop.orders
        wanted = [(read, asked[name]) for name, read in _FILTERS.items() if name in asked]
        return (order for order in orders if all(read(order) == value for read, value in wanted))

    def _order(self, call: Call) -> Order:
        order = self._shop.orders.get(call.number("id"))
        if order is None:
            raise not_found("Order")
        return order

    def _line(self, order: Order, line: OrderLine, call: Call) -> Document:
        return line_document(line, self._shop.returns.returned(order, line), call.links)

    def _invoice(self, call: Call) -> Invoice:
        invoice = self._shop.orders.invoice(call.number("id"))
        if invoice is None:
            raise not_found("Invoice")
        return invoice

    def _metafield(self, call: Call) -> Metafield:
        metafield = self._order(call).metafields.get(call.number("metafield"))
        if metafield is None:
            raise not_found("Metafield")
        return metafield

    async def _metafield_of(self, call: Call) -> dict[str, str]:
        wrong: Fields = {}
        told: dict[str, str] = bodies.typed(await bodies.unwrap(call.request, "orderMetafield"), _METAFIELD, wrong)
        if wrong:
            raise Invalid(wrong)
        return told
