"""Feeds: the machine, the money, the processing report (contract 6)."""

import io
from typing import Any

import pytest

from tests.sandbox.amazon.world import (
    ADJUSTMENT,
    CONTENT_TYPE,
    DE,
    FEEDS,
    NL,
    US,
    World,
    component,
    envelope,
    message,
)

TWO = {"quantity": 2, "unit_price": "14.95"}


class TestUpload:
    async def test_the_content_type_is_part_of_the_signature(self, world: World) -> None:
        place = await world.api("POST", f"{FEEDS}/documents", {"contentType": CONTENT_TYPE})
        assert place.status == 201
        url = place.body["url"]
        assert (await world.call("PUT", url, data=b"x", headers={"Content-Type": "text/xml"})).status == 403
        good = {"Content-Type": CONTENT_TYPE}
        assert (await world.call("PUT", url, data=b"x", headers=good | {"x-amz-access-token": "t"})).status == 400
        assert (await world.call("PUT", url, data=b"x", headers=good)).status == 200
        assert (await world.call("GET", url)).status == 403

    async def test_it_lapses(self, world: World) -> None:
        url = (await world.api("POST", f"{FEEDS}/documents", {"contentType": CONTENT_TYPE})).body["url"]
        await world.wait(301)
        assert (await world.call("PUT", url, data=b"x", headers={"Content-Type": CONTENT_TYPE})).status == 403

    async def test_ten_mebibytes_at_most(self, world: World) -> None:
        place = (await world.api("POST", f"{FEEDS}/documents", {"contentType": CONTENT_TYPE})).body
        for size, status in ((9, 200), (11, 413)):
            data = io.BytesIO(b" " * (size << 20))
            got = await world.call("PUT", place["url"], data=data, headers={"Content-Type": CONTENT_TYPE})
            assert got.status == status

    async def test_a_feed_needs_an_uploaded_document_of_this_seller_not_older_than_two_days(self, world: World) -> None:
        document_id = await world.upload("x")
        empty = (await world.api("POST", f"{FEEDS}/documents", {"contentType": CONTENT_TYPE})).body["feedDocumentId"]
        body = {"feedType": ADJUSTMENT, "marketplaceIds": [NL]}
        for bad in (empty, "unknown", None):
            got = await world.api("POST", f"{FEEDS}/feeds", body | {"inputFeedDocumentId": bad})
            assert got.error == (400, "InvalidInput")
        body["inputFeedDocumentId"] = document_id
        assert (await world.api("POST", f"{FEEDS}/feeds", body | {"feedType": "POST_PRODUCT_DATA"})).status == 400
        assert (await world.api("POST", f"{FEEDS}/feeds", body | {"marketplaceIds": [US]})).status == 403
        await world.wait(2 * 86400)
        await world.sign_in()
        assert (await world.api("POST", f"{FEEDS}/feeds", body)).status == 400


class TestMachine:
    async def test_done_is_not_the_same_as_refunded(self, world: World) -> None:
        made = await world.open(TWO)
        feed_id = await world.submit(envelope(message(made, "99.00")))
        assert (await world.api("GET", f"{FEEDS}/feeds/{feed_id}")).body["processingStatus"] == "IN_QUEUE"
        assert await world.journal() == []
        await world.wait(10)
        job = (await world.api("GET", f"{FEEDS}/feeds/{feed_id}")).body
        assert job["processingStatus"] == "DONE"
        assert await world.result(feed_id) == {1: "25161"}
        assert await world.journal() == []

    async def test_a_feed_whose_answer_was_lost_is_in_the_list(self, world: World) -> None:
        made = await world.open()
        document_id = await world.upload(envelope(message(made, "1.00")))
        await world.control("faults", {"kind": "drop_after", "match": f"POST {FEEDS}/feeds"})
        body = {"feedType": ADJUSTMENT, "marketplaceIds": [NL], "inputFeedDocumentId": document_id}
        with pytest.raises(Exception, match="disconnected"):
            await world.api("POST", f"{FEEDS}/feeds", body)
        await world.wait(10)
        [job] = (await world.api("GET", f"{FEEDS}/feeds", params={"feedTypes": ADJUSTMENT})).body["feeds"]
        assert await world.result(job["feedId"]) == {}
        assert len(await world.journal()) == 1

    @pytest.mark.parametrize(
        ("plan", "status", "document", "refunds"),
        [
            ({"outcome": "FATAL"}, "FATAL", True, 0),
            ({"outcome": "FATAL", "applied": True}, "FATAL", True, 1),
            ({"outcome": "FATAL_WITHOUT_DOCUMENT"}, "FATAL", False, 0),
            ({"outcome": "CANCELLED"}, "CANCELLED", False, 0),
            ({"outcome": "STUCK"}, "IN_PROGRESS", False, 0),
            ({"outcome": "STUCK", "applied": True}, "IN_PROGRESS", False, 1),
        ],
    )
    async def test_planned_ends(
        self, world: World, plan: dict[str, Any], status: str, document: bool, refunds: int
    ) -> None:
        made = await world.open()
        await world.control("jobs/next", {"kind": "feed"} | plan)
        feed_id = await world.submit(envelope(message(made, "1.00")))
        await world.wait(10)
        job = (await world.api("GET", f"{FEEDS}/feeds/{feed_id}")).body
        assert (job["processingStatus"], "resultFeedDocumentId" in job) == (status, document)
        assert len(await world.journal()) == refunds
        if document:
            assert await world.result(feed_id) == {0: "5000"}

    async def test_only_a_queued_feed_can_be_cancelled(self, world: World) -> None:
        made = await world.open()
        feed_id = await world.submit(envelope(message(made, "1.00")))
        assert (await world.api("DELETE", f"{FEEDS}/feeds/{feed_id}")).status == 200
        await world.wait(10)
        assert await world.journal() == []
        assert (await world.api("DELETE", f"{FEEDS}/feeds/{feed_id}")).status == 400

    async def test_an_adjustment_waits_until_the_order_is_shipped(self, world: World) -> None:
        order = await world.control("orders", {"items": [{"unit_price": "14.95"}], "shipped": False})
        feed_id = await world.submit(envelope(message(order)))
        await world.wait(3600)
        await world.sign_in()
        assert (await world.api("GET", f"{FEEDS}/feeds/{feed_id}")).body["processingStatus"] == "IN_PROGRESS"
        await world.control(f"orders/{order['order_id']}/ship")
        assert await world.result(feed_id) == {}
        assert len(await world.journal()) == 1


