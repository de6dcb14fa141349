"""Made-up return requests for a shop: full, bare, and odd."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from retour.connectors.contract import ReturnRequest
from retour.core.model import Money, Party, Reason

OPENED_AT = datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)

CUSTOMER = Party(
    first_name="Noor",
    last_name="Example",
    company="Example Bakery",
    gender="female",
    street="Kanaalweg",
    house_number="12",
    house_number_addition="B",
    extra="Ring twice",
    postcode="3526 KL",
    city="Utrecht",
    country="NL",
    email="relay-1@example.org",
    phone="+31 30 000 00 00",
    vat_number="NL000000000B00",
)
BILLING = replace(CUSTOMER, first_name="Ada", company="Example Holding", street="Dorpsstraat", house_number="1")

ODD_TEXTS = {
    "emoji": "Too small 😀👩‍👩‍👧 and ugly 🧥",
    "far beyond the limits": "long " * 14_000,
    "far beyond the limits, each letter three bytes": "返品" * 12_000,
    "half of a surrogate pair": "broken \ud83d off",
    "control characters": "a\x00b\x1bc\x7f\r\n\td",
    "markup and quotes": "<script>alert('1')</script> \"quoted\" \\ 100% {{x}}",
    "right to left and combining": "קטן מדי e\u0301\u200f\u202e",
    "only spaces": "   \n ",
}


def bare_request(number: int = 1, **changes: Any) -> ReturnRequest:
    """Everything that may be missing is."""
    bare = ReturnRequest(
        number=number,
        marketplace="bol",
        ref=f"3100000{number}",
        line_ref=f"8600000{number}",
        order_ref=f"C000TEST0{number}",
        status="new",
        quantity=1,
        opened_at=OPENED_AT,
    )
    return replace(bare, **changes)


def full_request(number: int = 1, **changes: Any) -> ReturnRequest:
    """Nothing is missing but what only a shop can tell."""
    full = bare_request(
        number,
        quantity=2,
        title="Rain jacket, green, M",
        sku="JACKET-GREEN-M",
        gtin="0000000000017",
        reason=Reason.WRONG_SIZE_FIT,
        reason_text="Te klein",
        comment="Fits tight at the shoulders",
        unit_price=Money(Decimal("49.95"), "EUR"),
        customer=CUSTOMER,
        billing=BILLING,
    )
    return replace(full, **changes)
