"""What customers, Amazon and the seller's staff do, the page, and the control routes."""

from typing import Any

import pytest

from retour.sandbox.amazon import AmazonSimulator, commands
from tests.sandbox.amazon.world import World, envelope, message


async def _now(world: World, made: Any) -> Any:
    returns = await world.control("returns", method="GET")
    return next(one for one in returns if one["rma_id"] == made["rma_id"])


class TestReturns:
    async def test_a_new_one_may_have_to_be_approved(self, world: World) -> None:
        await world.switch(auto_approve=False, pending_status="Pending approval")
        made = await world.open()
        assert made["status"] == "Pending approval"
        await world.control(f"returns/{made['rma_id']}/status", {"status": "Approved"})
        assert (await _now(world, made))["status"] == "Approved"
        assert await world.journal("settled") == []

    async def test_a_customer_withdraws_once(self, world: World) -> None:
        made = await world.open({"quantity": 2})
        for _ in range(2):
            await world.control(f"returns/{made['rma_id']}/cancel")
        assert (await _now(world, made))["status"] == "Cancelled"
        [entry] = await world.journal("settled")
        assert (entry["ref"], entry["quantity"], entry["detail"]["source"]) == (made["rma_id"], 2, "customer")

    @pytest.mark.parametrize("status", ["Closed", "Rejected", "Completed"])
    async def test_staff_ends_one_without_money(self, world: World, status: str) -> None:
        made = await world.open()
        await world.control(f"returns/{made['rma_id']}/status", {"status": status})
        [row] = await world.rows()
        assert row.findtext("return_request_status") == status
        assert len(await world.journal("settled")) == 1
        assert await world.journal() == []

    async def test_staff_refunds_a_part(self, world: World) -> None:
        made = await world.open({"quantity": 3, "unit_price": "3.33", "discount": "0.01"})
        refunded = []
        for _ in range(3):
            await world.control(f"returns/{made['rma_id']}/refund", {"source": "seller", "quantity": 1})
            refunded.append((await _now(world, made))["lines"][0]["refunded"])
        assert refunded == ["3.33", "6.65", "9.98"]
        assert (await _now(world, made))["status"] == "Completed"

    async def test_amazon_refunds_by_itself_what_nobody_did(self, world: World) -> None:
        await world.switch(auto_refund_hours=48)
        made = await world.open({"quantity": 2, "unit_price": "10.00"})
        await world.control(f"returns/{made['rma_id']}/refund", {"source": "seller", "quantity": 1})
        await world.control(f"returns/{made['rma_id']}/deliver")
        await world.wait(47 * 3600)
        assert len(await world.journal()) == 1
        await world.wait(3600)
        entries = await world.journal()
        assert [entry["detail"]["source"] for entry in entries] == ["seller", "amazon"]
        assert [entry["detail"]["amount"] for entry in entries] == ["10.00", "10.00"]

    async def test_first_scan_and_returnless(self, world: World) -> None:
        first = await world.open({"resolution": "RefundAtFirstScan"})
        assert await world.journal() == []
        await world.control(f"returns/{first['rma_id']}/scan")
        kept = await world.open({"resolution": "ReturnlessRefund"})
        assert [entry["ref"] for entry in await world.journal()] == [first["rma_id"], kept["rma_id"]]

    async def test_a_claim(self, world: World) -> None:
        made = await world.open()
        await world.control(f"returns/{made['rma_id']}/claim", {"open": True})
        [row] = await world.rows()
        assert (row.findtext("a_to_z_claim"), row.findtext("return_type")) == ("true", "A-to-z Guarantee")

    async def test_the_same_product_again_is_another_return(self, world: World) -> None:
        first = await world.open({"ordered": 2, "sku": "MUG"})
        second = await world.open({"sku": "MUG"}, order_id=first["order_id"])
        assert first["rma_id"] != second["rma_id"]
        assert first["lines"][0]["order_item_id"] == second["lines"][0]["order_item_id"]

    async def test_old_ones_are_forgotten(self, world: World) -> None:
        await world.switch(kept_returns=2)
        made = [await world.open() for _ in range(3)]
        returns = await world.control("returns", method="GET")
        assert [one["rma_id"] for one in returns] == [one["rma_id"] for one in made[1:]]
        got = await world.api("GET", f"/orders/2026-01-01/orders/{made[0]['order_id']}")
        assert got.status == 404

    async def test_a_forgotten_return_does_not_stop_its_feed(self, world: World) -> None:
        made = await world.open({"unit_price": "14.95"})
        await world.switch(kept_returns=1)
        feed_id = await world.submit(envelope(message(made)))
        await world.open()
        await world.wait(10)
        assert await world.result(feed_id) == {1: "25441"}


