"""Plain rows: what they read is what plain reading gives, and of a row only what changed is written."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from retour.store import bulk, rows
from retour.store.models import Effect, Line, MarketplaceOrder, Return
from tests.store.test_bulk import Filled, empty, full, rows_of_all

pytestmark = pytest.mark.django_db
KEYS = (7000, 7001)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def filled(value: Filled) -> dict[type[models.Model], list[models.Model]]:
    """Two rows of every model, in the database."""
    made = {}
    for two in rows_of_all(value, KEYS[0]):
        bulk.insert(two, with_ids=True)
        made[type(two[0])] = two
    return made


def values(row: Any) -> dict[str, Any]:
    return {one.name: getattr(row, one.name) for one in fields(row) if one.metadata.get("read", True)}


@pytest.mark.parametrize("value", [full, empty])
def test_every_column_is_read_as_plain_reading_gives_it(value: Filled) -> None:
    made = filled(value)
    project = MarketplaceOrder.objects.get(pk=KEYS[0]).project_id
    read: dict[type[models.Model], list[Any]] = {
        Return: [*rows.returns(KEYS), *rows.customers(KEYS).values()],
        Line: list(rows.lines(KEYS)),
        Effect: list(rows.effects(KEYS)),
        MarketplaceOrder: list(rows.orders(project, [row.ref for row in MarketplaceOrder.objects.all()]).values()),
    }
    for model, found in read.items():
        assert found
        for row in found:
            same = made[model][0] if model is MarketplaceOrder else model._default_manager.get(pk=row.pk)
            plain = {name: getattr(same, name) for name in values(row)}
            assert values(row) == plain
            assert {name: type(one) for name, one in values(row).items()} == {n: type(v) for n, v in plain.items()}


def test_what_did_not_change_is_not_written() -> None:
    filled(full)
    with CaptureQueriesContext(connection) as queries:
        bulk.rewrite(rows.effects(KEYS), of=Effect)
        bulk.rewrite(rows.lines(KEYS), of=Line)
    assert [query["sql"][:6] for query in queries] == ["SELECT", "SELECT"]


def test_of_a_row_the_changed_columns_are_written() -> None:
    filled(full)
    Effect.objects.filter(pk=KEYS[0]).update(state="sending")
    changed, other = rows.effects(KEYS)
    before = list(Effect.objects.order_by("pk").values())
    Effect.objects.filter(pk=KEYS[0]).update(error="noted meanwhile")
    changed.state, changed.due_at = "pending", NOON
    bulk.rewrite([changed, other], of=Effect)
    after = list(Effect.objects.order_by("pk").values())
    assert after[0] == before[0] | {"state": "pending", "due_at": NOON, "error": "noted meanwhile"}
    assert after[1] == before[1]


def test_rows_that_changed_in_different_columns_are_both_written() -> None:
    filled(full)
    first, second = rows.effects(KEYS)
    first.state, second.error = "pending", "broken"
    bulk.rewrite([first, second], of=Effect)
    assert (Effect.objects.get(pk=KEYS[0]).state, Effect.objects.get(pk=KEYS[1]).error) == ("pending", "broken")


def test_an_order_that_is_there_takes_over_only_what_is_named() -> None:
    filled(full)
    there = MarketplaceOrder.objects.get(pk=KEYS[0])
    put = [rows.OrderRow(there.project_id, there.ref, "fresh", NOON), rows.OrderRow(there.project_id, "new", "", None)]
    for _ in range(2):
        bulk.put(put, into=MarketplaceOrder, key=["project", "ref"], changes=["sealed", "fetched_at"])
    after = MarketplaceOrder.objects.get(pk=KEYS[0])
    assert (after.sealed, after.fetched_at, after.shop_order) == ("fresh", NOON, there.shop_order)
    assert MarketplaceOrder.objects.filter(ref="new").count() == 1


def test_asking_for_nothing_finds_nothing() -> None:
    filled(full)
    assert [*rows.returns([]), *rows.lines([]), *rows.effects([]), *rows.customers([])] == []
