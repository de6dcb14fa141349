"""Several lines of a return decided with one click."""

from typing import Any

import pytest
from django.test import Client

from retour.core.model import EffectKind, Resolution, Source
from retour.store import desk
from retour.store.models import Line, Return
from tests.web.conftest import AT, House, line, page, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(acme: House) -> Return:
    """Three products, one of them twice, in the shop, that wait for decisions."""
    row = acme.see("41000001", line("1", title="Mug"), line("2", 2, title="Sock"), line("3", title="Glass"))
    acme.into_shop(row)
    return row


def post(client: Client, row: Return, *answers: dict[str, Any] | None) -> Any:
    """The form as the page shows it, each line with its answers; None: left alone."""
    form: dict[str, Any] = {}
    for one, answer in zip(row.lines.order_by("pk"), answers, strict=True):
        fields = {"known": len(one.decisions), "resolution": "", "quantity": one.quantity, "reason": ""}
        form |= {f"line-{one.pk}-{name}": value for name, value in {**fields, **(answer or {})}.items()}
    return client.post(f"/returns/{row}/decide-several", form)


def decided(row: Return) -> list[list[tuple[str, int]]]:
    """The standing decisions, line by line."""
    lines = Line.objects.filter(of=row).order_by("pk")
    return [[(d["resolution"], d["quantity"]) for d in one.decisions if not d["void"]] for one in lines]


def test_each_line_gets_its_own_decision_and_quantity(row: Return, jo: Client) -> None:
    answers = {"resolution": "accept"}, {"resolution": "reject", "quantity": 1, "reason": "worn"}, None
    assert post(jo, row, *answers).headers["Location"] == f"/returns/{row}"
    assert decided(row) == [[("accept", 1)], [("reject", 1)], []]
    effects = row.effects.filter(kind=EffectKind.SETTLE).order_by("line_ref")
    assert [(e.line_ref, e.state, e.resolution, e.quantity) for e in effects] == [
        ("1", "wanted", "accept", 1),
        ("2", "wanted", "reject", 1),
    ]
    assert "Decided: 2 products." in page(jo.get(f"/returns/{row}"))


def test_the_second_click_decides_nothing(row: Return, jo: Client) -> None:
    answers = {"resolution": "accept"}, {"resolution": "accept", "quantity": 1, "known": 0}, None
    assert post(jo, row, *answers).status_code == 302
    response = post(jo, row, {"resolution": "accept", "known": 0}, answers[1], None)
    assert response.status_code == 422
    assert "This line was decided in the meantime." in response.content.decode()
    assert decided(row) == [[("accept", 1)], [("accept", 1)], []]


def test_what_someone_else_has_decided_stops_all_of_it(row: Return, jo: Client) -> None:
    desk.decide(row.pk, [desk.Choice("2", Resolution.REPAIR, 1)], Source.DESK, AT, "sam")
    response = post(jo, row, {"resolution": "accept"}, {"resolution": "accept", "quantity": 1, "known": 0}, None)
    assert response.status_code == 422
    assert decided(row) == [[], [("repair", 1)], []], "all or none"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"resolution": "destroy"}, "destroy is not one of the available choices"),
        ({"resolution": "accept", "quantity": ""}, "How many?"),
        ({"resolution": "accept", "quantity": 0}, "greater than or equal to 1"),
        ({"resolution": "accept", "quantity": 3}, "The quantity must be from 1 to 2; 3 was given."),
        ({"resolution": "accept", "known": "x"}, ""),
    ],
)
def test_one_that_does_not_fit_stops_all_and_nothing_is_lost(
    row: Return, jo: Client, answer: dict[str, Any], sentence: str
) -> None:
    response = post(jo, row, {"resolution": "reject", "reason": "Came back <wet>"}, answer, None)
    html = response.content.decode()
    assert response.status_code == 422
    assert sentence in html
    assert decided(row) == [[], [], []]
    assert 'value="Came back &lt;wet&gt;"' in html
    assert '<option value="reject" selected>' in html
    assert '<details class="more several" open>' in html


@pytest.mark.parametrize("answers", [(None, None, None), ({"quantity": "x"}, None, None)])
def test_something_must_be_chosen(row: Return, jo: Client, answers: Any) -> None:
    response = post(jo, row, *answers)
    assert response.status_code == 422
    assert "Choose a decision for at least one product." in response.content.decode()


def test_lines_of_another_return_cannot_be_decided_here(acme: House, row: Return, jo: Client) -> None:
    stranger = acme.see("41000002", line("1"))
    key = stranger.lines.get().pk
    form = {f"line-{key}-known": 0, f"line-{key}-resolution": "accept", f"line-{key}-quantity": 1}
    assert jo.post(f"/returns/{row}/decide-several", form).status_code == 422
    assert decided(stranger) == [[]]


def test_it_is_offered_where_several_lines_wait(acme: House, row: Return, jo: Client) -> None:
    title = "Decide several products at once"
    html = page(jo.get(f"/returns/{row}"))
    assert title in html
    assert "Accept (refunds)" in html
    post(jo, row, {"resolution": "accept"}, {"resolution": "reject"}, None)
    assert title not in page(jo.get(f"/returns/{row}")), "one is left"
    assert title not in page(jo.get(f"/returns/{acme.see('41000002', line())}"))


def test_what_is_told_by_hand_says_so_before_it_is_chosen(acme: House, jo: Client) -> None:
    row = acme.see("41000001", line("1"), line("2"), bol=acme.marketplace("bol-be", keep_as="by_hand"))
    assert "Keep (refunds) (tell by hand)" in words_of(page(jo.get(f"/returns/{row}")))


def test_people_of_other_companies_decide_nothing(other: House, jo: Client) -> None:
    row = other.see("41000001", line("1"), line("2"))
    assert post(jo, row, {"resolution": "accept"}, {"resolution": "accept"}).status_code == 404
    assert decided(row) == [[], []]
    assert jo.get(f"/returns/{row}/decide-several").status_code == 405
