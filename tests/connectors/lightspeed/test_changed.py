"""The merchant's decisions, in few calls."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from retour.connectors.errors import ConnectorError, Misconfigured, Refused, Transient, Unauthorized, Unavailable
from retour.connectors.http import Door
from retour.connectors.shops.lightspeed import MANIFEST
from retour.core.model import Resolution
from retour.sandbox.lightspeed import Flaw
from retour.testing.opened import opened

from .conftest import LIST, Shop, make, read, read_all

HUNDRED = 100
ONE = r"GET /nl/returns/\d+\.json"


@pytest.fixture
async def hundred(stocked: Shop, lightspeed: Any) -> list[str]:
    """A hundred open returns among more than a thousand of others."""
    refs = []
    for ten in range(10):
        stocked.others(110)
        refs += await make(lightspeed, 10, first=10 * ten + 1)
    assert int(refs[-1]) - int(refs[0]) > 1000
    stocked.simulator.clock.move(3600)
    stocked.forget_calls()
    return refs


def now(shop: Shop) -> datetime:
    return shop.simulator.shop.now()


async def test_a_quiet_check_takes_two_calls(stocked: Shop, lightspeed: Any, hundred: list[str]) -> None:
    said = await read(lightspeed, hundred, now(stocked))
    assert stocked.asked == 2
    assert not any(row.resolution for row in said.values())


async def test_decisions_of_a_hundred_take_two_calls(stocked: Shop, lightspeed: Any, hundred: list[str]) -> None:
    since = now(stocked)
    stocked.simulator.clock.move(60)
    for ref in hundred:
        stocked.simulator.shop.decide(int(ref), "refunded", "Geld terug")
    said = await read(lightspeed, hundred, since)
    assert {row.resolution for row in said.values()} == {Resolution.ACCEPT}
    assert set(said) == set(hundred), "those of others are not told"
    assert stocked.asked == 2


async def test_a_busy_shop_takes_a_call_for_each_250_changes(
    stocked: Shop, lightspeed: Any, hundred: list[str]
) -> None:
    since = now(stocked)
    stocked.simulator.shop.decide_all("rejected")
    said = await read(lightspeed, hundred, since)
    assert {ref: row.resolution for ref, row in said.items()} == dict.fromkeys(hundred, Resolution.REJECT)
    assert stocked.asked <= 7


async def test_neighbours_take_one_call(stocked: Shop, lightspeed: Any) -> None:
    refs = await make(lightspeed, 50)
    await stocked.decide(refs[7], Resolution.KEEP)
    stocked.forget_calls()
    said = await read(lightspeed, refs, now(stocked))
    assert [ref for ref, row in said.items() if row.resolution is Resolution.KEEP] == [refs[7]]
    assert len(said) == 50
    assert stocked.asked == 1


@pytest.mark.parametrize("refuses", [True, False])
async def test_a_shop_that_ignores_the_filter_is_walked(
    stocked: Shop, lightspeed: Any, hundred: list[str], refuses: bool
) -> None:
    since = now(stocked)
    stocked.switch(ignored_filters=["updated_at_min"])
    if refuses:
        stocked.fault("answer", LIST, skip=1, status=422, body='{"error": {"code": 422, "message": "x"}}')
    await stocked.decide(hundred[55], Resolution.CANCEL)
    said = await read(lightspeed, hundred, since)
    assert set(said) == set(hundred)
    assert said[hundred[55]].resolution is Resolution.CANCEL
    assert stocked.asked <= 8, "a call for each 250 rows between the first and the last"


async def test_a_walk_leaps_over_the_returns_of_others(stocked: Shop, lightspeed: Any) -> None:
    refs = await make(lightspeed, 20)
    stocked.others(2000)
    refs += await make(lightspeed, 20, first=21)
    stocked.simulator.clock.move(3600)
    stocked.forget_calls()
    assert set(await read(lightspeed, refs, None)) == set(refs)
    assert stocked.asked == 2
    stocked.switch(ignored_filters=["updated_at_min"])
    stocked.forget_calls()
    assert set(await read(lightspeed, refs, now(stocked))) == set(refs)
    assert stocked.asked <= 3


async def test_what_changed_minutes_before_is_told_again(stocked: Shop, lightspeed: Any, hundred: list[str]) -> None:
    """The clocks of hub and shop differ."""
    await stocked.decide(hundred[99], Resolution.REJECT)
    stocked.simulator.clock.move(290)
    said = await read(lightspeed, hundred, now(stocked))
    assert said[hundred[99]].resolution is Resolution.REJECT


async def test_a_decision_that_no_list_of_changes_shows_is_seen_in_the_end(
    stocked: Shop, lightspeed: Any, hundred: list[str]
) -> None:
    stocked.switch(updates_move_updated_at=False)
    await stocked.decide(hundred[42], Resolution.REJECT)
    since, rounds, said = now(stocked), 0, {}
    while hundred[42] not in said:
        since += timedelta(seconds=283)
        said = await read(lightspeed, hundred, since)
        rounds += 1
        assert rounds < 40
    assert said[hundred[42]].resolution is Resolution.REJECT
    assert stocked.asked == 2 * rounds


async def test_a_deleted_one_is_gone_in_the_end(stocked: Shop, lightspeed: Any, hundred: list[str]) -> None:
    await stocked.remove(hundred[42])
    since, rounds, said = now(stocked), 0, {}
    while hundred[42] not in said:
        since += timedelta(seconds=283)
        said = await read(lightspeed, hundred, since)
        rounds += 1
        assert rounds < 40
    assert [ref for ref, row in said.items() if row.gone] == [hundred[42]]
    assert stocked.asked == 2 * rounds + 1


@pytest.mark.parametrize("since", [True, False])
async def test_a_shop_that_ignores_every_filter_is_asked_one_by_one(
    stocked: Shop, lightspeed: Any, since: bool
) -> None:
    stocked.others(400)
    refs = await make(lightspeed, 5)
    stocked.others(400)
    stocked.switch(ignored_filters=["since_id", "updated_at_min"])
    await stocked.decide(refs[1], Resolution.REJECT)
    said = await read(lightspeed, refs, now(stocked) if since else None)
    assert set(said) == set(refs)
    assert said[refs[1]].resolution is Resolution.REJECT


@pytest.mark.parametrize("switches", [{"newest_first": True}, {"extra_fields": True}, {"naive_date_offset": 120}])
async def test_other_habits_of_the_shop(
    stocked: Shop, lightspeed: Any, hundred: list[str], switches: dict[str, Any]
) -> None:
    since = now(stocked)
    stocked.switch(**switches)
    await stocked.decide(hundred[3], Resolution.REPAIR)
    assert (await read(lightspeed, hundred, since))[hundred[3]].resolution is Resolution.REPAIR
    assert set(await read(lightspeed, hundred, None)) == set(hundred)


@pytest.mark.parametrize("flaw", ["no_id", "text_id", "no_status", "number_status", "false"])
@pytest.mark.parametrize("since", [True, False])
async def test_one_that_cannot_be_read_is_shown(stocked: Shop, lightspeed: Any, flaw: Any, since: bool) -> None:
    refs = await make(lightspeed, 4)
    stocked.simulator.shop.garble(int(refs[2]), flaw)
    said, unreadable = await read_all(lightspeed, refs, now(stocked) if since else None)
    assert set(said) == set(refs) - {refs[2]}
    [row] = unreadable
    assert row.ref == refs[2]
    assert "cannot be read" in row.why
    assert "Noor" not in row.raw, "notes and comments hold personal data"


async def test_what_no_decision_depends_on_may_be_missing(stocked: Shop, lightspeed: Any) -> None:
    [ref] = await make(lightspeed)
    stocked.simulator.shop.garble(int(ref), "lines_false")
    assert set(await read(lightspeed, [ref])) == {ref}


async def test_flaws_in_the_returns_of_others_are_theirs(stocked: Shop, lightspeed: Any) -> None:
    stocked.others(5)
    refs = await make(lightspeed, 2)
    flaws: list[Flaw] = ["no_id", "text_id", "no_status", "false", "lines_false"]
    for row, flaw in zip(stocked.rows(), flaws, strict=False):
        stocked.simulator.shop.garble(row.id, flaw)
    stocked.forget_calls()
    assert set(await read(lightspeed, refs, now(stocked))) == set(refs)
    assert stocked.asked == 1


async def test_only_numbers_are_asked_about(stocked: Shop, lightspeed: Any) -> None:
    [ref] = await make(lightspeed)
    said, unreadable = await read_all(lightspeed, ["1abc", "", "0", "-1", ref, ref, "9" * 30, "٣"], None)
    assert set(said) == {ref}
    assert [row.ref for row in unreadable] == ["1abc", "", "0", "-1", "9" * 30, "٣"]


async def test_a_404_that_is_not_the_shops_makes_nothing_gone(stocked: Shop, lightspeed: Any) -> None:
    [ref] = await make(lightspeed)
    await stocked.remove(ref)
    stocked.fault("answer", ONE, status=404, body="<html>Not here</html>")
    with pytest.raises(Misconfigured):
        await read(lightspeed, [ref])
    assert (await read(lightspeed, [ref]))[ref].gone


@pytest.mark.parametrize("body", ['{"return": {"id": 7, "status": "refunded"}}', '{"return": false}', "{}", "[]"])
async def test_an_answer_about_another_return_decides_nothing(stocked: Shop, lightspeed: Any, body: str) -> None:
    [ref] = await make(lightspeed)
    stocked.fault("answer", LIST, status=200, body='{"returns": []}')
    stocked.fault("answer", ONE, status=200, body=body)
    said, unreadable = await read_all(lightspeed, [ref], None)
    assert not said
    assert [row.ref for row in unreadable] == [ref]


async def test_what_was_read_before_a_failure_is_given(stocked: Shop, lightspeed: Any) -> None:
    refs = await make(lightspeed, 2)
    stocked.others(600)
    refs += await make(lightspeed, 2, first=3)
    stocked.fault("answer", LIST, skip=1, times=3, status=500)
    seen: list[str] = []

    async def walk() -> None:
        async for page in lightspeed.changed(refs, None):
            seen.extend(row.ref for row in page.returns)

    with pytest.raises(Transient):
        await walk()
    assert seen == refs[:2]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((200, '{"error": {"code": 401, "message": "x"}}'), Unauthorized),
        ((200, '{"error": {"code": 429, "message": "x"}}'), Unavailable),
        ((200, '{"error": {"code": 422, "message": "x"}}'), Refused),
        ((200, '{"error": {"code": 500, "message": "x"}}'), Transient),
        ((200, '{"error": true}'), Transient),
        ((200, "[]"), Transient),
        ((200, '{"returns": {"resource": {"id": false}}}'), Transient),
        ((200, "<html>Sign in</html>"), Transient),
        ((503, "<html>Busy</html>"), Unavailable),
        ((403, '{"error": {"code": 403, "message": "x"}}'), Unauthorized),
    ],
)
async def test_a_failing_shop(
    stocked: Shop, lightspeed: Any, answer: tuple[int, str], kind: type[ConnectorError]
) -> None:
    [ref] = await make(lightspeed)
    stocked.fault("answer", LIST, status=answer[0], body=answer[1], times=3)
    with pytest.raises(ConnectorError) as caught:
        await read(lightspeed, [ref])
    assert type(caught.value) is kind


async def test_no_returns_may_be_false(stocked: Shop, lightspeed: Any) -> None:
    """Absent things are `false` (contract lightspeed.md, 2)."""
    [ref] = await make(lightspeed)
    stocked.fault("answer", LIST, status=200, body='{"returns": false}')
    assert not (await read(lightspeed, [ref]))[ref].gone, "the return itself was asked for"


async def test_a_language_that_the_shop_does_not_have(stocked: Shop) -> None:
    async with opened(MANIFEST, stocked.settings() | {"language": "fr"}) as hub:
        with pytest.raises(Misconfigured, match="language"):
            await read(hub.connector, ["310001"])


async def test_three_rate_windows_are_read_from_the_headers(shop: Shop) -> None:
    shop.switch(limits=True, limit_5min=20, limit_hour=8)
    config = MANIFEST.config.model_validate(shop.settings())
    async with Door(name="Shop", rate_headers=MANIFEST.rate_headers, allow_private=True) as door:
        assert not (await read(MANIFEST.open(config, door), ["310001"]))["310001"].resolution
        quota = door.quota[""]
        assert quota.remaining == 8 - 2, "the tightest of three"
        assert 0 < quota.resets_in <= 3600, "seconds, not a date"
        with pytest.raises(Unavailable):
            await read(MANIFEST.open(config, door), [str(number) for number in range(1, 99)])
    assert shop.asked == 8, "what would be refused is not sent"
