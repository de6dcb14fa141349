"""External Fulfillment Returns: a list of special programmes, off unless it is asked for. Read-only (contract 4).

The newest days are read at each check, older ones less often, as with reports. A walk that is held up goes on where it
was. A line whose report has ended it must not come to life again here: so while this list is read, the notes of ended
lines are kept (see `watch`), and a return from before that is shown only once a report that was read since could have
shown it.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from retour.connectors.contract import Check, Page, Unreadable
from retour.connectors.errors import ConnectorError, Refused, Unavailable
from retour.connectors.http import Door
from retour.connectors.marketplaces.amazon import dossiers, lines, wire
from retour.connectors.marketplaces.amazon.api import EXTERNAL, Api, decoded
from retour.connectors.marketplaces.amazon.config import AmazonConfig
from retour.connectors.marketplaces.amazon.dossiers import Dossier, Place
from retour.connectors.marketplaces.amazon.lane import LONGEST, REST, SELLER, Lane
from retour.connectors.marketplaces.amazon.lines import Ledger, Line
from retour.connectors.marketplaces.amazon.watch import LINE, external_note, ledger_of, line_note
from retour.connectors.pages import Endless, by_cursor
from retour.connectors.shapes import Garbled, decode
from retour.core.model import Seen

STATE: Final = "external"
TITLE: Final = "external"
MOST: Final = "100"
RHYTHM: Final = ((LONGEST, timedelta(hours=20)), (30, timedelta(hours=6)), (3, timedelta(minutes=4)))
"""How many days back, and how often: only the day of its making finds a return without naming places and statuses."""
KEPT: Final = timedelta(days=LONGEST + 7)

NO_ROLE: Final = (
    "Amazon does not let this application read External Fulfillment Returns. Is your account in one of its programmes,"
    " and the role Direct to Consumer Shipping (Restricted) granted? Otherwise set external_returns to false. All other"
    " lists are read."
)


@dataclass(slots=True)
class Way:
    """A walk over what was made since then. `token`: where it goes on."""

    days: int
    since: str
    at: str
    token: str | None = None


@dataclass(slots=True)
class State:
    """What is remembered of the list. `began`: since when it is read; `way`: a walk that was held up."""

    began: datetime
    asked: dict[int, datetime] = field(default_factory=dict)
    way: Way | None = None
    rests_until: datetime | None = None

    @classmethod
    def of(cls, note: Any, now: datetime) -> "State":
        if note is None:
            return cls(now)
        moment = datetime.fromisoformat
        return cls(
            moment(note["began"]),
            {int(days): moment(at) for days, at in note["asked"].items()},
            Way(**note["way"]) if note["way"] else None,
            moment(note["rests_until"]) if note["rests_until"] else None,
        )

    def note(self) -> dict[str, Any]:
        return {
            "began": self.began.isoformat(),
            "asked": {str(days): at.isoformat() for days, at in self.asked.items()},
            "way": asdict(self.way) if self.way else None,
            "rests_until": self.rests_until.isoformat() if self.rests_until else None,
        }

    def sets_out(self, now: datetime, *, everything: bool) -> Way | None:
        """The walk that is due now, if any."""
        if self.rests_until is not None and now < self.rests_until:
            return None
        for days, rhythm in RHYTHM:
            last = self.asked.get(days)
            if self.way is None and (last is None or everything or now - last >= rhythm):
                since = (now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
                self.way = Way(days, since, now.isoformat())
        return self.way

    def arrives(self) -> None:
        if self.way is not None:
            at = datetime.fromisoformat(self.way.at)
            self.asked |= {days: at for days, _ in RHYTHM if days <= self.way.days}
        self.way, self.rests_until = None, None


@dataclass(frozen=True, slots=True)
class _Rows:
    raw: list[Any]
    following: str | None


class _NoRole(Refused):
    pass


class External:
    """The list of one seller. Without the role for it, it rests, and harms no other list: what is shown instead is that
    it cannot be read."""

    def __init__(self, config: AmazonConfig, door: Door, api: Api) -> None:
        self._config, self._memory, self._api = config, door.memory, api

    async def pages(self, *, everything: bool) -> AsyncIterator[Page]:
        note = (await self._memory.read(STATE)).get(STATE)
        if not self._config.external_returns:
            if note is not None:
                await self._forget(None)
            return
        now = self._api.clock()
        state = State.of(note, now)
        if (way := state.sets_out(now, everything=everything)) is not None:
            await self._keep(state)
            try:
                async for page in self._walked(state, way):
                    yield page
            except Unavailable as error:
                state.rests_until = now + error.retry_after
                await self._keep(state)
            except _NoRole as error:
                # Not raised: a check that fails counts as unfinished, and would soon be made again, with all its lists.
                state.rests_until = now + REST
                await self._keep(state)
                yield Page(TITLE, (), (Unreadable(None, error.message, "403"),))
            except (Refused, Endless):
                state.way = None  # what it was told to go on with may have lapsed, or leads nowhere
                await self._keep(state)
                raise

    async def check(self) -> list[Check]:
        if not self._config.external_returns:
            return []
        try:
            await self._fetched({"maxResults": "1"})
        except ConnectorError as error:
            return [Check("external returns", False, error.message)]
        return [Check("external returns", True, "External Fulfillment Returns can be read.")]

    async def _walked(self, state: State, way: Way) -> AsyncIterator[Page]:
        async def fetch(token: str | None) -> tuple[_Rows, str | None]:
            params = {"createdSince": way.since, "maxResults": MOST}
            rows = await self._fetched(params | ({"nextToken": token} if token else {}))
            return rows, rows.following

        async for rows in by_cursor(fetch, first=way.token):
            if rows.raw:
                seen, unreadable = await self._taken(rows.raw, state.began)
                yield Page(TITLE, seen, unreadable)
            way.token = rows.following
            if way.token:
                await self._keep(state)
        if way.days == LONGEST:
            await self._forget(self._api.clock() - KEPT)
        state.arrives()
        await self._keep(state)

    async def _fetched(self, params: dict[str, str]) -> _Rows:
        answer = await self._api.read("external-returns", EXTERNAL, params=params, answers={403})
        if answer.status == 403:
            raise _NoRole(NO_ROLE, code="403", request_id=answer.request_id)
        listing = decoded(wire.Externals, answer)
        return _Rows(listing.returns, listing.next_token or None)

    async def _taken(self, raw_rows: Sequence[Any], began: datetime) -> tuple[tuple[Seen, ...], tuple[Unreadable, ...]]:
        """The returns of these rows. Those of a marketplace that is not among the settings are left out, as are its
        reports."""
        ours = self._config.marketplace_ids
        read: list[tuple[Place, wire.External]] = []
        unreadable: list[Unreadable] = []
        for raw in raw_rows:
            try:
                row = decode(wire.External, raw)
                read.append((Place.of(row, ours), row))
            except Garbled as why:
                unreadable.append(dossiers.unreadable(raw, why))
        read = [(place, row) for place, row in read if place.marketplace in ours]
        found = await self._dossiers(read)
        reported, ledgers = await self._reported(found)
        lanes = {one: Lane(one, SELLER) for one in {dossier.marketplace for dossier in found.values()}}
        notes = await self._memory.read(*(lane.note_name for lane in lanes.values()))
        for lane in lanes.values():
            lane.recall(notes.get(lane.note_name))
        seen = (
            dossier.seen(
                reported,
                ledgers,
                self._config.closed_without_refund,
                alone=_unreported(lanes[dossier.marketplace], dossier.opened, began),
            )
            for dossier in found.values()
        )
        return tuple(filter(None, seen)), tuple(unreadable)

    async def _dossiers(self, read: Sequence[tuple[Place, wire.External]]) -> dict[str, Dossier]:
        names = {place.ref: external_note(place.ref) for place, _ in read}
        notes = await self._memory.read(*names.values())
        found = {ref: Dossier.recalled(ref, notes[name]) for ref, name in names.items() if name in notes}
        for place, row in read:
            fresh = Dossier(place.ref, place.marketplace, row.order_id or "", row.created)
            found.setdefault(place.ref, fresh).put(place, row)
        changed = {names[ref]: dossier.note() for ref, dossier in found.items()}
        changed = {name: note for name, note in changed.items() if notes.get(name) != note}
        if changed:
            await self._memory.write(changed)
        return found

    async def _reported(self, found: dict[str, Dossier]) -> tuple[dict[str, Line], dict[str, Ledger]]:
        """Of their lines, those that a report has shown, and our refunds of them."""
        of = {line: dossier.marketplace for dossier in found.values() for line in dossier.lines}
        notes = await self._memory.read(*map(line_note, of))
        reported = {line: Line.of(notes[line_note(line)]) for line in of if line_note(line) in notes}
        names = {line: ledger_of(of[line], shown) for line, shown in reported.items()}
        kept = await self._memory.read(*dict.fromkeys(names.values()))
        return reported, {line: Ledger.of(kept.get(name)).of_line(line) for line, name in names.items()}

    async def _keep(self, state: State) -> None:
        await self._memory.write({STATE: state.note()})

    async def _forget(self, before: datetime | None) -> None:
        """What is so old that no list shows it again; None: all of it, the list is no longer read."""

        def old(opened: str) -> bool:
            return before is None or datetime.fromisoformat(opened) < before

        shown = await self._memory.begins(external_note(""))
        ended = {name: note for name, note in (await self._memory.begins(LINE)).items() if lines.ended(note["status"])}
        gone: dict[str, Any] = dict.fromkeys(name for name, note in {**shown, **ended}.items() if old(note["opened"]))
        await self._memory.write(gone | ({STATE: None} if before is None else {}))


def _unreported(lane: Lane, opened: datetime, began: datetime) -> bool:
    """Whether a return without the note of a report is one that no report has shown."""
    known_at = lane.known_at(opened)
    return opened >= began or (known_at is not None and known_at >= began)
