"""The HTTP door: what leaves, how often, and the name of every failure."""

import asyncio
import json
import socket
import ssl
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import stamina
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from retour import __version__
from retour.connectors.auth import Bearer
from retour.connectors.errors import (
    ConnectorError,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Transient,
    Unauthorized,
    Unavailable,
)
from retour.connectors.http import Answer, Door, Exchange, RateHeaders, concerning

from .loopback import DROP, HANG, Heard, in_turn, says, serving, virtual_time

SECOND = timedelta(seconds=1)
RATE = RateHeaders("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def door(record: list[Exchange] | None = None, **settings: object) -> Door:
    options = {"name": "Platform", "allow_private": True, "record": record.append if record is not None else None}
    return Door(**{**options, **settings})  # type: ignore[arg-type]


async def failure(the_door: Door, verb: str, url: str, **call: object) -> ConnectorError:
    """The error that a call raises. It must stand alone: an exception behind it would show what it knows."""
    with pytest.raises(ConnectorError) as caught:
        await getattr(the_door, verb)("GET" if verb == "read" else "PUT", url, **call)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None or isinstance(error.__context__, ConnectorError)
    return error


class TestLeavingOnce:
    @pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "PATCH", "GET"])
    async def test_a_write_whose_connection_drops_arrives_once(self, method: str) -> None:
        async with serving(DROP) as server, door() as d:
            with pytest.raises(OutcomeUnknown):
                await d.write(method, server.url, data=b"{}")
            await asyncio.sleep(0.05)  # a second one would be on its way by now
        assert [heard.method for heard in server.heard] == [method]
        assert server.connections == 1

    async def test_a_write_takes_a_fresh_connection_so_that_a_stale_one_never_looks_like_a_lost_answer(self) -> None:
        async with serving(says(200)) as server, door() as d:
            for _ in range(2):
                await d.read("GET", server.url)
                await d.write("PUT", server.url, json={})
                server.hang_up()
        puts = [heard for heard in server.heard if heard.method == "PUT"]
        assert len(puts) == 2
        assert len({heard.connection for heard in server.heard}) == 4

    async def test_reads_keep_their_connection(self) -> None:
        async with serving(says(200)) as server, door() as d:
            for _ in range(3):
                await d.read("GET", server.url)
        assert (len(server.heard), server.connections) == (3, 1)

    async def test_a_read_arrives_three_times_and_no_more(self) -> None:
        async with serving(DROP) as server, door() as d:
            assert type(await failure(d, "read", server.url)) is Transient
        assert len(server.heard) == 3

    async def test_a_read_is_repeated_until_it_works(self) -> None:
        async with serving(in_turn(DROP, says(502, "<h1>Bad</h1>"), says(200, "{}"))) as server, door() as d:
            assert (await d.read("GET", server.url)).json() == {}
        assert len(server.heard) == 3

    async def test_a_kept_connection_that_has_gone_costs_a_read_nothing_but_a_repetition(self) -> None:
        async with serving(says(200, "{}")) as server, door() as d:
            await d.read("GET", server.url)
            server.hang_up()
            await d.read("GET", server.url)
        assert len(server.heard) == 2

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 503, 302])
    async def test_a_read_is_not_repeated_when_that_would_not_help(self, status: int) -> None:
        async with serving(says(status)) as server, door() as d:
            await failure(d, "read", server.url)
        assert len(server.heard) == 1

    @virtual_time
    async def test_reads_wait_longer_from_attempt_to_attempt(self) -> None:
        at: list[float] = []

        def script(_: Heard) -> bytes:
            at.append(asyncio.get_running_loop().time())
            return says(500)

        with stamina.set_testing(False):
            async with serving(script) as server, door() as d:
                await failure(d, "read", server.url)
        assert len(at) == 3
        assert 0.25 <= at[1] - at[0] <= 1
        assert 0.5 <= at[2] - at[1] <= 1.5


