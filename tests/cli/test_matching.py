"""Orders and products by hand: what is offered, said, learned and forgotten."""

import pytest

from retour.connectors.contract import ShopOrder
from retour.core.match_line import ShopLine
from retour.core.match_order import Candidate
from retour.store import candidates, orders
from retour.store.models import Connection, LearnedSku, MarketplaceOrder, Return
from retour.store.sealed import seal, unseal
from retour.sync import rhythm
from tests.cli.conftest import SEEN, seen, shop, take_in
from tests.cli.hub import run

pytestmark = pytest.mark.usefixtures("project")
LINES = (ShopLine("901", 2, product="11", sku="M-B"), ShopLine("902", 2, product="12", sku="M-R"))


@pytest.fixture
def row(project: object) -> Return:
    """A return whose order the shop has not, for certain."""
    [found] = take_in(seen())
    orders.record_found(shop(), "C000TEST01", None, SEEN, rhythm.next_search)
    for clues in candidates.to_offer(shop(), SEEN, 9):
        near = Candidate("ORD1", "77", placed_at=None, references=("x-C000TEST01",), lines=LINES)
        candidates.record_offered(shop(), clues, [near], SEEN)
    return found


def test_show_offers_orders_with_what_speaks_for_them(row: Return) -> None:
    shown = run("returns", "show", str(row))
    assert "ORD1" in shown.out
    assert "Its reference holds the marketplace's order number" in shown.out
    told = run("returns", "show", str(row), "--json").json["candidates"]
    assert told == [
        {
            "order_ref": "C000TEST01",
            "shop_order": "ORD1",
            "placed_at": None,
            "score": 40,
            "reasons": ["Its reference holds the marketplace's order number"],
        }
    ]


def test_linking_the_one_that_was_offered(row: Return) -> None:
    result = run("orders", "link", str(row), " ORD1 ", "--json")
    assert result.code == 0, result.err
    assert (result.json["lines"][0]["shop_order"], result.json["candidates"]) == ("ORD1", [])
    stored = MarketplaceOrder.objects.get()
    assert (stored.linked_by, stored.shop_order_id, len(stored.shop_lines)) == ("desk", "77", 2)
    assert result.json["timeline"][-1]["kind"] == "linked"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("link", "r-99", "1"), "no return r-99"),
        (("link", "r-{}", " "), "shop_order is empty"),
        (("link", "r-{}", "x" * 201), "longer than 200"),
        (("link", "r-{}", "1", "--line", "no"), "say with --line which one"),
        (("product", "r-{}", "M-B"), "its lines are not known"),
        (("forget", "NONE", "--project", "acme/webshop"), "Nothing was learned of NONE"),
        (("learn", "A", " ", "--project", "acme/webshop"), "shop SKU is empty"),
        (("learn", "0000000000000", "M-B", "--gtin", "--project", "acme/webshop"), "stands for no product"),
    ],
)
def test_what_cannot_be_done_is_said(row: Return, words: tuple[str, ...], why: str) -> None:
    result = run("orders", *(word.format(row.pk) for word in words))
    assert result.code == 2, result.out
    assert why in result.err


def test_the_product_is_chosen_and_remembered(row: Return) -> None:
    orders.record_found(shop(), "C000TEST01", ShopOrder("ORD1", "77", (), LINES), SEEN)
    wrong = run("orders", "product", str(row), "M")
    assert wrong.code == 2
    assert "901 (M-B x 2), 902 (M-R x 2)" in wrong.err
    assert run("orders", "product", str(row), "M-R").code == 0
    listed = run("orders", "learned", "--project", "webshop", "--json").json
    assert [(one["kind"], one["marketplace"], one["shop_sku"]) for one in listed] == [
        ("gtin", "17", "M-R"),
        ("sku", "MUG-BLUE", "M-R"),
    ]
    assert "MUG-BLUE" in run("orders", "learned", "--project", "webshop").out
    assert run("orders", "forget", "MUG-BLUE", "--project", "webshop").code == 0
    assert run("orders", "forget", "0000000000017", "--project", "webshop").code == 0
    assert not LearnedSku.objects.exists()


def test_a_product_is_told(row: Return) -> None:
    assert run("orders", "learn", "0000000000017", "M-B", "--gtin", "--project", "webshop").code == 0
    assert list(LearnedSku.objects.values_list("kind", "theirs", "sku")) == [("gtin", "17", "M-B")]


def test_a_search_is_asked_for_as_long_as_there_is_no_link(row: Return) -> None:
    searchable = {**unseal(shop().secrets), "integration_token": "a-token"}
    Connection.objects.filter(slug="shop").update(secrets=seal(searchable), fingerprint="searchable")
    MarketplaceOrder.objects.update(search_at=None)
    assert run("orders", "search", str(row)).code == 0
    assert MarketplaceOrder.objects.get().search_at is not None
    run("orders", "link", str(row), "ORD1")
    again = run("orders", "search", str(row))
    assert again.code == 2
    assert "are linked" in again.err


def test_a_shop_that_cannot_be_searched_is_not_said_to_be(row: Return) -> None:
    result = run("orders", "search", str(row))
    assert result.code == 2
    assert "cannot be searched" in result.err
