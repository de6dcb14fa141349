"""Returns, read from reports that Amazon makes on request: asked for now, there some minutes later (contract 3).

Each list has at most one report under way; what is under way is remembered, and looked after before a new one is asked
for. One report for each marketplace, because the rows do not name theirs.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from retour.connectors.contract import Page, Unreadable
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Stopped, Transient, Unavailable
from retour.connectors.http import Door
from retour.connectors.marketplaces.amazon import documents, mapping, tables, wire
from retour.connectors.marketplaces.amazon.api import REPORTS, Api, decoded, decoded_write
from retour.connectors.marketplaces.amazon.config import AmazonConfig
from retour.connectors.marketplaces.amazon.lane import (
    FBA,
    FLAT,
    GIVEN_UP,
    TRIES,
    XML,
    Lane,
    UnderWay,
    lanes,
)
from retour.connectors.marketplaces.amazon.regions import name_of
from retour.connectors.marketplaces.amazon.watch import Watch
from retour.connectors.shapes import Garbled, decode
from retour.core.model import Seen

ROWS = 200
"""On a page."""
FILTERED = 10
"""So many marketplaces at most are named in a search."""


class Reports:
    """The reports of one seller. Raises at the end of a walk for the lists that cannot be read: the others count."""

    def __init__(self, config: AmazonConfig, door: Door, api: Api, watch: Watch) -> None:
        self._config, self._door, self._api, self._watch = config, door, api, watch

    async def pages(self, *, everything: bool) -> AsyncIterator[Page]:
        """What the reports that are ready show. A page without rows says when the next one is to be asked about."""
        found = await self.lanes()
        failures: list[ConnectorError] = []
        under_way = [lane for lane in found if lane.under_way is not None]
        for lane in under_way:
            try:
                async for page in self._followed(lane):
                    yield page
            except (Stopped, Unavailable):
                raise
            except ConnectorError as error:
                failures.append(error)
        if not under_way or any(lane.due(self._api.clock(), everything=everything) for lane in found):
            async for page in self._begun([lane for lane in found if not lane.under_way], everything=everything):
                yield page
        if failures:
            raise failures[0]
        if trouble := [lane for lane in found if lane.trouble]:
            raise Transient(" ".join(f"{name_of(lane.marketplace)}: {lane.trouble}" for lane in trouble))

    async def lanes(self) -> list[Lane]:
        """As they are remembered."""
        fresh = lanes(self._config.marketplace_ids, fba=self._config.fba, minutes=self._config.report_minutes)
        notes = await self._door.memory.read(*(lane.note_name for lane in fresh))
        return [lane.recall(notes.get(lane.note_name)) for lane in fresh]

    async def _begun(self, idle: Sequence[Lane], *, everything: bool) -> AsyncIterator[Page]:
        under_way = await self._made_elsewhere()
        now = self._api.clock()
        for lane in idle:
            days = lane.due(now, everything=everything)
            if days is None:
                continue
            kind = lane.kind(self._config.report)
            way = under_way.get((lane.marketplace, kind)) or await self._asked(lane.marketplace, kind, days, now)
            lane.begin(way)
            await self._keep(lane)
            yield Page(lane.title, (), again=way.again)

    async def _made_elsewhere(self) -> dict[tuple[str, str], UnderWay]:
        """Reports under way that nobody here remembers: asked for just before a crash. Two of one kind and
        marketplace would be cancelled."""
        ids, found = self._config.marketplace_ids, dict[tuple[str, str], UnderWay]()
        for first in range(0, len(ids), FILTERED):
            params = {
                "reportTypes": ",".join((XML, FLAT, FBA)),
                "marketplaceIds": ",".join(ids[first : first + FILTERED]),
                "processingStatuses": "IN_QUEUE,IN_PROGRESS",
                "pageSize": "100",
            }
            answer = await self._api.read("reports", f"{REPORTS}/reports", params=params)
            for row in decoded(wire.Reports, answer).reports:
                way = _under_way(row)
                if way is not None and way[0] in ids:
                    found[way[0], way[1].kind] = way[1]
        return found

    async def _asked(self, marketplace: str, kind: str, days: int, now: datetime) -> UnderWay:
        # Amazon's clock tells whole seconds. The end is left to it: it is the present.
        start = (now - timedelta(days=days)).replace(microsecond=0)
        body = {
            "reportType": kind,
            "marketplaceIds": [marketplace],
            "dataStartTime": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        try:
            answer = await self._api.write("create-report", f"{REPORTS}/reports", body)
            made = decoded_write(wire.Asked, answer, "the wish for a report")
        except OutcomeUnknown as error:
            # A report that nobody knows harms nobody: it is found again, or asked for anew.
            raise Transient(error.message, code=error.code, words=error.words, request_id=error.request_id) from None
        return UnderWay(made.report_id, kind, start, now, days)

    async def _followed(self, lane: Lane) -> AsyncIterator[Page]:
        way = lane.under_way
        if way is None:
            return
        path = f"{REPORTS}/reports/{quote(way.report_id, safe='')}"
        answer = await self._api.read("report", path, answers={404})
        now = self._api.clock()
        if answer.status == 404:
            lane.fail(now, "Amazon no longer knows the returns report that it was asked for.")
            await self._keep(lane)
            return
        report = decoded(wire.Report, answer)
        match report.processing_status:
            case "DONE" if report.report_document_id:
                async for page in self._read(lane, way, report, report.report_document_id):
                    yield page
            case "CANCELLED":
                # Amazon's word for: there are no such returns.
                as_of = report.data_end_time or report.created_time or way.asked_at
                lane.end(as_of)
                await self._keep(lane)
                yield Page(lane.title, (), as_of=as_of)
            case "FATAL" | "DONE":
                lane.fail(now, f"Amazon could not make the returns report {way.report_id}; it is asked again later.")
                await self._keep(lane)
            case _ if now - way.asked_at > GIVEN_UP:
                lane.fail(now, f"Amazon has not finished the returns report {way.report_id} in hours.")
                await self._keep(lane)
            case _:
                way.polls += 1
                await self._keep(lane)
                yield Page(lane.title, (), again=way.again)

    async def _read(self, lane: Lane, way: UnderWay, report: wire.Report, document_id: str) -> AsyncIterator[Page]:
        if way.tries >= TRIES:
            lane.fail(self._api.clock(), f"Amazon's returns report {way.report_id} breaks off each time it is read.")
            await self._keep(lane)
            return
        path = f"{REPORTS}/documents/{quote(document_id, safe='')}"
        document = decoded(wire.Document, await self._api.read("report-document", path))
        way.tries += 1
        await self._keep(lane)
        as_of = report.data_end_time or way.asked_at
        rows = _TABLES[way.kind](documents.text(self._door, document))
        take = self._received if way.kind == FBA else self._watch.taken
        held: list[tables.Raw] = []
        async for some in rows:
            held += some
            while len(held) >= ROWS:
                now, held = held[:ROWS], held[ROWS:]
                seen, unreadable = await take(lane.marketplace, now)
                yield Page(lane.title, seen, unreadable)
        seen, unreadable = await take(lane.marketplace, held)
        lane.end(as_of)
        await self._keep(lane)
        yield Page(lane.title, seen, unreadable, as_of=as_of)

    async def _received(
        self, marketplace: str, rows: Sequence[tables.Raw]
    ) -> tuple[tuple[Seen, ...], tuple[Unreadable, ...]]:
        seen, unreadable = [], []
        for row in rows:
            try:
                seen.append(mapping.received(marketplace, row))
            except Garbled as why:
                unreadable.append(mapping.unreadable(row, why))
        return tuple(seen), tuple(unreadable)

    async def _keep(self, lane: Lane) -> None:
        await self._door.memory.write({lane.note_name: lane.note()})


_TABLES: dict[str, Callable[[AsyncIterator[str]], AsyncIterator[list[tables.Raw]]]] = {
    XML: tables.from_xml,
    FLAT: tables.from_flat,
    FBA: tables.from_lines,
}


def _under_way(raw: object) -> tuple[str, UnderWay] | None:
    """The marketplace and the report of a row of the list, if it is one such as ours."""
    try:
        report = decode(wire.Report, raw)
    except Garbled:
        return None
    start, asked_at, kind = report.data_start_time, report.created_time, report.report_type
    if len(report.marketplace_ids or ()) != 1 or start is None or asked_at is None or kind is None:
        return None
    days = max(1, round((asked_at.astimezone(UTC) - start) / timedelta(days=1)))
    [marketplace] = report.marketplace_ids or ()
    return marketplace, UnderWay(report.report_id, kind, start, asked_at, days)
