"""What Zalando lists: returns that customers announce, and orders that changed.

Neither list can be asked for what is open. An announced return has no state and stays listed when it was refunded or
withdrawn (contract zalando 6), so its units are held against their orders: only what may still come back is shown as a
return. What was refunded meanwhile, by whomever, shows as a changed order. Each list is read from where the last check
ended, an hour earlier, because a row may appear late; once a day some days are read again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from retour.connectors.contract import Page, Unreadable
from retour.connectors.errors import ConnectorError, Refused, Transient, Unavailable
from retour.connectors.http import Answer
from retour.connectors.marketplaces.zalando import mapping, orders, wire
from retour.connectors.marketplaces.zalando.config import ZalandoConfig
from retour.connectors.marketplaces.zalando.orders import Sale, Why
from retour.connectors.memory import Memory
from retour.connectors.pages import by_link
from retour.connectors.shapes import Garbled, M, decode
from retour.core.model import Seen

OVERLAP = timedelta(hours=1)
"""How far a list is read again behind where the last check ended."""

REPEATED = timedelta(days=3)
"""How many days of changed orders are read again once a day, and at the very first check. What was refunded before
that is history: it would make a return of every unit that ever came back."""

QUIET = timedelta(minutes=30)
"""A check that learns nothing leaves the note of the last one as it is, until that is so old."""

PATIENCE = timedelta(days=1)
"""How long an order that cannot be read is tried again at each check; then once a day."""

ORDERS_A_PAGE = 200
ANNOUNCED_A_PAGE = 50

CHANGED, ANNOUNCED = "changed", "announced"
"""The lanes, and the names of the notes that keep how far they were read."""

REASON = "reason:"
"""Begins the names of the notes that keep, for a unit, the reason to report it with."""

Fetch = Callable[[str, str], Awaitable[Answer]]
"""A page, by its group of limits and its address."""
ReadOrder = Callable[[str], Awaitable[Sale | None]]


@dataclass(slots=True)
class _Told:
    """What a page of announced returns tells."""

    seen: list[Seen] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    shown: dict[str, datetime] = field(default_factory=dict)
    """Announced returns that need not be shown again, and when each was registered."""
    unsure: list[datetime] = field(default_factory=list)
    """When those were registered whose orders could not be read."""
    notes: dict[str, Any] = field(default_factory=dict)


class Lists:
    """The lists of one merchant. Raises what `fetch` and `order` raise, and Endless when a list does not move on."""

    def __init__(self, config: ZalandoConfig, memory: Memory, fetch: Fetch, order: ReadOrder) -> None:
        self._config = config
        self._memory = memory
        self._fetch = fetch
        self._order = order
        self._url = f"{config.api_url}/merchants/{config.merchant_id}"
        self._now: datetime | None = None
        """Zalando's time when the last walk of `changed` began."""

    async def changed(self, since: datetime | None) -> AsyncIterator[Page]:
        """Units that became `returned`, newest first. An order that changes while the list is read moves to its start:
        what that hides, the next check shows."""
        until = await self._ended(CHANGED)
        after = since and (until - OVERLAP if until else since)
        query = {"include": orders.INCLUDE, "page[size]": str(ORDERS_A_PAGE), "sort": "-modified_at"}
        if after is not None:
            query["last_updated_after"] = stamp(after)
        self._now, news = None, False

        async def fetch(url: str) -> tuple[list[Sale | Unreadable], str | None]:
            answer = await self._fetch("orders", url)
            self._now = self._now or moment(answer)
            document = decoded(wire.Orders, answer)
            return list(orders.several(document)), document.links.next if document.links else None

        async for rows in by_link(fetch, first=f"{self._url}/orders?{urlencode(query)}"):
            if after is None and self._now:
                after = min(self._now - REPEATED, until - OVERLAP if until else self._now)
            sales = [row for row in rows if isinstance(row, Sale)]
            garbled = [row for row in rows if isinstance(row, Unreadable)]
            page = Page(
                lane=CHANGED,
                seen=tuple(seen for sale in sales for seen in self._returned(sale, after)),
                unreadable=(*garbled, *(row for sale in sales for row in sale.unreadable)),
            )
            yield page
            if page.seen:
                news = True
                await self._memory.write({REASON + seen.lines[0].ref: None for seen in page.seen})
            if after is not None and rows and all(_changed_before(row, after) for row in rows):
                break
        if self._now and (news or until is None or self._now - until > QUIET):
            await self._memory.write({CHANGED: {"at": self._now.isoformat()}})

    def _returned(self, sale: Sale, after: datetime | None) -> Iterable[Seen]:
        for ref, line in sale.lines.items():
            at = line.modified_at or sale.head.modified_at
            if line.status == mapping.RETURNED and at is not None and after is not None and at >= after:
                yield sale.seen(self._config, ref, Why(at), complete=False)

    async def announced(self, since: datetime | None) -> AsyncIterator[Page]:
        """Units for which a customer made a label, and that may still come back, oldest first. To be walked after
        `changed`, which learns Zalando's time."""
        until, now = await self._ended(ANNOUNCED), self._now
        shown: dict[str, datetime] = {}
        unsure: list[datetime] = []
        news = False
        if since is not None:
            after = until - OVERLAP if until else since
            shown = await self._shown()
        elif now is not None:
            after = min(now - timedelta(days=self._config.announced_days), until - OVERLAP if until else now)
        else:
            after = None
        query = {"limit": str(ANNOUNCED_A_PAGE), "sort": "return_registered_at"}
        if after is not None:
            query["after"] = stamp(after)

        async def fetch(url: str) -> tuple[list[Any], str | None]:
            answer = await self._fetch("announced", url)
            document = decoded(wire.AnnouncedReturns, answer)
            return document.data, document.links.next if document.links else None

        async for rows in by_link(fetch, first=f"{self._url}/announced-returns?{urlencode(query)}"):
            told = await self._told(rows, shown)
            yield Page(lane=ANNOUNCED, seen=tuple(told.seen), unreadable=tuple(told.unreadable))
            if told.notes:
                await self._memory.write(told.notes)
            news = news or bool(told.shown)
            shown |= told.shown
            unsure += told.unsure
        if now and (news or until is None or now - until > QUIET):
            again = max(now - PATIENCE, min(unsure, default=now))
            late = {ref: at.isoformat() for ref, at in shown.items() if at >= again - OVERLAP}
            await self._memory.write({ANNOUNCED: {"at": again.isoformat(), "shown": late}})
        if now and since is None:
            await self._forget_reasons(now - timedelta(days=365))

    async def _told(self, rows: list[Any], shown: dict[str, datetime]) -> _Told:
        """The orders of a page are read side by side; each once."""
        told = _Told()
        labels: list[wire.AnnouncedReturn] = []
        parts: list[tuple[wire.AnnouncedReturn, str, wire.AnnouncedLine]] = []
        for row in rows:
            try:
                label = decode(wire.AnnouncedReturn, row)
            except Garbled as why:
                told.unreadable.append(orders.unreadable(f"An announced return cannot be read: {why}.", row))
                continue
            if label.announced_return_id not in shown:
                labels.append(label)
        for label in labels:
            parts += _parts(label, told.unreadable)
        wanted = list(dict.fromkeys(order for _, order, _ in parts))
        sales = dict(zip(wanted, await asyncio.gather(*map(self._sale, wanted)), strict=True))
        told.unreadable += [
            orders.unreadable(f"The order of an announced return cannot be read: {sale.message}", order)
            for order, sale in sales.items()
            if isinstance(sale, ConnectorError)
        ]
        told.shown = {label.announced_return_id: label.return_registered_at for label in labels}
        for label, order, line in parts:
            sale = sales[order]
            if isinstance(sale, Sale):
                self._tell(told, label, sale, line)
            elif isinstance(sale, Transient):
                told.unsure.append(label.return_registered_at)
                told.shown.pop(label.announced_return_id, None)
        return told

    async def _sale(self, order: str) -> Sale | ConnectorError:
        """One order that cannot be read must not hide the others; if it failed, it is tried again."""
        try:
            return await self._order(order) or Refused("Zalando does not know it, or no longer.")
        except Unavailable:
            raise
        except Transient as error:
            return error

    def _tell(self, told: _Told, label: wire.AnnouncedReturn, sale: Sale, line: wire.AnnouncedLine) -> None:
        ref = line.order_line_id
        if ref not in sale.lines:
            raw = {"order_id": sale.id} | line.model_dump()
            told.unreadable.append(orders.unreadable("The order does not show a unit that is announced.", raw))
            return
        if sale.lines[ref].status in mapping.ENDED:
            return
        words = line.return_reason or None
        why = Why(label.return_registered_at, mapping.reason(words), words, label.return_tracking_number or None)
        told.seen.append(sale.seen(self._config, ref, why, complete=False))
        if code := mapping.code_of(words):
            told.notes[REASON + ref] = {"code": code, "at": label.return_registered_at.isoformat()}

    async def _ended(self, lane: str) -> datetime | None:
        """Zalando's time when the lane's last walk began that came to its end."""
        note = (await self._memory.read(lane)).get(lane)
        return datetime.fromisoformat(note["at"]) if note else None

    async def _shown(self) -> dict[str, datetime]:
        note = (await self._memory.read(ANNOUNCED)).get(ANNOUNCED) or {"shown": {}}
        return {ref: datetime.fromisoformat(at) for ref, at in note["shown"].items()}

    async def _forget_reasons(self, before: datetime) -> None:
        """Of units that never came back; Zalando takes no return after a year (contract zalando 3)."""
        notes = await self._memory.begins(REASON)
        old = [name for name, note in notes.items() if datetime.fromisoformat(note["at"]) < before]
        if old:
            await self._memory.write(dict.fromkeys(old))


def _parts(
    label: wire.AnnouncedReturn, unreadable: list[Unreadable]
) -> Iterable[tuple[wire.AnnouncedReturn, str, wire.AnnouncedLine]]:
    for row in label.orders:
        try:
            order = decode(wire.AnnouncedOrder, row)
        except Garbled as why:
            unreadable.append(orders.unreadable(f"An order of an announced return cannot be read: {why}.", row))
            continue
        for part in order.order_lines:
            try:
                yield label, order.order_id, decode(wire.AnnouncedLine, part)
            except Garbled as why:
                unreadable.append(orders.unreadable(f"A unit of an announced return cannot be read: {why}.", part))


def _changed_before(row: Sale | Unreadable, after: datetime) -> bool:
    return isinstance(row, Sale) and row.head.modified_at is not None and row.head.modified_at < after


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(answer: Answer) -> datetime | None:
    """Zalando's own time when it answered."""
    try:
        return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
    except (TypeError, ValueError):
        return None


def decoded(shape: type[M], answer: Answer) -> M:
    try:
        return decode(shape, answer.json())
    except Garbled as why:
        raise Transient(f"Zalando's answer cannot be read: {why}.", request_id=answer.request_id) from None
