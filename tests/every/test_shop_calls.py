"""How often a shop is called, at an ordinary check, to learn how a hundred open returns stand."""

from collections import Counter

import pytest

from retour.core.model import Resolution
from tests.every.shops import SHOPS, ShopWorld

OPEN = 100
AT_MOST = 3
ASKS_ONE_BY_ONE = {"Magento1", "Magento2"}
"""Their plugin tells of one return with a call (contract magento.md, A7)."""


@pytest.mark.parametrize("shop", [shop for shop in SHOPS if shop not in ASKS_ONE_BY_ONE])
async def test_a_hundred_open_returns_are_asked_about_with_three_calls(shops: ShopWorld) -> None:
    announced = await shops.announce_many(OPEN)
    await shops.comes_to_rest(*announced)
    assert len(await shops.made()) == OPEN
    await shops.passes(minutes=6)
    await shops.sync()  # now and then each is read by itself, where words in a note show in no list
    await shops.passes(minutes=6)
    before = Counter(await shops.shop.all_calls())
    await shops.sync()
    asked = Counter(await shops.shop.all_calls()) - before
    assert 1 <= asked.total() <= AT_MOST, asked
    last = announced[-1]
    await shops.shop_decides(last, Resolution.ACCEPT)
    await shops.comes_to_its_end(last)
    assert await shops.told(last) == [("refund", "RETURN_RECEIVED", 1)]
