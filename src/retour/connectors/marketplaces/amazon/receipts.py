"""What became of refunds that were sent: by their feed's processing report, or found again (contract 6.5, 6.6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from retour.connectors.contract import Part, Receipt, ReceiptState
from retour.connectors.errors import ConnectorError, Transient
from retour.connectors.http import Door
from retour.connectors.marketplaces.amazon import adjustments, documents, wire
from retour.connectors.marketplaces.amazon.adjustments import ProcessingReport
from retour.connectors.marketplaces.amazon.api import FEEDS, Api, decoded
from retour.connectors.marketplaces.amazon.lines import Ledger
from retour.connectors.marketplaces.amazon.refunds import feed_note, sent_note
from retour.connectors.pages import by_cursor
from retour.connectors.shapes import Garbled, decode

LISTED_WITHIN = timedelta(minutes=5)
"""After that a feed that Amazon took is sure to be in its list."""
SUBMITTED_WITHIN = timedelta(minutes=10)
EARLIER = timedelta(minutes=1)
KEPT = timedelta(days=60)
LARGEST = 64 * 1024 * 1024

IN_WORK = frozenset({"IN_QUEUE", "IN_PROGRESS"})


class Receipts:
    """One seller's receipts: `feed#message`."""

    def __init__(self, door: Door, api: Api, *, trust_the_list: bool) -> None:
        """`trust_the_list`: a feed that Amazon's list does not show was never taken."""
        self._door, self._api, self._trust_the_list = door, api, trust_the_list

    async def confirmed(self, refs: Sequence[str]) -> dict[str, Receipt]:
        """Those that have come to an end. Each feed is asked about once."""
        of: dict[str, list[str]] = {}
        for ref in refs:
            of.setdefault(ref.partition("#")[0], []).append(ref)
        told: dict[str, Receipt] = {}
        failures: list[ConnectorError] = []
        for feed_id, mine in of.items():
            try:
                told |= await self._ends(feed_id, mine)
            except ConnectorError as error:
                failures.append(error)
        if failures and not told:
            raise failures[0]
        return told

    async def found(self, part: Part) -> Receipt | None:
        """None: Amazon never got it. LOST: nobody can tell; a person is to look. Raises Transient while it may still
        turn up in Amazon's list."""
        sent = (await self._door.memory.read(sent_note(part.number))).get(sent_note(part.number))
        if sent is None:
            return None  # noted before it is submitted: it was not
        name = feed_note(sent["document"])
        feeds = await self._door.memory.begins("feed:")
        await self._forget(feeds)
        if name not in feeds:
            return Receipt(
                ReceiptState.LOST, words="What was noted of this refund is gone. Look at the order at Amazon."
            )
        feed_id = feeds[name]["feed"] or await self._adopted(name, feeds)
        if feed_id is None and not self._trust_the_list:
            words = "It was submitted, and Amazon's list of feeds does not show it. Look at the order at Amazon."
            return Receipt(ReceiptState.LOST, words=words)
        if feed_id is None:
            await self._given_back(part.number, sent)
            return None
        if feed_id == "":
            return Receipt(ReceiptState.LOST, words="More than one feed may be this one. Look at the order at Amazon.")
        ref = f"{feed_id}#{part.number}"
        end = (await self._ends(feed_id, [ref])).get(ref)
        # What is done is confirmed as every other receipt.
        return end if end is not None and end.state is not ReceiptState.DONE else Receipt(ReceiptState.PENDING, ref)

    async def _given_back(self, number: int, sent: Mapping[str, Any]) -> None:
        """What was never sent is entered in no ledger."""
        ledger = Ledger.of((await self._door.memory.read(sent["ledger"])).get(sent["ledger"]))
        await self._door.memory.write({sent["ledger"]: ledger.without(sent["key"]).note(), sent_note(number): None})

    async def _forget(self, feeds: Mapping[str, Any]) -> None:
        """What is older than Amazon keeps its results."""
        if self._api.now is not None:
            past = self._api.now - KEPT
            old = {name: None for name, note in feeds.items() if datetime.fromisoformat(note["at"]) < past}
            if old:
                await self._door.memory.write(old)

    async def _adopted(self, name: str, feeds: Mapping[str, Any]) -> str | None:
        """The feed that was submitted without an answer; empty: it cannot be told which; None: there is none."""
        note = feeds[name]
        at, market = datetime.fromisoformat(note["at"]), note["market"]
        known = {other["feed"] for other in feeds.values() if other["feed"]}
        candidates = [
            feed
            for feed in await self._listed(market, at - EARLIER)
            if feed.feed_id not in known and (feed.created_time is None or feed.created_time <= at + SUBMITTED_WITHIN)
        ]
        if not candidates:
            if self._api.clock() - at < LISTED_WITHIN:
                raise Transient("Amazon's list of feeds does not show yet whether it took the refund.")
            return None
        rivals = [
            other
            for other_name, other in feeds.items()
            if other_name != name
            and other["market"] == market
            and not other["feed"]
            and abs(datetime.fromisoformat(other["at"]) - at) <= SUBMITTED_WITHIN
        ]
        if len(candidates) > 1 or rivals:
            return ""
        feed_id = candidates[0].feed_id
        await self._door.memory.write({name: {**note, "feed": feed_id, "adopted": True}})
        return feed_id

    async def _listed(self, market: str, since: datetime) -> list[wire.Feed]:
        first = {
            "feedTypes": adjustments.FEED_TYPE,
            "marketplaceIds": market,
            "createdSince": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "pageSize": "100",
        }

        async def page(token: str | None) -> tuple[list[Any], str | None]:
            params = {"nextToken": token} if token else first  # the token goes alone
            answer = decoded(wire.Feeds, await self._api.read("feeds", f"{FEEDS}/feeds", params=params))
            return answer.feeds, answer.next_token

        found = []
        async for rows in by_cursor(page):
            for row in rows:
                try:
                    found.append(decode(wire.Feed, row))
                except Garbled:
                    # Overlooking one could refund twice.
                    raise Transient("Amazon shows a feed in a form that cannot be read.") from None
        return found

    async def _ends(self, feed_id: str, refs: Sequence[str]) -> dict[str, Receipt]:
        """What Amazon did not carry out as a whole it has probably not carried out at all: that is no proof, so it
        counts as lost."""
        answer = await self._api.read("feed", f"{FEEDS}/feeds/{quote(feed_id, safe='')}", answers={404})
        if answer.status == 404:
            return _lost(refs, "Amazon no longer knows this feed.")
        feed = decoded(wire.Feed, answer)
        status, document_id = feed.processing_status, feed.result_feed_document_id
        if status != "DONE":
            words = f"Amazon ended the feed as {status[:50]}, so it has probably refunded nothing."
            return {} if status in IN_WORK else _lost(refs, words)
        report = await self._report(document_id) if document_id else None
        if report is None or not report.complete:
            return _lost(refs, "Amazon's report on the feed cannot be read.")
        return await self._judged(feed_id, refs, report)

    async def _report(self, document_id: str) -> ProcessingReport | None:
        path = f"{FEEDS}/documents/{quote(document_id, safe='')}"
        document = decoded(wire.Document, await self._api.read("feed-result", path))
        text = ""
        async for piece in documents.text(self._door, document):
            text += piece
            if len(text) > LARGEST:
                return None
        return adjustments.processing_report(text)

    async def _judged(self, feed_id: str, refs: Sequence[str], report: ProcessingReport) -> dict[str, Receipt]:
        """Each message's end; the ledger learns of it."""
        numbers = {ref: ref.rpartition("#")[2] for ref in refs}
        memory = self._door.memory
        sent = await memory.read(*map(sent_note, numbers.values()))
        feeds = await memory.read(*{feed_note(note["document"]) for note in sent.values()})
        ledgers = {
            name: Ledger.of(note) for name, note in (await memory.read(*{n["ledger"] for n in sent.values()})).items()
        }
        told: dict[str, Receipt] = {}
        changed: dict[str, Any] = {}
        for ref, number in numbers.items():
            note = sent.get(sent_note(number))
            feed = feeds.get(feed_note(note["document"])) if note else None
            if note and feed and feed["feed"] != feed_id:
                note = None  # sent again since, with another feed
            if feed and feed["adopted"] and report.processed not in (None, feed["count"]):
                told |= _lost([ref], "The feed that was found is another one.")
                continue
            failure = report.failure(number)
            told[ref] = _receipt(ref, failure, again=bool(note and note["again"]))
            ledger = ledgers.get(note["ledger"]) if note else None
            if note is None or ledger is None or told[ref].state is ReceiptState.LOST:
                continue
            ledgers[note["ledger"]] = ledger = ledger.without(note["key"]) if failure else ledger.paid(note["key"])
            changed[note["ledger"]] = ledger.note()
        if changed:
            await memory.write(changed)
        return told


def _receipt(ref: str, failure: adjustments.Failure | None, *, again: bool) -> Receipt:
    if failure is None:
        return Receipt(ReceiptState.DONE, ref)
    words = f"{failure.words} ({failure.code})"
    if failure.probably_paid and again:
        # Sent once before, and nobody knew what became of it: now it seems that it was paid.
        return Receipt(ReceiptState.LOST, ref, words)
    return Receipt(ReceiptState.REFUSED, ref, words)


def _lost(refs: Sequence[str], words: str) -> dict[str, Receipt]:
    return {ref: Receipt(ReceiptState.LOST, ref, f"{words} Look at the order at Amazon.") for ref in refs}
