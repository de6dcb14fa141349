"""The only way in: what marketplaces and shops show becomes facts, and the facts become effects and timeline."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from operator import attrgetter

from django.db import transaction

from retour.connectors.contract import Page, ShopPage, Unreadable
from retour.core import match, merge
from retour.core import model as core
from retour.core.plan import STILL_WAITS_AFTER
from retour.store import bulk, facts, fits, rows, sql
from retour.store.ledger import Entry, Ledger
from retour.store.models import Connection, MarketplaceOrder, Return, UnreadableRow
from retour.store.rows import OrderRow
from retour.store.sealed import seal, unseal

LOOK_AGAIN_AFTER = timedelta(minutes=5)
SHOWN_AGAIN_AFTER = timedelta(hours=1)
"""A return that the marketplace did not know, and lists all the same so long after, is there again."""
CLOCK_STEP = timedelta(hours=1)
"""Longer than a check takes: a time that lies so far ahead was noted before the clock was put right."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a page brought: how many returns were new, and how many known ones changed."""

    new: int = 0
    changed: int = 0

    @property
    def nothing(self) -> bool:
        return self.new == 0 and self.changed == 0


@dataclass(frozen=True, slots=True)
class Looked:
    """A return that was looked at. `seen` None: the marketplace does not know it."""

    ref: str
    seen: core.Seen | None
    at: datetime


def record_page(connection: Connection, page: Page, at: datetime) -> Recorded:
    """Takes in a page of a marketplace's list, observed at `at`. A page that brings nothing new costs one query."""
    shown, unkept = fits.returns(page.seen)
    if unreadable := [*page.unreadable, *unkept]:
        record_unreadable(connection, page.lane, unreadable, at)
    if not shown:
        return Recorded()
    digests = {seen.ref: _digest(seen) for seen in shown}
    known = _digests(connection, list(digests), at)
    news = [seen for seen in shown if _is_news(seen, known.get(seen.ref), page.lane, digests[seen.ref])]
    fresh = [fits.cleaned(seen) for seen in news]
    if not fresh:
        return Recorded()
    with transaction.atomic():
        ledger = Ledger(at)
        changed = [seen.ref for seen in fresh if seen.ref in known]
        entries: dict[str, Entry] = {}
        if changed:
            loaded = ledger.load_refs(connection, changed)
            entries = {entry.row.ref: entry for entry in loaded}
        new = list({seen.ref: seen for seen in fresh if seen.ref not in entries}.values())
        for entry, seen in zip(ledger.add(connection, new), new, strict=True):
            entries[seen.ref] = entry
            keep_customer(entry, seen)
            ledger.note(entry, "seen", marketplace=connection.slug)
        for seen in fresh:
            entry = entries[seen.ref]
            before = entry.known
            _see(ledger, entry, seen, at)
            # What other lists have shown stands only as long as nothing has changed since.
            unchanged = entry.row.digests if _shown(entry.known) == _shown(before) else {}
            entry.row.digests = {**unchanged, page.lane: digests[seen.ref]}
        ledger.save()
    return Recorded(len(new), len(fresh) - len(new))


def record_looks(
    connection: Connection, looks: Sequence[Looked], fetched: Mapping[str, core.Order | None] | None = None
) -> None:
    """Takes in full looks at single returns. `fetched`: orders that are at hand; the others are looked up."""
    by_ref = {look.ref: look for look in _fitting(connection, looks)}
    if not by_ref:
        return
    orders = {ref: order for ref, order in (fetched or {}).items() if order}
    named = {item.order_ref for look in by_ref.values() if look.seen for item in look.seen.lines}
    if missing := named - (fetched or {}).keys():
        orders |= known_orders(connection, missing)
    with transaction.atomic():
        ledger = Ledger(max(look.at for look in looks))
        for entry in ledger.load_refs(connection, by_ref.keys()):
            look = by_ref[entry.row.ref]
            if look.seen is None:
                if not entry.known.gone:
                    ledger.note(entry, "gone", marketplace=connection.slug)
                ledger.put(entry, merge.missing(entry.known, look.at))
                continue
            if not entry.known.complete:
                ledger.note(entry, "details", marketplace=connection.slug)
            _see(ledger, entry, match.enrich(look.seen, orders), look.at)
            entry.row.look_at = look.at + LOOK_AGAIN_AFTER  # should it still want a look
        ledger.save()


def _fitting(connection: Connection, looks: Iterable[Looked]) -> Iterator[Looked]:
    """The looks as they can be kept; one that cannot is shown, and the return is looked at again later."""
    for look in looks:
        if look.seen is None:
            yield look
            continue
        kept, unkept = fits.returns([look.seen])
        if kept:
            yield replace(look, seen=fits.cleaned(kept[0]))
        else:
            record_unreadable(connection, "look", unkept, look.at)
            postpone_looks(connection, [look.ref], look.at)


