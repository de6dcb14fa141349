"""Reporting returns to the simulated Zalando, and who acts before the client (contract 5, 7)."""

import aiohttp
import pytest

from retour.sandbox.zalando import MERCHANT_ID
from tests.sandbox.zalando.conftest import World


class TestReporting:
    async def test_a_unit_is_refunded_when_it_is_returned(self, world: World) -> None:
        first, second = await world.order(2)
        got = await world.patch(first, reason=10)
        assert (got.status, got.text) == (204, "")
        assert got.headers["Location"] == f"{world.running.url}/merchants/{MERCHANT_ID}{first.path}"
        assert [await world.status(unit) for unit in (first, second)] == ["returned", "shipped"]
        (entry,) = world.simulator.journal.of("refund")
        assert (entry.ref, entry.quantity) == (first.line_id, 1)
        assert (entry.detail["amount"], entry.detail["reason"], entry.detail["by"]) == ("79.00", 10, "api")

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/data"),
            ({"data": {"id": "LINE", "attributes": {"status": "returned"}}}, "/data/type"),
            ({"data": {"type": "OrderLine", "attributes": {"status": "returned"}}}, "/data/id"),
            ({"data": {"type": "OrderLine", "id": "LINE"}}, "/data/attributes"),
            ({"data": {"type": "OrderLine", "id": "LINE", "attributes": {}}}, "/data/attributes/status"),
            (
                {"data": {"type": "OrderLine", "id": "LINE", "attributes": {"status": "eaten"}}},
                "/data/attributes/status",
            ),
        ],
    )
    async def test_a_wrong_body(self, world: World, body: dict[str, dict[str, str]], pointer: str) -> None:
        (unit,) = await world.order()
        if body.get("data", {}).get("id"):
            body = {"data": body["data"] | {"id": unit.line_id}}
        got = await world.send(unit, body)
        assert (got.status, got.error["status"], got.error["source"]) == (400, "400", {"pointer": pointer})
        assert await world.status(unit) == "shipped"

    @pytest.mark.parametrize("reason", ["2", True, 2.5, 7, 8, 11])
    async def test_a_wrong_reason(self, world: World, reason: object) -> None:
        (unit,) = await world.order()
        got = await world.patch(unit, reason=reason)
        assert (got.status, got.error["source"]) == (400, {"pointer": "/data/attributes/reason"})

    async def test_only_what_was_shipped_comes_back(self, world: World) -> None:
        (reserved,) = await world.order(status="reserved")
        got = await world.patch(reserved)
        assert (got.status, got.error["detail"]) == (403, "Transition from reserved to returned is not allowed.")
        (unit,) = await world.order()
        assert (await world.patch(unit, "canceled")).status == 403
        assert await world.refunds() == []

    async def test_sending_and_canceling(self, world: World) -> None:
        first, second = await world.order(2, status="reserved")
        assert (await world.patch(first, "shipped")).status == 400  # no return_tracking_number yet
        body = {
            "data": {"id": first.order_id, "type": "Order", "attributes": {"return_tracking_number": "R1"}},
        }
        headers = {"Content-Type": "application/vnd.api+json"}
        assert (await world.api("PATCH", f"/orders/{first.order_id}", json=body, headers=headers)).status == 204
        assert (await world.patch(first, "shipped")).status == 204
        assert (await world.patch(second, "canceled")).status == 204
        assert await world.refunds() == [(second.line_id, "api")]

    async def test_returned_is_final(self, world: World) -> None:
        (unit,) = await world.order()
        await world.patch(unit)
        assert (await world.patch(unit, "shipped")).status == 403
        assert (await world.patch(unit)).status == 409
        await world.switch(repeated_return="403")
        assert (await world.patch(unit)).status == 403
        assert len(await world.refunds()) == 1

    async def test_a_repeat_may_refund_again(self, world: World) -> None:
        (unit,) = await world.order()
        await world.switch(repeated_return="refunds_again")
        for _ in range(2):
            assert (await world.patch(unit)).status == 204
        assert await world.refunds() == [(unit.line_id, "api")] * 2

    async def test_a_lost_answer_did_its_work(self, world: World) -> None:
        (unit,) = await world.order()
        await world.control("faults", {"kind": "drop_after", "match": "^PATCH"})
        with pytest.raises(aiohttp.ClientError):
            await world.patch(unit)
        assert await world.status(unit) == "returned"
        assert (await world.patch(unit)).status == 409
        assert len(await world.refunds()) == 1


class TestZalandoHandles:
    async def test_what_zalando_sent_is_read_only(self, world: World) -> None:
        (unit,) = await world.order(order_type="ZalandoFulfilled")
        assert (await world.patch(unit)).status == 403
        await world.switch(warehouse_seconds=60)
        await world.control("parcels", {"order_line_ids": [unit.line_id]})
        assert await world.status(unit) == "shipped"
        await world.wait(60)
        assert await world.status(unit) == "returned"
        assert await world.refunds() == [(unit.line_id, "zalando")]

    async def test_nothing_stops_a_patch_on_a_return_that_zalando_handles(self, world: World) -> None:
        first, second = await world.order(2, returns="zalando")
        assert (await world.patch(first)).status == 204
        await world.switch(zss_patch_refused=True)
        assert (await world.patch(second)).status == 403

    async def test_staff_refunds_first(self, world: World) -> None:
        (unit,) = await world.order()
        for _ in range(2):
            await world.control(f"lines/{unit.line_id}/returned", {"reason": 5})
        assert (await world.patch(unit)).status == 409
        assert await world.refunds() == [(unit.line_id, "zalando")]

    async def test_zalando_refunds_by_the_clock_what_a_partner_leaves_open(self, world: World) -> None:
        silent, answered, withdrawn, staying = await world.order(4)
        await world.switch(auto_return_seconds=3600)
        await world.announce(silent, answered)
        await world.control(f"announced-returns/{await world.announce(withdrawn)}/withdraw")
        await world.patch(answered)
        await world.wait(3600)
        assert await world.refunds() == [(answered.line_id, "api"), (silent.line_id, "zalando")]
        assert await world.status(staying) == "shipped"


class TestControl:
    async def test_what_cannot_be_read_or_found_is_refused(self, world: World) -> None:
        for path, body in (("orders", {"products": []}), ("bulk", {"count": 0}), ("garble", {"ref": "x", "flaw": "?"})):
            assert (await world.call("POST", f"/_sandbox/{path}", json=body)).status == 400
        for path in ("lines/unknown/returned", "announced-returns/unknown/withdraw"):
            assert (await world.call("POST", f"/_sandbox/{path}", json={})).status == 404

    async def test_every_unit_is_told_of(self, world: World) -> None:
        first, second = await world.order(2)
        await world.announce(first)
        await world.patch(second)
        rows = {row["order_line_id"]: row for row in await world.control("lines", method="GET")}
        assert rows[first.line_id]["on_its_way_back"]
        assert (rows[second.line_id]["status"], rows[second.line_id]["refunds"]) == ("returned", 1)
