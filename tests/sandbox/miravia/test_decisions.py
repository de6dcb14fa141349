"""Deciding, and what the platform, the customer and the clock do meanwhile (contract 5 to 7)."""

import json
from typing import Any

import aiohttp
import pytest

from tests.sandbox.miravia.conftest import ACCEPT, REJECT, World, sign, statuses

UPDATE = "/order/reverse/return/update"


def id_of(returned: Any) -> str:
    return str(returned["lines"][0]["line_id"])


class TestAccept:
    """5.1"""

    @pytest.mark.parametrize("request_type", ["RETURN", "ONLY_REFUND"])
    async def test_refunds(self, world: World, request_type: str) -> None:
        returned = await world.opened(lines=[{"quantity": 2, "cents": 1295}], request_type=request_type)
        got = await world.accept(returned)
        assert (got["code"], got["errors"], statuses(got)) == ("0", [], ["SUCCESS", "SUCCESS"])
        assert got["data"][0].keys() == {"order_id", "order_item_id", "status", "baseErrorList"}
        (refund,) = await world.journal("refund")
        assert (refund["ref"], refund["quantity"], refund["detail"]["amount"]) == (id_of(returned), 2, "25.90")
        assert refund["detail"]["source"] == "seller"
        line = await world.line(id_of(returned))
        assert (line["reverse_status"], line["actions"]) == ("REFUND_SUCCESS", [])

    async def test_a_second_one_is_refused(self, world: World) -> None:
        returned = await world.opened()
        await world.accept(returned)
        got = await world.accept(returned)
        assert (got["code"], statuses(got)) == ("0", ["FAILED"])
        (error,) = got["data"][0]["baseErrorList"]
        assert (error["code"], error["message"][:5]) == (114, "E0114")
        assert statuses(await world.reject(returned)) == ["FAILED"]
        assert len(await world.journal("refund")) == 1
        assert await world.journal("settled") == []

    async def test_a_second_one_may_pay_again(self, world: World) -> None:
        await world.switch(second_decision="applied")
        returned = await world.opened()
        for _ in range(2):
            assert statuses(await world.accept(returned)) == ["SUCCESS"]
        assert len(await world.journal("refund")) == 2

    async def test_lost_answer(self, world: World) -> None:
        returned = await world.opened()
        await world.control("faults", {"kind": "drop_after", "match": "accept"})
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await world.accept(returned)
        assert len(await world.journal("refund")) == 1
        assert statuses(await world.accept(returned)) == ["FAILED"]

    async def test_some_order_items_of_a_line(self, world: World) -> None:
        returned = await world.opened(lines=[{"quantity": 3, "cents": 1000}])
        items = [item["order_item_id"] for item in returned["lines"][0]["items"]]
        assert statuses(await world.accept(returned, 1000, items[:1])) == ["SUCCESS"]
        assert (await world.line(id_of(returned)))["reverse_status"] == "REQUEST_INITIATE"
        got = await world.accept(returned, 3000)
        assert statuses(got) == ["FAILED", "SUCCESS", "SUCCESS"]
        refunds = await world.journal("refund")
        assert [(entry["quantity"], entry["detail"]["amount"]) for entry in refunds] == [(1, "10.00"), (2, "20.00")]
        assert (await world.line(id_of(returned)))["reverse_status"] == "REFUND_SUCCESS"

    async def test_an_item_that_fails_alone(self, world: World) -> None:
        returned = await world.opened(lines=[{"quantity": 2, "cents": 1000}])
        items = [item["order_item_id"] for item in returned["lines"][0]["items"]]
        await world.switch(failing_items={items[1]: 106}, item_errors="error_code")
        got = await world.accept(returned)
        assert [row["errorCode"] for row in got["data"]] == [None, "106"]
        assert got["data"][1]["errorMessage"].startswith("E0106")
        assert [entry["detail"]["amount"] for entry in await world.journal("refund")] == ["10.00"]

    async def test_items_of_two_lines(self, world: World) -> None:
        returned = await world.opened(lines=[{"cents": 1000}, {"cents": 333}])
        items = [line["items"][0]["order_item_id"] for line in returned["lines"]]
        got = await world.accept(returned, 1333, [*items, "9"])
        assert statuses(got) == ["SUCCESS", "SUCCESS", "FAILED"]
        assert got["data"][2]["baseErrorList"][0]["code"] == 112
        refunds = {entry["ref"]: entry["detail"]["amount"] for entry in await world.journal("refund")}
        assert refunds == dict(zip([line["line_id"] for line in returned["lines"]], ("10.00", "3.33"), strict=True))

    @pytest.mark.parametrize("amount", ["2591", "25.90", "-1", "0", "", "x", "25,90", "NaN", "1e999999999"])
    async def test_amounts_refused(self, world: World, amount: str) -> None:
        returned = await world.opened(lines=[{"cents": 2590}])
        got = await world.accept(returned, amount)
        assert got["detail"] == ["refundAmount"]
        assert await world.journal("refund") == []

    async def test_lower_amounts_and_euros(self, world: World) -> None:
        first, second = [await world.opened(lines=[{"cents": 2590}]) for _ in range(2)]
        assert statuses(await world.accept(first, 26)) == ["SUCCESS"]  # believed it was euros
        assert [entry["detail"]["amount"] for entry in await world.journal("refund")] == ["0.26"]
        await world.switch(lower_amount="refused")
        assert (await world.accept(second, 26))["code"] == "InvalidParameter"
        await world.switch(refund_amount_unit="euro")
        assert (await world.accept(second, 2590))["code"] == "InvalidParameter"
        assert statuses(await world.accept(second, "25.90")) == ["SUCCESS"]

    @pytest.mark.parametrize("name", ["OrderId", "OrderItemIdList", "refundAmount"])
    async def test_missing(self, world: World, name: str) -> None:
        returned = await world.opened()
        fields = {"OrderId": returned["order_id"], "OrderItemIdList": '["1"]', "refundAmount": "1"}
        del fields[name]
        got = await world.post(ACCEPT, **fields)
        assert (got["code"], got["detail"]) == ("MissingParameter", [name])

    async def test_wrong_lists_and_orders(self, world: World) -> None:
        returned = await world.opened()
        for items, code in (("3001", "InvalidParameter"), ("[]", 100), ('["1","1"]', "InvalidParameter")):
            got = await world.post(ACCEPT, OrderId=returned["order_id"], OrderItemIdList=items, refundAmount=1)
            assert got["code"] == code
        got = await world.post(ACCEPT, OrderId="1", OrderItemIdList='["1"]', refundAmount=1)
        assert (got["type"], got["code"]) == ("ISV", 106)

    async def test_numbers_in_the_list_are_ids_too(self, world: World) -> None:
        returned = await world.opened(lines=[{"cents": 100}])
        items = [int(returned["lines"][0]["items"][0]["order_item_id"])]
        got = await world.post(
            ACCEPT, OrderId=returned["order_id"], OrderItemIdList=json.dumps(items), refundAmount=100
        )
        assert statuses(got) == ["SUCCESS"]

    async def test_a_replacement_moves_no_money(self, world: World) -> None:
        returned = await world.opened(request_type="REPLACEMENT")
        assert statuses(await world.accept(returned, 0)) == ["SUCCESS"]
        assert (await world.line(id_of(returned)))["reverse_status"] == "REPLACE_COMMIT"
        assert await world.journal("refund") == []
        assert [entry["detail"]["decision"] for entry in await world.journal("settled")] == ["replacement"]

    async def test_a_cancellation(self, world: World) -> None:
        returned = await world.opened(request_type="CANCEL")
        await world.accept(returned)
        assert (await world.line(id_of(returned)))["reverse_status"] == "CANCEL_SUCCESS"
        (refund,) = await world.journal("refund")
        assert refund["detail"]["request_type"] == "CANCEL"

    async def test_money_may_come_later(self, world: World) -> None:
        await world.switch(refund_seconds=3600)
        returned = await world.opened()
        await world.accept(returned)
        assert (await world.line(id_of(returned)))["reverse_status"] == "REFUND_AUTHORIZED"
        assert statuses(await world.accept(returned)) == ["FAILED"]
        assert await world.journal("refund") == []
        await world.wait(3601)
        assert len(await world.journal("refund")) == 1
        assert (await world.line(id_of(returned)))["reverse_status"] == "REFUND_SUCCESS"

    async def test_money_may_wait_for_the_parcel(self, world: World) -> None:
        await world.switch(refund_waits_for_parcel=True)
        returned = await world.opened()
        await world.accept(returned)
        assert (await world.line(id_of(returned)))["reverse_status"] == "SELLER_AGREE_RETURN"
        await world.control(f"lines/{id_of(returned)}/post")
        assert await world.journal("refund") == []
        await world.control(f"lines/{id_of(returned)}/deliver")
        assert len(await world.journal("refund")) == 1