def record_unreadable(connection: Connection, lane: str, unreadable: Iterable[Unreadable], at: datetime) -> None:
    """Keeps rows that could not be read, once each."""
    kept = [
        UnreadableRow(
            connection=connection,
            digest=blake2b(fits.text(f"{lane} {row.ref} {row.why} {row.raw}").encode(), digest_size=32).hexdigest(),
            lane=fits.text(lane, 50),
            ref=fits.words(row.ref, fits.ID),
            why=fits.text(row.why),
            sealed=seal(row.raw[:16_384]),
            first_at=at,
            last_at=at,
        )
        for row in unreadable
    ]
    unique = list({row.digest: row for row in kept}.values())
    UnreadableRow.objects.bulk_create(
        unique, update_conflicts=True, unique_fields=["connection", "digest"], update_fields=["last_at"]
    )


def record_vanished(connection: Connection, refs: Sequence[str], at: datetime) -> None:
    """Open returns that the marketplace's list no longer shows: each is to be looked at."""
    with transaction.atomic():
        ledger = Ledger(at)
        for entry in ledger.load_refs(connection, refs):
            ledger.note(entry, "vanished", marketplace=connection.slug)
            ledger.put(entry, merge.vanished(entry.known, at))
        ledger.save()


def record_shop(shop: Connection, page: ShopPage, at: datetime) -> int:
    """Takes in how the shop's requests stand. The number that changed."""
    if page.unreadable:
        record_unreadable(shop, "returns", page.unreadable, at)
    says = {item.ref: item for item in map(fits.says, page.returns)}
    changed = {}
    for of, line, ref, known in _asked_about(shop, says.keys()):
        if known and _differs(json.loads(known), says[ref]):
            changed[of, line] = says[ref]
    if not changed:
        return 0
    with transaction.atomic():
        ledger = Ledger(at)
        for entry in ledger.load({of for of, _ in changed}):
            for line_ref in entry.lines:
                said = changed.get((entry.row.pk, line_ref))
                if said is not None:
                    hear_shop(ledger, entry, line_ref, said, at)
        ledger.save()
    return len(changed)


def hear_shop(ledger: Ledger, entry: Entry, line_ref: str, said: core.ShopSays, at: datetime) -> None:
    """Takes in what the shop says of one line."""
    said = fits.says(said)
    before = entry.known.line(line_ref)
    known = merge.shop_says(entry.known, line_ref, said, at)
    after = known.line(line_ref)
    if before is None or after is None:
        return
    if len(after.decisions) > len(before.decisions):
        decision = after.decisions[-1]
        ledger.note(
            entry,
            "decided",
            resolution=decision.resolution,
            quantity=decision.quantity,
            source=decision.source,
            line=line_ref,
        )
    elif said.gone:
        ledger.note(entry, "shop_gone", line=line_ref)
    elif before.shop is not None and said.word != before.shop.word:
        ledger.note(entry, "shop_says", word=said.word, line=line_ref)
    ledger.put(entry, known)


def open_refs(connection: Connection, before: datetime) -> set[str]:
    """The refs of returns that this marketplace still waits for an answer on, known since before then."""
    found = sql.rows(
        """
        SELECT ref FROM store_return AS r
        WHERE connection_id = %s AND stage IN ('new', 'open', 'sending', 'attention') AND handler = 'merchant'
          AND NOT gone AND NOT stale AND changed_at < %s
          AND EXISTS (SELECT 1 FROM store_line WHERE of_id = r.id AND awaits)
        """,
        [connection.pk, sql.time(before)],
    )
    return {ref for (ref,) in found}


def due_looks(connection: Connection, at: datetime, limit: int) -> list[str]:
    """The refs of returns that the marketplace is to be asked for, the longest waiting first."""
    due = Return.objects.filter(connection=connection, look_at__lte=at).order_by("look_at", "pk")
    return list(due.values_list("ref", flat=True)[:limit])


def as_seen(connection: Connection, refs: Sequence[str]) -> list[Looked]:
    """These returns as the marketplace last showed them, and when; as if nothing more could be learned of them."""
    looks = []
    for row in Return.objects.filter(connection=connection, ref__in=refs).prefetch_related("lines"):
        known = facts.to_return(row, row.lines.all(), ())
        items = tuple(line.item for line in known.lines)
        at = max((line.seen_at for line in known.lines), default=row.created_at)
        looks.append(Looked(row.ref, core.Seen(row.ref, known.opened_at, known.handler, items, complete=True), at))
    return looks


def postpone_looks(connection: Connection, refs: Iterable[str], at: datetime) -> None:
    """These could not be looked at now."""
    Return.objects.filter(connection=connection, ref__in=list(refs)).update(look_at=at + LOOK_AGAIN_AFTER)


