"""What people do on a return's page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from retour.core.model import EffectKind, EffectState, Resolution, Source, Stage
from retour.store import desk
from retour.store.models import MarketplaceOrder, Return
from tests.web.conftest import AT, House, effect_of, line, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(acme: House) -> Return:
    """A return of two mugs, in the shop, that waits for a decision."""
    row = acme.see("41000001", line(quantity=2))
    acme.into_shop(row)
    return row


def decide(client: Client, row: Return, **answers: Any) -> Any:
    first = row.lines.order_by("pk")[0]
    form = {
        "line": first.pk,
        "known": len(first.decisions),
        "resolution": "accept",
        "quantity": 2,
        "reason": "",
        **answers,
    }
    return client.post(f"/returns/{row}/decide", form)


def decided(row: Return) -> list[tuple[str, int, str, str | None]]:
    """The standing decisions of the first line."""
    rows = row.lines.order_by("pk")[0].decisions
    return [(d["resolution"], d["quantity"], d["source"], d["reason"]) for d in rows if not d["void"]]


def test_a_decision_is_made_and_will_be_told(row: Return, jo: Client) -> None:
    response = decide(jo, row, resolution="reject", quantity=1, reason=" worn ")
    assert response.headers["Location"] == f"/returns/{row}"
    assert decided(row) == [("reject", 1, "desk", "worn")]
    effect = effect_of(row, EffectKind.SETTLE)
    assert (effect.state, effect.resolution, effect.quantity) == (EffectState.WANTED, "reject", 1)
    assert row.events.get(kind="decided").actor == "jo@example.org"
    assert "Decided: Reject, 1 piece." in page(jo.get(f"/returns/{row}"))


def test_each_of_the_six_decisions_can_be_made(acme: House, jo: Client) -> None:
    for number, resolution in enumerate(Resolution):
        row = acme.see(f"4100{number}", line(quantity=2))
        assert decide(jo, row, resolution=resolution.value).status_code == 302
        assert decided(row) == [(resolution.value, 2, "desk", None)]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"resolution": ""}, "Choose a decision."),
        ({"resolution": "destroy"}, "destroy is not one of the available choices"),
        ({"quantity": ""}, "This field is required."),
        ({"quantity": 0}, "greater than or equal to 1"),
        ({"quantity": 3}, "The quantity must be from 1 to 2; 3 was given."),
        ({"quantity": "1.5"}, "Enter a whole number."),
        ({"line": 999_999}, "This return has no such line."),
        ({"line": "x"}, "This return has no such line."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_lost(
    row: Return, jo: Client, answers: dict[str, Any], sentence: str
) -> None:
    response = decide(jo, row, **{"reason": "Came back <wet>", **answers})
    html = response.content.decode()
    assert response.status_code == 422
    assert sentence in html
    assert decided(row) == []
    if "line" not in answers:
        assert 'value="Came back &lt;wet&gt;"' in html
        assert ("resolution" in answers) or 'value="accept" required checked' in html


def test_a_line_of_another_return_cannot_be_decided_here(acme: House, row: Return, jo: Client) -> None:
    stranger = acme.see("41000002", line())
    response = decide(jo, row, line=stranger.lines.get().pk)
    assert response.status_code == 422
    assert decided(stranger) == []


def test_the_second_click_refunds_no_second_unit(row: Return, jo: Client) -> None:
    assert decide(jo, row, quantity=1, known=0).status_code == 302
    response = decide(jo, row, quantity=1, known=0)
    assert response.status_code == 422
    assert "This line was decided in the meantime." in response.content.decode()
    assert decided(row) == [("accept", 1, "desk", None)]
    assert decide(jo, row, quantity=1, known=1).status_code == 302
    assert decided(row) == [("accept", 1, "desk", None), ("accept", 1, "desk", None)]


def test_a_decision_that_has_not_left_gives_way(row: Return, jo: Client) -> None:
    decide(jo, row)
    assert "Decide otherwise" in page(jo.get(f"/returns/{row}"))
    decide(jo, row, resolution="reject")
    assert decided(row) == [("reject", 2, "desk", None)]


def test_what_was_told_changes_only_where_the_marketplace_lets_it(acme: House, row: Return, jo: Client) -> None:
    decide(jo, row, resolution="reject")
    acme.outcome(effect_of(row, EffectKind.SETTLE), EffectState.DONE)
    html = page(jo.get(f"/returns/{row}"))
    assert "Change what was told" in html
    assert [name for name in Resolution if f'value="{name}"' in html] == [Resolution.ACCEPT, Resolution.KEEP]
    assert decide(jo, row, resolution="accept", revises="on").status_code == 302
    assert decided(row)[-1] == ("accept", 2, "desk", None)


def test_what_was_refunded_offers_no_decision(acme: House, row: Return, jo: Client) -> None:
    decide(jo, row)
    acme.outcome(effect_of(row, EffectKind.SETTLE), EffectState.DONE)
    assert 'name="resolution"' not in page(jo.get(f"/returns/{row}"))
    response = decide(jo, row, resolution="reject")
    assert response.status_code == 422
    assert "Only 0 of this line is still to be decided" in response.content.decode()


@pytest.mark.parametrize("act", ["retry", "done"])
def test_a_refused_decision_is_sent_again_or_marked_as_done(acme: House, row: Return, jo: Client, act: str) -> None:
    decide(jo, row)
    effect = effect_of(row, EffectKind.SETTLE)
    acme.outcome(effect, EffectState.REFUSED, error="Not today <b>", note="refused")
    acme.see(row.ref, line(quantity=2), at=AT + timedelta(minutes=1))  # what was refused is looked at first
    html = page(jo.get(f"/returns/{row}"))
    assert "bol refused the decision" in html
    assert "Not today &lt;b&gt;" in html
    assert jo.post(f"/returns/{row}/{act}", {"key": effect.key}).status_code == 302
    effect.refresh_from_db()
    assert (effect.state, effect.by_hand) == (("wanted", False) if act == "retry" else ("done", True))
    if act == "done":
        assert "You have told bol by hand" in page(jo.get(f"/returns/{row}"))


def test_a_lost_create_asks_whether_it_is_in_the_shop(acme: House, jo: Client) -> None:
    row = acme.see("41000001", line())
    effect = effect_of(row, EffectKind.CREATE)
    acme.outcome(effect, EffectState.UNKNOWN, asks=True, note="asks")
    html = page(jo.get(f"/returns/{row}"))
    assert "Is it in the shop?" in html
    assert "It is not there: create again" in html
    response = jo.post(f"/returns/{row}/done", {"key": effect.key})
    assert response.status_code == 422
    assert "its id there is needed" in response.content.decode()
    assert jo.post(f"/returns/{row}/done", {"key": effect.key, "shop_return": " 57 "}).status_code == 302
    effect.refresh_from_db()
    assert (effect.state, row.lines.get().shop_ref) == ("done", "57")


def test_a_lost_create_that_is_not_there_is_made_again(acme: House, jo: Client) -> None:
    row = acme.see("41000001", line())
    effect = effect_of(row, EffectKind.CREATE)
    acme.outcome(effect, EffectState.UNKNOWN, asks=True)
    assert jo.post(f"/returns/{row}/retry", {"key": effect.key}).status_code == 302
    effect.refresh_from_db()
    assert (effect.state, effect.asks) == ("wanted", False)


def test_a_lost_decision_asks_whether_it_has_arrived(acme: House, row: Return, jo: Client) -> None:
    decide(jo, row)
    acme.outcome(effect_of(row, EffectKind.SETTLE), EffectState.UNKNOWN, asks=True)
    html = page(jo.get(f"/returns/{row}"))
    assert "Has the decision arrived at bol?" in html
    assert "a refund that is sent twice is paid twice" in html


@pytest.mark.parametrize("act", ["retry", "done"])
def test_where_nothing_waits_it_says_so(row: Return, jo: Client, act: str) -> None:
    response = jo.post(f"/returns/{row}/{act}", {"key": f"{row}:70000001:settle:1"})
    assert response.status_code == 422
    assert "Nothing of this return" in response.content.decode()
    assert jo.post(f"/returns/{row}/{act}").status_code == 422


def test_an_effect_of_another_return_is_not_touched(acme: House, row: Return, jo: Client) -> None:
    stranger = acme.see("41000002", line())
    effect = effect_of(stranger, EffectKind.CREATE)
    acme.outcome(effect, EffectState.UNKNOWN, asks=True)
    assert jo.post(f"/returns/{row}/retry", {"key": effect.key}).status_code == 422
    effect.refresh_from_db()
    assert effect.state == "unknown"


def test_what_cannot_be_told_is_told_by_hand(acme: House, jo: Client) -> None:
    row = acme.see("41000001", line(), bol=acme.marketplace("bol-be", keep_as="by_hand"))
    acme.into_shop(row)
    assert "This marketplace cannot be told" not in page(jo.get(f"/returns/{row}"))
    decide(jo, row, resolution="keep", quantity=1)
    html = page(jo.get(f"/returns/{row}"))
    assert "bol cannot be told: do it there by hand" in html
    assert "I have told bol" in html
    assert jo.post(f"/returns/{row}/told").status_code == 302
    row.refresh_from_db()
    assert row.stage == Stage.CLOSED
    html = page(jo.get(f"/returns/{row}"))
    assert "You have told bol by hand" in html
    assert "I have told bol" not in html
    assert jo.post(f"/returns/{row}/told").status_code == 422


def test_saying_that_one_thing_was_told_answers_no_other_question(acme: House, jo: Client) -> None:
    row = acme.see("41000001", line(), line(ref="70000002"), bol=acme.marketplace("bol-be", keep_as="by_hand"))
    acme.into_shop(row)
    choices = [desk.Choice("70000001", Resolution.KEEP), desk.Choice("70000002", Resolution.ACCEPT)]
    desk.decide(row.pk, choices, Source.DESK, AT, "jo")
    effect = effect_of(row, EffectKind.SETTLE)
    acme.outcome(effect, EffectState.REFUSED, error="No", note="refused")
    response = jo.post(f"/returns/{row}/told")
    assert response.status_code == 422
    assert "Answer the other questions of this return first." in response.content.decode()
    effect.refresh_from_db()
    assert effect.state == "refused"


def test_an_order_is_linked_to_the_shops(acme: House, row: Return, jo: Client) -> None:
    answers = {"line": row.lines.get().pk, "shop_order": " 000000012 "}
    assert jo.post(f"/returns/{row}/link-order", answers).status_code == 302
    order = MarketplaceOrder.objects.get()
    assert (order.project, order.ref, order.shop_order, order.linked_by) == (
        acme.project, "C000TEST01", "000000012", "desk"
    )  # fmt: skip


@pytest.mark.parametrize("answers", [{"shop_order": ""}, {"line": 999_999}, {"line": "x"}, {"shop_order": "x" * 201}])
def test_an_order_that_is_not_named_is_not_linked(row: Return, jo: Client, answers: dict[str, Any]) -> None:
    given = {"line": row.lines.get().pk, "shop_order": "1", **answers}
    assert jo.post(f"/returns/{row}/link-order", given).status_code == 422
    assert not MarketplaceOrder.objects.exists()
