"""Made-up orders for a newcomer. No e-mail address here leads anywhere."""

from typing import TYPE_CHECKING, Final

from retour.sandbox.magento.documents import Address
from retour.sandbox.magento_native.orders import Bought

if TYPE_CHECKING:
    from retour.sandbox.magento_native.simulator import MagentoNativeSimulator

COMPANY: Final = Address(
    firstname="Robin",
    lastname="Peeters",
    email="robin.2@example.org",
    company="Peeters & Zoon",
    vat_id="BE0000000000",
    street=("Kerkplein", "45"),
    postcode="2000",
    city="Antwerpen",
    country_id="BE",
)

RESOLUTIONS: Final = ("Repair", "Customer keeps it")
STATUSES: Final = ("return_requested", "return_rejected", "return_repaired", "return_exchanged", "return_kept")


def stock(simulator: "MagentoNativeSimulator") -> None:
    """Three orders; resolutions for repair and keep; order statuses for returns, of both states after shipping."""
    for label in RESOLUTIONS:
        simulator.options.add("resolution", label)
    for status in STATUSES:
        simulator.shop.add_status(status, ("processing", "complete"))
    simulator.shop.add_order([Bought(quantity=2)], ext_order_id="C000TEST01")
    lines = [
        Bought("TEAPOT-IRON", "Teapot, cast iron", 1, 39.5),
        Bought("GLASS-6", "Set of 6 glasses", 3, 24.0),
    ]
    simulator.shop.add_order(lines, ext_order_id="C000TEST02", billing=COMPANY, customer_id=7, shipping=4.95)
    socks = Bought("SOCK-39", "Socks, 39-42", 2, 8.0, configurable=True)
    simulator.shop.add_order([socks], ext_order_id="C000TEST03", state="processing", status="processing")
