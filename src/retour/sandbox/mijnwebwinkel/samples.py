"""Made-up articles and customers. No e-mail address here leads anywhere."""

from decimal import Decimal
from typing import Final

from retour.sandbox.mijnwebwinkel.orders import Address, Article, Debtor, Option

_HIGH: Final = Decimal("21.0")
_LOW: Final = Decimal("9.0")


def articles() -> list[Article]:
    """The catalogue of a new shop."""
    return [
        Article(101, "MUG-BLUE", "Mok, blauw", Decimal("12.95"), _HIGH, 40),
        Article(102, "TEAPOT-IRON", "Theepot van gietijzer", Decimal("39.50"), _HIGH, 12),
        Article(103, "SOCK-STRIPE", "Sokken met strepen", Decimal("7.95"), _HIGH, 200),
        Article(104, "BOOK-COOK", "Kookboek voor elke dag", Decimal("27.50"), _LOW, 25),
        Article(105, "LAMP-CLAMP", "Bureaulamp met klem", Decimal("32.49"), _HIGH, 8),
    ]


SIZE: Final = Option(330830, "Maat: 39-42", Decimal("1.00"))

NOOR: Final = Debtor(invoice=Address(phone="0600000001", gender="V"))
BRAM: Final = Debtor(
    email="bram.2@example.org",
    invoice=Address(
        "Bram Jansen",
        "Molenweg",
        "3",
        "2222AB",
        "Leiden",
        "NL",
        "0600000002",
        company="Example Bakkerij BV",
        gender="M",
        taxnumber="NL000000000B00",
    ),
    delivery=Address("Magazijn Example", "Havenkade", "101 a", "3011XX", "Rotterdam", "NL"),
    id="6f1c9a2e-4b7d-4e5f-8a90-0000000000b2",
)
CHLOE: Final = Debtor(
    email="chloe.3@example.org",
    invoice=Address("Chloé Lambert", "Rue du Moulin", "8", "4000", "Liège", "BE", "0600000003"),
)
CUSTOMERS: Final = (NOOR, BRAM, CHLOE)
