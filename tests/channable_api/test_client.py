"""A merchant's own client, written from the contract alone, against the hub over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import aiohttp
import pytest
from django.conf import settings

from retour.channable_api.limits import Buckets
from retour.core.model import EffectState, OrderLine, Resolution
from retour.sandbox.own_system.client import TRIES, Client, Failed, Lost
from retour.sandbox.own_system.orders import Bought, OrderBook
from retour.sync.database import Database
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
def slept() -> list[float]:
    """How long the client would have waited, each time."""
    return []


@pytest.fixture
async def shop(server: str, house: House, slept: list[float]) -> AsyncIterator[Client]:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    async with aiohttp.ClientSession() as http:
        yield Client(http, server + house.path, house.token, rate=1e9, sleep=sleep)


async def test_it_fetches_every_row_once_over_many_pages(db: Database, house: House, shop: Client) -> None:
    shop.page = 3
    numbers = [await db(house.offer_one, f"410000{n:02}", later(days=n)) for n in range(10)]
    assert sorted(await shop.fetch()) == sorted(numbers)
    assert await shop.fetch() == []
    assert shop.rows[numbers[0]]["data"]["customer"]["first_name"] == "Sanne"


async def test_it_misses_nothing_that_arrives_while_it_pages(db: Database, house: House, shop: Client) -> None:
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


async def test_it_decides_and_follows_to_the_end(db: Database, house: House, shop: Client) -> None:
    number = await db(house.offer_one)
    await shop.fetch()
    assert shop.to_decide() == [number]
    assert await shop.decide(number, "accepted")
    await db(house.tell, EffectState.DONE)
    await shop.fetch()
    assert shop.rows[number]["status"] == "accepted"
    assert shop.to_decide() == []


async def test_it_decides_the_same_twice_without_harm(db: Database, house: House, shop: Client) -> None:
    number = await db(house.offer_one)
    assert await shop.decide(number, "accepted")
    await db(house.tell, EffectState.DONE)
    assert await shop.decide(number, "accepted"), "409, looked again: it is so"
    assert await db(house.told, number) == [("accept", "done")]


async def test_it_learns_that_somebody_decided_otherwise(db: Database, house: House, shop: Client) -> None:
    number = await db(house.offer_one)
    await shop.fetch()
    await db(house.decide_on_the_desk, number, Resolution.REJECT)
    await db(house.tell, EffectState.DONE)
    assert not await shop.decide(number, "accepted")
    assert shop.rows[number]["status"] == "rejected"


async def test_of_many_decisions_at_the_same_moment_one_counts(db: Database, house: House, shop: Client) -> None:
    number = await db(house.offer_one)
    words = ["accepted", "rejected", "keeps", "cancelled"] * 3
    answers = await asyncio.gather(
        *(shop._call("POST", f"/returns/{number}/status", json={"status": word}) for word in words)
    )
    assert sorted(status for status, _ in answers) == [200] + [409] * (len(words) - 1)
    assert len(await db(house.told, number)) == 1


async def test_a_wrong_token_and_a_wrong_company_are_errors_with_words(shop: Client, server: str) -> None:
    shop.token = "wrong"
    with pytest.raises(Failed, match="401: The access token is missing, unknown, expired or revoked"):
        await shop.fetch()


async def test_a_word_that_cannot_be_set_is_an_error_with_words(db: Database, house: House, shop: Client) -> None:
    number = await db(house.offer_one)
    with pytest.raises(Failed, match=r"422: .*accepted"):
        await shop.decide(number, "new")


async def test_a_burst_goes_through_and_more_is_told_to_wait(
    server: str, house: House, shop: Client, allow: Allow
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


async def test_it_backs_off_and_comes_back(
    db: Database, house: House, shop: Client, allow: Allow, slept: list[float]
) -> None:
    ticks = count(0, 0.03)
    allow(Buckets(20.0, 1, lambda: next(ticks)))
    number = await db(house.offer_one)
    await shop.fetch()
    assert await shop.decide(number, "accepted")
    assert (await shop.look(number))["status"] == "processing"
    assert any(call.endswith("429") for call in shop.calls)
    assert {wait for wait in slept if wait > 0.01} == {1.0}, "as long as Retry-After says"


async def test_it_asks_twice_a_second_at_most(shop: Client, slept: list[float]) -> None:
    shop.rate = 2.0
    began = asyncio.get_running_loop().time()
    for _ in range(5):
        await shop.listed(limit=1)
    assert shop._next_at >= began + 2.5
    assert slept


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
async def test_a_decision_whose_answer_was_lost_is_looked_at_before_it_is_sent_again(
    db: Database, house: House, shop: Client, kind: str
) -> None:
    number = await db(house.offer_one)
    await shop.fetch()
    unlucky(shop, kind)
    decided = await shop.decide(number, "accepted")
    assert decided is (kind == "drop_before"), "what arrived is on its way, which is not yet accepted"
    assert (await shop.look(number))["status"] == "processing"
    assert shop.to_decide() == []
    assert await db(house.told, number) == [("accept", "wanted")]
    assert await db(lambda: len(house.client().row(number)["log"])) == 2, "offered, and decided once"


async def test_a_read_that_fails_again_and_again_ends(shop: Client, slept: list[float]) -> None:
    shop.base = "http://127.0.0.1:9"
    with pytest.raises(Lost):
        await shop.fetch()
    assert shop.calls == {"GET /returns lost": TRIES}
    assert slept == sorted(slept)
    assert slept[-1] > slept[0]


async def test_a_walk_that_ends_half_way_sees_the_rest_the_next_time(db: Database, house: House, shop: Client) -> None:
    shop.page = 2
    numbers = [await db(house.offer_one, f"410000{n:02}", later(days=n)) for n in range(5)]
    plain = shop._call

    async def broken(method: str, path: str, **how: Any) -> tuple[int, Any]:
        if how["params"]["offset"]:
            raise Lost(path)
        return await plain(method, path, **how)

    shop._call = broken  # type: ignore[method-assign]
    with pytest.raises(Lost):
        await shop.fetch()
    shop._call = plain  # type: ignore[method-assign]
    await shop.fetch()
    assert sorted(shop.rows) == numbers


async def test_it_reads_the_anonymous_list(db: Database, house: House, shop: Client) -> None:
    await db(house.offer_one)
    page = await shop.listed(anonymous=True, limit=10, search="Mug", start_date="2020-01-01")
    [row] = page["returns"]
    assert (page["total"], page["error_count"]) == (1, 0)
    assert row["data"]["customer"].keys() == {"gender"}


async def test_every_filter_is_one_that_the_server_knows(db: Database, house: House, shop: Client) -> None:
    number = await db(house.offer_one)
    every = {
        "limit": 1, "offset": 0, "search": "Mug", "errors": "false", "download": "true",
        "start_date": "2026-03-02", "end_date": "2026-03-02",
        "retrieved_at_start": "2026-03-02", "retrieved_at_end": "2026-03-02T09:15:30+00:00",
        "last_modified_after": "2026-03-02T09:15:30", "last_modified_before": "2030-01-01",
    }  # fmt: skip
    assert [row["id"] for row in (await shop.listed(**every))["returns"]] == [number]
    for name, wrong in {
        "limit": 101, "offset": -1, "search": "", "errors": "perhaps", "start_date": "soon", "last_modified_after": "1",
    }.items():  # fmt: skip
        with pytest.raises(Failed, match=f"422: .*{name}"):
            await shop.listed(**{name: wrong})


async def test_it_tries_itself_out(db: Database, house: House, shop: Client) -> None:
    await db(house.order, "C000TEST01", "8355", OrderLine("1", 1, sku="MUG-BLUE", title="Mug, blue"))
    made = await shop.try_out(8355)
    assert sorted(await shop.fetch()) == sorted(made)
    assert shop.rows[made[0]]["data"]["meta"]["is_test_return"] is True
    assert await shop.decide(made[0], "rejected")
    assert (await shop.look(made[0]))["status"] == "rejected"
    with pytest.raises(Failed, match="404: There is no order 1"):
        await shop.try_out(1)


async def test_a_manual_return_that_cannot_be_is_an_error_in_a_200(db: Database, house: House, shop: Client) -> None:
    said = await shop.declare(8355, [{"id": "MUG-BLUE", "quantity": 1}])
    assert said["status"] == "error"
    assert said["message"]


async def test_it_finds_its_order_and_the_line(db: Database, house: House, shop: Client) -> None:
    """Section 7: by its own number where the row has it, or by the marketplace's."""
    book = OrderBook()
    order = book.add("C000TEST01", "bol", (Bought("MUG-BLUE", "Mug, blue"),), ())
    number = await db(house.offer_one)
    assert book.of(await shop.look(number)) == order
    await db(house.order, "C000TEST01", str(order.number))
    row = await shop.look(number)
    assert row["data"]["meta"]["platform_order_id"] == str(order.number)
    assert book.of(row) == order


