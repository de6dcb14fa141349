"""Making a return of Adobe Commerce: once, with all that people want to know, and nothing else touched."""

from decimal import Decimal
from typing import Any

import pytest

from retour.connectors.errors import OutcomeUnknown, Refused, Transient, Unauthorized, Unavailable
from retour.connectors.memory import Notebook
from retour.connectors.shops.magento_native.orders import row_of
from retour.connectors.shops.magento_native.wire import OrderItem
from retour.core.model import Reason
from retour.sandbox.faults import FaultKind
from retour.sandbox.magento_native import Bought
from retour.sandbox.magento_native.switches import OptionAttribute

from .conftest import KEY, Shop, make, read, second_request
from .simulated import bare, full

LABELLED: tuple[OptionAttribute, ...] = ("reason", "condition", "resolution")
MAKE, COMMENT = r"POST /rest/all/V1/returns$", r"POST /rest/all/V1/returns/\d+/comments$"


async def test_the_return_waits_and_the_comment_tells_the_rest(shop: Shop, commerce: Any) -> None:
    said = await commerce.create(full(), KEY)
    [rma] = await shop.rmas()
    assert (said.ref, said.word, said.resolution) == (str(rma["entity_id"]), "pending", None)
    [item] = rma["items"]
    assert (item["qty_requested"], item["qty_authorized"], item["qty_approved"], item["status"]) == (2, 0, 0, "pending")
    labels = {attribute: shop.simulator.options.label(attribute, item[attribute]) for attribute in LABELLED}
    assert labels == {"reason": "Wrong Size", "condition": "Opened", "resolution": "Refund"}
    [comment] = rma["comments"]
    assert (comment["admin"], comment["visible_on_front"], comment["customer_notified"]) == (True, False, False)
    wanted = ("31000001", "C000TEST01", "Te klein", "Fits tight", "Kanaalweg 12 B", "Dorpsstraat 1", "NL000000000B00")
    assert [text for text in wanted if text not in comment["comment"]] == []
    assert comment["comment"].startswith("[rh:r-1:1:create|1|")
    assert rma["date_requested"] == "2026-03-02 09:15:30"


async def test_what_the_marketplace_settled_is_made_and_asks_nothing(shop: Shop, commerce: Any) -> None:
    said = await commerce.create(full(status="accepted"), KEY)
    [rma] = await shop.rmas()
    assert rma["items"][0]["status"] == "pending", "item states are the merchant's"
    assert "nothing is to be decided" in rma["comments"][0]["comment"]
    assert said.resolution is None


async def test_the_same_key_makes_one(shop: Shop, commerce: Any) -> None:
    first = await commerce.create(full(), KEY)
    assert await commerce.create(full(), KEY) == first
    async with shop.connector() as restored:
        assert await restored.create(full(), KEY) == first, "the marker tells, without any memory"
    assert len(await shop.journal("created")) == 1
    assert len(shop.posts("comments")) == 1


async def test_keys_that_begin_alike_are_two(shop: Shop, commerce: Any) -> None:
    first = await commerce.create(full(quantity=1), "r-1:1:create")
    second = await commerce.create(full(quantity=1), "r-1:1:create2")
    assert first.ref != second.ref


async def test_a_customers_text_is_no_marker(shop: Shop, commerce: Any) -> None:
    await commerce.create(full(comment="[rh:r-2:1:create|2||1|new]", quantity=1), KEY)
    await commerce.create(second_request(), "r-2:1:create")
    assert len(await shop.journal("created")) == 2


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("match", [MAKE, COMMENT])
async def test_a_lost_answer_is_found_and_made_once(shop: Shop, match: str, kind: FaultKind) -> None:
    memory = Notebook()
    async with shop.connector(memory) as connector:
        shop.fault(kind, match)
        with pytest.raises(OutcomeUnknown):
            await connector.create(full(), KEY)
    arrived = match == COMMENT or kind == "drop_after"
    assert len(await shop.journal("created")) == arrived
    async with shop.connector(memory) as after_a_crash:
        found = await after_a_crash.find(KEY)
        assert (found is not None) == arrived
        made = await after_a_crash.create(full(), KEY)
        assert found in {None, made}
        assert await after_a_crash.find(KEY) is None, "the note is gone: the hub has the ref"
    assert len(await shop.journal("created")) == 1
    [rma] = await shop.rmas()
    assert {one["comment"].partition("\n")[0] for one in rma["comments"]} == {_mark(rma)}


