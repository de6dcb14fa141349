"""What one seller's account at bol holds: orders, returns and their items (contract 2)."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from retour.sandbox.bol.shelf import Shelf
from retour.sandbox.bol.switches import Method

REFUNDING = frozenset({"RETURN_RECEIVED", "STILL_APPROVED"})
REFUSING = frozenset({"RETURN_DOES_NOT_MEET_CONDITIONS", "EXCHANGE_PRODUCT", "REPAIR_PRODUCT"})


@dataclass(frozen=True, slots=True)
class Customer:
    """A made-up person (contract 2.5). Empty strings are left out of answers."""

    salutation: str
    first_name: str
    surname: str
    street_name: str
    house_number: str
    zip_code: str
    city: str
    country_code: str
    email: str
    house_number_extension: str = ""
    extra_address_information: str = ""
    delivery_phone_number: str = ""
    company: str = ""
    vat_number: str = ""


@dataclass(slots=True, eq=False)
class OrderItem:
    order_item_id: str
    ean: str
    title: str
    sku: str
    quantity: int
    unit_price: Decimal
    """Including VAT, in euro."""
    return_items: list["ReturnItem"] = field(default_factory=list, repr=False)


@dataclass(slots=True, eq=False)
class Order:
    order_id: str
    placed_at: datetime
    shipped_at: datetime
    fulfilment_method: Method
    customer: Customer
    items: list[OrderItem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reason:
    """Free Dutch text, an open set (contract 2.3)."""

    main: str
    detailed: str = ""
    comments: str = ""


@dataclass(frozen=True, slots=True)
class Handling:
    """One entry of an item's history (contract 2.4)."""

    quantity: int
    result: str
    handling: str
    at: datetime


@dataclass(slots=True, eq=False)
class ReturnItem:
    """What a retailer decides on; `returned` is the return it belongs to."""

    rma_id: str
    returned: "Return" = field(repr=False)
    order: Order = field(repr=False)
    order_item: OrderItem
    expected: int
    reason: Reason
    history: list[Handling] = field(default_factory=list)
    handled: bool = False
    track_and_trace: str = ""
    transporter: str = ""

    def told(self, handlings: frozenset[str]) -> int:
        return sum(entry.quantity for entry in self.history if entry.handling in handlings)

    @property
    def open_quantity(self) -> int:
        """Of the expected quantity, what nobody decided on yet. STILL_APPROVED decides again on the same pieces."""
        decided = sum(entry.quantity for entry in self.history if entry.handling != "STILL_APPROVED")
        return max(0, self.expected - decided)

    @property
    def refused_quantity(self) -> int:
        """What was refused, exchanged or repaired, and not approved after all."""
        return min(self.expected, self.told(REFUSING)) - self.told(frozenset({"STILL_APPROVED"}))

    @property
    def cancelled(self) -> bool:
        return any(entry.result == "CANCELLED" for entry in self.history)


@dataclass(slots=True, eq=False)
class Return:
    number: int
    """Breaks the tie between two returns of the same moment."""
    return_id: str
    registered_at: datetime
    fulfilment_method: Method
    items: list[ReturnItem] = field(default_factory=list)


class Retailer:
    """One seller's orders and returns, with the lists of contract 3.1 kept in order as things change."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.order_items: dict[str, tuple[Order, OrderItem]] = {}
        self.returns: dict[str, Return] = {}
        self.return_items: dict[str, ReturnItem] = {}
        self.recent_orders: deque[Order] = deque(maxlen=20)
        self.recent_returns: deque[Return] = deque(maxlen=20)
        self._shelves = {(method, handled): Shelf() for method in ("FBR", "FBB") for handled in (False, True)}

    def shelf(self, method: str, handled: bool) -> Shelf:
        return self._shelves[method, handled]

    def add_order(self, order: Order) -> None:
        self.orders[order.order_id] = order
        for item in order.items:
            self.order_items[item.order_item_id] = (order, item)

    def extend_order(self, order: Order, item: OrderItem) -> None:
        order.items.append(item)
        self.order_items[item.order_item_id] = (order, item)

    def forget_order(self, order_id: str) -> None:
        """The order can no longer be asked for; its returns stay (contract 8, pitfall 9). KeyError: there is none."""
        order = self.orders.pop(order_id)
        for item in order.items:
            del self.order_items[item.order_item_id]

    def add_return(self, returned: Return) -> None:
        self.returns[returned.return_id] = returned
        for item in returned.items:
            self.return_items[item.rma_id] = item
            item.order_item.return_items.append(item)
        self.reshelve(returned)

    def reshelve(self, returned: Return) -> None:
        """Puts a return in the lists it belongs to now: a mixed one is in both (contract 3.1)."""
        states = {item.handled for item in returned.items}
        for handled in (False, True):
            self.shelf(returned.fulfilment_method, handled).keep(returned, handled in states)

    def quantity_in_returns(self, item: OrderItem) -> int:
        """How much of an ordered quantity is on its way back or came back (contract 3.4)."""
        return sum(back.expected for back in _not_cancelled(item.return_items))


def _not_cancelled(items: Iterable[ReturnItem]) -> Iterable[ReturnItem]:
    return (item for item in items if not item.cancelled)
