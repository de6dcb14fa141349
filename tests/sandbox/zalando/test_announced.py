"""Announced returns of the simulated Zalando (contract 6), and the customer's page."""

import re
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from retour.sandbox.app import start
from retour.sandbox.zalando import SANDBOX
from tests.sandbox.zalando.conftest import Got, World

ASCENDING = {"sort": "return_registered_at"}


def ids(got: Got) -> list[str]:
    return [row["announced_return_id"] for row in got.body["data"]]


class TestList:
    async def test_one_label_for_two_orders(self, world: World) -> None:
        first, second = await world.order(1, 1, merchant_order_id="SHOP-1")
        (third,) = await world.order()
        made = await world.announce(first, second, third)
        (row,) = (await world.api("GET", "/announced-returns")).body["data"]
        assert (row["announced_return_id"], row["type"]) == (made, "ZALANDO_ONLINE_CREATED")
        assert [len(order["order_lines"]) for order in row["orders"]] == [2, 1]
        assert row["orders"][0]["merchant_order_id"] == "SHOP-1"
        line = row["orders"][1]["order_lines"][0]
        assert line == {"order_line_id": third.line_id, "order_item_id": third.item_id, "return_reason": "TOO_LARGE"}
        assert await world.status(third) == "shipped"
        assert (world.simulator.journal.of("label")[0].ref, world.simulator.journal.of("label")[0].quantity) == (
            made,
            3,
        )

    async def test_after_is_inclusive_and_before_is_not(self, world: World) -> None:
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
        made = []
        for hour in range(3):
            (unit,) = await world.order()
            made.append(await world.announce(unit, registered_at=(at + timedelta(hours=hour)).isoformat()))
        assert ids(await world.api("GET", "/announced-returns")) == made[::-1]
        bounds = {"after": at.isoformat(), "before": (at + timedelta(hours=2)).isoformat()}
        assert ids(await world.api("GET", "/announced-returns", params=ASCENDING | bounds)) == made[:2]

    @pytest.mark.parametrize(("always", "pages"), [(False, [2, 2, 0]), (True, [2, 2, 0])])
    async def test_the_last_link_may_lead_to_an_empty_page(self, world: World, always: bool, pages: list[int]) -> None:
        await world.switch(trailing_empty_page=always)
        await world.control("bulk", {"count": 4})
        assert await self._walk(world) == pages

    async def test_a_short_page_is_the_last_unless_switched(self, world: World) -> None:
        await world.control("bulk", {"count": 3})
        assert await self._walk(world) == [2, 1]
        await world.switch(trailing_empty_page=True)
        assert await self._walk(world) == [2, 1, 0]

    async def test_a_new_return_shifts_descending_pages(self, world: World) -> None:
        await world.control("bulk", {"count": 4})
        first = await world.api("GET", "/announced-returns", params={"limit": "2"})
        await world.announce(*await world.order())
        second = await world.api("GET", first.body["links"]["next"])
        assert ids(second)[0] == ids(first)[1]

    @pytest.mark.parametrize(
        ("name", "value"), [("cursor", "nonsense"), ("sort", "price"), ("limit", "0"), ("after", "soon")]
    )
    async def test_bad_query(self, world: World, name: str, value: str) -> None:
        got = await world.api("GET", "/announced-returns", params={name: value})
        assert (got.status, got.error["source"]) == (400, {"parameter": name})

    async def test_a_withdrawn_one_looks_like_any_other(self, world: World) -> None:
        (unit,), (other,) = await world.order(), await world.order()
        await world.control(f"announced-returns/{await world.announce(unit)}/withdraw")
        assert len(ids(await world.api("GET", "/announced-returns"))) == 1
        await world.switch(withdrawn_stay_listed=False)
        made = await world.announce(other)
        await world.control(f"announced-returns/{made}/withdraw")
        assert made not in ids(await world.api("GET", "/announced-returns"))

    async def test_spoiled_rows(self, world: World) -> None:
        flaws = ("no_id", "wrong_type", "not_an_object", "unknown_values")
        made = {flaw: await world.announce(*await world.order()) for flaw in flaws}
        for flaw, ref in made.items():
            await world.control("garble", {"ref": ref, "flaw": flaw})
        rows = (await world.api("GET", "/announced-returns", params=ASCENDING)).body["data"]
        assert "announced_return_id" not in rows[0]
        assert rows[1]["orders"] == "none"
        assert rows[2] is None
        assert rows[3]["type"] == "ZALANDO_APP_CREATED"

    async def _walk(self, world: World) -> list[int]:
        got = await world.api("GET", "/announced-returns", params=ASCENDING | {"limit": "2"})
        sizes = [len(got.body["data"])]
        while "next" in got.body["links"]:
            got = await world.api("GET", got.body["links"]["next"])
            sizes.append(len(got.body["data"]))
        return sizes


class TestPage:
    async def test_a_person_sends_back_and_sees_the_money(self, world: World) -> None:
        units = await world.order(2)
        form = {"item": units[0].item_id, "reason": "TOO_SMALL", "quantity": "2", "label": "online"}
        page = await world.call("POST", "/returns", data=form)
        assert page.text.count("no money yet") == 2
        assert "Nothing left to return" in page.text
        (made,) = ids(await world.api("GET", "/announced-returns"))
        await world.patch(units[0])
        assert "refunded € 79.00" in (await world.call("GET", "/")).text
        page = await world.call("POST", f"/announced-returns/{made}/withdraw")
        assert "you withdrew this return" in page.text
        assert (await world.call("POST", "/returns", data=form)).status == 400

    async def test_a_label_from_the_box_is_seen_by_nobody(self, world: World) -> None:
        (unit,) = await world.order()
        form = {"item": unit.item_id, "reason": "DAMAGED", "quantity": "1", "label": "box"}
        assert "no money yet" in (await world.call("POST", "/returns", data=form)).text
        assert ids(await world.api("GET", "/announced-returns")) == []
        assert [entry.ref for entry in world.simulator.journal.of("goods")] == [unit.line_id]

    async def test_what_others_wrote_is_escaped(self, world: World) -> None:
        await world.control("orders", {"products": [{"description": "<script>x</script>"}]})
        page = (await world.call("GET", "/")).text
        assert "&lt;script&gt;x" in page
        assert "<script" not in page
        assert "Sandbox — not Zalando" in page

    async def test_a_newcomer_finds_orders(self) -> None:
        running = await start(SANDBOX.create(0))
        async with aiohttp.ClientSession() as session, session.get(running.url) as answer:
            page = await answer.text()
        await running.stop()
        assert len(re.findall("Return this", page)) == 5
        assert "sent by Zalando" in page
