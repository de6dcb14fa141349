"""One request, one answer, over aiohttp. Nothing is repeated, followed, remembered or raised here.

aiohttp repeats GET, PUT and DELETE on its own when a connection breaks; `_never_again` stops that. Its exceptions hold
URLs, so none leaves this module: what happened is returned as a value.
"""

import io
import os
import re
import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache

import aiohttp
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from retour import __version__
from retour.connectors.guard import Barred, GuardedResolver

CONNECT_WITHIN = 10.0
KEPT, FRESH = 15.0, 1.0
"""How many seconds an idle connection may be used again: for reads, and for writes."""
WHOLE_BODY = 32 * 1024 * 1024
ERROR_BODY = 64 * 1024
"""More of an error page than this nobody reads."""
LARGE = 1024 * 1024
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Received:
    """An answer. `flaw` says why its body is not whole."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    flaw: str | None = None
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """An answer whose body has not been read yet."""

    received: Received
    _response: aiohttp.ClientResponse = field(repr=False)
    _most: int

    async def pieces(self) -> "AsyncIterator[bytes | Lost]":
        """The body as it comes, as it was sent (nothing is unpacked). Ends with a Lost where it broke off."""
        length = 0
        try:
            async for piece in self._response.content.iter_any():
                length += len(piece)
                if length > self._most:
                    yield Lost(Reach.SENT, f"the answer is larger than {self._most // 1024} KiB")
                    return
                yield piece
        except TimeoutError:
            yield Lost(Reach.SENT, "the answer took too long")
        except (aiohttp.ClientError, OSError, _Broken):
            yield Lost(Reach.SENT, "the answer broke off")


class Reach(Enum):
    """How far a request came that got no answer."""

    BARRED = auto()
    UNSENDABLE = auto()
    UNSENT = auto()
    SENT = auto()
    """It may have arrived."""


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer. `why` is the end of a sentence and names no address."""

    reach: Reach
    why: str


class _Broken(Exception):
    """The connection broke; not an aiohttp error, so that aiohttp does not repeat the request."""


@dataclass(slots=True)
class _Leg:
    connected: bool = False


async def _never_again(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise _Broken from None


_leg: ContextVar[_Leg] = ContextVar("leg")
"""The request that the current task is sending."""


class _Connector(aiohttp.TCPConnector):
    """Notes which requests got a connection: only those may have arrived. (aiohttp's tracing tells the same and costs
    a sixth of a call.)"""

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        _leg.get().connected = True
        return connection


@lru_cache(maxsize=64)
def _within(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, CONNECT_WITHIN))


