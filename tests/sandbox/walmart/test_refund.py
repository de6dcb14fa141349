"""Refunds, by whomever, and what a return shows of them (contract 5, 6, 7, 9)."""

from typing import Any

import pytest

from .world import CONTENT, World, tags, units

HOURS_48 = 48 * 3600


def line_of(row: Any, line: int = 0) -> Any:
    return row["returnOrderLines"][line]


async def test_a_refund_echoes_and_shows_step_by_step(world: World) -> None:
    made = await world.open({"quantity": 2, "unit_price": "10", "unit_tax": "0.80"})
    got = await world.refund(made, units(1, 2))
    assert got.status == 200
    assert got.body == {
        "returnOrderId": made["return_order_id"],
        "customerOrderId": made["customer_order_id"],
        "refundLines": [units(1, 2)],
    }
    [entry] = (await world.call("GET", "/_sandbox/journal")).body
    assert (entry["kind"], entry["ref"], entry["quantity"]) == ("refund", made["return_order_id"], 2)
    assert (entry["detail"]["amount"], entry["detail"]["source"], entry["detail"]["line"]) == ("21.60", "api", 1)
    line = line_of(row := await world.row(made))
    assert tags(row) == ["RETURN_INITIATED", "REFUND_INITIATED"]
    assert (line["status"], line["currentRefundStatus"]) == ("COMPLETED", "REFUND_INITIATED")
    assert line["refundedQty"] == 0.0, "only what is issued counts, as in the official example"
    assert line["refundChannel"] == "SELLER_SYSTEM_REFUND"
    assert line["refundChannels"] == [
        {"refundChannelName": "SELLER_SYSTEM_REFUND", "quantity": {"measurementValue": 2.0}}
    ]
    await world.wait(301)
    line = line_of(row := await world.row(made))
    assert tags(row)[-1] == "REFUND_ISSUED"
    assert (line["refundedQty"], line["currentRefundStatus"]) == (2.0, "REFUND_COMPLETED")
    assert len(await world.journal("refund")) == 1


async def test_a_refund_may_stay_unseen_for_a_while(world: World) -> None:
    await world.switch(refund_initiated_seconds=120, refunded_quantity="initiated")
    made = await world.open()
    await world.refund(made)
    assert tags(await world.row(made)) == ["RETURN_INITIATED"]
    assert len(await world.journal("refund")) == 1
    await world.wait(121)
    line = line_of(await world.row(made))
    assert (line["status"], line["refundedQty"]) == ("COMPLETED", 1.0)


async def test_a_refund_moves_the_return_in_the_list(world: World) -> None:
    first, second = await world.open(), await world.number()
    assert await world.numbers() == [second, first["return_order_id"]]
    await world.refund(first)
    assert await world.numbers() == [first["return_order_id"], second]


async def test_a_part_is_refunded_then_the_rest(world: World) -> None:
    made = await world.open({"quantity": 3})
    await world.refund(made, units(1, 1))
    line = line_of(row := await world.row(made))
    assert (line["status"], tags(row)[-1]) == ("COMPLETED", "REFUND_INITIATED")
    states = [
        (part["status"], part.get("currentRefundStatus"), part["quantity"]["measurementValue"])
        for part in line["currentTrackingStatuses"]
    ]
    assert states == [("COMPLETED", "REFUND_INITIATED", 1.0), ("INITIATED", None, 2.0)]
    await world.switch(part_completes_line=False)
    assert line_of(await world.row(made))["status"] == "INITIATED"
    await world.refund(made)
    await world.wait(301)
    assert line_of(await world.row(made))["refundedQty"] == 3.0
    number = made["return_order_id"]
    assert await world.journal("refund") == [("refund", number, 1), ("refund", number, 2)]


@pytest.mark.parametrize(
    "body",
    [
        {"customerOrderId": None},
        {"customerOrderId": "1"},
        {"refundLines": []},
        {"refundLines": None},
        {"refundLines": [1]},
        {"refundLines": [{}]},
        {"refundLines": [{"returnOrderLineNumber": "1"}]},
        {"refundLines": [{"returnOrderLineNumber": 3}]},
        {"refundLines": [units(1, 3)]},
        {"refundLines": [units(1, 1), units(1, 2)]},
        {"refundLines": [units(1, 1), units(2, 2)]},
        {"refundLines": [units(1, 0)]},
        {"refundLines": [units(1, -1)]},
        {"refundLines": [units(1, 1.5)]},
        {"refundLines": [units(1, 1e300)]},
        {"refundLines": [units(1, 1, "BOX")]},
        {"refundLines": [{"returnOrderLineNumber": 1, "quantity": {"measurementValue": 1}}]},
        {"refundLines": [{"returnOrderLineNumber": 1, "quantity": {"unitOfMeasure": "EACH"}}]},
        {"refundLines": [{"returnOrderLineNumber": 1, "quantity": 1}]},
    ],
)
async def test_what_is_refused_is_refused_whole(world: World, body: dict[str, Any]) -> None:
    made = await world.open({"quantity": 2}, {"sku": "OTHER"})
    got = await world.refund(made, **body)
    assert (got.status, got.code) == (400, CONTENT)
    assert await world.journal("refund") == []