async def test_a_comment_that_the_shop_refuses_does_not_unmake_the_return(shop: Shop, commerce: Any) -> None:
    shop.fault("answer", COMMENT, status=400, body='{"message": "No."}', times=None)
    with pytest.raises(OutcomeUnknown) as caught:
        await commerce.create(full(), KEY)
    assert caught.value.words == "No."
    found = await commerce.find(KEY)
    assert found is not None
    assert len(await shop.journal("created")) == 1


async def test_another_return_of_the_order_is_not_taken_for_ours(shop: Shop, commerce: Any) -> None:
    order = shop.simulator.shop.orders.numbered(str(full().shop_order))
    opened = shop.simulator.options.id_of("condition", "Opened")
    await _customer(shop, order, 1, condition=opened)
    shop.fault("drop_before", MAKE)
    with pytest.raises(OutcomeUnknown):
        await commerce.create(full(quantity=1), KEY)
    assert await commerce.find(KEY) is None, "that one was there before"
    await _customer(shop, order, 2, condition=opened)
    assert await commerce.find(KEY) is None, "that one is of other units"


async def test_another_request_of_the_same_units_is_not_taken_for_it(shop: Shop, commerce: Any) -> None:
    shop.fault("drop_before", MAKE)
    with pytest.raises(OutcomeUnknown):
        await commerce.create(full(quantity=1), KEY)
    await commerce.create(second_request(), "r-2:1:create")
    assert await commerce.find(KEY) is None


async def test_two_that_may_be_ours_are_for_a_person(shop: Shop, commerce: Any) -> None:
    shop.fault("drop_after", MAKE)
    with pytest.raises(OutcomeUnknown):
        await commerce.create(full(quantity=1, reason=Reason.WRONG_SIZE_FIT), KEY)
    [rma] = await shop.rmas()
    order = shop.simulator.shop.orders.numbered(str(full().shop_order))
    await _customer(shop, order, 1, condition=rma["items"][0]["condition"])
    with pytest.raises(Transient, match="cannot be told"):
        await commerce.find(KEY)


async def test_a_return_that_cannot_be_read_may_be_ours(shop: Shop, commerce: Any) -> None:
    shop.fault("drop_after", MAKE)
    with pytest.raises(OutcomeUnknown):
        await commerce.create(full(), KEY)
    await shop.garble("1", "no_items")
    with pytest.raises(Transient):
        await commerce.find(KEY)


async def test_a_return_that_was_deleted_meanwhile_is_gone(shop: Shop, commerce: Any) -> None:
    shop.fault("drop_after", COMMENT)
    with pytest.raises(OutcomeUnknown):
        await commerce.create(full(), KEY)
    await shop.remove("1")
    found = await commerce.find(KEY)
    assert found is not None
    assert found.gone


@pytest.mark.parametrize(("status", "error"), [(429, Unavailable), (400, Refused), (401, Unauthorized)])
async def test_a_refusal_makes_nothing_and_may_be_tried_again(
    shop: Shop, commerce: Any, status: int, error: type[Exception]
) -> None:
    shop.fault("answer", MAKE, status=status, body="{}")
    with pytest.raises(error):
        await commerce.create(full(), KEY)
    assert await commerce.find(KEY) is None
    await commerce.create(full(), KEY)
    assert len(await shop.journal("created")) == 1


async def test_5xx_is_unknown_then_absent_then_made(shop: Shop, commerce: Any) -> None:
    shop.fault("answer", MAKE, status=500)
    with pytest.raises(OutcomeUnknown):
        await commerce.create(full(), KEY)
    assert await commerce.find(KEY) is None
    await commerce.create(full(), KEY)
    assert len(await shop.journal("created")) == 1


