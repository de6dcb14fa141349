"""Bodies that are read in pieces, calls that are signed, and what a connector remembers."""

import asyncio
import gzip
from collections.abc import Mapping
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from retour.connectors.errors import ConnectorError, Refused, Transient, Unauthorized, Unavailable
from retour.connectors.http import Door, Exchange
from retour.connectors.memory import Notebook

from .loopback import DROP, HANG, in_turn, says, serving

SECRET = "s3cret-value-of-a-token"


def door(left: list[Exchange] | None = None) -> Door:
    return Door(name="Platform", allow_private=True, secrets=[SECRET], record=left.append if left is not None else None)


async def pieces(the_door: Door, url: str, **settings: object) -> bytes:
    async with the_door.stream(url, **settings) as stream:  # type: ignore[arg-type]
        return b"".join([piece async for piece in stream.pieces])


class TestStream:
    async def test_a_large_body_comes_in_pieces_as_it_was_sent(self) -> None:
        body = gzip.compress(bytes(range(256)) * 4096)
        answer = says(200, body, Content_Encoding="gzip", Content_Type="text/plain")
        async with serving(answer) as server, door() as d, d.stream(server.url, headers={"X-Asked": "1"}) as stream:
            assert stream.headers["content-type"] == "text/plain"
            assert b"".join([piece async for piece in stream.pieces]) == body
        assert server.heard[0].headers["x-asked"] == "1"

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (says(403, "no"), Unauthorized),
            (says(404, "gone"), Refused),
            (says(500, "oh"), Transient),
            (says(429, "slow", Retry_After="7"), Unavailable),
            (DROP, Transient),
            (HANG, Transient),
        ],
    )
    async def test_what_cannot_be_opened_has_its_name(self, answer: bytes, error: type[ConnectorError]) -> None:
        left: list[Exchange] = []
        async with serving(answer) as server, door(left) as d:
            with pytest.raises(error) as caught:
                await pieces(d, f"{server.url}/?X-Signature={SECRET}", silence=timedelta(seconds=0.2))
        assert caught.value.__context__ is None
        assert len(server.heard) == 1, "made once"
        assert SECRET not in f"{left}{caught.value!r}"
        assert len(left) == 1

    async def test_a_body_that_breaks_off_is_transient(self) -> None:
        cut = says(200, b"0123456789").replace(b"Content-Length: 10", b"Content-Length: 99")
        async with serving(cut) as server, door() as d:
            with pytest.raises(Transient) as caught:
                await pieces(d, server.url, silence=timedelta(seconds=0.2))
        assert "everything" in caught.value.message

    async def test_a_body_that_never_ends_is_cut(self) -> None:
        async with serving(says(200, b"x" * 5000)) as server, door() as d:
            with pytest.raises(Transient, match="larger"):
                await pieces(d, server.url, most=1000)

    async def test_a_body_that_only_trickles_is_given_up(self) -> None:
        async def trickle(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(500):
                await response.write(b"x")
                await asyncio.sleep(0.02)
            return response

        app = web.Application()
        app.router.add_get("/", trickle)
        async with TestServer(app) as server, door() as d:
            with pytest.raises(Transient, match="everything"):
                await pieces(d, str(server.make_url("/")), within=timedelta(seconds=0.2))

    async def test_what_the_reader_raises_comes_through(self) -> None:
        async with serving(says(200, b"rows")) as server, door() as d:
            with pytest.raises(ValueError, match="mine"):
                async with d.stream(server.url):
                    raise ValueError("mine")
            assert await pieces(d, server.url) == b"rows", "and the door still works"


class Signing:
    """Signs the address and the body, with a token that expires once."""

    def __init__(self) -> None:
        self.token, self.signed = 1, list[str]()

    async def headers(self) -> Mapping[str, str]:
        raise AssertionError("a signing credential is asked to sign")

    async def sign(self, method: str, url: URL, body: bytes | None) -> tuple[URL, Mapping[str, str]]:
        self.signed.append(f"{method} {url} {body!r}")
        return url.update_query(token=f"{SECRET}{self.token}", sign="abcdef"), {"X-Signed": "yes"}

    def refused(self, status: int, body: bytes) -> bool:
        return b"expired" in body

    def drop(self) -> bool:
        self.token += 1
        return True

    def secrets(self) -> list[str]:
        return [f"{SECRET}{self.token}"]


class TestSigning:
    async def test_the_whole_call_is_signed_and_the_signature_is_never_shown(self) -> None:
        auth, left = Signing(), list[Exchange]()
        async with serving(in_turn(says(200, '{"code":"expired"}'), says(200, "{}"))) as server, door(left) as d:
            await d.write("POST", f"{server.url}/rest/x?a=1", auth=auth, json={"b": 2})
        assert [heard.target.split("&")[1] for heard in server.heard] == [f"token={SECRET}1", f"token={SECRET}2"]
        assert auth.signed[0] == auth.signed[1], "each attempt is signed from what the connector gave"
        assert server.heard[1].headers["x-signed"] == "yes"
        assert len(left) == 2
        assert SECRET not in repr(left)
        assert "abcdef" not in repr(left)


class TestNotebook:
    async def test_notes_are_kept_found_and_forgotten(self) -> None:
        notes = Notebook()
        await notes.write({"a/1": [1, {"x": None}], "a/2": "two", "b": 3})
        assert await notes.read("a/1", "b", "none") == {"a/1": [1, {"x": None}], "b": 3}
        assert await notes.begins("a/") == {"a/1": [1, {"x": None}], "a/2": "two"}
        await notes.write({"a/1": None, "none": None})
        assert await notes.begins("") == {"a/2": "two", "b": 3}

    async def test_a_note_is_a_copy(self) -> None:
        notes, mine = Notebook(), {"count": 1}
        await notes.write({"n": mine})
        mine["count"] = 2
        assert (await notes.read("n"))["n"] == {"count": 1}
