"""What a platform posts to its connection's address, for the few that answer a question by a callback.

Switched on by the capability `receives`. The address is the one that `retour hooks` shows; whoever knows it can post
there, so that a body is a claim and nothing more. A connector takes it for an answer only where it has asked: by an id
that it made up, noted in its memory before the question left, and told nobody but the platform.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Arrival:
    """A body that waits. `at`: when it came, aware UTC."""

    id: int
    at: datetime


class Inbox(Protocol):
    """A connection's own. What nobody forgets expires after a while; what is larger than the hub keeps, or came while
    too many were waiting, was never there."""

    async def now(self) -> datetime:
        """The time by which arrivals are noted: how long ago something was asked can be told by no other clock."""
        ...

    async def arrived(self) -> Sequence[Arrival]:
        """What waits, oldest first. The same body may wait twice."""
        ...

    async def read(self, arrival_id: int) -> bytes | None:
        """A body as it was sent; None: it has expired."""
        ...

    async def forget(self, *arrival_ids: int) -> None:
        """These were taken in. Called once all that follows from them is kept."""
        ...


class Letterbox:
    """An inbox that lives as long as the process: for tests, and for trying out a connector."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._waiting: dict[int, tuple[datetime, bytes]] = {}
        self._put = 0

    def put(self, body: bytes) -> None:
        """What the hub does when something is posted."""
        self._put += 1
        self._waiting[self._put] = self._clock(), body

    async def now(self) -> datetime:
        return self._clock()

    async def arrived(self) -> Sequence[Arrival]:
        return [Arrival(number, at) for number, (at, _) in self._waiting.items()]

    async def read(self, arrival_id: int) -> bytes | None:
        return self._waiting[arrival_id][1] if arrival_id in self._waiting else None

    async def forget(self, *arrival_ids: int) -> None:
        for arrival_id in arrival_ids:
            self._waiting.pop(arrival_id, None)