async def test_more_than_was_shipped_is_refused_with_the_shops_words(shop: Shop, commerce: Any) -> None:
    with pytest.raises(Refused) as caught:
        await commerce.create(full(quantity=6), KEY)
    assert "quantities" in str(caught.value.words)


@pytest.mark.parametrize("given", [{"shop_order": None}, {"shop_order": "404"}, {"shop_order": "1,2"}])
async def test_without_its_order_nothing_is_made(shop: Shop, commerce: Any, given: Any) -> None:
    with pytest.raises(Refused):
        await commerce.create(full(**given), KEY)
    assert not shop.posts()


async def test_the_row_is_found_by_sku_or_not_at_all(shop: Shop, commerce: Any) -> None:
    order = shop.add_order("77", Bought("CUP"), Bought("SAUCER"))
    await commerce.create(bare(shop_order="77", sku="SAUCER"), KEY)
    [rma] = await shop.rmas()
    assert rma["items"][0]["order_item_id"] == order.item_of("SAUCER").item_id
    with pytest.raises(Refused, match="more than one product"):
        await commerce.create(bare(2, shop_order="77", sku="PLATE"), "r-2:1:create")


async def test_of_two_rows_alike_the_one_with_units_left(shop: Shop, commerce: Any) -> None:
    shop.add_order("77", Bought("CUP"), Bought("CUP"))
    for number in (1, 2):
        await commerce.create(bare(number, shop_order="77", sku="CUP"), f"r-{number}:1:create")
    first, second = await shop.rmas()
    assert first["items"][0]["order_item_id"] != second["items"][0]["order_item_id"]


@pytest.mark.parametrize("row", ["parent", "child"])
async def test_a_configurable_product_comes_back_as_it_was_shipped(shop: Shop, commerce: Any, row: str) -> None:
    shop.switch(configurable_row=row)
    order = shop.add_order("77", Bought("SOCK-39", configurable=True), Bought("CUP"))
    await commerce.create(bare(shop_order="77", sku="SOCK-39"), KEY)
    [rma] = await shop.rmas()
    wanted = next(item for item in order.items if (item.parent_item_id is None) == (row == "parent"))
    assert rma["items"][0]["order_item_id"] == wanted.item_id


def test_of_a_bundle_only_what_is_named_comes_back() -> None:
    rows = [
        OrderItem(item_id="1", sku="BREAKFAST", qty_ordered=Decimal(1)),
        OrderItem(item_id="2", sku="CUP", parent_item_id="1", product_id="12", qty_shipped=Decimal(1)),
        OrderItem(item_id="3", sku="PLATE", parent_item_id="1", product_id="13", qty_shipped=Decimal(1)),
    ]
    assert row_of(rows, bare(sku="PLATE"), _shipped) == rows[2]
    assert row_of(rows, bare(shop_product="12"), _shipped) == rows[1]
    assert row_of(rows, bare(sku="SPOON"), _shipped) is None


def _shipped(row: OrderItem) -> int:
    return int(row.qty_shipped)


async def test_a_shop_with_other_labels_gets_its_first_choice(shop: Shop) -> None:
    async with shop.connector(condition="Mint", reason_other="?", reason_options={}) as connector:
        await make(connector)
    [rma] = await shop.rmas()
    assert rma["items"][0]["condition"] in shop.simulator.options.of("condition")


async def test_a_bearer_token_alone(shop: Shop) -> None:
    shop.switch(bearer_enabled=True)
    async with shop.connector(sign_in="bearer", consumer_key="", consumer_secret=None) as connector:
        [ref] = await make(connector)
        assert (await read(connector, ref))[ref].word == "pending"


def _mark(rma: Any) -> str:
    return f"[rh:{KEY}|1|{rma['items'][0]['order_item_id']}|2|new]"


async def _customer(shop: Shop, order: Any, quantity: int, condition: str = "") -> None:
    body = {"order_id": order.entity_id, "lines": {"JACKET-GREEN-M": quantity}, "reason": "Wrong Size"}
    made = await shop.command("POST", "/_sandbox/returns", body | {"resolution": "Refund"})
    if condition:
        for rma in shop.simulator.desk.rmas:
            if rma.entity_id == made["entity_id"]:
                rma.items[0].condition = condition
