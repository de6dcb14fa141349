"""Returns as JSON: the shape that programs rely on."""

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from retour.core.model import EffectState, Resolution, Source
from retour.store.claim import claim_settles
from retour.store.desk import Choice, decide
from retour.store.links import link_orders
from retour.store.models import Project, Return
from retour.store.results import Result, record_results
from retour.store.shapes import shape_with_timeline, shapes
from tests.cli.conftest import SEEN, make_in_shop, marketplace, seen, take_in

pytestmark = pytest.mark.usefixtures("project")


def test_the_shape_of_a_return_that_was_decided_in_part() -> None:
    (row,) = take_in(seen())
    link_orders(Project.objects.get(), {"C000TEST01": "000000012"}, by="import")
    make_in_shop()
    decide(row.pk, [Choice("70000011", Resolution.ACCEPT, 1)], Source.DESK, SEEN, "anna")
    (settle,) = claim_settles(marketplace(), "a worker", datetime.now(UTC), 10)
    record_results(marketplace(), [Result(settle.key, EffectState.DONE)], [], SEEN)
    (shape,) = shapes(Return.objects.all())
    name = row.public_id
    assert shape == {
        "id": name,
        "company": "acme",
        "project": "webshop",
        "connection": "bol-nl",
        "connector": "bol",
        "ref": "41000001",
        "stage": "open",
        "why": {"key": "waits_for_merchant", "text": "Waiting for the merchant's decision"},
        "handler": "merchant",
        "opened_at": "2026-03-02T09:15:30Z",
        "next_deadline": None,
        "lines": [
            {
                "ref": "70000011",
                "order_ref": "C000TEST01",
                "shop_order": "000000012",
                "sku": "MUG-BLUE",
                "gtin": "0000000000017",
                "title": "Mug, blue",
                "quantity": 2,
                "left": 1,
                "reason": "wrong_size_fit",
                "reason_text": "Te klein",
                "shop_return": "57",
                "decisions": [{"resolution": "accept", "quantity": 1, "source": "desk", "told": "confirmed"}],
            }
        ],
        "effects": [
            {"kind": "create", "key": f"{name}:70000011:create", "state": "done", "attempts": 1, "error": None},
            {"kind": "settle", "key": f"{name}:70000011:settle:1", "state": "done", "attempts": 1, "error": None},
        ],
    }


def test_the_timeline_comes_with_one_return() -> None:
    take_in(seen())
    (shape,) = shape_with_timeline(Return.objects.all())
    assert shape["timeline"][0] == {
        "at": "2026-03-02T10:00:00Z",
        "kind": "seen",
        "text": "Seen on bol-nl",
        "actor": "",
    }


def test_the_order_is_the_query_s_and_batches_do_not_show() -> None:
    take_in(*(seen(str(41_000_000 + number)) for number in range(1, 8)))
    wanted = Return.objects.order_by("-ref")
    refs = [shape["ref"] for shape in shapes(wanted, batch=3)]
    assert refs == [str(41_000_000 + number) for number in range(7, 0, -1)]
    assert [shape["ref"] for shape in shapes(wanted[:2])] == refs[:2]


@pytest.mark.parametrize("count", [1, 40])
def test_any_number_of_returns_takes_the_same_queries(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    take_in(*(seen(str(41_000_000 + number), lines=2) for number in range(1, count + 1)))
    with django_assert_num_queries(6):
        assert len(list(shapes(Return.objects.all()))) == count