class TestReject:
    """5.1"""

    async def test_settles_without_money(self, world: World) -> None:
        returned = await world.opened(lines=[{"quantity": 2}])
        assert statuses(await world.reject(returned)) == ["SUCCESS", "SUCCESS"]
        (settled,) = await world.journal("settled")
        assert (settled["ref"], settled["quantity"]) == (id_of(returned), 2)
        assert (settled["detail"]["comment"], settled["detail"]["reason_id"]) == ("artículo usado", "1007")
        assert (await world.line(id_of(returned)))["reverse_status"] == "REQUEST_REJECT"
        assert await world.journal("refund") == []

    @pytest.mark.parametrize(
        ("changes", "code", "detail"),
        [
            ({"comment": ""}, "MissingParameter", "comment"),
            ({"comment": "  "}, "MissingParameter", "comment"),
            ({"reasonId": ""}, "MissingParameter", "reasonId"),
            ({"reasonId": 1019}, "InvalidParameter", "reasonId"),
            ({"reasonId": 1}, "InvalidParameter", "reasonId"),
        ],
    )
    async def test_needs_reason_and_comment(
        self, world: World, changes: dict[str, Any], code: str, detail: str
    ) -> None:
        got = await world.reject(await world.opened(), **changes)
        assert (got["code"], got["detail"]) == (code, [detail])
        assert await world.journal("settled") == []

    async def test_a_cancellation_has_its_own_reasons(self, world: World) -> None:
        returned = await world.opened(request_type="CANCEL")
        assert (await world.reject(returned))["code"] == "InvalidParameter"
        assert statuses(await world.reject(returned, reasonId=1019, comment="")) == ["SUCCESS"]

    @pytest.mark.parametrize(
        ("before", "status"),
        [
            ("BUYER_RETURN_ITEM", "RETURN_SELLER_REJECT"),
            ("RETURN_PENDING", "RETURN_SELLER_REJECT"),
            ("REFUND_PENDING", "SELLER_REJECT_REFUND"),
        ],
    )
    async def test_status_follows_where_it_was(self, world: World, before: str, status: str) -> None:
        returned = await world.opened()
        await world.control(f"lines/{id_of(returned)}", {"reverse_status": before}, "PATCH")
        await world.reject(returned)
        assert (await world.line(id_of(returned)))["reverse_status"] == status

    async def test_a_refused_replacement(self, world: World) -> None:
        returned = await world.opened(request_type="REPLACEMENT")
        await world.reject(returned)
        assert (await world.line(id_of(returned)))["reverse_status"] == "REPLACE_REJECT"

    async def test_the_second_spelling(self, world: World) -> None:
        returned = await world.opened()
        rows = [{"order_item_id": returned["lines"][0]["items"][0]["order_item_id"], "comment": "usado"}]
        query = world.system()
        query["sign"] = sign(REJECT, query)
        body = {"order_id": returned["order_id"], "reject_input_data_list": rows}

        async def send() -> Any:
            async with world.session.post(f"{world.running.url}/rest{REJECT}", params=query, json=body) as answer:
                return await answer.json()

        assert (await send())["detail"] == ["OrderId"]
        await world.switch(reject_style="json")
        assert (await world.reject(returned))["detail"] == ["order_id"]
        assert statuses(await send()) == ["SUCCESS"]
        assert len(await world.journal("settled")) == 1


