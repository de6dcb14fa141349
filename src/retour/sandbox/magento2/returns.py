"""The plugin's table of returns (contract A10)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

PENDING: Final = "new"

DECISIONS: Final = {
    "accepted": "Accept",
    "rejected": "Reject",
    "repaired": "Repair",
    "exchanged": "Exchange",
    "keeps": "Keep",
    "cancelled": "Cancel",
}
"""The six decisions of the admin panel: what is stored, and the button (contract E13, A11)."""


@dataclass(slots=True)
class ReturnRow:
    """One row of `channable_returns`, its fields named and kept as the columns are."""

    entity_id: int
    store_id: int
    order_id: int
    channel_name: str | None
    channel_id: str | None
    channable_id: int
    magento_order_id: int | None
    magento_increment_id: str
    item: str
    customer_name: str
    customer: str
    address: str
    reason: str
    comment: str | None
    status: str
    channel_return_id: str | None
    channel_order_id: str | None
    channel_order_id_internal: str | None
    platform_order_id: str | None
    created_at: str
    updated_at: str
    magento_creditmemo_id: int | None = None
    magento_creditmemo_increment_id: str | None = None

    def item_fields(self) -> dict[str, Any]:
        """The item as it was sent; empty when it was cut and is no longer JSON (E5)."""
        return _fields(self.item)

    def address_fields(self) -> dict[str, Any]:
        return _fields(self.address)

    def customer_fields(self) -> dict[str, Any]:
        return _fields(self.customer)

    @property
    def quantity(self) -> int:
        """How many the return is about, for the journal; 1 where it does not say."""
        quantity = self.item_fields().get("quantity")
        return int(quantity) if isinstance(quantity, int | float) and 1 <= quantity < 10**9 else 1


class ReturnTable:
    """Rows by id, and by order number for what a credit memo touches. Ids only rise; a deleted one is not reused."""

    def __init__(self) -> None:
        self._rows: dict[int, ReturnRow] = {}
        self._by_order: dict[str, list[int]] = {}
        self._last_id = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ReturnRow]:
        return iter(list(self._rows.values()))

    def newest_first(self) -> Iterator[ReturnRow]:
        return iter(list(reversed(self._rows.values())))

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def insert(self, row: ReturnRow) -> None:
        self._rows[row.entity_id] = row
        if row.magento_increment_id:
            self._by_order.setdefault(row.magento_increment_id, []).append(row.entity_id)

    def get(self, entity_id: int) -> ReturnRow | None:
        return self._rows.get(entity_id)

    def delete(self, row: ReturnRow) -> None:
        del self._rows[row.entity_id]
        if row.magento_increment_id:
            self._by_order[row.magento_increment_id].remove(row.entity_id)

    def pending_of(self, increment_id: str) -> list[ReturnRow]:
        rows = (self._rows[entity_id] for entity_id in self._by_order.get(increment_id, ()))
        return [row for row in rows if row.status == PENDING]


def _fields(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
