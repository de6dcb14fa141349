"""Decisions by REST, and what others do to a return (contract 3.1, 3.3)."""

from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from tests.sandbox.generic.world import World


class TestDecision:
    async def test_accept_refunds_every_line(self, world: World) -> None:
        ref = await world.open(2, 1)
        got = await world.decide(ref, "accept", key="k-1")
        assert (got.status, got.body["status"]) == (200, "accepted")
        assert got.body == await world.one(ref)
        assert await world.journal() == [("refund", ref, "1", 2), ("refund", ref, "2", 1)]
        entries = world.simulator.journal.of("refund")
        assert [Decimal(entry.detail["amount"]) for entry in entries] == [Decimal("21.00"), Decimal("10.50")]
        assert {(entry.detail["by"], entry.detail["currency"]) for entry in entries} == {("api", "EUR")}

    async def test_reject_needs_words_and_moves_no_money(self, world: World) -> None:
        ref = await world.open()
        assert (await world.decide(ref, "reject", comment=" ")).error == (422, "validation", "comment")
        assert (await world.decide(ref, "reject")).body["status"] == "rejected"
        assert await world.journal() == [("settled", ref, "1", 1)]
        assert world.simulator.journal.of("settled")[0].detail["comment"] == "Gedragen"

    async def test_parts(self, world: World) -> None:
        ref = await world.open(3, 2)
        got = await world.decide(ref, "accept", lines=[{"id": "1", "quantity": 2}])
        assert (got.status, got.body["status"]) == (200, "requested")
        assert got.body["lines"][0]["quantity"] == 3  # what was announced, not what is left
        got = await world.decide(ref, "reject", lines=[{"id": "1", "quantity": 1}])
        assert got.body["status"] == "requested"
        again = await world.decide(ref, "accept", lines=[{"id": "1", "quantity": 1}])
        assert again.error == (409, "already_decided", None)
        got = await world.decide(ref, "accept")
        assert got.body["status"] == "accepted"
        assert await world.journal() == [("refund", ref, "1", 2), ("settled", ref, "1", 1), ("refund", ref, "2", 2)]

    async def test_more_than_what_is_left(self, world: World) -> None:
        ref = await world.open(3)
        await world.decide(ref, "accept", lines=[{"id": "1", "quantity": 2}])
        got = await world.decide(ref, "accept", lines=[{"id": "1", "quantity": 2}])
        assert got.error == (422, "validation", "lines[0].quantity")
        assert await world.journal() == [("refund", ref, "1", 2)]

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"decision": "repair"}, "decision"),
            ({"decision": None}, "decision"),
            ({"lines": []}, "lines"),
            ({"lines": "1"}, "lines"),
            ({"lines": [{"quantity": 1}]}, "lines[0].id"),
            ({"lines": [{"id": 1, "quantity": 1}]}, "lines[0].id"),
            ({"lines": [{"id": "9", "quantity": 1}]}, "lines[0].id"),
            ({"lines": [{"id": "1", "quantity": 0}]}, "lines[0].quantity"),
            ({"lines": [{"id": "1", "quantity": 3}]}, "lines[0].quantity"),
            ({"lines": [{"id": "1", "quantity": "1"}]}, "lines[0].quantity"),
            ({"lines": [{"id": "1", "quantity": True}]}, "lines[0].quantity"),
            ({"lines": [{"id": "1", "quantity": 1}, {"id": "1", "quantity": 1}]}, "lines"),
            ({"comment": 5}, "comment"),
            ({"reason_code": 5}, "reason_code"),
            ({"reference": "k-2"}, "reference"),
        ],
    )
    async def test_what_is_refused(self, world: World, fields: dict[str, Any], field: str) -> None:
        ref = await world.open(2)
        body = {"decision": "accept", "reference": "k-1", **fields}
        headers = {"Idempotency-Key": "k-1"}
        got = await world.api("POST", f"/returns/{ref}/decision", json=body, headers=headers)
        assert got.error == (422, "validation", field)
        assert await world.journal() == []
        assert (await world.decide(ref, "accept", key="k-1")).status == 200  # a refused decision leaves its key free

    async def test_not_json_at_all(self, world: World) -> None:
        path = f"/returns/{await world.open()}/decision"
        kind = {"Content-Type": "application/json"}
        for body, headers in ((b"{", kind), (b"[]", kind), (b"\xff", kind), (b"{}", {"Content-Type": "text/plain"})):
            assert (await world.api("POST", path, data=body, headers=headers)).error == (400, "bad_request", None)

    async def test_an_unknown_return(self, world: World) -> None:
        assert (await world.decide("R-1", "accept")).error == (404, "not_found", None)