async def test_what_cannot_be_read(world: World) -> None:
    path = f"/v3/returns/{await world.number()}/refund"
    headers = world.headers() | {"Content-Type": "application/json"}
    got = await world.call("POST", path, headers=headers, data="{")
    assert (got.status, got.code) == (400, "MALFORMED_REQUEST_CONTENT.GMP_GATEWAY_API")
    assert (await world.call("POST", path, headers=headers | {"Content-Type": "text/plain"}, data="{}")).status == 415
    got = await world.api("POST", "/v3/returns/7/refund", {})
    assert (got.status, got.code) == (404, "CONTENT_NOT_FOUND.GMP_ORDER_API")


async def test_the_only_line_need_not_be_named(world: World) -> None:
    got = await world.refund(await world.open(), {})
    assert (got.status, got.body["refundLines"]) == (200, [{"returnOrderLineNumber": 1}])
    assert len(await world.journal("refund")) == 1


async def test_several_lines_at_once(world: World) -> None:
    made = await world.open({"sku": "A"}, {"sku": "A", "line_number": 2, "quantity": 2})
    assert (await world.refund(made, units(1, 1), units(2, 2, "EACH"))).status == 200
    assert [quantity for _, _, quantity in await world.journal("refund")] == [1, 2]


@pytest.mark.parametrize(("fails", "refunds"), [(False, 2), (True, 1)])
async def test_the_same_units_twice(world: World, fails: bool, refunds: int) -> None:
    await world.switch(repeated_refund_fails=fails)
    made = await world.open({"quantity": 2})
    await world.refund(made, units(1, 2))
    assert (await world.refund(made, units(1, 2))).status == (400 if fails else 200)
    assert len(await world.journal("refund")) == refunds


@pytest.mark.parametrize("fails", [False, True])
async def test_a_cancelled_return(world: World, fails: bool) -> None:
    await world.switch(refund_of_cancelled_fails=fails, repeated_refund_fails=True)
    made = await world.open({"quantity": 2})
    for _ in range(2):
        await world.control(f"returns/{made['return_order_id']}/cancel")
    line = line_of(row := await world.row(made))
    assert (line["status"], line["refundedQty"], tags(row)[-1]) == ("COMPLETED", 0.0, "RETURN_CANCELLED")
    assert await world.journal("cancelled") == [("cancelled", made["return_order_id"], 2)]
    assert (await world.refund(made)).status == (400 if fails else 200)
    assert len(await world.journal("refund")) == (0 if fails else 1)


async def test_walmart_refunds_after_48_hours(world: World) -> None:
    made = await world.open({"quantity": 3})
    number = made["return_order_id"]
    await world.wait(HOURS_48 * 5)
    assert await world.journal("refund") == [], "the clock begins on arrival"
    await world.refund(made, units(1, 1))
    await world.control(f"returns/{number}/deliver")
    assert await world.journal("goods") == [("goods", number, 3)]
    await world.wait(HOURS_48 - 60)
    assert len(await world.journal("refund")) == 1
    await world.wait(61)
    assert await world.journal("refund") == [("refund", number, 1), ("refund", number, 2)]
    await world.wait(301)
    line = line_of(await world.row(made))
    assert (line["refundChannel"], line["refundedQty"]) == ("WALMART_TRIGGERED_REFUND", 3.0)


async def test_walmart_refunds_nothing_that_is_refunded_cancelled_or_replaced(world: World) -> None:
    refunded, cancelled = await world.open(), await world.open()
    replaced = await world.open(kind="REPLACEMENT")
    for made in (refunded, cancelled, replaced):
        await world.control(f"returns/{made['return_order_id']}/deliver")
    await world.refund(refunded)
    await world.control(f"returns/{cancelled['return_order_id']}/cancel")
    await world.wait(HOURS_48 + 1)
    assert await world.journal("refund") == [("refund", refunded["return_order_id"], 1)]
    assert (await world.refund(replaced)).status == 200, "an explicit refund is possible"


async def test_the_parcel_after_the_refund(world: World) -> None:
    made = await world.open()
    await world.refund(made)
    await world.wait(301)
    await world.control(f"returns/{made['return_order_id']}/ship")
    await world.control(f"returns/{made['return_order_id']}/deliver")
    line = line_of(row := await world.row(made))
    assert tags(row)[-2:] == ["INTRANSIT_AFTER_INVOICE", "DELIVERED_AFTER_INVOICE"]
    assert line["status"] == "COMPLETED"


