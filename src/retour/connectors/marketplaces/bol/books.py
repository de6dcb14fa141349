"""What is remembered of what the seller reports: bol has no word for "this came back", only one call that makes a
return and handles it at once (contract bol 3.4). Until that call, and until bol has carried it out, the report lives
here; afterwards it is known by bol's own items.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Self

from pydantic import BaseModel, ConfigDict

from retour.connectors.memory import Memory
from retour.core.model import Handler, Handling, Party, Reason, Resolution, Seen, SeenLine

NOTE: Final = "reported/"

LATEST: Final = timedelta(days=1)
"""What was made so long after a call is not of that call: bol takes up to three hours (contract bol 3.5)."""

CLOCKS_DIFFER: Final = timedelta(minutes=5)

_REF = re.compile(r"([^:]+):([^:]+):[1-9][0-9]{0,8}")


def ref_of(order_id: str, order_item_id: str, number: int) -> str:
    """What names a report, its line included. bol's own ids hold no colon."""
    return f"{order_id}:{order_item_id}:{number}"


def is_report(ref: str) -> bool:
    return _REF.fullmatch(ref) is not None


class Remembered(BaseModel):
    model_config = ConfigDict(frozen=True)


class Piece(Remembered):
    """An item of a return at bol that is what was reported, or some units of it."""

    return_id: str
    units: int
    awaits: bool
    handlings: tuple[Handling, ...] = ()

    @property
    def open(self) -> int:
        return self.units - sum(one.quantity for one in self.handlings if one.resolution and not one.revises)

    @property
    def stands_as(self) -> Resolution | None:
        """How it ended last."""
        return next((one.resolution for one in reversed(self.handlings) if one.resolution), None)


class Call(Remembered):
    """What bol was told of a report: written down before the call leaves."""

    word: str
    units: int
    at: datetime
    """bol's time, just before."""
    makes: bool = True
    """It makes a return. Otherwise it handles an item that is there."""
    process: str | None = None
    """bol's number of it; None: its answer is lost."""
    rma_id: str | None = None
    """The item that it handles, or has made; None: it may have made one that is not known yet."""

    @property
    def waits(self) -> bool:
        """bol has taken it, and what it has made is not known."""
        return self.makes and self.process is not None and self.rma_id is None

    def made(self, returned: Seen, line: SeenLine) -> bool:
        """Whether this call can have made an item: the same units of the same product, handled alike, at that time."""
        if not self.makes or self.rma_id is not None or not _handled(line, self.word, self.units):
            return False
        return self.at - CLOCKS_DIFFER <= returned.opened_at <= self.at + LATEST


class Report(Remembered):
    """Units of an order's item that came back and that nobody had announced."""

    order_id: str
    order_item_id: str
    ean: str | None
    title: str | None
    units: int
    at: datetime
    reason: Reason | None = None
    unmistakable: bool = True
    """No other item of the order has this EAN: bol names returned items by it."""
    first: bool = True
    """No other return of this item was known then: what is announced of it can only be this one."""
    key: str | None = None
    """The hub's own: what is declared under it once more is this."""
    pieces: Mapping[str, Piece] = {}
    """By bol's rma id."""
    calls: Mapping[str, Call] = {}
    """By the hub's key for it."""

    def is_about(self, line: SeenLine) -> bool:
        return self.order_id == line.order_ref and self.ean is not None and self.ean == line.gtin

    def is_announced_by(self, returned: Seen, line: SeenLine) -> bool:
        """Whether an item that waits is what was reported: the customer has announced it after all. Not once bol was
        told to make a return of it: then both are there."""
        if self.pieces or self.calls or not self.unmistakable or not line.awaits or line.handlings:
            return False
        return line.quantity >= self.units and (self.first or returned.opened_at > self.at + CLOCKS_DIFFER)

    def may_be(self, returned: Seen, word: str, units: int) -> bool:
        """Whether a return that belongs to no report is what a call would make now: the seller has made it at bol
        himself, or a hub did that was restored from a backup since."""
        if is_report(returned.ref) or returned.opened_at < self.at - CLOCKS_DIFFER:
            return False
        return any(self.is_about(line) and _handled(line, word, units) for line in returned.lines)

    def with_piece(self, returned: Seen, line: SeenLine) -> Self:
        piece = Piece(return_id=returned.ref, units=line.quantity, awaits=line.awaits, handlings=line.handlings)
        known = self.pieces.get(line.ref)
        if known is not None and len(known.handlings) > len(piece.handlings):
            piece = known  # a list may leave the history out
        return self.model_copy(update={"pieces": {**self.pieces, line.ref: piece}})

    def with_call(self, key: str, call: Call | None) -> Self:
        others = {name: one for name, one in self.calls.items() if name != key}
        return self.model_copy(update={"calls": others if call is None else {**others, key: call}})

    @property
    def quantity(self) -> int:
        return max(self.units, sum(piece.units for piece in self.pieces.values()))

    @property
    def awaits(self) -> bool:
        made = sum(piece.units for piece in self.pieces.values())
        return made < self.units or any(piece.awaits for piece in self.pieces.values())

    @property
    def came_back(self) -> int:
        """Units that are open or refunded: these cannot be reported once more."""
        history = [one for piece in self.pieces.values() for one in piece.handlings]
        kept = sum(one.quantity for one in history if one.resolution and not one.resolution.refunds)
        return max(0, self.quantity - kept + sum(one.quantity for one in history if one.revises))

    def seen(self, ref: str, customer: Party | None = None) -> Seen:
        """As the hub knows it: whole, whatever bol shows of it just now."""
        history = [one for piece in self.pieces.values() for one in piece.handlings]
        line = SeenLine(
            ref=ref,
            order_ref=self.order_id,
            quantity=self.quantity,
            awaits=self.awaits,
            handlings=tuple(sorted(history, key=lambda one: (one.at is None, one.at or self.at))),
            order_line_ref=self.order_item_id,
            gtin=self.ean,
            title=self.title,
            reason=self.reason,
        )
        return Seen(ref, self.at, Handler.MERCHANT, (line,), complete=True, customer=customer)


