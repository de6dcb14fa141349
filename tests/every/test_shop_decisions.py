"""What a merchant decides in every shop, on its way through the hub to bol, judged by bol's journal: each decision as
what it is, once, and nothing that was not decided."""

from typing import Final

import pytest

from retour.core.model import Resolution
from tests.every.shops import SHOPS, ShopWorld, open_shop_world

AT_BOL: Final = {
    Resolution.ACCEPT: ("refund", "RETURN_RECEIVED"),
    Resolution.REJECT: ("settled", "RETURN_DOES_NOT_MEET_CONDITIONS"),
    Resolution.REPAIR: ("settled", "REPAIR_PRODUCT"),
    Resolution.EXCHANGE: ("settled", "EXCHANGE_PRODUCT"),
    Resolution.KEEP: ("refund", "RETURN_RECEIVED"),
    Resolution.CANCEL: ("settled", "CUSTOMER_KEEPS_PRODUCT_PAID"),
}
"""Contract bol.md, 4.1: its own word for "the customer keeps it" does not refund, so it is no keep."""


@pytest.mark.parametrize("shop", SHOPS)
async def test_each_decision_arrives_as_what_it_is(shops: ShopWorld) -> None:
    """All in one shop at once: none is taken for another's."""
    assert shops.able.decides == set(Resolution)
    every = {decision: await shops.announce(2) for decision in Resolution}
    undecided = await shops.announce()
    await shops.comes_to_rest(*every.values(), undecided)
    for decision, announced in every.items():
        await shops.shop_decides(announced, decision)
    await shops.comes_to_its_end(*every.values())
    await shops.time_goes_by()
    for decision, announced in every.items():
        assert await shops.told(announced) == [(*AT_BOL[decision], 2)], decision
        assert await shops.decisions(announced) == [(decision, 2, "shop", "confirmed")]
        assert (await shops.shape(announced))["stage"] == "closed"
    assert await shops.told(undecided) == []
    assert (await shops.shape(undecided))["why"]["key"] == "waits_for_merchant"
    assert len(await shops.made()) == len(every) + 1


@pytest.mark.parametrize("shop", SHOPS)
async def test_what_was_told_is_not_told_otherwise(shops: ShopWorld) -> None:
    decided_twice(shops)
    accepted, rejected = await shops.announce(2), await shops.announce(2)
    await shops.comes_to_rest(accepted, rejected)
    await shops.shop_decides(accepted, Resolution.ACCEPT)
    await shops.shop_decides(rejected, Resolution.REJECT)
    await shops.comes_to_its_end(accepted, rejected)
    await shops.shop_decides(accepted, Resolution.REJECT)
    await shops.shop_decides(rejected, Resolution.ACCEPT)
    await shops.time_goes_by()
    assert await shops.told(accepted) == [(*AT_BOL[Resolution.ACCEPT], 2)]
    assert await shops.told(rejected) == [(*AT_BOL[Resolution.REJECT], 2)]


@pytest.mark.parametrize("shop", SHOPS)
async def test_what_has_not_left_gives_way_to_what_the_merchant_says_now(shops: ShopWorld) -> None:
    """bol's connection is paused while the merchant thinks again."""
    decided_twice(shops)
    announced = await shops.in_shop(2)
    await shops.pauses_bol()
    await shops.shop_decides(announced, Resolution.ACCEPT)
    await shops.sync()
    assert await shops.decisions(announced) == [(Resolution.ACCEPT, 2, "shop", None)]
    await shops.shop_decides(announced, Resolution.REJECT)
    await shops.time_goes_by()
    await shops.resumes_bol()
    await shops.comes_to_its_end(announced)
    await shops.time_goes_by()
    assert await shops.told(announced) == [(*AT_BOL[Resolution.REJECT], 2)]


@pytest.mark.parametrize("shop", SHOPS)
async def test_what_is_just_leaving_is_not_told_otherwise(shops: ShopWorld) -> None:
    """The merchant thinks again when bol has been told, and nobody has written that down yet."""
    decided_twice(shops)
    announced = await shops.in_shop(2)
    await shops.pauses_bol()
    await shops.shop_decides(announced, Resolution.ACCEPT)
    await shops.sync()
    await shops.resumes_bol()
    key = await shops.tells_and_dies()
    await shops.shop_decides(announced, Resolution.REJECT)
    for _ in range(2):
        await shops.passes(hours=2)
        await shops.sees_only(shops.row)
    await shops.dies(key)
    [shape] = await shops.comes_to_its_end(announced)
    assert (shape["stage"], shape["why"]["key"]) == ("attention", "conflict_shop"), shape
    await shops.time_goes_by()
    assert await shops.told(announced) == [(*AT_BOL[Resolution.ACCEPT], 2)]


