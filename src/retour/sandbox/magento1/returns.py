"""The plugin's table of returns in Magento 1."""

from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

from retour.sandbox.magento.returns import SentReturn, SentReturns

Flaw = Literal["no_id", "no_status", "number_status", "list", "html"]
"""What is wrong with the answer about a return: a key is missing, a number for a text, `[]`, a page of HTML."""

_KEPT: Final = 20_000
"""How many rows are kept; beyond it the one decided longest ago is forgotten."""


@dataclass(slots=True)
class ReturnRow(SentReturn):
    """The ids of outside are bigint (E7)."""

    channel_id: int
    flaw: Flaw | None = None


class ReturnTable(SentReturns[ReturnRow]):
    """Remembers which were decided, to forget those when there are too many."""

    def __init__(self) -> None:
        super().__init__()
        self._decided: deque[int] = deque()

    def insert(self, row: ReturnRow) -> None:
        super().insert(row)
        while len(self._rows) > _KEPT and self._decided:
            self._rows.pop(self._decided.popleft(), None)

    def note_decided(self, row: ReturnRow) -> None:
        """The row may be forgotten when there are too many."""
        self._decided.append(row.entity_id)
