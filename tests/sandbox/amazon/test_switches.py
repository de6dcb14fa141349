"""The other position of switches whose default the other tests see."""

from typing import Any

import pytest

from tests.sandbox.amazon.world import FLAT, US, World, component, envelope, message

ORDER = "/orders/2026-01-01/orders/902-1000001-2000001"


async def test_tokens(world: World) -> None:
    await world.switch(token_lifetime=60, invalid_client_status=400, invalid_token_status=401, user_agent_checked=False)
    assert (await world.sign_in()).body["expires_in"] == 60
    assert (await world.sign_in(client_secret="wrong")).status == 400
    assert (await world.api("GET", ORDER, headers={"User-Agent": "x"})).status == 200
    assert (await world.api("GET", ORDER, headers={"x-amz-access-token": "garbage"})).status == 401
    await world.wait(61)
    assert (await world.api("GET", ORDER)).status == 403


async def test_requests(world: World) -> None:
    await world.switch(foreign_marketplace_status=400, future_end_refused=False, limits=True, rate_header=False)
    assert (await world.ask(FLAT, US)).error == (400, "InvalidInput")
    got = await world.ask(dataEndTime="2100-01-01T00:00:00Z", dataStartTime="2099-12-01T00:00:00Z")
    assert got.status == 202
    assert "x-amzn-RateLimit-Limit" not in got.headers


@pytest.mark.parametrize(
    ("switches", "shown"),
    [
        ({"refund_amount": "always"}, "0.00"),
        ({"refund_amount": "when_refunded"}, None),
    ],
)
async def test_amounts_before_a_refund(world: World, switches: dict[str, Any], shown: str | None) -> None:
    await world.switch(**switches)
    await world.open()
    [row] = await world.rows()
    assert row.findtext("item_details/refund_amount") == shown


@pytest.mark.parametrize(
    ("switches", "shown", "status"),
    [
        ({"refund_amount": "never"}, None, "Completed"),
        ({"feed_refunds_shown": False}, None, "Completed"),
        ({"status_after_refund": "unchanged"}, "14.95", "Approved"),
        ({"status_after_refund": "Closed"}, "14.95", "Closed"),
    ],
)
async def test_rows_after_a_refund(
    world: World, switches: dict[str, Any], shown: str | None, status: str
) -> None:  # fmt: skip
    await world.switch(**switches)
    await world.feed(envelope(message(await world.open({"unit_price": "14.95"}))))
    [row] = await world.rows()
    assert row.findtext("item_details/refund_amount") == shown
    assert row.findtext("return_request_status") == status


async def test_what_a_feed_may_do(world: World) -> None:
    await world.switch(
        merchant_identifier_checked=False,
        tax_inclusive_refuses_tax=False,
        fba_refund_refused=False,
        warehouse_seconds=3600,
    )
    made = await world.open({"unit_price": "10.00", "tax": "1.00"}, fulfilled_by="AMAZON")
    document = envelope(message(made, "9.00", more=component("Tax", "1.00")), merchant="A0OTHER")
    assert await world.feed(document) == {}
    await world.switch(unnamed_error_code="4711")
    assert await world.feed(envelope(message(made, "1.00", action="Cancel"))) == {1: "4711"}


async def test_other_answers(world: World) -> None:
    await world.switch(discount_negative=False, returnless_refunds_at_once=False, flat_blank_cells=False)
    made = await world.open({"discount": "1.00", "resolution": "ReturnlessRefund"})
    assert await world.journal() == []
    [line] = await world.lines()
    assert line["Invoice number"] == ""
    order = await world.api("GET", f"/orders/2026-01-01/orders/{made['order_id']}?includedData=PROCEEDS")
    parts = order.body["order"]["orderItems"][0]["proceeds"]["breakdowns"]
    assert [part["subtotal"]["amount"] for part in parts if part["type"] == "DISCOUNT"] == ["1.00"]