class Transport:
    """Connections of one door, on the event loop of its first request."""

    def __init__(self, *, allow_private: bool, most: int = WHOLE_BODY) -> None:
        self._allow_private = allow_private
        self._most = most
        self._kept: aiohttp.ClientSession | None = None
        self._fresh: aiohttp.ClientSession | None = None

    async def send(
        self,
        method: str,
        url: URL,
        *,
        fresh: bool,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout: float,  # noqa: ASYNC109 - aiohttp keeps it, on the loop's clock
        wanted: Collection[int],
    ) -> Received | Lost:
        """`fresh` takes a connection that is new or was used within the last second: one that was idle for longer may
        have been closed by the other side, which would look as if the request had arrived and its answer had not.
        `timeout` covers all from connecting to the last byte. Bodies of 2xx and of `wanted` statuses are read whole."""
        if CONTROL.search("".join([*headers.keys(), *headers.values()])):
            # A setting that was pasted with its end of line, for one.
            return Lost(Reach.UNSENDABLE, "a setting holds characters that cannot be sent")
        leg = _Leg()
        before = _leg.set(leg)
        try:
            async with self._session(fresh=fresh).request(
                method,
                url,
                headers=headers,
                data=io.BytesIO(body) if body is not None and len(body) > LARGE else body,
                allow_redirects=False,
                timeout=_within(timeout),
            ) as response:
                whole = 200 <= response.status < 300 or response.status in wanted
                content, flaw = await self._body(response, self._most if whole else ERROR_BODY)
                too_large = whole and len(content) > self._most
                return Received(response.status, response.headers, content, flaw if whole else None, too_large)
        except (aiohttp.ClientError, OSError, ValueError, _Broken) as error:
            return _lost(error, connected=leg.connected, timeout=timeout)
        finally:
            _leg.reset(before)

    @asynccontextmanager
    async def stream(
        self, url: URL, *, headers: Mapping[str, str], silence: float, within: float, most: int
    ) -> AsyncIterator["Flow | Lost"]:
        """A GET whose body is read in pieces. The body of an answer that is no 2xx is in its `received`."""
        if CONTROL.search("".join([*headers.keys(), *headers.values()])):
            yield Lost(Reach.UNSENDABLE, "a setting holds characters that cannot be sent")
            return
        leg = _Leg()
        before = _leg.set(leg)
        limit = aiohttp.ClientTimeout(total=within, sock_connect=min(silence, CONNECT_WITHIN), sock_read=silence)
        lost: Lost | None = None
        try:
            response = await self._session(fresh=False).get(
                url, headers=headers, allow_redirects=False, timeout=limit, auto_decompress=False
            )
        except (aiohttp.ClientError, OSError, ValueError, _Broken) as error:
            lost = _lost(error, connected=leg.connected, timeout=silence)
        finally:
            _leg.reset(before)
        if lost is not None:  # outside the handler: what is raised meanwhile must not carry aiohttp's error
            yield lost
            return
        async with response:
            content = b"" if 200 <= response.status < 300 else (await self._body(response, ERROR_BODY))[0]
            yield Flow(Received(response.status, response.headers, content), response, most)

    async def close(self) -> None:
        for session in (self._kept, self._fresh):
            if session is not None:
                await session.close()
        self._kept = self._fresh = None

    def _session(self, *, fresh: bool) -> aiohttp.ClientSession:
        if fresh:
            self._fresh = self._fresh or self._opened(idle=FRESH)
            return self._fresh
        self._kept = self._kept or self._opened(idle=KEPT)
        return self._kept

    def _opened(self, *, idle: float) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=_Connector(resolver=GuardedResolver(allow_private=self._allow_private), keepalive_timeout=idle),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"Retour/{__version__}"},
            middlewares=(_never_again,),
            trust_env=False,
        )

    @staticmethod
    async def _body(response: aiohttp.ClientResponse, most: int) -> tuple[bytes, str | None]:
        body = bytearray()
        try:
            while not response.content.at_eof():
                body += await response.content.readany()
                if len(body) > most:
                    response.close()
                    return bytes(body), f"the answer is larger than {most // 1024} KiB"
        except TimeoutError:
            return bytes(body), "the answer took too long"
        except (aiohttp.ClientError, OSError, _Broken):
            return bytes(body), "the answer broke off"
        return bytes(body), None


def _lost(error: Exception, *, connected: bool, timeout: float) -> Lost:
    reach = Reach.SENT if connected else Reach.UNSENT
    match error:
        case aiohttp.ClientConnectorDNSError(os_error=Barred()):
            reach, why = Reach.BARRED, "the address is barred"
        case aiohttp.ClientConnectorDNSError():
            why = "its name has no address (DNS)"
        case aiohttp.ClientConnectorCertificateError(certificate_error=ssl.SSLCertVerificationError() as cause):
            why = f"its certificate is not trusted ({cause.verify_message})"
        case aiohttp.ClientSSLError():
            why = "no secure connection could be made (TLS)"
        case aiohttp.ClientConnectorError(os_error=cause):
            why = f"no connection could be made ({os.strerror(cause.errno) if cause.errno else type(cause).__name__})"
        case TimeoutError() if connected:
            why = f"no answer came within {timeout:g} s"
        case TimeoutError():
            why = f"no connection could be made within {min(timeout, CONNECT_WITHIN):g} s"
        case _Broken() | aiohttp.ClientConnectionError() | OSError():
            why = "the connection broke before an answer came"
        case aiohttp.InvalidURL():
            reach, why = Reach.UNSENDABLE, "the address is not valid"
        case ValueError() if not connected:
            reach, why = Reach.UNSENDABLE, "the call cannot be put into HTTP"
        case _:
            why = "the answer is not HTTP"
    return Lost(reach, why)
