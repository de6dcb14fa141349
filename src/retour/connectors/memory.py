"""What a connector must remember between two checks: counters, a report that is being made, a token that rotates.

A platform that shows everything each time needs none. What is kept is sealed where it is stored, lives and dies with
its connection, and is restored with the hub's backup, together with the facts that were drawn from it.
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol


class Memory(Protocol):
    """A connection's own notes: JSON values under names of at most 200 characters."""

    async def read(self, *names: str) -> Mapping[str, Any]:
        """The notes with these names; those that do not exist are missing."""
        ...

    async def begins(self, prefix: str) -> Mapping[str, Any]:
        """All notes whose names begin so."""
        ...

    async def write(self, notes: Mapping[str, Any]) -> None:
        """Keeps all of these, or none; None forgets a note. When it returns, they survive a crash."""
        ...


class Notebook:
    """Notes that live as long as the process: for tests, and for trying out a connector."""

    def __init__(self) -> None:
        self._notes: dict[str, str] = {}

    async def read(self, *names: str) -> Mapping[str, Any]:
        return {name: json.loads(self._notes[name]) for name in names if name in self._notes}

    async def begins(self, prefix: str) -> Mapping[str, Any]:
        return {name: json.loads(text) for name, text in self._notes.items() if name.startswith(prefix)}

    async def write(self, notes: Mapping[str, Any]) -> None:
        texts = {name: None if value is None else json.dumps(value) for name, value in notes.items()}
        for name, text in texts.items():
            if text is None:
                self._notes.pop(name, None)
            else:
                self._notes[name] = text
