"""Credentials, limits and failures of bol, and what `retour doctor` hears, over HTTP: contract bol 1."""

import json
from datetime import timedelta
from typing import Any

import pytest

from retour.connectors.contract import Checks, Confirms, FindsSettle, HasOrders, Marketplace
from retour.connectors.errors import ConnectorError, Refused, Transient, Unauthorized, Unavailable
from retour.connectors.http import Door
from retour.connectors.marketplaces.bol import MANIFEST
from retour.connectors.marketplaces.bol.config import BolConfig
from retour.core.model import Resolution

from .specification import MEDIA_TYPE, MISSING, Sent, flaws
from .world import SECRET, World, now, part

LOOK = "GET /retailer/returns/{return_id}"
TOKEN = "POST /token"


def test_the_manifest_and_the_verbs_agree() -> None:
    config = BolConfig.model_validate({"client_id": "a", "client_secret": "b"})
    bol = MANIFEST.open(config, Door(name="bol"))
    abilities = MANIFEST.capabilities(config)

    assert MANIFEST.config is BolConfig
    for protocol in (Marketplace, Confirms, FindsSettle, HasOrders, Checks):
        assert isinstance(bol, protocol)
    assert abilities.asynchronous
    assert abilities.finds
    assert abilities.orders


# --- tokens ---


async def test_one_token_serves_many_calls(world: World) -> None:
    ref, _ = await world.item()
    for _ in range(5):
        await world.bol.look(ref)

    assert await world.calls(TOKEN) == 1


async def test_an_expired_token_is_renewed_once(world: World) -> None:
    ref, rma = await world.item()
    await world.bol.look(ref)
    await world.later(minutes=11)
    assert await world.bol.look(ref) is not None
    assert await world.calls(TOKEN) == 2

    await world.later(minutes=11)
    await world.bol.settle(ref, [part(rma, Resolution.ACCEPT)])
    assert await world.calls(TOKEN) == 3
    assert await world.journal("put") == [("put", rma, 1)]


async def test_a_token_that_is_refused_again_stops_the_connection(world: World) -> None:
    ref, _ = await world.item()
    await world.answers(
        "^GET /retailer", '{"title":"Expired JWT","status":401,"detail":"JWT expired"}', status=401, times=None
    )

    with pytest.raises(Unauthorized):
        await world.bol.look(ref)
    assert await world.calls(TOKEN) == 2


async def test_a_wrong_secret_is_tried_once(world: World) -> None:
    world.bol = world.connect(client_secret="wrong-and-hidden")
    errors = []
    for _ in range(3):
        with pytest.raises(Unauthorized) as refused:
            await world.bol.look("41000001")
        errors.append(refused.value)

    assert await world.calls(TOKEN) == 1
    assert errors[0].code == "invalid_client"
    assert world.sent == []
    assert all("wrong-and-hidden" not in f"{error} {error.words}" for error in errors)


async def test_an_account_that_is_not_active_stops_the_connection(world: World) -> None:
    await world.switch(account_active=False)

    with pytest.raises(Unauthorized) as refused:
        await world.bol.look("41000001")
    assert "not active" in (refused.value.words or "")


async def test_a_blocked_address_sees_404_at_the_sign_in_and_rests(world: World) -> None:
    await world.answers("^POST /token$", "Not Found", status=404, times=None)

    for _ in range(2):
        with pytest.raises(Unavailable) as blocked:
            await world.bol.look("41000001")
        assert blocked.value.retry_after > timedelta(minutes=4)
    assert await world.calls(TOKEN) == 1


# --- limits ---


def limited(**how: Any) -> Door:
    return Door(name="bol", limits=MANIFEST.limits, rate_headers=MANIFEST.rate_headers, allow_private=True, **how)


async def test_bols_budget_is_kept_without_being_told_off(world: World) -> None:
    await world.switch(limits=True, returns_limit=3)
    world.bol = world.connect(limited(patience=timedelta(seconds=1)))
    for _ in range(3):
        await world.bol.look("41000001")

    with pytest.raises(Unavailable):
        await world.bol.settle("41000001", [part("70000001", Resolution.ACCEPT)])
    with pytest.raises(Unavailable) as unavailable:
        await world.bol.look("41000001")
    assert timedelta(seconds=30) < unavailable.value.retry_after <= timedelta(seconds=61)
    assert len(world.sent) == 3
    assert await world.bol.order("C000SHOP01") is None


def too_many(detail: str) -> str:
    return json.dumps({"title": "Too Many Requests", "status": 429, "detail": detail})


@pytest.mark.parametrize(
    ("headers", "detail", "seconds"),
    [
        ({"Retry-After": "17"}, "Too many requests, retry in 12 seconds.", 17),
        ({"x-ratelimit-limit": "20", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "23"}, "Too many.", 23),
        ({}, "Too many requests, retry in 12 seconds.", 12),
        ({}, "Too many requests.", 1),
    ],
)
async def test_bol_says_when_to_come_back(world: World, headers: dict[str, str], detail: str, seconds: int) -> None:
    ref, rma = await world.item()
    await world.answers("^PUT ", too_many(detail), status=429, headers=headers)
    world.bol = world.connect(limited())

    with pytest.raises(Unavailable) as unavailable:
        await world.bol.settle(ref, [part(rma, Resolution.ACCEPT)])
    assert unavailable.value.retry_after == timedelta(seconds=seconds)
    assert await world.journal("put") == []


