"""Made-up customers, products and orders."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from retour.sandbox.generic.state import Customer, Reason
from retour.sandbox.generic.trade import Back, Product
from retour.sandbox.samples import gtin, moments

if TYPE_CHECKING:
    from retour.sandbox.generic.simulator import PartnerSimulator

CUSTOMERS = (
    Customer("Fleur", "de Wit", "fleur.dewit@example.org", "Lindelaan", "14", "B", "3512 AB", "Utrecht"),
    Customer("Bram", "van Dijk", "bram@example.org", "Havenstraat", "201", "", "3011 XK", "Rotterdam"),
    Customer("Zoë", "Peeters", "zoe.peeters@example.org", "Kerkplein", "3", "", "2000", "Antwerpen", "BE"),
    Customer("Daan", "Groen", "dgroen@example.org", "Dorpsweg", "88", "hs", "1017 CD", "Amsterdam"),
)

REASONS = (
    Reason("too_small", "Te klein"),
    Reason("too_large", "Te groot"),
    Reason("not_as_expected", "Voldoet niet aan verwachting"),
    Reason("damaged", "Beschadigd ontvangen"),
    Reason("wrong_item", "Verkeerd artikel ontvangen"),
    Reason("other", "Anders"),
)

_PRODUCTS = (
    ("COAT-CAMEL-38", "Wollen jas, camel, maat 38", "149.95"),
    ("JEANS-BLUE-31", "Jeans, blauw, maat 31", "49.95"),
    ("DRESS-DOTS-M", "Jurk met stippen, maat M", "59.99"),
    ("SHIRT-WHITE-L", "Overhemd, wit, maat L", "34.50"),
    ("BOOTS-BLACK-40", "Laarzen, zwart, maat 40", "89.00"),
    ("SCARF-RED", "Sjaal, rood", "19.95"),
)


def product(number: int, quantity: int = 1) -> Product:
    """The product of a number, from 0; the catalogue repeats itself."""
    number %= len(_PRODUCTS)
    sku, title, price = _PRODUCTS[number]
    return Product(sku, gtin(number + 1), title, Decimal(price), quantity)


def reason(code: str) -> Reason:
    """The reason of a code; one nobody knows reads as its code."""
    return next((one for one in REASONS if one.code == code), Reason(code, code.replace("_", " ")))


def place_sample_orders(simulator: "PartnerSimulator") -> None:
    """What a newcomer can send back on the page."""
    now = simulator.clock.now()
    simulator.place_order([product(0), product(5, 2)], placed_at=now - timedelta(days=5))
    simulator.place_order([product(1, 3)], customer=CUSTOMERS[1], placed_at=now - timedelta(days=8))
    simulator.place_order([product(2), product(4)], customer=CUSTOMERS[2], placed_at=now - timedelta(days=12))


def open_many(simulator: "PartnerSimulator", count: int, seed: int, days: float = 10) -> list[str]:
    """`count` returns of one line over the last days, each of its own order; gives their ids, oldest first."""
    chance = random.Random(seed)  # noqa: S311 - sample data
    made = []
    for at in moments(chance, simulator.clock.now(), count, days):
        quantity = 1 if chance.random() < 0.8 else 2
        order = simulator.place_order(
            [product(chance.randrange(100), quantity)],
            customer=chance.choice(CUSTOMERS),
            placed_at=at - timedelta(days=chance.randint(3, 20)),
            shown=False,
        )
        back = Back(order.lines[0].order_line_id, quantity, chance.choice(REASONS))
        made.append(simulator.open_return(order.order_id, [back], created_at=at).return_id)
    return made
