"""Parcels on their way back: their number, when they arrived, and units that no list of returns shows (contract 5).

Read only where the settings say so. Whether `datefrom` means when a parcel was announced or when it last moved, OTTO
does not say: so what is new is asked for at each check, and now and then all of the last weeks.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from retour.connectors.contract import Page, Unreadable
from retour.connectors.errors import ConnectorError, Refused, Stopped, Unavailable
from retour.connectors.http import Answer
from retour.connectors.marketplaces.otto import mapping, units, wire
from retour.connectors.marketplaces.otto.answers import decoded
from retour.connectors.marketplaces.otto.lists import ENDED
from retour.connectors.marketplaces.otto.units import Note, Notes
from retour.connectors.memory import Memory
from retour.connectors.pages import by_link
from retour.connectors.shapes import Garbled, decode
from retour.core.model import Seen

STATE: Final = "parcels"
LANE: Final = "parcels"
DELIVERED: Final = "DELIVERED"
AGAIN: Final = timedelta(hours=6)
BACK: Final = timedelta(days=30)
OVERLAP: Final = timedelta(hours=1)
REST: Final = timedelta(hours=1)
REFUSED: Final = frozenset({401, 403})

NOT_ALLOWED: Final = (
    "OTTO does not show parcels to this app: add shipments to its permissions and to scopes, or set parcels to false."
    " Everything else is read."
)

Fetch = Callable[[str], Awaitable[Answer]]
"""Reads an address; 401, 403 and 404 are returned."""
FetchOrder = Callable[[str], Awaitable[wire.Order | None]]


class NotAllowed(Refused):
    """The app may not see parcels."""


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of the list. Times are OTTO's, as text."""

    walked: str | None = None
    """Since when nothing new was missed."""
    swept: str | None = None
    rests_until: str | None = None

    def begins(self, now: datetime, *, everything: bool) -> datetime:
        """From when on it is to be read now."""
        swept = datetime.fromisoformat(self.swept) if self.swept else None
        if everything or self.walked is None or swept is None or now - swept >= AGAIN:
            return now - BACK
        return datetime.fromisoformat(self.walked) - OVERLAP

    def rests(self, now: datetime) -> bool:
        return self.rests_until is not None and now < datetime.fromisoformat(self.rests_until)


