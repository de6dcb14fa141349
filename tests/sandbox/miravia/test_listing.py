"""Reading reverse orders and orders (contract 4, 6, 9)."""

import time
from typing import Any

import pytest

from tests.sandbox.miravia.conftest import LIST, World


def flat(rows: list[Any]) -> list[str]:
    return [str(row["reverse_order_id"]) for row in rows]


class TestRows:
    """4.1"""

    async def test_a_row(self, world: World) -> None:
        lines = [{"sku": "MUG", "ean": "0000000000017", "cents": 1295, "quantity": 2, "reason": "Roto"}]
        before = int(time.time())
        returned = await world.opened(order_id="300000000900", lines=lines)
        (row,) = await world.listed()
        (line,) = row["reverse_order_lines"]
        assert str(row["reverse_order_id"]) == returned["reverse_order_id"]
        assert str(row["trade_order_id"]) == "300000000900"
        assert (row["request_type"], row["country"], row["shipping_type"]) == ("RETURN", "ES", "DROP_OFF")
        assert len(str(line["reverse_order_line_id"])) == 17
        items = [item["order_item_id"] for item in returned["lines"][0]["items"]]
        assert [str(item) for item in line["trade_order_line_id_list"]] == items
        assert str(line["trade_order_line_id"]) == items[0]
        assert (line["refund_amount"], line["refund_currency"], line["refund_Item_counts"]) == (2590, "EUR", 2)
        assert (line["reverse_status"], line["ofc_status"]) == ("REQUEST_INITIATE", "RETURN_PICKUP_PENDING")
        assert (line["seller_sku_id"], line["spu_eancode"], line["reason_text"]) == ("MUG", "0000000000017", "Roto")
        assert line["tracking_number"] == ""
        assert line["marketplace"] == "miravia"
        assert line["buyer"].keys() == {"user_id"}
        assert before <= line["return_order_line_gmt_create"] <= time.time()
        assert "refund_item_counts" not in line
        assert "sla" not in line

    async def test_ids_and_booleans_by_turns(self, world: World) -> None:
        for _ in range(2):
            await world.opened()
        rows = await world.listed()
        lines = [row["reverse_order_lines"][0] for row in rows]
        assert {type(line["reverse_order_line_id"]) for line in lines} == {int, str}
        assert {repr(line["is_dispute"]) for line in lines} == {"False", "'false'"}
        assert {repr(row["is_rtm"]) for row in rows} == {"True", "'true'"}
        await world.switch(ids="strings", booleans="strings")
        lines = [row["reverse_order_lines"][0] for row in await world.listed()]
        assert {type(line["trade_order_line_id"]) for line in lines} == {str}
        assert {line["is_instant_refund"] for line in lines} == {"false"}

    async def test_what_is_switched(self, world: World) -> None:
        returned = await world.opened(lines=[{"cents": 500}])
        await world.switch(
            count_field="refund_item_counts",
            epochs="milliseconds",
            amounts="comma",
            actions_field=False,
            rtm_field=False,
            sla_field=True,
            list_success=True,
        )
        line = await world.line(returned["lines"][0]["line_id"])
        assert (line["refund_item_counts"], line["refund_amount"]) == (1, "500,00")
        assert line["return_order_line_gmt_create"] > 10**12
        assert "actions" not in line
        assert 0 < line["sla"] <= 259_200_000
        assert "is_rtm" not in (await world.listed())[0]
        await world.switch(list_wrapper="result", amounts="string")
        body = await world.get(LIST, page_no=1, page_size=10)
        assert body["result"]["success"] is True
        assert body["result"]["items"][0]["reverse_order_lines"][0]["refund_amount"] == "500"
        assert "data" not in body

    async def test_one_order_item_with_a_quantity(self, world: World) -> None:
        await world.switch(one_item_per_unit=False)
        returned = await world.opened(lines=[{"quantity": 3, "cents": 100}])
        line = await world.line(returned["lines"][0]["line_id"])
        assert (len(line["trade_order_line_id_list"]), line["refund_Item_counts"]) == (1, 3)
        assert line["refund_amount"] == 300

    async def test_all_request_types_and_the_lanes(self, world: World) -> None:
        for request_type in ("CANCEL", "RETURN", "REPLACEMENT", "ONLY_REFUND"):
            await world.opened(request_type=request_type)
        warehouse = await world.opened(is_rtm=False)
        assert {row["request_type"] for row in await world.listed()} == {
            "CANCEL",
            "RETURN",
            "REPLACEMENT",
            "ONLY_REFUND",
        }
        assert (await world.line(warehouse["lines"][0]["line_id"]))["actions"] == []

    @pytest.mark.parametrize(
        ("garble", "missing"),
        [("no_line_id", "reverse_order_line_id"), ("no_order_id", None), ("wrong_type", None), ("not_an_object", None)],
    )
    async def test_garbled(self, world: World, garble: str, missing: str | None) -> None:
        bad, good = await world.opened(), await world.opened()
        await world.switch(garbled_rows={bad["reverse_order_id"]: garble})
        fine, broken = await world.listed()
        assert str(fine["reverse_order_id"]) == good["reverse_order_id"]
        if missing:
            assert missing not in broken["reverse_order_lines"][0]
        if garble == "no_order_id":
            assert "reverse_order_id" not in broken
        if garble == "wrong_type":
            assert broken["reverse_order_lines"][0]["refund_Item_counts"] == "two"
        if garble == "not_an_object":
            assert broken["reverse_order_lines"] == ["?"]

    async def test_more_garbled(self, world: World) -> None:
        first, second = await world.opened(), await world.opened()
        garbled = {first["reverse_order_id"]: "no_lines", second["reverse_order_id"]: "no_order_line_id"}
        await world.switch(garbled_rows=garbled, unknown_values=True)
        newer, older = await world.listed()
        assert older["reverse_order_lines"] is None
        assert newer["reverse_order_lines"][0]["trade_order_line_id_list"] is None
        assert newer["reverse_order_lines"][0]["ofc_status"] == "RETURN_ON_THE_MOON"
        assert "never_seen" in newer


