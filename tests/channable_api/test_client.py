"""A merchant's own client, written from the contract alone, against the hub over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import aiohttp
import pytest
from django.conf import settings

from retour.channable_api.limits import Buckets
from retour.core.model import EffectState, Resolution
from retour.sync.database import Database
from tests.channable_api.client import Failed, Shop
from tests.channable_api.house import House, later, line

Allow = Callable[[Buckets], None]


@pytest.fixture
async def db(server: str) -> AsyncIterator[Database]:
    database = Database()
    yield database
    await database.close()


@pytest.fixture
async def house(db: Database) -> House:
    return await db(House, "acme")


@pytest.fixture
async def shop(server: str, house: House) -> AsyncIterator[Shop]:
    async with aiohttp.ClientSession() as http:
        yield Shop(http, server + house.path, house.token)


async def test_it_fetches_every_row_once_over_many_pages(db: Database, house: House, shop: Shop) -> None:
    shop.page = 3
    numbers = [await db(house.offer_one, f"410000{n:02}", later(days=n)) for n in range(10)]
    assert sorted(await shop.fetch()) == sorted(numbers)
    assert await shop.fetch() == []
    assert shop.rows[numbers[0]]["data"]["customer"]["first_name"] == "Sanne"


async def test_it_misses_nothing_that_arrives_while_it_pages(db: Database, house: House, shop: Shop) -> None:
    """What is new moves the rows of later pages: they come twice, never not at all."""
    shop.page = 2
    first = [await db(house.offer_one, f"410000{n:02}", later(days=n)) for n in range(4)]
    plain, arrived = shop._call, list[int]()

    async def busy(method: str, path: str, **how: object) -> object:
        answer = await plain(method, path, **how)
        if len(arrived) < 3:
            number = len(arrived)
            arrived.append(await db(house.offer_one, f"420000{number:02}", datetime.now(UTC)))
        return answer

    shop._call = busy  # type: ignore[method-assign,assignment]
    seen = await shop.fetch()
    assert len(seen) == len(set(seen))
    assert set(first) <= set(seen)
    await shop.fetch()
    assert set(shop.rows) == {*first, *arrived}


async def test_it_decides_and_follows_to_the_end(db: Database, house: House, shop: Shop) -> None:
    number = await db(house.offer_one)
    await shop.fetch()
    assert shop.to_decide() == [number]
    assert await shop.decide(number, "accepted")
    await db(house.tell, EffectState.DONE)
    await shop.fetch()
    assert shop.rows[number]["status"] == "accepted"
    assert shop.to_decide() == []


async def test_it_decides_the_same_twice_without_harm(db: Database, house: House, shop: Shop) -> None:
    number = await db(house.offer_one)
    assert await shop.decide(number, "accepted")
    await db(house.tell, EffectState.DONE)
    assert await shop.decide(number, "accepted"), "409, looked again: it is so"
    assert await db(house.told, number) == [("accept", "done")]


async def test_it_learns_that_somebody_decided_otherwise(db: Database, house: House, shop: Shop) -> None:
    number = await db(house.offer_one)
    await shop.fetch()
    await db(house.decide_on_the_desk, number, Resolution.REJECT)
    await db(house.tell, EffectState.DONE)
    assert not await shop.decide(number, "accepted")
    assert shop.rows[number]["status"] == "rejected"


async def test_of_many_decisions_at_the_same_moment_one_counts(db: Database, house: House, shop: Shop) -> None:
    number = await db(house.offer_one)
    words = ["accepted", "rejected", "keeps", "cancelled"] * 3
    answers = await asyncio.gather(
        *(shop._call("POST", f"/returns/{number}/status", json={"status": word}) for word in words)
    )
    assert sorted(status for status, _ in answers) == [200] + [409] * (len(words) - 1)
    assert len(await db(house.told, number)) == 1


async def test_a_wrong_token_and_a_wrong_company_are_errors_with_words(shop: Shop, server: str) -> None:
    shop.token = "wrong"
    with pytest.raises(Failed, match="401: The access token is missing, unknown, expired or revoked"):
        await shop.fetch()


async def test_a_word_that_cannot_be_set_is_an_error_with_words(db: Database, house: House, shop: Shop) -> None:
    number = await db(house.offer_one)
    with pytest.raises(Failed, match=r"422: .*accepted"):
        await shop.decide(number, "new")


async def test_a_burst_goes_through_and_more_is_told_to_wait(
    server: str, house: House, shop: Shop, allow: Allow
) -> None:
    """As configured: 200 at once. The clock stands still, so that a slow machine changes nothing."""
    assert settings.COMPATIBLE_API_LIMIT == (4.0, 200)
    now = 100.0
    allow(Buckets(*settings.COMPATIBLE_API_LIMIT, lambda: now))
    statuses = []
    for _ in range(0, 200, 20):
        answers = await asyncio.gather(*(shop._call("GET", "/returns") for _ in range(20)))
        statuses += [status for status, _ in answers]
    assert statuses == [200] * 200
    headers = {"Authorization": f"Bearer {shop.token}"}
    async with shop.http.get(f"{shop.base}/returns", headers=headers) as answer:
        assert answer.status == 429
        assert await answer.json() == {"status": "error", "message": "Too many requests."}
        assert answer.headers["Retry-After"] == "1"
    now += 0.25
    assert (await shop._call("GET", "/returns"))[0] == 200


async def test_it_backs_off_and_comes_back(db: Database, house: House, shop: Shop, allow: Allow) -> None:
    ticks = count(0, 0.03)
    allow(Buckets(20.0, 1, lambda: next(ticks)))
    shop.pause = 0.01
    number = await db(house.offer_one)
    await shop.fetch()
    assert await shop.decide(number, "accepted")
    assert (await shop.look(number))["status"] == "processing"
    assert any(call.endswith("429") for call in shop.calls)


async def test_one_company_does_not_use_up_anothers_requests(
    db: Database, server: str, house: House, shop: Shop, allow: Allow
) -> None:
    allow(Buckets(1.0, 2, lambda: 0.0))
    other = await db(House, "other")
    for _ in range(2):
        assert (await shop._call("GET", "/returns"))[0] == 200
    neighbour = Shop(shop.http, server + other.path, other.token)
    assert (await neighbour._call("GET", "/returns"))[0] == 200


def test_the_bucket_leaks() -> None:
    now = 0.0
    bucket = Buckets(4.0, 200, lambda: now)
    assert [bucket.take(1) for _ in range(200)] == [0.0] * 200
    assert bucket.take(1) == pytest.approx(0.25)
    assert bucket.take(2) == 0.0
    now = 0.5
    assert [bucket.take(1) > 0 for _ in range(3)] == [False, False, True]
    now = 1000.0
    assert [bucket.take(1) > 0 for _ in range(201)] == [False] * 200 + [True]


async def test_several_lines_arrive_together(db: Database, house: House, shop: Shop) -> None:
    numbers = await db(house.offer, "41000001", line("70000001"), line("70000002"), at=later(days=1))
    await shop.fetch()
    assert {shop.rows[n]["data"]["meta"]["channel_return_id"] for n in numbers} == {"41000001"}
    assert timedelta(0) == max(
        datetime.fromisoformat(shop.rows[n]["created"]) - later(days=1).replace(microsecond=0) for n in numbers
    )
