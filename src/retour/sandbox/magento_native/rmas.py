"""Returns as Adobe Commerce keeps them (contract A2)."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from retour.sandbox.magento_native.derivation import APPROVED, CLOSED, FINAL, PROCESSED_CLOSED, header_of

RmaFlaw = Literal[
    "no_id", "text_id", "no_items", "items_null", "no_status", "unknown_status", "unknown_item_status", "not_an_object"
]
"""What is wrong with a return's row: a key is missing, null or of another type, a status nobody has heard of."""

_KEPT: Final = 20_000
"""How many returns are kept; beyond it the one closed longest ago is forgotten."""


@dataclass(slots=True)
class RmaItem:
    """One row of a return. Option ids are texts."""

    entity_id: int
    order_item_id: int
    qty_requested: int
    reason: str
    condition: str
    resolution: str
    status: str
    qty_authorized: int = 0
    qty_returned: int = 0
    qty_approved: int = 0


@dataclass(frozen=True, slots=True)
class RmaComment:
    """One comment of a return."""

    entity_id: int
    comment: str
    status: str
    created_at: str
    notified: bool
    visible: bool
    admin: bool


@dataclass(frozen=True, slots=True)
class Track:
    """One tracking number."""

    entity_id: int
    track_number: str
    carrier_title: str
    carrier_code: str


@dataclass(slots=True)
class Rma:
    """One return."""

    entity_id: int
    increment_id: str
    order_id: int
    order_increment_id: str
    store_id: int
    customer_id: int | None
    customer_custom_email: str
    date_requested: str
    items: list[RmaItem]
    comments: list[RmaComment] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    closed_by_hand: bool = False
    flaw: RmaFlaw | None = None

    @property
    def status(self) -> str:
        return CLOSED if self.closed_by_hand else header_of(item.status for item in self.items)

    @property
    def is_closed(self) -> bool:
        return self.status in (CLOSED, PROCESSED_CLOSED)

    @property
    def quantity(self) -> int:
        return sum(item.qty_requested for item in self.items)

    def item(self, entity_id: int) -> RmaItem | None:
        return next((item for item in self.items if item.entity_id == entity_id), None)

    def taken(self, order_item_id: int) -> int:
        """How many units of an order's row it holds: not those refused, nor those open when it was closed."""
        return sum(
            item.qty_requested
            for item in self.items
            if item.order_item_id == order_item_id
            and (item.status == APPROVED or (item.status not in FINAL and not self.closed_by_hand))
        )


class RmaTable:
    """Returns by id and by order. Ids only rise."""

    def __init__(self) -> None:
        self._rows: dict[int, Rma] = {}
        self._by_order: dict[int, list[Rma]] = {}
        self._closed: deque[int] = deque()
        self._last_id = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Rma]:
        return iter(list(self._rows.values()))

    def newest_first(self) -> Iterator[Rma]:
        return reversed(self._rows.values())

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def add(self, rma: Rma) -> None:
        self._rows[rma.entity_id] = rma
        self._by_order.setdefault(rma.order_id, []).append(rma)
        while len(self._rows) > _KEPT and self._closed:
            oldest = self._rows.get(self._closed.popleft())
            if oldest is not None:
                self.remove(oldest)

    def get(self, entity_id: int) -> Rma | None:
        return self._rows.get(entity_id)

    def of_order(self, order_id: int) -> Iterable[Rma]:
        return list(self._by_order.get(order_id, ()))

    def note_closed(self, rma: Rma) -> None:
        """The return may be forgotten when there are too many."""
        self._closed.append(rma.entity_id)

    def remove(self, rma: Rma) -> None:
        del self._rows[rma.entity_id]
        self._by_order[rma.order_id].remove(rma)
