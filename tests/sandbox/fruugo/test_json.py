"""The v3 JSON order API keeps the facts of its contract page (section 4)."""

from typing import Any, get_args

import pytest

from retour.sandbox.fruugo.switches import Flaw
from tests.sandbox.fruugo.world import World


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


async def test_the_acknowledgement_may_be_202(world: World) -> None:
    (line,) = await world.order()
    await world.switch(ack_status=202)
    assert (await world.return_v3(line)).status == 202


async def test_fruugo_makes_a_correlation_id_and_the_same_one_twice_is_two_requests(world: World) -> None:
    (line,) = await world.order(2)
    made = (await world.return_v3(line)).headers["X-Correlation-ID"]
    again = (await world.return_v3(line, correlation=made)).headers["X-Correlation-ID"]
    assert made == again
    assert [one["correlationId"] for one in await world.deliver()] == [made, made]
    assert len(await world.refunds()) == 2


@pytest.mark.parametrize("correlation", ["r-12:70000001:settle:1", "{11111111-2222-4333-8444-555555555555}", "ë"])
async def test_a_correlation_id_is_a_uuid(world: World, correlation: str) -> None:
    (line,) = await world.order()
    assert (await world.return_v3(line, correlation=correlation)).status == 400
    assert await world.deliver() == []
    assert await world.refunds() == []


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
    ("quantity", "fields", "words"),
    [
        (3, {}, "exceeds the 2 that are left"),
        (1, {"returnReason": "too_small"}, "Unknown returnReason"),
        (1, {"itemQuantities": [{"productId": "MUG", "skuId": "LAMP", "quantity": 1}]}, "has no item MUG,LAMP"),
    ],
)
async def test_what_cannot_be_is_told_by_callback(
    world: World, quantity: int, fields: dict[str, Any], words: str
) -> None:
    (line,) = await world.order(2)
    assert (await world.return_v3(line, quantity, **fields)).status == 200
    (heard,) = await world.deliver()
    assert words in heard["payload"]["orders"][0]["error"]
    assert await world.refunds() == []


async def test_a_return_of_what_came_back_already_is_refused(world: World) -> None:
    (line,) = await world.order()
    await world.return_v3(line)
    await world.return_v3(line)
    rows = [one["payload"]["orders"][0] for one in await world.deliver()]
    assert ["error" in row for row in rows] == [False, True]
    assert await world.refunds() == [(line.ref, 1, "v3")]


@pytest.mark.parametrize(("refusals", "shown"), [("unchanged", 1), ("left_out", 0)])
async def test_a_refusal_may_be_told_without_a_word(world: World, refusals: str, shown: int) -> None:
    (line,) = await world.order()
    await world.switch(v3_refusals=refusals)
    await world.return_v3(line, 2)
    await world.return_v3(line, orderId="1")
    await world.control("callbacks/next", {"applied": False})
    await world.return_v3(line)
    rows = [one["payload"]["orders"] for one in await world.deliver()]
    assert [len(told) for told in rows] == [shown, 0, 0]
    assert all(row["orderLines"][0]["returnedItems"] == 0 for row in rows[0])
    assert await world.refunds() == []


async def test_after_an_action_there_may_be_ids_only(world: World) -> None:
    (line,) = await world.order()
    await world.switch(v3_rows="id", numeric_order_ids=True)
    await world.return_v3(line)
    await world.query_v3(orderId=line.order_id)
    returned, queried = (one["payload"]["orders"][0] for one in await world.deliver())
    assert returned == {"orderId": int(line.order_id)}
    assert queried["orderLines"][0]["returnedItems"] == 1


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
    assert (await world.v3("orders/return", data="orderId=1")).status == 400
    for data in ("{", b'{"orders": "\xff"}', '{"orders":' + "[" * 100_000):
        for kind in ("application/json", "application/json; charset=none"):
            assert (await world.v3("orders/return", data=data, headers={"Content-Type": kind})).status == 400
    bodies: list[Any] = [[], {}, {"orders": []}, {"orders": ["x"]}]
    for body in bodies:
        assert (await world.v3("orders/return", body)).status == 400


