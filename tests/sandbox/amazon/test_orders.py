"""Orders of both versions (contract 5)."""

from typing import Any

from tests.sandbox.amazon.world import NL, World

ALL = "PROCEEDS,RECIPIENT,BUYER,FULFILLMENT"


async def _order(world: World, order_id: str, included: str = ALL) -> Any:
    path = f"/orders/2026-01-01/orders/{order_id}"
    return (await world.api("GET", path, params={"includedData": included})).body["order"]


def _breakdowns(item: Any) -> dict[str, str]:
    return {part["type"]: part["subtotal"]["amount"] for part in item["proceeds"]["breakdowns"]}


class TestVersion2026:
    async def test_what_it_takes_to_refund(self, world: World) -> None:
        line = {"quantity": 2, "unit_price": "14.95", "discount": "5.00", "shipping": "3.99", "sku": "MUG"}
        made = await world.control("orders", {"items": [line]})
        order = await _order(world, made["order_id"])
        assert order["salesChannel"]["marketplaceId"] == NL
        assert order["fulfillment"]["fulfilledBy"] == "MERCHANT"
        [item] = order["orderItems"]
        assert (item["orderItemId"], item["quantityOrdered"]) == (made["items"][0]["order_item_id"], 2)
        assert item["product"]["price"]["unitPrice"] == {"amount": "14.95", "currencyCode": "EUR"}
        assert _breakdowns(item) == {"ITEM": "29.90", "SHIPPING": "3.99", "DISCOUNT": "-5.00"}
        assert item["proceeds"]["proceedsTotal"]["amount"] == "28.89"
        assert item["fulfillment"]["quantityFulfilled"] == 2

    async def test_only_what_was_asked_for(self, world: World) -> None:
        order = await _order(world, "902-1000001-2000001", "BUYER")
        assert "buyer" in order
        assert not {"proceeds", "recipient", "fulfillment"} & order.keys()
        await world.switch(personal_data_role=False)
        assert not {"buyer", "recipient"} & (await _order(world, "902-1000001-2000001")).keys()
        path = "/orders/2026-01-01/orders/902-1000001-2000001?includedData=SECRETS"
        assert (await world.api("GET", path)).error == (400, "InvalidInput")

    async def test_tax_is_apart_only_where_prices_are_net_or_told_so(self, world: World) -> None:
        items = {"items": [{"unit_price": "20.00", "tax": "3.47"}]}
        dutch = await world.control("orders", items)
        assert _breakdowns((await _order(world, dutch["order_id"]))["orderItems"][0]) == {"ITEM": "20.00"}
        await world.switch(tax_apart=True)
        [item] = (await _order(world, dutch["order_id"]))["orderItems"]
        assert _breakdowns(item) == {"ITEM": "16.53", "TAX": "3.47"}
        american = await world.control("orders?seller=A0SANDBOXUS", items)
        await world.sign_in("Atzr|sandbox-us")
        [item] = (await _order(world, american["order_id"]))["orderItems"]
        assert _breakdowns(item) == {"ITEM": "20.00", "TAX": "3.47"}
        assert item["proceeds"]["proceedsTotal"] == {"amount": "23.47", "currencyCode": "USD"}

    async def test_a_replacement_names_the_original(self, world: World) -> None:
        body = {"association": "EXCHANGE_ORIGINAL_ID"}
        made = await world.control("orders/902-1000001-2000001/replacement", body)
        order = await _order(world, made["order_id"])
        named = {"orderId": "902-1000001-2000001", "associationType": "EXCHANGE_ORIGINAL_ID"}
        assert order["associatedOrders"] == [named]
        assert "associatedOrders" not in await _order(world, "902-1000001-2000001")
        await world.switch(original_names_replacement=True)
        [back] = (await _order(world, "902-1000001-2000001"))["associatedOrders"]
        assert back["orderId"] == made["order_id"]
        got = await world.api("GET", f"/orders/v0/orders/{made['order_id']}")
        assert got.body["payload"]["ReplacedOrderId"] == "902-1000001-2000001"


class TestVersion0:
    async def test_the_price_is_the_lines(self, world: World) -> None:
        line = {"quantity": 2, "unit_price": "14.95", "discount": "5.00"}
        made = await world.control("orders", {"items": [line]})
        payload = (await world.api("GET", f"/orders/v0/orders/{made['order_id']}/orderItems")).body["payload"]
        [item] = payload["OrderItems"]
        assert item["ItemPrice"] == {"CurrencyCode": "EUR", "Amount": "29.90"}
        assert item["PromotionDiscount"]["Amount"] == "5.00"
        assert item["QuantityShipped"] == 2

    async def test_pages(self, world: World) -> None:
        await world.switch(order_items_per_page=2)
        made = await world.control("orders", {"items": [{}, {}, {}]})
        path = f"/orders/v0/orders/{made['order_id']}/orderItems"
        first = (await world.api("GET", path)).body["payload"]
        second = (await world.api("GET", path, params={"NextToken": first["NextToken"]})).body["payload"]
        ids = [item["OrderItemId"] for page in (first, second) for item in page["OrderItems"]]
        assert ids == [item["order_item_id"] for item in made["items"]]
        assert "NextToken" not in second
        assert (await world.api("GET", path, params={"NextToken": "x"})).status == 400

    async def test_the_order(self, world: World) -> None:
        payload = (await world.api("GET", "/orders/v0/orders/902-1000001-2000003")).body["payload"]
        assert (payload["FulfillmentChannel"], payload["OrderStatus"]) == ("AFN", "Shipped")
        assert payload["IsReplacementOrder"] is False
        assert (await world.api("GET", "/orders/v0/orders/1/orderItems")).error == (404, "NotFound")
