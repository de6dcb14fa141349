"""What became of what was sent, and what is kept of it."""

from datetime import timedelta

import pytest

from retour.connectors.http import Exchange as SentAndReceived
from retour.core.model import EffectState, Resolution, ShopSays
from retour.store import desk
from retour.store.desk import Choice
from retour.store.models import Effect, Exchange, Line
from retour.store.results import KEEP_EXCHANGES, Result, record_results
from retour.store.sealed import unseal
from tests.store.engine.hub import Hub

LINE = "70000001"
State = EffectState


def sending(hub: Hub) -> str:
    row = hub.in_shop()
    hub.decides(row, Choice(LINE, Resolution.ACCEPT))
    [told] = hub.claims_settles()
    return told.key


@pytest.mark.parametrize(
    ("state", "asks", "stage", "why"),
    [
        (State.PENDING, False, "sending", "confirming"),
        (State.DONE, False, "closed", "done"),
        (State.REFUSED, False, "attention", "refused_settle"),
        (State.DEAD, False, "attention", "refused_settle"),
        (State.UNKNOWN, False, "sending", "looking_up"),
        (State.UNKNOWN, True, "attention", "ask_settle"),
        (State.WANTED, False, "sending", "telling"),
    ],
)
def test_every_outcome_is_kept_and_shown(hub: Hub, state: State, *, asks: bool, stage: str, why: str) -> None:
    key = sending(hub)
    due = hub.now + timedelta(minutes=3)
    hub.results(Result(key, state, due_at=due, receipt="p1", error="words", code="E1", asks=asks, note="sent"))
    effect = Effect.objects.get(key=key)
    assert (effect.state, effect.asks, effect.due_at) == (state, asks, due)
    assert (effect.receipt, effect.error, effect.code) == ("p1", "words", "E1")
    assert (effect.lease_owner, effect.lease_until) == ("", None)
    assert effect.done_at == (hub.now if state is State.DONE else None)
    row = hub.row()
    assert (row.stage, row.why) == (stage, why)
    assert hub.timeline(row)[-1] == "sent"


def test_an_outcome_without_a_note_leaves_the_timeline_as_it_is(hub: Hub) -> None:
    key = sending(hub)
    timeline = hub.timeline(hub.row())
    hub.results(Result(key, State.PENDING, due_at=hub.now, receipt="p1"))
    assert hub.timeline(hub.row()) == timeline


def test_looks_are_counted_and_a_receipt_is_not_forgotten(hub: Hub) -> None:
    key = sending(hub)
    for looks in range(3):
        hub.results(Result(key, State.PENDING, due_at=hub.now, receipt=None if looks else "p1"))
        effect = Effect.objects.get(key=key)
        assert (effect.looks, effect.receipt) == (looks, "p1")


def test_what_a_person_has_settled_stays_so(hub: Hub) -> None:
    key = sending(hub)
    hub.results(Result(key, State.UNKNOWN, asks=True))
    desk.mark_done(hub.row().pk, hub.later(seconds=1), "noor@example.org", key)
    timeline = hub.timeline(hub.row())
    hub.results(Result(key, State.REFUSED, error="too late", note="refused"))
    effect = Effect.objects.get(key=key)
    assert (effect.state, effect.by_hand, effect.error) == ("done", True, None)
    assert hub.timeline(hub.row()) == timeline


def test_the_answer_of_the_shop_is_heard_with_its_result(hub: Hub) -> None:
    row = hub.knows()
    [made] = hub.claims_creates()
    hub.results(Result(made.key, State.DONE, says=ShopSays("57", "accepted", Resolution.ACCEPT)), connection=hub.shop)
    shown = Line.objects.get()
    assert (shown.shop_ref, shown.polls) == ("57", True)
    assert hub.told(row) == [("accept", 1, None)]
    assert [told.part.resolution for told in hub.claims_settles()] == [Resolution.ACCEPT]


def test_outcomes_of_several_returns_are_saved_together(hub: Hub) -> None:
    from tests.store.engine.hub import line

    for number in range(3):
        row = hub.in_shop(line(str(number)), ref=f"r{number}")
        hub.decides(row, Choice(str(number), Resolution.ACCEPT))
    first, second, third = hub.claims_settles()
    hub.results(Result(first.key, State.DONE), Result(second.key, State.REFUSED), Result("nobody knows", State.DONE))
    states = dict(Effect.objects.filter(kind="settle").values_list("key", "state"))
    assert states == {first.key: "done", second.key: "refused", third.key: "sending"}


def exchange(about: str | None) -> SentAndReceived:
    return SentAndReceived(about, "PUT", "https://api.example.org/x", None, "Noor lives in Utrecht", "", "q1")


def test_what_was_sent_is_kept_sealed_with_its_return_until_it_expires(hub: Hub) -> None:
    key = sending(hub)
    record_results(hub.bol, [Result(key, State.DONE)], [exchange(key), exchange(None)], hub.now)
    ours, nobodys = Exchange.objects.order_by("pk")
    assert (ours.of, ours.effect_key, ours.status, ours.request_id) == (hub.row(), key, None, "q1")
    assert (nobodys.of, nobodys.effect_key) == (None, "")
    assert ours.expires_at == hub.now + KEEP_EXCHANGES
    assert "Utrecht" not in ours.sealed
    assert unseal(ours.sealed) == {"sent": "Noor lives in Utrecht", "received": ""}


def test_what_was_sent_finds_its_return_before_its_outcome_and_without_one(hub: Hub) -> None:
    key = sending(hub)
    record_results(hub.bol, [], [exchange(key), exchange("nobody knows")], hub.now)
    ours, nobodys = Exchange.objects.order_by("pk")
    assert (ours.of, nobodys.of) == (hub.row(), None)


def test_nothing_is_nothing(hub: Hub) -> None:
    record_results(hub.bol, [], [], hub.now)
    assert Exchange.objects.count() == 0
