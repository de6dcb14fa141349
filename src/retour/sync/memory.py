"""A connector's memory, kept by the store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from retour.store import notes
from retour.sync.database import Database


@dataclass(frozen=True, slots=True)
class StoredMemory:
    """The notes of one connection (`connectors.memory.Memory`): sealed, and committed before `write` returns."""

    connection_id: int
    db: Database

    async def read(self, *names: str) -> Mapping[str, Any]:
        return await self.db(notes.read, self.connection_id, names)

    async def begins(self, prefix: str) -> Mapping[str, Any]:
        return await self.db(notes.begins, self.connection_id, prefix)

    async def write(self, notes_: Mapping[str, Any]) -> None:
        await self.db(notes.write, self.connection_id, notes_, datetime.now(UTC))