def known_orders(connection: Connection, refs: Iterable[str]) -> dict[str, core.Order]:
    """Orders that were fetched before."""
    found = rows.orders(connection.project_id, list(refs))
    return {ref: facts.order_from_plain(unseal(row.sealed)) for ref, row in found.items() if row.sealed}


def record_orders(connection: Connection, orders: Mapping[str, core.Order | None], at: datetime) -> None:
    """Keeps fetched orders; None: the marketplace does not know it."""
    fetched = [
        OrderRow(connection.project_id, ref, seal(facts.order_to_plain(order)) if order else "", at)
        for ref, order in orders.items()
    ]
    with transaction.atomic():
        bulk.put(fetched, into=MarketplaceOrder, key=["project", "ref"], changes=["sealed", "fetched_at"])


def unfetched_orders(connection: Connection, refs: Iterable[str]) -> set[str]:
    """Those of these orders that were not asked for yet."""
    wanted = set(refs)
    known = rows.orders(connection.project_id, wanted)
    return {ref for ref in wanted if ref not in known or known[ref].fetched_at is None}


def _see(ledger: Ledger, entry: Entry, seen: core.Seen, at: datetime) -> None:
    known = merge.see(_without_future(entry.known, at), seen, at)
    for line in known.lines:
        before = entry.known.line(line.item.ref)
        if before is not None and before.item.quantity != line.item.quantity:
            ledger.note(entry, "quantity", old=before.item.quantity, new=line.item.quantity)
    keep_customer(entry, seen)
    ledger.put(entry, known)


def _shown(known: core.Return) -> tuple[object, ...]:
    """All that a marketplace has shown of a return, whenever that was."""
    return (known.handler, known.complete, known.stale, known.gone, *(line.item for line in known.lines))


def _without_future(known: core.Return, at: datetime) -> core.Return:
    """What was seen later than now was seen while this machine's clock was ahead: it must not outrank a new look."""
    if all(line.seen_at <= at + CLOCK_STEP for line in known.lines):
        return known
    return replace(known, lines=tuple(replace(line, seen_at=min(line.seen_at, at)) for line in known.lines))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a known return looked like, by lane. `ended`: here it is over since a while, so that it is news if the
    marketplace waits for it, however often the list has shown that before."""

    digests: Mapping[str, str]
    ended: bool


def _digests(connection: Connection, refs: list[str], at: datetime) -> dict[str, _Kept]:
    """What these returns looked like, as far as they are known."""
    statement = f"""
        SELECT ref, digests, CASE WHEN gone THEN changed_at < %s ELSE stage = 'closed' AND changed_at < %s END
        FROM store_return WHERE connection_id = %s AND ref IN {sql.marks(refs)}
    """  # noqa: S608
    times = [sql.time(at - SHOWN_AGAIN_AFTER), sql.time(at - STILL_WAITS_AFTER)]
    found = sql.rows(statement, [*times, connection.pk, *refs])
    return {ref: _Kept(json.loads(digests), bool(ended)) for ref, digests, ended in found}


def _is_news(seen: core.Seen, known: _Kept | None, lane: str, digest: str) -> bool:
    if known is None or known.digests.get(lane) != digest:
        return True
    return known.ended and any(line.awaits for line in seen.lines)


def _asked_about(shop: Connection, refs: Collection[str]) -> list[tuple[int, str, str, str | None]]:
    """The lines whose requests these are: return, line, the shop's id, and as JSON what the shop said last."""
    statement = f"""
        SELECT l.of_id, l.ref, l.shop_ref, l.shop
        FROM store_line AS l
        JOIN store_return AS r ON r.id = l.of_id
        JOIN store_connection AS c ON c.id = r.connection_id
        WHERE c.project_id = %s AND l.shop_ref IN {sql.marks(refs)}
    """  # noqa: S608
    return sql.rows(statement, [shop.project_id, *refs])


def keep_customer(entry: Entry, seen: core.Seen) -> None:
    """Seals whose return it is, where the marketplace tells."""
    if seen.customer is not None:
        entry.customer = seal(facts.party_to_plain(seen.customer))


def _differs(known: Mapping[str, object], said: core.ShopSays) -> bool:
    return (known["word"], known["resolution"], known["gone"], known["unclear"]) != (
        said.word,
        said.resolution,
        said.gone,
        said.unclear,
    )


def _digest(seen: core.Seen) -> str:
    """Of all that is shown. JSON is the fastest way to letters; what it does not know is shown as itself."""
    shown = [*_OF_RETURN(seen), *(_OF_LINE(line) for line in seen.lines)]
    return blake2b(_letters(shown).encode(), digest_size=16).hexdigest()


_OF_RETURN = attrgetter(*(field.name for field in fields(core.Seen) if field.name != "lines"))
_OF_LINE = attrgetter(*(field.name for field in fields(core.SeenLine)))
_letters = json.JSONEncoder(default=repr).encode
