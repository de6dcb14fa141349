"""Rows as the engine holds them: plain values in Django's columns. Making an instance of a model for each row, and
Django's statements anew for each batch, cost more than all the rest of a pass."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db import connection, models

from retour.store import sql
from retour.store.models import Effect, Line, MarketplaceOrder, Return

_NOT_READ = {"read": False}
"""Of the fields that stand last in their row: a value that is read becomes a row as it comes."""


@dataclass(slots=True, kw_only=True)
class Stored:
    """A row that may change. `stored` is how it was read, column by column; empty: it is new."""

    stored: tuple[Any, ...] = field(default=(), init=False, repr=False, compare=False, metadata=_NOT_READ)


@dataclass(slots=True)
class ReturnRow(Stored):
    """A row of `Return`. What is sealed is only ever written, never read."""

    pk: int
    connection_id: int
    ref: str
    handler: str
    opened_at: datetime
    created_at: datetime
    changed_at: datetime
    complete: bool = False
    stale: bool = False
    gone: bool = False
    digests: dict[str, str] = field(default_factory=dict)
    stage: str = ""
    why: str = ""
    why_params: dict[str, str] = field(default_factory=dict)
    deadline_at: datetime | None = None
    look_at: datetime | None = None
    customer: str = field(default="", repr=False, metadata=_NOT_READ)

    @property
    def public_id(self) -> str:
        return f"r-{self.pk}"


@dataclass(slots=True)
class LineRow(Stored):
    """A row of `Line`. `pk` 0: not inserted yet."""

    pk: int
    of_id: int
    ref: str
    order_ref: str
    order_line_ref: str | None
    sku: str | None
    gtin: str | None
    title: str | None
    quantity: int
    unit_price: Decimal | None
    currency: str | None
    reason: str | None
    reason_text: str | None
    comment: str | None
    tracking: str | None
    carrier: str | None
    received_at: datetime | None
    answer_by: datetime | None
    awaits: bool
    handlings: list[dict[str, Any]]
    seen_at: datetime
    shop: dict[str, Any] | None
    shop_ref: str | None
    polls: bool
    decisions: list[dict[str, Any]]


@dataclass(slots=True)
class EffectRow(Stored):
    """A row of `Effect`. `pk` 0: not inserted yet."""

    pk: int
    key: str
    of_id: int
    connection_id: int
    kind: str
    state: str
    line_ref: str
    quantity: int
    resolution: str | None
    decision: int | None
    changes: str | None
    due_at: datetime | None
    created_at: datetime
    attempts: int = 0
    looks: int = 0
    sent_at: datetime | None = None
    before: int = 0
    asks: bool = False
    by_hand: bool = False
    receipt: str | None = None
    error: str | None = None
    code: str | None = None
    lease_owner: str = ""
    lease_until: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row of `Event`, only ever written."""

    of_id: int
    at: datetime
    kind: str
    params: dict[str, str]
    actor: str


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """A row of `Exchange`, only ever written."""

    connection_id: int
    of_id: int | None
    effect_key: str
    at: datetime
    method: str
    url: str = field(repr=False)
    status: int | None
    request_id: str | None
    sealed: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A row of `MarketplaceOrder`."""

    project_id: int
    ref: str
    sealed: str = field(repr=False)
    fetched_at: datetime | None
    shop_order: str = ""
    shop_order_id: str = ""
    products: list[list[str]] = field(default_factory=list)
    shop_lines: list[dict[str, Any]] = field(default_factory=list)
    chosen_lines: dict[str, str] = field(default_factory=dict)
    linked_by: str = ""
    searched_at: datetime | None = None
    searches: int = 0
    search_at: datetime | None = None
    offered_at: datetime | None = None
    offer_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """Whose return it is; `customer` is sealed."""

    pk: int
    connection_id: int
    ref: str
    opened_at: datetime
    customer: str = field(repr=False)


def returns(keys: Collection[int]) -> list[ReturnRow]:
    """These returns, held until the transaction ends."""
    return _read(Return, ReturnRow, f"WHERE id IN {sql.marks(keys)} ORDER BY id {sql.held()}", [*keys])


def returns_by_ref(connection_id: int, refs: Collection[str]) -> list[ReturnRow]:
    """A connection's returns with these refs, held until the transaction ends."""
    where = f"WHERE connection_id = %s AND ref IN {sql.marks(refs)} ORDER BY id {sql.held()}"
    return _read(Return, ReturnRow, where, [connection_id, *refs])


