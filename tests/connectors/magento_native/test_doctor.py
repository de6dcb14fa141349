"""Settings, sign-in, and what `retour doctor` says."""

from typing import Any

import pytest
from pydantic import ValidationError

from retour.connectors.errors import Misconfigured, Transient, Unauthorized
from retour.connectors.http import Door
from retour.connectors.memory import Notebook
from retour.connectors.shops.magento_native import MANIFEST
from retour.connectors.shops.magento_native.config import MagentoNativeConfig
from retour.core.model import Order
from retour.sandbox.magento_native import Bought

from .conftest import KEY, Shop, make
from .simulated import full

BEARER = {"base_url": "https://shop.example.org/", "access_token": "t", "sign_in": "bearer"}


async def test_doctor_says_which_representation_is_in_use(shop: Shop) -> None:
    async with shop.connector() as connector:
        [*_, said] = await connector.check()
        assert said.ok
        assert "return (RMA)" in said.words
        assert "Customer keeps it means keep" in said.words
    shop.switch(edition="open_source")
    async with shop.connector(reject_status="return_rejected") as connector:
        [*_, said] = await connector.check()
        assert said.ok
        assert "comment" in said.words
        assert "return_rejected means reject" in said.words
    assert not shop.posts()


async def test_it_is_found_out_once(shop: Shop) -> None:
    memory = Notebook()
    for number in (1, 2):
        async with shop.connector(memory) as connector:
            await connector.create(full(number), f"r-{number}:1:create")
    assert len([one for one in shop.sent if one.query.get("searchCriteria[pageSize]") == "1"]) == 1


async def test_a_wrong_address_is_not_magento_open_source(shop: Shop) -> None:
    memory = Notebook()
    async with shop.connector(memory, store_code="nowhere") as connector:
        with pytest.raises(Misconfigured):
            await connector.create(full(), KEY)
    assert await memory.read("representation") == {}


async def test_what_is_set_is_not_asked(shop: Shop) -> None:
    async with shop.connector(representation="comment") as connector:
        [ref] = await make(connector)
    assert "#" in ref
    assert not await shop.rmas()


async def test_a_shop_without_returns_that_is_said_to_have_them(shop: Shop) -> None:
    shop.switch(edition="open_source")
    async with shop.connector(representation="rma") as connector:
        [*_, said] = await connector.check()
        assert not said.ok
        with pytest.raises(Misconfigured):
            await connector.create(full(), KEY)


async def test_missing_rights_are_told_from_wrong_keys(shop: Shop) -> None:
    shop.switch(resources=["Magento_Sales::actions_view"])
    async with shop.connector() as connector:
        orders, returns = (await connector.check())[1:]
        assert orders.ok
        assert not returns.ok
        assert "Allow it sales" in returns.words
    async with shop.connector(access_token_secret="wrong") as connector:
        with pytest.raises(Unauthorized, match="credentials"):
            await connector.create(full(), KEY)


async def test_credit_memos_need_a_right_of_their_own(shop: Shop) -> None:
    shop.switch(edition="open_source", resources=["Magento_Sales::actions_view", "Magento_Sales::comment"])
    for credit_memos in (True, False):
        async with shop.connector(credit_memos=credit_memos) as connector:
            [*_, said] = await connector.check()
        assert said.ok is not credit_memos


async def test_a_bearer_token_that_magento_does_not_allow(shop: Shop) -> None:
    async with shop.connector(sign_in="bearer") as connector:
        with pytest.raises(Unauthorized, match="standalone bearer tokens"):
            await connector.create(full(), KEY)


async def test_no_resolution_for_accept(shop: Shop) -> None:
    async with shop.connector(accept_resolutions=["Geld retour"]) as connector:
        [*_, said] = await connector.check()
    assert not said.ok
    assert "Store Credit" in said.words


async def test_plain_http_is_said() -> None:
    config = MagentoNativeConfig.model_validate(BEARER | {"base_url": "http://192.0.2.1"})
    async with Door(name="Magento") as door:
        encryption, *_ = await MANIFEST.open(config, door).check()  # type: ignore[attr-defined]
    assert not encryption.ok


@pytest.mark.parametrize(
    "wrong",
    [
        {"sign_in": "oauth1"},
        {"base_url": "shop.example.org"},
        {"base_url": "https://u:p@shop.example.org"},
        {"base_url": "https://shop.example.org/?a=1"},
        {"accept_status": "complete", "keep_status": "complete"},
        {"accept_status": "No Code"},
        {"order_prefixes": ["a,b"]},
        {"store_code": "a/b"},
        {"representation": "credit_memo"},
    ],
)
def test_settings_that_cannot_be(wrong: dict[str, Any]) -> None:
    MagentoNativeConfig.model_validate(BEARER)
    with pytest.raises(ValidationError):
        MagentoNativeConfig.model_validate(BEARER | wrong)


async def test_an_order_is_found_by_number_and_prefix(shop: Shop) -> None:
    shop.add_order("BOL-C1", Bought("CUP"))
    shop.add_order("000000555", Bought("CUP"), ext_order_id="C2")
    async with shop.connector(order_prefixes=["", "BOL-"]) as connector:
        found = await connector.order(Order(ref="C1"))
        assert found is not None
        assert found.number == "BOL-C1"
        found = await connector.order(Order(ref="other", numbers=("C2",)))
        assert found is not None
        assert found.number == "000000555"
        assert await connector.order(Order(ref="bol-c1")) is None, "letter by letter"
        assert await connector.order(Order(ref="C1,C2")) is None


async def test_unreadable_orders_are_no_orders(shop: Shop, commerce: Any) -> None:
    order = shop.add_order("77", Bought("CUP"), ext_order_id="C7")
    await shop.command("POST", f"/_sandbox/orders/{order.entity_id}/garble", {"flaw": "no_id"})
    with pytest.raises(Transient, match="cannot be read"):
        await commerce.order(Order(ref="C7"))
