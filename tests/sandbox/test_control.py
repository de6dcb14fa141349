"""What the control routes of every simulator refuse, and how."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from retour.sandbox.app import Simulator, Switches, start
from retour.sandbox.commands import Command, Impossible, read, window


class Knock(Command):
    times: int = 1


class Kiosk(Simulator):
    """Its control routes raise what a simulator's own code does."""

    key = "kiosk"

    def __init__(self) -> None:
        super().__init__(Switches())

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/_sandbox/knock", self._knock),
            web.get("/_sandbox/rows", self._rows),
            web.get("/api", self._missing),
            web.get("/_sandbox/missing", self._missing),
            web.get("/_sandbox/closed", self._closed),
        ]

    async def _knock(self, request: web.Request) -> web.Response:
        return web.json_response({"times": (await read(request, Knock)).times})

    async def _rows(self, request: web.Request) -> web.Response:
        return web.json_response(list(window(request, range(10), limit=4)))

    async def _missing(self, _: web.Request) -> web.Response:
        raise KeyError("R-7")

    async def _closed(self, _: web.Request) -> web.Response:
        raise Impossible("The return is closed.")


class Client:
    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def __call__(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        async with self._session.request(method, f"{self._url}{path}", data=body) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def call() -> AsyncIterator[Client]:
    running = await start(Kiosk())
    async with aiohttp.ClientSession() as session:
        yield Client(session, running.url)
    await running.stop()


@pytest.mark.parametrize(("body", "times"), [(None, 1), ("{}", 1), ('{"times": 3}', 3)])
async def test_a_body_may_be_absent(call: Client, body: str | None, times: int) -> None:
    assert await call("POST", "/_sandbox/knock", body) == (200, f'{{"times": {times}}}')


@pytest.mark.parametrize("body", ["{", "[]", "null", '{"times": "often"}', '{"at": 1}', '"'])
async def test_a_body_that_cannot_be_read(call: Client, body: str) -> None:
    status, words = await call("POST", "/_sandbox/knock", body)
    assert status == 400
    assert words


async def test_the_words_name_the_field_and_not_what_was_in_it(call: Client) -> None:
    _, words = await call("POST", "/_sandbox/knock", '{"times": "hush-hush"}')
    assert words.startswith("times: ")
    assert "hush" not in words


async def test_what_nobody_has_and_what_cannot_be(call: Client) -> None:
    assert await call("GET", "/_sandbox/missing") == (404, "there is no 'R-7'")
    assert await call("GET", "/_sandbox/closed") == (409, "The return is closed.")


async def test_a_mistake_in_the_platforms_own_code_is_no_404(call: Client) -> None:
    assert (await call("GET", "/api"))[0] == 500


@pytest.mark.parametrize(
    ("query", "rows"),
    [("", "[0, 1, 2, 3]"), ("?offset=8", "[8, 9]"), ("?limit=2", "[0, 1]"), ("?offset=3&limit=0", "[]")],
)
async def test_a_window(call: Client, query: str, rows: str) -> None:
    assert await call("GET", f"/_sandbox/rows{query}") == (200, rows)


@pytest.mark.parametrize("query", ["?offset=-1", "?limit=x", "?limit=%C2%B2", f"?offset={'9' * 500}"])
async def test_a_window_that_is_none(call: Client, query: str) -> None:
    assert (await call("GET", f"/_sandbox/rows{query}"))[0] == 400


@pytest.mark.parametrize("body", [None, '{"seconds": "soon"}', '{"seconds": 1e300}', '{"seconds": NaN}', "[]"])
async def test_the_clock_takes_seconds(call: Client, body: str | None) -> None:
    assert (await call("POST", "/_sandbox/clock", body))[0] == 400
    assert (await call("POST", "/_sandbox/clock", '{"seconds": -60}'))[0] == 200


@pytest.mark.parametrize("body", ["{", "[]", '{"kind": "flood"}', "{}"])
async def test_a_fault_that_is_none(call: Client, body: str) -> None:
    assert (await call("POST", "/_sandbox/faults", body))[0] == 400
    assert await call("GET", "/_sandbox/faults") == (200, "[]")


@pytest.mark.parametrize("body", ["{", "[]", '{"no_such": 1}'])
async def test_a_switch_that_is_none(call: Client, body: str) -> None:
    assert (await call("PATCH", "/_sandbox/switches", body))[0] == 400
