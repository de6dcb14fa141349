"""The merchant's and the customer's hands, for tests: nothing they do here obeys a rule of the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Final

from pydantic import AwareDatetime, ConfigDict, Field

from retour.sandbox.mijnwebwinkel import notes
from retour.sandbox.mijnwebwinkel.notes import NoteRequest
from retour.sandbox.mijnwebwinkel.orders import Article, Debtor, Line, Option, Order
from retour.sandbox.mijnwebwinkel.races import MerchantEdit, Moment, Races, save
from retour.sandbox.mijnwebwinkel.samples import NOOR
from retour.sandbox.mijnwebwinkel.shop import MERCHANT, Credit, Shop
from retour.sandbox.mijnwebwinkel.statuses import CREDIT_ACCEPTED, SHIPPED, OrderStatus

_FIRST_MADE_UP_ARTICLE: Final = 1001


@dataclass(frozen=True, slots=True)
class Bought:
    """What was bought. Without a SKU it is a custom line, and needs a description and a price (one, with tax)."""

    sku: str | None = "MUG-BLUE"
    quantity: Annotated[int, Field(gt=0)] = 1
    description: str | None = None
    price: Decimal | None = None
    rate: Decimal | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order to place. Costs are without tax; `number` None is the next one; `placed_at` None is now."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    lines: Annotated[Sequence[Bought], Field(min_length=1)] = (Bought(),)
    debtor: Debtor = NOOR
    number: Annotated[int, Field(gt=0)] | None = None
    status: int = SHIPPED
    placed_at: AwareDatetime | None = None
    shipping_costs: Decimal = Decimal("4.09")
    payment_costs: Decimal = Decimal("0.31")
    internal: str = ""
    comment: str = ""
    reference: str = ""
    partner: str = "Channel connector"
    business: bool = False
    pickup: bool = False
    test: bool = False


class Unknown(LookupError):
    """There is no such order, article, line or request."""


class Taken(ValueError):
    """The order number exists."""


class Merchant:
    """Every method that names an order takes its number as the API shows it."""

    def __init__(self, shop: Shop, races: Races) -> None:
        self._shop = shop
        self._races = races

    def order(self, number: str) -> Order:
        """Raises `Unknown`."""
        order = self._shop.orders.get(number)
        if order is None:
            raise Unknown(f"no order {number}")
        return order

    def place_order(self, placed: PlacedOrder) -> Order:
        """A customer orders and pays. Raises `Taken`."""
        number = placed.number or self._shop.orders.next_number()
        if self._shop.orders.get(f"T-{number}" if placed.test else str(number)) is not None:
            raise Taken(f"order {number} exists")
        order = Order(
            number=number,
            uuid=self._shop.new_uuid(),
            placed_at=placed.placed_at or self._shop.clock.now(),
            status=placed.status,
            debtor=placed.debtor,
            lines=tuple(self._line(bought) for bought in placed.lines),
            shipping_costs=placed.shipping_costs,
            payment_costs=placed.payment_costs,
            internal=placed.internal,
            comment=placed.comment,
            test=placed.test,
            pickup=placed.pickup,
            business=placed.business,
            reference=placed.reference,
            partner=placed.partner,
        )
        return self._shop.add(order)

    def save_note(self, number: str, text: str) -> None:
        """Replaces the whole note."""
        save(self._shop, self.order(number), MerchantEdit(note=text))

    def change_status(self, number: str, status: int) -> None:
        """Any number, also one that the status list does not have."""
        save(self._shop, self.order(number), MerchantEdit(status=status))

    def archive(self, number: str, archived: bool = True) -> None:
        save(self._shop, self.order(number), MerchantEdit(archived=archived))

    def delete(self, number: str) -> None:
        self._shop.delete(self.order(number))

    def race(self, number: str, moment: Moment, edit: MerchantEdit, skip: int = 0) -> None:
        """The merchant saves at the wrong moment: see `Races.plan`."""
        self._races.plan(self.order(number), moment, edit, skip)

    def credit(
        self,
        number: str,
        units: Mapping[str, int] | None = None,
        *,
        status: int = CREDIT_ACCEPTED,
        note: str = "",
        put_back_stock: bool = True,
    ) -> Order:
        """A credit order by hand: units per SKU, without costs; None credits all, with costs. Raises `Unknown`."""
        original = self.order(number)
        lines = [(line, line.quantity) for line in original.lines]
        if units is not None:
            lines = [(self._line_of(original, sku), quantity) for sku, quantity in units.items()]
        return self._shop.credit(
            Credit(
                original=original,
                status=status,
                lines=lines,
                shipping_costs=original.shipping_costs if units is None else Decimal(0),
                payment_costs=original.payment_costs if units is None else Decimal(0),
                internal=note,
                put_back_stock=put_back_stock,
            ),
            MERCHANT,
        )

    def put_back_stock(self, number: str) -> None:
        """The goods of a credit order, if they are not back yet."""
        self._shop.put_back_stock(self.order(number), MERCHANT)

    def refund(self, number: str, amount: Decimal | None = None) -> None:
        """Money to the customer through the gateway; None: all that is left. ValueError when there is no such money."""
        order = self.order(number)
        left = order.payment.amount - order.payment.refunded if order.payment else 0
        self._shop.refund(order, left if amount is None else int(amount * 100))

    def requests(self) -> list[tuple[Order, NoteRequest]]:
        """Every return request in a note, the latest order last."""
        marker = self._shop.switches.marker
        return [
            (order, request)
            for order in self._shop.with_requests.values()
            for request in notes.requests_in(order.internal, marker)
        ]

    def decide(self, key: str, word: str) -> Order:
        """Writes any word behind `decision:` of a return request. Raises `Unknown`."""
        order = self._order_with(key)
        self._shop.set_note(order, notes.with_word(order.internal, self._shop.switches.marker, key, word), MERCHANT)
        return order

    def erase(self, key: str) -> Order:
        """Takes a return request out of the note it stands in. Raises `Unknown`."""
        order = self._order_with(key)
        self._shop.set_note(order, notes.without(order.internal, self._shop.switches.marker, key), MERCHANT)
        return order

    def add_status(self, status: OrderStatus) -> None:
        """One more order status, or another meaning for a known one."""
        self._shop.statuses[status.id] = status

    def _order_with(self, key: str) -> Order:
        for order, request in self.requests():
            if request.key == key:
                return order
        raise Unknown(f"no return request {key}")

    def _line_of(self, order: Order, sku: str) -> Line:
        for line in order.lines:
            if line.article is not None and line.article.sku == sku:
                return line
        raise Unknown(f"order {order.name} has no {sku}")

    def _line(self, bought: Bought) -> Line:
        article = None if bought.sku is None else self._article(bought.sku, bought)
        price = bought.price if bought.price is not None else article.price if article else Decimal(1)
        return Line(
            id=self._shop.new_uuid(),
            article=article,
            description=bought.description or (article.description if article else "Los artikel"),
            quantity=bought.quantity,
            unit_price=price + sum((option.price for option in bought.options), Decimal(0)),
            rate=bought.rate or (article.rate if article else Decimal("21.0")),
            options=bought.options,
        )

    def _article(self, sku: str, bought: Bought) -> Article:
        """The article of the shop, made up where there is none."""
        known = self._shop.articles.get(sku)
        if known is None:
            number = _FIRST_MADE_UP_ARTICLE + len(self._shop.articles)
            price = bought.price if bought.price is not None else Decimal("9.95")
            rate = bought.rate or Decimal("21.0")
            known = Article(number, sku, bought.description or sku, price, rate, stock=100)
            self._shop.articles[sku] = known
        return known