class TestAsking:
    """4.1"""

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"page_no": 0}, "InvalidParameter"),
            ({"page_no": "one"}, "InvalidParameter"),
            ({"page_no": "9" * 5000}, "InvalidParameter"),
            ({"page_size": 201}, "InvalidParameter"),
            ({"reverse_status_list": "REQUEST_INITIATE"}, "InvalidParameter"),
            ({"reverse_order_id": "x"}, "InvalidParameter"),
            ({"dispute_in_progress": "True"}, "InvalidParameter"),
            ({"marketplace": "amazon"}, "InvalidParameter"),
            ({"reverse_order_line_time_range_start_time_stamp": "2026-01-01"}, "InvalidParameter"),
        ],
    )
    async def test_refused(self, world: World, changes: dict[str, Any], code: str) -> None:
        assert (await world.get(LIST, **{"page_no": 1, "page_size": 10} | changes))["code"] == code

    async def test_required(self, world: World) -> None:
        assert (await world.get(LIST, page_no=1))["detail"] == ["page_size"]
        assert (await world.get(LIST, page_size=1))["detail"] == ["page_no"]

    async def test_pages(self, world: World) -> None:
        ids = [(await world.opened())["reverse_order_id"] for _ in range(5)]
        pages = [(await world.get(LIST, page_no=page, page_size=2))["data"] for page in (1, 2, 3, 4)]
        assert [page["total"] for page in pages] == [5, 5, 5, 5]
        assert [flat(page["items"]) for page in pages] == [ids[4:2:-1], ids[2:0:-1], ids[:1], []]
        await world.switch(list_order="oldest")
        assert flat(await world.listed(page_size=2)) == ids
        await world.switch(list_order="shuffled")
        shuffled = flat(await world.listed(page_size=2))
        assert sorted(shuffled) == ids
        assert shuffled not in (ids, ids[::-1])

    @pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
    async def test_rows_repeated_over_pages(self, world: World, count: int) -> None:
        ids = [(await world.opened())["reverse_order_id"] for _ in range(count)]
        await world.switch(repeat_rows_over_pages=True)
        rows = flat(await world.listed(page_size=2))
        assert sorted(set(rows)) == ids
        assert len(rows) == count + max(0, count - 2)

    async def test_a_customer_withdraws_while_pages_are_read(self, world: World) -> None:
        for _ in range(3):
            await world.opened()
        await world.switch(withdrawn_between_pages=1)
        asked = {"reverse_status_list": '["REQUEST_INITIATE"]', "page_size": 1}
        assert len(await world.listed(**asked)) == 2  # one was shifted out of sight
        assert len(await world.listed(**asked)) == 2

    async def test_filters(self, world: World) -> None:
        first = await world.opened(request_type="ONLY_REFUND")
        second = await world.opened(dispute=True)
        third = await world.opened()
        line_id = third["lines"][0]["line_id"]
        await world.control(f"lines/{line_id}", {"tracking_number": "T1", "ofc_status": "RETURN_STOCK"}, "PATCH")
        ids = [returned["reverse_order_id"] for returned in (first, second, third)]

        async def found(**asked: Any) -> list[int]:
            return sorted(ids.index(row) for row in flat(await world.listed(**asked)))

        assert await found(reverse_order_id=ids[0]) == [0]
        assert await found(trade_order_id=second["order_id"]) == [1]
        assert await found(reverse_status_list='["REQUEST_INITIATE"]') == [0, 2]
        assert await found(ofc_status_list='["RETURN_STOCK", "RETURN_DELIVERED"]') == [2]
        assert await found(dispute_in_progress="true") == [1]
        assert await found(dispute_in_progress="false") == [0, 2]
        assert await found(reverse_tracking_number="T1") == [2]
        assert await found(request_type_list='["ONLY_REFUND"]') == [0, 1, 2]  # not known here
        await world.switch(request_type_filter=True)
        assert await found(request_type_list='["ONLY_REFUND"]') == [0]

    async def test_a_row_comes_with_all_its_lines(self, world: World) -> None:
        returned = await world.opened(lines=[{}, {}])
        await world.control(f"lines/{returned['lines'][0]['line_id']}/withdraw")
        (row,) = await world.listed(reverse_status_list='["REQUEST_INITIATE"]')
        statuses = [line["reverse_status"] for line in row["reverse_order_lines"]]
        assert statuses == ["REQUEST_CANCEL", "REQUEST_INITIATE"]

    async def test_windows_are_in_milliseconds(self, world: World) -> None:
        await world.opened(opened_at="2026-01-05T00:00:00Z")
        name = "reverse_order_line_time_range"
        start, end = f"{name}_start_time_stamp", f"{name}_end_time_stamp"
        at = 1_767_571_200
        assert len(await world.listed(**{start: at * 1000, end: at * 1000})) == 1
        assert await world.listed(**{start: at * 1000 + 1}) == []
        assert await world.listed(**{end: at}) == []  # seconds: 1970
        bought = (at - 7 * 86400) * 1000
        assert len(await world.listed(trade_order_time_range_start_time_stamp=bought)) == 1
        assert await world.listed(trade_order_time_range_end_time_stamp=bought - 1) == []
        assert len(await world.listed(ReverseOrderLineTimeRangeStart=at * 9000)) == 1  # the sibling's name

    async def test_rows_of_aliexpress(self, world: World) -> None:
        await world.opened(marketplace="ae")
        assert await world.listed(marketplace="miravia") == []
        assert [row["reverse_order_lines"][0]["marketplace"] for row in await world.listed()] == ["ae"]
        await world.switch(marketplace_filter=False)
        assert len(await world.listed(marketplace="miravia")) == 1

    async def test_a_list_follows_changes(self, world: World) -> None:
        returned = await world.opened()
        asked = {"reverse_status_list": '["REQUEST_CANCEL"]'}
        assert await world.listed(**asked) == []
        await world.control(f"lines/{returned['lines'][0]['line_id']}/withdraw")
        assert len(await world.listed(**asked)) == 1