class TestPlaces:
    @pytest.mark.parametrize("parallel", [1, 3])
    async def test_no_more_calls_are_under_way_than_there_are_places(self, parallel: int) -> None:
        at_once = [0]
        most = [0]

        async def script(_: Heard) -> bytes:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
            await asyncio.sleep(0.005)
            at_once[0] -= 1
            return says(200, "{}")

        async with serving(script) as server, door(parallel=parallel) as d:
            verbs = [(d.read, "GET"), (d.write, "PUT")] * 6
            answers = await asyncio.gather(*(verb(method, server.url) for verb, method in verbs))
        assert [answer.status for answer in answers] == [200] * 12
        assert most[0] == parallel

    async def test_a_call_that_is_given_up_leaves_its_place_to_others(self) -> None:
        async with serving(in_turn(HANG, says(200, "{}"))) as server, door(parallel=1) as d:
            under_way, waiting = (asyncio.create_task(d.read("GET", server.url)) for _ in range(2))
            while not server.heard:  # noqa: ASYNC110 - a server over sockets, without events
                await asyncio.sleep(0.001)
            waiting.cancel()
            under_way.cancel()
            await asyncio.gather(under_way, waiting, return_exceptions=True)
            async with asyncio.timeout(10):
                assert (await d.read("GET", server.url)).status == 200


