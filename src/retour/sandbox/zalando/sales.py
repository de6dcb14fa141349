"""How orders, announced returns and parcels come into being, and what Zalando does with them by the clock."""

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from retour.sandbox.clock import Clock
from retour.sandbox.journal import Journal
from retour.sandbox.zalando.state import (
    AnnouncedReturn,
    Customer,
    Item,
    Line,
    LineStatus,
    Merchant,
    Order,
    OrderType,
    Returns,
)
from retour.sandbox.zalando.switches import ZalandoSwitches
from retour.sandbox.zalando.transitions import Transitions

_REMEMBERED = 100_000  # parcels that Zalando may still act on by the clock

SALES_CHANNEL = "ca9d5f22-2a1b-4799-b3b7-83f47c191489"


@dataclass(frozen=True, slots=True)
class Product:
    """What is ordered; each unit becomes a line."""

    external_id: str
    description: str
    price: Decimal
    quantity: int = 1


class Sales:
    """Writes new orders and returns into a merchant; all ids come from one seeded chance."""

    def __init__(
        self, clock: Clock, journal: Journal, transitions: Transitions, switches: ZalandoSwitches, seed: int
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._transitions = transitions
        self._switches = switches
        self._chance = random.Random(seed)  # noqa: S311 - ids of a simulator
        self._numbers = count(1)
        self._came_back: dict[Returns, deque[tuple[datetime, Line]]] = {
            "partner": deque(maxlen=_REMEMBERED),
            "zalando": deque(maxlen=_REMEMBERED),
        }

    def place_order(
        self,
        merchant: Merchant,
        products: Sequence[Product],
        customer: Customer,
        *,
        placed_at: datetime,
        status: LineStatus = "shipped",
        order_type: OrderType = "PartnerFulfilled",
        returns: Returns = "partner",
        number: str = "",
        merchant_order_id: str = "",
        sales_channel_id: str = SALES_CHANNEL,
    ) -> Order:
        """The order, shipped a day after it was placed, unless `status` says how far it is."""
        nth = next(self._numbers)
        changed_at = placed_at if status == "initial" else min(placed_at + timedelta(days=1), self._clock.now())
        order = Order(
            self._uuid(),
            number or f"1040970{nth:09}",
            merchant_order_id or f"M-{nth:06}",
            order_type,
            "zalando" if order_type == "ZalandoFulfilled" else returns,
            customer,
            sales_channel_id,
            f"{customer.country_code.lower()}-{customer.country_code}",
            placed_at,
            changed_at,
        )
        if status in ("shipped", "returned"):
            order.tracking_number, order.return_tracking_number = f"TRACK{nth:09}", f"RETURN{nth:09}"
        for product in products:
            item = Item(
                self._uuid(), order, f"ZAL{nth:06}-{product.external_id}", product.external_id, product.description
            )
            item.lines = [
                Line(self._uuid(), item, status, product.price, placed_at, changed_at) for _ in range(product.quantity)
            ]
            order.items.append(item)
        merchant.add_order(order, self._switches.kept_orders)
        return order

    def announce(
        self, merchant: Merchant, lines: Sequence[tuple[Line, str]], registered_at: datetime
    ) -> AnnouncedReturn:
        """A label made on Zalando's site for these lines, each with a reason."""
        announced = AnnouncedReturn(
            self._uuid(),
            lines[0][0].item.order.sales_channel_id,
            f"7443{self._chance.randrange(10**8):08}",
            registered_at,
            list(lines),
        )
        merchant.announce(announced)
        self._journal.write(
            "label", announced.announced_return_id, len(lines), lines=[line.line_id for line, _ in lines]
        )
        for line, _ in lines:
            self._on_its_way(line)
        return announced

    def send_back(self, line: Line) -> None:
        """With the label from the box: no call of the API shows it."""
        self._journal.write("goods", line.line_id, order_id=line.item.order.order_id)
        self._on_its_way(line)

    def withdraw(self, merchant: Merchant, announced: AnnouncedReturn) -> None:
        """The customer keeps what is not refunded yet."""
        for line, _ in announced.lines:
            line.sent_back_at = None
        if not self._switches.withdrawn_stay_listed:
            merchant.unlist(announced)

    def act(self) -> None:
        """Zalando returns what has come back for long enough, when its switches say so."""
        waits: dict[Returns, float | None] = {
            "zalando": self._switches.warehouse_seconds,
            "partner": self._switches.auto_return_seconds,
        }
        for returns, seconds in waits.items():
            if seconds is None:
                continue
            waiting = self._came_back[returns]
            due = self._clock.now() - timedelta(seconds=seconds)
            while waiting and waiting[0][0] <= due:
                since, line = waiting.popleft()
                if line.status == "shipped" and line.sent_back_at == since:
                    self._transitions.move(line, "returned", self._clock.now(), "zalando", 0)

    def _on_its_way(self, line: Line) -> None:
        line.sent_back_at = self._clock.now()
        waiting = self._came_back[line.item.order.returns]
        while waiting and waiting[0][1].status != "shipped":
            waiting.popleft()
        waiting.append((line.sent_back_at, line))

    def _uuid(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))
