"""What is remembered of a return: which units became what, in the order in which it became known.

A partner's own view is poorer than a history: one word for a return of which parts were told different things, or
counters. So the parts that a partner took are remembered with the connection, and counters are drawn out into entries,
one for each unit, in the order in which they rose (contract tobedressed 3.1 has no outcome for a line).
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from retour.connectors.contract import Part
from retour.connectors.memory import Memory
from retour.connectors.partner.wire import Line
from retour.core.model import Resolution


@dataclass(frozen=True, slots=True)
class Unit:
    """So many units that became this. `key` is that of the decision that was told; None: drawn from a counter."""

    resolution: Resolution
    quantity: int
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What is remembered of one return: its units by line, and when each line last changed."""

    units: Mapping[str, tuple[Unit, ...]]
    changed_at: Mapping[str, datetime]

    def of(self, line_ref: str) -> tuple[Unit, ...]:
        return self.units.get(line_ref, ())

    def told(self, part: Part, shows: Resolution) -> "Account":
        """After the partner took this part, which shows there as that. The same part twice is one."""
        known = self.of(part.line_ref)
        if any(unit.key == part.key for unit in known):
            return self
        return replace(self, units={**self.units, part.line_ref: (*known, Unit(shows, part.quantity, part.key))})

    def counted(self, lines: Iterable[Line]) -> "Account":
        """After these lines' counters were seen. A counter that fell changes nothing: a history only grows."""
        units = dict(self.units)
        for line in lines:
            if line.accepted is None and line.rejected is None:
                continue
            known = list(units.get(line.ref, ()))
            for resolution, count in ((Resolution.ACCEPT, line.accepted), (Resolution.REJECT, line.rejected)):
                before = sum(unit.quantity for unit in known if unit.resolution is resolution)
                known += [Unit(resolution, 1)] * ((count or 0) - before)
            if known:
                units[line.ref] = tuple(known)
        return replace(self, units=units)

    def changed(self, line_ref: str, at: datetime) -> "Account":
        return replace(self, changed_at={**self.changed_at, line_ref: at})


NOTHING = Account({}, {})


class Ledger:
    """The accounts of a connection's returns, in its memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.turn = asyncio.Lock()
        """Held between reading an account and keeping it."""

    async def of(self, refs: Sequence[str]) -> dict[str, Account]:
        """The account of each of these returns."""
        notes = await self._memory.read(*map(_name, refs)) if refs else {}
        return {ref: _from_note(notes.get(_name(ref))) for ref in refs}

    async def keep(self, accounts: Mapping[str, Account], notes: Mapping[str, Any] | None = None) -> None:
        """Keeps these, and with them further notes, or nothing at all."""
        wanted = {_name(ref): _as_note(account) for ref, account in accounts.items()} | dict(notes or {})
        if wanted:
            await self._memory.write(wanted)


def _name(ref: str) -> str:
    return f"return:{ref}"


def _as_note(account: Account) -> dict[str, Any]:
    return {
        "units": {
            line: [[unit.resolution, unit.quantity, unit.key] for unit in units]
            for line, units in account.units.items()
        },
        "changed_at": {line: at.isoformat() for line, at in account.changed_at.items()},
    }


def _from_note(note: Any) -> Account:
    if not note:
        return NOTHING
    units = {
        line: tuple(Unit(Resolution(resolution), quantity, key) for resolution, quantity, key in told)
        for line, told in note["units"].items()
    }
    return Account(units, {line: datetime.fromisoformat(at) for line, at in note["changed_at"].items()})