Reports = Mapping[str, Report]
"""By their refs."""


class Books:
    """The reports of one connection."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._orders: set[str] | None = None
        """The orders that have reports, since all were read last. Most merchants report nothing at bol, and asking for
        the reports of each return's order would cost more than all the rest of a check."""

    async def one(self, ref: str) -> Report | None:
        return _read(await self._memory.read(NOTE + ref)).get(ref)

    async def of_order(self, order_id: str) -> Reports:
        return _read(await self._memory.begins(f"{NOTE}{order_id}:"))

    async def of_orders(self, order_ids: Iterable[str]) -> Reports:
        """The reports of these orders; what another process reported since all were read last may be missing."""
        wanted = set(order_ids) if self._orders is None else self._orders.intersection(order_ids)
        found: dict[str, Report] = {}
        for order_id in sorted(wanted):
            found |= await self.of_order(order_id)
        return found

    async def all(self) -> Reports:
        reports = _read(await self._memory.begins(NOTE))
        self._orders = {report.order_id for report in reports.values()}
        return reports

    async def keep(self, reports: Reports) -> None:
        if reports:
            if self._orders is not None:
                self._orders |= {report.order_id for report in reports.values()}
            await self._memory.write({NOTE + ref: one.model_dump(mode="json") for ref, one in reports.items()})


def _read(notes: Mapping[str, object]) -> dict[str, Report]:
    return {name.removeprefix(NOTE): Report.model_validate(note) for name, note in notes.items()}


def came_back(reports: Reports) -> dict[str, int]:
    """By order item: how many units are reported, and open or refunded."""
    units: dict[str, int] = {}
    for report in reports.values():
        units[report.order_item_id] = units.get(report.order_item_id, 0) + report.came_back
    return units


def _handled(line: SeenLine, word: str, units: int) -> bool:
    """Whether an item is of so many units, and all of them were first handled so."""
    first = next(iter(line.handlings), None)
    alike = first is not None and first.raw.partition("/")[2] == word and first.quantity == units
    return alike and line.quantity == units


def told_apart(returned: Seen, reports: Reports) -> tuple[Reports, Seen | None]:
    """What of a return that bol shows is something that was reported: those reports as they are now, and the rest of
    the return; None: nothing is left of it."""
    now: dict[str, Report] = {}
    rest: list[SeenLine] = []
    for line in returned.lines:
        found = _whose(returned, line, {**reports, **now})
        if found is None:
            rest.append(line)
        else:
            ref, report = found
            now[ref] = report.with_piece(returned, line)
    if not now:
        return now, returned
    return now, replace(returned, lines=tuple(rest)) if rest else None


def _whose(returned: Seen, line: SeenLine, reports: Reports) -> tuple[str, Report] | None:
    """The report that an item of a return belongs to: known already, announced after all, or made by a call whose end
    is not known."""
    for ref, report in reports.items():
        if line.ref in report.pieces:
            return ref, report
    about = [(ref, report) for ref, report in reports.items() if report.is_about(line)]
    for ref, report in about:
        if returned.handler is Handler.MERCHANT and report.is_announced_by(returned, line):
            return ref, report
    made = [
        (call.at, key, ref, report)
        for ref, report in about
        for key, call in report.calls.items()
        if call.made(returned, line)
    ]
    if not made:
        return None
    _, key, ref, report = min(made, key=lambda one: one[0])
    return ref, report.with_call(key, report.calls[key].model_copy(update={"rma_id": line.ref}))
