"""Two counters that move become returns that stay: contract fruugo 3."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.connectors.marketplaces.fruugo.ledger import Ledger, Ref

AT = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)

OPENED = Ledger.opened(AT, history=0)


def after(*views: tuple[int, int], ledger: Ledger = OPENED) -> Ledger:
    """What is known after these counters: announced, returned."""
    for announced, returned in views:
        ledger = ledger.seen(announced, returned, AT)
    return ledger


def batches(ledger: Ledger) -> list[tuple[int, int, int]]:
    """Of each batch: units, refunded, withdrawn."""
    return [(batch.units, batch.refunded, batch.withdrawn) for batch in ledger.batches]


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        pytest.param([(0, 0)], [], id="nothing"),
        pytest.param([(2, 0)], [(2, 0, 0)], id="announced"),
        pytest.param([(2, 0), (2, 0)], [(2, 0, 0)], id="the same again"),
        pytest.param([(1, 0), (0, 1)], [(1, 1, 0)], id="announced, then returned"),
        pytest.param([(0, 1)], [(1, 1, 0)], id="returned between two views"),
        pytest.param([(1, 1)], [(2, 1, 0)], id="half of it returned between two views"),
        pytest.param([(1, 0), (3, 0)], [(1, 0, 0), (2, 0, 0)], id="announced later"),
        pytest.param([(1, 0), (1, 1)], [(1, 1, 0), (1, 0, 0)], id="the oldest is returned first"),
        pytest.param([(3, 0), (1, 0)], [(1, 0, 0)], id="some are withdrawn"),
        pytest.param([(2, 0), (0, 0)], [(0, 0, 2)], id="all are withdrawn"),
        pytest.param([(3, 0), (1, 0), (0, 0)], [(0, 0, 1)], id="withdrawn one after the other"),
        pytest.param([(3, 0), (2, 1), (0, 1)], [(1, 1, 0)], id="the rest is withdrawn"),
        pytest.param([(1, 0), (2, 0), (1, 0)], [(1, 0, 0), (0, 0, 1)], id="the newest is withdrawn"),
        pytest.param([(1, 0), (0, 0), (1, 0)], [(0, 0, 1), (1, 0, 0)], id="announced again"),
        pytest.param([(2, 0), (0, 1)], [(1, 1, 0)], id="one returned, one withdrawn"),
        pytest.param([(0, 1), (1, 0)], [(1, 1, 0)], id="an older view changes nothing"),
    ],
)
def test_counters_become_returns(views: list[tuple[int, int]], expected: list[tuple[int, int, int]]) -> None:
    assert batches(after(*views)) == expected


def test_what_was_returned_before_our_time_is_history() -> None:
    ledger = after((1, 2), ledger=Ledger.opened(AT, history=2))
    assert batches(ledger) == [(1, 0, 0)]
    assert batches(ledger.seen(0, 3, AT)) == [(1, 1, 0)]


def test_what_we_told_is_ours_whichever_is_older() -> None:
    ledger = after((1, 0), (3, 0)).telling(2, 1)
    assert batches(ledger.seen(2, 1, AT)) == [(1, 0, 0), (2, 1, 0)]
    assert ledger.seen(2, 1, AT).batches[1].told == 0
    assert batches(ledger.telling(2, 0).seen(2, 1, AT)) == [(1, 1, 0), (2, 0, 0)]


def test_more_than_we_told_is_somebody_elses() -> None:
    ledger = after((1, 0), (3, 0)).telling(2, 1).seen(1, 2, AT)
    assert batches(ledger) == [(1, 1, 0), (2, 1, 0)]


def test_what_is_declared_is_not_announced() -> None:
    ledger = after((0, 0)).declared(2, AT, None)
    assert batches(after((0, 0), ledger=ledger)) == [(2, 0, 0)]
    assert batches(after((0, 1), ledger=ledger)) == [(2, 1, 0)]


def test_a_refund_of_declared_units_uses_up_an_announcement() -> None:
    """Fruugo returns announced units first (2.3); the announced return stays open here all the same."""
    declared = after((1, 0)).declared(1, AT, None).telling(2, 1)
    assert batches(after((0, 1), ledger=declared)) == [(1, 0, 0), (1, 1, 0)]
    assert batches(after((0, 1), (0, 2), ledger=declared)) == [(1, 1, 0), (1, 1, 0)]


def test_a_refund_of_declared_units_leaves_an_announcement() -> None:
    """Should Fruugo not take announced units first."""
    declared = after((1, 0)).declared(1, AT, None).telling(2, 1)
    assert batches(after((1, 1), ledger=declared)) == [(1, 0, 0), (1, 1, 0)]


def test_an_announcement_of_declared_units_is_no_second_return() -> None:
    declared = after((0, 0)).declared(1, AT, None)
    assert batches(after((1, 0), ledger=declared)) == [(1, 0, 0)]
    assert batches(after((2, 0), ledger=declared)) == [(1, 0, 0), (1, 0, 0)]
    assert batches(after((1, 0), (0, 0), ledger=declared)) == [(1, 0, 0)], "it came back, whatever the customer says"


def test_a_withdrawal_is_never_of_declared_units() -> None:
    declared = after((1, 0)).declared(1, AT, None)
    assert batches(after((0, 0), ledger=declared)) == [(0, 0, 1), (1, 0, 0)]


def test_it_survives_being_remembered() -> None:
    ledger = after((1, 0), (3, 0)).telling(2, 1).declared(1, AT, None)
    assert Ledger.model_validate(ledger.model_dump(mode="json")) == ledger


ACTS = ("announce", "withdraw", "refund", "tell", "declare")


@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 3), st.booleans(), st.integers(0, 9))))
def test_no_unit_is_lost_or_made_up(acts: list[tuple[str, int, bool, int]]) -> None:
    """Whatever happens to a line of ten units: each refund is one batch's, and no history shrinks."""
    shipped, announced, returned, ledger = 10, 0, 0, OPENED
    for act, wanted, looked, chosen in acts:
        before = ledger
        moved = min(wanted, shipped + announced)
        if act == "announce":
            moved = min(wanted, shipped)
            shipped, announced = shipped - moved, announced + moved
        elif act == "withdraw":
            moved = min(wanted, announced)
            shipped, announced = shipped + moved, announced - moved
        elif act == "declare":
            if shipped + announced - ledger.open >= wanted:
                ledger = ledger.declared(wanted, AT, None)
        else:
            if act == "tell" and ledger.open:
                still = [number for number, batch in enumerate(ledger.batches, 1) if batch.open]
                number = still[chosen % len(still)]
                moved = min(moved, ledger.batches[number - 1].open)
                ledger = ledger.telling(number, moved)
            first = min(moved, announced)
            announced, shipped, returned = announced - first, shipped - (moved - first), returned + moved
        if not looked:
            continue
        ledger = ledger.seen(announced, returned, AT)
        assert sum(batch.refunded for batch in ledger.batches) == returned
        assert announced <= ledger.open
        assert all(batch.open >= batch.told >= 0 for batch in ledger.batches)
        assert ledger.seen(announced, returned, AT) == ledger
        for old, new in zip(before.batches, ledger.batches, strict=False):
            assert new.refunded >= old.refunded
            assert new.units or new.withdrawn


@pytest.mark.parametrize("text", ["", "1", "1:2:3", "1:2:3:0", "1:2:3:04", "1:2:3:x", "1:2::4", "1:2:3:4:5", "1:2:3:٣"])
def test_what_is_no_ref(text: str) -> None:
    assert Ref.of(text) is None


def test_a_ref_names_its_note() -> None:
    ref = Ref.of("60883646001010249:105:204:12")
    assert ref == Ref("60883646001010249", "105:204", 12)
    assert ref.note == "line/60883646001010249:105:204"


def test_the_answer_to_an_earlier_question_changes_nothing() -> None:
    known = OPENED.seen(2, 0, AT, asked=7)
    assert known.seen(0, 0, AT, asked=6) == known
    assert batches(known.seen(0, 0, AT, asked=8)) == [(0, 0, 2)]
    assert batches(known.seen(0, 0, AT)) == [(0, 0, 2)], "where answers cannot be overtaken"
    assert known.seen(2, 0, AT, asked=9) == known, "what changes nothing is not written anew"