class TestPage:
    FORM = {
        "seller_id": "A0SANDBOXEU",
        "order_id": "902-1000001-2000001",
        "order_item_id": "90000000000001",
        "reason": "CR-DEFECTIVE",
        "quantity": "2",
        "comment": "<script>x</script>",
    }

    async def test_a_customer_returns_and_is_refunded(self, world: World) -> None:
        page = (await world.call("POST", "/returns", data=self.FORM)).text
        assert "2 &times; open: waiting for the seller" in page
        assert "&lt;script&gt;x&lt;/script&gt;" in page
        assert "<script" not in page
        [made] = await world.control("returns", method="GET")
        await world.feed(envelope(message(made, "29.90", quantity=2)))
        page = (await world.call("GET", "/")).text
        assert "Refunded 29.90 EUR" in page
        assert "Sandbox — not Amazon" in page

    async def test_no_more_than_was_ordered(self, world: World) -> None:
        assert (await world.call("POST", "/returns", data=self.FORM)).status == 200
        assert (await world.call("POST", "/returns", data=self.FORM)).status == 400
        assert (await world.call("POST", "/returns", data=self.FORM | {"reason": "x"})).status == 400
        assert "Nothing left to return" in (await world.call("GET", "/")).text

    @pytest.mark.parametrize(
        ("act", "says"),
        [("cancel", "You cancelled it"), ("Rejected", "Refused"), ("Closed", "Closed without a refund")],
    )
    async def test_other_ends(self, world: World, act: str, says: str) -> None:
        await world.call("POST", "/returns", data=self.FORM)
        [made] = await world.control("returns", method="GET")
        if act == "cancel":
            await world.call("POST", f"/returns/{made['rma_id']}/cancel", data={"seller_id": "A0SANDBOXEU"})
        else:
            await world.control(f"returns/{made['rma_id']}/status", {"status": act})
        assert says in (await world.call("GET", "/")).text
        assert len(await world.journal("settled")) == 1


class TestControl:
    async def test_what_cannot_be_read_is_refused(self, world: World) -> None:
        for path, body in (
            ("returns", {"items": []}),
            ("returns", {"items": [{}], "order_id": "902-9999999-9999999"}),
            ("returns", {"items": [{"sku": "NONE"}], "order_id": "902-1000001-2000001"}),
            ("returns", {"items": [{}, {}], "fulfilled_by": "AMAZON"}),
            ("orders", {"items": [{"quantity": 0}]}),
            ("bulk", {"count": 0}),
            ("jobs/next", {"kind": "feed", "outcome": "X"}),
        ):
            assert (await world.call("POST", f"/_sandbox/{path}", json=body)).status == 400
        assert (await world.call("POST", "/_sandbox/returns/1/cancel")).status == 404
        assert (await world.call("POST", "/_sandbox/orders/1/ship")).status == 404
        assert (await world.call("POST", "/_sandbox/bulk?seller=nobody", json={"count": 1})).status == 404
        body = {"items": [{}], "order_id": "902-1000001-2000001"}
        assert (await world.call("POST", "/_sandbox/orders", json=body)).status == 409

    async def test_python_can_say_the_same(self) -> None:
        simulator = AmazonSimulator()
        seller = simulator.seller()
        returned = simulator.open_return(seller, commands.OpenReturn(items=[commands.ReturnedProduct(quantity=2)]))
        simulator.refund(seller, returned, commands.RefundReturn(quantity=1))
        simulator.set_status(seller, returned, "Closed", "seller")
        assert [(entry.kind, entry.quantity) for entry in simulator.journal.entries] == [("refund", 1), ("settled", 1)]
