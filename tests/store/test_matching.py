"""Returns and their orders in the shop: searched, waited for, offered, chosen, and found later."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db.migrations import RunPython
from django.db.models import QuerySet

from retour.connectors.contract import ShopOrder
from retour.core import model as core
from retour.core.match_line import ShopLine
from retour.core.match_order import Candidate, reason_text
from retour.core.model import EffectState, Money, Order, OrderLine, Party, SeenLine, ShopSays
from retour.store import aliases, candidates, claim, desk, doubts, facts, orders, record, waiting
from retour.store.links import link_orders
from retour.store.models import Connection, Effect, LearnedSku, MarketplaceOrder, OrderCandidate, Return
from retour.store.results import Result
from retour.store.sealed import seal
from retour.sync import rhythm
from tests.store.engine.hub import Hub, line, seen

REF = "C000TEST01"
LINES = (
    ShopLine("901", 2, product="901", sku="M-B", gtins=("0000000000017",), title="Mug"),
    ShopLine("902", 1, product="902", sku="M-R", unit_price=Money(Decimal("9.95"), "EUR"), theirs="2", codes=("R",)),
)
ORDER = ShopOrder("ORD1", "77", (("M-B", "901"), ("M-R", "902")), LINES)


@pytest.fixture
def strict(hub: Hub) -> Hub:
    """Its shop is one where a return stands with its order."""
    hub.shop.connector, hub.shop.fingerprint = "lightspeed", "shop 2"
    hub.shop.settings, hub.shop.secrets = {"language": "nl"}, seal({"api_key": "k", "api_secret": "s"})
    hub.shop.save()
    return hub


def of_order(ref: str, **facts: Any) -> SeenLine:
    return replace(line(f"1 of {ref}", **facts), order_ref=ref)


def searched(hub: Hub, found: ShopOrder | None = None, ref: str = REF) -> MarketplaceOrder:
    orders.record_found(hub.shop, ref, found, hub.later(seconds=1), rhythm.next_search)
    return MarketplaceOrder.objects.get(ref=ref)


def waits(hub: Hub, row: Return) -> tuple[str, str, list[str]]:
    shape = hub.shape(row)
    return shape["stage"], shape["why"]["key"], hub.states(row, "create")


def held(hub: Hub) -> int:
    return waiting.hold(hub.shop, hub.later(seconds=1), 200)


def claimed(hub: Hub) -> list[tuple[str | None, str | None, str | None]]:
    made = hub.claims_creates()
    return [(one.request.shop_order, one.request.shop_product, one.request.sku) for one in made]


# --- waiting ---


def test_a_return_whose_order_is_not_known_waits_in_sight_and_is_never_dropped(strict: Hub) -> None:
    row = strict.knows()
    assert held(strict) == 0, "not before it was searched"
    searched(strict)
    assert held(strict) == 1
    assert waits(strict, row) == ("attention", "needs_order", ["wanted"])
    assert strict.timeline(row)[-1] == "order_missing"
    assert held(strict) == 0
    assert strict.claims_creates() == []


def test_one_that_was_gone_and_is_there_again_is_looked_at_again(strict: Hub) -> None:
    row = strict.knows()
    searched(strict)
    held(strict)
    record.record_looks(strict.bol, [record.Looked(row.ref, None, strict.later(seconds=1))])
    assert strict.states(row, "create") == ["superseded"]
    assert not doubts.at_hand(strict.shop, strict.now).effects
    strict.looks(seen())
    assert waits(strict, row) == ("new", "to_shop", ["wanted"])
    assert doubts.at_hand(strict.shop, strict.now).effects
    assert held(strict) == 1


@pytest.mark.parametrize("by", ["import", "desk", "search"])
def test_it_is_made_at_once_when_its_link_arrives(strict: Hub, by: str) -> None:
    row = strict.knows()
    searched(strict)
    held(strict)
    Connection.objects.update(next_at=None)
    if by == "search":
        searched(strict, ORDER)
    else:
        link_orders(strict.bol.project, {REF: "ORD1", "ANOTHER": "ORD2"}, by, at=strict.later(seconds=1), actor="jo")
    assert waits(strict, row)[:2] == ("new", "to_shop")
    assert strict.timeline(row)[-1] == "linked"
    assert Connection.objects.get(slug="shop").next_at == strict.now, "its shop has something to do now"
    assert [number for number, _, _ in claimed(strict)] == ["ORD1"]


def test_a_refused_one_is_made_again_when_its_order_is_corrected(strict: Hub) -> None:
    row = strict.knows()
    link_orders(strict.bol.project, {REF: "ORD9"}, "import", at=strict.now)
    [made] = strict.claims_creates()
    strict.results(Result(made.key, EffectState.REFUSED, error="no order ORD9"))
    link_orders(strict.bol.project, {REF: "ORD9"}, "import", at=strict.later(seconds=1))
    assert strict.states(row, "create") == ["refused"], "the same word again is no news"
    link_orders(strict.bol.project, {REF: "ORD1"}, "desk", at=strict.later(seconds=1))
    assert [number for number, _, _ in claimed(strict)] == ["ORD1"]


def test_one_that_was_made_without_it_gets_the_link_and_no_second_request(hub: Hub) -> None:
    row = hub.in_shop()
    link_orders(hub.bol.project, {REF: "ORD1"}, "import", at=hub.later(seconds=1))
    assert hub.timeline(row)[-1] == "linked_late"
    assert hub.states(row, "create") == ["done"]
    assert hub.claims_creates() == []
    assert hub.shape(row)["lines"][0]["shop_order"] == "ORD1"


@pytest.mark.parametrize("state", [EffectState.SENDING, EffectState.UNKNOWN])
def test_one_that_is_under_way_is_not_touched(strict: Hub, state: EffectState) -> None:
    row = strict.knows()
    link_orders(strict.bol.project, {REF: "ORD9"}, "import", at=strict.now)
    strict.claims_creates()
    Effect.objects.update(state=state)
    link_orders(strict.bol.project, {REF: "ORD1"}, "import", at=strict.later(seconds=1))
    assert strict.states(row, "create") == [state]


def test_a_closed_return_is_left_alone(hub: Hub) -> None:
    row = hub.in_shop()
    Return.objects.update(stage="closed")
    before = hub.timeline(row)
    link_orders(hub.bol.project, {REF: "ORD1"}, "import", at=hub.later(seconds=1))
    assert hub.timeline(row) == before


# --- let go again, whatever has ended the doubt ---


def let_go(hub: Hub, *, needs_order: bool = True) -> int:
    return waiting.let_go(hub.shop, hub.later(seconds=1), needs_order=needs_order)


def test_what_was_learned_from_one_return_lets_the_others_of_the_product_go(strict: Hub) -> None:
    lines = tuple(replace(line, quantity=3) for line in LINES)
    first = linked(strict, line("1", sku="B-RED", gtin="99"), told=replace(ORDER, lines=lines))
    second = strict.knows(line("2", sku="B-RED", gtin="99"), ref="41000002")
    assert held(strict) == 2
    assert let_go(strict) == 0
    assert candidates.choose_line(first.lines.get(), "902", strict.later(seconds=1), "jo")
    assert waits(strict, second)[1] == "needs_line"
    Connection.objects.update(next_at=None)
    assert let_go(strict) == 1
    assert waits(strict, second) == ("new", "to_shop", ["wanted"])
    assert Connection.objects.get(slug="shop").next_at == strict.now
    assert claimed(strict) == [("ORD1", "902", "M-R"), ("ORD1", "902", "M-R")]
    assert let_go(strict) == 0


def test_units_that_another_return_gives_back_let_one_go(strict: Hub) -> None:
    first = linked(strict, line("1", 2))
    second = strict.knows(line("2", 1), ref="41000002")
    assert held(strict) == 1
    Return.objects.filter(pk=first.pk).update(gone=True)
    assert let_go(strict) == 1
    assert waits(strict, second)[:2] == ("new", "to_shop")


def test_a_link_that_came_while_it_was_being_held_lets_it_go(strict: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    row = strict.knows()
    searched(strict)

    class Late(waiting.Ledger):
        """The link is stored after it was read that there is none."""

        def load(self, keys: Any) -> Any:
            link_orders(strict.bol.project, {REF: "ORD1"}, "import", at=self.at)
            return super().load(keys)

    with monkeypatch.context() as patched:
        patched.setattr(waiting, "Ledger", Late)
        assert held(strict) == 1
    assert waits(strict, row)[1] == "needs_order"
    assert let_go(strict) == 1
    assert [number for number, _, _ in claimed(strict)] == ["ORD1"]


def test_a_shop_that_does_not_need_their_orders_gets_all_that_waited(strict: Hub) -> None:
    strict.knows()
    searched(strict)
    assert held(strict) == 1
    assert let_go(strict) == 0
    assert let_go(strict, needs_order=False) == 1
    assert strict.claims_creates() != []


def test_a_shop_that_is_resumed_does_not_get_what_waits_for_its_order(strict: Hub) -> None:
    row = strict.knows()
    searched(strict)
    held(strict)
    desk.resume(strict.shop, strict.later(seconds=1))
    assert [(one.asks, one.due_at) for one in strict.effects(row, "create")] == [(True, None)]
    assert strict.claims_creates() == []


def test_what_was_not_looked_at_yet_does_not_leave_unlooked_at(strict: Hub) -> None:
    """More is due than one look takes; or it became due after the look."""
    linked(strict, line("1", sku="B-RED", gtin="99"))
    strict.knows(line("2", sku="B-GREEN", gtin="98"), ref="41000002")
    sure = strict.knows(line("3", gtin="17"), ref="41000003")
    assert waiting.hold(strict.shop, strict.later(seconds=1), 1) == 1
    made = claim.claim_creates(strict.shop, "worker", strict.now, 200, searched=True, linked=True)
    assert [one.key for one in made] == [f"{sure.public_id}:3:create"]
    assert held(strict) == 1


# --- searching again ---


def test_it_is_searched_again_less_and_less_often_and_not_for_ever(hub: Hub) -> None:
    hub.knows()
    waits = []
    for _ in range(rhythm.SEARCHES):
        row = searched(hub)
        assert row.search_at is not None
        waits.append((row.search_at - hub.now) / rhythm.SCALE)
        assert orders.to_find_again(hub.shop, row.search_at - timedelta(seconds=0.001), 9) == []
        assert [order.ref for order in orders.to_find_again(hub.shop, row.search_at, 9)] == [REF]
    hours = [round(wait.total_seconds() / 3600, 2) for wait in waits]
    assert hours[:5] == [0.25, 1, 6, 24, 24]
    assert sum(hours) > 29 * 24
    assert searched(hub).search_at is None


def test_only_what_an_open_return_waits_for_is_searched_again(hub: Hub) -> None:
    hub.knows()
    due = searched(hub).search_at
    assert due is not None
    assert offer(hub, NEAR)
    Return.objects.update(stage="closed")
    assert orders.to_find_again(hub.shop, due, 9) == []
    row = MarketplaceOrder.objects.get()
    assert (row.search_at, row.offer_at) == (None, None)
    assert not OrderCandidate.objects.exists()


def test_what_a_person_said_stands_against_a_search(hub: Hub) -> None:
    hub.knows()
    link_orders(hub.bol.project, {REF: "MINE"}, "desk", at=hub.now)
    assert searched(hub, ORDER).shop_order == "MINE"
    assert orders.to_find_again(hub.shop, hub.later(days=99), 9) == []


def test_a_person_who_asks_is_not_kept_waiting(hub: Hub) -> None:
    row = hub.knows()
    searched(hub)
    offer(hub)
    assert orders.ask_again(row, hub.later(seconds=1), "jo") == 1
    assert [order.ref for order in orders.to_find_again(hub.shop, hub.now, 9)] == [REF]
    assert Connection.objects.get(slug="shop").next_at == hub.now
    assert searched(hub).offer_at == hub.now
    link_orders(hub.bol.project, {REF: "1"}, "desk", at=hub.now)
    assert orders.ask_again(row, hub.later(seconds=1), "jo") == 0


def test_a_number_that_cannot_be_kept_is_no_link_and_no_candidate(hub: Hub) -> None:
    hub.knows()
    assert searched(hub, replace(ORDER, number="9" * 201)).shop_order == ""
    assert searched(hub, replace(ORDER, number="9\0")).shop_order == ""
    orders.ask_again(hub.row(), hub.now, "jo")
    twice = replace(NEAR, number="9" * 201), replace(NEAR, number="9" * 202)
    assert [one.shop_order for one in offer(hub, *twice, NEAR)] == ["ORD1"]


def test_a_sku_that_cannot_be_kept_is_not_learned(hub: Hub) -> None:
    endless = (replace(LINES[0], sku="S" * 201),)
    row = linked(hub, line(sku="B-BLUE"), told=replace(ORDER, lines=endless))
    assert MarketplaceOrder.objects.get().shop_order == "ORD1"
    assert not LearnedSku.objects.exists()
    assert row.lines.count() == 1


# --- candidates ---


def offer(hub: Hub, *found: Candidate) -> list[candidates.Offered]:
    for clues in candidates.to_offer(hub.shop, hub.later(seconds=1), 9):
        candidates.record_offered(hub.shop, clues, found, hub.now)
    return candidates.offered(hub.bol.project_id, {REF})


NEAR = Candidate("ORD1", "77", people=(Party("Noor", "Example", email="noor@example.org"),), lines=LINES)


def test_candidates_are_kept_with_their_reasons_and_without_personal_data(hub: Hub) -> None:
    row = hub.knows(line(sku="B-BLUE"))
    searched(hub)
    [one] = offer(hub, NEAR, Candidate("ORD2"))
    assert (one.shop_order, [reason_text(why) for why in one.reasons]) == (
        "ORD1",
        ["Same e-mail address", "EAN 0000000000017 x 1", "Same name"],
    )
    kept = str(OrderCandidate.objects.values().get())
    assert "noor" not in kept.casefold()
    assert "example" not in kept.casefold()
    assert hub.states(row, "create") == ["wanted"], "nothing is linked by itself"
    assert MarketplaceOrder.objects.get().shop_order == ""


def test_they_are_asked_for_once_a_day(hub: Hub) -> None:
    hub.knows()
    searched(hub)
    assert offer(hub, NEAR)
    assert candidates.to_offer(hub.shop, hub.later(hours=1), 9) == []
    searched(hub)
    assert candidates.to_offer(hub.shop, hub.later(hours=1), 9) == []
    assert len(candidates.to_offer(hub.shop, hub.later(hours=23), 9)) == 1
    assert offer(hub) == [], "those of yesterday are gone"


def test_where_nobody_waits_they_are_asked_for_after_the_second_search(hub: Hub) -> None:
    hub.knows()
    orders.record_found(hub.shop, REF, None, hub.now, rhythm.next_search, urgent=False)
    assert offer(hub, NEAR) == []
    orders.record_found(hub.shop, REF, None, hub.now, rhythm.next_search, urgent=False)
    assert offer(hub, NEAR)


def test_a_person_who_asks_first_is_answered_first(hub: Hub) -> None:
    row = hub.knows()
    orders.ask_again(row, hub.now, "jo")
    orders.record_found(hub.shop, REF, None, hub.now, rhythm.next_search, urgent=False)
    assert offer(hub, NEAR)


def test_choosing_one_links_it_as_a_hand_would_and_learns(strict: Hub) -> None:
    order = Order(REF, (OrderLine("1", 2, sku="B-BLUE"),))
    record.record_orders(strict.bol, {REF: order}, strict.now)
    row = strict.knows(line(sku="B-BLUE", gtin=None, order_line_ref="1"))
    searched(strict)
    held(strict)
    single = Candidate("ORD1", "77", people=NEAR.people, lines=LINES[:1])
    [one] = offer(strict, single)
    assert candidates.choose(row, one.pk, strict.later(seconds=1), "jo") == "ORD1"
    linked = MarketplaceOrder.objects.get()
    assert (linked.shop_order, linked.shop_order_id, linked.linked_by) == ("ORD1", "77", "desk")
    assert claimed(strict) == [("ORD1", "901", "M-B")]
    assert [(a.theirs, a.sku, a.by) for a in aliases.listed(strict.bol.project_id)] == [("B-BLUE", "M-B", "jo")]
    assert candidates.choose(row, one.pk, strict.now, "jo") is None, "a second click links nothing"
    assert not OrderCandidate.objects.exists()


def test_a_candidate_of_another_return_is_none_of_this_one(hub: Hub) -> None:
    hub.knows()
    other = hub.knows(of_order("OTHER-1"), ref="41000002")
    searched(hub)
    [one] = offer(hub, NEAR)
    assert candidates.choose(other, one.pk, hub.now, "jo") is None


def test_what_is_linked_meanwhile_gets_no_candidates(hub: Hub) -> None:
    hub.knows()
    searched(hub)
    [clues] = candidates.to_offer(hub.shop, hub.later(seconds=1), 9)
    link_orders(hub.bol.project, {REF: "ORD9"}, "import", at=hub.now)
    assert candidates.record_offered(hub.shop, clues, [NEAR], hub.now) == 0
    assert candidates.offered(hub.bol.project_id, {REF}) == []


def test_stored_links_with_nearly_the_same_number_are_candidates(hub: Hub) -> None:
    hub.knows()
    link_orders(hub.bol.project, {f"{REF}-1": "ORD1", "X": f"S-{REF}", "C000TEST02": "ORD3"}, "import", at=hub.now)
    searched(hub)
    assert [one.shop_order for one in offer(hub)] == [f"S-{REF}", "ORD1"]


# --- lines ---


def linked(hub: Hub, *found: Any, told: ShopOrder = ORDER) -> Return:
    row = hub.knows(*found)
    searched(hub, told)
    return row


def test_the_line_goes_with_the_request_under_the_shops_name(strict: Hub) -> None:
    linked(strict, line("1", gtin="17", sku="B-BLUE"), line("2", order_line_ref="2", gtin=None))
    held(strict)
    assert claimed(strict) == [("ORD1", "901", "M-B"), ("ORD1", "902", "M-R")]


def test_a_line_that_is_not_certain_waits_for_a_person_who_chooses_it(strict: Hub) -> None:
    row = linked(strict, line("1", sku="B-RED", gtin="99"))
    assert held(strict) == 1
    assert waits(strict, row) == ("attention", "needs_line", ["wanted"])
    theirs = row.lines.get()
    assert not candidates.choose_line(theirs, "no such line", strict.now, "jo")
    assert candidates.choose_line(theirs, "902", strict.later(seconds=1), "jo")
    assert strict.timeline(row)[-1] == "line_chosen"
    assert claimed(strict) == [("ORD1", "902", "M-R")]


def test_more_units_than_the_order_has_are_asked_about(strict: Hub) -> None:
    linked(strict, line("1", 2), line("2", 1))
    assert held(strict) == 1
    assert claimed(strict) == [("ORD1", "901", "M-B")]


def test_a_return_that_was_withdrawn_takes_no_unit(strict: Hub) -> None:
    row = linked(strict, line("1", 2))
    Return.objects.filter(pk=row.pk).update(gone=True)
    strict.knows(line("9", 2), ref="41000002")
    assert held(strict) == 0


@pytest.mark.parametrize(
    ("quantity", "resolutions", "free"),
    [
        pytest.param(2, ["reject"], True, id="refused"),
        pytest.param(2, ["cancel"], True, id="withdrawn"),
        pytest.param(1, ["reject"], False, id="half of it refused"),
        pytest.param(2, ["accept"], False, id="taken"),
        pytest.param(2, ["reject", "accept"], False, id="refused, and taken after all"),
    ],
)
def test_units_that_were_refused_may_come_back_with_another_return(
    strict: Hub, quantity: int, resolutions: list[str], free: bool
) -> None:
    first = linked(strict, line("1", 2))
    decided = [
        core.Decision(seq, core.Resolution(word), quantity, core.Source.DESK, strict.now)
        for seq, word in enumerate(resolutions, start=1)
    ]
    made = [decided[0], *(replace(one, changes=core.Resolution.REJECT) for one in decided[1:])]
    stored = first.lines.get()
    known = replace(facts.to_line(stored), decisions=tuple(made))
    stored.decisions = facts.line_row(known, of_id=first.pk, polls=False, known=None).decisions
    stored.save()
    strict.knows(line("2", 2), ref="41000002")
    assert held(strict) == (0 if free else 1)


def test_what_was_learned_is_used_where_the_orders_lines_are_not_known(hub: Hub) -> None:
    first = linked(hub, line("1", sku="B-BLUE", gtin="17"))
    assert [(a.kind, a.theirs, a.sku, a.by) for a in aliases.listed(hub.bol.project_id)] == [
        ("sku", "B-BLUE", "M-B", "")
    ]
    hub.claims_creates()
    hub.knows(of_order("C000TEST02", sku="B-BLUE", gtin=None), ref="41000002")
    assert claimed(hub) == [(None, None, "M-B")]
    assert aliases.forget(hub.bol.project_id, "B-BLUE") == 1
    assert first.lines.get().sku == "B-BLUE", "the return itself stays as the marketplace shows it"
    hub.knows(of_order("C000TEST03", sku="B-BLUE", gtin=None), ref="41000003")
    assert claimed(hub) == [(None, None, "B-BLUE")]


def test_a_shop_that_takes_returns_without_orders_gets_them_so(hub: Hub) -> None:
    row = hub.knows()
    searched(hub)
    [made] = hub.claims_creates()
    assert made.request.shop_order is None
    hub.results(Result(made.key, EffectState.DONE, receipt="57", says=ShopSays("57", "new", None)))
    assert hub.shape(row)["stage"] == "open"


# --- what was learned ---


def learn(hub: Hub, theirs: str, sku: str, by: str = "", at: datetime | None = None) -> int:
    return aliases.learn(hub.bol.project_id, line(sku=theirs, gtin=None), ShopLine("1", 1, sku=sku), at or hub.now, by)


def known(hub: Hub) -> list[str]:
    return [f"{one.theirs} {one.sku} {one.by}".strip() for one in aliases.listed(hub.bol.project_id)]


def test_a_persons_word_stands_against_what_a_link_shows(hub: Hub) -> None:
    assert learn(hub, "A", "S1") == 1
    assert learn(hub, "A", "S2") == 1
    assert learn(hub, "A", "S3", "jo") == 1
    assert learn(hub, "A", "S4") == 0
    assert learn(hub, "A", "S3") == 0
    assert known(hub) == ["A S3 jo"]
    assert learn(hub, "A", "S5", "noor") == 1
    assert known(hub) == ["A S5 noor"]


def test_only_so_many_are_kept_the_oldest_go(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aliases, "MOST", 2)
    for name in "ABC":
        learn(hub, name, "S", at=hub.later(seconds=1))
    assert known(hub) == ["C S", "B S"]


def test_each_project_learns_for_itself(hub: Hub) -> None:
    learn(hub, "A", "S")
    rows: QuerySet[LearnedSku] = LearnedSku.objects.all()
    assert aliases.known_for(hub.bol.project_id + 1, [line(sku="A")]) == {}
    assert aliases.forget(hub.bol.project_id + 1, "A") == 0
    assert rows.count() == 1
    assert aliases.forget(hub.bol.project_id, "A") == 1
    assert aliases.forget(hub.bol.project_id, "A") == 0


def test_a_placeholder_is_not_learned(hub: Hub) -> None:
    """Or every other product without an EAN would become this one."""
    linked(hub, line("1", sku="M-B", gtin="0000000000000"), told=replace(ORDER, lines=LINES[:1]))
    order = Order(REF, (OrderLine("1", 2, sku="M-B"),))
    record.record_orders(hub.bol, {REF: order}, hub.now)
    orders.learn_from(MarketplaceOrder.objects.get(), LINES[:1], hub.now, "jo")
    assert known(hub) == []


# --- the upgrade ---


def test_what_was_searched_in_vain_before_the_upgrade_is_searched_again(hub: Hub) -> None:
    hub.knows()
    searched(hub)
    MarketplaceOrder.objects.update(search_at=None)
    upgrade = import_module("retour.store.migrations.0004_matching_orders")
    [step] = [step for step in upgrade.Migration.operations if isinstance(step, RunPython)]
    step.code(apps, None)
    assert [order.ref for order in orders.to_find_again(hub.shop, hub.now, 9)] == [REF]
