"""What is noted about a create before it leaves: its key alone tells neither the order nor what was made."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import Any, Final, Self
from weakref import WeakValueDictionary

from retour.connectors.memory import Memory

PREFIX: Final = "create:"


@dataclass(frozen=True, slots=True)
class Note:
    """Kept until the create has come to its end. The comment holds personal data: notes are sealed."""

    order: str
    is_rma: bool
    comment: str = ""
    after: int = 0
    """The newest return of the order before."""
    item: Mapping[str, Any] = field(default_factory=dict)
    """What the return's item is made with."""
    ref: str | None = None
    """The return, once it is known to be made."""

    def found_as(self, ref: str) -> Self:
        return replace(self, ref=ref)


class Notes:
    """The notes of one connection, and its order of work: one create of an order at a time."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def lock(self, order_id: str) -> asyncio.Lock:
        """Two creates of one order could not tell their returns apart."""
        return self._locks.setdefault(order_id, asyncio.Lock())

    async def of(self, key: str) -> Note | None:
        name = _name(key)
        found = (await self._memory.read(name)).get(name)
        return Note(**found) if found else None

    async def all(self) -> list[Note]:
        """Of every create that has not come to its end."""
        return [Note(**found) for found in (await self._memory.begins(PREFIX)).values()]

    async def keep(self, key: str, note: Note) -> None:
        await self._memory.write({_name(key): asdict(note)})

    async def forget(self, key: str) -> None:
        await self._memory.write({_name(key): None})


def _name(key: str) -> str:
    """Notes have short names, keys do not."""
    return f"{PREFIX}{sha256(key.encode(errors='surrogatepass')).hexdigest()}"