async def test_another_groups_limit_holds_nobody_up(world: World) -> None:
    await world.answers("^GET /retailer/returns/", too_many(""), status=429, headers={"Retry-After": "60"})
    world.bol = world.connect(limited())

    with pytest.raises(Unavailable):
        await world.bol.look("41000001")
    assert await world.bol.find("41000001", [part("70000001", Resolution.ACCEPT)], now()) is None


# --- failures ---


async def test_a_read_is_repeated_when_bol_stumbles(world: World) -> None:
    ref, _ = await world.item()
    await world.answers("^GET /retailer/returns/", "<html>oops</html>", status=502, times=1)
    await world.fault("drop_before", "^GET /retailer/returns/", times=1)

    assert await world.bol.look(ref) is not None
    assert await world.calls(LOOK) == 3


async def test_a_wrong_media_type_is_never_repeated(world: World) -> None:
    for status in (400, 406, 415):
        await world.answers("^GET /retailer/returns/", '{"title":"Bad request"}', status=status)
        with pytest.raises(Refused):
            await world.bol.look("41000001")
    assert await world.calls(LOOK) == 3


async def test_an_address_where_nobody_answers_is_transient(world: World) -> None:
    await world.running.stop()

    with pytest.raises(Transient):
        await world.bol.look("41000001")


async def test_no_failure_holds_a_secret(world: World) -> None:
    ref, rma = await world.item()
    for kind, how in (("answer", {"status": 400, "body": f"echo {SECRET}"}), ("drop_before", {})):
        await world.fault(kind, "^PUT ", **how)
        with pytest.raises(ConnectorError) as error:
            await world.bol.settle(ref, [part(rma, Resolution.ACCEPT)])
        assert SECRET not in f"{error.value} {error.value.words}"


# --- the doctor ---


async def test_the_doctor_hears_that_all_is_well(world: World) -> None:
    await world.item()
    await world.switch(limits=True)
    checks = {check.name: check for check in await world.connect(keep_as="by_hand").check()}

    assert all(check.ok for check in checks.values())
    assert list(checks) == ["credentials", "returns", "decisions", "rate", "clock"]
    assert checks["returns"].words == "The first page of open returns holds 1."
    assert checks["rate"].words == "19 of 20 calls for returns are left for now."
    assert "accept as RETURN_RECEIVED" in checks["decisions"].words
    assert "keep as by hand" in checks["decisions"].words


async def test_the_doctor_hears_of_a_wrong_secret(world: World) -> None:
    [check] = await world.connect(client_secret="wrong").check()

    assert (check.name, check.ok) == ("credentials", False)
    assert "client id and secret" in check.words


async def test_the_doctor_hears_of_an_account_that_is_not_active(world: World) -> None:
    await world.switch(account_active=False)
    credentials, returns = await world.bol.check()

    assert credentials.ok
    assert (returns.name, returns.ok) == ("returns", False)


async def test_the_doctor_hears_of_a_clock_that_is_wrong(world: World) -> None:
    await world.answers("^GET /retailer/returns$", "{}", headers={"Date": "Mon, 02 Mar 2026 10:15:30 GMT"})
    checks = {check.name: check for check in await world.bol.check()}

    assert not checks["clock"].ok


# --- bol's description of its API ---


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_the_judge_of_requests_finds_what_is_wrong() -> None:
    good = Sent("GET", "/retailer/returns", {"page": "1", "handled": "true"}, MEDIA_TYPE, None, b"")
    body = b'{"handlingResult":"KEEP","quantityReturned":0}'

    assert flaws(good) == []
    assert len(flaws(Sent("GET", "/retailer/returns", {"page": "0", "since": "x"}, "*/*", None, b""))) == 3
    assert len(flaws(Sent("PUT", "/retailer/returns/7", {}, MEDIA_TYPE, MEDIA_TYPE, body))) == 2
    assert len(flaws(Sent("PUT", "/retailer/returns/A7", {}, MEDIA_TYPE, "application/json", body))) == 2
    assert flaws(Sent("DELETE", "/retailer/returns/7", {}, MEDIA_TYPE, None, b""))
    assert len(flaws(Sent("GET", "/shared/process-status", {"entity-id": "7"}, MEDIA_TYPE, None, b""))) == 1


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
async def test_every_call_is_one_that_bol_describes(world: World) -> None:
    ref, rma = await world.item()
    await world.walk()
    await world.bol.look(ref)
    await world.bol.order("C000SHOP01")
    receipt = await world.bol.settle(ref, [part(rma, Resolution.ACCEPT)])
    await world.bol.confirm([receipt.ref or ""])
    await world.bol.find(ref, [part(rma, Resolution.ACCEPT)], now())
    await world.bol.check()

    assert {sent.method for sent in world.sent} == {"GET", "PUT", "POST"}
    assert [flaws(sent) for sent in world.sent] == [[]] * len(world.sent)
