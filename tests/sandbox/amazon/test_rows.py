"""What is in the documents of returns reports (contract 2)."""

import xml.etree.ElementTree as ET
import zlib

import pytest

from tests.sandbox.amazon.world import FBA, FLAT, JP, REPORTS, XML, World

SKU_OF_TWO_LINES = ({"sku": "MUG-BLUE"}, {"sku": "SOCK-STRIPE", "reason": "AMZ-PG-APP-TOO-SMALL"})


class TestXml:
    async def test_the_row(self, world: World) -> None:
        made = await world.open()
        [row] = await world.rows()
        assert row[0].tag == "item_details"
        assert row.findtext("order_id") == made["order_id"]
        assert row.findtext("amazon_rma_id") == made["rma_id"]
        assert row.findtext("return_request_date") == made["requested_at"]
        assert row.findtext("return_request_status") == "Approved"
        assert row.findtext("item_details/return_reason_code") == "CR-UNWANTED_ITEM"
        assert row.findtext("item_details/merchant_sku") == made["lines"][0]["sku"]
        assert row.findtext("label_details/label_type") == "AmazonUnPaidLabel"
        assert row.find("item_details/refund_amount") is None
        assert made["lines"][0]["order_item_id"] not in ET.tostring(row, "unicode")

    async def test_the_envelope(self, world: World) -> None:
        await world.open()
        got = await world.report()
        assert got is not None
        root = ET.fromstring(got.raw)
        assert root.tag == "AmazonEnvelope"
        assert root.findtext("Header/DocumentVersion") == "1.00"
        assert root.findtext("MessageType") == "Returns-Report"
        assert got.headers["Content-Type"] == "text/xml; charset=UTF-8"

    async def test_two_pieces_are_two_blocks_whose_refunds_add_up(self, world: World) -> None:
        made = await world.open({"quantity": 3, "unit_price": "3.35"})
        await world.control(f"returns/{made['rma_id']}/refund", {"amount": "10.00"})
        [row] = await world.rows()
        assert [item.findtext("return_quantity") for item in row.findall("item_details")] == ["1"] * 3
        amounts = [item.findtext("refund_amount") for item in row.findall("item_details")]
        assert amounts == ["3.33", "3.33", "3.34"]
        await world.switch(split_quantities=False)
        [row] = await world.rows()
        assert [item.findtext("return_quantity") for item in row.findall("item_details")] == ["3"]

    async def test_other_encodings_are_declared(self, world: World) -> None:
        await world.open({"title": "Nørre & <日本>"})
        await world.switch(xml_encoding="ISO-8859-1")
        got = await world.report()
        assert got is not None
        assert b"N\xf8rre" in got.raw
        assert ET.fromstring(got.raw).findtext(".//item_name") == "Nørre & <日本>"

    @pytest.mark.parametrize(
        ("flaw", "path", "value"),
        [
            ("no_rma_id", "amazon_rma_id", ""),
            ("no_order_id", "order_id", None),
            ("no_quantity", "item_details/return_quantity", None),
            ("wrong_type", "item_details/return_quantity", "two"),
            ("bad_date", "return_request_date", "yesterday"),
            ("no_items", "item_details", None),
            ("unknown_values", "return_request_status", "AwaitingSomethingNew"),
        ],
    )
    async def test_flaws(self, world: World, flaw: str, path: str, value: str | None) -> None:
        made = await world.open()
        await world.open()
        await world.control(f"returns/{made['rma_id']}/garble", {"flaw": flaw})
        bad, good = await world.rows()
        assert bad.findtext(path) == value
        assert good.findtext("item_details/return_quantity") == "1"
        await world.control(f"returns/{made['rma_id']}/garble", {"flaw": None})
        assert (await world.rows())[0].findtext("amazon_rma_id") == made["rma_id"]

    async def test_the_window_is_of_request_dates_and_a_report_does_not_change(self, world: World) -> None:
        made = await world.open()
        report_id = (await world.ask()).body["reportId"]
        await world.wait(10)
        await world.control(f"returns/{made['rma_id']}/status", {"status": "Closed"})
        await world.wait(4 * 86400)
        await world.sign_in()
        document_id = (await world.job(report_id))["reportDocumentId"]
        old = await world.fetch(f"{REPORTS}/documents/{document_id}")
        assert b"Approved" in old.raw
        assert await world.rows() == []
        new = await world.report(days=5)
        assert new is not None
        assert b"Closed" in new.raw