@pytest.mark.parametrize("shop", SHOPS)
async def test_a_word_that_nobody_knows_is_a_question_and_no_decision(shops: ShopWorld) -> None:
    announced = await shops.in_shop()
    await shops.shop.say(await shops.ref(announced), shops.shop.unknown_word)
    [shape] = await shops.comes_to_its_end(announced)
    assert (shape["stage"], shape["why"]["key"]) == ("attention", "shop_unclear"), shape
    assert shops.shop.unknown_word in shape["why"]["text"]
    await shops.time_goes_by()
    assert await shops.puts() == 0


@pytest.mark.parametrize("shop", SHOPS)
async def test_what_is_deleted_in_the_shop_is_a_question_and_no_decision(shops: ShopWorld) -> None:
    """It is not made again, and another that is there still hears of its decision."""
    deleted, kept = await shops.announce(2), await shops.announce()
    await shops.comes_to_rest(deleted, kept)
    await shops.shop.remove(await shops.ref(deleted))
    [shape] = await shops.comes_to_its_end(deleted)
    assert (shape["stage"], shape["why"]["key"]) == ("attention", "shop_gone"), shape
    await shops.time_goes_by()
    assert await shops.puts() == 0
    assert len(await shops.made()) == 2

    await shops.shop_decides(kept, Resolution.KEEP)
    await shops.desk_decides(deleted, Resolution.ACCEPT)
    await shops.comes_to_its_end(deleted, kept)
    await shops.time_goes_by()
    assert await shops.told(deleted) == [("refund", "RETURN_RECEIVED", 2)]
    assert await shops.told(kept) == [("refund", "RETURN_RECEIVED", 1)]
    assert len(await shops.made()) == 2


@pytest.mark.parametrize("shop", SHOPS)
async def test_what_bol_handles_itself_arrives_as_settled_and_is_told_nowhere(shops: ShopWorld) -> None:
    ordinary = await shops.in_shop()
    assert shops.shop.settled not in await shops.shop.record(await shops.ref(ordinary))
    await handled_by_bol(shops, shops.shop.settled)


@pytest.mark.parametrize("settled_status", ["accepted", "complete"])
async def test_the_word_for_what_bol_handled_is_a_setting(transactional_db: None, settled_status: str) -> None:
    async with open_shop_world(SHOPS["Magento2"], settled_status=settled_status) as shops:
        await handled_by_bol(shops, settled_status)


def decided_twice(shops: ShopWorld) -> None:
    if shops.shop.decides_once:
        pytest.skip(f"what was decided in {type(shops.shop).__name__} is closed there")


async def handled_by_bol(shops: ShopWorld, settled: str) -> None:
    """bol's warehouse takes a return in and refunds it: the shop has it, as settled; nobody is asked or told."""
    before = len(await shops.made())
    own = await shops.announce(fulfilment_method="FBB")
    await shops.sync()
    assert (await shops.shape(own))["why"]["key"] == "marketplace_handles"
    assert len(await shops.made()) == before
    await shops.bol.command("POST", f"/_sandbox/returns/{own.line_ref}/dashboard", {"handling": "RETURN_RECEIVED"})
    refunded = await shops.told(own)
    await shops.time_goes_by()
    shape = await shops.shape(own)
    assert (shape["handler"], shape["stage"], shape["why"]["key"]) == ("marketplace", "closed", "marketplace_accepted")
    assert [effect["state"] for effect in shape["effects"]] == ["done"]
    assert settled in await shops.shop.record(await shops.ref(own))
    await shops.shop_decides(own, Resolution.REJECT)
    await shops.time_goes_by()
    assert (await shops.shape(own))["stage"] == "closed"
    assert len(await shops.made()) == before + 1
    assert await shops.puts() == 0
    assert await shops.told(own) == refunded
