"""Which order and product of the shop it is: offered with reasons, chosen in two steps, corrected, learned."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from retour.connectors.contract import ShopOrder
from retour.core.match_line import ShopLine
from retour.core.match_order import Candidate
from retour.core.model import Party
from retour.store import candidates, orders
from retour.store.models import LearnedSku, MarketplaceOrder, OrderCandidate, Return
from retour.store.sealed import seal
from retour.sync import rhythm
from tests.web.conftest import AT, House, line, page, words_of

REF = "C000TEST01"
LINES = (ShopLine("901", 2, product="11", sku="M-B", title="Mug <b>"), ShopLine("902", 2, product="12", sku="M-R"))
NEAR = Candidate(
    "ORD1", "77", AT - timedelta(days=5), comments=(f"bol {REF}-1",), people=(Party("S", "de Vries"),), lines=LINES
)
SEARCHES = {"token": "t" * 9, "integration_token": "i" * 9}


@pytest.fixture
def row(acme: House) -> Return:
    """A return whose order the shop has not, for certain; one order is offered."""
    acme.shop.secrets, acme.shop.fingerprint = seal(SEARCHES), "searches"
    acme.shop.save()
    found = acme.see("41000001", line("70000001", sku="B-BLUE", gtin=None))
    orders.record_found(acme.shop, REF, None, AT, rhythm.next_search)
    for clues in candidates.to_offer(acme.shop, AT, 9):
        candidates.record_offered(acme.shop, clues, [NEAR], AT)
    return found


def candidate() -> int:
    return OrderCandidate.objects.get().pk


def test_an_order_is_offered_with_its_reasons_and_nothing_of_the_customers(row: Return, jo: Client) -> None:
    html = page(jo.get(f"/returns/{row}"))
    part = words_of(html.split('aria-labelledby="match-')[1].split("</section>")[0])
    assert "ORD1 of Feb. 25, 2026" in part
    assert "Its comment holds the marketplace's order number" in part
    assert "Same name" in part
    assert "Vries" not in part
    assert "ORD1 is the order" in part


def test_choosing_it_is_two_steps_without_scripts(row: Return, jo: Client) -> None:
    html = page(jo.get(f"/returns/{row}"))
    step = html.split("ORD1 is the order</summary>")[1].split("</details>")[0]
    assert f'action="/returns/{row}/choose-order"' in step
    assert "Yes, link ORD1" in step
    assert not MarketplaceOrder.objects.get().shop_order
    said = page(jo.post(f"/returns/{row}/choose-order", {"candidate": candidate()}, follow=True))
    assert "Order ORD1 is linked." in said
    assert "may be one of these" not in said
    stored = MarketplaceOrder.objects.get()
    assert (stored.shop_order, stored.linked_by) == ("ORD1", "desk")
    assert row.events.filter(kind="linked", actor="jo@example.org").exists()


@pytest.mark.parametrize("given", [{"candidate": 999_999}, {"candidate": "x"}, {}, {"candidate": 2**70}])
def test_what_is_not_offered_links_nothing(row: Return, jo: Client, given: dict[str, Any]) -> None:
    answer = jo.post(f"/returns/{row}/choose-order", given)
    assert answer.status_code == 422
    assert "not offered any more" in answer.content.decode()
    assert not MarketplaceOrder.objects.get().shop_order


def test_another_companys_candidate_is_out_of_reach(row: Return, other: House, jo: Client) -> None:
    theirs = other.see("41000009", line("70000009"))
    assert jo.post(f"/returns/{theirs}/choose-order", {"candidate": candidate()}).status_code == 404
    assert jo.post(f"/returns/{theirs}/search-order").status_code == 404
    assert jo.post(f"/returns/{theirs}/choose-product", {"line": 1, "product": "901"}).status_code == 404


def test_a_person_may_have_it_searched_now(row: Return, jo: Client) -> None:
    MarketplaceOrder.objects.update(search_at=AT + timedelta(days=400))
    assert "Search the shop again now" in page(jo.get(f"/returns/{row}"))
    said = page(jo.post(f"/returns/{row}/search-order", follow=True))
    assert "The shop is being searched." in said
    due = MarketplaceOrder.objects.get().search_at
    assert due is not None
    assert due <= datetime.now(UTC)


def test_where_nothing_can_be_searched_nothing_is_offered(acme: House, jo: Client) -> None:
    plain = acme.see("41000002", line("70000002"))
    assert "Search the shop" not in page(jo.get(f"/returns/{plain}"))


def test_the_product_is_asked_chosen_and_remembered(acme: House, row: Return, jo: Client) -> None:
    orders.record_found(acme.shop, REF, ShopOrder("ORD1", "77", (), LINES), AT)
    html = page(jo.get(f"/returns/{row}"))
    assert "Which product of the shop's order is it?" in html
    assert "Mug &lt;b&gt;" in html
    given = {"line": row.lines.get().pk, "product": "902"}
    assert jo.post(f"/returns/{row}/choose-product", {**given, "product": "no"}).status_code == 422
    assert jo.post(f"/returns/{row}/choose-product", {**given, "line": 99_999}).status_code == 422
    said = page(jo.post(f"/returns/{row}/choose-product", given, follow=True))
    assert "Saved. It will be known from now on." in said
    assert "Correct the product in the shop" in said
    assert "M-R" in words_of(said.split("Product in the shop")[1].split("</dd>")[0])
    assert list(LearnedSku.objects.values_list("theirs", "sku", "by")) == [("B-BLUE", "M-R", "jo@example.org")]


def test_of_a_request_that_is_made_nothing_is_asked(acme: House, row: Return, jo: Client) -> None:
    orders.record_found(acme.shop, REF, ShopOrder("ORD1", "77", (), LINES), AT)
    row.lines.update(shop_ref="57", shop={"ref": "57", "word": "new", "resolution": None, "gone": False})
    html = page(jo.get(f"/returns/{row}"))
    assert "Which product of the shop's order is it?" not in html
    assert "Correct the product in the shop" in html


def test_what_was_learned_is_shown_with_its_day(acme: House, row: Return, jo: Client) -> None:
    day = datetime(2026, 2, 1, tzinfo=UTC)
    LearnedSku.objects.create(project=acme.project, kind="sku", theirs="B-BLUE", sku="M-R", at=day, by="jo")
    shown = page(jo.get(f"/returns/{row}")).split("Product in the shop")[1].split("</dd>")[0]
    assert words_of(shown).split() == ["M-R", "learned", "on", "Feb.", "1,", "2026"]


def test_a_page_that_refreshes_itself_sees_new_candidates(acme: House, row: Return, jo: Client) -> None:
    address = f"/returns/{row}"
    live = {"HX-Request": "true", "X-Seen": jo.get(address).context["seen"]}
    MarketplaceOrder.objects.update(offer_at=AT + timedelta(days=2))
    for clues in candidates.to_offer(acme.shop, AT + timedelta(days=2), 9):
        candidates.record_offered(acme.shop, clues, [Candidate(f"ORD2-{REF}")], AT + timedelta(days=2))
    assert f"ORD2-{REF}" in page(jo.get(address, headers=live))
