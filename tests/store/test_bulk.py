"""Raw writing: whatever is written, plain reading gives back, for every column of every model."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction

from retour.store import bulk
from retour.store.models import Company, Line

pytestmark = pytest.mark.django_db
MODELS = list(apps.get_app_config("store").get_models())
AMSTERDAM_IN_SUMMER = timezone(timedelta(hours=2))
TEXT = "Ünïcode 🙂 'quoted' \"twice\" %s %% \\ ; -- \n\t end"

Row = models.Model
Filled = Callable[["models.Field[Any, Any]", int], Any]


def full(field: "models.Field[Any, Any]", number: int) -> Any:
    """A value that is hard to keep, another one for each number."""
    if isinstance(field, models.CharField):
        return f"{number}{TEXT}"[: field.max_length]
    if isinstance(field, models.TextField):
        return TEXT * 20 + str(number)
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.DateTimeField):
        return datetime(2026, 7, 1, 0, 30, 59, 999_999 - number, tzinfo=AMSTERDAM_IN_SUMMER)
    if isinstance(field, models.DateField):
        return date(2026, 2, 28) + timedelta(days=number)
    if isinstance(field, models.DecimalField):
        return Decimal("1234567890.0001") + number
    if isinstance(field, models.JSONField):
        return {"text": TEXT, "none": None, "list": [1, 2.5, True, {"deep": []}], "number": number}
    assert isinstance(field, models.IntegerField), field
    return 2_147_000_000 + number


def empty(field: "models.Field[Any, Any]", number: int) -> Any:
    """Nothing, wherever nothing is allowed; times without a fraction."""
    if field.null:
        return None
    if isinstance(field, models.DateTimeField):
        return datetime(2026, 1, 1, 12, number % 60, tzinfo=UTC)
    if isinstance(field, models.JSONField):
        return []
    if isinstance(field, models.BooleanField):
        return False
    return str(number)[: getattr(field, "max_length", None)] if _is_text(field) else 0


def _is_text(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, models.CharField | models.TextField)


def rows_of_all(value: Filled, start: int) -> Iterator[list[Row]]:
    """Two rows of every model, in an order in which each finds those that it belongs to."""
    made: dict[type[Row], list[Row]] = {}
    for model in MODELS:
        made[model] = []
        for number in (start, start + 1):
            row = model(pk=number)
            for field in _columns(model):
                if isinstance(field, models.ForeignKey):
                    of = None if field.null and value is empty else made[field.related_model][number - start].pk
                    setattr(row, field.attname, of)
                else:
                    setattr(row, field.attname, value(field, number))
            made[model].append(row)
        yield made[model]


def _columns(model: type[Row]) -> "list[models.Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def values(row: Row) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in _columns(type(row))}


def stored(rows: list[Row]) -> list[dict[str, Any]]:
    model = type(rows[0])
    found = model._default_manager.in_bulk([row.pk for row in rows])
    return [values(found[row.pk]) for row in rows]


@pytest.mark.parametrize("value", [full, empty])
def test_every_column_of_every_model_is_read_as_it_was_inserted(value: Filled) -> None:
    for rows in rows_of_all(value, 7000):
        bulk.insert(rows, with_ids=True)
        assert stored(rows) == [values(row) for row in rows]


@pytest.mark.parametrize(("before", "after"), [(full, empty), (empty, full)])
def test_every_column_of_every_model_is_read_as_it_was_updated(before: Filled, after: Filled) -> None:
    for rows, changed in zip(rows_of_all(before, 7000), rows_of_all(after, 7000), strict=True):
        bulk.insert(rows, with_ids=True)
        bulk.update(changed, [field.name for field in _columns(type(rows[0]))])
        assert stored(changed) == [values(row) for row in changed]


def test_raw_rows_are_found_by_the_queries_of_the_orm() -> None:
    """A time, a number or a nothing in another notation would be read alike and found by no condition."""
    for rows in rows_of_all(empty, 7000):
        bulk.insert(rows, with_ids=True)
    for rows in rows_of_all(full, 7100):
        bulk.insert(rows, with_ids=True)
    for model in MODELS:
        row = model._default_manager.get(pk=7100)
        blank = model._default_manager.get(pk=7000)
        for field in _columns(model):
            found = model._default_manager.filter(**{field.attname: getattr(row, field.attname)})
            assert row in found, field
            if isinstance(field, models.DateTimeField):
                assert not found.filter(pk=7101).exists(), field
            if field.null:
                assert blank in model._default_manager.filter(**{f"{field.name}__isnull": True}), field


def test_only_the_named_columns_change() -> None:
    for rows in rows_of_all(full, 7000):
        bulk.insert(rows, with_ids=True)
        if isinstance(rows[0], Line):
            before = stored(rows)
            line = Line(pk=rows[0].pk, comment="new")
            bulk.update([line], ["comment"])
            assert stored(rows) == [before[0] | {"comment": "new"}, before[1]]


def test_without_rows_nothing_is_written() -> None:
    bulk.insert([])
    bulk.update([], ["name"])


def test_allocated_ids_are_distinct_and_never_given_again() -> None:
    taken: list[int] = []
    for _ in range(3):
        with transaction.atomic():
            ids = bulk.allocate(Company, 4)
            bulk.insert([Company(pk=pk, slug=f"c{pk}", name="c") for pk in ids], with_ids=True)
        taken += ids
        Company.objects.filter(pk=max(ids)).delete()  # the newest: a plain maximum would give its id again
        taken.append(Company.objects.create(slug=f"plain {max(ids)}", name="c").pk)
    assert len(set(taken)) == 15


def test_after_all_rows_are_gone_ids_still_go_on() -> None:
    first = bulk.allocate(Company, 3)
    bulk.insert([Company(pk=pk, slug=f"c{pk}", name="c") for pk in first], with_ids=True)
    Company.objects.all().delete()
    assert min(bulk.allocate(Company, 3)) > max(first)


def test_no_ids_are_asked_for_nothing() -> None:
    assert bulk.allocate(Company, 0) == []
