"""Reports are asked for, awaited and read: in every state, and never two of a kind at a time."""

import json
from datetime import timedelta
from typing import Any

import pytest

from retour.connectors.errors import Transient, Unauthorized
from retour.core.model import Handler
from tests.connectors.asked import knows_nothing

from .simulated import DE, NL
from .world import World

REPORTS = "POST /reports/2021-06-30/reports"
ASK = r"POST /reports/2021-06-30/reports$"


def asked_for(world: World) -> list[dict[str, Any]]:
    return [
        json.loads(sent.body)
        for sent in world.sent
        if (sent.method, sent.path) == ("POST", "/reports/2021-06-30/reports")
    ]


async def test_a_report_under_way_is_asked_about_more_and_more_slowly(world: World) -> None:
    world.connect(fba=False)
    await world.open()
    await world.next_jobs("report", "NORMAL", delay=200)
    pauses = []
    for _ in range(5):
        [page] = await world.walk()
        pauses.append(page.again)
        world.wait(seconds=page.again.total_seconds() if page.again else 0)
    assert pauses == [timedelta(seconds=seconds) for seconds in (15, 30, 60, 60, 60)]
    assert len(asked_for(world)) == 1
    [page] = await world.walk()
    assert (len(page.seen), page.again, page.as_of is not None) == (1, None, True)


async def test_what_is_known_is_as_old_as_the_report(world: World) -> None:
    world.connect(fba=False)
    await world.open()
    await world.walk()
    before = world.running.simulator.clock.now()
    world.wait(minutes=40)
    page, _asked_again = await world.walk()
    assert page.as_of is not None
    assert abs(page.as_of - before) < timedelta(seconds=5)


async def test_the_days_that_are_due_are_asked_for(world: World) -> None:
    world.connect(fba=False)
    await world.report(deep=False)
    for hours, days in ((0, None), (0.5, 3), (6, 30), (1, 3), (21, 59)):
        asked = len(asked_for(world))
        world.wait(hours=hours)
        now = world.running.simulator.clock.now()
        if hours == 0:
            await world.walk(deep=False)
            assert len(asked_for(world)) == asked, "it was read a moment ago"
            continue
        while any(page.again for page in await world.walk(deep=False)):
            world.wait(seconds=15)
        [wish] = asked_for(world)[asked:]
        assert wish["dataStartTime"][:10] == (now - timedelta(days=days or 0)).date().isoformat()


@pytest.mark.parametrize(("minutes", "asked"), [(60, 0), (30, 1), (5, 6), (2, 15)])
async def test_the_newest_days_are_asked_for_as_often_as_the_settings_say(
    world: World, minutes: int, asked: int
) -> None:
    """In half an hour, with a check each minute."""
    world.connect(fba=False, report_minutes=minutes)
    await world.report(deep=False)
    before = len(asked_for(world))
    for _ in range(30):
        world.wait(minutes=1)
        await world.walk(deep=False)
    assert len(asked_for(world)) - before == asked


async def test_each_marketplace_has_its_own_report_and_keeps_its_rows(world: World) -> None:
    world.connect(marketplace_ids=[NL, DE], fba=False)
    there = await world.open(marketplace_id=DE)
    here = await world.open()
    refs = {seen.ref for seen in await world.seen()}
    assert refs == {f"{DE}:{there['rma_id']}", f"{NL}:{here['rma_id']}"}
    assert sorted(wish["marketplaceIds"] for wish in asked_for(world)) == sorted([[NL], [DE]])


async def test_cancelled_means_that_there_is_nothing(world: World) -> None:
    pages = await world.report()
    assert [page.seen for page in pages] == [()] * len(pages)
    assert {page.lane for page in pages if page.as_of} == {f"mfn:{NL}", f"fba:{NL}"}


async def test_where_one_report_cannot_be_made_the_other_is(world: World) -> None:
    world.connect(fba=False)
    made = await world.open()
    await world.next_jobs("report", "FATAL")
    assert [seen.ref for seen in await world.seen()] == [f"{NL}:{made['rma_id']}"]
    assert [wish["reportType"] for wish in asked_for(world)] == [
        "GET_XML_RETURNS_DATA_BY_RETURN_DATE",
        "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
    ]


async def test_where_neither_can_be_made_it_is_said_until_one_can(world: World) -> None:
    world.connect(fba=False)
    await world.open()
    await world.next_jobs("report", "FATAL_WITHOUT_DOCUMENT", times=2)
    for _ in range(2):
        await world.walk()
        world.wait(minutes=1)
    for _ in range(3):
        with pytest.raises(Transient, match="could not make"):
            await world.walk()
        world.wait(minutes=5)
    assert len(asked_for(world)) == 2, "both rest"
    world.wait(hours=2)
    with pytest.raises(Transient, match="could not make"):
        await world.walk()  # asks again
    world.wait(minutes=1)
    [page] = await world.walk()
    assert len(page.seen) == 1