class TestOthersAct:
    """1, 5.3, 7"""

    async def test_withdrawn(self, world: World) -> None:
        returned, cancel = await world.opened(), await world.opened(request_type="CANCEL")
        for opened in (returned, cancel):
            await world.control(f"lines/{id_of(opened)}/withdraw")
        assert (await world.line(id_of(returned)))["reverse_status"] == "REQUEST_CANCEL"
        assert (await world.line(id_of(cancel)))["reverse_status"] == "CANCEL_CANCEL"
        assert statuses(await world.accept(returned)) == ["FAILED"]
        assert len(await world.journal("withdrawn")) == 2
        await world.control(f"lines/{id_of(returned)}/withdraw")
        assert len(await world.journal("withdrawn")) == 2

    async def test_asked_again_after_a_withdrawal(self, world: World) -> None:
        first = await world.opened()
        await world.control(f"lines/{id_of(first)}/withdraw")
        again = await world.opened(order_id=first["order_id"], lines=[{}])
        assert again["lines"][0]["items"][0]["order_item_id"] == first["lines"][0]["items"][0]["order_item_id"]
        assert statuses(await world.accept(again)) == ["SUCCESS"]
        assert [entry["ref"] for entry in await world.journal("refund")] == [id_of(again)]

    @pytest.mark.parametrize(
        ("outcome", "status", "refunds"),
        [("refund", "REFUND_SUCCESS", 1), ("reject", "REFUND_REJECT", 0), ("dispute", "CS_APPROVING", 0)],
    )
    async def test_out_of_time(self, world: World, outcome: str, status: str, refunds: int) -> None:
        await world.switch(sla_outcome=outcome)
        returned = await world.opened()
        await world.wait(259_199)
        assert (await world.line(id_of(returned)))["reverse_status"] == "REQUEST_INITIATE"
        await world.wait(2)
        assert len(await world.journal("refund")) == refunds
        assert (await world.line(id_of(returned)))["reverse_status"] == status
        assert statuses(await world.accept(returned)) == ["FAILED"]

    async def test_decided_in_time(self, world: World) -> None:
        returned = await world.opened()
        await world.reject(returned)
        await world.wait(300_000)
        assert await world.journal("refund") == []

    async def test_the_platform_refunds_first(self, world: World) -> None:
        returned = await world.opened()
        await world.control(f"lines/{id_of(returned)}/staff-refund")
        assert statuses(await world.accept(returned)) == ["FAILED"]
        await world.control(f"lines/{id_of(returned)}/staff-refund")
        assert [entry["detail"]["source"] for entry in await world.journal("refund")] == ["platform"]

    async def test_a_dispute_after_a_refusal(self, world: World) -> None:
        returned = await world.opened()
        await world.reject(returned)
        await world.control(f"lines/{id_of(returned)}/dispute")
        line = await world.line(id_of(returned))
        assert (line["reverse_status"], str(line["is_dispute"]).lower()) == ("CS_APPROVING", "true")
        assert statuses(await world.accept(returned)) == ["FAILED"]
        await world.control(f"lines/{id_of(returned)}/staff-refund")
        assert (await world.line(id_of(returned)))["reverse_status"] == "REFUND_SUCCESS"
        assert len(await world.journal("refund")) == 1

    async def test_the_platform_refuses(self, world: World) -> None:
        returned = await world.opened(dispute=True)
        await world.control(f"lines/{id_of(returned)}/staff-reject")
        assert (await world.line(id_of(returned)))["reverse_status"] == "REFUND_REJECT"

    async def test_an_instant_refund(self, world: World) -> None:
        returned = await world.opened(instant_refund=True)
        assert returned["lines"][0]["reverse_status"] == "REFUND_SUCCESS"
        assert [entry["detail"]["source"] for entry in await world.journal("refund")] == ["instant"]

    async def test_a_fast_refund(self, world: World) -> None:
        returned = await world.opened(fast_refund=True)
        assert (await world.line(id_of(returned)))["reverse_status"] == "REQUEST_INITIATE"
        assert statuses(await world.accept(returned)) == ["FAILED"]
        await world.wait(61)
        assert [entry["detail"]["source"] for entry in await world.journal("refund")] == ["fast"]

    async def test_a_decision_that_was_not_asked_for(self, world: World) -> None:
        await world.switch(decision_on_platform_handled="applied")
        returned = await world.opened(fast_refund=True)
        assert statuses(await world.accept(returned)) == ["SUCCESS"]
        await world.wait(61)
        assert len(await world.journal("refund")) == 1

    async def test_the_warehouse(self, world: World) -> None:
        await world.switch(warehouse_seconds=1000)
        returned = await world.opened(is_rtm=False)
        await world.wait(999)
        assert statuses(await world.accept(returned)) == ["FAILED"]
        assert await world.journal("refund") == []
        await world.wait(2)
        assert [entry["detail"]["source"] for entry in await world.journal("refund")] == ["warehouse"]
        line = await world.line(id_of(returned))
        assert (line["ofc_status"], line["whqc_decision"]) == ("RETURN_STOCK", "PASS")

    async def test_the_parcel(self, world: World) -> None:
        await world.switch(parcel_seconds=1000)
        returned = await world.opened()
        await world.wait(1001)
        line = await world.line(id_of(returned))
        assert (line["reverse_status"], line["ofc_status"]) == ("BUYER_RETURN_ITEM", "RETURN_TPL_RECEIVED")
        assert line["tracking_number"].startswith("ES")
        await world.wait(1000)
        line = await world.line(id_of(returned))
        assert (line["reverse_status"], line["ofc_status"]) == ("RETURN_PENDING", "RETURN_DELIVERED")
        assert [entry["ref"] for entry in await world.journal("goods")] == [id_of(returned)]
        assert statuses(await world.accept(returned)) == ["SUCCESS"]

    async def test_anything_by_hand(self, world: World) -> None:
        returned = await world.opened()
        before = (await world.line(id_of(returned)))["return_order_line_gmt_modified"]
        await world.wait(10)
        change = {"reverse_status": "NEVER_SEEN", "actions": ["dance"]}
        await world.control(f"lines/{id_of(returned)}", change, "PATCH")
        line = await world.line(id_of(returned))
        assert (line["reverse_status"], line["actions"]) == ("NEVER_SEEN", ["dance"])
        assert line["return_order_line_gmt_modified"] >= before + 10
        assert line["return_order_line_gmt_create"] < before + 10