class TestOrders:
    """4.2"""

    async def test_names_are_in_the_order(self, world: World) -> None:
        items = [{"sku": "MUG", "quantity": 2, "cents": 1295, "title": "Taza"}]
        order = await world.control("orders", {"items": items, "customer": {"first_name": "Noa"}})
        body = (await world.get("/order/get", order_id=order["order_id"]))["data"]
        assert (body["customer_first_name"], body["price"]) == ("Noa", "25,90")
        rows = (await world.get("/order/items/get", order_id=order["order_id"]))["data"]
        assert [str(row["order_item_id"]) for row in rows] == [item["order_item_id"] for item in order["items"]]
        assert rows[0]["name"] == "Taza"
        await world.switch(null_names=True)
        body = (await world.get("/order/get", order_id=order["order_id"]))["data"]
        assert (body["customer_first_name"], body["address_billing"]["address1"]) == ("null-null", "")
        assert (await world.get("/order/get", order_id="1"))["code"] == 106

    async def test_orders_by_time_with_their_misspelled_limit(self, world: World) -> None:
        await world.control("orders", {"placed_at": "2020-01-01T00:00:00Z"})
        asked = {"update_after": "2019-01-01T00:00:00+00:00"}
        body = (await world.get("/orders/get", **asked, limt=2, limit=1))["data"]
        assert (body["count"], body["countTotal"]) == (2, 4)
        body = (await world.get("/orders/get", **asked, update_before="2020-01-02T00:00:00+00:00"))["data"]
        assert body["countTotal"] == 1
        assert (await world.get("/orders/get"))["code"] == "MissingParameter"
        assert (await world.get("/orders/get", update_after="yesterday"))["code"] == "InvalidParameter"


class TestLazadaReads:
    """4.2"""

    async def test_detail_history_reasons(self, world: World) -> None:
        returned = await world.opened()
        line_id = returned["lines"][0]["line_id"]
        await world.control(f"lines/{line_id}/post")
        base = "/order/reverse/return"
        detail = (await world.get(f"{base}/detail/list", reverse_order_id=returned["reverse_order_id"]))["data"]
        (line,) = detail["reverseOrderLineDTOList"]
        assert str(line["reverse_order_line_id"]) == line_id
        assert {"productDTO", "item_unit_price", "is_need_refund"} <= line.keys()
        asked = {"reverse_order_line_id": line_id, "page_size": 1, "page_number": 2}
        history = (await world.get(f"{base}/history/list", **asked))["data"]
        assert history["page_info"] == {"page_number": 2, "page_size": 1, "total": 2}
        assert [event["operator"] for event in history["list"]] == ["buyer"]
        reasons = (await world.get("/order/reverse/reason/list", reverse_order_line_id=line_id))["data"]
        assert [reason["reason_id"] for reason in reasons] == [1007]
        await world.switch(lazada_calls=False)
        got = await world.get(f"{base}/detail/list", reverse_order_id=returned["reverse_order_id"])
        assert got["code"] == "UnsupportedAction"
