"""The v3 JSON order API keeps the facts of its contract page (section 4)."""

import asyncio
from typing import Any

import pytest

from tests.sandbox.fruugo.world import World, basic


async def test_the_answer_only_acknowledges(world: World) -> None:
    (line,) = await world.order(2)
    await world.switch(processing_seconds=100)
    got = await world.return_v3(line, correlation="11111111-2222-4333-8444-555555555555")
    assert (got.status, got.text) == (200, "")
    assert got.headers["X-Correlation-ID"] == "11111111-2222-4333-8444-555555555555"
    assert await world.refunds() == []
    (heard,) = await world.deliver(101)
    assert await world.refunds() == [(line.ref, 1, "v3")]
    assert heard.keys() == {"type", "payload", "merchantId", "correlationId"}
    assert (heard["type"], heard["merchantId"]) == ("return", "4099")
    assert heard["correlationId"] == "11111111-2222-4333-8444-555555555555"
    (order,) = heard["payload"]["orders"]
    assert order["orderId"] == line.order_id
    assert (order["orderLines"][0]["shippedItems"], order["orderLines"][0]["returnedItems"]) == (1, 1)
    assert order["orderLines"][0]["itemPriceInclVat"] == 12.95
    assert order["shipments"][0]["shipmentLines"][0]["quantity"] == 2
    (headers,) = world.callback_headers
    assert headers["X-Correlation-ID"] == heard["correlationId"]
    assert headers["Authorization"] == basic(b"fruugo:hush")


async def test_callbacks_go_out_by_themselves(world: World) -> None:
    (line,) = await world.order()
    await world.return_v3(line)
    async with asyncio.timeout(10):
        await world.heard.wait()
    assert world.callbacks[0]["payload"]["orders"][0]["orderId"] == line.order_id


async def test_fruugo_makes_a_correlation_id_and_the_same_one_twice_is_two_requests(world: World) -> None:
    (line,) = await world.order(2)
    made = (await world.return_v3(line)).headers["X-Correlation-ID"]
    again = (await world.return_v3(line, correlation=made)).headers["X-Correlation-ID"]
    assert made == again
    assert [one["correlationId"] for one in await world.deliver()] == [made, made]
    assert len(await world.refunds()) == 2


async def test_products_are_named_by_the_merchants_ids(world: World) -> None:
    (line,) = await world.order(3)
    theirs = [{"productId": line.fruugo_product_id, "skuId": line.fruugo_sku_id, "quantity": 1}]
    await world.return_v3(line, itemQuantities=theirs)
    (refused,) = await world.deliver()
    assert refused["payload"]["orders"][0].keys() == {"orderId", "error"}
    assert await world.refunds() == []
    await world.switch(v3_ids="fruugo")
    await world.return_v3(line, itemQuantities=theirs)
    await world.deliver()
    assert await world.refunds() == [(line.ref, 1, "v3")]


@pytest.mark.parametrize("items", [None, []])
async def test_no_items_are_all_items(world: World, items: Any) -> None:
    first, second = await world.order(2, 1)
    await world.return_v3(first, itemQuantities=items)
    await world.deliver()
    assert await world.refunds() == [(first.ref, 2, "v3"), (second.ref, 1, "v3")]


async def test_orders_of_a_request_stand_or_fall_alone(world: World) -> None:
    (good,) = await world.order()
    one: dict[str, Any] = {"type": "return", "returnReason": "other"}
    orders = [one | {"orderId": "1"}, one | {"orderId": good.order_id}]
    orders.append(one | {"orderId": good.order_id, "returnReason": "broken"})
    assert (await world.v3("orders/return", {"orders": orders})).status == 200
    (heard,) = await world.deliver()
    assert ["error" in row for row in heard["payload"]["orders"]] == [True, False, True]
    assert await world.refunds() == [(good.ref, 1, "v3")]