class TestMoney:
    async def test_a_refund_is_one_entry_with_its_components(self, world: World) -> None:
        made = await world.open(TWO | {"shipping": "3.99"})
        more = component("Shipping", "3.99") + component("RestockingFee", "-2.00") + component("ReturnShipping", "9.00")
        assert await world.feed(envelope(message(made, "29.90", quantity=2, more=more))) == {}
        [entry] = await world.journal()
        assert (entry["ref"], entry["quantity"]) == (made["rma_id"], 2)
        detail = entry["detail"]
        assert detail["amount"] == "31.89"
        assert detail["components"] == {"Principal": "29.90", "Shipping": "3.99", "RestockingFee": "-2.00"}
        assert (detail["source"], detail["adjustment_id"], detail["currency"]) == ("feed", "HUB-1", "EUR")
        assert detail["order_item_id"] == made["lines"][0]["order_item_id"]
        [row] = await world.rows()
        assert [item.findtext("refund_amount") for item in row.findall("item_details")] == ["15.95", "15.94"]
        assert row.findtext("return_request_status") == "Completed"

    async def test_told_twice_is_paid_twice_while_there_is_balance(self, world: World) -> None:
        made = await world.open({"quantity": 1, "ordered": 2, "unit_price": "14.95"})
        document = envelope(message(made, quantity=1))
        assert await world.feed(document) == {}
        assert await world.feed(document) == {}
        assert [entry["ref"] for entry in await world.journal()] == [made["rma_id"]] * 2
        assert await world.feed(document) == {1: "25161"}
        assert len(await world.journal()) == 2

    async def test_without_the_check_of_balance_it_pays_whatever_it_is_told(self, world: World) -> None:
        made = await world.open({"unit_price": "14.95"})
        await world.switch(balance_checked=False)
        for _ in range(2):
            assert await world.feed(envelope(message(made))) == {}
        assert [entry["detail"]["amount"] for entry in await world.journal()] == ["14.95"] * 2

    async def test_on_top_of_amazons_own_refund_there_is_no_balance_left(self, world: World) -> None:
        made = await world.open({"unit_price": "14.95"})
        await world.control(f"returns/{made['rma_id']}/refund", {"source": "amazon"})
        assert await world.feed(envelope(message(made))) == {1: "25161"}

    async def test_quantity_does_not_multiply(self, world: World) -> None:
        made = await world.open(TWO)
        assert await world.feed(envelope(message(made, "14.95", quantity=2))) == {}
        [entry] = await world.journal()
        assert (entry["quantity"], entry["detail"]["amount"]) == (2, "14.95")

    async def test_a_promotion_lowers_what_can_be_refunded(self, world: World) -> None:
        made = await world.open(TWO | {"discount": "5.00"})
        assert await world.feed(envelope(message(made, "24.91"))) == {1: "25161"}
        assert await world.feed(envelope(message(made, "24.90"))) == {}

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"amount": "-1.00"}, "25221"),
            ({"amount": "0.00"}, "25221"),
            ({"kind": "RestockingFee", "amount": "-1.00"}, "30741"),
            ({"more": component("RestockingFee", "-14.95")}, "30741"),
            ({"more": component("Shipping", "0.01")}, "25161"),
            ({"more": component("Tax", "0.01")}, "25999"),
            ({"currency": "USD"}, "5002"),
            ({"action": "Cancel"}, "25999"),
            ({"reason": "BecauseISaySo"}, "5002"),
            ({"kind": "Whatever"}, "5002"),
            ({"amount": "14,95"}, "5002"),
            ({"amount": "1.005"}, "5002"),
            ({"quantity": 0}, "5002"),
        ],
    )
    async def test_refusals(self, world: World, fields: dict[str, Any], code: str) -> None:
        made = await world.open({"unit_price": "14.95"})
        assert await world.feed(envelope(message(made, **fields))) == {1: code}
        assert await world.journal() == []

    async def test_one_bad_message_harms_no_other(self, world: World) -> None:
        made = await world.open({"unit_price": "14.95"})
        unknown = {"order_id": "902-9999999-9999999", "items": made["lines"]}
        german = await world.open(marketplace_id=DE)
        document = envelope(message(unknown, number=1), message(made, number=2), message(german, "1.00", number=3))
        assert await world.feed(document, NL) == {1: "25441", 3: "25441"}
        [entry] = await world.journal()
        assert entry["ref"] == made["rma_id"]

    async def test_a_message_is_carried_out_whole_or_not_at_all(self, world: World) -> None:
        made = await world.open({"unit_price": "14.95"})
        one = message(made, "10.00")
        start, end = one.index("<AdjustedItem>"), one.index("</OrderAdjustment>")
        twice = one[:end] + one[start:end] + one[end:]
        assert await world.feed(envelope(twice)) == {1: "25161"}
        assert await world.journal() == []

    async def test_fba_orders_are_not_adjusted(self, world: World) -> None:
        await world.switch(warehouse_seconds=3600)
        made = await world.open({"unit_price": "14.95"}, fulfilled_by="AMAZON")
        assert await world.feed(envelope(message(made))) == {1: "25999"}

    async def test_tax_on_top_may_be_refunded_where_prices_are_net(self, world: World) -> None:
        order = {"items": [{"unit_price": "20.00", "tax": "1.60"}]}
        made = await world.control("orders?seller=A0SANDBOXUS", order)
        await world.sign_in("Atzr|sandbox-us")
        more = component("Tax", "1.60").replace("EUR", "USD")
        document = envelope(message(made, "20.00", currency="USD", more=more), merchant="A0SANDBOXUS")
        assert await world.feed(document, US) == {}
        [entry] = await world.journal()
        assert entry["ref"] == made["items"][0]["order_item_id"]  # no return: the seller was kind

    async def test_a_refund_counts_for_the_oldest_return_that_is_open(self, world: World) -> None:
        order = await world.control("orders", {"items": [{"quantity": 2, "unit_price": "14.95"}]})
        first = await world.open({}, order_id=order["order_id"])
        second = await world.open({}, order_id=order["order_id"])
        for _ in range(2):
            await world.feed(envelope(message(order, quantity=1)))
        assert [entry["ref"] for entry in await world.journal()] == [first["rma_id"], second["rma_id"]]

    async def test_the_report_may_lag(self, world: World) -> None:
        made = await world.open({"unit_price": "14.95"})
        await world.switch(refund_lag_seconds=3000)
        await world.feed(envelope(message(made)))
        [row] = await world.rows()
        assert row.find("item_details/refund_amount") is None
        await world.wait(3000)
        [row] = await world.rows()
        assert row.findtext("item_details/refund_amount") == "14.95"


