"""The control routes of this simulator; `retour.sandbox.magento2` lists them."""

from dataclasses import asdict
from http import HTTPStatus

from aiohttp import web
from pydantic import Field

from retour.sandbox.commands import Command, read
from retour.sandbox.magento.documents import Address
from retour.sandbox.magento.integration import Integration
from retour.sandbox.magento.php import PhpError
from retour.sandbox.magento.returns import PENDING
from retour.sandbox.magento2.creditmemo import CreditMemo, MemoRefused
from retour.sandbox.magento2.documents import memo_document, order_document
from retour.sandbox.magento2.orders import Order, OrderItem
from retour.sandbox.magento2.returns import ReturnRow
from retour.sandbox.magento2.shop import Shop


class ItemInput(Command):
    """One line of an order to make."""

    sku: str = "MUG-BLUE"
    name: str = "Mug, blue"
    ean: str | None = "0000000000017"
    qty: float = Field(default=1, gt=0)
    price: float = Field(default=12.5, ge=0)
    product_id: int | None = Field(default=None, gt=0)


class CustomerInput(Command):
    """Who bought it."""

    firstname: str = "Noor"
    lastname: str = "Example"
    email: str = "noor@example.org"


class BillingInput(Command):
    """Who pays for it; the name and the e-mail address are the customer's."""

    company: str | None = None
    vat_id: str | None = None
    street: tuple[str, ...] = ("Kanaalweg 12 B",)
    postcode: str = "3526 KL"
    city: str = "Utrecht"
    country_id: str = "NL"
    telephone: str = "0000000000"


class OrderSettings(Command):
    """What an order made here is like, its numbers aside."""

    items: list[ItemInput] = Field(default_factory=lambda: [ItemInput()], min_length=1)
    customer: CustomerInput = CustomerInput()
    billing: BillingInput = BillingInput()
    store_id: int = 1
    status: str = "complete"
    state: str = "complete"
    currency: str = "EUR"
    shipping_amount: float = Field(default=0, ge=0)
    payment_method: str = "channable"


class OrderInput(OrderSettings):
    """`POST /_sandbox/orders`."""

    increment_id: str = Field(min_length=1)
    ext_order_id: str | None = None


class BulkInput(OrderSettings):
    """`POST /_sandbox/orders/bulk`: numbers are the prefix and a rising number of `width` digits."""

    count: int = Field(ge=1, le=1_000_000)
    prefix: str = "B"
    ext_prefix: str | None = None
    start: int = 1
    width: int = 6


class StatusInput(Command):
    """Any text."""

    status: str


class MemoInput(Command):
    """A credit memo on a return, and the status it sets, if any."""

    status: str | None = None


class OrderMemoInput(Command):
    """A credit memo on an order; `ticked` is the block with the pending returns."""

    sku: str
    quantity: float = Field(default=1, gt=0)
    ticked: bool = False


