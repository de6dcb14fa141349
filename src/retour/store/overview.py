"""What the returns desk reads of many returns: who sees what, filters, search, counts and pages. Only reads, and each
answer takes a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db.models import Count, Q, QuerySet

from retour.core.model import EffectState, Stage
from retour.store import sql
from retour.store.models import Connection, Effect, Line, MarketplaceOrder, Return, UnreadableRow, User
from retour.store.search import search

PAGE = 50
UNFINISHED = (Stage.ATTENTION, Stage.SENDING, Stage.OPEN, Stage.NEW)


def seen_by(user: User) -> QuerySet[Connection]:
    """The connections that a person may see: those of their companies; a superuser sees all."""
    every = Connection.objects.select_related("project__company").order_by(
        "project__company__name", "project__name", "-role", "slug", "pk"
    )
    return every if user.is_superuser else every.filter(project__company__users=user)


def return_seen_by(user: User, return_id: int) -> Return | None:
    """A return, if this person may see it."""
    found = Return.objects.select_related("connection__project__company").filter(pk=return_id)
    if not user.is_superuser:
        found = found.filter(connection__project__company__users=user)
    return found.first()


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the returns is wanted. `connections` None: no limit, which only a superuser may have."""

    connections: frozenset[int] | None
    stages: tuple[Stage, ...] = ()
    """Empty: all."""
    since: datetime | None = None
    before: datetime | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A return as the overview lists it."""

    of: Return
    lines: tuple[Line, ...]
    shop_orders: Mapping[str, str]
    """The shop's order number by the marketplace's."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of returns, newest first."""

    rows: tuple[Row, ...]
    counts: Mapping[Stage, int]
    """How many of each stage the other filters let through."""
    total: int
    page: int
    pages: int
    more: bool = False
    """More was found than is listed."""


def listing(filters: Filters, page: int = 1, size: int = PAGE) -> Listing:
    """The wanted page; the last one where there are not so many."""
    found = search(filters.search, filters.connections) if filters.search else None
    wanted = _narrowed(filters, found.returns if found else None)
    counts = _counts(wanted)
    total = sum(number for stage, number in counts.items() if stage in (filters.stages or tuple(Stage)))
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    if filters.stages:
        wanted = wanted.filter(stage__in=filters.stages)
    keys = _page(wanted, (page - 1) * size, size, total)
    rows = tuple(row for row in _rows(keys) if _may_show(row, filters))
    return Listing(rows, counts, total, page, pages, found is not None and found.more)


def _may_show(row: Row, filters: Filters) -> bool:
    """Holds whatever was asked of the database, also when a connection appears between two queries."""
    return filters.connections is None or row.of.connection_id in filters.connections


def _rows(keys: Sequence[int]) -> Iterable[Row]:
    found = Return.objects.defer("customer", "digests").in_bulk(keys)
    named = {row.connection_id for row in found.values()}
    connections = Connection.objects.select_related("project__company").in_bulk(named)
    lines: dict[int, list[Line]] = {key: [] for key in keys}
    for line in Line.objects.filter(of__in=keys).order_by("pk"):
        lines[line.of_id].append(line)
    returns = [found[key] for key in keys if key in found]
    for row in returns:
        row.connection = connections[row.connection_id]
    orders = shop_orders(chain.from_iterable(lines.values()), {row.connection.project_id for row in returns})
    for row in returns:
        refs = {line.order_ref for line in lines[row.pk]}
        numbers = {ref: number for ref in refs if (number := orders.get((row.connection.project_id, ref)))}
        yield Row(row, tuple(lines[row.pk]), numbers)


def shop_orders(lines: Iterable[Line], projects: Iterable[int]) -> dict[tuple[int, str], str]:
    """The shop's order numbers, by project and the marketplace's order."""
    known = MarketplaceOrder.objects.filter(project__in=projects, ref__in={line.order_ref for line in lines})
    rows = known.exclude(shop_order="").values_list("project_id", "ref", "shop_order")
    return {(project, ref): number for project, ref, number in rows}


