"""Made-up customers, products and orders. No e-mail address here leads anywhere."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from retour.sandbox.samples import moments
from retour.sandbox.zalando.sales import Product
from retour.sandbox.zalando.state import Customer

if TYPE_CHECKING:
    from retour.sandbox.zalando.simulator import ZalandoSimulator

CUSTOMERS = tuple(
    Customer(f"314008205{n:02}", first, last, street, code, city, country, f"{first.lower()}.{n}@example.org")
    for n, (first, last, street, code, city, country) in enumerate(
        [
            ("Jule", "Brandt", "Lindenweg 4", "10115", "Berlin", "DE"),
            ("Malte", "Sommer", "Am Hafen 17", "20457", "Hamburg", "DE"),
            ("Femke", "Visser", "Grachtkade 8", "1012AB", "Amsterdam", "NL"),
            ("Léa", "Moreau", "Rue des Prés 21", "1000", "Bruxelles", "BE"),
            ("Ida", "Berger", "Ringgasse 3", "1010", "Wien", "AT"),
        ],
        start=1,
    )
)

REASONS = (
    "TOO_LARGE",
    "TOO_SMALL",
    "DONT_LIKE",
    "NOT_AS_EXPECTED",
    "TOO_EXPENSIVE",
    "TOO_LATE",
    "WRONG_ITEM",
    "DAMAGED",
)
"""Free text on the wire (contract 6); these are what the page and the samples use."""

_PRODUCTS = (
    ("JUMPER-M", "Woollen jumper, size M", "79.00"),
    ("SOCK-STRIPE", "Striped socks, 39-42", "7.95"),
    ("RAINCOAT-L", "Raincoat, size L", "64.90"),
    ("DRESS-38", "Linen dress, size 38", "54.99"),
    ("SNEAKER-42", "White sneakers, size 42", "89.95"),
    ("SCARF-RED", "Red scarf", "19.99"),
    ("JEANS-3232", "Straight jeans, 32/32", "49.95"),
)


def product(number: int, quantity: int = 1) -> Product:
    """The product of a number, from 0; the catalogue repeats itself."""
    external_id, description, price = _PRODUCTS[number % len(_PRODUCTS)]
    return Product(external_id, description, Decimal(price), quantity)


def place_sample_orders(simulator: "ZalandoSimulator") -> None:
    """What a newcomer can send back on the page: two own orders, one sent by Zalando (ZFS)."""
    now = simulator.clock.now()
    simulator.place_order([product(0), product(1, 3)], placed_at=now - timedelta(days=6))
    simulator.place_order([product(3), product(4)], placed_at=now - timedelta(days=9))
    simulator.place_order([product(2)], placed_at=now - timedelta(days=12), order_type="ZalandoFulfilled")


def announce_many(simulator: "ZalandoSimulator", count: int, seed: int, days: float = 10) -> list[str]:
    """`count` announced returns over the last days, one in twelve of two orders; gives their ids, oldest first."""
    chance = random.Random(seed)  # noqa: S311 - sample data
    made = []
    for at in moments(chance, simulator.clock.now(), count, days):
        lines = []
        for _ in range(2 if chance.random() < 1 / 12 else 1):
            order = simulator.place_order(
                [product(chance.randrange(100), 1 if chance.random() < 0.9 else 2)],
                customer=chance.choice(CUSTOMERS),
                placed_at=at - timedelta(days=chance.randint(3, 20)),
                shown=False,
            )
            lines += [(line.line_id, chance.choice(REASONS)) for line in order.lines]
        made.append(simulator.announce(lines, registered_at=at).announced_return_id)
    return made
