"""Made-up customers, products and orders."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from retour.sandbox.otto.commerce import Product
from retour.sandbox.otto.state import Customer
from retour.sandbox.samples import gtin, moments

if TYPE_CHECKING:
    from retour.sandbox.otto.simulator import OttoSimulator

CUSTOMERS = (
    Customer("FEMALE", "Hanna", "Vogt", "Birkenallee", "12", "04109", "Leipzig"),
    Customer("MALE", "Jonas", "Keller", "Marktplatz", "3a", "80331", "München"),
    Customer("FEMALE", "Mia", "Schröder", "Deichstraße", "77", "28195", "Bremen"),
    Customer("MALE", "Emil", "Lang", "Weinbergweg", "5", "70173", "Stuttgart"),
)

REASONS = ("Gefällt nicht", "Zu groß", "Zu klein", "Falscher Artikel", "Beschädigt", "Zu spät geliefert")

_PRODUCTS = (
    ("LAMP-CLAMP", "Klemmleuchte, schwarz", "32.49"),
    ("CUSHION-GREEN", "Kissen, grün, 40 x 40", "14.99"),
    ("KETTLE-17", "Wasserkocher, 1,7 Liter", "39.90"),
    ("SHELF-OAK", "Wandregal, Eiche", "59.00"),
    ("BLANKET-WOOL", "Wolldecke, 140 x 200", "74.95"),
    ("CLOCK-WALL", "Wanduhr, 30 cm", "24.50"),
)


def product(number: int, quantity: int = 1) -> Product:
    """The product of a number, from 0; the catalogue repeats itself."""
    number %= len(_PRODUCTS)
    sku, title, price = _PRODUCTS[number]
    return Product(sku, gtin(number + 1), title, Decimal(price), quantity)


def place_sample_orders(simulator: "OttoSimulator") -> None:
    """What a newcomer can send back on the page."""
    now = simulator.clock.now()
    simulator.place_order([product(0, 2)], ordered_at=now - timedelta(days=6))
    simulator.place_order([product(1, 3), product(2)], ordered_at=now - timedelta(days=9))
    simulator.place_order([product(3)], ordered_at=now - timedelta(days=14))


def announce_many(simulator: "OttoSimulator", count: int, seed: int, days: float = 10) -> list[str]:
    """`count` announced units over the last days, each of its own order; gives their ids, oldest first."""
    chance = random.Random(seed)  # noqa: S311 - sample data
    made = []
    for at in moments(chance, simulator.clock.now(), count, days):
        order = simulator.place_order(
            [product(chance.randrange(100), 1 if chance.random() < 0.8 else 2)],
            customer=chance.choice(CUSTOMERS),
            ordered_at=at - timedelta(days=chance.randint(3, 20)),
            shown=False,
        )
        unit_id = order.units[0].position_item_id
        simulator.announce([unit_id], reason=chance.choice(REASONS), announced_at=at)
        made.append(unit_id)
    return made
