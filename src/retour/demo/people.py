"""Who orders, what, and why it comes back: made up, in the words of bol's own lists."""

import random
from dataclasses import dataclass

from retour.sandbox.bol.samples import CUSTOMERS, REASONS
from retour.sandbox.bol.state import Customer, Reason
from retour.sandbox.bol.switches import Method

_MORE = (
    ("MALE", "Daan", "Visser", "Lindelaan", "5", "1402HH", "Bussum", "NL"),
    ("FEMALE", "Saar", "Mulder", "Boterstraat", "61", "8021EA", "Zwolle", "NL"),
    ("FEMALE", "Lotte", "Claes", "Veldstraat", "30", "9000", "Gent", "BE"),
    ("MALE", "Youssef", "Amrani", "Tuinweg", "18", "5611ZB", "Eindhoven", "NL"),
    ("FEMALE", "Mila", "Bakker", "Zeestraat", "74", "2042LC", "Zandvoort", "NL"),
    ("MALE", "Jan", "Wouters", "Bondgenotenlaan", "9", "3000", "Leuven", "BE"),
    ("UNKNOWN", "Sam", "Hendriks", "Brink", "2", "7411BT", "Deventer", "NL"),
)
PLAYERS = (
    *CUSTOMERS[1:],  # the first one is the visitor: the sample orders are theirs
    *(
        Customer(salutation, first, last, street, house, zip_code, city, country, f"{first.lower()}@example.org")
        for salutation, first, last, street, house, zip_code, city, country in _MORE
    ),
)

PRODUCTS = 10
"""The products of `retour.sandbox.bol.samples`, by number from 1."""
_SIZED = frozenset({5, 6, 7})
_WORKING = frozenset({8, 9})
_COMMENTS = (
    "Zie de foto in mijn bericht.",
    "De doos was al open toen hij aankwam.",
    "Graag zo snel mogelijk, het was een cadeau.",
    "Verder een prima product!",
    "Ik heb per ongeluk twee keer op bestellen geklikt.",
)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one customer sends back of one order: product numbers, pieces ordered, pieces that come back."""

    customer: Customer
    method: Method
    lines: tuple[tuple[int, int, int, Reason], ...]


def parcel(chance: random.Random, *, by_marketplace: float) -> Parcel:
    """The next one. `by_marketplace`: how often bol has sent it, and handles the return itself."""
    method: Method = "FBB" if chance.random() < by_marketplace else "FBR"
    numbers = chance.sample(range(1, PRODUCTS + 1), 2 if chance.random() < 0.12 else 1)
    return Parcel(chance.choice(PLAYERS), method, tuple(_line(chance, number) for number in numbers))


def _line(chance: random.Random, number: int) -> tuple[int, int, int, Reason]:
    ordered = chance.choices((1, 2, 3), (60, 25, 15))[0]
    back = chance.randint(1, ordered)
    return number, ordered, back, _reason(chance, number)


def _reason(chance: random.Random, number: int) -> Reason:
    """One that fits the product: only clothes are too small, only lamps and mice do not work."""
    fitting = [
        main
        for main in REASONS
        if not (main == "Artikel werkt niet" and number not in _WORKING)
        and not (main == "Verkeerde maat of afmeting" and number not in _SIZED)
    ]
    main = chance.choice(fitting)
    comment = chance.choice(_COMMENTS) if chance.random() < 0.2 else ""
    return Reason(main, chance.choice(REASONS[main] or ("",)), comment)