class TestTwice:
    async def test_same_key_same_body_same_answer(self, world: World) -> None:
        ref = await world.open(2)
        part = [{"id": "1", "quantity": 1}]
        first = await world.decide(ref, "accept", key="k-1", lines=part)
        await world.wait(60)
        await world.decide(ref, "accept", key="k-2", lines=part)
        again = await world.decide(ref, "accept", key="k-1", lines=part)
        assert (again.status, again.body) == (200, first.body)
        assert await world.journal() == [("refund", ref, "1", 1)] * 2

    async def test_same_key_other_body(self, world: World) -> None:
        ref, other = await world.open(2), await world.open()
        await world.decide(ref, "accept", key="k-1", lines=[{"id": "1", "quantity": 1}])
        reused = (409, "idempotency_key_reused", None)
        assert (await world.decide(ref, "accept", key="k-1")).error == reused
        assert (await world.decide(other, "accept", key="k-1", lines=[{"id": "1", "quantity": 1}])).error == reused
        assert len(await world.journal()) == 1

    async def test_a_lost_answer_is_found_by_its_key(self, world: World) -> None:
        ref = await world.open()
        await world.control("faults", {"kind": "drop_after", "match": "POST /api"})
        with pytest.raises(aiohttp.ClientError):
            await world.decide(ref, "accept", key="k-1")
        assert (await world.decide(ref, "accept", key="k-1")).status == 200
        assert await world.journal() == [("refund", ref, "1", 1)]

    async def test_keys_are_forgotten_or_ignored(self, world: World) -> None:
        ref = await world.open()
        await world.decide(ref, "accept", key="k-1")
        await world.wait(24 * 3600 + 1)
        decided = (409, "already_decided", None)
        assert (await world.decide(ref, "accept", key="k-1")).error == decided
        await world.switch(idempotency="ignored")
        other = await world.open()
        await world.decide(other, "accept", key="k-2")
        assert (await world.decide(other, "accept", key="k-2")).error == decided

    async def test_a_key_may_be_required(self, world: World) -> None:
        ref = await world.open()
        await world.switch(idempotency_key_required=True)
        assert (await world.decide(ref, "accept")).error == (400, "idempotency_key_missing", None)

    async def test_already_decided_whatever_the_outcome(self, world: World) -> None:
        ref = await world.open()
        await world.decide(ref, "reject", key="k-1")
        for decision in ("reject", "accept"):
            assert (await world.decide(ref, decision, key=f"k-{decision}")).error == (409, "already_decided", None)
        assert (await world.one(ref))["status"] == "rejected"

    async def test_a_partner_that_refunds_twice(self, world: World) -> None:
        ref = await world.open()
        await world.switch(repeated_decision="repeats")
        await world.decide(ref, "accept", key="k-1")
        await world.decide(ref, "accept", key="k-2")
        assert await world.journal() == [("refund", ref, "1", 1)] * 2


class TestRules:
    async def test_lines_that_cannot_be_split(self, world: World) -> None:
        ref = await world.open(2, 1)
        await world.switch(partial_quantity=False)
        part = await world.decide(ref, "accept", lines=[{"id": "1", "quantity": 1}])
        assert part.error == (422, "validation", "lines[0].quantity")
        assert (await world.decide(ref, "accept", lines=[{"id": "1", "quantity": 2}])).status == 200

    async def test_a_part_may_decide_all(self, world: World) -> None:
        ref = await world.open(2, 1)
        await world.switch(part_decides_all=True)
        got = await world.decide(ref, "reject", lines=[{"id": "1", "quantity": 1}])
        assert got.body["status"] == "rejected"
        assert (await world.decide(ref, "accept")).error == (409, "already_decided", None)

    async def test_the_status_of_both(self, world: World) -> None:
        ref = await world.open(1, 1)
        await world.switch(mixed_status="partially_accepted")
        await world.decide(ref, "reject", lines=[{"id": "2", "quantity": 1}])
        assert (await world.decide(ref, "accept")).body["status"] == "partially_accepted"