@pytest.mark.parametrize(
    "order",
    [
        {"returnReason": "other"},
        {"orderId": "1"},
        {"orderId": 60883646001010249, "returnReason": "other"},
        {"orderId": "1", "returnReason": "other", "type": "ship"},
        {"orderId": "1", "returnReason": "other", "itemQuantities": [{"productId": "a", "skuId": "b", "quantity": 0}]},
        {"orderId": "1", "returnReason": "other", "itemQuantities": [{"skuId": "b", "quantity": 1}]},
        {"orderId": "1", "returnReason": "other", "itemQuantities": {}},
    ],
)
async def test_a_malformed_request_is_400_at_once(world: World, order: dict[str, Any]) -> None:
    got = await world.v3("orders/return", {"orders": [order]})
    assert got.status == 400
    assert got.headers["Content-Type"].startswith("text/plain")
    assert await world.deliver() == []


async def test_a_body_must_be_json(world: World) -> None:
    for options in ({"data": "orderId=1"}, {"data": "{", "headers": {"Content-Type": "application/json"}}):
        assert (await world.v3("orders/return", **options)).status == 400
    bodies: list[Any] = [[], {}, {"orders": []}, {"orders": ["x"]}]
    for body in bodies:
        assert (await world.v3("orders/return", body)).status == 400


async def test_other_steps(world: World) -> None:
    (line,) = await world.order(2, shipped=False)
    item = {"productId": line.product_id, "skuId": line.sku_id, "quantity": 1}
    one = {"orderId": line.order_id, "itemQuantities": [item]}
    await world.v3("orders/confirm", {"orders": [one]})
    await world.v3("orders/ship", {"orders": [one]})
    await world.v3("orders/cancel", {"orders": [one]})
    heard = await world.deliver()
    assert [one["type"] for one in heard] == ["confirm", "ship", "cancel"]
    assert heard[1]["payload"]["orders"][0]["orderLines"][0]["shippedItems"] == 1
    assert heard[2]["payload"]["orders"][0]["error"] == "cancellationReason is required."


class TestOrders:
    """The query for orders."""

    async def asked(self, world: World, **query: Any) -> list[str]:
        await world.v3("orders", params={"dateFrom": "2024-01-01T00:00:00Z", **query})
        return [order["orderId"] for order in (await world.deliver())[-1]["payload"]["orders"]]

    async def test_filters(self, world: World) -> None:
        options = {"released_at": "2024-03-01T00:00:00Z", "customer": {"country_code": "FI"}}
        first, _ = await world.order(1, 2, **options)
        assert len(await self.asked(world)) == 5
        found = [first.order_id]
        assert await self.asked(world, dateTo="2024-04-01T00:00:00Z") == found
        assert await self.asked(world, orderId=first.order_id) == found
        assert await self.asked(world, skuId="MUG-BLUE", customerCountries="FI") == found
        assert await self.asked(world, **{"customerCountries[]": ["FI", "DE"]}) == found
        assert await self.asked(world, paymentAmountMin="43.80", paymentAmountMax="43.80") == found
        assert await self.asked(world, statuses="PENDING") == []
        assert await self.asked(world, productId=first.fruugo_product_id) == []

    async def test_a_body_does_as_well(self, world: World) -> None:
        (line,) = await world.order()
        await world.v3("orders", {"dateFrom": "2024-01-01T00:00:00Z", "orderId": line.order_id})
        (heard,) = await world.deliver()
        assert [order["orderId"] for order in heard["payload"]["orders"]] == [line.order_id]

    @pytest.mark.parametrize(
        "query", [{}, {"dateFrom": "soon"}, {"dateFrom": "2024-01-01", "paymentAmountMin": "much"}]
    )
    async def test_bad_queries(self, world: World, query: dict[str, str]) -> None:
        assert (await world.v3("orders", params=query)).status == 400

    async def test_it_shows_the_orders_as_they_are_when_it_runs(self, world: World) -> None:
        (line,) = await world.order()
        await world.switch(processing_seconds=60)
        await world.v3("orders", params={"dateFrom": "2024-01-01", "orderId": line.order_id})
        await world.announce(line)
        (heard,) = await world.deliver(61)
        assert heard["payload"]["orders"][0]["orderLines"][0]["returnAnnouncedItems"] == 1

    async def test_garbled_and_numeric_rows(self, world: World) -> None:
        (line,) = await world.order()
        await world.switch(garbled={line.order_id: "not_an_object"}, numeric_order_ids=True, v3_payload="list")
        await world.v3("orders", params={"dateFrom": "2024-01-01"})
        (heard,) = await world.deliver()
        assert heard["payload"][-1] is None
        assert all(order["orderId"] > 2**53 for order in heard["payload"][:-1])