class TestNames:
    """Each failure's name, for a read and for a write."""

    @pytest.mark.parametrize(
        ("answer", "read", "write"),
        [
            (DROP, Transient, OutcomeUnknown),
            (b"rubbish\r\n\r\n", Transient, OutcomeUnknown),
            (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Le", Transient, OutcomeUnknown),
            (says(200, "{}", Content_Length="50", Connection="close"), Transient, OutcomeUnknown),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nab",
                Transient,
                OutcomeUnknown,
            ),
            (says(200, b"no gzip", Content_Encoding="gzip"), Transient, OutcomeUnknown),
            (says(300), Misconfigured, Misconfigured),
            (says(301, Location="/there"), Misconfigured, Misconfigured),
            (says(302, Location="https://example.org/"), Misconfigured, Misconfigured),
            (says(304), Misconfigured, Misconfigured),
            (says(307), Misconfigured, Misconfigured),
            (says(400), Refused, Refused),
            (says(401), Unauthorized, Unauthorized),
            (says(403), Unauthorized, Unauthorized),
            (says(404), Refused, Refused),
            (says(408), Transient, OutcomeUnknown),
            (says(409), Refused, Refused),
            (says(418), Refused, Refused),
            (says(422), Refused, Refused),
            (says(429), Unavailable, Unavailable),
            (says(500), Transient, OutcomeUnknown),
            (says(502), Transient, OutcomeUnknown),
            (says(503), Unavailable, OutcomeUnknown),
            (says(504), Transient, OutcomeUnknown),
            (says(520), Transient, OutcomeUnknown),
            (says(999), Transient, OutcomeUnknown),
        ],
    )
    @pytest.mark.parametrize("verb", ["read", "write"])
    async def test_of_an_answer(self, verb: str, answer: bytes, read: type, write: type) -> None:
        async with serving(answer) as server, door() as d:
            assert type(await failure(d, verb, server.url)) is (read if verb == "read" else write)

    @pytest.mark.parametrize(("status", "name"), [(503, Unavailable), (500, Transient), (408, Transient)])
    async def test_of_a_failure_after_which_the_platform_has_done_nothing(self, status: int, name: type) -> None:
        async with serving(says(status)) as server, door() as d:
            assert type(await failure(d, "write", server.url, undone={status})) is name
            assert type(await failure(d, "write", server.url, undone={507})) is OutcomeUnknown
        assert len(server.heard) == 2

    @pytest.mark.parametrize(("verb", "name"), [("read", Transient), ("write", OutcomeUnknown)])
    @virtual_time
    async def test_of_an_answer_that_does_not_come_in_time(self, verb: str, name: type) -> None:
        async with serving(HANG) as server, door() as d:
            error = await failure(d, verb, server.url, timeout=7 * SECOND)
        assert type(error) is name
        assert "no answer came within 7 s" in str(error)

    @pytest.mark.parametrize(("verb", "name"), [("read", Transient), ("write", OutcomeUnknown)])
    @virtual_time
    async def test_of_a_body_that_does_not_come_in_time(self, verb: str, name: type) -> None:
        async with serving(says(200, "{}", Content_Length="50")) as server, door() as d:
            assert type(await failure(d, verb, server.url, timeout=SECOND)) is name

    @pytest.mark.parametrize("verb", ["read", "write"])
    async def test_of_a_closed_port(self, verb: str) -> None:
        async with serving(DROP) as server:
            pass
        async with door() as d:
            error = await failure(d, verb, server.url)
        assert type(error) is Transient
        assert str(error) == "Platform cannot be reached: no connection could be made (Connection refused)."

    @pytest.mark.parametrize("verb", ["read", "write"])
    async def test_of_a_name_without_an_address(self, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
        async def unknown(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
        async with door() as d:
            error = await failure(d, verb, "http://nowhere.example.org/")
        assert type(error) is Transient
        assert "DNS" in str(error)

    @pytest.mark.parametrize("verb", ["read", "write"])
    async def test_of_a_certificate_that_nobody_vouches_for(self, verb: str, tmp_path: Path) -> None:
        async with serving(says(200), ssl=_self_signed(tmp_path)) as server, door() as d:
            error = await failure(d, verb, server.url)
        assert type(error) is Transient
        assert "certificate is not trusted" in str(error)
        assert server.heard == []

    @pytest.mark.parametrize("verb", ["read", "write"])
    async def test_of_a_server_that_speaks_no_tls(self, verb: str) -> None:
        async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            writer.close()

        listener = await asyncio.start_server(plain, "127.0.0.1", 0)
        async with listener, door() as d:
            error = await failure(d, verb, f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}/")
        assert type(error) is Transient
        assert "TLS" in str(error)

    @virtual_time
    async def test_of_a_write_that_could_not_connect_in_time(self) -> None:
        async def never(*_: object, **__: object) -> list[object]:
            await asyncio.sleep(3600)
            return []

        asyncio.get_running_loop().getaddrinfo = never  # type: ignore[method-assign,assignment]
        async with door() as d:
            error = await failure(d, "write", "http://slow.example.org/")
        assert type(error) is Transient, "nothing had left"

    @pytest.mark.parametrize("verb", ["read", "write"])
    @pytest.mark.parametrize(
        "url",
        [
            "",
            "platform.example.org",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "http://",
            "http://a b/",
            "http://[::1/",
            "http://127.0.0.1:99999/",
            "http://user:pw@127.0.0.1/",
            "http://user@127.0.0.1/",
            "http://2130706433/",
            "http://127.1/",
        ],
    )
    async def test_of_an_address_that_is_none(self, verb: str, url: str) -> None:
        async with door() as d:
            assert type(await failure(d, verb, url)) is Misconfigured

    @pytest.mark.parametrize("verb", ["read", "write"])
    async def test_of_a_token_with_a_line_break(self, verb: str) -> None:
        async with serving(says(200)) as server, door() as d:
            error = await failure(d, verb, server.url, auth=Bearer("pasted-with-its-end\r\nX-Evil: 1"))
        assert type(error) is Misconfigured
        assert server.heard == []

    @pytest.mark.parametrize(("verb", "name"), [("read", Transient), ("write", OutcomeUnknown)])
    @pytest.mark.parametrize("body", ["", "<html>Sign in</html>", '{"a":', "NaN", "[" * 100_000, b"\xff\xfe\xfd"])
    async def test_of_a_body_that_is_not_json(self, verb: str, name: type, body: str | bytes) -> None:
        left: list[Exchange] = []
        async with serving(says(200, body)) as server, door(left) as d:
            answer = await getattr(d, verb)("GET" if verb == "read" else "PUT", server.url)
            with pytest.raises(ConnectorError) as caught:
                answer.json()
        assert type(caught.value) is name
        assert caught.value.__context__ is None
        assert [exchange.status for exchange in left] == [200]

    @pytest.mark.parametrize(("verb", "name"), [("read", Refused), ("write", OutcomeUnknown)])
    async def test_of_a_body_without_end(self, verb: str, name: type) -> None:
        bomb = zlib.compress(b"0" * (40 * 1024 * 1024))
        async with serving(says(200, bomb, Content_Encoding="deflate")) as server, door() as d:
            error = await failure(d, verb, server.url)
        assert type(error) is name
        assert "larger than 32768 KiB" in str(error)
        assert len(server.heard) == 1

    async def test_statuses_that_the_caller_reads_itself(self) -> None:
        async with serving(says(404, '{"a": 1}', X_Request_Id="r-1")) as server, door() as d:
            for verb in (d.read, d.write):
                answer = await verb("GET", server.url, answers=(404,))
                assert (answer.status, answer.json(), answer.request_id) == (404, {"a": 1}, "r-1")
                assert answer.headers["X-REQUEST-ID"] == "r-1"


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


class TestWhatAPlatformSays:
    async def test_code_words_and_request_id_survive(self) -> None:
        body = json.dumps({"title": "Bad request", "violations": [{"name": "handlingResult", "reason": "is empty"}]})
        async with serving(says(400, body, X_Request_Id="abc-1")) as server, door() as d:
            error = await failure(d, "write", server.url)
        assert (error.code, error.words, error.request_id) == ("400", "Bad request: handlingResult is empty", "abc-1")
        assert str(error) == "Platform refused the call (400)."

    @pytest.mark.parametrize("verb", ["read", "write"])
    async def test_nobody_is_told_where_a_redirect_points_to(self, verb: str) -> None:
        left: list[Exchange] = []
        body = "Moved to https://login.example.org/?session=abcdef"
        answer = says(302, body, Location="https://login.example.org/?session=abcdef")
        async with serving(answer) as server, door(left) as d:
            error = await failure(d, verb, server.url)
        assert "base URL" in str(error)
        assert error.words is None
        assert len(server.heard) == 1
        assert [(exchange.status, exchange.received) for exchange in left] == [(302, "(redirect)")]

    @pytest.mark.parametrize("verb", ["read", "write"])
    @pytest.mark.parametrize(
        ("answer", "seconds"),
        [
            (says(429, Retry_After="7"), 7),
            (says(429, Retry_After="7", x_ratelimit_reset="50"), 7),
            (says(429, x_ratelimit_remaining="0", x_ratelimit_reset="50"), 50),
            (says(429, x_ratelimit_reset="50"), 50),
            (says(429, '{"detail": "Too many requests, retry in 12 seconds."}'), 12),
            (says(429, '{"detail": "Retry in 2 minutes"}', x_ratelimit_reset="0"), 120),
            (says(429, Retry_After="soon"), 1),
            (says(429, Retry_After="0"), 1),
            (says(429, Retry_After="99999999999"), 24 * 3600),
            (says(429, Retry_After="9" * 400), 24 * 3600),
            (says(503, Retry_After="7"), 7),
            (says(503), 30),
            (says(503, "<h1>Maintenance</h1>", Retry_After="0"), 30),
        ],
    )
    async def test_how_long_to_stay_away(self, verb: str, answer: bytes, seconds: int) -> None:
        undone: dict[str, object] = {"undone": {503}} if verb == "write" else {}
        async with serving(answer) as server, door(rate_headers=RATE) as d:
            error = await failure(d, verb, server.url, **undone)
        assert isinstance(error, Unavailable)
        assert error.retry_after == timedelta(seconds=seconds)

    async def test_a_date_to_come_back_is_read_on_the_platforms_own_clock(self) -> None:
        theirs = datetime(2031, 1, 1, 12, 0, 0, tzinfo=UTC)
        until = format_datetime(theirs + 90 * SECOND, usegmt=True)
        answer = says(503, Retry_After=until, Date=format_datetime(theirs, usegmt=True))
        async with serving(answer) as server, door() as d:
            error = await failure(d, "read", server.url)
        assert isinstance(error, Unavailable)
        assert error.retry_after == timedelta(seconds=90)


class TestCredentials:
    class Renewing:
        def __init__(self, renewable: bool = True) -> None:
            self.token, self.drops, self.renewable = 1, 0, renewable

        async def headers(self) -> dict[str, str]:
            return {"Authorization": f"Bearer token-number-{self.token}"}

        def refused(self, status: int, body: bytes) -> bool:
            return status == 401 or b"expired" in body

        def drop(self) -> bool:
            self.drops += 1
            self.token += 1
            return self.renewable

        def secrets(self) -> list[str]:
            return []

    @pytest.mark.parametrize("verb", ["read", "write"])
    async def test_a_401_is_tried_once_more_with_fresh_ones(self, verb: str) -> None:
        auth, left = self.Renewing(), list[Exchange]()
        async with serving(in_turn(says(401), says(200, "{}"))) as server, door(left) as d:
            await getattr(d, verb)("PUT", server.url, auth=auth, json={"a": 1})
        assert [heard.headers["authorization"][-1] for heard in server.heard] == ["1", "2"]
        assert {heard.body for heard in server.heard} == {b'{"a":1}'}
        assert [exchange.status for exchange in left] == ([401, 200] if verb == "write" else [])

    @pytest.mark.parametrize("verb", ["read", "write"])
    async def test_a_second_401_is_final(self, verb: str) -> None:
        auth = self.Renewing()
        async with serving(says(401)) as server, door() as d:
            assert type(await failure(d, verb, server.url, auth=auth)) is Unauthorized
        assert (len(server.heard), auth.drops) == (2, 1)

    @pytest.mark.parametrize("verb", ["read", "write"])
    async def test_a_401_is_final_where_nothing_fresh_can_be_had(self, verb: str) -> None:
        async with serving(says(401)) as server, door() as d:
            assert type(await failure(d, verb, server.url, auth=self.Renewing(renewable=False))) is Unauthorized
        assert len(server.heard) == 1

    async def test_a_401_that_the_caller_reads_itself_is_tried_once_more_first(self) -> None:
        async with serving(says(401)) as server, door() as d:
            assert (await d.read("GET", server.url, auth=self.Renewing(), answers=(401,))).status == 401
        assert len(server.heard) == 2


class TestWhatIsSent:
    async def test_json_headers_and_params(self) -> None:
        async with serving(says(200)) as server, door() as d:
            await d.write("post", f"{server.url}/a%2Fb?x=1", params={"q": "a b&c"}, json={"naam": "Zoë"})
            await d.write("PUT", server.url, json=[], headers={"content-type": "application/vnd.x+json"})
        first, second = server.heard
        assert (first.method, first.target, first.body) == ("POST", "/a%2Fb?x=1&q=a+b%26c", '{"naam":"Zoë"}'.encode())
        assert first.headers["content-type"] == "application/json"
        assert first.headers["user-agent"] == f"Retour/{__version__}"
        assert second.headers["content-type"] == "application/vnd.x+json"

    @pytest.mark.parametrize(
        "target",
        ["/?sign=%2Fa%2Bb%3D&c=~d", "/x;y=1/%7Ea", "/?a=%e2%82%ac", "/?q=a+b%20c", "/?empty=&&=", "/a/../b/./c"],
    )
    async def test_a_url_goes_as_it_is_written_because_signatures_cover_it(self, target: str) -> None:
        async with serving(says(200)) as server, door() as d:
            await d.read("GET", server.url + target)
        assert server.heard[0].target == target

    async def test_a_url_that_is_not_well_formed_is_quoted(self) -> None:
        async with serving(says(200)) as server, door() as d:
            await d.read("GET", f"{server.url}/straße?q=a b#top")
        assert server.heard[0].target == "/stra%C3%9Fe?q=a+b"

    async def test_a_large_body(self) -> None:
        async with serving(says(200)) as server, door() as d:
            await d.write("PUT", server.url, data=b"x" * 3_000_000)
        assert len(server.heard[0].body) == 3_000_000

    async def test_no_cookie_is_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def loopback(_: str, port: int, **__: object) -> list[tuple[object, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", loopback)
        async with serving(says(200, Set_Cookie="sid=1; Path=/")) as server, door() as d:
            for _ in range(2):
                await d.read("GET", f"http://shop.example.org:{server.port}/")
        assert ["cookie" in heard.headers for heard in server.heard] == [False, False]

    async def test_no_proxy_of_the_environment_is_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with serving(says(502)) as proxy, serving(says(200)) as server, door() as d:
            for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url)
            for name in ("NO_PROXY", "no_proxy"):
                monkeypatch.delenv(name, raising=False)
            await d.read("GET", server.url)
        assert proxy.heard == []
        assert len(server.heard) == 1

    async def test_a_value_that_is_not_json_is_a_mistake_of_ours(self) -> None:
        async with serving(says(200)) as server, door() as d:
            with pytest.raises(ValueError, match="Out of range"):
                await d.write("PUT", server.url, json={"amount": float("nan")})
            with pytest.raises(ValueError, match="one body"):
                await d.write("PUT", server.url, json={}, data=b"")
        assert server.heard == []

    @pytest.mark.parametrize(
        ("body", "content_type", "text"),
        [
            ("Zoë".encode(), "", "Zoë"),
            ("Zoë".encode("latin-1"), "text/csv; charset=ISO-8859-1", "Zoë"),
            (b"\xef\xbb\xbfa", "text/csv", "a"),
            (b"a\xff", "text/plain; charset=nonsense", "a�"),
        ],
    )
    async def test_text_in_its_charset(self, body: bytes, content_type: str, text: str) -> None:
        answer = Answer(200, {"Content-Type": content_type}, body)
        assert answer.text() == text


class TestExchanges:
    async def test_a_write_leaves_one_behind_and_a_read_only_when_it_fails(self) -> None:
        left: list[Exchange] = []
        async with serving(says(200, '{"id": 7}', X_Request_Id="r-7")) as server, door(left) as d:
            await d.read("GET", server.url)
            with concerning("r-1001:create"):
                await d.write("POST", f"{server.url}/returns", json={"quantity": 1})
        [exchange] = left
        assert exchange == Exchange(
            about="r-1001:create",
            method="POST",
            url=f"{server.url}/returns",
            status=200,
            sent='{"quantity":1}',
            received='{"id": 7}',
            request_id="r-7",
        )
        left.clear()
        async with serving(says(500, "broken")) as server, door(left) as d:
            await failure(d, "read", server.url)
        assert [(exchange.method, exchange.status, exchange.received) for exchange in left] == [("GET", 500, "broken")]

    async def test_a_call_that_got_no_answer(self) -> None:
        left: list[Exchange] = []
        async with serving(DROP) as server, door(left) as d:
            await failure(d, "write", server.url, data=b"sent")
        assert [(exchange.status, exchange.sent) for exchange in left] == [(None, "sent")]
        assert "the connection broke" in left[0].received

    async def test_a_write_that_is_cancelled_on_its_way(self) -> None:
        left, arrived = list[Exchange](), asyncio.Event()

        async def script(_: Heard) -> bytes:
            arrived.set()
            return HANG

        async with serving(script) as server, door(left) as d:
            call = asyncio.create_task(d.write("PUT", server.url))
            await arrived.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        assert [(exchange.status, exchange.received) for exchange in left] == [(None, "(cancelled)")]

    async def test_what_a_call_is_about_ends_with_its_block(self) -> None:
        left: list[Exchange] = []
        async with serving(says(200)) as server, door(left) as d:
            with concerning("outer"):
                with concerning("inner"):
                    await d.write("POST", server.url)
                await d.write("POST", server.url)
            await d.write("POST", server.url)
        assert [exchange.about for exchange in left] == ["inner", "outer", None]

    async def test_concurrent_calls_are_told_apart(self) -> None:
        left: list[Exchange] = []

        async def create(key: str) -> None:
            with concerning(key):
                await asyncio.sleep(0)
                await d.write("POST", server.url, json=key)

        async with serving(says(200)) as server, door(left) as d:
            await asyncio.gather(*(create(f"r-{number}") for number in range(8)))
            await d.write("POST", server.url, json="none")
        expected: dict[str | None, str] = {f"r-{number}": f'"r-{number}"' for number in range(8)}
        expected[None] = '"none"'
        assert {exchange.about: exchange.sent for exchange in left} == expected

    async def test_bodies_are_cut(self) -> None:
        left: list[Exchange] = []
        async with serving(says(200, "y" * 50_000)) as server, door(left) as d:
            await d.write("POST", server.url, data=b"x" * 50_000)
        assert left[0].sent == "x" * 16384 + "…"
        assert left[0].received == "y" * 16384 + "…"

    async def test_a_record_that_fails_does_not_undo_the_call(self) -> None:
        def full(_: Exchange) -> None:
            raise OSError("disk full")

        async with serving(says(200, "{}")) as server, Door(name="Platform", allow_private=True, record=full) as d:
            assert (await d.write("POST", server.url)).status == 200
