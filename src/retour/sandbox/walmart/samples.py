"""Made-up customers and products. No address here leads anywhere."""

from decimal import Decimal

from retour.sandbox.walmart.state import Customer, OrderLine, ShipNode

CUSTOMERS = tuple(
    Customer(first, last, address, city, state, postal, f"{first.lower()}{n}@relay.example.org", phone=f"555010{n:04}")
    for n, (first, last, address, city, state, postal) in enumerate(
        [
            ("Jordan", "Example", "100 Main Street", "Springfield", "IL", "62701"),
            ("Riley", "Sample", "22 Oak Avenue", "Dayton", "OH", "45402"),
            ("Casey", "Van Doren", "7 River Road", "Salem", "OR", "97301"),
            ("Zoë", "O'Neil", "418 Lake Drive", "Madison", "WI", "53703"),
            ("Sam", "Fuller", "9 Hill Court", "Austin", "TX", "78701"),
        ],
        start=1,
    )
)

REASONS = {
    "NO_LONGER_WANTED": "I no longer want it",
    "WRONG_SIZE/POOR_FIT": "It does not fit",
    "DEFECTIVE": "It does not work",
    "DAMAGED": "It arrived damaged",
    "INCORRECT_ITEM": "I got something else",
    "NOT_AS_DESCRIBED": "It is not as described",
    "MISSING_PARTS": "Parts are missing",
    "ARRIVED_LATE": "It came too late",
    "LOWER_PRICE": "I found a lower price",
}

_PRODUCTS = (
    ("Mug, blue", "MUG-BLUE", "12.95"),
    ("Cast iron teapot, 1 quart", "TEAPOT-IRON", "39.50"),
    ("Set of 6 glasses", "GLASS-6", "24.00"),
    ("Striped socks, size M", "SOCK-STRIPE", "7.95"),
    ("Wool sweater, size M", "SWEATER-M", "79.00"),
    ("Desk lamp with clamp", "LAMP-CLAMP", "32.49"),
    ("Wireless mouse", "MOUSE-AIR", "21.99"),
    ("Everyday cookbook", "BOOK-COOK", "27.50"),
)


def product(number: int, quantity: int, line_number: int = 1) -> OrderLine:
    """The product of a number, from 1; the catalogue repeats itself. Tax is 8 %."""
    title, sku, price = _PRODUCTS[(number - 1) % len(_PRODUCTS)]
    tax = (Decimal(price) * 8 / 100).quantize(Decimal("0.01"))
    return OrderLine(line_number, sku, title, quantity, Decimal(price), tax)


SAMPLE_ORDERS: tuple[tuple[str, ShipNode, int, tuple[tuple[int, int], ...]], ...] = (
    ("4790210000001", "SellerFulfilled", 6, ((1, 2),)),
    ("4790210000002", "SellerFulfilled", 9, ((2, 1), (3, 1), (4, 3))),
    ("4790210000003", "SellerFulfilled", 14, ((5, 1), (6, 1))),
    ("4790210000004", "WFSFulfilled", 20, ((7, 1), (8, 1))),
)
"""Purchase order, who sent it, days ago, and (product, quantity)."""
