"""Sending refunds: one feed for each marketplace, exactly once (contract 6).

Feeds have no key against repetition. So what is about to be sent is noted first: the amounts in the ledger, the
message numbers with their document, and then that it is being submitted. Whatever is lost afterwards can be looked up.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from retour.connectors.contract import Receipt, ReceiptState, ToTell
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient, Unavailable
from retour.connectors.http import Door
from retour.connectors.marketplaces.amazon import adjustments, guard, lines, orders, wire
from retour.connectors.marketplaces.amazon.adjustments import Message
from retour.connectors.marketplaces.amazon.api import FEEDS, Api, decoded, decoded_write
from retour.connectors.marketplaces.amazon.config import AmazonConfig
from retour.connectors.marketplaces.amazon.lane import SELLER, Lane
from retour.connectors.marketplaces.amazon.lines import Entry, Ledger
from retour.connectors.marketplaces.amazon.watch import external_note, ledger_note, line_note
from retour.core.model import Resolution

Outcome = Receipt | ConnectorError


def feed_note(document_id: str) -> str:
    return f"feed:{document_id}"


def sent_note(number: int | str) -> str:
    return f"sent:{number}"


@dataclass(slots=True)
class Batch:
    """What goes into one feed."""

    marketplace: str
    ledgers: dict[str, Ledger]
    keys: list[str]
    messages: list[Message]
    sent: dict[str, Any]

    def notes(self, document_id: str, at: datetime) -> dict[str, Any]:
        """Everything that is to survive a crash, before it is submitted."""
        feed = {"market": self.marketplace, "at": at.isoformat(), "count": len(self.messages), "feed": None}
        of_parts = {name: {**note, "document": document_id} for name, note in self.sent.items()}
        ledgers = {name: ledger.note() for name, ledger in self.ledgers.items()}
        return {feed_note(document_id): {**feed, "adopted": False}, **of_parts, **ledgers}


class Refunds:
    """One seller's refunds."""

    def __init__(self, config: AmazonConfig, door: Door, api: Api) -> None:
        self._config, self._door, self._api = config, door, api

    async def together(self, told: Sequence[ToTell]) -> dict[str, Outcome]:
        """Raises nothing: what was sent for one marketplace must not be taken for undone by another's failure."""
        outcomes: dict[str, Outcome] = {}
        of: dict[str, list[ToTell]] = {}
        for one in told:
            of.setdefault(one.ref.partition(":")[0], []).append(one)
        for marketplace, group in of.items():
            try:
                if marketplace not in self._config.marketplace_ids:
                    raise Refused("This return is of a marketplace that is not among the settings.")
                await self._sent(marketplace, group, outcomes)
            except ConnectorError as error:
                outcomes |= {one.part.key: error for one in group if one.part.key not in outcomes}
        return outcomes

    async def _sent(self, marketplace: str, told: Sequence[ToTell], outcomes: dict[str, Outcome]) -> None:
        batch = await self._batch(marketplace, told, outcomes)
        if not batch.messages:
            return
        upload = await self._uploaded(adjustments.feed(self._config.seller_id, batch.messages))
        notes = batch.notes(upload.feed_document_id, self._api.clock())
        before = await self._door.memory.read(*notes)
        await self._door.memory.write(notes)
        body = {
            "feedType": adjustments.FEED_TYPE,
            "marketplaceIds": [marketplace],
            "inputFeedDocumentId": upload.feed_document_id,
        }
        try:
            answer = await self._api.write("create-feed", f"{FEEDS}/feeds", body)
            feed = decoded_write(wire.Taken, answer, "the refunds")
        except OutcomeUnknown:
            raise
        except ConnectorError:
            # Nothing happened, so nothing is to be looked up.
            await self._door.memory.write({name: before.get(name) for name in notes})
            raise
        name = feed_note(upload.feed_document_id)
        await self._door.memory.write({name: {**notes[name], "feed": feed.feed_id}})
        for key, message in zip(batch.keys, batch.messages, strict=True):
            outcomes[key] = Receipt(ReceiptState.PENDING, f"{feed.feed_id}#{message.number}")

    async def _batch(self, marketplace: str, told: Sequence[ToTell], outcomes: dict[str, Outcome]) -> Batch:
        """What may be sent. The others get their outcome: refused, or not yet."""
        lane = Lane(marketplace, SELLER)
        notes = await self._door.memory.read(
            lane.note_name,
            *(line_note(one.part.line_ref) for one in told),
            *(external_note(one.ref) for one in told),
        )
        lane.recall(notes.get(lane.note_name))
        seen = {
            one.part.key: lines.Line.of(notes[line_note(one.part.line_ref)])
            for one in told
            if line_note(one.part.line_ref) in notes
        }
        found = await self._orders({line.order for line in seen.values()})
        names = {key: ledger_note(marketplace, line.order, line.sku or line.asin) for key, line in seen.items()}
        kept = await self._door.memory.read(*dict.fromkeys(names.values()))
        batch = Batch(marketplace, {name: Ledger.of(kept.get(name)) for name in names.values()}, [], [], {})
        for one in told:
            key = one.part.key
            try:
                if key not in seen:
                    elsewhere = notes.get(external_note(one.ref))
                    opened = datetime.fromisoformat(elsewhere["opened"]) if elsewhere else None
                    raise guard.unreported(opened, lane.known_at(opened)) if opened else guard.unseen()
                order = found[seen[key].order]
                if isinstance(order, ConnectorError):
                    raise order
                await self._add(batch, one, seen[key], order, names[key], lane)
            except ConnectorError as error:
                outcomes[key] = error
        batch.ledgers = {name: batch.ledgers[name] for name in {note["ledger"] for note in batch.sent.values()}}
        return batch

    async def _orders(self, refs: set[str]) -> dict[str, wire.Order | ConnectorError]:
        async def one(ref: str) -> wire.Order | ConnectorError:
            try:
                order = await orders.fetched(self._api, ref, "PROCEEDS,FULFILLMENT")
            except ConnectorError as error:
                return error
            return order or Refused("Amazon does not know the order of this return.")

        asked = sorted(refs)
        return dict(zip(asked, await asyncio.gather(*map(one, asked)), strict=True))

    async def _add(self, batch: Batch, one: ToTell, seen: lines.Line, order: wire.Order, name: str, lane: Lane) -> None:
        """Puts a refund into the feed. Raises what speaks against it."""
        part, now, ledger = one.part, self._api.clock(), batch.ledgers[name]
        if not part.resolution.refunds:
            raise Refused(f"Amazon cannot be told {part.resolution}.")
        known_at = lane.known_at(seen.opened_at)
        if known_at is None or now - known_at > guard.FRESH:
            raise guard.outdated(seen, now)
        guard.held_back(seen)
        if (order.fulfilled_by or "").upper() == "AMAZON":
            raise Refused("Amazon sent this order and refunds it itself (FBA).")
        if guard.waits_for_amazon(seen):
            await self._wait_for_amazon(part.number, now)
        paid = orders.paid(self._config, batch.marketplace, order, sku=seen.sku, asin=seen.asin, item=seen.item)
        others = ledger.without(part.key)
        due = guard.refund(seen, part.line_ref, part.quantity, paid, others, known_at)
        total = sum(due.amounts.values(), Decimal(0))
        batch.ledgers[name] = others.put(
            Entry(part.key, part.line_ref, paid.item, part.quantity, total, part.resolution, due.after, now.isoformat())
        )
        keeps = part.resolution is Resolution.KEEP
        batch.keys.append(part.key)
        batch.messages.append(
            Message(
                part.number,
                order.order_id,
                paid.item,
                part.quantity,
                self._config.keep_reason if keeps else "CustomerReturn",
                paid.currency,
                due.amounts,
            )
        )
        batch.sent[sent_note(part.number)] = {"key": part.key, "ledger": name, "again": ledger.has(part.key)}

    async def _wait_for_amazon(self, number: int, now: datetime) -> None:
        """Raises Unavailable while Amazon has time to refund what it said it would, then Refused."""
        name = f"wait:{number}"
        since = (await self._door.memory.read(name)).get(name)
        if since is None:
            await self._door.memory.write({name: now.isoformat()})
        if since is None or now - datetime.fromisoformat(since) < timedelta(hours=self._config.first_scan_hours):
            raise Unavailable("Amazon has announced that it refunds this itself.", retry_after=guard.SOON)
        raise Refused("Amazon announced that it refunds this itself, and has not. Look at it in Seller Central.")

    async def _uploaded(self, document: bytes) -> wire.Upload:
        """A document that lies at Amazon and does nothing yet: to lose one costs nothing, so both calls are reads."""
        answer = await self._api.read(
            "feed-document",
            f"{FEEDS}/documents",
            method="POST",
            body={"contentType": adjustments.CONTENT_TYPE},
        )
        upload = decoded(wire.Upload, answer)
        try:
            await self._door.read("PUT", upload.url, headers={"Content-Type": adjustments.CONTENT_TYPE}, data=document)
        except Transient:
            raise
        except ConnectorError as error:
            # What the storage refuses is its signed address, not this connection.
            raise Transient("Amazon's storage did not take the refunds.", code=error.code) from None
        return upload
