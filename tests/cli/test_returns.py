"""`retour returns` does what the desk does."""

import json
from datetime import UTC, datetime

import pytest

from retour.core.model import EffectState
from retour.store.claim import claim_creates, claim_settles
from retour.store.models import Return
from retour.store.record import Looked, record_looks
from retour.store.results import Result, record_results
from tests.cli.conftest import OPENED, SEEN, make_in_shop, marketplace, seen, shop, take_in
from tests.cli.hub import run

pytestmark = pytest.mark.usefixtures("project")


def _ids(*words: str) -> list[str]:
    return [shape["ref"] for shape in run("returns", "list", "--json", *words).json]


def test_an_empty_list_is_an_array() -> None:
    result = run("returns", "list", "--json")
    assert (result.json, result.err) == ([], "")


def test_the_list_is_narrowed_by_every_filter() -> None:
    take_in(*(seen(str(41_000_000 + number)) for number in range(1, 4)))
    Return.objects.filter(ref="41000002").update(stage="closed", opened_at=OPENED.replace(month=4))
    assert _ids() == ["41000002", "41000003", "41000001"]
    assert _ids("--stage", "closed") == ["41000002"]
    assert _ids("--stage", "closed", "--stage", "new") == ["41000002", "41000003", "41000001"]
    assert _ids("--since", "2026-04-01") == ["41000002"]
    assert _ids("--since", "2026-04-02T09:15:30") == ["41000002"]
    assert _ids("--since", "2026-04-03") == []
    assert _ids("--limit", "2") == ["41000002", "41000003"]
    for words in (("--connection", "bol-nl"), ("--connection", "acme/webshop/bol-nl"), ("--company", "acme")):
        assert len(_ids(*words)) == 3
    assert len(_ids("--project", "webshop")) == len(_ids("--project", "acme/webshop")) == 3


def test_a_person_sees_one_line_for_each_return_and_is_told_of_the_rest() -> None:
    take_in(*(seen(str(41_000_000 + number), lines=2) for number in range(1, 53)))
    result = run("returns", "list")
    rows = result.out.splitlines()
    assert rows[0].split() == ["ID", "STAGE", "OPENED", "CONNECTION", "REF", "QTY", "PRODUCT", "WHY"]
    assert len(rows) == 51
    assert rows[1].split("  ")[1:] != []
    assert "acme/webshop/bol-nl  41000052  4    Mug, blue and 1 more  Being made in the shop" in rows[1]
    assert result.err == "50 of 52. --limit shows more.\n"


def test_a_platform_s_words_cannot_steer_the_terminal() -> None:
    (row,) = take_in(seen())
    row.lines.update(title="\x1b]0;hacked\x07Mug")
    shown = run("returns", "list").out
    assert "\x1b" not in shown
    assert "hacked" in shown


@pytest.mark.parametrize("command", ["show", "decide", "mark-done", "retry"])
def test_what_is_no_return_is_a_mistake(command: str) -> None:
    words = ["accept"] if command == "decide" else []
    for number in ("r-99999", "nonsense"):
        result = run("returns", command, number, *words)
        assert (result.code, result.out) == (2, "")
        assert number in result.err


def test_a_return_is_shown_with_its_timeline() -> None:
    (row,) = take_in(seen())
    make_in_shop()
    for name in (row.public_id, str(row.pk), row.public_id.upper()):
        shape = run("returns", "show", name, "--json").json
        assert shape["id"] == row.public_id
    assert [event["kind"] for event in shape["timeline"]] == ["seen", "created"]
    page = run("returns", "show", row.public_id).out
    assert page.startswith(f"{row.public_id}  open  Waiting for the merchant's decision\nacme/webshop/bol-nl (bol)")
    assert "wrong_size_fit - Te klein" in page
    assert "Made in the shop as return 57" in page


def test_deciding_wants_an_effect_and_names_who_did_it() -> None:
    (row,) = take_in(seen())
    make_in_shop()
    shape = run("returns", "decide", row.public_id, "accept", "--json").json
    assert shape["lines"][0]["decisions"] == [{"resolution": "accept", "quantity": 2, "source": "desk", "told": None}]
    assert shape["effects"][1] | {"key": ""} == {
        "kind": "settle",
        "key": "",
        "state": "wanted",
        "attempts": 0,
        "error": None,
    }
    assert shape["timeline"][-1]["actor"].startswith("cli:")


