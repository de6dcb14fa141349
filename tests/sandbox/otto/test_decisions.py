"""Reporting to the simulated OTTO, who acts before the client (contract 4), and the customer's page."""

import re
from typing import Any

import aiohttp
import pytest

from retour.sandbox.app import start
from retour.sandbox.otto import SANDBOX
from tests.sandbox.otto.conftest import World


class TestReporting:
    async def test_an_acceptance_refunds_announced_or_not(self, world: World) -> None:
        announced, silent = await world.order(2)
        await world.announce(announced)
        got = await world.accept(announced, silent, condition="C")
        assert (got.status, got.body) == (200, {})
        entry = world.simulator.journal.of("refund")[0]
        assert (entry.ref, entry.quantity, entry.detail["amount"]) == (announced.unit_id, 1, "32.49")
        assert (entry.detail["reason"], entry.detail["condition"]) == ("RETURN_RECEIVED", "C")
        assert await world.statuses(announced, silent) == ["ACCEPTED", "ACCEPTED"]

    async def test_reason_and_condition_of_an_acceptance_may_be_left_out(self, world: World) -> None:
        (unit,) = await world.order()
        assert (await world.report("acceptance", [unit.row()])).status == 200
        assert (await world.returns()).body["positionItems"][0]["details"] == {}

    async def test_a_rejection_settles_and_can_become_an_acceptance(self, world: World) -> None:
        (unit,) = await world.order()
        assert (await world.reject(unit)).status == 200
        assert (await world.reject(unit)).status == 422
        assert await world.journal("settled") == [(unit.unit_id, "api")]
        assert (await world.accept(unit)).status == 200
        assert await world.journal("refund") == [(unit.unit_id, "api")]

    async def test_an_acceptance_cannot_become_a_rejection(self, world: World) -> None:
        (unit,) = await world.order()
        await world.accept(unit)
        got = await world.reject(unit)
        assert (got.status, got.body["errors"][0]["title"]) == (422, "ALREADY_ACCEPTED")
        assert await world.journal("settled") == []
        assert await world.statuses(unit) == ["ACCEPTED"]

    async def test_misdirected_may_still_be_accepted(self, world: World) -> None:
        (unit,) = await world.order()
        await world.control(f"units/{unit.unit_id}/misdirect")
        assert (await world.accept(unit)).status == 200

    @pytest.mark.parametrize(
        ("decision", "fields", "path"),
        [
            ("acceptance", {"reason": "ITEM_DAMAGED"}, "$.positionItems[0].reason"),
            ("acceptance", {"reason": "return_received"}, "$.positionItems[0].reason"),
            ("acceptance", {"condition": "A/B/C/D/E"}, "$.positionItems[0].condition"),
            ("acceptance", {"condition": "F"}, "$.positionItems[0].condition"),
            ("acceptance", {"salesOrderId": ""}, "$.positionItems[0].salesOrderId"),
            ("acceptance", {"positionItemId": 7}, "$.positionItems[0].positionItemId"),
            ("acceptance", {"salesOrderId": "other"}, "$.positionItems[0].positionItemId"),
            ("rejection", {}, "$.positionItems[0].reason"),
            ("rejection", {"reason": "RETURN_RECEIVED"}, "$.positionItems[0].reason"),
        ],
    )
    async def test_a_wrong_item(self, world: World, decision: str, fields: dict[str, Any], path: str) -> None:
        (unit,) = await world.order()
        got = await world.report(decision, [unit.row() | fields])
        assert (got.status, got.body["errors"][0]["path"]) == (422, path)
        assert await world.statuses(unit) == [None]

    async def test_what_was_not_sent(self, world: World) -> None:
        (unit,) = await world.order(status="PROCESSABLE")
        got = await world.accept(unit)
        assert (got.status, got.body["errors"][0]["title"]) == (422, "NOT_SENT")

    @pytest.mark.parametrize("body", ["{", "[]", "{}", '{"positionItems": []}', '{"positionItems": {}}'])
    async def test_no_items(self, world: World, body: str) -> None:
        headers = {"Content-Type": "application/json"}
        got = await world.api("POST", "/v3/returns/rejection", data=body, headers=headers)
        assert got.status == (400 if body == "{" else 422)

    async def test_two_hundred_items_and_no_more(self, world: World) -> None:
        units = await world.order(201)
        assert (await world.accept(*units)).status == 413
        assert await world.journal("refund") == []
        assert (await world.accept(*units[:200])).status == 200
        assert len(await world.journal("refund")) == 200


