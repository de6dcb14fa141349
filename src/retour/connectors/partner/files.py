"""A partner with whom files are exchanged (contract tobedressed 4).

Files of returns are read once, by name and content. A decision is a file with one row; its name is made of the hub's
number for the decision and of its content, so that the same decision written twice is the same file. When it stands
there under that name, the partner has been told; what it made of it, its next file shows.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from retour.connectors.contract import Check, Known, Page, Part, Receipt, ReceiptState, Unreadable
from retour.connectors.errors import ConnectorError, Refused
from retour.connectors.http import Door
from retour.connectors.partner import doctor, mapping, paths, table, template, values, wire
from retour.connectors.partner.calls import Calls
from retour.connectors.partner.config import PartnerConfig
from retour.connectors.partner.folder import Folder
from retour.connectors.partner.ledger import Account, Ledger
from retour.connectors.partner.places import Files, Found, Place
from retour.connectors.partner.profile import CsvProfile
from retour.connectors.partner.sftp import Sftp
from retour.connectors.partner.web import Web
from retour.connectors.shapes import Garbled
from retour.core.model import Seen

LANE = "files"
CHUNK = 200
"""Returns that are handed over at once."""


@dataclass(frozen=True, slots=True)
class Latest:
    """A return as the latest rows tell it, and when each of its lines changed."""

    head: wire.Head
    lines: Sequence[wire.Line]
    changed_at: Mapping[str, datetime]


@dataclass(slots=True)
class Told:
    """What the rows of one return tell."""

    heads: list[wire.Head] = field(default_factory=list)
    lines: list[wire.Line] = field(default_factory=list)

    def latest(self) -> Latest:
        """A status that is the same in every row may be the return's; where they differ, each is its line's own."""
        rows = sorted(zip(self.heads, self.lines, strict=True), key=lambda row: row[0].changed_at)
        by_line = {line.ref: (head, line) for head, line in rows}
        own = len({head.status for head, _ in by_line.values()}) > 1
        head = replace(rows[-1][0], opened_at=min(head.opened_at for head in self.heads))
        lines = [replace(line, status=line.status or (of.status if own else None)) for of, line in by_line.values()]
        return Latest(head, lines, {ref: of.changed_at for ref, (of, _) in by_line.items()})


class FilesPartner:
    """One exchange of files with a partner."""

    def __init__(self, config: PartnerConfig, profile: CsvProfile, door: Door) -> None:
        self._profile = profile
        self._memory = door.memory
        self._ledger = Ledger(door.memory)
        self._reading = wire.Reading(profile, paths.cell_at)
        self._place = _place(config, door)
        self._noticed: dict[str, float] = {}
        """When this process first saw a file as it is, on the event loop's clock."""

    async def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """What new files hold, one after the other by their names. What was read before is not shown again."""
        told, growing = self._profile.files, False
        async with self._place.opened() as files:
            found = await files.names(told.incoming_folder, told.incoming)
            for one in sorted(found, key=lambda one: one.name):
                note = (await self._memory.read(_note(one))).get(_note(one), {})
                if one.stamp is not None and note.get("stamp") == one.stamp:
                    continue
                if not await self._is_finished(one):
                    growing = True
                    continue
                content = await files.read(told.incoming_folder, one.name)
                if one.size is not None and len(content) != one.size:
                    growing = True
                    continue
                digest = hashlib.sha256(content).hexdigest()
                if note.get("sha256") != digest:
                    async for page in self._pages(one.name, content):
                        yield page
                # Only now: whoever asks for more has recorded what came before.
                await self._memory.write(
                    {_note(one): {"name": one.name, "sha256": digest, "stamp": one.stamp}, _growth(one): None}
                )
        if growing:
            yield Page(LANE, (), again=timedelta(seconds=max(1, told.quiet_seconds)))

    async def look(self, ref: str) -> Seen | None:
        """Never asked: a file is read once, and shows what it shows."""
        raise Refused("A partner with whom files are exchanged cannot be asked for one return.")

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        """Writes the file of one part, unless it stands there already."""
        if len(parts) != 1:
            raise Refused("The partner is told one decision at a time.")
        [part] = parts
        name, folder = self._name(ref, part), self._profile.files.outgoing_folder
        async with self._place.opened() as files:
            if not await self._stands(files, name):
                at = (await self._memory.read(_moment(name))).get(_moment(name))
                if at is None:
                    at = (await files.now(folder)).isoformat()
                    # Kept before it leaves: the file is the same whenever it is written again.
                    await self._memory.write({_moment(name): at})
                await files.put(folder, name, self._content(ref, part, datetime.fromisoformat(at)))
        return await self._told(ref, part, name)

    async def find(self, ref: str, parts: Sequence[Part], sent_at: datetime) -> Receipt | None:
        """Whether the file of this part stands there, or where the partner puts what it has read. None: it cannot be
        seen; it may have been taken away."""
        [part] = parts
        name = self._name(ref, part)
        async with self._place.opened() as files:
            stands = await self._stands(files, name)
        return await self._told(ref, part, name) if stands else None

    async def check(self) -> list[Check]:
        told = self._profile.files
        try:
            async with self._place.opened() as files:
                found = await files.names(told.incoming_folder, told.incoming)
                await self._stands(files, "decisions.csv")
        except ConnectorError as error:
            return [Check("files", False, error.message)]
        notes = await self._memory.read(*map(_note, found))
        new = sum(1 for one in found if _note(one) not in notes)
        return [
            Check("files", True, f"{len(found)} files are called {told.incoming}, {new} of them not read yet."),
            *doctor.decisions(self._profile),
        ]

    async def _told(self, ref: str, part: Part, name: str) -> Receipt:
        async with self._ledger.turn:
            account = (await self._ledger.of([ref]))[ref]
            after = account.told(part, mapping.shows_as(self._profile, part.resolution))
            await self._ledger.keep({ref: after}, {_moment(name): None})
        return Receipt(ReceiptState.DONE, name)

    async def _stands(self, files: Files, name: str) -> bool:
        told = self._profile.files
        folders = [told.outgoing_folder, *([told.taken_folder] if told.taken_folder else [])]
        for folder in folders:
            if await files.has(folder, name):
                return True
        return False

    def _name(self, ref: str, part: Part) -> str:
        """The name of a decision's file. Raises Refused for what cannot be told."""
        # The key tells two decisions apart that read alike; a number begins anew with another hub.
        content = self._content(ref, part, None) + part.key.encode()
        digest = hashlib.sha256(content).hexdigest()[:12]
        return template.text(self._profile.files.outgoing, {"number": f"{part.number:012d}", "digest": digest})

    def _content(self, ref: str, part: Part, at: datetime | None) -> bytes:
        profile = self._profile
        told = {
            **mapping.values(profile, ref, part, order_ref=part.order_ref),
            template.WRITTEN_AT: values.written(at, profile.date_format, profile.timezone) if at else None,
        }
        cells = {column: template.text(cell, told) for column, cell in profile.columns.items()}
        return table.written(cells, separator=profile.separator, escape=profile.escape)

    async def _is_finished(self, found: Found) -> bool:
        """Whether nobody writes it any more: it was seen as it is now so long ago, also by a process before this one.
        When it says that it was changed proves nothing: that can be what it was copied from."""
        quiet = self._profile.files.quiet_seconds
        if not quiet or found.stamp is None:
            return True
        now, growth = asyncio.get_running_loop().time(), _growth(found)
        if (await self._memory.read(growth)).get(growth) != found.stamp:
            self._noticed[growth] = now
            await self._memory.write({growth: found.stamp})
            return False
        return now - self._noticed.get(growth, float("-inf")) >= quiet

    async def _pages(self, name: str, content: bytes) -> AsyncIterator[Page]:
        """The returns of a file, and what of it cannot be read."""
        told: dict[str, Told] = {}
        bad: list[Unreadable] = []
        try:
            for row in table.rows(content, self._profile.fields.id):
                self._take(name, row, told, bad)
        except table.NoTable as why:
            bad.append(Unreadable(None, f"The file {name} cannot be read: {why}.", name))
        refs = list(told)
        for start in range(0, max(1, len(refs)), CHUNK):
            latest = {ref: told[ref].latest() for ref in refs[start : start + CHUNK]}
            page = await self._page(latest, tuple(bad) if not start else ())
            if page.seen or page.unreadable:
                yield page
                await self._remember(latest)

    def _take(self, name: str, row: table.Row, told: dict[str, Told], bad: list[Unreadable]) -> None:
        flaw = row.flaw
        if flaw is None:
            try:
                head, line = self._reading.head(row.cells), self._reading.line(row.cells)
            except Garbled as why:
                flaw = str(why)
            else:
                of = told.setdefault(head.ref, Told())
                of.heads.append(head)
                of.lines.append(line)
        if flaw is not None:
            where = f"Line {row.line} of the file {name} cannot be read: {flaw}."
            bad.append(Unreadable(self._reading.ref(row.cells), where, row.raw))

    async def _page(self, latest: Mapping[str, Latest], bad: tuple[Unreadable, ...]) -> Page:
        """Without the lines of which something later is known: files may come in any order."""
        async with self._ledger.turn:
            accounts = await self._ledger.of(list(latest))
            counted = {ref: accounts[ref].counted(one.lines) for ref, one in latest.items()}
            await self._ledger.keep({ref: one for ref, one in counted.items() if one != accounts[ref]})
        seen = []
        for ref, one in latest.items():
            known = counted[ref].changed_at
            fresh = [line for line in one.lines if line.ref not in known or one.changed_at[line.ref] >= known[line.ref]]
            if fresh:
                seen.append(mapping.seen(self._profile, one.head, fresh, counted[ref], complete=True))
        return Page(LANE, tuple(seen), bad)

    async def _remember(self, latest: Mapping[str, Latest]) -> None:
        async with self._ledger.turn:
            accounts = await self._ledger.of(list(latest))
            await self._ledger.keep({ref: _later(accounts[ref], latest[ref].changed_at) for ref in latest})


def _later(account: Account, changed: Mapping[str, datetime]) -> Account:
    for line, at in changed.items():
        if line not in account.changed_at or at > account.changed_at[line]:
            account = account.changed(line, at)
    return account


def _place(config: PartnerConfig, door: Door) -> Place:
    match urlsplit(config.base_url).scheme:
        case "sftp":
            return Sftp(config, door.name, allow_private=door.allow_private)
        case "file":
            return Folder(config.base_url)
    return Web(Calls(config, door))


def _note(found: Found) -> str:
    """The note of a file that was read. Names may be longer than a note's can be."""
    return f"file:{hashlib.sha256(found.name.encode()).hexdigest()}"


def _moment(name: str) -> str:
    """The note of when a file of ours was first written, while nobody knows that it stands."""
    return f"written:{name}"


def _growth(found: Found) -> str:
    return f"growing:{hashlib.sha256(found.name.encode()).hexdigest()}"
