"""The control routes, the customer's page, push, and what is forgotten (contract 8)."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from retour.sandbox.miravia import APP_KEY, APP_SECRET, SANDBOX, MiraviaSimulator
from tests.sandbox.miravia.conftest import World, statuses


class Hook:
    """Where the seller receives messages."""

    def __init__(self) -> None:
        self.got: list[tuple[str, bytes]] = []
        self.answers = 200
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        self.got.append((request.headers.get("Authorization", ""), await request.read()))
        return web.Response(status=self.answers)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application()
    app.add_routes([web.post("/hook", hook.receive)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


class TestPush:
    """8"""

    async def delivered(self, world: World) -> list[Any]:
        await world.control("push/deliver")
        return await world.control("push", method="GET")  # type: ignore[no-any-return]

    async def test_a_message(self, world: World, hook: Hook) -> None:
        await world.switch(push_copies=1)
        await world.control("push", {"url": hook.url})
        returned = await world.opened()
        (attempt,) = await self.delivered(world)
        assert (attempt["status"], attempt["attempt"]) == (200, 1)
        body = attempt["body"]
        assert (body["message_type"], body["site"], body["seller_id"]) == (18, "arise_es", "1000000001")
        assert body["timestamp"] < 10**11
        assert body["data"]["reverse_order_line_id"] == returned["lines"][0]["line_id"]
        assert body["data"]["reverse_status"] == "RTM_INIT"
        ((authorization, raw),) = hook.got
        expected = hmac.new(APP_SECRET.encode(), APP_KEY.encode() + raw, hashlib.sha256).hexdigest()
        assert authorization == expected

    @pytest.mark.parametrize("signed", ["upper", "wrong", "absent"])
    async def test_signatures(self, world: World, hook: Hook, signed: str) -> None:
        await world.switch(push_signature=signed, push_copies=1)
        await world.control("push", {"url": hook.url})
        await world.opened()
        await self.delivered(world)
        ((authorization, raw),) = hook.got
        right = hmac.new(APP_SECRET.encode(), APP_KEY.encode() + raw, hashlib.sha256).hexdigest()
        assert (authorization == "") == (signed == "absent")
        assert (authorization.lower() == right) == (signed == "upper")

    async def test_twice_and_in_its_own_words(self, world: World, hook: Hook) -> None:
        await world.control("push", {"url": hook.url})
        returned = await world.opened()
        line = f"lines/{returned['lines'][0]['line_id']}"
        await world.control(f"{line}/post")
        await world.control(f"{line}/deliver")
        await world.accept(returned)
        cancel = await world.opened(request_type="CANCEL")
        await world.accept(cancel)
        words = [attempt["body"]["data"]["reverse_status"] for attempt in await self.delivered(world)]
        assert words[::2] == words[1::2]
        assert words[::2] == [
            "RTM_INIT",
            "RTM_SHIPPING_BACK",
            "RTM_RECEIVE_ITEM",
            "REFUND_SUCCESS",
            "CANCEL_INIT",
            "CANCEL_SUCCESS",
            "CANCEL_REFUND_ISSUED",
        ]

    async def test_tries_again_and_gives_up(self, world: World, hook: Hook) -> None:
        hook.answers = 500
        await world.switch(push_copies=1, push_retries=2)
        await world.control("push", {"url": hook.url})
        await world.opened()
        for tries in (1, 2, 3, 3):
            assert len(await self.delivered(world)) == tries
            assert len(await self.delivered(world)) == tries  # not before its time
            await world.wait(1801)
        assert [attempt["attempt"] for attempt in await self.delivered(world)] == [1, 2, 3]

    async def test_nobody_there(self, world: World, hook: Hook) -> None:
        await world.switch(push_copies=1)
        await world.control("push", {"url": "http://127.0.0.1:1/"})
        await world.opened()
        assert [attempt["status"] for attempt in await self.delivered(world)] == [0]
        await world.control("push", {"url": ""})
        await world.opened()
        assert len(await self.delivered(world)) == 1


class TestControl:
    async def test_python_does_the_same(self, world: World) -> None:
        returned = world.simulator.open_return()
        line_id = returned.lines[0].line_id
        world.simulator.post_parcel(line_id)
        assert (await world.line(line_id))["reverse_status"] == "BUYER_RETURN_ITEM"
        assert world.simulator.staff_refund(line_id)
        assert not world.simulator.staff_refund(line_id)
        assert not world.simulator.staff_reject(line_id)
        assert not world.simulator.withdraw(line_id)

    async def test_not_so_many(self, world: World) -> None:
        order = await world.control("orders", {"items": [{"sku": "MUG", "quantity": 2}]})
        url = f"{world.running.url}/_sandbox/returns"
        await world.opened(order_id=order["order_id"], lines=[{"sku": "MUG"}])
        body = {"order_id": order["order_id"], "lines": [{"sku": "MUG", "quantity": 2}]}
        async with world.session.post(url, json=body) as answer:
            assert answer.status == 409
        async with world.session.post(url, json={"nonsense": 1}) as answer:
            assert answer.status == 400
        async with world.session.post(f"{world.running.url}/_sandbox/lines/1/withdraw") as answer:
            assert answer.status == 404
        async with world.session.post(url + "?seller=9", json={}) as answer:
            assert answer.status == 404

    async def test_many(self, world: World) -> None:
        await world.control("bulk", {"count": 250, "days": 30, "seed": 1})
        rows = await world.listed()
        assert len({row["reverse_order_id"] for row in rows}) == 250
        assert len(await world.control("returns?offset=200", method="GET")) == 50
        assert await world.journal("refund") == []

    async def test_closed_ones_are_forgotten(self, world: World) -> None:
        await world.switch(kept=2)
        closed = [await world.opened() for _ in range(3)]
        for returned in closed:
            await world.accept(returned)
        still_open = await world.opened()
        seen = {str(row["reverse_order_id"]) for row in await world.listed()}
        assert seen == {returned["reverse_order_id"] for returned in (*closed[1:], still_open)}
        assert statuses(await world.accept(still_open)) == ["SUCCESS"]
        assert len(await world.journal("refund")) == 4

    def test_is_found_by_its_key(self) -> None:
        assert SANDBOX.key == "miravia"
        assert isinstance(SANDBOX.create(0), MiraviaSimulator)


class TestPage:
    async def page(self, world: World) -> str:
        async with world.session.get(world.running.url) as answer:
            assert answer.status == 200
            return await answer.text()

    async def click(self, world: World, path: str, **form: str) -> int:
        async with world.session.post(world.running.url + path, data=form, allow_redirects=False) as answer:
            return answer.status

    async def test_a_customer_sends_something_back(self, world: World) -> None:
        order = next(iter(world.simulator.flow().seller.orders.values()))
        form = {
            "order_id": order.order_id,
            "order_item_id": order.items[0].order_item_id,
            "quantity": "2",
            "type": "RETURN",
            "reason": "30003",
            "comment": "<script>alert(1)</script>",
        }
        assert await self.click(world, "/returns", **form) == 303
        html = await self.page(world)
        assert "<script>" not in html
        assert "&lt;script&gt;" in html
        assert "open, waits for an answer" in html
        assert await self.click(world, "/returns", **form) == 400  # nothing left
        (returned,) = await world.control("returns", method="GET")
        assert returned["quantity"] == 2
        assert await self.click(world, f"/lines/{returned['line_id']}/post") == 303
        assert await self.click(world, f"/lines/{returned['line_id']}/deliver") == 303
        await world.accept({"order_id": order.order_id, "lines": [returned]})
        html = await self.page(world)
        assert "refunded" in html
        assert "€ 25.90 back" in html

    @pytest.mark.parametrize(
        "wrong", [{"reason": "1"}, {"quantity": "9"}, {"quantity": "x"}, {"type": "GIFT"}, {"order_id": "1"}]
    )
    async def test_nonsense(self, world: World, wrong: dict[str, str]) -> None:
        order = next(iter(world.simulator.flow().seller.orders.values()))
        form = {"order_id": order.order_id, "order_item_id": order.items[0].order_item_id, "quantity": "1"}
        assert await self.click(world, "/returns", **form | {"type": "RETURN", "reason": "30001"} | wrong) == 400
        assert await self.click(world, "/lines/1/withdraw") == 404

    async def test_withdraws_and_objects(self, world: World) -> None:
        first, second = await world.opened(), await world.opened()
        withdrawn, refused = (returned["lines"][0]["line_id"] for returned in (first, second))
        assert await self.click(world, f"/lines/{withdrawn}/withdraw") == 303
        assert await self.click(world, f"/lines/{refused}/dispute") == 303  # not possible yet: nothing happens
        assert (await world.line(refused))["reverse_status"] == "REQUEST_INITIATE"
        await world.reject(second)
        assert "refused" in await self.page(world)
        assert await self.click(world, f"/lines/{refused}/dispute") == 303
        assert (await world.line(refused))["reverse_status"] == "CS_APPROVING"
        assert "withdrawn by you" in await self.page(world)