class TestMixed:
    async def test_each_item_on_its_own(self, world: World) -> None:
        good, known, last = await world.order(3)
        await world.accept(known)
        rows = [good.row(), known.row(), {"positionItemId": "unknown", "salesOrderId": "x"}, last.row()]
        got = await world.report("acceptance", rows)
        assert got.status == 207
        assert [error["path"] for error in got.body["errors"]] == [
            "$.positionItems[1]",
            "$.positionItems[2].positionItemId",
        ]
        assert got.body["errors"][0].keys() == {"title", "detail", "path", "logref"}
        assert got.body["results"] == rows  # "received": it proves nothing
        assert await world.statuses(good, last) == ["ACCEPTED", "ACCEPTED"]

    async def test_results_may_be_what_was_processed(self, world: World) -> None:
        (good,) = await world.order()
        await world.switch(results_hold="processed")
        got = await world.report("acceptance", [good.row(), {}])
        assert got.body["results"] == [good.row()]

    @pytest.mark.parametrize(
        ("form", "path"),
        [("pointer", "/positionItems/1/salesOrderId"), ("dotted", "positionItems[1].salesOrderId"), ("none", None)],
    )
    async def test_how_an_error_points(self, world: World, form: str, path: str | None) -> None:
        (good,) = await world.order()
        await world.switch(error_path=form)
        got = await world.report("acceptance", [good.row(), good.row() | {"salesOrderId": ""}])
        assert got.body["errors"][0].get("path") == path

    async def test_one_unit_twice_in_a_request(self, world: World) -> None:
        (unit,) = await world.order()
        got = await world.accept(unit, unit)
        assert (got.status, got.body["errors"][0]["title"]) == (207, "ALREADY_ACCEPTED")
        assert len(await world.journal("refund")) == 1


class TestAgain:
    @pytest.mark.parametrize(
        ("switch", "status", "refunds"), [("error", 422, 1), ("ignored", 200, 1), ("refunds_again", 200, 2)]
    )
    async def test_a_repeated_acceptance(self, world: World, switch: str, status: int, refunds: int) -> None:
        (unit,) = await world.order()
        await world.switch(repeated_acceptance=switch)
        await world.accept(unit)
        assert (await world.accept(unit)).status == status
        assert len(await world.journal("refund")) == refunds

    @pytest.mark.parametrize(("switch", "status", "settled"), [("ignored", 200, 1), ("settles_again", 200, 2)])
    async def test_a_repeated_rejection(self, world: World, switch: str, status: int, settled: int) -> None:
        (unit,) = await world.order()
        await world.switch(repeated_rejection=switch, rejected_can_be_accepted=False)
        await world.reject(unit)
        assert (await world.reject(unit)).status == status
        assert len(await world.journal("settled")) == settled
        assert (await world.accept(unit)).status == 422

    async def test_a_lost_answer_did_its_work(self, world: World) -> None:
        (unit,) = await world.order()
        await world.control("faults", {"kind": "drop_after", "match": "acceptance"})
        with pytest.raises(aiohttp.ClientError):
            await world.accept(unit)
        assert (await world.returns(status="ACCEPTED")).ids == [unit.unit_id]
        assert (await world.accept(unit)).status == 422
        assert len(await world.journal("refund")) == 1