def test_a_part_of_a_line_can_be_decided() -> None:
    (row,) = take_in(seen(lines=2))
    make_in_shop()
    result = run("returns", "decide", row.public_id, "reject", "--quantity", "1")
    assert (result.code, result.out) == (2, "")
    assert result.err == f"retour: {row.public_id} has several lines: say with --line which one (70000011, 70000012).\n"
    words = ("--line", "70000012", "--quantity", "1", "--reason", "worn", "--json")
    shape = run("returns", "decide", row.public_id, "reject", *words).json
    assert [line["left"] for line in shape["lines"]] == [2, 1]
    assert row.lines.get(ref="70000012").decisions[0]["reason"] == "worn"


def test_without_a_line_everything_that_is_left_is_decided() -> None:
    (row,) = take_in(seen(lines=2))
    make_in_shop()
    run("returns", "decide", row.public_id, "reject", "--line", "70000012")
    shape = run("returns", "decide", row.public_id, "accept", "--json").json
    decided = [[d["resolution"] for d in line["decisions"]] for line in shape["lines"]]
    assert decided == [["accept"], ["reject"]]
    result = run("returns", "decide", row.public_id, "accept")
    assert (result.code, result.err) == (2, f"retour: Nothing of {row.public_id} is left to decide.\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("accept", "--quantity", "3"), "The quantity must be from 1 to 2; 3 was given."),
        (("accept", "--line", "7"), "This return has no line 7."),
        (("accept", "--revise"), "there is nothing to change."),
    ],
)
def test_a_decision_that_does_not_fit_changes_nothing(words: tuple[str, ...], sentence: str) -> None:
    (row,) = take_in(seen())
    make_in_shop()
    result = run("returns", "decide", row.public_id, *words)
    assert result.code == 2
    assert sentence in result.err
    assert row.lines.get().decisions == []


def test_a_wrong_word_is_a_usage_error() -> None:
    result = run("returns", "decide", "r-1", "acept")
    assert result.code == 2
    assert "'acept' is not one of 'accept'" in result.err


def _refused_settle() -> Return:
    (row,) = take_in(seen())
    make_in_shop()
    run("returns", "decide", row.public_id, "accept")
    (settle,) = claim_settles(marketplace(), "a worker", datetime.now(UTC), 10)
    record_results(marketplace(), [Result(settle.key, EffectState.REFUSED, error="too late")], [], SEEN)
    # What was refused is looked at before anything else leaves.
    record_looks(marketplace(), [Looked(row.ref, seen(), datetime.now(UTC))])
    return row


def test_what_was_refused_is_sent_again() -> None:
    row = _refused_settle()
    shape = run("returns", "show", row.public_id, "--json").json
    assert (shape["stage"], shape["effects"][1]["error"]) == ("attention", "too late")
    shape = run("returns", "retry", row.public_id, "--effect", shape["effects"][1]["key"], "--json").json
    assert (shape["stage"], shape["effects"][1]["state"]) == ("sending", "wanted")


def test_what_was_refused_is_done_by_hand() -> None:
    row = _refused_settle()
    shape = run("returns", "mark-done", row.public_id, "--json").json
    assert (shape["stage"], shape["lines"][0]["decisions"][0]["told"]) == ("closed", "by_hand")
    result = run("returns", "mark-done", row.public_id)
    assert (result.code, result.err) == (2, "retour: Nothing of this return waits to be done by hand.\n")


def test_a_create_that_a_person_found_needs_its_number() -> None:
    (row,) = take_in(seen())
    (create,) = claim_creates(shop(), "a worker", datetime.now(UTC), 10)
    record_results(shop(), [Result(create.key, EffectState.UNKNOWN, asks=True)], [], SEEN)
    result = run("returns", "mark-done", row.public_id)
    assert (result.code, result.err) == (
        2,
        "retour: Say which return of the shop it is: its id there is needed.\n",
    )
    shape = run("returns", "mark-done", row.public_id, "--shop-return", "812", "--json").json
    assert (shape["stage"], shape["lines"][0]["shop_return"]) == ("open", "812")


def test_the_array_is_one_document_however_long_it_is() -> None:
    take_in(*(seen(str(41_000_000 + number)) for number in range(1, 12)))
    out = run("returns", "list", "--json").out
    assert len(json.loads(out)) == 11
    assert out.count("\n") == 13, "one line for each, so that it can be read while it is written"


def test_settings_that_no_longer_fit_are_said_without_their_values() -> None:
    """After an upgrade, a setting that was stored may not be known any more."""
    take_in(seen())
    row = marketplace()
    row.settings = {**row.settings, "clientid": "a-value-not-to-be-shown"}
    row.fingerprint = "other"
    row.save()
    result = run("returns", "list", "--json")
    assert result.code == 1
    assert "do not fit its connector any more (clientid)" in result.err
    assert "a-value-not-to-be-shown" not in result.out + result.err
