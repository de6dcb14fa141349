"""The files of returns that the partner lays out, `returns/returns_*.csv` (contract 4)."""

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from retour.sandbox.clock import Clock
from retour.sandbox.commands import Impossible
from retour.sandbox.generic.cells import table
from retour.sandbox.generic.state import Book, Return
from retour.sandbox.generic.switches import PartnerSwitches

_STEP = 7
"""Bytes by which a file grows at each look: it ends in the middle of a cell."""


class Exports:
    """Writes whole files under a temporary name first, unless they are to be seen growing."""

    def __init__(self, folder: Path, book: Book, clock: Clock, switches: PartnerSwitches) -> None:
        self._folder = folder
        self._book = book
        self._clock = clock
        self._switches = switches
        self._rest: dict[str, bytes] = {}
        """What is still to come of growing files."""
        self._names: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, returns: Sequence[Return], name: str = "") -> str:
        """One file with these returns; a name that exists is written anew. Gives the name."""
        name = name or self._free_name()
        for returned in returns:
            self._book.changed.pop(returned.return_id, None)
        self._lay(name, table(returns, self._switches))
        return name

    def repeat(self, name: str) -> str:
        """The same content once more, under another name."""
        if name not in self._names:
            raise Impossible(f"There is no file {name}.")
        again = self._free_name()
        self._lay(again, (self._folder / name).read_bytes() + self._rest.get(name, b""))
        return again

    def act(self) -> None:
        """Files that are growing grow, and end when the switch says so."""
        for name, rest in list(self._rest.items()):
            grown = min(_STEP, len(rest) - 1) if self._switches.growing_files else len(rest)
            with (self._folder / name).open("ab") as file:
                file.write(rest[:grown])
            self._rest[name] = rest[grown:]
            if not self._rest[name]:
                del self._rest[name]
                self._date(name)
        if self._switches.export == "each_change" and self._book.changed:
            self.write(list(self._book.changed.values()))

    @property
    def growing(self) -> frozenset[str]:
        return frozenset(self._rest)

    @property
    def names(self) -> tuple[str, ...]:
        """Oldest first."""
        return tuple(self._names)

    def _lay(self, name: str, content: bytes) -> None:
        if name not in self._names:
            self._names.append(name)
        if self._switches.growing_files:
            half = len(content) // 2
            (self._folder / name).write_bytes(content[:half])
            self._rest[name] = content[half:]
        else:
            self._rest.pop(name, None)
            new = self._folder / f".{name}.part"
            new.write_bytes(content)
            new.rename(self._folder / name)
            self._date(name)
        while len(self._names) > self._switches.kept_files:
            oldest = self._names.pop(0)
            self._rest.pop(oldest, None)
            (self._folder / oldest).unlink(missing_ok=True)

    def _date(self, name: str) -> None:
        changed = self._clock.now() - timedelta(seconds=self._switches.file_age_seconds)
        os.utime(self._folder / name, (changed.timestamp(), changed.timestamp()))

    def _free_name(self) -> str:
        stem = f"returns_{self._clock.now():%Y%m%dT%H%M%SZ}"
        name, number = f"{stem}.csv", 2
        while name in self._names:
            name, number = f"{stem}_{number}.csv", number + 1
        return name
