"""Returns that the merchant makes in the shop, on their way to be reported at the marketplace of their order. The
shop's return is the report's identity: whatever becomes of it, it is reported once."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from retour.connectors.contract import CameBack, OwnPage, OwnReturn, ReturnedUnits
from retour.connectors.registry import UnknownConnector
from retour.core.capabilities import Starts
from retour.core.model import Reason, Resolution, ShopSays
from retour.store.models import Connection, Declaration, Line, MarketplaceOrder, ShopReport, User
from retour.store.platforms import capabilities_of
from retour.store.record import record_unreadable
from retour.store.sealed import CannotOpen, seal, unseal

MOST: Final = 50
"""Reports that one check of a marketplace asks about."""

State = ShopReport.State


@dataclass(frozen=True, slots=True)
class Pending:
    """A return of the shop's, of which a marketplace is asked whether its order is there. `numbers`: by which it may be
    known, the certain ones first."""

    key: int
    made: OwnReturn
    numbers: tuple[str, ...]
    units: tuple[CameBack, ...] | None
    """What was being reported when it was interrupted."""
    seen_at: datetime
    """When the shop first showed it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the marketplaces said of an order. `others`: some that may know it too were not asked yet."""

    others: bool
    by: int
    """How many of those that were asked know it."""


def record_own(shop: Connection, page: OwnPage, at: datetime) -> int:
    """Takes in returns that the shop shows as its own; how many were new. What the hub has made there, or knows to
    stand for a line, is none."""
    if page.unreadable:
        record_unreadable(shop, "own", page.unreadable, at)
    made = {one.says.ref: one for one in page.returns}
    known = set(_of(shop).filter(ref__in=made).values_list("ref", flat=True)) | _ours(shop, made)
    fresh = [one for ref, one in made.items() if ref not in known]
    rows = [ShopReport(shop=shop, ref=one.says.ref, sealed=seal(_to_plain(one)), seen_at=at) for one in fresh]
    with transaction.atomic():
        ShopReport.objects.bulk_create(rows, ignore_conflicts=True)
        if rows:
            _hint([row.pk for row in marketplaces(shop.project_id)], at)
    return len(rows)


def marketplaces(project_id: int) -> list[Connection]:
    """The active marketplaces of a project that let the merchant report returns."""
    active = Connection.objects.filter(
        project_id=project_id, role=Connection.Role.MARKETPLACE, state=Connection.State.ACTIVE, removed=False
    )
    return [row for row in active.order_by("pk") if _reports(row)]


def waiting(marketplace: Connection) -> list[Pending]:
    """The returns of the shop that this marketplace is to be asked about."""
    rows = ShopReport.objects.filter(shop__project_id=marketplace.project_id, state=State.WAITING).order_by("pk")
    found = []
    for row in rows:
        if str(marketplace.pk) in row.asked and not _is_next(row, marketplace):
            continue
        made = made_there(row)
        linked = MarketplaceOrder.objects.filter(project_id=marketplace.project_id, shop_order=made.shop_order)
        refs = list(linked.exclude(shop_order="").values_list("ref", flat=True)) or made.order_refs
        found.append(Pending(row.pk, made, tuple(dict.fromkeys(refs)), _units(row, made), row.seen_at))
        if len(found) == MOST:
            break
    return found


def answered(key: int, marketplace: Connection, ref: str | None, at: datetime) -> Known | None:
    """Notes by which number a marketplace knows the order; None: by none. What all of them say of it by now; None: none
    of them knows it, and there is nothing to report."""
    with transaction.atomic():
        row = ShopReport.objects.select_for_update().get(pk=key)
        row.asked = {**row.asked, str(marketplace.pk): ref}
        others = [one for one in marketplaces(marketplace.project_id) if str(one.pk) not in row.asked]
        known = [said for said in row.asked.values() if said is not None]
        if not known and not others and row.state == State.WAITING:
            row.state = State.ELSEWHERE
        row.save(update_fields=["asked", "state"])
        if known and not others and ref is None:
            _hint([int(asked) for asked, said in row.asked.items() if said is not None], at)
    return Known(bool(others), len(known)) if known else None


def intends(key: int, units: Sequence[CameBack]) -> None:
    """Notes what is about to be reported."""
    plain = [[one.order_line_ref, one.quantity, one.reason] for one in units]
    ShopReport.objects.filter(pk=key).update(units=plain)


def key_of(key: int, order_line_ref: str) -> str:
    """The hub's key for what is reported of one line."""
    return f"shop-report-{key}:{order_line_ref}"