async def test_the_parcel_by_clock(world: World) -> None:
    await world.switch(ship_seconds=3600, delivery_seconds=7200, refund_before_arrival=False)
    made = await world.open()
    assert (await world.refund(made)).status == 400
    await world.wait(3601)
    assert tags(await world.row(made)) == ["RETURN_INITIATED", "RETURN_IN_TRANSIT"]
    await world.wait(3600)
    line = line_of(row := await world.row(made))
    assert (line["status"], tags(row)[-1]) == ("DELIVERED", "DELIVERED_AT_RETURN_CENTER")
    assert (await world.refund(made)).status == 200


async def test_the_sellers_staff_is_first(world: World) -> None:
    number = (made := await world.open({"quantity": 2}))["return_order_id"]
    await world.control(f"returns/{number}/refund", {"quantity": 1})
    await world.control(f"returns/{number}/refund", {"by": "walmart"})
    channels = [part["refundChannelName"] for part in line_of(await world.row(made))["refundChannels"]]
    assert channels == ["SELLER_MANUAL_REFUND", "WALMART_TRIGGERED_REFUND"]
    await world.control(f"returns/{number}/refund")
    assert await world.journal("refund") == [("refund", number, 1)] * 2, "nothing was left for the third"


async def test_what_walmart_sent_is_view_only(world: World) -> None:
    made = await world.open(ship_node="WFSFulfilled")
    got = await world.refund(made)
    assert (got.status, got.code) == (400, CONTENT)
    await world.control(f"returns/{made['return_order_id']}/deliver")
    line = line_of(await world.row(made, isWFSEnabled="Y"))
    assert line["refundChannel"] == "WALMART_SETTLED_REFUND"
    order = (await world.api("GET", f"/v3/orders/{line['purchaseOrderId']}")).body["order"]
    assert order["shipNode"] == {"type": "WFSFulfilled"}
    assert len(await world.journal("refund")) == 1


async def test_exception_items_are_refunded_through_the_order(world: World) -> None:
    made = await world.open({"exception_type": "HAZMAT", "shipping": "4"})
    line = line_of(await world.row(made))
    assert (line["isReturnForException"], line["exceptionItemType"]) == (True, "HAZMAT")
    assert (await world.refund(made)).status == 400
    got = await order_refund(world, line["purchaseOrderId"], {"lineNumber": "1", "isFullRefund": True})
    assert got.status == 200
    assert got.body["order"]["purchaseOrderId"] == line["purchaseOrderId"]
    assert await world.journal("refund") == [("refund", line["purchaseOrderId"], 1)]


def charge(amount: float, **changes: Any) -> dict[str, Any]:
    """A partial refund of line 1."""
    one = {"chargeType": "PRODUCT", "chargeName": "Item Price", "chargeAmount": {"currency": "USD", "amount": amount}}
    refund_charge = {"refundReason": "DamagedItem", "charge": one} | changes
    return {"lineNumber": "1", "refunds": {"refund": [{"refundCharges": {"refundCharge": [refund_charge]}}]}}


async def order_refund(world: World, number: str, *lines: Any, **changes: Any) -> Any:
    body = {"orderRefund": {"purchaseOrderId": number, "orderLines": {"orderLine": list(lines)}} | changes}
    return await world.api("POST", f"/v3/orders/{number}/refund", body)


async def test_an_amount_of_an_order(world: World) -> None:
    await world.control("orders", {"purchase_order_id": "77", "lines": [{"unit_price": "10", "unit_tax": "0"}]})
    assert (await order_refund(world, "77", charge(-7.5))).status == 200
    assert (await order_refund(world, "77", charge(-7.5))).status == 400, "more than was charged"
    await world.switch(order_refunds_add_up=False)
    assert (await order_refund(world, "77", charge(-7.5))).status == 200
    assert await world.journal("refund") == [("refund", "77", 0)] * 2


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [1],
        [charge(5)],
        [charge(0)],
        [charge(-99)],
        [charge(-5, refundReason="Because")],
        [charge(-5, charge={"chargeType": "FEE"})],
        [charge(-5, charge={})],
        [{"lineNumber": "1"}],
        [{"lineNumber": 1, "isFullRefund": True}],
        [{"lineNumber": "9", "isFullRefund": True}],
        [charge(-5), {"lineNumber": "2", "isFullRefund": True}],
    ],
)
async def test_what_cannot_be_refunded_of_an_order(world: World, lines: list[Any]) -> None:
    await world.control("orders", {"purchase_order_id": "77", "lines": [{"sku": "A"}, {"sku": "B"}]})
    got = await order_refund(world, "77", *lines)
    assert (got.status, got.code) == (400, CONTENT)
    assert (await order_refund(world, "77", charge(-5), purchaseOrderId="78")).status == 400
    assert await world.journal("refund") == []
