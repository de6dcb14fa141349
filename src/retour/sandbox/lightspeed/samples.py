"""Made-up orders for a newcomer. No e-mail address here leads anywhere."""

from decimal import Decimal
from typing import Final

from retour.sandbox.lightspeed.shop import Shop
from retour.sandbox.lightspeed.wanted import WantedAddress, WantedBuyer, WantedLine, WantedOrder, WantedReturn

_GUEST: Final = WantedBuyer(firstname="Noor", lastname="de Vries", email="noor.1@example.org")
_COMPANY: Final = WantedBuyer(
    firstname="Robin",
    lastname="Peeters",
    email="robin.2@example.org",
    company="Peeters & Zoon",
    vat_number="BE0000000000",
    guest=False,
    billing=WantedAddress("Kerkplein", "45", "", "2000", "Antwerpen", "be"),
    shipping=WantedAddress("Molenweg", "3", "A", "9000", "Gent", "be"),
)

ORDERS: Final = (
    WantedOrder(
        lines=(WantedLine(quantity=2),),
        buyer=_GUEST,
        comment="Besteld op bol met bestelnummer C000TEST01",
        metafields={"external_order_id": "C000TEST01"},
    ),
    WantedOrder(
        lines=(
            WantedLine("TEAPOT-IRON", "Teapot, cast iron", 1, price=Decimal("39.50"), ean="0000000000024"),
            WantedLine("GLASS-6", "Set of 6 glasses", 3, price=Decimal("24.00"), ean="0000000000031"),
        ),
        buyer=_COMPANY,
        comment="Besteld op bol met bestelnummer C000TEST02",
        shipment_price=Decimal("4.95"),
    ),
)


def stock(shop: Shop) -> None:
    """Two orders; of the second one a return that its customer asked for in the shop itself."""
    for order in ORDERS:
        last = shop.place_order(order)
    shop.add_return(WantedReturn(last.number, {"GLASS-6": 1}, "Kapot aangekomen", "Exchange", "Eén glas is gebarsten."))