class TestCallbacks:
    """Late, twice, out of order, never."""

    async def test_out_of_order_and_twice(self, world: World) -> None:
        first, second = await world.order(1, 1)
        await world.control("callbacks/next", {"copies": 2, "delay": 60})
        await world.return_v3(first, correlation="first")
        await world.return_v3(second, correlation="second")
        assert [one["correlationId"] for one in await world.deliver(10)] == ["second"]
        assert await world.refunds() == [(first.ref, 1, "v3"), (second.ref, 1, "v3")]
        assert [one["correlationId"] for one in await world.deliver(60)] == ["second", "first", "first"]
        late = world.callbacks[1]["payload"]["orders"][0]["orderLines"]
        assert [row["returnedItems"] for row in late] == [1, 0]  # as it was, not as it is
        assert len(await world.refunds()) == 2

    async def test_never(self, world: World) -> None:
        (line,) = await world.order(2)
        await world.control("callbacks/next", {"copies": 0})
        await world.return_v3(line)
        await world.control("callbacks/next", {"copies": 0, "applied": False})
        await world.return_v3(line)
        await world.control("callbacks/next", {"applied": False})
        await world.return_v3(line)
        (heard,) = await world.deliver(3600)
        assert heard["payload"]["orders"] == [{"error": "The request could not be processed."}]
        assert len(await world.refunds()) == 1

    async def test_chance_shuffles_them_the_same_way_each_time(self, world: World) -> None:
        await world.switch(callback_jitter_seconds=600)
        for number in range(8):
            await world.v3("orders", params={"dateFrom": "2099-01-01"}, headers={"X-Correlation-ID": str(number)})
        order = [one["correlationId"] for one in await world.deliver(3600)]
        assert sorted(order) == [str(number) for number in range(8)] != order

    async def test_a_failing_webhook_is_called_again_only_when_told_to(self, world: World) -> None:
        world.webhook_status = 500
        (line,) = await world.order(2)
        await world.return_v3(line)
        await world.deliver()
        await world.deliver(3600)
        assert len(world.callbacks) == 1
        await world.switch(callback_attempts=3)
        await world.return_v3(line)
        for _ in range(4):
            await world.deliver(61)
        assert len(world.callbacks) == 4
        log = (await world.call("GET", "/_sandbox/callbacks")).body
        assert [(row["attempt"], row["status"]) for row in log] == [(1, 500), (1, 500), (2, 500), (3, 500)]

    async def test_nobody_hears_when_nobody_listens(self, world: World) -> None:
        (line,) = await world.order()
        await world.control("webhook", {"url": "http://127.0.0.1:9/closed"}, "PUT")
        await world.return_v3(line)
        assert await world.deliver() == []
        log = await world.call("GET", "/_sandbox/callbacks")
        assert [row["status"] for row in log.body] == [None]
        assert "closed" not in log.text

    @pytest.mark.parametrize("url", ["http://192.0.2.1/hook", "https://127.0.0.1/x", "http://example.org/", "nowhere"])
    async def test_a_webhook_is_on_loopback(self, world: World, url: str) -> None:
        got = await world.call("PUT", "/_sandbox/webhook", json={"url": url})
        assert got.status == 400
        assert url not in got.text
