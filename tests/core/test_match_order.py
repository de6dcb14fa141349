"""Which order of the shop it may be: what speaks for it, in words that tell nothing of the customer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.core.match_line import Kind, Learned, ShopLine, key
from retour.core.match_order import MOST, OFFERED_FROM, REASONS, Candidate, Clues, holds, rank, reason_text, score
from retour.core.model import Money, Order, OrderLine, Party
from tests.core.builders import item

OPENED = datetime(2026, 3, 2, tzinfo=UTC)
PLACED = OPENED - timedelta(days=10)
EUR = Money(Decimal("12.50"), "EUR")
NOOR = Party("Noor", "Exämple", street="Kanaalweg", house_number="12", postcode="3526 KL", email="noor@example.org")
CLUES = Clues(
    Order("C000TEST01", (OrderLine("1", 2, sku="MUG-BLUE", unit_price=EUR),), placed_at=PLACED, numbers=("884422",)),
    (item(sku="MUG-BLUE", gtin="0000000000017", quantity=2, title="Mug, blue", order_line_ref="1"),),
    OPENED,
    (NOOR,),
)
MUGS = (ShopLine("1", 2, sku="MUG-BLUE", gtins=("17",), title="Mug - blue"), ShopLine("2", 1, sku="MUG-RED"))
ALIAS = {key(Kind.SKU, "MUG-BLUE"): Learned(Kind.SKU, "MUG-BLUE", "M1", PLACED, "noor")}


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        pytest.param({"number": "BOL-C000TEST01"}, "number_in_number", id="number"),
        pytest.param({"references": ("x", "c000test01/2")}, "number_in_reference", id="reference"),
        pytest.param({"comments": ("Besteld met nummer 884422.",)}, "number_in_comment", id="comment"),
        pytest.param({"people": (Party(email="C000TEST01+x@relay.example.org"),)}, "number_in_email", id="alias"),
        pytest.param({"people": (Party(email="NOOR@example.org "),)}, "email", id="e-mail"),
        pytest.param(
            {"people": (Party(street="Kanaalweg 12 B", postcode="3526kl"),)}, "address", id="number in street"
        ),
        pytest.param({"people": (Party(last_name="noor example"),)}, "name", id="the whole name in one"),
        pytest.param({"people": (Party("N.", "Example"),)}, "name", id="an initial"),
        pytest.param({"lines": MUGS}, "sku", id="SKU"),
        pytest.param({"lines": (replace(MUGS[0], sku="OTHER"), MUGS[1])}, "gtin", id="EAN"),
        pytest.param({"lines": (replace(MUGS[0], sku="x", theirs="1"), MUGS[1])}, "line_id", id="order line"),
        pytest.param({"lines": (replace(MUGS[0], sku="x", gtins=()), MUGS[1])}, "title", id="title"),
        pytest.param({"lines": (replace(MUGS[0], quantity=1), MUGS[1])}, "short", id="not so many"),
        pytest.param({"lines": (ShopLine("1", 2, sku="M1"), MUGS[1])}, "learned", id="learned"),
        pytest.param({"total": Money(Decimal("25.00"), "EUR")}, "total", id="total"),
        pytest.param({"placed_at": PLACED + timedelta(hours=2)}, "near", id="time"),
        pytest.param({"linked_to": "c000-test01"}, "number_alike", id="a stored link with nearly the same number"),
    ],
)
def test_what_speaks_for_it(about: dict[str, object], reason: str) -> None:
    candidate = Candidate(**({"number": "000000012"} | about))  # type: ignore[arg-type]
    scored = score(CLUES, candidate, ALIAS)
    assert scored is not None
    assert [why.key for why in scored.reasons] == [reason]
    told = reason_text(scored.reasons[0])
    assert "{" not in told
    assert not any(secret in told.casefold() for secret in ("noor", "kanaalweg", "3526", "example"))


@pytest.mark.parametrize(
    "about",
    [
        pytest.param({"number": "C000TEST011"}, id="a longer number"),
        pytest.param({"comments": ("XC000TEST01",)}, id="the end of another"),
        pytest.param({"people": (Party(street="Kanaalweg 13", postcode="3526 KL"),)}, id="next door"),
        pytest.param({"people": (Party(street="Elsewhere 12", postcode="1000 AA"),)}, id="another postcode"),
        pytest.param({"people": (Party(house_number="12"), Party(), Party(email=""))}, id="nothing known of them"),
        pytest.param({"people": (Party("Sanne", "Example"),)}, id="another first name"),
        pytest.param({"people": (Party(last_name="Example"),)}, id="a last name alone"),
        pytest.param({"total": Money(Decimal("25.00"), "SEK")}, id="another currency"),
        pytest.param({"linked_to": "0000"}, id="a short number"),
    ],
)
def test_what_does_not(about: dict[str, object]) -> None:
    scored = score(CLUES, Candidate(**({"number": "000000012"} | about)), {})  # type: ignore[arg-type]
    assert scored is not None
    assert (scored.score, scored.reasons) == (0, ())


def test_other_products_speak_against_it() -> None:
    same = Candidate("1", people=(NOOR,), lines=MUGS)
    other = Candidate("2", people=(NOOR,), lines=(ShopLine("1", 2, sku="A"), ShopLine("2", 1, sku="B")))
    assert [one.candidate.number for one in rank(CLUES, [other, same], {})] == ["1", "2"]


@pytest.mark.parametrize("placed", [OPENED + timedelta(days=2), PLACED - timedelta(days=4)])
def test_no_order_is_placed_after_its_return_or_before_it_was_sold(placed: datetime) -> None:
    assert score(CLUES, Candidate("C000TEST01", placed_at=placed), {}) is None


def test_without_the_orders_date_a_time_before_the_return_counts_little() -> None:
    scored = score(replace(CLUES, order=Order("C000TEST01")), Candidate("1", placed_at=PLACED), {})
    assert scored is not None
    assert [reason_text(why) for why in scored.reasons] == ["Placed in the months before the return"]
    assert scored.score < OFFERED_FROM


def test_the_best_few_once_each_the_nearest_of_equals_first() -> None:
    many = [
        Candidate(f"C000TEST01-{n}", placed_at=PLACED + timedelta(hours=n), people=(NOOR,)) for n in range(MOST + 3)
    ]
    ranked = rank(CLUES, [*reversed(many), many[0]], {})
    assert [one.candidate.number for one in ranked] == [one.number for one in many[:MOST]]


def test_nothing_weak_is_offered() -> None:
    by_name = Candidate("1", people=(Party("N", "Example"),))
    assert rank(CLUES, [by_name, Candidate("2", placed_at=PLACED)], {}) == ()
    assert rank(CLUES, [replace(by_name, placed_at=PLACED)], {}) != ()


def test_every_reason_has_words() -> None:
    for name, sentence in REASONS.items():
        params = {"word": "W", "quantity": "2", "day": "2026-03-02"}
        assert sentence.format(**params), name


def test_personal_data_is_in_no_repr() -> None:
    candidate = Candidate("1", comments=("Noor",), people=(NOOR,))
    assert "Noor" not in f"{CLUES!r}{candidate!r}{score(CLUES, candidate, {})!r}"


texts = st.text(max_size=12)
parties = st.builds(
    Party, *[st.none() | texts] * 3, postcode=st.none() | texts, street=st.none() | texts, email=st.none() | texts
)


@given(texts)
def test_a_number_is_found_between_signs(number: str) -> None:
    if number:
        assert holds(f" {number} ", number)


@given(st.lists(parties, max_size=3).map(tuple), st.lists(parties, max_size=3).map(tuple), texts, texts)
def test_any_texts_can_be_compared(
    people: tuple[Party, ...], theirs: tuple[Party, ...], number: str, comment: str
) -> None:
    clues = Clues(Order(number), (), OPENED, people)
    candidate = Candidate("1", comments=(comment,), people=theirs)
    scored, mirrored = (
        score(clues, candidate, {}),
        score(replace(clues, people=theirs), replace(candidate, people=people), {}),
    )
    assert scored is not None
    assert mirrored is not None
    of_people = {"email", "address", "name"}
    assert {w.key for w in scored.reasons} & of_people == {w.key for w in mirrored.reasons} & of_people
