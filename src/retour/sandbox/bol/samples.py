"""Made-up customers, products and orders. No e-mail address here leads anywhere."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from retour.sandbox.bol.announcements import Announcements, Line
from retour.sandbox.bol.state import Customer, OrderItem, Reason
from retour.sandbox.bol.switches import Method
from retour.sandbox.samples import gtin, moments

CUSTOMERS = tuple(
    Customer(salutation, first, last, street, house, zip_code, city, country, f"{first.lower()}.{n}@example.org")
    for n, (salutation, first, last, street, house, zip_code, city, country) in enumerate(
        [
            ("FEMALE", "Noor", "de Vries", "Dorpstraat", "12", "1111ZZ", "Utrecht", "NL"),
            ("MALE", "Bram", "Jansen", "Molenweg", "3", "2222AB", "Leiden", "NL"),
            ("UNKNOWN", "Robin", "Peeters", "Kerkplein", "45", "2000", "Antwerpen", "BE"),
            ("FEMALE", "Chloé", "Lambert", "Rue du Moulin", "8", "4000", "Liège", "BE"),
            ("MALE", "Sem", "van den Berg", "Havenkade", "101", "3011XX", "Rotterdam", "NL"),
            ("FEMALE", "Fenna", "Postma", "Stationsweg", "27", "8911AC", "Leeuwarden", "NL"),
        ],
        start=1,
    )
)

REASONS: dict[str, tuple[str, ...]] = {
    "Verkeerd besteld": ("Dubbel besteld", "Artikel had ik toch niet nodig", "Onduidelijke afbeelding"),
    "Verkeerde maat of afmeting": ("Te groot", "Te klein", "Pasvorm valt tegen"),
    "Artikel werkt niet": (),
    "Klacht over artikel": ("Artikel is beschadigd", "Artikel is incompleet", "Kwaliteit valt tegen"),
    "Klacht over de bezorging": ("Artikel is te laat bezorgd", "Verpakking is beschadigd"),
    "Elders goedkoper": (),
    "Ander artikel ontvangen dan besteld": (),
    "Anders": ("Ik heb me bedacht", "Artikel cadeau ontvangen", "Andere kleur dan gedacht"),
}

_PRODUCTS = (
    ("Mok, blauw", "MUG-BLUE", "12.95"),
    ("Theepot van gietijzer, 1 liter", "TEAPOT-IRON", "39.50"),
    ("Set van 6 glazen", "GLASS-6", "24.00"),
    ("Linnen tafelkleed 140 x 240", "CLOTH-LINEN", "54.99"),
    ("Sokken met strepen, maat 39-42", "SOCK-STRIPE", "7.95"),
    ("Wollen trui, maat M", "JUMPER-M", "79.00"),
    ("Regenjas, maat L", "RAINCOAT-L", "64.90"),
    ("Bureaulamp met klem", "LAMP-CLAMP", "32.49"),
    ("Draadloze muis", "MOUSE-AIR", "21.99"),
    ("Kookboek voor elke dag", "BOOK-COOK", "27.50"),
)


def product(number: int, quantity: int, order_item_id: str) -> OrderItem:
    """The ordered product of a number, from 1; the catalogue repeats itself."""
    title, sku, price = _PRODUCTS[(number - 1) % len(_PRODUCTS)]
    return OrderItem(order_item_id, gtin(number), title, sku, quantity, Decimal(price))


SAMPLE_ORDERS: tuple[tuple[str, Method, int, tuple[tuple[int, int], ...]], ...] = (
    ("C000TEST01", "FBR", 6, ((1, 2),)),
    ("C000TEST02", "FBR", 9, ((2, 1), (3, 1), (5, 3))),
    ("C000TEST03", "FBR", 14, ((6, 1), (7, 1))),
    ("C000TEST04", "FBB", 20, ((8, 1), (10, 1))),
)
"""Order id, who sent it, days ago, and (product, quantity)."""


def place_sample_orders(announcements: Announcements) -> None:
    """What a newcomer can send back on the page."""
    for order_id, method, days, lines in SAMPLE_ORDERS:
        items = [product(number, quantity, str(next(announcements.ids.order_items))) for number, quantity in lines]
        placed_at = announcements.now() - timedelta(days=days)
        order = announcements.place_order(items, CUSTOMERS[0], method, placed_at, order_id)
        announcements.retailer.recent_orders.append(order)


def announce_many(announcements: Announcements, count: int, method: Method, seed: int, days: float = 10) -> list[str]:
    """Registers `count` returns over the last days, nearly all of one item and one piece; gives the return ids."""
    chance = random.Random(seed)  # noqa: S311 - sample data
    return [_announce(announcements, chance, at, method) for at in moments(chance, announcements.now(), count, days)]


def _announce(announcements: Announcements, chance: random.Random, at: datetime, method: Method) -> str:
    """One return in twelve has two items; half of those come from two orders."""
    two = chance.random() < 1 / 12
    lines = _lines(announcements, chance, at, method, products=2 if two and chance.random() < 0.5 else 1)
    if two and len(lines) == 1:
        lines += _lines(announcements, chance, at, method, products=1)
    return announcements.register(lines, at, method).return_id


def _lines(
    announcements: Announcements, chance: random.Random, at: datetime, method: Method, products: int
) -> list[Line]:
    numbers = chance.sample(range(1, 500), products)
    quantity = 1 if chance.random() < 0.9 else chance.randint(2, 3)
    items = [product(number, quantity, str(next(announcements.ids.order_items))) for number in numbers]
    placed_at = at - timedelta(days=chance.randint(3, 20))
    order = announcements.place_order(items, chance.choice(CUSTOMERS), method, placed_at)
    return [(order, item, quantity, _reason(chance)) for item in items]


def _reason(chance: random.Random) -> Reason:
    main = chance.choice(tuple(REASONS))
    detailed = chance.choice((*REASONS[main], ""))
    comments = "Zie de foto in mijn bericht." if chance.random() < 0.2 else ""
    return Reason(main, detailed, comments)
