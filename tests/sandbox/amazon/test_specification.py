"""The answers fit Amazon's official specifications; no deviation is allowed."""

import pytest

from tests.sandbox.amazon.world import ADJUSTMENT, FEEDS, REPORTS, SPECS, XML, World, complaints, envelope, message

pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason="the official specifications are not here")

REPORTS_MODEL, FEEDS_MODEL = "reports-2021-06-30", "feeds-2021-06-30"


async def test_reports(world: World) -> None:
    await world.open()
    asked = await world.ask()
    assert complaints(asked.body, REPORTS_MODEL, "CreateReportResponse") == []
    for _ in range(3):
        assert complaints(await world.job(asked.body["reportId"]), REPORTS_MODEL, "Report") == []
        await world.wait(3)
    await world.ask()
    page = await world.api("GET", f"{REPORTS}/reports", params={"reportTypes": XML, "pageSize": "1"})
    assert complaints(page.body, REPORTS_MODEL, "GetReportsResponse") == []
    document_id = (await world.job(asked.body["reportId"]))["reportDocumentId"]
    document = await world.api("GET", f"{REPORTS}/documents/{document_id}")
    assert complaints(document.body, REPORTS_MODEL, "ReportDocument") == []
    for refused in (await world.ask("X"), await world.api("GET", f"{REPORTS}/reports/1")):
        assert complaints(refused.body, REPORTS_MODEL, "ErrorList") == []


async def test_feeds(world: World) -> None:
    made = await world.open()
    place = await world.api("POST", f"{FEEDS}/documents", {"contentType": "text/xml"})
    assert complaints(place.body, FEEDS_MODEL, "CreateFeedDocumentResponse") == []
    feed_id = await world.submit(envelope(message(made, "1.00")))
    for _ in range(3):
        feed = (await world.api("GET", f"{FEEDS}/feeds/{feed_id}")).body
        assert complaints(feed, FEEDS_MODEL, "Feed") == []
        await world.wait(3)
    page = await world.api("GET", f"{FEEDS}/feeds", params={"feedTypes": ADJUSTMENT})
    assert complaints(page.body, FEEDS_MODEL, "GetFeedsResponse") == []
    document = await world.api("GET", f"{FEEDS}/documents/{feed['resultFeedDocumentId']}")
    assert complaints(document.body, FEEDS_MODEL, "FeedDocument") == []


async def test_orders(world: World) -> None:
    line = {"quantity": 2, "discount": "1.00", "tax": "1.00", "shipping": "1.00", "gift_wrap": "1.00"}
    made = await world.control("orders", {"items": [line]})
    made = await world.control(f"orders/{made['order_id']}/replacement")
    for order_id in (made["order_id"], "902-1000001-2000002"):
        path = f"/orders/2026-01-01/orders/{order_id}?includedData=PROCEEDS,RECIPIENT,BUYER,FULFILLMENT"
        assert complaints((await world.api("GET", path)).body, "orders-2026-01-01", "GetOrderResponse") == []
        order = await world.api("GET", f"/orders/v0/orders/{order_id}")
        assert complaints(order.body, "orders-v0", "GetOrderResponse") == []
        items = await world.api("GET", f"/orders/v0/orders/{order_id}/orderItems")
        assert complaints(items.body, "orders-v0", "GetOrderItemsResponse") == []


async def test_restricted_tokens(world: World) -> None:
    body = {"restrictedResources": [{"method": "GET", "path": "/orders/v0/orders/902-1000001-2000001"}]}
    got = await world.api("POST", "/tokens/2021-03-01/restrictedDataToken", body)
    assert complaints(got.body, "tokens-2021-03-01", "CreateRestrictedDataTokenResponse") == []