class TestActions:
    """5.2"""

    async def act(self, world: World, returned: Any, action: str, **changes: Any) -> Any:
        lines = json.dumps([line["line_id"] for line in returned["lines"]])
        fields = {"reverse_order_id": returned["reverse_order_id"], "reverse_order_item_ids": lines}
        return (await world.get(UPDATE, **fields, action=action, **changes))["code"]

    async def test_the_long_way(self, world: World) -> None:
        returned = await world.opened()
        line_id = id_of(returned)
        assert await self.act(world, returned, "agreeRefund") == 114
        assert await self.act(world, returned, "agreeReturn") == "0"
        assert await self.act(world, returned, "agreeReturn") == 114
        assert (await world.line(line_id))["reverse_status"] == "SELLER_AGREE_RETURN"
        await world.control(f"lines/{line_id}/post")
        assert (await world.line(line_id))["actions"] == []
        await world.control(f"lines/{line_id}/deliver")
        assert await self.act(world, returned, "confirmDelivery") == "0"
        assert (await world.line(line_id))["actions"] == ["agreeRefund", "refuseRefund"]
        assert await world.journal("refund") == []
        assert await self.act(world, returned, "agreeRefund") == "0"
        assert await self.act(world, returned, "agreeRefund") == 114
        assert len(await world.journal("refund")) == 1
        assert [entry["ref"] for entry in await world.journal("agreed")] == [line_id]

    async def test_instant(self, world: World) -> None:
        returned = await world.opened(lines=[{"cents": 500}, {"cents": 700}])
        assert await self.act(world, returned, "instantRefund") == "0"
        assert [entry["detail"]["amount"] for entry in await world.journal("refund")] == ["5.00", "7.00"]

    async def test_refusals(self, world: World) -> None:
        returned, two = await world.opened(), await world.opened(lines=[{}, {}])
        reason = {"reason_id": "1007", "comment": "usado"}
        assert await self.act(world, returned, "refuseReturn") == 108
        assert await self.act(world, returned, "refuseReturn", reason_id="1007") == 109
        assert await self.act(world, two, "refuseReturn", **reason) == 111
        assert await self.act(world, returned, "refuseReturn", **reason) == "0"
        pending = await world.opened(request_type="ONLY_REFUND")
        assert await self.act(world, pending, "refuseRefund", **reason) == 110
        images = json.dumps([{"name": "a", "url": "https://example.org/a.png"}])
        assert await self.act(world, pending, "refuseRefund", **reason, image_info=images) == "0"
        assert len(await world.journal("settled")) == 2

    async def test_what_is_wrong(self, world: World) -> None:
        returned, other = await world.opened(), await world.opened()
        assert await self.act(world, returned, "dance") == 107
        assert await self.act(world, {**returned, "reverse_order_id": "x1"}, "agreeReturn") == 105
        assert await self.act(world, {**returned, "reverse_order_id": "1"}, "agreeReturn") == 106
        assert await self.act(world, {**returned, "lines": []}, "agreeReturn") == 100
        assert await self.act(world, {**returned, "lines": other["lines"]}, "agreeReturn") == 125
        assert await self.act(world, await world.opened(is_rtm=False), "instantRefund") == 114

    async def test_refund_only_has_its_own_call(self, world: World) -> None:
        first, second = [await world.opened(request_type="ONLY_REFUND") for _ in range(2)]

        async def decide(returned: Any, **fields: Any) -> Any:
            fields["reverse_order_id"] = returned["reverse_order_id"]
            fields["reverse_order_item_ids"] = json.dumps([id_of(returned)])
            return (await world.get("/order/reverse/onlyrefund/seller/decide", **fields))["code"]

        assert await decide(first, action="agreeRefund") == "0"
        assert await decide(second, action="startDispute") == 109
        assert await decide(second, action="startDispute", comment="no") == 110
        assert await decide(second, action="startDispute", comment="no", image_info='[{"name":"a","url":"u"}]') == "0"
        assert (await world.line(id_of(second)))["reverse_status"] == "CS_APPROVING"
        assert await decide(await world.opened(), action="agreeRefund") == 114
