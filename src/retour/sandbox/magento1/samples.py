"""Made-up orders for a newcomer. No e-mail address here leads anywhere."""

from retour.sandbox.magento1.orders import Billing, OrderLine
from retour.sandbox.magento1.shop import Shop

_COMPANY = Billing(
    "Robin Peeters",
    "robin.2@example.org",
    "Peeters & Zoon",
    "Kerkplein 45",
    "2000 Antwerpen",
    "BE",
    "BE0000000000",
)


def stock(shop: Shop) -> None:
    """Two orders that the hub brought earlier, as its orders 315 and 316."""
    shop.add_order(315, "100000315", [OrderLine(quantity=2)])
    lines = [OrderLine("TEAPOT-IRON", "Teapot, cast iron", 1, 39.5), OrderLine("GLASS-6", "Set of 6 glasses", 3, 24.0)]
    shop.add_order(316, "100000316", lines, _COMPANY, shipping=4.95)