def prepare(key: int, why: str, marketplace: Connection | None = None, order_ref: str = "") -> None:
    """A person must complete it."""
    waits = ShopReport.objects.filter(pk=key, state=State.WAITING)
    waits.update(state=State.PREPARED, why=why, marketplace=marketplace, order_ref=order_ref)


def dismiss(key: int, actor: str) -> bool:
    """A person says that there is nothing to report. False: it is not waiting for a person."""
    prepared = ShopReport.objects.filter(pk=key, state=State.PREPARED)
    return bool(prepared.update(state=State.DISMISSED, actor=actor))


def reported(key: int, declaration: Declaration, actor: str) -> None:
    """It is reported. Call inside the transaction that does it."""
    ShopReport.objects.filter(pk=key).update(state=State.REPORTED, declaration=declaration, actor=actor, why="")


def seen_by(user: User) -> QuerySet[ShopReport]:
    """The reports that a person may see, oldest first."""
    rows = ShopReport.objects.select_related("shop__project__company", "marketplace").order_by("pk")
    return rows if user.is_superuser else rows.filter(shop__project__company__users=user)


def prepared_for(user: User) -> QuerySet[ShopReport]:
    """What waits for this person."""
    return seen_by(user).filter(state=State.PREPARED, shop__removed=False)


def made_there(row: ShopReport) -> OwnReturn:
    """What the shop shows of it."""
    return _from_plain(unseal(row.sealed))


def _is_next(row: ShopReport, marketplace: Connection) -> bool:
    """Whether this one knows the order, and all others have answered meanwhile."""
    if row.asked[str(marketplace.pk)] is None:
        return False
    return all(str(one.pk) in row.asked for one in marketplaces(marketplace.project_id))


def _units(row: ShopReport, made: OwnReturn) -> tuple[CameBack, ...] | None:
    if row.units is None:
        return None
    words = next((one.reason_text for one in made.units if one.reason_text), None)
    return tuple(
        CameBack(line, quantity, Reason(reason) if reason else None, words, key_of(row.pk, line))
        for line, quantity, reason in row.units
    )


def _hint(connections: Collection[int], at: datetime) -> None:
    """These have something to do now."""
    found = Connection.objects.filter(pk__in=connections)
    found.filter(Q(next_at__isnull=True) | Q(next_at__gt=at)).update(next_at=at)


def _of(shop: Connection) -> QuerySet[ShopReport]:
    return ShopReport.objects.filter(shop=shop)


def _ours(shop: Connection, refs: Collection[str]) -> set[str | None]:
    lines = Line.objects.filter(of__connection__project_id=shop.project_id, shop_ref__in=list(refs))
    return set(lines.values_list("shop_ref", flat=True))


def _reports(connection: Connection) -> bool:
    try:
        return Starts.SELLER in capabilities_of(connection, None).marketplace.starts
    except (UnknownConnector, CannotOpen, ValueError):
        return False


def _to_plain(made: OwnReturn) -> dict[str, Any]:
    return asdict(made)


def _from_plain(plain: dict[str, Any]) -> OwnReturn:
    says = plain["says"]
    resolution = says["resolution"]
    return OwnReturn(
        says=ShopSays(**{**says, "resolution": Resolution(resolution) if resolution else None}),
        shop_order=plain["shop_order"],
        order_refs=tuple(plain["order_refs"]),
        units=tuple(
            ReturnedUnits(**{**one, "reason": Reason(one["reason"]) if one["reason"] else None})
            for one in plain["units"]
        ),
    )
