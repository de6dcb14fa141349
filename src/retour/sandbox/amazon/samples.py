"""Made-up buyers, products and orders, and any number of made-up returns that take no memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from retour.sandbox.amazon.marketplaces import MARKETPLACES
from retour.sandbox.amazon.state import Buyer, Fulfilment, Order, OrderItem, Return, ReturnLine, Seller

BUYERS = (
    Buyer("Noor de Vries", "noor.1@example.org", "Dorpstraat 12", "1111ZZ", "Utrecht", "NL", "+31000000001"),
    Buyer("Jörg Müller", "joerg.2@example.org", "Lindenweg 3", "10999", "Berlin", "DE", "+49000000002"),
    Buyer("Alex Carter", "alex.3@example.org", "8 Maple Street", "97201", "Portland", "US", "+10000000003"),
)
BUYER_OF = {"DE": BUYERS[1], "US": BUYERS[2]}

REASONS = {
    "CR-UNWANTED_ITEM": "I no longer need it",
    "CR-ORDERED_WRONG_ITEM": "I bought it by mistake",
    "CR-DEFECTIVE": "It does not work",
    "CR-DAMAGED_BY_CARRIER": "It arrived damaged",
    "CR-MISSING_PARTS": "Parts are missing",
    "CR-SWITCHEROO": "Wrong item was sent",
    "CR-QUALITY_UNACCEPTABLE": "Quality is not what I expected",
    "CR-NOT_COMPATIBLE": "It does not fit",
    "AMZ-PG-APP-TOO-SMALL": "Too small",
    "AMZ-PG-BAD-DESC": "It is not as described",
    "CR-NO_REASON_GIVEN": "No reason",
}

_PRODUCTS = (
    ("Test mug, blue", "MUG-BLUE", "KITCHEN", "14.95"),
    ('Picture frame 10" x 12", "Nørre"', "FRAME-10X12", "HOME", "24.50"),
    ("Café press & cups <set of 2>", "PRESS-2", "KITCHEN", "39.00"),
    ("Linen table cloth", "CLOTH-LINEN", "HOME", "54.99"),
    ("Striped socks, 39-42", "SOCK-STRIPE", "APPAREL", "7.95"),
    ("Wool jumper, M", "JUMPER-M", "APPAREL", "79.00"),
    ("Desk lamp with clamp", "LAMP-CLAMP", "LIGHTING", "32.49"),
    ("Wireless mouse", "MOUSE-AIR", "ELECTRONICS", "21.99"),
)


def product(number: int, quantity: int, order_item_id: str) -> OrderItem:
    """The ordered product of a number, from 1; the catalogue repeats itself."""
    title, sku, category, price = _PRODUCTS[(number - 1) % len(_PRODUCTS)]
    return OrderItem(order_item_id, sku, f"B000TEST{number % 100:02}", title, category, quantity, Decimal(price))


SAMPLE_ORDERS: tuple[tuple[str, str, Fulfilment, int, tuple[tuple[int, int], ...]], ...] = (
    ("902-1000001-2000001", "A1805IZSGTT6HS", "MERCHANT", 6, ((1, 2),)),
    ("902-1000001-2000002", "A1PA6795UKMFR9", "MERCHANT", 9, ((2, 1), (3, 1), (5, 3))),
    ("902-1000001-2000003", "A1805IZSGTT6HS", "AMAZON", 14, ((7, 1),)),
    ("902-1000001-2000004", "ATVPDKIKX0DER", "MERCHANT", 12, ((6, 1), (8, 2))),
)
"""Order id, marketplace, who sent it, days ago, and (product, quantity)."""


def place_sample_orders(seller: Seller, numbers: Iterator[int], now: datetime) -> None:
    """Those of the seller's marketplaces."""
    for order_id, marketplace_id, fulfilled_by, days, wanted in SAMPLE_ORDERS:
        if marketplace_id in seller.marketplace_ids:
            items = [product(number, quantity, f"9{next(numbers):013}") for number, quantity in wanted]
            market = MARKETPLACES[marketplace_id]
            buyer = BUYER_OF.get(market.country, BUYERS[0])
            placed_at = now - timedelta(days=days)
            seller.orders[order_id] = Order(order_id, market, placed_at, fulfilled_by, buyer, items)


BULK_PREFIX = "905-"


@dataclass(frozen=True, slots=True)
class Bulk:
    """A great many returns of one marketplace, each computed from its number when it is looked at.

    Number 0 is the newest; they are spread evenly over the span before `until`. One in ten is of two pieces.
    """

    marketplace_id: str
    count: int
    until: datetime
    span: timedelta
    real: set[int] = field(default_factory=set)
    """Numbers that were looked up by order and are stored since: they can be refunded and change."""

    def numbers(self, start: datetime, end: datetime) -> range:
        """Those whose return was asked for in a window, stored ones among them."""
        step = max(self.span / self.count, timedelta(microseconds=1))
        first = max(0, -((end - self.until) // step))
        last = min(self.count - 1, (self.until - start) // step)
        return range(first, last + 1)

    def number_of(self, order_id: str) -> int | None:
        """The number of the return whose order this is."""
        middle = order_id.removeprefix(BULK_PREFIX).partition("-")[0]
        if not order_id.startswith(BULK_PREFIX) or not middle.isdecimal() or int(middle) >= self.count:
            return None
        return int(middle) if order_id == self._order_id(int(middle)) else None

    def returns(self, numbers: range, without: frozenset[int]) -> Iterator[Return]:
        """Those that are not stored, as `without` says."""
        return (self.returned(number) for number in numbers if number not in without)

    def returned(self, number: int) -> Return:
        """Always the same for a number."""
        at = self.until - self.span / self.count * number
        market = MARKETPLACES[self.marketplace_id]
        quantity = 2 if number % 10 == 0 else 1
        item = product(number + 1, quantity, f"5{number:013}")
        buyer = BUYERS[number % len(BUYERS)]
        order = Order(self._order_id(number), market, at - timedelta(days=7), "MERCHANT", buyer, [item])
        reasons = tuple(REASONS)
        line = ReturnLine(item, quantity, reasons[number % len(reasons)])
        return Return(f"DBULK{number:07}RRMA", order, at, "Approved", (line,), tracking_id=f"TESTTRACK{number}")

    def _order_id(self, number: int) -> str:
        return f"{BULK_PREFIX}{number:07}-{int(self.until.timestamp()) % 10_000_000:07}"
