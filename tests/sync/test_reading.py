"""Bad luck while reading: what arrives broken, late, twice, or not at all."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from retour.connectors import registry
from retour.connectors.contract import MarketplaceManifest
from retour.store.models import Exchange, Return
from retour.store.shapes import shapes
from retour.sync import rhythm
from tests.sync.world import STATUS, Announced, World

VENDOR_JSON = {"Content-Type": "application/vnd.retailer.v10+json;charset=UTF-8"}
LIST = "GET /retailer/returns$"


async def test_a_garbled_row_hides_no_other_and_is_kept_once(world: World) -> None:
    broken, fine = await world.announce(), await world.announce()
    world.bol_switches.garbled_rows = {broken.line: "wrong_type"}
    for _ in range(3):
        await world.sync()
    assert await world.stage(fine) == ("open", "waits_for_merchant")
    [row] = await world.unreadable()
    assert row.ref == broken.ref
    assert "cannot be read" in row.why
    world.bol_switches.garbled_rows = {}
    await world.sync()
    assert await world.stage(broken) == ("open", "waits_for_merchant")


async def test_a_return_that_turns_garbled_is_looked_at_and_kept(world: World) -> None:
    announced = await world.in_shop()
    world.bol_switches.garbled_rows = {announced.line: "no_rma_id"}
    await world.sync()
    assert await world.stage(announced) == ("open", "waits_for_merchant")


async def test_a_return_whose_details_stay_unreadable_is_asked_for_at_most_every_five_minutes(world: World) -> None:
    announced = await world.announce(1, 1)
    whole = {
        "returnId": announced.ref,
        "registrationDateTime": "2026-03-02T10:15:30+01:00",
        "fulfilmentMethod": "FBR",
        "returnItems": [
            {
                "rmaId": announced.lines[0],
                "orderId": "C000TEST01",
                "ean": "0000000000017",
                "expectedQuantity": 1,
                "handled": False,
            },
            {"rmaId": {}, "orderId": 5},
        ],
    }
    world.bol_fails(
        "answer",
        f"GET /retailer/returns/{announced.ref}",
        times=None,
        status=200,
        headers=VENDOR_JSON,
        body=json.dumps(whole),
    )
    calls = await world.calls_during(world.sync)
    assert calls["GET /retailer/returns/{return_id}"] == 1
    assert (await world.stage(announced))[0] == "new"
    world.bol.faults.clear()
    await world.db(_due_again)
    await world.sync()
    assert await world.stage(announced) == ("open", "waits_for_merchant")


def _due_again() -> None:
    Return.objects.filter(look_at__isnull=False).update(look_at="2026-01-01T00:00:00Z")


async def test_words_never_seen_before_are_data(world: World) -> None:
    world.bol_switches.unknown_values = True
    announced = await world.in_shop()
    assert await world.stage(announced) == ("open", "waits_for_merchant")
    [line] = (await world.look(announced))["lines"]
    assert line["reason"] is None
    assert line["reason_text"]


async def test_an_unknown_handling_result_of_bol_is_looked_at_and_waits_for_the_merchant_no_more(world: World) -> None:
    announced = await world.in_shop()
    await world.at_bol(
        "POST", f"returns/{announced.line}/dashboard", {"handling": "SWAPPED_FOR_A_UNICORN", "result": "ACCEPTED"}
    )
    await world.sync()
    assert await world.stage(announced) == ("closed", "marketplace_closed")
    assert world.puts(announced.line) == []


async def test_an_html_page_instead_of_an_answer_is_the_connections_trouble_and_passes(world: World) -> None:
    announced = await world.announce()
    page = {"Content-Type": "text/html"}
    world.bol_fails("answer", LIST, times=3, status=502, headers=page, body="<html><h1>Bad Gateway</h1></html>")
    reports = await world.sync(until_idle=False)
    assert not reports["bol-nl"].ok
    assert (await world.connection("bol-nl")).trouble == "bol failed (502)."
    await world.sync()
    assert (await world.connection("bol-nl")).trouble == ""
    assert await world.stage(announced) == ("open", "waits_for_merchant")


async def test_a_failing_read_is_kept_for_the_support_desk(world: World) -> None:
    world.bol_fails("answer", LIST, times=3, status=502, body="down for lunch")
    await world.sync(until_idle=False)
    assert await world.db(lambda: list(Exchange.objects.values_list("method", "status"))) == [("GET", 502)]


async def test_a_429_without_retry_after_pauses_and_is_no_trouble(world: World) -> None:
    announced = await world.announce()
    world.bol_fails("answer", LIST, status=429)
    reports = await world.sync(until_idle=False)
    assert reports["bol-nl"].ok
    connection = await world.connection("bol-nl")
    assert connection.trouble == ""
    assert connection.next_at is not None
    await world.sync()
    assert await world.stage(announced) == ("open", "waits_for_merchant")


async def test_bols_own_limit_is_respected_without_a_single_429(world: World, no_declared_limits: None) -> None:
    """Also one that nobody has declared: bol's answers tell it."""
    world.bol_switches.limits = True
    world.bol_switches.returns_limit = 6
    world.bol_switches.returns_window = 1
    for _ in range(8):
        await world.announce()
    await world.sync()
    assert len(list(world.shop.shop.returns)) == 8
    assert await world.db(Exchange.objects.filter(status=429).count) == 0


