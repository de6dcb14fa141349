"""Orders, permissions, limits and what `retour doctor` hears: contract walmart 2, 5.4, 8."""

from datetime import timedelta

import pytest

from retour.connectors.errors import Transient, Unauthorized, Unavailable
from retour.connectors.marketplaces.walmart.mapping import CAPABILITIES
from retour.core.capabilities import Since
from retour.core.deadlines import dated
from retour.core.merge import first_seen

from .world import LIST, World

TOKEN = "POST /v3/token"


@pytest.mark.parametrize("wrapper", [True, False])
async def test_an_order_tells_the_address(world: World, wrapper: bool) -> None:
    await world.switch(order_wrapper=wrapper)
    placed = {
        "purchase_order_id": "7001",
        "customer_order_id": "2001",
        "seller_order_id": "WEB-17",
        "lines": [{"sku": "MUG", "title": "Mug", "quantity": 2}, {"sku": "TEA"}],
        "customer": {
            "first_name": "Casey",
            "last_name": "Van Doren",
            "address1": "7 River Road",
            "address2": "Unit 4",
            "city": "Salem",
            "state": "OR",
            "postal_code": "97301",
            "country": "USA",
            "phone": "5550100003",
        },
    }
    await world.command("POST", "/_sandbox/orders", placed)
    order = await world.walmart.order("7001")
    assert order is not None
    assert (order.ref, order.numbers) == ("7001", ("2001", "WEB-17"))
    assert [(line.ref, line.sku, line.quantity) for line in order.lines] == [("1", "MUG", 2), ("2", "TEA", 1)]
    assert order.placed_at is not None
    assert abs(order.placed_at - world.simulator.clock.now()) < timedelta(days=60)
    address = order.billing
    assert address is not None
    assert address == order.shipping
    assert (address.first_name, address.last_name, address.street) == ("Casey", "Van Doren", "7 River Road")
    assert (address.extra, address.city, address.region, address.postcode) == ("Unit 4", "Salem", "OR", "97301")
    assert (address.country, address.phone) == ("US", "5550100003")
    await world.command("DELETE", "/_sandbox/orders/7001")
    assert await world.walmart.order("7001") is None


async def test_one_token_serves_many_calls_and_each_has_an_id_of_its_own(world: World) -> None:
    announced = await world.announce()
    for _ in range(3):
        await world.walmart.look(announced.ref)
    await world.connect().look(announced.ref)
    assert await world.calls(TOKEN) == 2
    assert len({one.correlation for one in world.sent}) == len(world.sent) == 6
    assert {one.headers["WM_SVC.NAME"] for one in world.sent} == {"Walmart Marketplace"}
    assert all("WM_CONSUMER.CHANNEL.TYPE" not in one.headers for one in world.sent)
    await world.connect(channel_type="made-up", service_name="Acme").look(announced.ref)
    assert world.sent[-1].headers["WM_CONSUMER.CHANNEL.TYPE"] == "made-up"
    assert world.sent[-1].headers["WM_SVC.NAME"] == "Acme"


async def test_each_token_is_asked_for_with_an_id_of_its_own(world: World) -> None:
    announced = await world.announce()
    for _ in range(3):
        await world.walmart.look(announced.ref)
        await world.command("POST", "/_sandbox/tokens/revoke", {})
    asked = [one.correlation for one in world.sent if one.path == "/v3/token"]
    assert len(set(asked)) == len(asked) == 3


@pytest.mark.parametrize("status", [401, 400])
async def test_a_token_that_is_refused_again_stops_the_connection(world: World, status: int) -> None:
    body = '{"error": [{"code": "INVALID_TOKEN.GMP_GATEWAY_API", "description": "Invalid token"}]}'
    world.fault("answer", LIST, status=status, body=body)
    world.fault("answer", LIST, status=401, body=body, times=None)
    with pytest.raises(Unauthorized):
        await world.walmart.look("7")
    assert await world.calls(TOKEN) == 2


@pytest.mark.parametrize("envelope", ["error", "errors", "xml", "html"])
async def test_a_permission_that_is_missing_stops_the_connection(world: World, envelope: str) -> None:
    await world.switch(returns_scope="no_access", gateway_envelope=envelope)
    with pytest.raises(Unauthorized):
        await world.walmart.look("7")


@pytest.mark.parametrize("written", ["epoch_ms", "epoch_s", "text"])
async def test_walmart_says_when_to_come_back(world: World, written: str) -> None:
    await world.switch(limits=True, returns_per_minute=2, replenishment_format=written)
    for _ in range(2):
        await world.connect(wfs=False).look("7")
    with pytest.raises(Unavailable) as unavailable:
        await world.connect(wfs=False).look("7")
    assert timedelta(0) < unavailable.value.retry_after <= timedelta(seconds=61)


async def test_a_return_whose_row_cannot_be_read_is_looked_at_again(world: World) -> None:
    announced = await world.announce()
    await world.spoil(announced, "bad_date")
    with pytest.raises(Transient):
        await world.walmart.look(announced.ref)


async def test_48_hours_begin_when_the_parcel_arrives(world: World) -> None:
    announced = await world.announce()

    async def due() -> object:
        seen = await world.walmart.look(announced.ref)
        assert seen is not None
        return dated(first_seen("r-1", seen, seen.opened_at), CAPABILITIES.deadlines)

    assert await due() == []
    await world.happens(announced, "deliver")
    arrived = (await world.line(announced)).received_at
    assert arrived is not None
    [deadline] = CAPABILITIES.deadlines
    assert deadline.since is Since.RECEIVED
    assert await due() == [(arrived + timedelta(hours=48), deadline)]
    await world.happens(announced, "refund")
    assert await due() == []


# --- the doctor ---


async def test_the_doctor_hears_that_all_is_well(world: World) -> None:
    checks = {check.name: check for check in await world.walmart.check()}
    assert list(checks) == ["credentials", "permission returns", "permission orders", "returns", "decisions", "clock"]
    assert all(check.ok for check in checks.values())


async def test_the_doctor_hears_what_the_keys_lack(world: World) -> None:
    await world.switch(returns_scope="view_only", orders_scope="view_only")
    checks = {check.name: check for check in await world.walmart.check()}
    assert not checks["permission returns"].ok
    assert "view_only" in checks["permission returns"].words
    assert checks["permission orders"].ok
    await world.switch(returns_scope="no_access", orders_scope="no_access")
    checks = {check.name: check for check in await world.walmart.check()}
    assert not checks["permission orders"].ok
    assert not checks["returns"].ok


async def test_the_doctor_hears_that_a_clock_is_wrong(world: World) -> None:
    world.wait(3600)
    checks = {check.name: check for check in await world.walmart.check()}
    assert not checks["clock"].ok