def lines(returns: Collection[int]) -> list[LineRow]:
    """The lines of these returns."""
    return _read(Line, LineRow, f"WHERE of_id IN {sql.marks(returns)} ORDER BY id", [*returns])


def effects(returns: Collection[int]) -> list[EffectRow]:
    """The effects of these returns, held until the transaction ends."""
    return _read(Effect, EffectRow, f"WHERE of_id IN {sql.marks(returns)} ORDER BY id {sql.held()}", [*returns])


def returns_of(effects: Collection[str]) -> set[int]:
    """The returns that these effects (by key) belong to."""
    found = sql.rows(f"SELECT of_id FROM store_effect WHERE key IN {sql.marks(effects)}", [*effects])  # noqa: S608
    return {of for (of,) in found}


def customers(keys: Collection[int]) -> dict[int, Customer]:
    """Whose returns these are."""
    found = _read(Return, Customer, f"WHERE id IN {sql.marks(keys)}", [*keys])
    return {customer.pk: customer for customer in found}


def connectors(connections: Collection[int]) -> dict[int, str]:
    """The connectors of these connections."""
    statement = f"SELECT id, connector FROM store_connection WHERE id IN {sql.marks(connections)}"  # noqa: S608
    return dict(sql.rows(statement, [*connections]))


def orders(project_id: int, refs: Collection[str]) -> dict[str, OrderRow]:
    """What is known of these orders of a project, by ref."""
    where = f"WHERE project_id = %s AND ref IN {sql.marks(refs)}"
    found = _read(MarketplaceOrder, OrderRow, where, [project_id, *refs])
    return {order.ref: order for order in found}


def any_due(connection_id: int, now: datetime) -> bool:
    """Whether a connection has anything to send."""
    statement = "SELECT 1 FROM store_effect WHERE connection_id = %s AND state = 'wanted' AND due_at <= %s LIMIT 1"
    return bool(sql.rows(statement, [connection_id, sql.time(now)]))


def due_effects(connection_id: int, now: datetime, limit: int) -> list[EffectRow]:
    """What a connection is to send, the longest due first, held until the transaction ends; what another transaction
    holds is left out."""
    where = f"""
        WHERE connection_id = %s AND state = 'wanted' AND due_at <= %s
        ORDER BY due_at, id LIMIT %s {sql.held(skip_locked=True)}
    """
    return _read(Effect, EffectRow, where, [connection_id, sql.time(now), limit])


R = TypeVar("R", ReturnRow, LineRow, EffectRow, OrderRow, Customer)


@dataclass(frozen=True, slots=True)
class _Shape(Generic[R]):
    """How a table is read into a kind of row: its columns, and the values that the driver gives in another form."""

    select: str
    row: type[R]
    converted: tuple[tuple[int, Callable[[Any], Any]], ...]


_shapes: dict[tuple[type, str], _Shape[Any]] = {}


def _shape(model: type[models.Model], row: type[R]) -> _Shape[R]:
    key = row, connection.vendor
    if key not in _shapes:
        _shapes[key] = _new_shape(model, row)
    return _shapes[key]


def _new_shape(model: type[models.Model], row: type[R]) -> _Shape[R]:
    names = columns(row)
    found = [model._meta.pk if name == "pk" else _column(model, name) for name in names]
    selected = ", ".join(sql.selected(column) for column in found)
    converters = [(place, sql.converter(column)) for place, column in enumerate(found)]
    return _Shape(
        f"SELECT {selected} FROM {connection.ops.quote_name(model._meta.db_table)}",  # noqa: S608
        row,
        tuple((place, convert) for place, convert in converters if convert),
    )


def columns(row: type) -> tuple[str, ...]:
    """The columns that a kind of row is read from, by the names of its fields."""
    return tuple(one.name for one in fields(row) if one.metadata.get("read", True))


def _column(model: type[models.Model], attname: str) -> "models.Field[Any, Any]":
    return next(column for column in model._meta.concrete_fields if column.attname == attname)


def _read(model: type[models.Model], row: type[R], where: str, parameters: Sequence[Any]) -> list[R]:
    shape = _shape(model, row)
    made = []
    for found in sql.rows(f"{shape.select} {where}", parameters):
        values = list(found)
        for place, convert in shape.converted:
            if values[place] is not None:
                values[place] = convert(values[place])
        one = row(*values)
        if isinstance(one, Stored):
            one.stored = tuple(values)
        made.append(one)
    return made
