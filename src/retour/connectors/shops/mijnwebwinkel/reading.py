"""How open requests stand, in as few calls as the store allows (contract mijnwebwinkel.md, 7).

A check reads what changed: orders whose status changed, archived or not, and one list more in which new credit orders
show. Words written in a note change nothing in those lists, so now and then every open request is read by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from retour.connectors.contract import ShopPage, Unreadable
from retour.connectors.errors import ConnectorError, Stopped, Transient, Unavailable
from retour.connectors.memory import Memory
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.mijnwebwinkel import wire
from retour.connectors.shops.mijnwebwinkel.config import MijnwebwinkelConfig
from retour.connectors.shops.mijnwebwinkel.mapping import Ref, Units, of_credit_order, units, verdicts
from retour.connectors.shops.mijnwebwinkel.notes import Line, lines_in
from retour.connectors.shops.mijnwebwinkel.store import Store
from retour.core.model import ShopSays

PARALLEL: Final = 4
"""Requests that are read by themselves at once; a store that is down is not asked about all of them."""

SWEPT: Final = "swept"
"""The note of the check at which every open request was read."""

Asked = Mapping[str, Sequence[Ref]]
"""The requests of each order."""


@dataclass(slots=True)
class Lists:
    """What the lists of one check have shown, as it came."""

    orders: dict[str, Any] = field(default_factory=dict)
    """Those that are asked about, by number."""
    credits: dict[str, Any] = field(default_factory=dict)
    credited: set[str] = field(default_factory=set)
    """Orders that are asked about and have one of these credit orders."""
    nameless: list[Any] = field(default_factory=list)
    """Rows without a number: each may be one that is asked about."""


@dataclass(slots=True)
class Read:
    """What came of several orders."""

    rows: list[ShopSays | Unreadable] = field(default_factory=list)
    failure: ConnectorError | None = None

    @property
    def page(self) -> ShopPage:
        return ShopPage(
            tuple(row for row in self.rows if isinstance(row, ShopSays)),
            tuple(row for row in self.rows if isinstance(row, Unreadable)),
        )


class Reading:
    """The reads of one connection."""

    def __init__(self, config: MijnwebwinkelConfig, store: Store, memory: Memory) -> None:
        self._config = config
        self._store = store
        self._memory = memory

    async def pages(self, refs: Sequence[str], since: datetime | None) -> AsyncIterator[ShopPage]:
        """What could be read is given before a failure is raised."""
        asked: dict[str, list[Ref]] = {}
        for text in dict.fromkeys(refs):
            if ref := Ref.read(text):
                asked.setdefault(ref.order, []).append(ref)
            else:
                yield ShopPage((), (Unreadable(text, "This is not a return request in the store.", ""),))
        if not asked:
            return
        sweeps = since is None or await self._is_due(since)
        lists = await self._waiting(asked) if since is None or sweeps else await self._changes(asked, since)
        listed = await self._together(self._row(asked[number], raw, lists) for number, raw in lists.orders.items())
        # A list may leave something out, so it is not believed that a request is gone.
        gone = [row for row in listed.rows if isinstance(row, ShopSays) and row.gone]
        listed.rows = [row for row in listed.rows if row not in gone]
        listed.rows += [self._unreadable(None, "An order of the store has no number", raw) for raw in lists.nameless]
        if listed.rows:
            yield listed.page
        doubtful = {ref.order for row in gone if (ref := Ref.read(row.ref))}
        missed = (asked.keys() if sweeps else lists.credited) - lists.orders.keys()
        told = {row.ref for row in listed.rows}
        alone = {number: [ref for ref in asked[number] if str(ref) not in told] for number in sorted(doubtful | missed)}
        async for page in self._one_by_one(alone, lists):
            yield page
        if listed.failure is not None:
            raise listed.failure
        if sweeps and since is not None:
            await self._memory.write({SWEPT: since.isoformat()})

    async def of(self, order: wire.Order, refs: Sequence[Ref], lists: Lists | None = None) -> list[ShopSays]:
        """What this order says of these requests."""
        if order.credited_order_number is not None:
            return [of_credit_order(order, self._config).says(ref) for ref in refs]
        lines = lines_in(order.note)
        credited = await self.credited(order, lines, lists)
        told = verdicts(order.status, lines, credited, self._config.decisions)
        return [
            told[ref.number].says(ref) if ref.number in told else ShopSays(str(ref), None, None, gone=True)
            for ref in refs
        ]

    async def credited(self, order: wire.Order, lines: Sequence[Line], lists: Lists | None = None) -> list[Units]:
        """What was credited since an open line came. Credit orders that are return requests are none of that."""
        open_lines = [line for line in lines if line.is_open]
        told = []
        for number in order.credit_order_numbers:
            if all(number in line.credits_before for line in open_lines):
                continue
            raw = lists.credits.get(number) if lists else None
            try:
                credit = await self._store.order(number) if raw is None else decode(wire.Order, raw)
                if credit is not None and not lines_in(credit.note):
                    told.append(units(credit, number))
            except Garbled:
                told.append(Units(number, None))
        return told

    async def _is_due(self, since: datetime) -> bool:
        """Whether all open requests are read at this check. The hub asks in batches: those of one check share its
        time."""
        note = (await self._memory.read(SWEPT)).get(SWEPT)
        if note is None:
            return True
        last = datetime.fromisoformat(note)
        return since <= last or since >= last + timedelta(minutes=self._config.note_check_minutes)

    async def _waiting(self, asked: Asked) -> Lists:
        """Orders that still are as they were when the request was made; they show notes and credit orders, too."""
        lists = Lists()
        if self._config.requested_status is not None:
            await self._read({"status_id": str(self._config.requested_status), "archived": "false"}, asked, lists)
        return lists

    async def _changes(self, asked: Asked, since: datetime) -> Lists:
        start = since.astimezone(UTC) - timedelta(hours=self._config.overlap_hours)
        lists = await self._waiting(asked)
        if self._config.requested_status is None:
            await self._read({"start_date": f"{start:%Y-%m-%d}"}, asked, lists, down_to=0)
        for archived in ("false", "true"):
            changed = {"status_changed_start_date": f"{start:%Y-%m-%d %H:%M:%S}", "archived": archived}
            await self._read(changed, asked, lists)
        return lists

    async def _read(self, filters: Mapping[str, str], asked: Asked, lists: Lists, down_to: int | None = None) -> None:
        """A row of a later list is the fresher one. Below the lowest number that is asked about there is nothing to
        learn, but for lists of credit orders."""
        lowest = min(map(int, asked)) if down_to is None else down_to
        async for rows in self._store.pages(filters, _is_below(lowest)):
            for raw in rows:
                number = wire.number_of(raw)
                if number is None:
                    lists.nameless.append(raw)
                    continue
                if number in asked:
                    lists.orders[number] = raw
                if original := wire.original_of(raw):
                    lists.credits[number] = raw
                    lists.credited |= {original} & asked.keys()

    async def _one_by_one(self, asked: Asked, lists: Lists) -> AsyncIterator[ShopPage]:
        failure: ConnectorError | None = None
        numbers = list(asked)
        for start in range(0, len(numbers), PARALLEL):
            step = numbers[start : start + PARALLEL]
            read = await self._together(self._alone(number, asked[number], lists) for number in step)
            if read.rows:
                yield read.page
            failure = read.failure if failure is None or isinstance(read.failure, Stopped | Unavailable) else failure
            if isinstance(failure, Stopped | Unavailable) or (read.failure and not read.rows):
                break
        if failure is not None:
            raise failure

    async def _together(self, orders: Iterable[Awaitable[list[ShopSays | Unreadable]]]) -> Read:
        """One that fails hides no other. Of several failures, one of the whole connection is kept."""
        read = Read()
        for outcome in await asyncio.gather(*orders, return_exceptions=True):
            match outcome:
                case list():
                    read.rows += outcome
                case ConnectorError():
                    if read.failure is None or isinstance(outcome, Stopped | Unavailable):
                        read.failure = outcome
                case _:
                    raise outcome
        return read

    async def _alone(self, number: str, refs: Sequence[Ref], lists: Lists) -> list[ShopSays | Unreadable]:
        raw = await self._store.raw_order(number)
        if raw is None:
            return [ShopSays(str(ref), None, None, gone=True) for ref in refs]
        return await self._row(refs, raw, lists)

    async def _row(self, refs: Sequence[Ref], raw: Any, lists: Lists) -> list[ShopSays | Unreadable]:
        try:
            order = decode(wire.Order, raw)
        except Garbled as why:
            return [self._unreadable(str(ref), f"The order of this request cannot be read: {why}", raw) for ref in refs]
        if order.number != refs[0].order:
            raise Transient("The store answered with another order than was asked for.")
        return [*await self.of(order, refs, lists)]

    def _unreadable(self, ref: str | None, why: str, raw: Any) -> Unreadable:
        return Unreadable(ref, f"{why}.", self._store.shown(raw))


def _is_below(lowest: int) -> Callable[[Sequence[Any]], bool]:
    """Whether a list that begins with the highest number has come to the last one that is asked about."""

    def stop(rows: Sequence[Any]) -> bool:
        numbers = [int(number) for row in rows if (number := wire.number_of(row)) and number.isdecimal()]
        return bool(numbers) and numbers[-1] <= lowest and numbers == sorted(numbers, reverse=True)

    return stop
