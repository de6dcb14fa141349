"""Where the merchant wants it, a request is a credit order in a waiting status."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from retour.connectors.errors import OutcomeUnknown, Refused
from retour.core.model import Resolution, ShopSays

from .conftest import STATUSES, Shop, says
from .simulated import SimulatedWithCreditOrders, full

POST = SimulatedWithCreditOrders.writes
KEY = "r-1:86000001:create"


@pytest.fixture
async def store(shop: Shop) -> AsyncIterator[Any]:
    settings = SimulatedWithCreditOrders(shop.running).settings()
    async with shop.connector(**settings) as connector:
        yield connector


def request(**changes: Any) -> Any:
    return full(**{"shop_order": "1001", "sku": "MUG-BLUE", "quantity": 1, **changes})


async def test_it_waits_and_moves_no_stock(shop: Shop, store: Any) -> None:
    await shop.place(1001, ("MUG-BLUE", 2), ("SOCK-STRIPE", 1))
    said = await store.create(request(), KEY)
    number = said.ref.partition("#")[0]
    credit = await shop.order(number)
    assert (said.resolution, credit["status"], str(credit["credited_order_number"])) == (None, 10, "1001")
    assert credit["comments"]["internal"].startswith("[RH:bol:31000001:1] RETURN REQUEST MUG-BLUE\u00d71;")
    assert "decision:" not in credit["comments"]["internal"], "its status decides, not a word"
    assert not await shop.journal("goods")
    [memo] = await shop.journal("credit_memo")
    assert memo["detail"]["amount"] == "12.95", "no costs while something stays with the customer"


async def test_costs_go_with_everything(shop: Shop, store: Any) -> None:
    await shop.place(1001, ("MUG-BLUE", 2))
    await store.create(request(quantity=2), KEY)
    [memo] = await shop.journal("credit_memo")
    assert float(memo["detail"]["amount"]) > 2 * 12.95


async def test_a_lost_answer_is_found_and_not_repeated(shop: Shop, store: Any) -> None:
    await shop.place(1001)
    shop.fault("drop_after", POST)
    with pytest.raises(OutcomeUnknown):
        await store.create(request(), KEY)
    found = await store.find(KEY)
    assert found == ShopSays(found.ref, None, None)
    assert await store.create(request(), KEY) == found
    assert await shop.kinds("credit_memo") == ["credit_memo"]


async def test_a_call_that_never_arrived_is_absent(shop: Shop, store: Any) -> None:
    await shop.place(1001)
    shop.fault("drop_before", POST)
    with pytest.raises(OutcomeUnknown):
        await store.create(request(), KEY)
    assert await store.find(KEY) is None
    assert await shop.kinds("credit_memo") == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sku": "LAMP-CLAMP"}, "not certain which line"),
        ({"sku": None}, "not certain which line"),
        ({"quantity": 3}, "More units"),
    ],
)
async def test_what_is_not_certain_is_done_by_hand(shop: Shop, store: Any, changes: dict[str, Any], words: str) -> None:
    await shop.place(1001, ("MUG-BLUE", 2), ("SOCK-STRIPE", 1))
    with pytest.raises(Refused, match=words):
        await store.create(request(**changes), KEY)
    assert await shop.kinds("credit_memo") == []


async def test_the_stores_own_id_of_the_article_counts_first(shop: Shop, store: Any) -> None:
    await shop.place(1001, ("MUG-BLUE", 2), ("SOCK-STRIPE", 1))
    await store.create(request(sku="another", shop_product="103"), KEY)
    [memo] = await shop.journal("credit_memo")
    assert "SOCK-STRIPE" in str(memo["detail"]["lines"])


async def test_options_of_the_article_go_along(shop: Shop, store: Any) -> None:
    option = {"list_option_id": 330830, "description": "Maat: 39-42", "price": "1.00"}
    lines = [{"sku": "SOCK-STRIPE", "quantity": 2, "options": [option]}]
    await shop.command("POST", "/_sandbox/orders", {"number": 1001, "lines": lines})
    assert (await store.create(request(sku="SOCK-STRIPE"), KEY)).ref


async def test_what_the_marketplace_settled_is_accepted_at_once(shop: Shop, store: Any) -> None:
    await shop.place(1001)
    said = await store.create(request(status="accepted"), KEY)
    assert said == ShopSays(said.ref, "status 11", Resolution.ACCEPT)
    assert await says(store, said.ref) == {said.ref: said}


async def test_an_archived_one_without_a_final_status_is_no_decision(shop: Shop, store: Any) -> None:
    await shop.place(1001)
    said = await store.create(request(), KEY)
    number = said.ref.partition("#")[0]
    await shop.command("POST", f"/_sandbox/orders/{number}/archive", {"archived": True})
    assert await says(store, said.ref) == {said.ref: said}


async def test_open_requests_outlive_a_change_of_the_strategy(shop: Shop, store: Any) -> None:
    """A waiting credit order is no evidence that something was credited."""
    await shop.place(1001)
    async with shop.connector(**STATUSES) as notes:
        noted = await notes.create(request(number=2, ref="31000002"), "r-2:1:create")
        waiting = await store.create(request(), KEY)
        assert await says(notes, noted.ref) == {noted.ref: noted}
        assert (await says(notes, waiting.ref))[waiting.ref].unclear, "its status means nothing there"
    await shop.say(noted.ref, "reject")
    told = await says(store, waiting.ref, noted.ref)
    assert told[waiting.ref] == waiting
    assert told[noted.ref].resolution is Resolution.REJECT