class TestOttoActs:
    async def test_staff_refunds_first(self, world: World) -> None:
        (unit,) = await world.order()
        await world.announce(unit)
        for _ in range(2):
            await world.control(f"units/{unit.unit_id}/accept", {"reason": "COMPLAINT"})
        (row,) = (await world.returns()).body["positionItems"]
        assert (row["status"], row["details"]) == ("ACCEPTED", {"reason": "COMPLAINT"})
        assert (await world.reject(unit)).status == 422
        assert await world.journal("refund") == [(unit.unit_id, "otto")]

    async def test_by_the_clock(self, world: World) -> None:
        stored, silent, answered, withdrawn = await world.order(4)
        await world.switch(warehouse_seconds=60, auto_accept_seconds=600)
        await world.announce(stored, to_warehouse=True)
        await world.announce(silent, answered, withdrawn)
        await world.reject(answered)
        await world.control(f"units/{withdrawn.unit_id}/withdraw")
        await world.wait(60)
        assert await world.journal("refund") == [(stored.unit_id, "otto")]
        await world.wait(540)
        assert await world.journal("refund") == [(stored.unit_id, "otto"), (silent.unit_id, "otto")]
        assert await world.statuses(answered, withdrawn) == ["REJECTED", "ANNOUNCED"]


class TestControl:
    async def test_what_cannot_be_read_or_found_is_refused(self, world: World) -> None:
        for path, body in (("orders", {"products": []}), ("bulk", {"count": 0}), ("announcements", {})):
            assert (await world.call("POST", f"/_sandbox/{path}", json=body)).status == 400
        for path in ("units/unknown/accept", "units/unknown/withdraw", "units/unknown/misdirect"):
            assert (await world.call("POST", f"/_sandbox/{path}", json={})).status == 404
        moved = await world.call("POST", "/_sandbox/parcels/unknown/move", json={"state": "DELIVERED"})
        assert moved.status == 404

    async def test_many_at_once(self, world: World) -> None:
        made = await world.control("bulk", {"count": 30, "seed": 3})
        got = await world.returns(limit="50")
        assert (len(got.ids), got.ids[0], got.ids[-1]) == (30, made["last"], made["first"])


class TestPage:
    async def test_a_person_sends_back_and_sees_what_the_seller_decides(self, world: World) -> None:
        first, second, _ = await world.order(3)
        form = {"order": first.order_id, "sku": "LAMP-CLAMP", "reason": "Zu klein", "quantity": "2", "label": "online"}
        page = await world.call("POST", "/returns", data=form)
        assert page.text.count("no money yet") == 2
        await world.accept(first)
        await world.reject(second, reason="WRONG_ITEM")
        page = await world.call("GET", "/")
        assert "refunded 32.49 €" in page.text
        assert "refused: WRONG_ITEM" in page.text
        assert (await world.call("POST", "/returns", data=form)).status == 400
        assert (await world.call("POST", "/returns/unknown/withdraw")).status == 404

    async def test_the_enclosed_label_announces_nothing(self, world: World) -> None:
        (unit,) = await world.order()
        form = {"order": unit.order_id, "sku": "LAMP-CLAMP", "reason": "Zu klein", "quantity": "1", "label": "enclosed"}
        assert "on its way back" in (await world.call("POST", "/returns", data=form)).text
        assert (await world.returns()).ids == []

    async def test_withdrawing(self, world: World) -> None:
        (unit,) = await world.order()
        await world.announce(unit)
        assert "you withdrew" in (await world.call("POST", f"/returns/{unit.unit_id}/withdraw")).text

    async def test_what_others_wrote_is_escaped(self, world: World) -> None:
        await world.control("orders", {"products": [{"title": "<script>x</script>"}]})
        page = (await world.call("GET", "/")).text
        assert "&lt;script&gt;x" in page
        assert "<script" not in page
        assert "Sandbox — not OTTO" in page

    async def test_a_newcomer_finds_orders(self) -> None:
        running = await start(SANDBOX.create(0))
        async with aiohttp.ClientSession() as session, session.get(running.url) as answer:
            page = await answer.text()
        await running.stop()
        assert len(re.findall("Return this", page)) == 4