class Control:
    """The endpoints."""

    def __init__(self, shop: Shop, integration: Integration) -> None:
        self._shop = shop
        self._integration = integration

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/_sandbox/orders", self._add_order),
            web.post("/_sandbox/orders/bulk", self._add_orders),
            web.post("/_sandbox/orders/{number}/credit-memo", self._order_memo),
            web.get("/_sandbox/returns", self._returns),
            web.post("/_sandbox/returns/decide-all", self._decide_all),
            web.post(r"/_sandbox/returns/{id:\d+}/decide", self._decide),
            web.post(r"/_sandbox/returns/{id:\d+}/credit-memo", self._return_memo),
            web.delete(r"/_sandbox/returns/{id:\d+}", self._delete),
            web.get("/_sandbox/log", self._log),
            web.post("/_sandbox/integration/revoke", self._revoke),
            web.post("/_sandbox/integration/reauthorize", self._reauthorize),
        ]

    async def _add_order(self, request: web.Request) -> web.Response:
        asked = await read(request, OrderInput)
        order = _make(self._shop, asked, asked.increment_id, asked.ext_order_id, _address(asked))
        return web.json_response(order_document(order), status=HTTPStatus.CREATED)

    async def _add_orders(self, request: web.Request) -> web.Response:
        asked = await read(request, BulkInput)
        address = _address(asked)
        numbers = [f"{n:0{asked.width}d}" for n in range(asked.start, asked.start + asked.count)]
        for number in numbers:
            external = None if asked.ext_prefix is None else asked.ext_prefix + number
            _make(self._shop, asked, asked.prefix + number, external, address)
        answer = {"count": asked.count, "first": asked.prefix + numbers[0], "last": asked.prefix + numbers[-1]}
        return web.json_response(answer, status=HTTPStatus.CREATED)

    async def _order_memo(self, request: web.Request) -> web.Response:
        asked = await read(request, OrderMemoInput)
        number = request.match_info["number"]
        order = self._shop.orders.numbered(number)
        if order is None:
            raise KeyError(number)
        try:
            memo = self._shop.credit_memo_on_order(order, asked.sku, asked.quantity, ticked=asked.ticked)
        except (MemoRefused, PhpError) as refused:
            return _unbooked(refused)
        return _booked(memo)

    async def _returns(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(row) for row in self._shop.returns])

    async def _decide(self, request: web.Request) -> web.Response:
        row = self._row(request)
        self._shop.decide(row, (await read(request, StatusInput)).status)
        return web.json_response(asdict(row))

    async def _decide_all(self, request: web.Request) -> web.Response:
        status = (await read(request, StatusInput)).status
        pending = [row for row in self._shop.returns if row.status == PENDING]
        for row in pending:
            self._shop.decide(row, status)
        return web.json_response({"count": len(pending)})

    async def _return_memo(self, request: web.Request) -> web.Response:
        row = self._row(request)
        asked = await read(request, MemoInput)
        try:
            memo = self._shop.credit_memo(row, asked.status)
        except (MemoRefused, PhpError) as refused:
            return _unbooked(refused)
        return _booked(memo)

    async def _delete(self, request: web.Request) -> web.Response:
        self._shop.delete(self._row(request))
        return web.json_response({"deleted": True})

    async def _log(self, _: web.Request) -> web.Response:
        return web.json_response(self._shop.log)

    async def _revoke(self, _: web.Request) -> web.Response:
        self._integration.revoke()
        return web.json_response({"active": False})

    async def _reauthorize(self, _: web.Request) -> web.Response:
        token, secret = self._integration.reauthorize()
        return web.json_response({"access_token": token, "access_token_secret": secret})

    def _row(self, request: web.Request) -> ReturnRow:
        number = int(request.match_info["id"])
        row = self._shop.returns.get(number)
        if row is None:
            raise KeyError(number)
        return row


def _make(shop: Shop, asked: OrderSettings, increment_id: str, external: str | None, address: Address) -> Order:
    items = [
        OrderItem(
            shop.orders.next_item_id(),
            shop.orders.stock(item.sku, item.name, item.ean, item.product_id),
            item.qty,
            item.price,
        )
        for item in asked.items
    ]
    now = shop.now()
    order = Order(
        entity_id=shop.orders.next_id(),
        increment_id=increment_id,
        ext_order_id=external,
        store_id=asked.store_id,
        status=asked.status,
        state=asked.state,
        created_at=now,
        updated_at=now,
        billing=address,
        items=items,
        currency=asked.currency,
        shipping_amount=asked.shipping_amount,
        payment_method=asked.payment_method,
    )
    shop.orders.add(order)
    return order


def _address(asked: OrderSettings) -> Address:
    return Address(**asked.customer.model_dump(), **asked.billing.model_dump())


def _booked(memo: CreditMemo) -> web.Response:
    return web.json_response(memo_document(memo), status=HTTPStatus.CREATED)


def _unbooked(refused: Exception) -> web.Response:
    return web.json_response({"message": str(refused)}, status=HTTPStatus.CONFLICT)