async def test_a_report_that_never_comes_is_given_up(world: World) -> None:
    world.connect(fba=False)
    await world.open()
    await world.next_jobs("report", "STUCK")
    await world.walk()
    world.wait(hours=2, minutes=1)
    [page] = await world.walk()
    assert page.again, "the other kind is asked for"
    world.wait(minutes=1)
    assert [len(page.seen) for page in await world.walk()] == [1]


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
async def test_a_wish_whose_answer_is_lost_is_found_or_made_again(world: World, kind: str) -> None:
    world.connect(fba=False)
    await world.open()
    await world.fault(kind, ASK)
    with pytest.raises(Transient):
        await world.walk()
    world.connect(fba=False)
    await world.walk()
    world.wait(minutes=1)
    assert [len(page.seen) for page in await world.walk()] == [1]
    assert len(asked_for(world)) == (1 if kind == "drop_after" else 2)


async def test_after_a_restart_the_report_is_taken_up_where_it_was(world: World) -> None:
    world.connect(fba=False)
    await world.open()
    await world.walk()
    world.connect(fba=False)
    world.wait(minutes=1)
    assert [len(page.seen) for page in await world.walk()] == [1]
    assert len(asked_for(world)) == 1


async def test_an_address_that_has_lapsed_is_asked_for_again(world: World) -> None:
    world.connect(fba=False)
    await world.open()
    await world.walk()
    world.wait(minutes=1)
    await world.fault("answer", "GET /storage/", status=403, body="<Error>expired</Error>")
    with pytest.raises(Transient, match="storage"):
        await world.walk()
    assert [len(page.seen) for page in await world.walk()] == [1]
    assert len(asked_for(world)) == 1


async def test_a_document_that_always_breaks_off_is_given_up(world: World) -> None:
    world.connect(fba=False)
    await world.open()
    await world.walk()
    world.wait(minutes=1)
    await world.fault("answer", "GET /storage/", status=200, body="no gzip", times=3)
    for _ in range(3):
        with pytest.raises(Transient, match="unpacked"):
            await world.walk()
    await world.walk()
    assert asked_for(world)[-1]["reportType"] == "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"


async def test_one_marketplace_in_trouble_hides_no_other(world: World) -> None:
    world.connect(marketplace_ids=[NL, DE], fba=False)
    await world.open()
    there = await world.open(marketplace_id=DE)
    await world.walk()
    world.wait(minutes=1)
    await world.fault("answer", "GET /storage/", status=200, body="no gzip")
    shown: list[str] = []

    async def walk() -> None:
        async for page in world.amazon.returns(None, knows_nothing):
            shown.extend(seen.ref for seen in page.seen)

    with pytest.raises(Transient):
        await walk()
    assert shown == [f"{DE}:{there['rma_id']}"]


@pytest.mark.parametrize("gzip", [True, False])
async def test_packed_or_not(world: World, gzip: bool) -> None:
    await world.switch(gzip=gzip)
    await world.open()
    assert len(await world.seen()) == 1


async def test_a_missing_role_does_not_renew_the_token_for_ever(world: World) -> None:
    await world.switch(returns_role=False)
    with pytest.raises(Unauthorized) as caught:
        await world.walk()
    assert caught.value.code == "403"
    assert await world.calls("POST /auth/o2/token") == 1


async def test_an_expired_token_is_a_403_and_is_renewed_once(world: World) -> None:
    await world.walk()
    await world.control("POST", "tokens/expire", {})
    await world.walk()
    assert await world.calls("POST /auth/o2/token") == 2


async def test_a_revoked_authorisation_stops_the_connection(world: World) -> None:
    await world.control("POST", "sellers/revoke", {})
    with pytest.raises(Unauthorized) as caught:
        await world.walk()
    assert caught.value.code == "invalid_grant"


async def test_a_parcel_in_amazons_warehouse_is_amazons(world: World) -> None:
    await world.open({"reason": "CR-DEFECTIVE", "comment": "Broken"}, fulfilled_by="AMAZON")
    [seen] = await world.seen()
    [line] = seen.lines
    assert (seen.handler, line.awaits, line.comment) == (Handler.MARKETPLACE, False, "Broken")
    assert line.received_at == seen.opened_at


async def test_the_warehouse_can_be_left_out(world: World) -> None:
    world.connect(fba=False)
    await world.open(fulfilled_by="AMAZON")
    assert await world.seen() == []
    assert {wish["reportType"] for wish in asked_for(world)} == {"GET_XML_RETURNS_DATA_BY_RETURN_DATE"}


async def test_no_address_of_a_document_is_recorded(world: World) -> None:
    await world.open()
    await world.seen()
    assert world.exchanges
    assert not [exchange for exchange in world.exchanges if "/storage/" in exchange.url + str(exchange.received)]
