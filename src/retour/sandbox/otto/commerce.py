"""What happens to units: orders, parcels on their way back, decisions, and the customer's money (contract 1, 4)."""

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Literal
from uuid import UUID

from retour.sandbox.clock import Clock
from retour.sandbox.journal import Journal
from retour.sandbox.otto.state import PARCEL_STATES, Customer, Fulfillment, Order, ParcelState, Partner, Shipment, Unit
from retour.sandbox.otto.switches import OttoSwitches

By = Literal["api", "otto"]
_REMEMBERED = 100_000  # announcements and parcels that OTTO may still act on by the clock


@dataclass(frozen=True, slots=True)
class Product:
    """What is ordered; each piece becomes a position item."""

    sku: str
    ean: str
    title: str
    price: Decimal
    quantity: int = 1


class Commerce:
    """Changes units; obeys no rule, the callers do. All ids come from one seeded chance."""

    def __init__(self, partner: Partner, clock: Clock, journal: Journal, switches: OttoSwitches, seed: int) -> None:
        self._partner = partner
        self._clock = clock
        self._journal = journal
        self._switches = switches
        self._chance = random.Random(seed)  # noqa: S311 - ids of a simulator
        self._numbers = count(1)
        self._changes = count(1)
        self._open: dict[bool, deque[tuple[datetime, Unit]]] = {
            to_warehouse: deque(maxlen=_REMEMBERED) for to_warehouse in (False, True)
        }
        self._moving: deque[Shipment] = deque(maxlen=_REMEMBERED)

    def place_order(
        self, products: Sequence[Product], customer: Customer, ordered_at: datetime, status: Fulfillment, number: str
    ) -> Order:
        """Sent a day after it was placed, when it is `SENT`."""
        nth = next(self._numbers)
        sent_at = min(ordered_at + timedelta(days=1), self._clock.now()) if status == "SENT" else None
        order = Order(self._uuid(), number or f"b{nth:09}", ordered_at, sent_at or ordered_at, customer)
        for product in products:
            order.units += [
                Unit(self._uuid(), order, product.sku, product.ean, product.title, product.price, status, sent_at)
                for _ in range(product.quantity)
            ]
        self._partner.add_order(order, self._switches.kept_orders)
        return order

    def announce(self, units: Sequence[Unit], reason: str, at: datetime, *, to_warehouse: bool) -> Shipment:
        """On otto.de: the units are ANNOUNCED and a shipment exists."""
        shipment = self._ship(units, "ANNOUNCED", at)
        for unit in units:
            unit.customer_reason, unit.to_warehouse, unit.withdrawn = reason, to_warehouse, False
            self._partner.set_status(unit, "ANNOUNCED", at, next(self._changes))
            self._open[to_warehouse].append((self._clock.now(), unit))
        self._journal.write("label", shipment.shipment_id, len(units), units=[unit.position_item_id for unit in units])
        return shipment

    def send_back(self, units: Sequence[Unit], *, tracked: bool) -> Shipment | None:
        """With the enclosed label: not ANNOUNCED; a shipment exists when the carrier scanned it."""
        for unit in units:
            self._journal.write("goods", unit.position_item_id, sales_order_id=unit.order.sales_order_id)
        return self._ship(units, "ON_THE_WAY", self._clock.now()) if tracked else None

    def withdraw(self, unit: Unit) -> None:
        """The customer keeps it."""
        unit.withdrawn = True
        if not self._switches.withdrawn_stay_announced and unit.return_status == "ANNOUNCED":
            self._partner.set_status(unit, None, self._clock.now(), next(self._changes))

    def misdirect(self, unit: Unit) -> None:
        """The goods arrive at a warehouse of OTTO by mistake."""
        self._partner.set_status(unit, "MISDIRECTED", self._clock.now(), next(self._changes))

    def accept(self, unit: Unit, condition: str | None, reason: str | None, by: By) -> None:
        """The customer gets the money of the unit at once."""
        now = self._clock.now()
        unit.refunds += 1
        unit.fulfillment, unit.returned_at = "RETURNED", now
        self._decide(unit, "ACCEPTED", condition, reason, now)
        self._write("refund", unit, by)

    def reject(self, unit: Unit, condition: str | None, reason: str, by: By) -> None:
        self._decide(unit, "REJECTED", condition, reason, self._clock.now())
        self._write("settled", unit, by)

    def move_parcel(self, shipment: Shipment, state: ParcelState) -> None:
        shipment.states.append((state, self._clock.now()))

    def act(self) -> None:
        """OTTO does what is due by the clock, when its switches say so."""
        waits = {True: self._switches.warehouse_seconds, False: self._switches.auto_accept_seconds}
        for to_warehouse, seconds in waits.items():
            for unit in self._due(self._open[to_warehouse], seconds):
                if unit.return_status == "ANNOUNCED" and not unit.withdrawn:
                    self.accept(unit, None, "RETURN_RECEIVED", "otto")
        self._move_parcels()

    def _due(self, waiting: deque[tuple[datetime, Unit]], seconds: float | None) -> list[Unit]:
        due: list[Unit] = []
        while seconds is not None and waiting and waiting[0][0] + timedelta(seconds=seconds) <= self._clock.now():
            due.append(waiting.popleft()[1])
        return due

    def _move_parcels(self) -> None:
        """One state after the other, each at its own moment."""
        if self._switches.parcel_seconds is None:
            return
        step, now = timedelta(seconds=self._switches.parcel_seconds), self._clock.now()
        for _ in range(len(self._moving)):
            shipment = self._moving.popleft()
            state, at = shipment.states[-1]
            while state != "DELIVERED" and at + step <= now:
                state, at = PARCEL_STATES[PARCEL_STATES.index(state) + 1], at + step
                shipment.states.append((state, at))
            if state != "DELIVERED":
                self._moving.append(shipment)

    def _ship(self, units: Sequence[Unit], state: ParcelState, at: datetime) -> Shipment:
        tracking_number = f"H{self._chance.randrange(10**16):016}"
        shipment = Shipment(self._uuid(), "HERMES", tracking_number, at, list(units), [(state, at)])
        self._partner.shipments[shipment.shipment_id] = shipment
        self._moving.append(shipment)
        for unit in units:
            unit.shipment = shipment
        return shipment

    def _decide(
        self,
        unit: Unit,
        status: Literal["ACCEPTED", "REJECTED"],
        condition: str | None,
        reason: str | None,
        at: datetime,
    ) -> None:
        unit.condition, unit.reason = condition, reason
        unit.order.modified_at = at
        self._partner.set_status(unit, status, at, next(self._changes))

    def _write(self, kind: Literal["refund", "settled"], unit: Unit, by: By) -> None:
        money: dict[str, Any] = {"amount": str(unit.price), "currency": "EUR"} if kind == "refund" else {}
        self._journal.write(
            kind,
            unit.position_item_id,
            sales_order_id=unit.order.sales_order_id,
            order_number=unit.order.order_number,
            sku=unit.sku,
            reason=unit.reason,
            condition=unit.condition,
            by=by,
            **money,
        )

    def _uuid(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))