class TestOthers:
    async def test_the_customer_withdraws(self, world: World) -> None:
        ref = await world.open()
        await world.control(f"returns/{ref}/withdraw")
        assert (await world.one(ref))["status"] == "cancelled"
        assert (await world.decide(ref, "accept")).error == (409, "already_decided", None)
        assert (await world.call("POST", f"/_sandbox/returns/{ref}/withdraw")).status == 409
        assert await world.journal("refund", "settled", "withdrawn") == [("withdrawn", ref, "", 1)]

    async def test_the_customer_withdraws_what_is_left(self, world: World) -> None:
        ref = await world.open(3)
        await world.decide(ref, "accept", lines=[{"id": "1", "quantity": 1}])
        await world.control(f"returns/{ref}/withdraw")
        assert (await world.one(ref))["status"] == "accepted"
        assert await world.journal("refund", "withdrawn") == [("refund", ref, "1", 1), ("withdrawn", ref, "", 2)]

    async def test_the_parcel_arrives_and_decides_nothing(self, world: World) -> None:
        ref = await world.open()
        await world.control(f"returns/{ref}/receive")
        assert (await world.one(ref))["status"] == "received"
        assert (await world.decide(ref, "accept")).body["status"] == "accepted"
        await world.control(f"returns/{ref}/receive")
        assert (await world.one(ref))["status"] == "accepted"
        assert len(await world.journal("goods")) == 2

    @pytest.mark.parametrize(("decision", "kind"), [("accept", "refund"), ("reject", "settled")])
    async def test_the_partner_s_staff_is_first(self, world: World, decision: str, kind: str) -> None:
        ref = await world.open(2)
        await world.decide(ref, "accept", lines=[{"id": "1", "quantity": 1}])
        await world.control(f"returns/{ref}/staff", {"decision": decision})
        assert (await world.decide(ref, "accept")).error == (409, "already_decided", None)
        assert await world.journal() == [("refund", ref, "1", 1), (kind, ref, "1", 1)]
        assert (await world.call("POST", f"/_sandbox/returns/{ref}/staff", json={"decision": "accept"})).status == 409

    async def test_returns_that_the_platform_handles(self, world: World) -> None:
        ref, mine = await world.open(by_platform=True), await world.open()
        assert (await world.one(ref))["fulfilled_by"] == "platform"
        assert "fulfilled_by" not in await world.one(mine)
        assert (await world.decide(ref, "accept")).error == (409, "handled_by_platform", None)
        await world.switch(warehouse_seconds=3600)
        await world.wait(3601)
        assert [(await world.one(one))["status"] for one in (ref, mine)] == ["accepted", "requested"]
        assert world.simulator.journal.of("refund")[0].detail["by"] == "clock"

    async def test_what_the_clock_does(self, world: World) -> None:
        ref, decided, withdrawn = [await world.open() for _ in range(3)]
        await world.decide(decided, "reject")
        await world.control(f"returns/{withdrawn}/withdraw")
        await world.switch(auto_accept_seconds=86400, refunded_seconds=3600)
        await world.wait(86401)
        assert [(await world.one(one))["status"] for one in (ref, decided, withdrawn)] == [
            "accepted",
            "rejected",
            "cancelled",
        ]
        await world.wait(3601)
        assert (await world.one(ref))["status"] == "refunded"
        assert await world.journal() == [("settled", decided, "1", 1), ("refund", ref, "1", 1)]

    async def test_more_than_was_bought_cannot_go_back(self, world: World) -> None:
        order = await world.control("orders", {"products": [{"sku": "A", "quantity": 2}], "order_id": "TBD-7"})
        body = {"order_id": order["order_id"], "lines": [{"sku": "A", "quantity": 2}]}
        ref = (await world.control("returns", body))["return_id"]
        assert (await world.call("POST", "/_sandbox/returns", json=body)).status == 409
        await world.control(f"returns/{ref}/withdraw")
        assert (await world.control("returns", body))["return_id"] != ref
        assert (await world.call("POST", "/_sandbox/returns", json={"order_id": "none"})).status == 404
        assert (await world.call("POST", "/_sandbox/orders", json={"order_id": "TBD-7"})).status == 409
        assert (await world.call("POST", "/_sandbox/orders", json={"colour": 1})).status == 400


async def test_old_orders_are_forgotten_with_their_returns(world: World) -> None:
    await world.switch(kept_orders=2)
    refs = [await world.open() for _ in range(3)]
    assert (await world.returns()).ids == refs[1:]
    assert (await world.decide(refs[0], "accept")).status == 404
    made = await world.control("bulk", {"count": 5, "seed": 1})
    assert (made["count"], (await world.returns()).ids[-1]) == (5, made["last"])