async def test_a_token_that_expires_in_the_middle_is_replaced_once(world: World) -> None:
    announced = await world.announce()
    expired = '{"title":"Expired JWT","status":401,"detail":"JWT expired at 2026-03-02T10:15:30Z"}'
    world.bol_fails("answer", "GET /retailer/returns/", status=401, headers=VENDOR_JSON, body=expired)
    await world.sync()
    assert await world.stage(announced) == ("open", "waits_for_merchant")
    assert world.bol.calls["POST /token"] == 2


async def test_a_put_with_an_expired_token_is_told_once(world: World) -> None:
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "accepted")
    expired = '{"title":"Expired JWT","status":401,"detail":"JWT expired at 2026-03-02T10:15:30Z"}'
    world.bol_fails("answer", status=401, headers=VENDOR_JSON, body=expired)
    await world.sync()
    assert await world.told(announced) == [("accept", 1, "shop", "confirmed")]
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]


async def test_rows_that_repeat_over_pages_are_one_return_each(world: World, no_declared_limits: None) -> None:
    world.bol_switches.repeat_rows_over_pages = True
    told = await world.at_bol("POST", "bulk", {"count": 120})
    await world.sync()
    shapes = await world.db(_all)
    assert len(shapes) == told["count"]
    assert len(list(world.shop.shop.returns)) == sum(len(shape["lines"]) for shape in shapes)


async def test_returns_that_leave_the_list_while_it_is_walked_hide_no_other(
    world: World, no_declared_limits: None
) -> None:
    await world.at_bol("POST", "bulk", {"count": 120})
    world.bol_switches.handled_between_pages = 3
    await world.sync()
    known = {shape["ref"] for shape in await world.db(_all)}
    every = {item.returned.return_id for item in world.bol.account().retailer.return_items.values()}
    still_open = {i.returned.return_id for i in world.bol.account().retailer.return_items.values() if not i.handled}
    assert still_open <= known <= every


def _all() -> list[dict[str, Any]]:
    return list(shapes(Return.objects.all()))


async def test_a_return_with_open_and_handled_lines_settles_down(world: World) -> None:
    """It is in both of bol's lists, each showing one half. What is known stays known."""
    announced = await world.in_shop(1, 1)
    await world.shop_decides(announced.lines[0], "rejected")
    for _ in range(3):
        await world.sync()
    changed = [report.changed for _ in range(2) for report in (await world.sync()).values()]
    assert changed == [0, 0, 0, 0]
    assert await world.told(announced) == [("reject", 1, "shop", "confirmed")]


async def test_a_quiet_check_reads_only_the_four_lists(world: World) -> None:
    await world.sync()
    calls = await world.calls_during(world.sync)
    assert dict(calls) == {"POST /token": 1, "GET /retailer/returns": 4}


async def test_what_leaves_the_list_waits_for_no_look_where_none_can_be_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = await world.in_shop()
    declared = registry.marketplace

    def without_looks(key: str) -> MarketplaceManifest:
        able = declared(key).capabilities
        return replace(declared(key), capabilities=lambda config: replace(able(config), looks=False))

    monkeypatch.setattr(registry, "marketplace", without_looks)
    await world.change("bol-nl", fingerprint=uuid4().hex)
    _vanish(world, announced)
    await world.sync()
    assert await world.stage(announced) == ("open", "waits_for_merchant")


def _vanish(world: World, announced: Announced) -> None:
    """bol forgets a return."""
    del world.bol.account().retailer.returns[announced.ref]
    item = world.bol.account().retailer.return_items.pop(announced.line)
    for handled in (False, True):
        world.bol.account().retailer.shelf("FBR", handled).keep(item.returned, False)


async def test_a_third_of_the_open_returns_vanishing_stops_and_asks(world: World, no_declared_limits: None) -> None:
    every = [await world.announce() for _ in range(14)]
    await world.sync()
    for announced in every[:12]:
        _vanish(world, announced)
    reports = await world.sync()
    assert not reports["bol-nl"].ok
    assert "12 of 14 open returns are suddenly missing" in reports["bol-nl"].words
    connection = await world.connection("bol-nl")
    assert connection.state == "stopped"
    assert await world.stage(every[0]) == ("open", "waits_for_merchant")

    assert dict(await world.calls_during(world.sync)).keys() <= {STATUS}
    await world.resume("bol-nl")
    await world.sync()
    assert await world.stage(every[0]) == ("attention", "gone")
    assert await world.stage(every[13]) == ("open", "waits_for_merchant")


async def test_every_wait_of_the_engine_is_at_most_five_minutes() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    for count in range(20):
        for step in (rhythm.next_confirm, rhythm.next_look_up, rhythm.next_retry):
            assert step(now, count) - now <= timedelta(minutes=5)
        assert rhythm.next_try(now, count + 1, timedelta(minutes=5)) - now <= timedelta(minutes=5)
    assert now < rhythm.next_check(now, timedelta(minutes=5)) <= now + timedelta(minutes=5)