async def test_other_steps(world: World) -> None:
    (line,) = await world.order(2, shipped=False)
    item = {"productId": line.product_id, "skuId": line.sku_id, "quantity": 1}
    one = {"orderId": line.order_id, "itemQuantities": [item]}
    await world.v3("orders/confirm", {"orders": [one]})
    await world.v3("orders/ship", {"orders": [one]})
    await world.v3("orders/cancel", {"orders": [one | {"cancellationReason": "out_of_stock"}]})
    await world.v3("orders/ship", {"orders": [one]})
    assert (await world.v3("orders/cancel", {"orders": [one]})).status == 400
    heard = await world.deliver()
    assert [one["type"] for one in heard] == ["confirm", "ship", "cancel", "ship"]
    rows = [one["payload"]["orders"][0] for one in heard]
    counters = [(row["orderLines"][0]["shippedItems"], row["orderLines"][0]["cancelledItems"]) for row in rows[:3]]
    assert counters == [(0, 0), (1, 0), (1, 1)]
    assert "exceeds the 0 that are left" in rows[3]["error"]


class TestOrders:
    """The query for orders."""

    async def asked(self, world: World, **query: Any) -> list[str]:
        await world.query_v3(**query)
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

    @pytest.mark.parametrize(("place", "query", "body"), [("query", 200, 400), ("body", 400, 200), ("both", 200, 200)])
    async def test_one_of_both_may_not_count(self, world: World, place: str, query: int, body: int) -> None:
        await world.switch(v3_filters=place)
        asked = {"dateFrom": "2024-01-01T00:00:00Z"}
        assert (await world.v3("orders", params=asked)).status == query
        assert (await world.v3("orders", asked)).status == body

    async def test_the_dates_may_be_those_of_the_order(self, world: World) -> None:
        (line,) = await world.order(1, placed_at="2024-03-01T00:00:00Z", released_at="2024-03-09T00:00:00Z")
        (hidden,) = await world.order(1, placed_at="2024-03-01T00:00:00Z", released_at="2099-01-01T00:00:00Z")
        begin, middle, end = ("2024-02-29T00:00:00Z", "2024-03-05T00:00:00Z", "2024-03-31T00:00:00Z")
        windows = [{"dateFrom": begin, "dateTo": middle}, {"dateFrom": middle, "dateTo": end}]
        assert [await self.asked(world, **window) for window in windows] == [[], [line.order_id]]
        await world.switch(v3_dates="placed")
        assert [await self.asked(world, **window) for window in windows] == [[line.order_id], []]
        assert hidden.order_id not in await self.asked(world)

    async def test_a_time_in_z_is_documented_here(self, world: World) -> None:
        await world.switch(zulu=False)
        assert (await world.query_v3()).status == 200

    async def test_it_can_count_as_a_download(self, world: World) -> None:
        await world.switch(limits=True, requests=9)
        assert [(await world.query_v3()).status for _ in range(2)] == [200, 200]
        await world.switch(queries_are_downloads=True)
        assert [(await world.query_v3()).status for _ in range(2)] == [200, 429]
        assert (await world.v3("orders/return", {})).status == 400

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

    @pytest.mark.parametrize("flaw", get_args(Flaw))
    async def test_a_garbled_order_spoils_no_other(self, world: World, flaw: str) -> None:
        (line,) = await world.order()
        await world.query_v3()
        (whole,) = await world.deliver()
        await world.switch(garbled={line.order_id: flaw})
        await world.query_v3()
        _, spoiled = await world.deliver()
        pairs = zip(whole["payload"]["orders"], spoiled["payload"]["orders"], strict=True)
        assert [before == after for before, after in pairs] == [True] * 4 + [False]

    async def test_garbled_and_numeric_rows(self, world: World) -> None:
        (line,) = await world.order()
        await world.switch(garbled={line.order_id: "not_an_object"}, numeric_order_ids=True, v3_payload="list")
        await world.v3("orders", params={"dateFrom": "2024-01-01"})
        (heard,) = await world.deliver()
        assert heard["payload"][-1] is None
        assert all(order["orderId"] > 2**53 for order in heard["payload"][:-1])
