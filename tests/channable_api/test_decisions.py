"""The merchant's decision: what is recorded, when it is refused, and what the row says on its way to the end."""

from datetime import UTC, datetime, timedelta

import pytest

from retour.core.model import EffectState, Resolution, Source, Told
from retour.store import desk
from retour.store.models import Connection, Event, Line, Return
from retour.store.record import Looked, record_looks
from retour.store.shapes import shapes
from tests.channable_api.house import AT, House, handled, line

WORDS = {
    "accepted": "accept",
    "rejected": "reject",
    "repaired": "repair",
    "keeps": "keep",
    "exchanged": "exchange",
    "cancelled": "cancel",
}
DONE, REFUSED, UNKNOWN, PENDING = EffectState.DONE, EffectState.REFUSED, EffectState.UNKNOWN, EffectState.PENDING


def decisions(number: int) -> list[tuple[str, int, str, str | None]]:
    """What the rest of the hub sees."""
    row = Line.objects.get(pk=number)
    [shape] = shapes(Return.objects.filter(pk=row.of_id))
    [found] = [one for one in shape["lines"] if one["ref"] == row.ref]
    return [(d["resolution"], d["quantity"], d["source"], d["told"]) for d in found["decisions"]]


def answer_by_now(house: House, *lines: object, **facts: object) -> None:
    """The marketplace shows the return as it is now."""
    house.see("41000001", *lines, at=datetime.now(UTC), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(("word", "resolution"), WORDS.items())
def test_each_word_is_recorded_as_the_shops_decision(acme: House, word: str, resolution: str) -> None:
    number = acme.offer_one(quantity=2)
    answer = acme.client().post(f"/returns/{number}/status", {"status": word})
    assert answer.status_code == 200
    assert answer.json() == {"status": "success", "message": f"Return {number} set to {word}"}
    assert [found[:3] for found in decisions(number)] == [(resolution, 2, "shop")]


def test_the_marketplace_is_to_be_told_at_once_and_the_row_says_so(acme: House) -> None:
    number = acme.offer_one()
    Connection.objects.update(next_at=AT + timedelta(days=3650))
    assert acme.client().decide(number, "accepted") == 200
    assert acme.told(number) == [("accept", "wanted")]
    acme.bol.refresh_from_db()
    assert acme.bol.next_at is not None
    assert acme.bol.next_at <= datetime.now(UTC)
    row = acme.client().row(number)
    assert (row["status"], row["error"]) == ("processing", False)
    acme.tell(PENDING, receipt="p-1")
    assert acme.client().row(number)["status"] == "processing"


@pytest.mark.parametrize("word", WORDS)
def test_a_confirmed_decision_is_the_rows_status(acme: House, word: str) -> None:
    number = acme.offer_one()
    acme.client().decide(number, word)
    if acme.told(number):
        acme.tell(DONE)
    told = decisions(number)[0][3]
    assert acme.client().row(number)["status"] == (word if told == Told.CONFIRMED else "manual")


@pytest.mark.parametrize("then", [None, DONE])
@pytest.mark.parametrize("word", ["accepted", "rejected"])
def test_a_decided_row_is_not_decided_again(acme: House, word: str, then: EffectState | None) -> None:
    number = acme.offer_one()
    api = acme.client()
    api.decide(number, "accepted")
    if then:
        acme.tell(then)
    again = api.post(f"/returns/{number}/status", {"status": word})
    assert again.status_code == 409
    assert again.json() == {"status": "error", "message": f"Return {number} has already been handled"}
    assert [found[:2] for found in decisions(number)] == [("accept", 1)]
    assert len(acme.told(number)) == 1


def test_one_line_is_decided_and_its_neighbours_are_not(acme: House) -> None:
    first, second = acme.offer("41000001", line("70000001"), line("70000002"))
    acme.client().decide(second, "rejected")
    assert (decisions(first), acme.client().row(first)["status"]) == ([], "new")
    assert [found[:2] for found in decisions(second)] == [("reject", 1)]


def test_who_decided_is_in_the_timeline(acme: House) -> None:
    number = acme.offer_one()
    acme.client().decide(number, "keeps")
    assert list(Event.objects.filter(kind="decided").values_list("actor", "params__source")) == [("api:erp", "shop")]


def test_what_the_marketplace_refused_is_new_again_and_can_be_decided_otherwise(acme: House) -> None:
    number = acme.offer_one()
    api = acme.client()
    api.decide(number, "accepted")
    acme.tell(REFUSED, error="not so")
    row = api.row(number)
    assert (row["status"], row["error"]) == ("new", True)
    assert row["log"][-1]["message"] == "Told (accepted): the marketplace refused it"
    answer_by_now(acme, line("71000001"))
    assert api.decide(number, "rejected") == 200
    assert acme.told(number) == [("accept", "refused"), ("reject", "wanted")]
    assert (api.row(number)["status"], api.row(number)["error"]) == ("processing", False)
    acme.tell(DONE)
    assert api.row(number)["status"] == "rejected"
    assert Return.objects.get().stage == "closed"


def test_what_the_marketplace_refused_can_be_decided_the_same_once_more(acme: House) -> None:
    number = acme.offer_one()
    api = acme.client()
    api.decide(number, "accepted")
    acme.tell(REFUSED, error="not so")
    answer_by_now(acme, line("71000001"))
    assert api.decide(number, "accepted") == 200
    assert api.decide(number, "accepted") == 409
    acme.tell(DONE)
    assert api.row(number)["status"] == "accepted"
    assert acme.told(number) == [("accept", "refused"), ("accept", "done")]


def test_a_refused_row_that_the_marketplace_has_closed_is_a_persons(acme: House) -> None:
    number = acme.offer_one()
    api = acme.client()
    api.decide(number, "accepted")
    acme.tell(REFUSED, error="too late")
    answer_by_now(acme, line("71000001", awaits=False, handlings=handled(Resolution.REJECT)))
    assert api.row(number)["status"] == "manual"
    assert api.decide(number, "accepted") == 409


def test_an_answer_that_was_lost_is_processing_until_it_is_known(acme: House) -> None:
    number = acme.offer_one()
    api = acme.client()
    api.decide(number, "accepted")
    acme.tell(UNKNOWN, asks=True, error="no answer")
    row = api.row(number)
    assert (row["status"], row["error"]) == ("processing", True)
    assert api.decide(number, "accepted") == 409
    ended = handled(Resolution.ACCEPT, at=datetime.now(UTC))
    answer_by_now(acme, line("71000001", awaits=False, handlings=ended))
    row = api.row(number)
    assert (row["status"], row["error"]) == ("accepted", False)


@pytest.mark.parametrize("word", ["rejected", "repaired", "exchanged", "cancelled"])
def test_what_the_marketplace_cannot_be_told_is_manual_until_a_person_has_done_it(acme: House, word: str) -> None:
    row = acme.see("41000001", line("71000001"), on=acme.fruugo())
    [number] = acme.hand_over()
    assert acme.client().decide(number, word) == 200
    assert acme.client().row(number)["status"] == "manual"
    assert acme.client().row(number)["error"] is False
    assert acme.client().decide(number, "accepted") == 409
    assert acme.told(number) == []
    desk.mark_done(row.pk, datetime.now(UTC), "jo@example.org")
    assert acme.client().row(number)["status"] == word


def test_what_was_decided_on_the_desk_is_no_longer_the_shops(acme: House) -> None:
    number = acme.offer_one()
    acme.decide_on_the_desk(number, Resolution.REJECT)
    assert acme.client().decide(number, "accepted") == 409
    acme.tell(REFUSED, error="not so")
    assert acme.client().row(number)["status"] == "manual"
    assert acme.client().decide(number, "accepted") == 409


def test_the_rest_of_a_line_that_was_decided_in_part_is_the_shops(acme: House) -> None:
    number = acme.offer_one(quantity=3)
    acme.decide_on_the_desk(number, Resolution.REJECT, 1)
    assert acme.client().row(number)["status"] == "new"
    assert acme.client().decide(number, "accepted") == 200
    assert [found[:3] for found in decisions(number)] == [("reject", 1, "desk"), ("accept", 2, "shop")]


def test_units_that_ended_differently_are_no_single_word(acme: House) -> None:
    number = acme.offer_one(quantity=2)
    acme.decide_on_the_desk(number, Resolution.REJECT, 1)
    acme.client().decide(number, "accepted")
    acme.tell(DONE)
    acme.tell(DONE)
    assert acme.client().row(number)["status"] == "manual"
    assert acme.client().row(number)["error"] is False


def test_what_the_marketplace_decided_alone_is_the_rows_status(acme: House) -> None:
    number = acme.offer_one()
    answer_by_now(acme, line("71000001", awaits=False, handlings=handled(Resolution.ACCEPT)))
    row = acme.client().row(number)
    assert row["status"] == "accepted"
    assert row["log"][-1]["message"] == "The marketplace says: accepted"
    assert acme.client().decide(number, "rejected") == 409


def test_only_what_the_marketplace_left_is_decided(acme: House) -> None:
    number = acme.offer_one(quantity=3)
    answer_by_now(acme, line("71000001", quantity=3, handlings=handled(Resolution.REJECT)))
    assert acme.client().decide(number, "accepted") == 200
    assert [found[:2] for found in decisions(number) if found[2] == "shop"] == [("accept", 2)]
    assert acme.told(number) == [("accept", "wanted")]


def test_units_that_are_added_later_are_decided_later(acme: House) -> None:
    number = acme.offer_one()
    api = acme.client()
    api.decide(number, "accepted")
    acme.tell(DONE)
    answer_by_now(acme, line("71000001", quantity=2, handlings=handled(Resolution.ACCEPT)))
    assert api.row(number)["status"] == "new"
    assert api.decide(number, "accepted") == 200
    acme.tell(DONE)
    assert api.row(number)["status"] == "accepted"
    assert [found[:2] for found in decisions(number)] == [("accept", 1), ("accept", 1)]


def test_a_closed_return_that_does_not_say_how_is_manual(acme: House) -> None:
    number = acme.offer_one()
    answer_by_now(acme, line("71000001", awaits=False))
    assert acme.client().row(number)["status"] == "manual"
    assert acme.client().decide(number, "accepted") == 409


def test_a_return_that_is_gone_is_manual(acme: House) -> None:
    number = acme.offer_one()
    record_looks(acme.bol, [Looked("41000001", None, datetime.now(UTC))])
    assert acme.client().row(number)["status"] == "manual"
    assert acme.client().decide(number, "accepted") == 409


def test_a_changed_mind_on_the_desk_is_the_rows_status(acme: House) -> None:
    number = acme.offer_one()
    acme.client().decide(number, "rejected")
    acme.tell(DONE)
    row = Line.objects.get(pk=number)
    choice = desk.Choice(row.ref, Resolution.ACCEPT, 1, revises=True)
    desk.decide(row.of_id, [choice], Source.DESK, datetime.now(UTC), "jo@example.org")
    assert acme.client().row(number)["status"] == "processing"
    acme.tell(DONE)
    assert acme.client().row(number)["status"] == "accepted"


def test_a_paused_shop_and_a_paused_marketplace_still_take_decisions(acme: House) -> None:
    number = acme.offer_one()
    Connection.objects.update(state="paused")
    assert acme.client().decide(number, "accepted") == 200
    assert acme.told(number) == [("accept", "wanted")]


@pytest.mark.parametrize("number", [0, 999, -1, 2**31, 2**63, 10**40, 1_000_000_001])
def test_an_unknown_number(acme: House, number: int) -> None:
    acme.offer_one()
    for answer in (
        acme.client().get(f"/returns/{number}"),
        acme.client().post(f"/returns/{number}/status", {"status": "accepted"}),
    ):
        assert answer.status_code == 404
        assert answer.json() == {"status": "error", "message": f"There is no return {number}"}


@pytest.mark.parametrize("body", [{}, {"status": "new"}, {"status": "manual"}, {"status": "processing"}, {"status": 1}])
def test_a_word_that_cannot_be_set(acme: House, body: dict[str, object]) -> None:
    number = acme.offer_one()
    answer = acme.client().post(f"/returns/{number}/status", body)
    assert answer.status_code == 422
    [flaw] = answer.json()["detail"]
    assert flaw["loc"] == ["body", "status"]
    assert flaw["msg"]
    assert flaw["type"]
    assert decisions(number) == []
