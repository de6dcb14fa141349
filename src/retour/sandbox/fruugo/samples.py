"""Made-up customers, products and orders. No e-mail address here leads anywhere."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from retour.sandbox.fruugo.state import Customer

CUSTOMER_REASONS: Final = ("Changed my mind", "Does not fit", "Not as described", "Damaged", "Wrong product", "Other")
"""Why a customer sends something back. Only he and Fruugo know: the seller is never told (contract 1)."""


@dataclass(frozen=True, slots=True)
class Product:
    """One ordered product, under the merchant's own ids; Fruugo's ids are made when they are empty."""

    product_id: str
    sku_id: str
    title: str
    unit_price: Decimal
    quantity: int = 1
    fruugo_product_id: str = ""
    fruugo_sku_id: str = ""


def _customer(number: int, name: str, address: str, language: str, currency: str, rate: str) -> Customer:
    first, last = name.split("|")
    street, city, province, code, country, phone = address.split("|")
    email = f"c{number}@ot.fruugo.example.org"
    return Customer(first, last, street, city, province, code, country, phone, email, language, currency, Decimal(rate))


CUSTOMERS: Final = (
    _customer(1, "Sanne|Bakker", "Dorpstraat 12|Utrecht||1111 ZZ|NL|", "nl", "EUR", "1"),
    _customer(2, "Amy|O'Neill", "3 Mill Lane|Leeds|West Yorkshire|LS99 9ZZ|GB|", "en", "GBP", "0.86"),
    _customer(3, "Åsa|Lindström", "Kvarngatan 8|Uppsala||999 99|SE|+46 0 000 000", "sv", "SEK", "11.2"),
    _customer(4, "Chloé|Lambert & Fils", "Rue du Moulin 8|Liège||4000|BE|", "fr", "EUR", "1"),
)

PRODUCTS: Final = (
    Product("MUG", "MUG-BLUE", "Mug, blue", Decimal("12.95")),
    Product("MUG", "MUG-RED", "Mug, red", Decimal("12.95")),
    Product("GLASS", "GLASS-6", "Set of 6 glasses", Decimal("24.00")),
    Product("JUMPER", "JUMPER-M", "Woollen jumper, size M", Decimal("79.00")),
    Product("RAINCOAT", "RAINCOAT-L", "Raincoat & hood, size L", Decimal("64.90")),
    Product("LAMP", "LAMP-CLAMP", "Desk lamp with clamp", Decimal("32.49")),
)

_BLUE, _RED, _GLASSES, _JUMPER, _COAT, _LAMP = PRODUCTS
SAMPLE_ORDERS: Final = (
    (75, (_LAMP,)),
    (20, (_COAT, replace(_RED, quantity=3))),
    (9, (_JUMPER,)),
    (2, (replace(_BLUE, quantity=2), _GLASSES)),
)
"""Placed so many days ago."""
