"""What the returns desk reads of many returns: who sees what, filters, search, counts and pages. Only reads, and each
answer takes a fixed number of queries."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db import connection as database
from django.db.models import Count, Q, QuerySet

from retour.core.model import EffectState, Stage
from retour.store.models import Connection, Effect, Line, MarketplaceOrder, Return, UnreadableRow, User

PAGE = 50
SHORTEST_TITLE_SEARCH = 3
UNFINISHED = (Stage.ATTENTION, Stage.SENDING, Stage.OPEN, Stage.NEW)
_LAST_LETTER = "\U0010ffff"
_PUBLIC_ID = re.compile(r"(?:r-)?(\d{1,18})", re.IGNORECASE)


def seen_by(user: User) -> QuerySet[Connection]:
    """The connections that a person may see: those of their companies; a superuser sees all."""
    every = Connection.objects.select_related("project__company").order_by(
        "project__company__name", "project__name", "role", "slug", "pk"
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


def listing(filters: Filters, page: int = 1, size: int = PAGE) -> Listing:
    """The wanted page; the last one where there are not so many."""
    wanted = _narrowed(filters)
    counted = wanted.order_by().values_list("stage").annotate(number=Count("pk"))
    counts = {Stage(stage): number for stage, number in counted}
    total = sum(number for stage, number in counts.items() if stage in (filters.stages or tuple(Stage)))
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    if filters.stages:
        wanted = wanted.filter(stage__in=filters.stages)
    start = (page - 1) * size
    keys = list(wanted.order_by("-opened_at", "-pk").values_list("pk", flat=True)[start : start + size])
    return Listing(tuple(_rows(keys)), counts, total, page, pages)


def _rows(keys: Sequence[int]) -> Iterable[Row]:
    found = (
        Return.objects.filter(pk__in=keys)
        .select_related("connection__project__company")
        .prefetch_related("lines")
        .defer("customer", "digests")
        .in_bulk()
    )
    returns = [found[key] for key in keys if key in found]
    lines = {row.pk: tuple(sorted(row.lines.all(), key=lambda line: line.pk)) for row in returns}
    orders = shop_orders(chain.from_iterable(lines.values()), {row.connection.project_id for row in returns})
    for row in returns:
        refs = {line.order_ref for line in lines[row.pk]}
        numbers = {ref: number for ref in refs if (number := orders.get((row.connection.project_id, ref)))}
        yield Row(row, lines[row.pk], numbers)


def shop_orders(lines: Iterable[Line], projects: Iterable[int]) -> dict[tuple[int, str], str]:
    """The shop's order numbers, by project and the marketplace's order."""
    known = MarketplaceOrder.objects.filter(project__in=projects, ref__in={line.order_ref for line in lines})
    rows = known.exclude(shop_order="").values_list("project_id", "ref", "shop_order")
    return {(project, ref): number for project, ref, number in rows}


def _narrowed(filters: Filters) -> QuerySet[Return]:
    wanted = Return.objects.all()
    if filters.connections is not None:
        wanted = wanted.filter(connection__in=sorted(filters.connections))
    if filters.since:
        wanted = wanted.filter(opened_at__gte=filters.since)
    if filters.before:
        wanted = wanted.filter(opened_at__lt=filters.before)
    if filters.search:
        wanted = wanted.filter(pk__in=_matching(filters.search, filters.connections))
    return wanted


def _matching(text: str, connections: frozenset[int] | None) -> QuerySet[Return]:
    """The keys of returns with this number, or a number or title that begins like this. What holds the text inside
    its title comes along from a few letters on."""
    marketplaces = Connection.objects.filter(role=Connection.Role.MARKETPLACE).values("pk")
    by_ref = Return.objects.filter(
        _begins("ref", text), connection__in=marketplaces if connections is None else sorted(connections)
    )
    orders = MarketplaceOrder.objects.filter(_begins("shop_order", text)).values("ref")
    lines = [
        Line.objects.filter(_begins("order_ref", text)),
        Line.objects.filter(_begins("sku", text)),
        Line.objects.filter(_begins("gtin", text)),
        Line.objects.filter(_begins("shop_ref", text)),
        Line.objects.filter(order_ref__in=orders),
    ]
    if len(text) >= SHORTEST_TITLE_SEARCH:
        lines.append(Line.objects.filter(title__icontains=text))
    public_id = _PUBLIC_ID.fullmatch(text)
    by_id = Return.objects.filter(pk=int(public_id[1]) if public_id else None)
    return by_ref.values("pk").union(by_id.values("pk"), *(found.values("of") for found in lines))


def _begins(column: str, text: str) -> Q:
    """Begins with the text as typed, in capitals or in small letters, in a form that the database's index answers."""
    found = Q()
    for spelling in {text, text.upper(), text.lower()}:
        if database.vendor == "sqlite":
            found |= Q(**{f"{column}__gte": spelling, f"{column}__lt": spelling + _LAST_LETTER})
        else:
            found |= Q(**{f"{column}__startswith": spelling})
    return found


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
    returns = Return.objects.filter(connection__in=connections, stage__in=UNFINISHED)
    unfinished = dict(returns.order_by().values_list("connection").annotate(number=Count("pk")))
    states = (EffectState.WANTED, EffectState.SENDING, EffectState.UNKNOWN, EffectState.PENDING)
    effects = Effect.objects.filter(connection__in=connections, state__in=states).order_by()
    sums = {
        row["connection"]: row
        for row in effects.values("connection").annotate(
            wanted=Count("pk", filter=Q(state=EffectState.WANTED)),
            unknown=Count("pk", filter=Q(state=EffectState.UNKNOWN)),
            asks=Count("pk", filter=Q(state=EffectState.UNKNOWN, asks=True)),
        )
    }
    rows = UnreadableRow.objects.filter(connection__in=connections).order_by()
    unreadable = dict(rows.values_list("connection").annotate(number=Count("pk")))
    none = {"wanted": 0, "unknown": 0, "asks": 0}
    return {
        key: Work(
            unfinished.get(key, 0),
            *((sums.get(key) or none)[name] for name in ("wanted", "unknown", "asks")),
            unreadable.get(key, 0),
        )
        for key in connections
    }
