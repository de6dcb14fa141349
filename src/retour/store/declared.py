"""Returns that a person reports: they came back, and nobody had announced them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from retour.core import match, merge
from retour.core import model as core
from retour.core.shop_request import create_key
from retour.store import facts
from retour.store.desk import ask_for_reason
from retour.store.ledger import Entry, Ledger
from retour.store.models import Connection, Declaration, Line, Return, ShopReport
from retour.store.record import hear_shop, keep_customer, record_orders
from retour.store.shop_reports import made_there, reported


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided about units that came back, together with their report."""

    resolution: core.Resolution
    reason: str | None = None
    code: str | None = None


def already(token: str) -> list[int] | None:
    """The returns that this form has made before; None: it has made none."""
    made = Declaration.objects.filter(token=token).first()
    return _ids(made) if made else None


def already_there(shop_report: int) -> list[int] | None:
    """The returns as which this return of the shop's own was reported before; None: it was not."""
    row = ShopReport.objects.select_related("declaration").filter(pk=shop_report).first()
    return _ids(row.declaration) if row and row.declaration else None


def check(connection: Connection, verdict: Verdict | None, at: datetime) -> None:
    """Raises Contradiction for a verdict that this marketplace would not take, before anything is reported there."""
    if verdict is None:
        return
    nothing = core.Seen("", at, core.Handler.MERCHANT, (), complete=False)
    with transaction.atomic():
        [entry] = Ledger(at).add(connection, [nothing])  # only asked, never saved
        ask_for_reason(entry, verdict.resolution, verdict.reason, verdict.code)


def declare(
    connection: Connection,
    token: str,
    order: core.Order,
    seen: Sequence[core.Seen],
    verdict: Verdict | None,
    source: core.Source,
    at: datetime,
    actor: str,
    shop_report: int | None = None,
) -> list[int]:
    """Records what came back, and what is decided about it; the marketplace is told like of any other decision.

    One form (`token`) does it once: sent again, it gives the same returns. `verdict` None: the merchant decides later,
    in the shop or on the desk. A unit whose return is known already is that return. `shop_report`: the return of the
    shop's own that is reported; it is their request there, and none is made. Raises Contradiction for one that has
    been decided.
    """
    with transaction.atomic():
        there = ShopReport.objects.select_for_update().get(pk=shop_report) if shop_report is not None else None
        if there is not None and there.declaration is not None:
            return _ids(there.declaration)
        made, fresh = Declaration.objects.get_or_create(
            token=token, defaults={"connection": connection, "order_ref": order.ref, "at": at, "actor": actor}
        )
        if not fresh:
            return _ids(made)
        record_orders(connection, {order.ref: order}, at)
        ledger = Ledger(at, actor)
        entries = {entry.row.ref: entry for entry in ledger.load_refs(connection, [one.ref for one in seen])}
        unknown = [one for one in seen if one.ref not in entries]
        for entry, one in zip(ledger.add(connection, unknown), unknown, strict=True):
            entries[one.ref] = entry
        for one in seen:
            _report(ledger, entries[one.ref], match.enrich(one, {order.ref: order}), connection, at)
            if there is not None:
                _link(ledger, entries[one.ref], one, made_there(there).says, at)
            if verdict is not None:
                _decide(ledger, entries[one.ref], one, verdict, source, at)
        ledger.save()
        made.refs = [one.ref for one in seen]
        made.save(update_fields=["refs"])
        if there is not None:
            reported(there.pk, made, actor)
    return _ids(made)


def _report(ledger: Ledger, entry: Entry, seen: core.Seen, connection: Connection, at: datetime) -> None:
    ledger.note(entry, "declared", marketplace=connection.slug)
    keep_customer(entry, seen)
    ledger.put(entry, merge.see(entry.known, seen, at))


def _link(ledger: Ledger, entry: Entry, seen: core.Seen, says: core.ShopSays, at: datetime) -> None:
    """The shop's own return stands for these lines, unless the hub has made requests of its own for them."""
    for item in seen.lines:
        line = entry.known.line(item.ref)
        request = entry.known.effect(create_key(entry.known, line)) if line else None
        if line is None or line.shop is not None or (request is not None and request.state.may_have_happened):
            continue
        ledger.note(entry, "reported_there", shop_return=says.ref)
        hear_shop(ledger, entry, item.ref, says, at)


def _decide(ledger: Ledger, entry: Entry, seen: core.Seen, verdict: Verdict, source: core.Source, at: datetime) -> None:
    ask_for_reason(entry, verdict.resolution, verdict.reason, verdict.code)
    for item in seen.lines:
        known = merge.decide(
            entry.known,
            item.ref,
            verdict.resolution,
            item.quantity,
            source,
            at,
            reason=verdict.reason,
            code=verdict.code,
        )
        ledger.note(
            entry, "decided", resolution=verdict.resolution, quantity=item.quantity, source=source, line=item.ref
        )
        ledger.put(entry, known)


def came_back(connection: Connection, order_ref: str) -> Mapping[str, int]:
    """By order line: how many units are in returns that are open or were refunded. They are not to be reported a
    second time; what was refused or called off may still come back."""
    units: dict[str, int] = {}
    returns = Return.objects.filter(connection=connection, lines__order_ref=order_ref, gone=False).distinct()
    for line in Line.objects.filter(of__in=returns, order_ref=order_ref).order_by("pk"):
        item = facts.to_line(line).item
        if item.order_line_ref:
            refunded = sum(h.quantity for h in item.handlings if h.resolution and h.resolution.refunds)
            came = min(item.quantity, max(0, item.quantity - item.handled) + refunded)
            units[item.order_line_ref] = units.get(item.order_line_ref, 0) + came
    return units


def _ids(made: Declaration) -> list[int]:
    found = Return.objects.filter(connection_id=made.connection_id, ref__in=made.refs)
    return list(found.order_by("pk").values_list("pk", flat=True))