class TestDocuments:
    @pytest.mark.parametrize(
        ("document", "code"),
        [
            ("<AmazonEnvelope>", "5000"),
            ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "5000"),
            ("<other/>", "5002"),
            (envelope(), "5002"),
            (envelope("<Message><MessageID>0</MessageID></Message>"), "5002"),
            (envelope("<Message><MessageID>1</MessageID></Message>" * 2), "5002"),
            (envelope("<Message><MessageID>1</MessageID></Message>", merchant="A0OTHER"), "5002"),
        ],
    )
    async def test_message_zero_is_the_whole_document(self, world: World, document: str, code: str) -> None:
        assert await world.feed(document) == {0: code}

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("<AdjustmentReason>CustomerReturn</AdjustmentReason>", ""),
            ("<ActionType>Refund</ActionType>", ""),
            ("<ActionType>", "<Surprise/><ActionType>"),
            ("<AdjustedItem>", "<AdjustedItem><Quantity>1</Quantity>"),
            ("<AmazonOrderID>", "<MerchantOrderID>1</MerchantOrderID><AmazonOrderID>"),
            ("<ItemPriceAdjustments>", "<ItemPriceAdjustments/><ItemPriceAdjustments>"),
        ],
    )
    async def test_what_does_not_fit_the_schema_fails_that_message(self, world: World, old: str, new: str) -> None:
        made = await world.open({"unit_price": "14.95"})
        good = message(made, number=2)
        assert old in good
        assert await world.feed(envelope(message(made).replace(old, new), good)) == {1: "5002"}
        assert len(await world.journal()) == 1
