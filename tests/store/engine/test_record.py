"""What marketplaces and shops show becomes facts, once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from retour.connectors.contract import Page, ShopOrder, ShopPage, Unreadable
from retour.core.model import (
    EffectState,
    Handler,
    Handling,
    Money,
    Order,
    OrderLine,
    Party,
    Resolution,
    Seen,
    ShopSays,
)
from retour.store import doubts, orders, record
from retour.store.desk import Choice
from retour.store.models import Connection, Effect, Event, Line, Project, Return, UnreadableRow
from retour.store.results import Result
from tests.store.engine.hub import LANE, MORNING, Hub, accepted, line, seen


def test_a_new_return_is_kept_and_waits_for_its_details(hub: Hub) -> None:
    assert hub.lists(seen()).new == 1
    row = hub.row()
    assert (row.stage, row.why) == ("new", "details")
    assert record.due_looks(hub.bol, hub.now, 10) == ["41000001"]
    assert hub.timeline(row) == ["seen"]
    assert hub.states(row, "create") == []


def test_a_page_that_brings_nothing_new_costs_one_query(hub: Hub) -> None:
    page = Page(LANE, tuple(seen(str(number), line(str(number))) for number in range(50)))
    record.record_page(hub.bol, page, hub.now)
    before = list(Return.objects.values_list("changed_at", flat=True))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert record.record_page(hub.bol, page, hub.later(minutes=5)).nothing
    assert len(queries) == 1
    assert list(Return.objects.values_list("changed_at", flat=True)) == before


def test_a_new_page_costs_as_many_queries_for_fifty_as_for_five(hub: Hub) -> None:
    def cost(start: int, count: int) -> int:
        page = Page(LANE, tuple(seen(str(number), line(str(number))) for number in range(start, start + count)))
        with CaptureQueriesContext(connection) as queries:
            record.record_page(hub.bol, page, hub.later(minutes=1))
        return len(queries)

    assert cost(0, 5) == cost(100, 50)


def test_the_same_return_twice_on_a_page_is_one(hub: Hub) -> None:
    assert hub.lists(seen(), seen()).new == 1
    assert Return.objects.count() == 1
    assert Line.objects.count() == 1


def test_rows_of_a_partial_list_add_up(hub: Hub) -> None:
    """One return in two lists, each showing one of its lines."""
    hub.lists(seen("1", line("11")))
    hub.lists(seen("1", line("12", awaits=False, handlings=(accepted(),))), lane="fbr-handled")
    assert sorted(Line.objects.values_list("ref", "awaits")) == [("11", True), ("12", False)]
    for _ in range(2):
        hub.lists(seen("1", line("11")))
        hub.lists(seen("1", line("12", awaits=False, handlings=(accepted(),))), lane="fbr-handled")
    assert hub.lists(seen("1", line("11"))).nothing
    assert hub.lists(seen("1", line("12", awaits=False, handlings=(accepted(),))), lane="fbr-handled").nothing


def test_a_line_that_comes_back_into_a_list_is_news(hub: Hub) -> None:
    open_row, handled = seen("1", line("11")), seen("1", line("11", awaits=False, handlings=(accepted(),)))
    hub.lists(open_row)
    hub.lists(handled, lane="fbr-handled")
    assert not Line.objects.get().awaits
    assert not hub.lists(open_row).nothing
    assert Line.objects.get().awaits


def test_a_look_gives_the_customer_and_the_request_for_the_shop(hub: Hub) -> None:
    row = hub.knows(line(quantity=2))
    [create] = hub.claims_creates()
    assert create.request.quantity == 2
    assert create.request.status == "new"
    assert create.request.customer is not None
    assert create.request.customer.city == "Utrecht"
    assert row.look_at is None
    assert hub.timeline(row) == ["seen", "details"]


def test_orders_tell_what_the_return_does_not(hub: Hub) -> None:
    found = Order(
        "C000TEST01",
        lines=(OrderLine("2000000001", 1, sku="MUG-BLUE", gtin="0000000000017", unit_price=Money(12, "EUR")),),  # type: ignore[arg-type]
        billing=Party(company="Example BV", vat_number="NL000000000B00"),
    )
    hub.lists(seen())
    assert record.unfetched_orders(hub.bol, {"C000TEST01", "C000TEST02"}) == {"C000TEST01", "C000TEST02"}
    record.record_orders(hub.bol, {"C000TEST01": found, "C000TEST02": None}, hub.now)
    assert record.unfetched_orders(hub.bol, {"C000TEST01", "C000TEST02"}) == set()
    hub.looks(seen())
    [wanted] = orders.to_find(hub.shop, hub.later(seconds=1), 10)
    assert wanted.lines[0].sku == "MUG-BLUE"
    orders.record_found(hub.shop, "C000TEST01", ShopOrder("000000012", "12", (("MUG-BLUE", "77"),)), hub.now)
    assert orders.to_find(hub.shop, hub.later(days=1), 10) == []
    [create] = hub.claims_creates()
    assert create.request.sku == "MUG-BLUE"
    assert create.request.shop_order == "000000012"
    assert create.request.shop_product == "77"
    assert create.request.billing is not None
    assert create.request.billing.company == "Example BV"
    assert create.request.unit_price == Money(12, "EUR")  # type: ignore[arg-type]


def test_an_order_that_was_not_found_is_searched_again_after_an_hour(hub: Hub) -> None:
    hub.knows()
    assert [order.ref for order in orders.to_find(hub.shop, hub.later(seconds=1), 10)] == ["C000TEST01"]
    orders.record_found(hub.shop, "C000TEST01", None, hub.now)
    assert orders.to_find(hub.shop, hub.later(minutes=59), 10) == []
    assert len(orders.to_find(hub.shop, hub.later(minutes=2), 10)) == 1


def test_an_incomplete_look_is_not_repeated_at_once(hub: Hub) -> None:
    hub.lists(seen())
    record.record_looks(hub.bol, [record.Looked("41000001", seen(), hub.later(seconds=1))])
    assert record.due_looks(hub.bol, hub.now, 10) == []
    assert record.due_looks(hub.bol, hub.later(minutes=5), 10) == ["41000001"]


def test_an_unreadable_row_is_kept_once_with_its_last_time(hub: Hub) -> None:
    row = Unreadable("41000009", "no rmaId", '{"returnId": "41000009", "city": "Utrecht"}')
    for _ in range(3):
        record.record_page(hub.bol, Page(LANE, (), (row, row)), hub.later(minutes=5))
    [kept] = UnreadableRow.objects.all()
    assert (kept.ref, kept.why) == ("41000009", "no rmaId")
    assert kept.last_at - kept.first_at == timedelta(minutes=10)
    assert "Utrecht" not in kept.sealed


def test_an_unreadable_row_hides_no_other(hub: Hub) -> None:
    page = Page(LANE, (seen(),), (Unreadable("x", "garbled", "{}"),))
    assert record.record_page(hub.bol, page, hub.now).new == 1


def test_what_vanishes_is_looked_at(hub: Hub) -> None:
    row = hub.in_shop()
    assert record.open_refs(hub.bol, hub.later(minutes=5)) == {"41000001"}
    record.record_vanished(hub.bol, ["41000001"], hub.now)
    assert record.open_refs(hub.bol, hub.later(minutes=5)) == set()
    assert record.due_looks(hub.bol, hub.now, 10) == ["41000001"]
    assert hub.row().stale
    hub.looks(seen("41000001", line(awaits=False, handlings=(accepted(),))))
    assert hub.row().stage == "closed"
    assert "vanished" in hub.timeline(row)
    assert "marketplace_says" in hub.timeline(row)


def test_what_the_marketplace_no_longer_knows_is_gone(hub: Hub) -> None:
    row = hub.in_shop()
    for _ in range(2):
        record.record_looks(hub.bol, [record.Looked(row.ref, None, hub.later(seconds=1))])
    assert hub.row().gone
    assert hub.timeline(row).count("gone") == 1
    hub.looks(seen())
    assert not hub.row().gone


def test_what_was_just_recorded_does_not_count_as_vanished(hub: Hub) -> None:
    began = hub.now
    hub.in_shop()
    assert record.open_refs(hub.bol, began) == set()


def test_the_shops_word_is_heard_once(hub: Hub) -> None:
    row = hub.in_shop(line(quantity=2))
    ref = Line.objects.get().shop_ref
    assert ref is not None
    new, said = ShopSays(ref, "new", None), ShopSays(ref, "accepted", Resolution.ACCEPT)
    assert record.record_shop(hub.shop, ShopPage((new,)), hub.later(seconds=1)) == 0
    assert record.record_shop(hub.shop, ShopPage((said, ShopSays("999", "rejected", Resolution.REJECT))), hub.now) == 1
    assert record.record_shop(hub.shop, ShopPage((said,)), hub.later(seconds=1)) == 0
    assert hub.told(row) == [("accept", 2, None)]
    assert [(e.resolution, e.quantity) for e in hub.effects(row)] == [("accept", 2)]
    assert Line.objects.get().polls, "another word would count until this one has left"
    [settle] = hub.claims_settles()
    hub.results(Result(settle.key, EffectState.DONE))
    assert not Line.objects.get().polls


def test_at_night_the_shop_is_asked_about_what_was_told_of_late(hub: Hub) -> None:
    row = hub.in_shop(line(quantity=2))
    told = Line.objects.get()
    said = ShopSays(told.shop_ref or "", "accepted", Resolution.ACCEPT)
    record.record_shop(hub.shop, ShopPage((said,)), hub.later(seconds=1))
    [settle] = hub.claims_settles()
    hub.results(Result(settle.key, EffectState.DONE))
    night, asked = hub.later(hours=9), [(told.pk, told.shop_ref)]

    def polled(shop: Connection = hub.shop, **back: float) -> list[tuple[int, str]]:
        return doubts.polled(shop, night, 0, 200, night - timedelta(**back) if back else None)

    assert polled() == []
    assert polled(days=30) == asked
    assert polled(hours=1) == [], "it has not changed since"
    other = Project.objects.create(company=hub.shop.project.company, slug="other")
    stranger = Connection.objects.create(project=other, slug="shop", role="shop", connector="magento2")
    assert polled(stranger, days=30) == []
    Return.objects.filter(pk=row.pk).update(handler="marketplace")
    assert polled(days=30) == []


def test_another_projects_shop_speaks_only_for_its_own_returns(hub: Hub) -> None:
    hub.in_shop()
    other = Project.objects.create(company=hub.shop.project.company, slug="other")
    stranger = Connection.objects.create(project=other, slug="shop", role="shop", connector="magento2")
    ref = Line.objects.get().shop_ref
    assert ref is not None
    assert record.record_shop(stranger, ShopPage((ShopSays(ref, "accepted", Resolution.ACCEPT),)), hub.now) == 0
    assert Effect.objects.filter(kind="settle").count() == 0


def test_a_look_from_a_time_when_the_clock_was_ahead_is_outranked(hub: Hub) -> None:
    hub.knows(line(quantity=3))
    Line.objects.update(seen_at=hub.now + timedelta(hours=5))
    hub.looks(seen("41000001", line(quantity=2)))
    assert Line.objects.get().quantity == 2
    assert hub.row().complete


def test_an_older_list_never_undoes_a_newer_look(hub: Hub) -> None:
    asked = hub.later(seconds=1)
    hub.knows(line(quantity=3))
    hub.looks(seen("41000001", line(quantity=2)))
    record.record_page(hub.bol, Page("fbr-other", (seen("41000001", line(quantity=3)),)), asked)
    assert Line.objects.get().quantity == 2


def test_a_changed_quantity_is_told_in_the_timeline_and_to_the_shop(hub: Hub) -> None:
    row = hub.knows(line(quantity=2))
    hub.lists(seen("41000001", line(quantity=3)))
    assert [effect.quantity for effect in hub.effects(row, "create")] == [3]
    assert hub.timeline(row).count("quantity") == 1


def test_bols_own_returns_reach_the_shop_as_accepted_and_are_never_told(hub: Hub) -> None:
    own = {"handler": Handler.MARKETPLACE}
    waiting = line(quantity=2, awaits=False)
    hub.lists(seen("5", waiting, **own))
    hub.looks(seen("5", waiting, **own))
    assert hub.row("5").stage == "open"
    done = replace(waiting, handlings=(accepted(2, MORNING),))
    hub.looks(seen("5", done, **own))
    [create] = hub.claims_creates()
    assert (create.request.status, create.request.quantity) == ("accepted", 2)
    assert hub.claims_settles() == []
    assert Effect.objects.filter(kind="settle").count() == 0


def test_facts_and_timeline_are_written_together_or_not_at_all(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import transaction

    from retour.store import bulk

    insert = bulk.insert

    def without_events(rows, **how):  # type: ignore[no-untyped-def]
        if how.get("into") is Event:
            raise OSError("the timeline cannot be written")
        insert(rows, **how)

    row = hub.in_shop()
    shape, timeline = hub.shape(row), hub.timeline(row)
    monkeypatch.setattr(bulk, "insert", without_events)
    with pytest.raises(OSError, match="timeline"), transaction.atomic():
        hub.decides(row, Choice("70000001", Resolution.ACCEPT))
    with pytest.raises(OSError, match="timeline"), transaction.atomic():
        hub.lists(seen("42"))
    monkeypatch.undo()
    assert hub.shape(row) == shape
    assert hub.timeline(row) == timeline
    assert not Return.objects.filter(ref="42").exists()


def test_what_cannot_be_looked_at_is_completed_as_it_was_last_shown(hub: Hub) -> None:
    hub.lists(seen())
    shown = seen("41000001", line(awaits=False, handlings=(accepted(),), comment="too small"))
    hub.lists(shown)
    [look] = record.as_seen(hub.bol, ["41000001"])
    assert look.at == hub.now
    assert look.seen is not None
    assert look.seen.lines == shown.lines
    record.record_looks(hub.bol, [look], {"C000TEST01": None})
    assert (hub.row().complete, hub.row().look_at) == (True, None)


LONG, NUL, HALF = "9" * 201, "a\0b", "a\ud83db"


@pytest.mark.parametrize(
    "garbled",
    [
        seen(LONG),
        seen(NUL),
        seen(HALF),
        seen("2", line(LONG)),
        seen("2", line(order_line_ref=NUL)),
        replace(seen("2"), lines=(replace(line(), order_ref=LONG),)),
        seen("2", line(quantity=2**31)),
    ],
    ids=["long", "nul", "half", "long line", "nul in the order's line", "long order", "far too many"],
)
def test_one_that_cannot_be_kept_is_shown_and_hides_no_other(hub: Hub, garbled: Seen) -> None:
    hub.lists(seen("1"), garbled, seen("3"))
    assert sorted(Return.objects.values_list("ref", flat=True)) == ["1", "3"]
    [kept] = UnreadableRow.objects.all()
    assert "cannot be kept" in kept.why
    hub.lists(seen("1"), garbled, seen("3"))
    assert UnreadableRow.objects.count() == 1


def test_a_look_that_cannot_be_kept_is_shown_and_made_again_later(hub: Hub) -> None:
    hub.lists(seen("1"), seen("2"))
    shown = (seen("1", line(LONG), complete=True), seen("2", complete=True))
    record.record_looks(hub.bol, [record.Looked(one.ref, one, hub.now) for one in shown])
    assert "cannot be kept" in UnreadableRow.objects.get().why
    assert [row.complete for row in Return.objects.order_by("ref")] == [False, True]
    assert record.due_looks(hub.bol, hub.now, 10) == []
    assert record.due_looks(hub.bol, hub.later(minutes=6), 10) == ["1"]


def test_words_are_kept_without_what_no_database_keeps(hub: Hub) -> None:
    told = line(
        title=NUL,
        comment=HALF,
        reason_text="Te klein \N{T-SHIRT}",
        tracking=LONG,
        sku=LONG,
        gtin=NUL,
        unit_price=Money(Decimal("NaN"), "EUR"),
        handlings=(Handling(1, None, NUL),),
    )
    row = hub.in_shop(told)
    [kept] = row.lines.all()
    assert (kept.title, kept.comment, kept.reason_text) == ("ab", "a?b", "Te klein \N{T-SHIRT}")
    assert (kept.tracking, kept.sku, kept.gtin, kept.unit_price) == (LONG[:200], None, None, None)
    assert kept.handlings[0]["raw"] == "ab"
    record.record_shop(hub.shop, ShopPage((ShopSays(kept.shop_ref, f"open{NUL}", None),)), hub.later(minutes=1))
    assert Line.objects.get().shop["word"] == "openab"


def test_outcomes_are_kept_without_what_no_database_keeps(hub: Hub) -> None:
    row = hub.in_shop()
    hub.decides(row, Choice("70000001", Resolution.ACCEPT))
    [told] = hub.claims_settles()
    hub.results(Result(told.key, EffectState.PENDING, hub.now, receipt=LONG, error=NUL, code=LONG, note="sent"))
    [effect] = hub.effects(row)
    assert (effect.receipt, effect.error, effect.code) == (LONG[:200], "ab", LONG[:100])
