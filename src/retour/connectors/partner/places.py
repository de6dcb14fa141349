"""Where files are exchanged: what every such place can do, whatever protocol leads there."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Found:
    """A file in a folder. `stamp` changes with its content (size, time of the last change); None: the place does not
    tell."""

    name: str
    stamp: str | None
    size: int | None = None


class Files(Protocol):
    """A place that has been opened. Folders are named below the address; all raise ConnectorErrors."""

    async def names(self, folder: str, pattern: str) -> list[Found]:
        """The files of a folder whose names are like that."""
        ...

    async def read(self, folder: str, name: str) -> bytes: ...

    async def has(self, folder: str, name: str) -> bool:
        """Whether that file is there, as far as can be seen."""
        ...

    async def now(self, folder: str) -> datetime:
        """The time by the clock of where the files lie, in UTC."""
        ...

    async def put(self, folder: str, name: str, content: bytes) -> None:
        """Puts a file there, whole or not at all. Raises OutcomeUnknown where nobody knows whether it is there."""
        ...


class Place(Protocol):
    def opened(self) -> AbstractAsyncContextManager[Files]: ...


LARGEST = 32 * 1024 * 1024
"""Bytes of a file that is read."""


def is_plain(name: str) -> bool:
    """Whether a name that a place shows is a file's own, and leads nowhere else."""
    return bool(name) and name not in {".", ".."} and not set(name) & {"/", "\\", "\0"}


CLOCK = ".retour-clock.part"
"""A file that is made and removed, to learn the time from it."""


def temporary(name: str) -> str:
    """The name under which a file is written before it is there."""
    return f".{name}.part"
