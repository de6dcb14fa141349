"""Which line of the shop's order comes back: certain, or asked."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.core.match_line import By, Kind, Learned, ShopLine, assign, fit, key, learned, shows, to_learn
from retour.core.model import Money, SeenLine
from tests.core.builders import item

PRICE, OTHER_PRICE = Money(Decimal("9.95"), "EUR"), Money(Decimal("12.50"), "EUR")
BLUE = ShopLine("1", 1, product="11", sku="MUG-BLUE", gtins=("0000000000017",), title="Mug, blue", unit_price=PRICE)
RED = ShopLine("2", 2, product="12", sku="MUG-RED", gtins=("0000000000024",), theirs="BOL-2")
MORE_BLUE = ShopLine("3", 3, product="13", sku="MUG-BLUE", unit_price=PRICE)
DEARER_BLUE = ShopLine("4", 3, product="13", sku="MUG-BLUE", unit_price=OTHER_PRICE)
BY_EAN = ShopLine("5", 1, sku="0000000000031")
NAMELESS, NAMELESS_TOO = ShopLine("6", 1, gtins=("17",)), ShopLine("7", 1, gtins=("17",))
AT = datetime(2026, 3, 2, tzinfo=UTC)
ALIASES = {key(Kind.SKU, "B-BLUE"): Learned(Kind.SKU, "B-BLUE", "MUG-BLUE", AT, "noor")}


@pytest.mark.parametrize(
    ("what", "lines", "found", "by"),
    [
        pytest.param(item(order_line_ref="BOL-2", sku="MUG-BLUE"), (BLUE, RED), RED, By.LINE_ID, id="its id first"),
        pytest.param(item(sku="MUG-BLUE", gtin=RED.gtins[0]), (BLUE, RED), BLUE, By.SKU, id="SKU before GTIN"),
        pytest.param(item(sku=" MUG-RED "), (BLUE, RED), RED, By.SKU, id="spaces around it do not count"),
        pytest.param(item(gtin="24"), (BLUE, RED), RED, By.GTIN, id="a GTIN without its zeros"),
        pytest.param(item(gtin="31"), (BLUE, BY_EAN), BY_EAN, By.GTIN, id="a GTIN that the shop uses as SKU"),
        pytest.param(item(sku="B-BLUE"), (BLUE, RED), BLUE, By.LEARNED, id="a SKU that was learned"),
        pytest.param(item(sku="X", gtin="9"), (BLUE,), BLUE, By.ONLY, id="the only one"),
        pytest.param(item(sku="ART-1"), (RED, ShopLine("8", 1, sku="A", codes=("ART-1",))), "8", By.SKU, id="a code"),
        pytest.param(item(sku="MUG-BLUE", quantity=2), (BLUE, MORE_BLUE), MORE_BLUE, By.SKU, id="with units enough"),
        pytest.param(item(sku="MUG-BLUE"), (MORE_BLUE, BLUE), BLUE, By.SKU, id="of lines alike, the one it fills"),
        pytest.param(
            item(sku="MUG-BLUE", unit_price=OTHER_PRICE), (BLUE, DEARER_BLUE), DEARER_BLUE, By.SKU, id="by price"
        ),
    ],
)
def test_certain(what: SeenLine, lines: tuple[ShopLine, ...], found: ShopLine | str, by: By) -> None:
    fits = fit(what, lines, ALIASES)
    assert fits.line is not None
    assert (fits.line.ref, fits.by) == (found if isinstance(found, str) else found.ref, by)


@pytest.mark.parametrize(
    ("what", "lines", "alike", "short"),
    [
        pytest.param(item(sku="MUG-BLUE", quantity=2), (BLUE, RED), ("1",), True, id="one unit cannot come back twice"),
        pytest.param(item(sku="X", quantity=2), (BLUE,), ("1",), True, id="nor of the only line"),
        pytest.param(item(sku="MUG-BLUE"), (BLUE, DEARER_BLUE), ("1", "4"), False, id="two prices: a person says"),
        pytest.param(item(gtin="17"), (NAMELESS, NAMELESS_TOO), ("6", "7"), False, id="two products of one GTIN"),
        pytest.param(item(sku="X", gtin="9"), (BLUE, RED), (), False, id="none of them"),
        pytest.param(item(), (BLUE, RED), (), False, id="nothing known"),
        pytest.param(item(sku="", gtin="000"), (BLUE, ShopLine("9", 1, sku="", gtins=("",))), (), False, id="empty"),
        pytest.param(item(sku="MUG-BLUE"), (), (), False, id="no lines"),
    ],
)
def test_not_certain(what: SeenLine, lines: tuple[ShopLine, ...], alike: tuple[str, ...], short: bool) -> None:
    fits = fit(what, lines, ALIASES)
    assert fits.line is None
    assert (tuple(line.ref for line in fits.alike), fits.short) == (alike, short)


def test_each_unit_comes_back_once() -> None:
    items = [(1, item("a", sku="MUG-BLUE")), (2, item("b", sku="MUG-BLUE", quantity=3)), (3, item("c", sku="MUG-BLUE"))]
    fits = assign(items, (BLUE, MORE_BLUE), {}, {})
    assert [fits[n].line for n in (1, 2)] == [BLUE, MORE_BLUE]
    assert fits[3].line is None
    assert fits[3].short


def test_what_a_person_chose_goes_first_and_is_not_doubted() -> None:
    items = [(1, item("a", sku="MUG-BLUE")), (2, item("b", sku="X", quantity=9))]
    fits = assign(items, (BLUE, RED), {}, {2: "1"})
    assert (fits[2].line, fits[2].by) == (BLUE, By.CHOSEN)
    assert fits[1].line is None
    assert assign(items, (BLUE, RED), {}, {2: "no such line"})[2].line is None


def test_what_was_learned_says_so() -> None:
    assert learned(item(sku="B-BLUE"), ALIASES) == ALIASES[key(Kind.SKU, "B-BLUE")]
    assert fit(item(sku="B-BLUE"), (BLUE, RED), ALIASES).learned == ALIASES[key(Kind.SKU, "B-BLUE")]
    assert learned(item(gtin="B-BLUE"), ALIASES) is None
    assert fit(item(sku="MUG-BLUE"), (BLUE, RED), ALIASES).learned is None


def test_only_what_differs_is_learned() -> None:
    assert to_learn(item(sku="B-1", gtin="0000000000017"), BLUE) == ((Kind.SKU, "B-1"),)
    assert to_learn(item(sku="MUG-BLUE", gtin="99"), BLUE) == ((Kind.GTIN, "99"),)
    assert to_learn(item(sku="MUG-BLUE", gtin="17"), BLUE) == ()
    assert to_learn(item(sku="B-1"), NAMELESS) == ()


@pytest.mark.parametrize(
    ("what", "ordered", "lines", "single", "found"),
    [
        pytest.param(item(sku="X", gtin="17"), None, (BLUE, RED), False, BLUE, id="the same GTIN"),
        pytest.param(item(order_line_ref="BOL-2"), None, (BLUE, RED), False, RED, id="the same line"),
        pytest.param(item(sku="X"), 1, (BLUE,), True, BLUE, id="one product in both, as many"),
        pytest.param(item(sku="X"), 2, (BLUE,), True, None, id="one product, but a set of them"),
        pytest.param(item(sku="X"), None, (BLUE,), True, None, id="nobody knows how many were ordered"),
        pytest.param(item(sku="X"), 1, (BLUE, RED), True, None, id="two products in the shop"),
        pytest.param(item(sku="X"), 1, (BLUE,), False, None, id="two products at the marketplace"),
        pytest.param(item(sku="X", gtin="17"), None, (BLUE, NAMELESS), False, None, id="two of that GTIN"),
    ],
)
def test_what_a_certain_link_proves(
    what: SeenLine, ordered: int | None, lines: tuple[ShopLine, ...], single: bool, found: ShopLine | None
) -> None:
    assert shows(what, ordered, lines, single) == found


words = st.sampled_from(["A", "B", "C", None])
shop_lines = st.lists(
    st.builds(
        ShopLine, ref=st.uuids().map(str), quantity=st.integers(1, 4), sku=words, gtins=st.tuples(words.map(str))
    ),
    max_size=5,
).map(tuple)
returned = st.lists(
    st.builds(lambda sku, gtin, quantity: item(sku=sku, gtin=gtin, quantity=quantity), words, words, st.integers(1, 4)),
    max_size=6,
)


@given(returned, shop_lines)
def test_no_order_takes_back_more_than_it_sent(items: list[SeenLine], lines: tuple[ShopLine, ...]) -> None:
    fits = assign(list(enumerate(items)), lines, {}, {})
    assert fits.keys() == dict(enumerate(items)).keys()
    for line in lines:
        assert sum(items[n].quantity for n, one in fits.items() if one.line == line) <= line.quantity
    for one in fits.values():
        assert one.line is None or one.line in lines


@pytest.mark.parametrize("gtin", ["0", "0000000000000", " "])
def test_a_placeholder_says_nothing_of_a_product(gtin: str) -> None:
    what = item(sku=" ", gtin=gtin)
    assert to_learn(what, BLUE) == ()
    assert learned(what, {(Kind.GTIN, ""): Learned(Kind.GTIN, "", "MUG-BLUE", AT, "")}) is None