class TestText:
    async def test_the_line(self, world: World) -> None:
        made = await world.open({"title": 'Frame 10" x 12"', "quantity": 2})
        [line] = await world.lines()
        assert len(line) == 32
        assert line["Order ID"] == made["order_id"]
        assert line["Amazon RMA ID"] == made["rma_id"]
        assert line["Item Name"] == 'Frame 10" x 12"'
        assert line["Return quantity"] == "2"
        assert line["Invoice number"] == " "
        assert line["Return request date"] == world.simulator.clock.now().strftime("%d-%b-%Y")

    async def test_one_line_for_each_item(self, world: World) -> None:
        made = await world.open(*SKU_OF_TWO_LINES)
        lines = await world.lines()
        assert [line["Merchant SKU"] for line in lines] == ["MUG-BLUE", "SOCK-STRIPE"]
        assert {line["Amazon RMA ID"] for line in lines} == {made["rma_id"]}

    async def test_variations(self, world: World) -> None:
        made = await world.open()
        variations = ("bom", "crlf", "decimal_comma", "renamed_columns", "extra_columns")
        await world.switch(text_encoding="UTF-8", flat_dates="iso", **{f"flat_{name}": True for name in variations})
        got = await world.report(FLAT)
        assert got is not None
        assert got.raw.startswith(b"\xef\xbb\xbfOrder Item ID\tOrder ID\t")
        assert got.raw.endswith(b"\r\n")
        head, line = got.raw.decode("utf-8-sig").splitlines()
        cells = dict(zip(head.split("\t"), line.split("\t"), strict=True))
        assert cells["Order Item ID"] == made["lines"][0]["order_item_id"]
        assert cells["Return request date"] == made["requested_at"]
        assert "," in cells["Order Amount"]
        assert {"Seller RMA ID", "A-to-z claim", "Return reason", "VAT", "Category"} <= cells.keys()

    async def test_a_short_line(self, world: World) -> None:
        await world.open(flaw="no_items")
        got = await world.report(FLAT)
        assert got is not None
        head, line = got.raw.decode("cp1252").splitlines()
        assert len(line.split("\t")) < len(head.split("\t"))

    async def test_japan(self, world: World) -> None:
        body = {"seller_id": "A0JP", "refresh_token": "Atzr|jp", "marketplace_ids": [JP]}
        await world.control("sellers", body)
        await world.control("returns?seller=A0JP", {"items": [{"title": "青いマグ", "unit_price": "1500"}]})
        await world.sign_in("Atzr|jp")
        got = await world.report(FLAT, JP)
        assert got is not None
        assert got.headers["Content-Type"] == "text/plain; charset=windows-31j"
        assert "青いマグ" in got.raw.decode("cp932")
        assert "\t1500\t" in got.raw.decode("cp932")


class TestFba:
    async def test_the_lanes_are_never_mixed(self, world: World) -> None:
        mine = await world.open()
        own = await world.open({"comment": "Too\tsmall"}, fulfilled_by="AMAZON")
        assert [row.findtext("amazon_rma_id") for row in await world.rows()] == [mine["rma_id"]]
        [line] = await world.lines(FBA)
        assert line["license-plate-number"] == own["rma_id"]
        assert line["order-id"] == own["order_id"]
        assert line["customer-comments"] == "Too small"
        [entry] = await world.journal()
        assert (entry["ref"], entry["detail"]["source"]) == (own["rma_id"], "amazon")

    async def test_the_warehouse_takes_its_time(self, world: World) -> None:
        await world.switch(warehouse_seconds=3600)
        await world.open(fulfilled_by="AMAZON")
        assert await world.lines(FBA) == []
        await world.wait(3600)
        await world.sign_in()
        assert len(await world.lines(FBA)) == 1


class TestBulk:
    @pytest.mark.parametrize("report_type", [XML, FLAT])
    async def test_many_rows_are_streamed(self, world: World, report_type: str) -> None:
        await world.control("bulk", {"count": 200_000, "days": 3000})
        report_id = (await world.ask(report_type, days=30)).body["reportId"]
        await world.wait(10)
        document_id = (await world.job(report_id))["reportDocumentId"]
        url = (await world.api("GET", f"{REPORTS}/documents/{document_id}")).body["url"]
        unpacker, rows = zlib.decompressobj(wbits=31), 0
        async with world.session.get(url) as answer:
            assert answer.headers["Transfer-Encoding"] == "chunked"
            async for chunk in answer.content.iter_any():
                rows += unpacker.decompress(chunk).count(b"DBULK")
        assert rows == pytest.approx(2000, abs=1)
        assert world.simulator.seller().returns == {}

    async def test_one_of_them_can_be_looked_up_refunded_and_is_still_there_once(self, world: World) -> None:
        made = await world.control("bulk", {"count": 3, "days": 1})
        got = await world.api("GET", f"/orders/2026-01-01/orders/{made['first_order_id']}")
        assert got.body["order"]["orderItems"][0]["quantityOrdered"] == 2
        await world.control(f"returns/{made['first_rma_id']}/refund", {})
        rows = {row.findtext("amazon_rma_id"): row for row in await world.rows()}
        assert len(rows) == 3
        assert rows[made["first_rma_id"]].findtext("return_request_status") == "Completed"
        assert rows[made["last_rma_id"]].findtext("return_request_status") == "Approved"
