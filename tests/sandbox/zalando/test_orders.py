"""Reading orders, items and lines of the simulated Zalando (contract 3, 4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.zalando.conftest import Got, World


def ids(got: Got) -> list[str]:
    return [row["id"] for row in got.body["data"]]


def included(got: Got, kind: str) -> dict[str, Any]:
    return {row["id"]: row for row in got.body["included"] if row["type"] == kind}


class TestShapes:
    async def test_a_line_is_a_unit(self, world: World) -> None:
        units = await world.order(2, 1, merchant_order_id="SHOP-7")
        got = await world.api("GET", f"/orders/{units[0].order_id}", params={"include": "order_items,order_lines"})
        order = got.body["data"]
        assert (order["type"], order["id"]) == ("Order", units[0].order_id)
        attributes = order["attributes"]
        assert (attributes["status"], attributes["order_type"]) == ("fulfilled", "PartnerFulfilled")
        assert attributes["merchant_order_id"] == "SHOP-7"
        assert attributes["order_lines_price_amount"] == 237.0
        assert attributes["return_tracking_number"]
        items, lines = included(got, "OrderItem"), included(got, "OrderLine")
        assert set(lines) == {unit.line_id for unit in units}
        assert [ref["id"] for ref in order["relationships"]["order_items"]["data"]] == list(items)
        first = items[units[0].item_id]
        assert (first["attributes"]["external_id"], first["attributes"]["quantity_shipped"]) == ("SKU-0", 2)
        assert len(first["relationships"]["order_lines"]["data"]) == 2
        line = lines[units[0].line_id]["attributes"]
        assert (line["status"], line["price"]) == ("shipped", {"amount": 79.0, "currency": "EUR"})

    async def test_without_include_nothing_comes_along(self, world: World) -> None:
        await world.order()
        assert "included" not in (await world.api("GET", "/orders")).body

    async def test_parts_and_history(self, world: World) -> None:
        first, _ = await world.order(2)
        await world.patch(first, reason=2)
        item = f"/orders/{first.order_id}/items/{first.item_id}"
        assert (await world.api("GET", item)).body["data"]["attributes"]["quantity_returned"] == 1
        assert ids(await world.api("GET", f"/orders/{first.order_id}/items")) == [first.item_id]
        assert len(ids(await world.api("GET", f"{item}/lines"))) == 2
        (past,) = (await world.api("GET", f"{first.path}/transitions")).body["data"]
        assert past["attributes"]["original_status"] == "shipped"
        assert past["attributes"]["final_status"] == "returned"
        assert past["attributes"]["transition_reason"] == {"code": "2", "description": "SIZE_BIG"}
        include = {"include": "order_lines,order_lines.order_line_transitions"}
        got = await world.api("GET", f"/orders/{first.order_id}", params=include)
        assert list(included(got, "OrderLineTransition")) == [past["id"]]

    async def test_unknown_ids(self, world: World) -> None:
        (unit,), (other,) = await world.order(), await world.order()
        assert (await world.api("GET", "/orders/unknown")).error["title"]
        mixed = f"/orders/{unit.order_id}/items/{other.item_id}/lines/{other.line_id}"
        assert (await world.api("GET", mixed)).status == 404


class TestList:
    async def test_pages_begin_at_zero_and_link_to_each_other(self, world: World) -> None:
        made = {(await world.order())[0].order_id for _ in range(5)}
        got = await world.api("GET", "/orders", params={"page[size]": "2", "include": "order_lines"})
        assert "prev" not in got.body["links"]
        seen = ids(got)
        while "next" in got.body["links"]:
            got = await world.api("GET", got.body["links"]["next"])
            assert got.body["included"]
            seen += ids(got)
        assert set(seen) == made
        assert len(seen) == 5
        assert ids(await world.api("GET", got.body["links"]["first"])) == seen[:2]
        assert ids(await world.api("GET", "/orders", params={"page[number]": "1", "page[size]": "2"})) == seen[2:4]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("page[size]", "1001"),
            ("page[size]", "0"),
            ("page[number]", "-1"),
            ("include", "order_items,customers"),
            ("sort", "price"),
            ("order_status", "lost"),
            ("last_updated_after", "2026-01-01"),
            ("created_after", "yesterday"),
        ],
    )
    async def test_bad_query(self, world: World, name: str, value: str) -> None:
        got = await world.api("GET", "/orders", params={name: value})
        assert (got.status, got.error["source"]) == (400, {"parameter": name})

    async def test_bounds_of_time_are_exclusive_and_survive_the_links(self, world: World) -> None:
        at = datetime(2026, 3, 2, 9, tzinfo=UTC)
        world.simulator.clock.move((at + timedelta(days=9) - world.simulator.clock.now()).total_seconds())
        await world.sign_in()
        for day in range(4):
            await world.order(placed_at=(at + timedelta(days=day)).isoformat())
        query = {
            "created_after": "2026-03-02T10:00:00+01:00",
            "created_before": "2026-03-05T09:00:00Z",
            "page[size]": "1",
            "sort": "created_at",
        }
        got = await world.api("GET", "/orders", params=query)
        assert got.body["data"][0]["attributes"]["order_date"] == "2026-03-03T09:00:00.000Z"
        got = await world.api("GET", got.body["links"]["next"])
        assert got.body["data"][0]["attributes"]["order_date"] == "2026-03-04T09:00:00.000Z"
        assert "next" not in got.body["links"]

    async def test_filters(self, world: World) -> None:
        (mine,) = await world.order(order_number="10401")
        (twin,) = await world.order(order_number="10401")  # two parcels of one sale
        (zfs,) = await world.order(order_type="ZalandoFulfilled")
        (young,) = await world.order(status="reserved")

        async def listed(**query: str) -> set[str]:
            return set(ids(await world.api("GET", "/orders", params=query)))

        assert await listed(order_number="10401") == {mine.order_id, twin.order_id}
        assert await listed(order_type="ZalandoFulfilled") == {zfs.order_id}
        assert await listed(order_status="approved") == {young.order_id}
        assert await listed(locale="nl-NL") == set()
        assert len(await listed(exported="true")) == 4

    async def test_last_change_first_and_a_returned_unit_moves_its_order(self, world: World) -> None:
        month_ago = world.simulator.clock.now() - timedelta(days=30)
        (old,) = await world.order(placed_at=month_ago.isoformat())
        (new,) = await world.order()
        assert ids(await world.api("GET", "/orders")) == [new.order_id, old.order_id]
        before = world.simulator.clock.now().isoformat()
        await world.patch(old)
        assert ids(await world.api("GET", "/orders")) == [old.order_id, new.order_id]
        assert ids(await world.api("GET", "/orders", params={"last_updated_after": before})) == [old.order_id]

    async def test_rows_move_over_the_pages_while_a_client_walks_them(self, world: World) -> None:
        made = [(await world.order())[0].order_id for _ in range(4)]
        await world.switch(changed_between_pages=1)
        first = await world.api("GET", "/orders", params={"page[size]": "2"})
        second = await world.api("GET", first.body["links"]["next"])
        assert ids(second)[0] == ids(first)[1]
        assert set(ids(first) + ids(second)) < set(made)

    async def test_a_year_is_the_end(self, world: World) -> None:
        (unit,) = await world.order()
        await world.wait(358 * 86400)
        await world.sign_in()
        assert ids(await world.api("GET", "/orders")) == []
        assert (await world.api("GET", f"/orders/{unit.order_id}")).status == 404
        assert (await world.patch(unit)).status == 404

    async def test_old_orders_are_forgotten_with_their_announcements(self, world: World) -> None:
        await world.switch(kept_orders=2, withdrawn_stay_listed=False)
        (unit,) = await world.order()
        await world.control(f"announced-returns/{await world.announce(unit)}/withdraw")
        for _ in range(2):
            await world.announce(unit)
        kept = [(await world.order())[0].order_id for _ in range(2)]
        assert set(ids(await world.api("GET", "/orders"))) == set(kept)
        assert (await world.api("GET", "/announced-returns")).body["data"] == []


class TestGarbled:
    async def test_one_row_is_spoiled_and_the_others_are_not(self, world: World) -> None:
        flaws = ("no_id", "wrong_type", "not_an_object", "unknown_values")
        spoiled = {flaw: (await world.order())[0] for flaw in flaws}
        (whole,) = await world.order()
        for flaw, unit in spoiled.items():
            await world.control("garble", {"ref": unit.order_id, "flaw": flaw})
        rows = (await world.api("GET", "/orders", params={"sort": "modified_at"})).body["data"]
        assert rows.count(None) == 1
        rows = [row for row in rows if row]
        assert sum("id" not in row for row in rows) == 1
        by_id = {row["id"]: row["attributes"] for row in rows if "id" in row}
        assert isinstance(by_id[spoiled["wrong_type"].order_id]["order_number"], list)
        assert by_id[spoiled["unknown_values"].order_id]["order_type"] == "MoonFulfilled"
        assert isinstance(by_id[whole.order_id]["order_number"], str)

    async def test_a_spoiled_line(self, world: World) -> None:
        (unit,) = await world.order()
        await world.control("garble", {"ref": unit.line_id, "flaw": "wrong_type"})
        got = await world.api("GET", "/orders", params={"include": "order_lines"})
        assert isinstance(included(got, "OrderLine")[unit.line_id]["attributes"]["price"], list)
