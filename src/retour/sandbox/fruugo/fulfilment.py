"""What a seller does before anything can come back: confirm, cancel, ship (contract 2.1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from retour.sandbox.fruugo.items import Item, Whose, take
from retour.sandbox.fruugo.state import Order, Shipment

Step = Literal["confirm", "cancel", "ship"]


def fulfil(order: Order, step: Step, items: Sequence[Item], at: datetime, whose: Whose = "fruugo") -> None:
    """Moves units from pending, or confirmed, onwards. Raises Refused."""
    if step == "confirm":
        for taken in take(order, items, lambda line: line.pending, whose=whose):
            taken.line.pending -= taken.quantity
            taken.line.confirmed += taken.quantity
        return
    takes = take(order, items, lambda line: line.pending + line.confirmed, whose=whose)
    for taken in takes:
        confirmed = min(taken.line.confirmed, taken.quantity)
        taken.line.confirmed -= confirmed
        taken.line.pending -= taken.quantity - confirmed
        if step == "cancel":
            taken.line.cancelled += taken.quantity
        else:
            taken.line.shipped += taken.quantity
    if step == "ship":
        number = f"{order.order_id}{len(order.shipments) + 1:02}"
        order.shipments.append(Shipment(number, at, tuple((taken.line, taken.quantity) for taken in takes)))
