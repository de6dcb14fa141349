"""The order statuses: 1, 2 and 10 are ids seen in public, all others and the words are made up (contract 6)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """One row of `/orderstatuses`. `credit_order`: it is for credit orders, and for nothing else."""

    id: int
    dutch: str
    english: str
    credit_order: bool = False


NEW: Final = 1
SHIPPED: Final = 2
CREDIT_WAITING: Final = 10
CREDIT_ACCEPTED: Final = 11

STATUSES: Final = (
    OrderStatus(NEW, "Order in behandeling", "Order Pending"),
    OrderStatus(SHIPPED, "Verzonden", "Shipped"),
    OrderStatus(3, "Geannuleerd", "Cancelled"),
    OrderStatus(20, "Retour aangemeld", "Return requested"),
    OrderStatus(21, "Retour geaccepteerd", "Return accepted"),
    OrderStatus(22, "Retour afgewezen", "Return rejected"),
    OrderStatus(23, "Retour in reparatie", "Return in repair"),
    OrderStatus(24, "Retour omgeruild", "Return exchanged"),
    OrderStatus(25, "Klant houdt artikel", "Customer keeps the article"),
    OrderStatus(26, "Retour geannuleerd", "Return cancelled"),
    OrderStatus(CREDIT_WAITING, "Creditorder in behandeling", "Credit order pending", credit_order=True),
    OrderStatus(CREDIT_ACCEPTED, "Creditorder geaccepteerd", "Credit order accepted", credit_order=True),
    OrderStatus(12, "Creditorder afgewezen", "Credit order rejected", credit_order=True),
    OrderStatus(13, "Creditorder in reparatie", "Credit order in repair", credit_order=True),
    OrderStatus(14, "Creditorder omgeruild", "Credit order exchanged", credit_order=True),
    OrderStatus(15, "Creditorder behouden", "Credit order kept", credit_order=True),
    OrderStatus(16, "Creditorder geannuleerd", "Credit order cancelled", credit_order=True),
)
