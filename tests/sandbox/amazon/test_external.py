"""External Fulfillment Returns: where the parcels of special programmes are (contract 4)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.amazon.world import SPECS, World, complaints

RETURNS = "/externalFulfillment/2024-09-11/returns"
MODEL = "external-fulfillment-returns-2024-09-11"


async def _listed(world: World, **params: str) -> list[Any]:
    """The rows of all pages."""
    rows: list[Any] = []
    more: dict[str, str] = {}
    while True:
        got = await world.api("GET", RETURNS, params=params | more)
        assert got.status == 200, got.text
        rows += got.body["returns"]
        if "nextToken" not in got.body:
            return rows
        more = {"nextToken": got.body["nextToken"]}


async def test_only_what_takes_part_is_shown(world: World) -> None:
    made = await world.open({"quantity": 2}, {"quantity": 1}, external=True)
    await world.open()
    rows = await _listed(world)
    assert [(row["merchantSku"], row["numberOfUnits"]) for row in rows] == [
        (line["sku"], line["quantity"]) for line in made["lines"]
    ]
    assert {row["returnMetadata"]["rmaId"] for row in rows} == {made["rma_id"]}
    assert {row["marketplaceChannelDetails"]["marketplaceChannel"]["marketplaceName"] for row in rows} == {"AMAZON_NL"}
    assert (await world.api("GET", f"{RETURNS}/{rows[0]['id']}")).body == rows[0]
    assert (await world.api("GET", f"{RETURNS}/nothing")).error == (404, "NotFound")


async def test_each_piece_may_be_a_row_of_its_own(world: World) -> None:
    await world.switch(external_split=True)
    await world.open({"quantity": 3}, external=True)
    rows = await _listed(world)
    assert [row["numberOfUnits"] for row in rows] == [1, 1, 1]
    assert len({row["id"] for row in rows}) == 3


async def test_reports_may_not_know_it(world: World) -> None:
    await world.open(external=True, reported=False)
    assert await world.rows() == []
    assert len(await _listed(world)) == 1


async def test_a_parcel_moves(world: World) -> None:
    made = await world.open(external=True)
    statuses = []
    for path, body in (("external", {"status": "IN_TRANSIT"}), ("external", {"status": "OUT_FOR_DELIVERY"})):
        await world.wait(60)
        await world.control(f"returns/{made['rma_id']}/{path}", body)
        [row] = await _listed(world)
        statuses.append((row["status"], "otpDetails" in row, row["lastUpdatedDateTime"] > row["creationDateTime"]))
    assert statuses == [("IN_TRANSIT", False, True), ("OUT_FOR_DELIVERY", True, True)]
    await world.control(f"returns/{made['rma_id']}/cancel")
    [row] = await _listed(world)
    assert row["status"] == "CANCELLED"


async def test_arrival_is_told(world: World) -> None:
    made = await world.open(external=True)
    await world.control(f"returns/{made['rma_id']}/deliver")
    [row] = await _listed(world)
    assert (row["status"], "deliveryDateTime" in row["returnShippingInfo"]) == ("DELIVERED", True)


async def test_pages_may_be_empty_and_tokens_go_with_their_arguments(world: World) -> None:
    for _ in range(3):
        await world.open(external=True)
    first = await world.api("GET", RETURNS, params={"maxResults": "2"})
    token = first.body["nextToken"]
    gap = await world.api("GET", RETURNS, params={"maxResults": "2", "nextToken": token})
    assert (len(first.body["returns"]), gap.body["returns"], "nextToken" in gap.body) == (2, [], True)
    assert len(await _listed(world, maxResults="2")) == 3
    assert (await world.api("GET", RETURNS, params={"nextToken": token})).error == (400, "InvalidInput")
    assert (await world.api("GET", RETURNS, params={"nextToken": "x"})).error == (400, "InvalidInput")


@pytest.mark.parametrize(
    "params",
    [
        {"maxResults": "101"},
        {"status": "LOST"},
        {"createdSince": "yesterday"},
        {"lastUpdatedSince": "2026-01-01T00:00:00Z"},
        {"sellerId": "A0SANDBOXEU"},
    ],
)
async def test_what_the_page_forbids_is_refused(world: World, params: dict[str, str]) -> None:
    await world.open(external=True)
    assert (await world.api("GET", RETURNS, params=params)).error == (400, "InvalidInput")


async def test_filters(world: World) -> None:
    made = await world.open(external=True)
    other = await world.open(external=True, requested_at="2026-01-05T10:00:00Z")
    now = world.simulator.clock.now()
    assert len(await _listed(world, rmaId=made["rma_id"])) == 1
    assert len(await _listed(world, createdSince=(now - timedelta(days=1)).isoformat())) == 1
    [row] = await _listed(world, createdUntil="2026-01-06T00:00:00Z")
    assert row["returnMetadata"]["rmaId"] == other["rma_id"]
    place = {"returnLocationId": row["returnLocationId"], "status": "CREATED"}
    assert len(await _listed(world, lastUpdatedSince="2026-01-01T00:00:00Z", **place)) == 2
    assert await _listed(world, status="PROCESSED") == []


async def test_without_the_role_nothing_is_shown_and_reports_go_on(world: World) -> None:
    await world.switch(external_role=False)
    await world.open(external=True)
    assert (await world.api("GET", RETURNS)).error == (403, "Unauthorized")
    assert len(await world.rows()) == 1


async def test_amazons_own_returns_take_no_part(world: World) -> None:
    got = await world.call(
        "POST", "/_sandbox/returns", json={"items": [{}], "fulfilled_by": "AMAZON", "external": True}
    )
    assert got.status == 400


@pytest.mark.skipif(not SPECS.is_dir(), reason="the official specifications are not here")
@pytest.mark.parametrize("status", ["CREATED", "OUT_FOR_DELIVERY", "DELIVERED"])
async def test_answers_fit_the_official_specification(world: World, status: str) -> None:
    made = await world.open(external=True)
    await world.control(f"returns/{made['rma_id']}/external", {"status": status})
    listed = await world.api("GET", RETURNS, params={"maxResults": "1"})
    assert complaints(listed.body, MODEL, "ReturnsResponse") == []
    one = await world.api("GET", f"{RETURNS}/{listed.body['returns'][0]['id']}")
    assert complaints(one.body, MODEL, "Return") == []
    assert complaints((await world.api("GET", f"{RETURNS}/x")).body, MODEL, "ErrorList") == []