class Parcels:
    """The parcels of one account. Raises at the end of a walk for what could not be asked now: the rest counts. Without
    the permission it rests, and what is shown instead is that the list cannot be read."""

    def __init__(self, url: str, memory: Memory, fetch: Fetch, order: FetchOrder) -> None:
        self._url, self._memory, self._fetch, self._order = f"{url}/v1/return-shipments", memory, fetch, order
        self._notes = Notes(memory)

    async def pages(self, now: datetime, *, everything: bool) -> AsyncIterator[Page]:
        """What has moved. `now`: OTTO's time."""
        note = (await self._memory.read(STATE)).get(STATE)
        state = State(**note) if note else State()
        if state.rests(now):
            return
        begins = state.begins(now, everything=everything)
        failures: list[ConnectorError] = []
        try:
            async for raw in self._walk(begins):
                page, moved = await self._page(raw, now, failures, everything=everything)
                yield page
                if moved:
                    await self._memory.write(moved)
        except NotAllowed as error:
            # Not raised: a check that fails counts as unfinished, and would soon be made again, with all its lists.
            await self._keep(replace(state, rests_until=(now + REST).isoformat()))
            yield Page(LANE, (), (Unreadable(None, error.message, error.code or ""),))
            return
        if failures:
            raise failures[0]
        swept = now.isoformat() if begins <= now - BACK else state.swept
        if swept != state.swept:
            await self._forget(now - BACK - timedelta(days=7))
        await self._keep(State(now.isoformat(), swept))

    async def forget(self) -> None:
        """Once the list is no longer read."""
        if await self._memory.read(STATE):
            await self._forget(None)

    async def may_be_read(self, now: datetime) -> None:
        """Raises what stands in the way."""
        async for _ in self._walk(now):
            return

    async def _walk(self, since: datetime) -> AsyncIterator[list[Any]]:
        async def fetch(url: str) -> tuple[list[Any], str | None]:
            answer = await self._fetch(url)
            if answer.status in REFUSED:
                raise NotAllowed(NOT_ALLOWED, code=str(answer.status), request_id=answer.request_id)
            if answer.status == 404:
                return [], None
            listing = decoded(wire.Parcels, answer)
            return listing.resources or [], listing.next

        query = {"datefrom": since.strftime("%Y-%m-%dT%H:%M:%SZ"), "limit": "25"}
        async for page in by_link(fetch, first=f"{self._url}?{urlencode(query)}"):
            yield page

    async def _page(
        self, raw: Sequence[Any], now: datetime, failures: list[ConnectorError], *, everything: bool
    ) -> tuple[Page, dict[str, Any]]:
        """What has moved, and what is to be noted of it once that is recorded."""
        parcels, unreadable = _read(raw)
        known = await self._memory.read(*map(_name, parcels))
        moved = {_name(one): one for one in parcels if known.get(_name(one)) != _moves(one)}
        shown = parcels if everything else moved.values()
        packed = {unit.sales_order_position_item_id: (one, unit) for one in shown for unit in one.return_position_items}
        notes = await self._notes.of(packed)
        in_vain: set[str] = set()
        orders = dict[str, wire.Order | None]()
        fresh = dict[str, Note | None]()
        for ref, (parcel, unit) in packed.items():
            if ref in notes or _name(parcel) not in moved:
                continue
            try:
                if unit.sales_order_id not in orders:
                    orders[unit.sales_order_id] = await self._order(unit.sales_order_id)
                if _is_sent(ref, orders[unit.sales_order_id]):
                    since = parcel.created_at or now
                    fresh[ref] = Note(unit.sales_order_id, since.isoformat(), now.isoformat())
            except (Stopped, Unavailable):
                raise
            except Refused as error:
                words = f"A unit of a parcel cannot be looked up: {error.message}"
                unreadable.append(Unreadable(ref, words, parcel.model_dump_json(by_alias=True)))
            except ConnectorError as error:
                failures.append(error)
                in_vain.add(_name(parcel))
        await self._notes.keep(fresh)
        seen = [
            _on_its_way(ref, note, parcel, now)
            for ref, (parcel, _) in packed.items()
            if (note := notes.get(ref) or fresh.get(ref)) is not None and note.status not in ENDED
        ]
        done = {name: _moves(one) for name, one in moved.items() if name not in in_vain}
        return Page(LANE, tuple(seen), tuple(unreadable)), done

    async def _keep(self, state: State) -> None:
        note = {"walked": state.walked, "swept": state.swept, "rests_until": state.rests_until}
        await self._memory.write({STATE: note})

    async def _forget(self, before: datetime | None) -> None:
        """Parcels that are no longer shown; None: all, and the list."""
        known = await self._memory.begins("parcel:")
        old = [
            name
            for name, note in known.items()
            if before is None or not note["at"] or datetime.fromisoformat(note["at"]) < before
        ]
        gone: dict[str, Any] = dict.fromkeys(old)
        await self._memory.write(gone | ({STATE: None} if before is None else {}))


def _is_sent(unit: str, order: wire.Order | None) -> bool:
    """Of a unit that no list of returns has shown: the customer has just used the enclosed label. What was accepted
    shows as returned."""
    piece = units.pieces(order).get(unit) if order else None
    return piece is not None and piece.fulfillment_status == mapping.SENT


def _name(parcel: wire.Parcel) -> str:
    return f"parcel:{parcel.return_shipment_id}"


def _moves(parcel: wire.Parcel) -> dict[str, Any]:
    """What is noted of a parcel: where it has been, and when it last moved."""
    states = [one for one in parcel.states or () if one]
    times = [one.occurred_on for one in states if one.occurred_on]
    last = max(times, default=parcel.created_at)
    return {"states": [one.state for one in states], "at": last.isoformat() if last else None}


def _on_its_way(unit: str, note: Note, parcel: wire.Parcel, now: datetime) -> Seen:
    """What a parcel adds to what is known of its unit."""
    known = units.seen(unit, None, note, now)
    key = parcel.tracking_key or wire.ParcelKey()
    arrived = [one.occurred_on for one in parcel.states or () if one and one.state == DELIVERED and one.occurred_on]
    [line] = known.lines
    told = replace(
        line,
        comment=None,  # of what it says the list of returns knows more
        tracking=key.tracking_number or None,
        carrier=key.carrier or None,
        received_at=min(arrived, default=None),
    )
    return replace(known, lines=(told,))


def _read(raw: Sequence[Any]) -> tuple[list[wire.Parcel], list[Unreadable]]:
    parcels, unreadable = [], []
    for row in raw:
        try:
            parcels.append(decode(wire.Parcel, row))
        except Garbled as why:
            ref = row.get("returnShipmentId") if isinstance(row, dict) else None
            words = f"A parcel on its way back cannot be read: {why}."
            unreadable.append(Unreadable(ref if isinstance(ref, str) else None, words, json.dumps(row)))
    return parcels, unreadable
