"""Reading returns, orders and return shipments of the simulated OTTO (contract 3, 5)."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.otto.conftest import World


class TestReturns:
    async def test_a_row_for_each_status(self, world: World) -> None:
        announced, accepted, rejected, misdirected, _ = units = await world.order(5)
        await world.announce(*units[:4])
        await world.accept(accepted, condition="B")
        await world.reject(rejected, reason="WRONG_ITEM")
        await world.control(f"units/{misdirected.unit_id}/misdirect")
        rows = {row["positionItemId"]: row for row in (await world.returns()).body["positionItems"]}
        assert len(rows) == 4
        key = rows[announced.unit_id]["details"]["returnTrackingKey"]
        assert (key["carrier"], len(key["trackingNumbers"])) == ("HERMES", 1)
        assert rows[accepted.unit_id]["details"] == {"condition": "B", "reason": "RETURN_RECEIVED"}
        assert rows[rejected.unit_id]["details"] == {"reason": "WRONG_ITEM"}
        assert rows[misdirected.unit_id]["details"].keys() == {"orderNumber", "ottoWarehouseID"}
        row = rows[announced.unit_id]
        assert row.keys() == {"positionItemId", "salesOrderId", "status", "occurredTime", "details"}
        assert (row["salesOrderId"], row["status"]) == (announced.order_id, "ANNOUNCED")
        assert datetime.fromisoformat(row["occurredTime"]).tzinfo is not None
        for query in ("ACCEPTED", "accepted", "Accepted"):
            assert (await world.returns(status=query)).ids == [accepted.unit_id]

    async def test_last_change_first(self, world: World) -> None:
        units = await world.order(3)
        for unit in units:
            await world.announce(unit)
        await world.accept(units[0])
        assert (await world.returns()).ids == [units[0].unit_id, units[2].unit_id, units[1].unit_id]
        assert (await world.returns(status="announced")).ids == [units[2].unit_id, units[1].unit_id]

    async def test_ten_rows_unless_asked_for_more(self, world: World) -> None:
        await world.announce(*await world.order(60))
        assert len((await world.returns()).ids) == 10
        first = await world.returns(limit="50")
        assert first.next
        assert first.next.startswith("/v3/returns?")
        second = await world.api("GET", first.next)
        assert len(set(first.ids + second.ids)) == 60
        assert second.next is None
        await world.switch(absolute_links=True)
        assert str((await world.returns()).next).startswith(world.running.url)

    async def test_a_full_last_page_has_no_next(self, world: World) -> None:
        await world.announce(*await world.order(10))
        assert (await world.returns()).next is None
        assert (await world.returns(page="2")).ids == []

    @pytest.mark.parametrize(("name", "value"), [("limit", "51"), ("limit", "0"), ("page", "0"), ("status", "LOST")])
    async def test_bad_query(self, world: World, name: str, value: str) -> None:
        got = await world.returns(**{name: value})
        assert got.status == 400
        assert got.body["errors"][0].keys() == {"title", "detail", "path", "logref"}

    async def test_switches_of_the_list(self, world: World) -> None:
        await world.switch(over_limit="clamped", empty_is_404=True)
        assert (await world.returns()).status == 404
        await world.announce(*await world.order(60))
        assert len((await world.returns(limit="100")).ids) == 50

    async def test_a_new_row_repeats_one_over_the_pages(self, world: World) -> None:
        await world.announce(*await world.order(4))
        await world.switch(announced_between_pages=1)
        first = await world.returns(limit="2")
        second = await world.api("GET", str(first.next))
        assert second.ids[0] == first.ids[1]

    async def test_a_row_that_goes_hides_one_over_the_pages(self, world: World) -> None:
        await world.announce(*await world.order(4))
        await world.switch(accepted_between_pages=1)
        first = await world.returns(limit="2", status="ANNOUNCED")
        second = await world.api("GET", str(first.next))
        assert len(first.ids + second.ids) == 3
        assert second.next is None

    async def test_withdrawn_is_not_a_word_of_otto(self, world: World) -> None:
        first, second = await world.order(2)
        await world.announce(first, second)
        await world.control(f"units/{first.unit_id}/withdraw")
        assert first.unit_id in (await world.returns()).ids
        await world.switch(withdrawn_stay_announced=False)
        await world.control(f"units/{second.unit_id}/withdraw")
        assert (await world.returns()).ids == [first.unit_id]

    async def test_spoiled_rows(self, world: World) -> None:
        flaws = ("no_id", "no_order_id", "wrong_type", "not_an_object", "unknown_values", "bad_time", "bare")
        units = dict(zip(flaws, await world.order(7), strict=True))
        for flaw, unit in units.items():
            await world.announce(unit)
            await world.control("garble", {"position_item_id": unit.unit_id, "flaw": flaw})
        rows = dict(zip(flaws, (await world.returns()).body["positionItems"][::-1], strict=True))
        assert "positionItemId" not in rows["no_id"]
        assert "salesOrderId" not in rows["no_order_id"]
        assert rows["wrong_type"]["details"] == "none"
        assert isinstance(rows["not_an_object"], str)
        assert rows["unknown_values"]["status"] == "PARKED"
        assert rows["bad_time"]["occurredTime"] == "last Tuesday"
        assert rows["bare"].keys() == {"positionItemId", "status"}


class TestOrders:
    async def test_what_can_come_back_is_found_by_id_and_by_number(self, world: World) -> None:
        first, second = await world.order(2, order_number="b77")
        await world.accept(first)
        order = (await world.api("GET", f"/v4/orders/{first.order_id}")).body
        assert (await world.api("GET", "/v4/orders/b77")).body == order
        assert (order["salesOrderId"], order["orderNumber"]) == (first.order_id, "b77")
        assert order["deliveryAddress"].keys() >= {"firstName", "lastName", "street", "houseNumber", "zipCode", "city"}
        returned, sent = order["positionItems"]
        assert (returned["positionItemId"], returned["fulfillmentStatus"]) == (first.unit_id, "RETURNED")
        assert "returnedDate" in returned
        assert (sent["positionItemId"], sent["fulfillmentStatus"]) == (second.unit_id, "SENT")
        assert sent["itemValueGrossPrice"] == {"amount": 32.49, "currency": "EUR"}
        assert sent["product"].keys() >= {"sku", "ean", "productTitle"}
        assert (await world.api("GET", "/v4/orders/unknown")).status == 404

    async def test_the_list(self, world: World) -> None:
        made = [(await world.order())[0] for _ in range(3)]
        (mixed, partly) = await world.order(2)
        await world.accept(partly)
        (young,) = await world.order(status="PROCESSABLE")
        (gone,) = await world.order()
        await world.accept(gone)

        async def listed(*query: tuple[str, str]) -> list[str]:
            got = await world.api("GET", "/v4/orders", params=list(query))
            rows = [row["salesOrderId"] for row in got.body["resources"]]
            while got.next:
                got = await world.api("GET", got.next)
                rows += [row["salesOrderId"] for row in got.body["resources"]]
            return rows

        sent = [unit.order_id for unit in (*made, mixed)]
        assert await listed(("fulfillmentStatus", "SENT"), ("limit", "2")) == sent
        returned = ("fulfillmentStatus", "RETURNED")
        assert await listed(returned) == [gone.order_id]
        assert await listed(returned, ("mode", "AT_LEAST_ONE")) == [mixed.order_id, gone.order_id]
        assert await listed(returned, ("fulfillmentStatus", "PROCESSABLE")) == [young.order_id, gone.order_id]
        yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        assert await listed(("fromDate", yesterday)) == [mixed.order_id, gone.order_id]
        for name, value in (("limit", "129"), ("mode", "ANY"), ("fulfillmentStatus", "LOST"), ("nextcursor", "x")):
            assert (await world.api("GET", "/v4/orders", params={name: value})).status == 400

    async def test_old_orders_are_forgotten_with_their_returns(self, world: World) -> None:
        await world.switch(kept_orders=1, auto_accept_seconds=60)
        (unit,) = await world.order()
        await world.announce(unit)
        (kept,) = await world.order()
        await world.announce(kept)
        assert (await world.returns()).ids == [kept.unit_id]
        await world.wait(60)
        assert await world.journal("refund") == [(kept.unit_id, "otto")]
        assert (await world.returns()).ids == [kept.unit_id]
        assert (await world.api("GET", f"/v4/orders/{unit.order_id}")).status == 404


class TestReturnShipments:
    async def test_a_parcel_that_nobody_announced(self, world: World) -> None:
        (unit,) = await world.order()
        made = (await world.control("parcels", {"position_item_ids": [unit.unit_id]}))["return_shipment_id"]
        assert (await world.returns()).ids == []
        got = await world.api("GET", f"/v1/return-shipments/{made}")
        assert got.body["returnPositionItems"] == [
            {"salesOrderId": unit.order_id, "salesOrderPositionItemId": unit.unit_id}
        ]
        assert [state["state"] for state in got.body["states"]] == ["ON_THE_WAY"]
        await world.control(f"parcels/{made}/move", {"state": "DELIVERED"})
        key = got.body["trackingKey"]
        path = f"/v1/return-shipments/carriers/{key['carrier']}/trackingnumbers/{key['trackingNumber']}"
        assert [state["state"] for state in (await world.api("GET", path)).body["states"]] == [
            "ON_THE_WAY",
            "DELIVERED",
        ]

    async def test_a_parcel_that_no_carrier_scanned(self, world: World) -> None:
        (unit,) = await world.order()
        body = {"position_item_ids": [unit.unit_id], "tracked": False}
        assert (await world.control("parcels", body))["return_shipment_id"] is None
        assert [entry.ref for entry in world.simulator.journal.of("goods")] == [unit.unit_id]

    async def test_parcels_move_by_the_clock(self, world: World) -> None:
        await world.switch(parcel_seconds=86400)
        made = await world.announce(*await world.order())
        for days, state in ((0.5, "ANNOUNCED"), (0.6, "ON_THE_WAY"), (5, "DELIVERED")):
            await world.wait(days * 86400)
            await world.sign_in()
            assert (await world.api("GET", f"/v1/return-shipments/{made}")).body["states"][-1]["state"] == state

    @pytest.mark.parametrize(("switch", "shown"), [("created", 0), ("moved", 1)])
    async def test_since_it_was_made_or_since_it_moved(self, world: World, switch: str, shown: int) -> None:
        await world.switch(shipments_since=switch)
        made = await world.announce(*await world.order())
        await world.wait(7200)
        await world.control(f"parcels/{made}/move", {"state": "ON_THE_WAY"})
        await world.sign_in()
        since = (world.simulator.clock.now() - timedelta(hours=1)).isoformat()
        got = await world.api("GET", "/v1/return-shipments", params={"datefrom": since})
        assert len(got.body["resources"]) == shown

    async def test_what_changed_since(self, world: World) -> None:
        made = [await world.announce(*await world.order()) for _ in range(3)]
        path = "/v1/return-shipments"
        assert (await world.api("GET", path)).status == 400
        since = (datetime.now(UTC) - timedelta(hours=1)).replace(tzinfo=None).isoformat()  # without a zone: UTC
        got = await world.api("GET", path, params={"datefrom": since, "limit": "2"})
        seen = [row["returnShipmentId"] for row in got.body["resources"]]
        got = await world.api("GET", str(got.next))
        assert seen + [row["returnShipmentId"] for row in got.body["resources"]] == made
        assert got.next is None
        later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        assert (await world.api("GET", path, params={"datefrom": later})).body["resources"] == []
        for query in ({"datefrom": "soon"}, {"datefrom": since, "next": "unknown"}):
            assert (await world.api("GET", path, params=query)).status == 400
        assert (await world.api("GET", f"{path}/unknown")).status == 404
        assert (await world.api("GET", f"{path}/carriers/HERMES/trackingnumbers/1")).status == 404