def _narrowed(filters: Filters, found: Iterable[int] | None) -> QuerySet[Return]:
    wanted = Return.objects.all()
    if filters.connections is not None and not _are_all(filters.connections):
        wanted = wanted.filter(connection__in=sorted(filters.connections))
    if filters.since:
        wanted = wanted.filter(opened_at__gte=filters.since)
    if filters.before:
        wanted = wanted.filter(opened_at__lt=filters.before)
    return wanted if found is None else wanted.filter(pk__in=found)


def _counts(wanted: QuerySet[Return]) -> dict[Stage, int]:
    """How many of each stage. Counted for each connection: so they lie in the index, one beside the other."""
    if not wanted.query.has_filters():
        return _counts_of_all()
    counts: dict[Stage, int] = {}
    grouped = wanted.order_by().values_list("connection", "stage").annotate(number=Count("*"))
    for _connection, stage, number in grouped:
        counts[Stage(stage)] = counts.get(Stage(stage), 0) + number
    return counts


def _counts_of_all() -> dict[Stage, int]:
    """The same without a filter. A database knows how many rows there are without looking at each: the closed ones,
    which are nearly all, are what remains."""
    found = sql.rows(
        f"SELECT stage, count(*) FROM store_return WHERE stage IN {sql.marks(UNFINISHED)} GROUP BY stage "  # noqa: S608
        "UNION ALL SELECT NULL, count(*) FROM store_return",
        UNFINISHED,
    )
    counts = {Stage(stage): number for stage, number in found if stage is not None}
    total = sum(number for stage, number in found if stage is None)
    return {**counts, Stage.CLOSED: total - sum(counts.values())}


def _are_all(connections: frozenset[int]) -> bool:
    """A condition that excludes nothing would cost the index that holds the order of the list."""
    marketplaces = Connection.objects.filter(role=Connection.Role.MARKETPLACE)
    return not marketplaces.exclude(pk__in=sorted(connections)).exists()


def _page(wanted: QuerySet[Return], start: int, size: int, total: int) -> list[int]:
    """The keys of a page, newest first; a page near the end is counted from there."""
    stop = min(start + size, total)
    if start <= total // 2:
        return list(wanted.order_by("-opened_at", "-pk").values_list("pk", flat=True)[start:stop])
    oldest = wanted.order_by("opened_at", "pk").values_list("pk", flat=True)[total - stop : total - start]
    return list(oldest)[::-1]


@dataclass(frozen=True, slots=True)
class Work:
    """What a connection has before it."""

    unfinished: int = 0
    """Returns that are not closed (a shop has none of its own)."""
    wanted: int = 0
    unknown: int = 0
    asks: int = 0
    unreadable: int = 0


def work(connections: Sequence[int]) -> dict[int, Work]:
    """What each of these connections has before it."""
    returns = Return.objects.filter(connection__in=connections, stage__in=UNFINISHED).order_by()
    unfinished = dict(returns.values_list("connection").annotate(number=Count("pk")))
    rows = UnreadableRow.objects.filter(connection__in=connections).order_by()
    unreadable = dict(rows.values_list("connection").annotate(number=Count("pk")))
    states = (EffectState.WANTED, EffectState.SENDING, EffectState.UNKNOWN, EffectState.PENDING)
    effects = Effect.objects.filter(connection__in=connections, state__in=states).order_by()
    sums = effects.values_list("connection").annotate(
        wanted=Count("pk", filter=Q(state=EffectState.WANTED)),
        unknown=Count("pk", filter=Q(state=EffectState.UNKNOWN)),
        asked=Count("pk", filter=Q(state=EffectState.UNKNOWN, asks=True)),
    )
    sent = {connection: (wanted, unknown, asks) for connection, wanted, unknown, asks in sums}
    return {
        key: Work(unfinished.get(key, 0), *sent.get(key, (0, 0, 0)), unreadable=unreadable.get(key, 0))
        for key in connections
    }
