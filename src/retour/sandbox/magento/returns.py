"""The plugin's table of returns, as both of its generations keep it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

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
class SentReturn:
    """One row, its fields named and kept as the columns are; `item`, `customer` and `address` are JSON."""

    entity_id: int
    """0 until the table gives it one."""
    store_id: int
    order_id: int
    channel_name: str | None
    channel_id: int | str | None
    channable_id: int
    magento_order_id: int | None
    magento_increment_id: str | None
    item: str
    customer_name: str
    customer: str
    address: str
    reason: str | None
    comment: str | None
    status: str | None
    created_at: str
    updated_at: str

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


Row = TypeVar("Row", bound=SentReturn)


class SentReturns(Generic[Row]):
    """Rows by id. Ids only rise; a deleted one is not used again."""

    def __init__(self) -> None:
        self._rows: dict[int, Row] = {}
        self._last_id = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(list(self._rows.values()))

    def newest_first(self) -> Iterator[Row]:
        return iter(list(reversed(self._rows.values())))

    def insert(self, row: Row) -> None:
        """Gives the row its id."""
        self._last_id += 1
        row.entity_id = self._last_id
        self._rows[row.entity_id] = row

    def get(self, entity_id: int) -> Row | None:
        return self._rows.get(entity_id)

    def delete(self, row: Row) -> None:
        del self._rows[row.entity_id]


def _fields(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
