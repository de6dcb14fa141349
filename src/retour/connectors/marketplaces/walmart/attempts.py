"""Refunds that left without an answer: a note written ahead of each call, kept until its end is certain.

Walmart shows a refund only some minutes after it took it (contract walmart 6), and pays one that is asked for again
again. Who has looked in vain and sends it once more must first have waited so long.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from retour.connectors.contract import Part
from retour.connectors.memory import Memory


@dataclass(frozen=True, slots=True)
class Attempt:
    """A refund as it left: for which units, how many were refunded before, and when it was by Walmart's clock."""

    key: str
    quantity: int
    before: int
    at: datetime | None

    def shows(self, refunded: int) -> bool:
        """Whether as many units were refunded since."""
        return refunded >= self.before + self.quantity

    def shows_until(self, within: timedelta) -> datetime | None:
        """Until when it is too early to say that it never arrived. None: Walmart told no time."""
        return self.at and self.at + within


class Attempts:
    """The notes of one account, one for each line."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def last(self, ref: str, line_ref: str) -> Attempt | None:
        """The last one whose end is not certain."""
        name = _name(ref, line_ref)
        note: Any = (await self._memory.read(name)).get(name)
        if note is None:
            return None
        at = datetime.fromisoformat(note["at"]) if note["at"] else None
        return Attempt(note["key"], note["quantity"], note["before"], at)

    async def begins(self, ref: str, part: Part, before: int, at: datetime | None) -> None:
        note = {
            "key": part.key,
            "quantity": part.quantity,
            "before": before,
            "at": at.isoformat() if at else None,
        }
        await self._memory.write({_name(ref, part.line_ref): note})

    async def ends(self, ref: str, part: Part) -> None:
        await self._memory.write({_name(ref, part.line_ref): None})


def _name(ref: str, line_ref: str) -> str:
    return f"refund:{ref}:{line_ref}"