async def test_one_company_does_not_use_up_anothers_requests(
    db: Database, server: str, house: House, shop: Client, allow: Allow
) -> None:
    allow(Buckets(1.0, 2, lambda: 0.0))
    other = await db(House, "other")
    for _ in range(2):
        assert (await shop._call("GET", "/returns"))[0] == 200
    neighbour = Client(shop.http, server + other.path, other.token)
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


async def test_several_lines_arrive_together(db: Database, house: House, shop: Client) -> None:
    numbers = await db(house.offer, "41000001", line("70000001"), line("70000002"), at=later(days=1))
    await shop.fetch()
    assert {shop.rows[n]["data"]["meta"]["channel_return_id"] for n in numbers} == {"41000001"}
    assert timedelta(0) == max(
        datetime.fromisoformat(shop.rows[n]["created"]) - later(days=1).replace(microsecond=0) for n in numbers
    )


def unlucky(shop: Client, kind: str) -> None:
    """The next decision does not arrive, or its answer does not."""
    plain = shop.http.request
    left = [kind]

    @asynccontextmanager
    async def request(method: str, url: str, **how: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        if method == "POST" and left:
            if left.pop() == "drop_after":
                async with plain(method, url, **how) as answer:
                    await answer.read()
            raise aiohttp.ServerDisconnectedError
        async with plain(method, url, **how) as answer:
            yield answer

    shop.http.request = request  # type: ignore[method-assign,assignment]
