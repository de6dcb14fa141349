"""The plugin's table of returns."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

PENDING: Final = "new"

DECISIONS: Final = {
    "accepted": "Accept",
    "rejected": "Reject",
    "repaired": "Repair",
    "exchanged": "Exchange",
    "keeps": "Keep",
    "cancelled": "Cancel",
}
"""The six decisions of the admin panel: what is stored, and the button (contract E13)."""

Flaw = Literal["no_id", "no_status", "number_status", "list", "html"]
"""What is wrong with the answer about a return: a key is missing, a number for a text, `[]`, a page of HTML."""

_KEPT: Final = 20_000
"""How many rows are kept; beyond it the one decided longest ago is forgotten."""


@dataclass(slots=True)
class ReturnRow:
    """One row, its fields named and kept as the columns are; the ids of outside are bigint (E7)."""

    entity_id: int
    store_id: int
    order_id: int
    channel_name: str | None
    channel_id: int
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
    flaw: Flaw | None = None

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
    """Rows by id. Ids only rise; a deleted one is not used again."""

    def __init__(self) -> None:
        self._rows: dict[int, ReturnRow] = {}
        self._decided: deque[int] = deque()
        self._last_id = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ReturnRow]:
        return iter(list(self._rows.values()))

    def newest_first(self) -> Iterator[ReturnRow]:
        return iter(list(reversed(self._rows.values())))

    def insert(self, row: ReturnRow) -> None:
        """Gives the row its id."""
        self._last_id += 1
        row.entity_id = self._last_id
        self._rows[row.entity_id] = row
        while len(self._rows) > _KEPT and self._decided:
            self._rows.pop(self._decided.popleft(), None)

    def get(self, entity_id: int) -> ReturnRow | None:
        return self._rows.get(entity_id)

    def note_decided(self, row: ReturnRow) -> None:
        """The row may be forgotten when there are too many."""
        self._decided.append(row.entity_id)

    def delete(self, row: ReturnRow) -> None:
        del self._rows[row.entity_id]


def _fields(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
