"""What arrives at a connection's address, kept by the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from retour.connectors.inbox import Arrival
from retour.store import inbox
from retour.sync.database import Database


@dataclass(frozen=True, slots=True)
class StoredInbox:
    """The inbox of one connection (`connectors.inbox.Inbox`)."""

    connection_id: int
    db: Database

    async def now(self) -> datetime:
        return datetime.now(UTC)

    async def arrived(self) -> Sequence[Arrival]:
        return await self.db(inbox.waiting, self.connection_id, datetime.now(UTC))

    async def read(self, arrival_id: int) -> bytes | None:
        return await self.db(inbox.read, self.connection_id, arrival_id)

    async def forget(self, *arrival_ids: int) -> None:
        await self.db(inbox.forget, self.connection_id, *arrival_ids)
