"""Made-up customers and products. No e-mail address or telephone number here leads anywhere."""

from dataclasses import dataclass

from retour.sandbox.miravia.state import Customer
from retour.sandbox.samples import gtin

CUSTOMERS = (
    Customer(
        "770000000000001", "Lucía", "García", "Calle del Molino 12", "28004", "Madrid", "ES", "000", "lucia@example.org"
    ),
    Customer(
        "770000000000002", "Mateo", "Ferrer", "Carrer Major 3", "08001", "Barcelona", "ES", "000", "mateo@example.org"
    ),
    Customer("770000000000003", "Inês", "Costa", "Rua do Sol 45", "4000", "Porto", "PT", "000", "ines@example.org"),
)

REASONS = {
    30001: "El artículo no cumple mis expectativas",
    30002: "Talla o medida equivocada",
    30003: "El artículo está dañado",
    30004: "He recibido otro artículo",
    30005: "Ya no lo necesito",
}


@dataclass(frozen=True, slots=True)
class MadeUp:
    sku: str
    ean: str
    title: str
    cents: int


_CATALOGUE = (
    ("MUG-BLUE", "Taza azul", 1295),
    ("TEAPOT-IRON", "Tetera de hierro, 1 litro", 3950),
    ("SOCK-STRIPE", "Calcetines de rayas, talla 39-42", 795),
    ("JUMPER-M", "Jersey de lana, talla M", 7900),
    ("LAMP-CLAMP", "Lámpara de escritorio con pinza", 3249),
)


def product(number: int) -> MadeUp:
    """The catalogue's, for any number from 1; it repeats itself."""
    place = (number - 1) % len(_CATALOGUE)
    sku, title, cents = _CATALOGUE[place]
    return MadeUp(sku, gtin(place + 1), title, cents)


SAMPLE_ORDERS = ((2, (("MUG-BLUE", 2),)), (6, (("TEAPOT-IRON", 1), ("SOCK-STRIPE", 3))), (9, (("JUMPER-M", 1),)))
"""Days ago, and (SKU, quantity)."""


def of_sku(sku: str) -> MadeUp:
    return next(product(number) for number, known in enumerate(_CATALOGUE, start=1) if known[0] == sku)
