"""Credentials: fetched once for all, renewed in time, never hammered."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from retour.connectors.auth import Basic, Bearer, ClientCredentials, Fetched, Fixed, Token
from retour.connectors.errors import ConnectorError, Misconfigured, Transient, Unauthorized, Unavailable
from retour.connectors.http import Answer, Door, Exchange

from .loopback import HANG, Heard, Server, says, serving, timeless, virtual_time

MINUTE = timedelta(minutes=1)


async def test_fixed_credentials() -> None:
    assert await Fixed({"X-Api-Key": "k"}).headers() == {"X-Api-Key": "k"}
    assert await Bearer("t").headers() == {"Authorization": "Bearer t"}
    assert await Basic("zoë", "p:w").headers() == {"Authorization": f"Basic {b64encode('zoë:p:w'.encode()).decode()}"}
    for auth in (Fixed({"X-Api-Key": "k"}), Bearer("t"), Basic("u", "p")):
        assert not auth.drop()
    assert list(Fixed({"X-Id": "id", "X-Key": "key"}).secrets()) == ["id", "key"]
    assert list(Fixed({"X-Id": "id", "X-Key": "key"}, ["key"]).secrets()) == ["key"]


@dataclass
class Source:
    """Gives tokens `t1`, `t2`, ... after a second of thinking; None raises."""

    lifetimes: list[timedelta | None]
    fetched: int = 0

    async def __call__(self) -> Fetched:
        self.fetched += 1
        await asyncio.sleep(1)
        lifetime = self.lifetimes[min(self.fetched, len(self.lifetimes)) - 1]
        if lifetime is None:
            raise Transient("no token today")
        return Fetched(f"t{self.fetched}", lifetime)


class TestToken:
    @timeless
    async def test_it_is_fetched_once_for_all_who_wait(self) -> None:
        source = Source([MINUTE])
        token = Token(source)
        assert set(await asyncio.gather(*(token.value() for _ in range(20)))) == {"t1"}
        assert source.fetched == 1

    @timeless
    async def test_it_is_renewed_a_margin_before_it_expires_counted_from_the_asking(self) -> None:
        source = Source([10 * MINUTE])
        token = Token(source, margin=30 * timedelta(seconds=1))
        await token.value()
        await asyncio.sleep(568.9)
        assert await token.value() == "t1"
        await asyncio.sleep(0.2)
        assert await token.value() == "t2"

    @timeless
    async def test_one_that_lives_shorter_than_the_margin_serves_half_its_life(self) -> None:
        source = Source([timedelta(seconds=20)])
        token = Token(source, margin=MINUTE)
        await token.value()
        await asyncio.sleep(8.9)
        assert await token.value() == "t1"
        await asyncio.sleep(0.2)
        assert await token.value() == "t2"

    @timeless
    async def test_all_who_waited_for_a_fetch_that_failed_get_its_failure(self) -> None:
        source = Source([None, MINUTE])
        token = Token(source)
        outcomes = await asyncio.gather(*(token.value() for _ in range(20)), return_exceptions=True)
        assert {str(outcome) for outcome in outcomes} == {"no token today"}
        assert source.fetched == 1
        assert await token.value() == "t2", "those who come later try again"

    @timeless
    async def test_when_the_one_who_fetches_is_cancelled_another_one_fetches(self) -> None:
        source = Source([MINUTE])
        token = Token(source)
        first, second = (asyncio.create_task(token.value()) for _ in range(2))
        await asyncio.sleep(0.5)
        first.cancel()
        assert await second == "t2"
        assert first.cancelled()

    @timeless
    async def test_dropping_forgets_the_token_that_this_task_has_used(self) -> None:
        source = Source([10 * MINUTE])
        token = Token(source)
        await token.value()
        assert token.drop()
        assert token.secrets() == ()
        assert await token.value() == "t2"

    @timeless
    async def test_dropping_keeps_a_token_that_another_task_has_fetched_since(self) -> None:
        source = Source([10 * MINUTE])
        token = Token(source)

        async def call(answer_after: float) -> str:
            await token.value()
            await asyncio.sleep(answer_after)  # ... and the answer is 401
            assert token.drop()
            return await token.value()

        assert set(await asyncio.gather(*(call(wait) for wait in range(1, 11)))) == {"t2"}
        assert source.fetched == 2


@dataclass
class Platform:
    """A platform with an OAuth token endpoint whose tokens can be revoked."""

    token_answer: Callable[[int], bytes] = field(default=lambda number: says(200, _token(f"token-{number}")))
    given: int = 0
    good: str = "Bearer token-1"
    asked: list[Heard] = field(default_factory=list)
    called: list[str] = field(default_factory=list)

    async def __call__(self, heard: Heard) -> bytes:
        if heard.target == "/token":
            self.given += 1
            self.asked.append(heard)
            return self.token_answer(self.given)
        used = heard.headers.get("authorization", "")
        self.called.append(used)
        await asyncio.sleep(0.01)
        return says(200, "{}") if used == self.good else says(401)


def _token(value: Any, expires_in: Any = 599) -> str:
    return json.dumps({"access_token": value, "token_type": "Bearer", "expires_in": expires_in})


@asynccontextmanager
async def at(
    platform: Platform, record: list[Exchange] | None = None, parallel: int = 8, **options: Any
) -> AsyncIterator[tuple[Server, Door, ClientCredentials]]:
    recorder = None if record is None else record.append
    async with (
        serving(platform) as server,
        Door(name="Platform", allow_private=True, record=recorder, parallel=parallel) as door,
    ):
        yield server, door, ClientCredentials(door, f"{server.url}/token", "shop-id", "shop-secret", **options)


class TestClientCredentials:
    async def test_basic(self) -> None:
        platform = Platform()
        async with at(platform) as (_, _, auth):
            assert await auth.headers() == {"Authorization": "Bearer token-1"}
        [asked] = platform.asked
        assert asked.method == "POST"
        assert asked.headers["authorization"] == f"Basic {b64encode(b'shop-id:shop-secret').decode()}"
        assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
        assert asked.headers["accept"] == "application/json"
        assert asked.body == b"grant_type=client_credentials"

    async def test_body_and_other_fields(self) -> None:
        platform = Platform()
        options: dict[str, Any] = {
            "style": "body",
            "form": {"grant_type": "refresh_token", "refresh_token": "rt|1"},
            "request_headers": {"X-Service": "Retour"},
            "header": "x-amz-access-token",
            "prefix": "",
        }
        async with at(platform, **options) as (_, _, auth):
            assert await auth.headers() == {"x-amz-access-token": "token-1"}
            assert {"shop-secret", "rt|1", "token-1"} <= set(auth.secrets())
        [asked] = platform.asked
        assert "authorization" not in asked.headers
        assert asked.headers["x-service"] == "Retour"
        assert parse_qs(asked.body.decode()) == {
            "grant_type": ["refresh_token"],
            "refresh_token": ["rt|1"],
            "client_id": ["shop-id"],
            "client_secret": ["shop-secret"],
        }

    @pytest.mark.parametrize(
        ("expires_in", "seconds"),
        [(599, 599), ("599", 599), (1.5, 1.5), (None, 300), ("soon", 300), ({}, 300), (-1, 300), (0, 300), (True, 300)],
    )
    @timeless
    async def test_lifetimes(self, expires_in: Any, seconds: float) -> None:
        door = _Scripted(_token("t", expires_in))
        auth = ClientCredentials(door, "http://127.0.0.1/", "id", "secret", margin=timedelta())
        await auth.headers()
        await asyncio.sleep(seconds - 0.1)
        await auth.headers()
        assert door.reads == 1
        await asyncio.sleep(0.2)
        await auth.headers()
        assert door.reads == 2

    @pytest.mark.parametrize("answer", [says(200, "{}"), says(200, "[]"), says(200, _token("")), says(200, _token(7))])
    async def test_an_answer_without_a_token(self, answer: bytes) -> None:
        async with at(Platform(lambda _: answer)) as (_, _, auth):
            with pytest.raises(Transient, match="gave no token"):
                await auth.headers()

    @pytest.mark.parametrize("status", [400, 401, 403])
    @virtual_time
    async def test_a_refusal_is_told_and_nobody_asks_again_for_five_minutes(self, status: int) -> None:
        body = json.dumps({"error": "invalid_client", "error_description": "Bad client shop-secret"})
        platform = Platform(lambda number: says(status, body) if number == 1 else says(200, _token("token-2")))
        async with at(platform) as (_, _, auth):
            for _ in range(3):
                with pytest.raises(Unauthorized) as caught:
                    await auth.headers()
                assert str(caught.value) == "Platform does not accept the client id and secret."
                assert (caught.value.code, caught.value.words) == ("invalid_client", "Bad client •••")
                await asyncio.sleep(95)
            assert platform.given == 1
            await asyncio.sleep(20)
            assert await auth.headers() == {"Authorization": "Bearer token-2"}

    async def test_a_refusal_in_other_words(self) -> None:
        async with at(Platform(lambda _: says(403, "<h1>Forbidden</h1>"))) as (_, _, auth):
            with pytest.raises(Unauthorized) as caught:
                await auth.headers()
        assert (caught.value.code, caught.value.words) == ("403", "Forbidden")

    async def test_a_refusal_that_echoes_the_secret_shows_none(self) -> None:
        body = json.dumps({"error": "shop-secret", "error_description": "no\nshop-secret " + "x" * 900})
        async with at(Platform(lambda _: says(400, body, X_Request_Id="shop-secret"))) as (_, _, auth):
            with pytest.raises(Unauthorized) as caught:
                await auth.headers()
        error = caught.value
        assert (error.code, error.request_id) == ("•••", "•••")
        assert error.words is not None
        assert error.words.startswith("no ••• xxx")
        assert len(error.words) <= 500

    async def test_an_address_without_a_sign_in_is_a_wrong_setting(self) -> None:
        async with at(Platform(lambda _: says(404))) as (_, _, auth):
            with pytest.raises(Misconfigured, match="does not exist"):
                await auth.headers()

    @virtual_time
    async def test_a_platform_that_blocks_with_404_is_left_alone_for_five_minutes(self) -> None:
        platform = Platform(lambda number: says(404) if number == 1 else says(200, _token("token-2")))
        async with at(platform, blocks_with_404=True) as (_, _, auth):
            with pytest.raises(Unavailable, match="blocks addresses") as caught:
                await auth.headers()
            assert caught.value.retry_after == 5 * MINUTE
            await asyncio.sleep(200)
            with pytest.raises(Unavailable) as caught:
                await auth.headers()
            assert timedelta(seconds=90) < caught.value.retry_after <= timedelta(seconds=100)
            await asyncio.sleep(101)
            assert await auth.headers() == {"Authorization": "Bearer token-2"}

    @pytest.mark.parametrize(
        ("answer", "name", "asked"),
        [(says(500), Transient, 3), (says(429, Retry_After="9"), Unavailable, 1), (says(302), Misconfigured, 1)],
    )
    async def test_other_failures_keep_their_names(self, answer: bytes, name: type, asked: int) -> None:
        platform = Platform(lambda _: answer)
        async with at(platform) as (_, _, auth):
            with pytest.raises(ConnectorError) as caught:
                await auth.headers()
        assert type(caught.value) is name
        assert platform.given == asked

    @virtual_time
    async def test_a_write_that_could_not_sign_in_did_not_happen(self) -> None:
        left: list[Exchange] = []
        async with at(Platform(lambda _: HANG), left) as (server, door, auth):
            with pytest.raises(Transient):
                await door.write("PUT", f"{server.url}/x", auth=auth)
        assert {exchange.method for exchange in left} == {"POST"}, "only the sign-in has left"

    async def test_signing_in_is_no_write(self) -> None:
        left: list[Exchange] = []
        async with at(Platform(), left) as (server, door, auth):
            await door.write("PUT", f"{server.url}/x", auth=auth)
        assert [exchange.method for exchange in left] == ["PUT"]

    @pytest.mark.parametrize("verb", ["read", "write"])
    async def test_ten_calls_whose_token_has_expired_fetch_one_new_token(self, verb: str) -> None:
        platform = Platform()
        async with at(platform, parallel=10) as (server, door, auth):
            await auth.headers()
            platform.good = "Bearer token-2"
            call = getattr(door, verb)
            answers = await asyncio.gather(*(call("PUT", f"{server.url}/{n}", auth=auth) for n in range(10)))
        assert [answer.status for answer in answers] == [200] * 10
        assert platform.given == 2
        assert sorted(platform.called) == ["Bearer token-1"] * 10 + ["Bearer token-2"] * 10

    async def test_calls_that_hold_every_place_and_wait_for_a_token_get_it(self) -> None:
        async with at(Platform(), parallel=2) as (server, door, auth):
            calls = [door.read("GET", f"{server.url}/{n}", auth=auth) for n in range(10)]
            async with asyncio.timeout(10):
                # Whoever asks for the token first, with a place or without one.
                _, answers = await asyncio.gather(auth.headers(), asyncio.gather(*calls))
        assert [answer.status for answer in answers] == [200] * 10

    async def test_a_token_that_is_never_good_is_renewed_once_for_each_call(self) -> None:
        platform = Platform(good="none")
        async with at(platform) as (server, door, auth):
            with pytest.raises(Unauthorized):
                await door.read("GET", server.url, auth=auth)
        assert (platform.given, len(platform.called)) == (2, 2)


class _Scripted(Door):
    """A door that answers from a script: for tests on a loop without sockets."""

    def __init__(self, body: str) -> None:
        super().__init__(name="Platform")
        self._body = body
        self.reads = 0

    async def read(self, *_: Any, **__: Any) -> Any:
        self.reads += 1
        return Answer(200, {}, self._body.encode())
