"""How a customer's form is read on every simulated marketplace, and what its page shows."""

import pytest
from aiohttp import web

from retour.sandbox.commands import Impossible
from retour.sandbox.markup import Html, units
from retour.sandbox.storefront import Form, Storefront, acts, card, existing, listing, nothing, return_form, row


@pytest.mark.parametrize(("text", "left", "quantity"), [("1", 1, 1), ("02", 3, 2), ("3", 3, 3)])
def test_a_quantity_of_what_is_left(text: str, left: int, quantity: int) -> None:
    assert Form({"quantity": text}).quantity(left) == quantity


@pytest.mark.parametrize("text", ["", "-1", "1.0", "x", "²", "٣", "9" * 5000])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(web.HTTPBadRequest) as refused:
        Form({"quantity": text}).quantity(3)
    assert refused.value.text == "Please choose a product, a reason and a quantity."


@pytest.mark.parametrize("text", ["0", "4", "999999999"])
def test_more_than_there_is_or_nothing(text: str) -> None:
    with pytest.raises(web.HTTPBadRequest) as refused:
        Form({"quantity": text}).quantity(3)
    assert refused.value.text == "You can send back at most 3."


def test_only_a_reason_that_is_offered() -> None:
    assert Form({"reason": "too_small"}).reason({"too_small"}) == "too_small"
    for fields in ({}, {"reason": "x"}, {"reason": ""}):
        with pytest.raises(web.HTTPBadRequest):
            Form(fields).reason({"too_small"})


def test_a_comment_is_cut() -> None:
    assert Form({"comment": "  Too small.  "}).comment(5) == "Too s"
    assert Form({}).comment(5) == ""


@pytest.mark.parametrize(
    ("raised", "answer"), [(KeyError("7"), web.HTTPNotFound), (Impossible("It is closed."), web.HTTPConflict)]
)
def test_what_cannot_be_done_with_a_return(raised: Exception, answer: type[web.HTTPException]) -> None:
    with pytest.raises(answer), existing():
        raise raised


def test_nothing_is_offered_of_what_is_gone() -> None:
    assert "<form" in return_form("Mug", 1, {"item": "1"}, Html())
    assert "<form" not in return_form("Mug", 0, {"item": "1"}, Html())


def test_an_empty_list_is_empty() -> None:
    """So that what calls it can say so in words."""
    assert listing([]) == acts([]) == ""


def test_people_and_platforms_write_no_html() -> None:
    evil = "<script>"
    shown = [
        card(evil, evil, evil, [row(units(1, evil), evil, nothing(evil))]),
        return_form(evil, 1, {"item": evil}, Html(), action=evil, button=evil),
    ]
    page = Storefront("Kiosk", "#000").home(evil, shown, [], notice=evil, explained=evil)
    assert isinstance(page.body, bytes)
    assert b"<script" not in page.body
    assert "Sandbox — not Kiosk." in page.body.decode()


def test_half_a_surrogate_pair_spoils_no_page() -> None:
    page = Storefront("Kiosk", "#000").page("\ud83d")
    assert isinstance(page.body, bytes)
    assert b"<h1>?</h1>" in page.body
