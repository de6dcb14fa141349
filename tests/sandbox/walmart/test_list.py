"""`GET /v3/returns`: filters, paging, rows (contract 4)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from .world import World, tags

NOW = datetime.now(UTC)


def ago(**ages: float) -> str:
    return f"{NOW - timedelta(**ages):%Y-%m-%dT%H:%M:%SZ}"


async def walk(world: World, path: str = "/v3/returns?limit=2") -> list[str]:
    """The return numbers of all pages, the cursor used as it comes."""
    numbers: list[str] = []
    for _ in range(20):
        body = (await world.api("GET", path)).body
        numbers += [row["returnOrderId"] for row in body["returnOrders"]]
        if not body["meta"].get("nextCursor"):
            return numbers
        path = "/v3/returns" + body["meta"]["nextCursor"]
    raise AssertionError("no end")


async def test_ten_to_a_page_and_a_cursor_that_is_a_query(world: World) -> None:
    await world.control("bulk", {"count": 25})
    got = (await world.api("GET", "/v3/returns?replacementInfo=true")).body
    assert got["meta"] == {
        "totalCount": 25,
        "limit": 10,
        "nextCursor": "?sellerId=10001500151&limit=10&offset=10&replacementInfo=true",
    }
    assert len(got["returnOrders"]) == 10
    assert len(set(await walk(world))) == 25
    last = (await world.api("GET", "/v3/returns?limit=200")).body
    assert "nextCursor" not in last["meta"]


@pytest.mark.parametrize(("end", "meta"), [("null", {"nextCursor": None}), ("empty", {"nextCursor": ""})])
async def test_the_end_has_forms(world: World, end: str, meta: dict[str, Any]) -> None:
    await world.switch(last_cursor=end)
    assert (await world.api("GET", "/v3/returns")).body["meta"] == {"totalCount": 0, "limit": 10, **meta}


async def test_a_cursor_is_to_be_used_as_it_is(world: World) -> None:
    await world.control("bulk", {"count": 5})
    path = f"/v3/returns?limit=2&returnLastModifiedStartDate={ago(days=30)}"
    cursor = (await world.api("GET", path)).body["meta"]["nextCursor"]
    assert "%3A" in cursor
    assert len(await walk(world, path)) == 5
    for spoilt in (cursor.replace("%", "%25"), "?" + cursor, cursor + "&limit=200"):
        got = await world.api("GET", f"/v3/returns{spoilt}")
        assert (got.status, got.code) == (400, "INVALID_REQUEST_PARAM.GMP_ORDER_API")


async def test_a_cursor_may_forget_the_filters(world: World) -> None:
    await world.switch(cursor_forgets_filters=True)
    for _ in range(3):
        await world.open(kind="REPLACEMENT")
    await world.open()
    got = (await world.api("GET", "/v3/returns?limit=2&returnType=REPLACEMENT&replacementInfo=true")).body
    assert (got["meta"]["totalCount"], got["meta"]["nextCursor"]) == (3, "?sellerId=10001500151&limit=2&offset=2")
    got = (await world.api("GET", "/v3/returns" + got["meta"]["nextCursor"])).body
    assert got["meta"]["totalCount"] == 4
    assert "returnType" not in got["returnOrders"][0]


async def test_a_cursor_may_lead_nowhere(world: World) -> None:
    await world.switch(cursor_loops=True)
    await world.control("bulk", {"count": 3})
    first = (await world.api("GET", "/v3/returns?limit=2")).body
    again = (await world.api("GET", "/v3/returns" + first["meta"]["nextCursor"])).body
    assert again == first


async def test_a_new_return_while_paging_shows_a_row_twice(world: World) -> None:
    made = [await world.number() for _ in range(4)]
    assert await walk(world) == made[::-1]
    await world.switch(created_between_pages=1)
    assert await walk(world) == [made[3], made[2], made[2], made[1], made[0]]


async def test_a_change_while_paging_hides_a_row(world: World) -> None:
    made = [await world.number() for _ in range(4)]
    await world.switch(modified_between_pages=1)
    assert made[0] not in (seen := await walk(world))
    assert len(seen) == 4
    await world.switch(order="modified_oldest_first")
    assert await walk(world) == [made[1], made[2], made[3], made[0]]


@pytest.mark.parametrize(("form", "status"), [("empty", 200), ("missing", 200), ("404", 404)])
async def test_nothing_found_has_forms(world: World, form: str, status: int) -> None:
    await world.switch(empty_list=form)
    got = await world.api("GET", "/v3/returns")
    assert got.status == status
    assert got.body.get("returnOrders") == ([] if form == "empty" else None)
    assert form != "404" or got.code == "CONTENT_NOT_FOUND.GMP_ORDER_API"


async def test_a_partial_page(world: World) -> None:
    await world.control("bulk", {"count": 4})
    await world.switch(partial_pages=1)
    got = await world.api("GET", "/v3/returns")
    assert (got.status, got.code, len(got.body["returnOrders"])) == (206, "SOME_CONTENT_NOT_FOUND", 2)
    assert len(await world.rows()) == 4


async def test_filters(world: World) -> None:
    old = await world.open(opened_at=ago(days=20))
    made = await world.open(kind="REPLACEMENT")
    number, other = made["return_order_id"], old["return_order_id"]
    assert await world.numbers(returnOrderId=number) == [number]
    assert await world.numbers(customerOrderId=old["customer_order_id"]) == [other]
    assert await world.numbers(returnType="REPLACEMENT") == [number]
    assert await world.numbers(returnCreationStartDate=ago(days=1)) == [number]
    assert await world.numbers(returnCreationEndDate=ago(days=1)[:10]) == [other]
    assert await world.numbers(returnLastModifiedEndDate=ago(days=1)) == [other]
    await world.control(f"returns/{other}/deliver")
    assert await world.numbers(returnLastModifiedEndDate=ago(days=1)) == []
    assert await world.numbers(returnLastModifiedStartDate=ago(days=1)) == [other, number]
    assert await world.numbers(returnOrderId=other, returnLastModifiedEndDate=ago(days=1)) == []
    assert await world.numbers(status="DELIVERED") == [other]
    await world.control(f"returns/{number}/cancel")
    assert await world.numbers(status="COMPLETED") == [number]
    assert await world.numbers(status="INITIATED") == []


@pytest.mark.parametrize(
    "query",
    [
        "status=OPEN",
        "returnType=OTHER",
        "replacementInfo=yes",
        "limit=201",
        "limit=0",
        "limit=x",
        "isWFSEnabled=true",
        "returnCreationStartDate=yesterday",
        "returnCreationStartDate=2024-13-01",
        "returnLastModifiedStartDate=2024-05-01T00:00:00%2B0000",
        "offset=10",
    ],
)
async def test_what_cannot_be_asked(world: World, query: str) -> None:
    got = await world.api("GET", f"/v3/returns?{query}")
    assert (got.status, got.code) == (400, "INVALID_REQUEST_PARAM.GMP_ORDER_API")


async def test_the_documented_offset_has_a_space_for_its_plus(world: World) -> None:
    number = await world.number()
    assert await world.numbers(returnCreationStartDate="2020-04-17T10:42:41.000%200000") == [number]


async def test_returns_of_walmart_are_shown_on_demand(world: World) -> None:
    own = await world.number()
    theirs = await world.number(ship_node="WFSFulfilled")
    assert await world.numbers() == [own]
    assert await world.numbers(returnOrderId=theirs) == []
    assert await world.numbers(isWFSEnabled="Y") == [theirs, own]


async def test_replacement_fields_are_hidden_unless_asked_for(world: World) -> None:
    made = await world.open(kind="REPLACEMENT")
    await world.control(f"returns/{made['return_order_id']}/cancel", {"reason": "WRONG_ADDRESS"})
    plain, full = await world.row(made), await world.row(made, replacementInfo="true")
    assert full.keys() - plain.keys() == {"returnType", "replacementCustomerOrderId"}
    line = full["returnOrderLines"][0]
    assert line.keys() - plain["returnOrderLines"][0].keys() == {"returnCancellationReason"}
    assert (full["returnType"], line["returnCancellationReason"]) == ("REPLACEMENT", "WRONG_ADDRESS")


async def test_a_row(world: World) -> None:
    product = {"sku": "MUG-BLUE", "title": "Mug", "quantity": 2, "unit_price": "10", "unit_tax": "0.80"}
    got = await world.api("GET", "/v3/returns?returnOrderId=" + await world.number(product, channel="IN_STORE"))
    assert '"measurementValue": 2.0' in got.text
    [row] = got.body["returnOrders"]
    assert len(row["returnOrderId"]) == 18
    assert int(row["returnOrderId"]) > 1 << 53
    assert row["returnOrderDate"].endswith("Z")
    assert len(row["returnOrderDate"]) == len("2019-02-21T01:01:08.000Z")
    assert row["totalRefundAmount"] == {"currencyAmount": 21.6, "currencyUnit": "USD"}
    assert row["returnChannel"] == {"channelName": "IN_STORE"}
    [line] = row["returnOrderLines"]
    assert (line["returnOrderLineNumber"], line["refundedQty"], line["status"]) == (1, 0.0, "INITIATED")
    assert (line["item"]["sku"], line["currentDeliveryStatus"]) == ("MUG-BLUE", "NOT_SHIPPED")
    assert line["quantity"] == {"unitOfMeasure": "EACH", "measurementValue": 2.0}
    assert tags(row) == ["RETURN_INITIATED"]
    assert {"currentRefundStatus", "refundChannel", "refundChannels"}.isdisjoint(line)
    await world.switch(unit_of_measure=None)
    row = await world.row(row["returnOrderId"])
    assert row["returnOrderLines"][0]["quantity"] == {"measurementValue": 2.0}


async def test_labels_belong_to_groups(world: World) -> None:
    lines: list[dict[str, Any]] = [
        {"group": 1},
        {"group": 2, "sku": "BIG"},
        {"group": 1, "sku": "SMALL"},
        {"group": 3, "keep_it": True},
    ]
    row = await world.row(await world.open(*lines, labels_per_group=2, carriers_per_label=2))
    groups = [[line["returnOrderLineNumber"] for line in group["returnLines"]] for group in row["returnLineGroups"]]
    assert groups == [[1, 3], [2], [4]]
    numbers = [
        carrier["trackingNo"]
        for group in row["returnLineGroups"]
        for label in group["labels"]
        for carrier in label["carrierInfoList"]
    ]
    assert len(set(numbers)) == 8, "two groups with two labels of two carriers; nothing is sent for the third"
    assert [group["returnExpectedFlag"] for group in row["returnLineGroups"]] == [True, True, False]
    kept = row["returnOrderLines"][3]
    assert (kept["isKeepIt"], kept["returnExpectedFlag"]) == (True, False)


async def test_a_return_can_span_purchase_orders(world: World) -> None:
    row = await world.row(await world.open({"purchase_order_id": "41"}, {"purchase_order_id": "42"}, {"sku": "X"}))
    orders = [line["purchaseOrderId"] for line in row["returnOrderLines"]]
    assert orders[:2] == ["41", "42"]
    assert len(set(orders)) == 3
    for number in orders:
        got = (await world.api("GET", f"/v3/orders/{number}")).body["order"]
        assert got["customerOrderId"] == row["customerOrderId"]


@pytest.mark.parametrize(
    ("flaw", "broken"),
    [
        ("no_id", lambda row: "returnOrderId" not in row),
        ("no_lines", lambda row: "returnOrderLines" not in row),
        ("no_line_number", lambda row: "returnOrderLineNumber" not in row["returnOrderLines"][0]),
        ("wrong_type", lambda row: row["returnOrderLines"][0]["quantity"] == "two"),
        ("bad_date", lambda row: row["returnOrderDate"] == "yesterday"),
        ("not_an_object", lambda row: row == "?"),
        ("unknown_values", lambda row: row["returnChannel"]["channelName"] == "LOCKER"),
        ("bare", lambda row: "customerName" not in row and "item" not in row["returnOrderLines"][0]),
    ],
)
async def test_a_garbled_row(world: World, flaw: str, broken: Any) -> None:
    number = await world.number()
    await world.control(f"returns/{number}/spoil", {"flaw": flaw})
    [row] = await world.rows()
    assert broken(row)
    await world.control(f"returns/{number}/spoil", {"flaw": None})
    assert not broken(await world.row(number))


async def test_the_longest_untouched_are_forgotten(world: World) -> None:
    await world.switch(kept=50)
    first, second = await world.number(), await world.number()
    await world.control(f"returns/{first}/ship")
    await world.wait(60)
    await world.control("bulk", {"count": 49, "days": 0.000001})
    numbers = await world.numbers(limit="200")
    assert len(numbers) == 50
    assert first in numbers
    assert second not in numbers


async def test_events_may_come_in_either_order(world: World) -> None:
    number = await world.number()
    await world.control(f"returns/{number}/deliver")
    for newest_first in (True, False):
        await world.switch(events_newest_first=newest_first)
        events = (await world.row(number))["returnOrderLines"][0]["returnTrackingDetail"]
        assert [event["sequenceNo"] for event in events] == ([1, 0] if newest_first else [0, 1])
        assert {"FedexTrackingLink"} <= {part["name"] for event in events for part in event["references"]}


async def test_a_number_that_needs_quoting_is_only_unknown(world: World) -> None:
    assert await world.numbers(returnOrderId=quote("' OR 1=1 & ?", safe="")) == []
