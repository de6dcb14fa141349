"""One request, one answer, over aiohttp. Nothing is repeated, followed, remembered or raised here.

aiohttp repeats GET, PUT and DELETE on its own when a connection breaks; `_never_again` stops that. Its exceptions hold
URLs, so none leaves this module: what happened is returned as a value.
"""

import io
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import SimpleNamespace
from typing import Any

import aiohttp
from yarl import URL

from retour import __version__
from retour.connectors.guard import Barred, GuardedResolver

CONNECT_WITHIN = 10.0
WHOLE_BODY = 32 * 1024 * 1024
ERROR_BODY = 64 * 1024
"""More of an error page than this nobody reads."""
LARGE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """An answer. `flaw` says why its body is not whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    flaw: str | None = None


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


async def _connected(_session: aiohttp.ClientSession, context: SimpleNamespace, _params: Any) -> None:
    context.trace_request_ctx.connected = True


class Transport:
    """Connections of one door, on the event loop of its first request."""

    def __init__(self, *, allow_private: bool, whole_body: int = WHOLE_BODY) -> None:
        self._allow_private = allow_private
        self._whole_body = whole_body
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
        timeout: float,
        wanted: frozenset[int],
    ) -> Received | Lost:
        """`fresh` takes a new connection: a kept one may have been closed by the other side, which would look as if
        the request had arrived and its answer had not. `timeout` covers all from connecting to the last byte.
        Bodies of 2xx and of `wanted` statuses are read whole."""
        leg = _Leg()
        try:
            async with self._session(fresh=fresh).request(
                method,
                url,
                headers=headers,
                data=io.BytesIO(body) if body is not None and len(body) > LARGE else body,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, CONNECT_WITHIN)),
                trace_request_ctx=leg,
            ) as response:
                whole = 200 <= response.status < 300 or response.status in wanted
                content, flaw = await self._body(response, self._whole_body if whole else ERROR_BODY)
                return Received(response.status, response.headers, content, flaw if whole else None)
        except _Broken:
            return Lost(Reach.SENT, "the connection broke before an answer came")
        except aiohttp.ClientConnectorDNSError as error:
            if isinstance(error.os_error, Barred):
                return Lost(Reach.BARRED, "")
            return Lost(Reach.UNSENT, "its name has no address (DNS)")
        except aiohttp.ClientConnectorCertificateError as error:
            return Lost(Reach.UNSENT, f"its certificate is not trusted{_verification(error.certificate_error)}")
        except aiohttp.ClientConnectorSSLError:
            return Lost(Reach.UNSENT, "no secure connection could be made (TLS)")
        except aiohttp.ClientConnectorError as error:
            return Lost(Reach.UNSENT, f"no connection could be made ({_errno(error.os_error)})")
        except TimeoutError:
            if leg.connected:
                return Lost(Reach.SENT, f"no answer came within {timeout:g} s")
            return Lost(Reach.UNSENT, f"no connection could be made within {min(timeout, CONNECT_WITHIN):g} s")
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, aiohttp.InvalidURL):
                return Lost(Reach.UNSENDABLE, "the address is not valid")
            reach = Reach.SENT if leg.connected else Reach.UNSENT
            return Lost(reach, f"the connection failed ({type(error).__name__})")
        except ValueError:
            # A header with a line break, for one: a setting that was pasted with its end of line.
            if leg.connected:
                return Lost(Reach.SENT, "the answer is not HTTP")
            return Lost(Reach.UNSENDABLE, "a setting holds characters that cannot be sent")

    async def close(self) -> None:
        for session in (self._kept, self._fresh):
            if session is not None:
                await session.close()
        self._kept = self._fresh = None

    def _session(self, *, fresh: bool) -> aiohttp.ClientSession:
        if fresh:
            self._fresh = self._fresh or self._opened(force_close=True)
            return self._fresh
        self._kept = self._kept or self._opened(force_close=False)
        return self._kept

    def _opened(self, *, force_close: bool) -> aiohttp.ClientSession:
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(_connected)
        trace.on_connection_reuseconn.append(_connected)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=GuardedResolver(allow_private=self._allow_private), force_close=force_close
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"Retour/{__version__}"},
            middlewares=(_never_again,),
            trace_configs=[trace],
            trust_env=False,
        )

    @staticmethod
    async def _body(response: aiohttp.ClientResponse, most: int) -> tuple[bytes, str | None]:
        body = bytearray()
        try:
            async for chunk in response.content.iter_chunked(64 * 1024):
                body += chunk
                if len(body) > most:
                    response.close()
                    return bytes(body[:most]), f"the answer is larger than {most // 1024} KiB"
        except TimeoutError:
            return bytes(body), "the answer took too long"
        except (aiohttp.ClientError, OSError, _Broken):
            return bytes(body), "the answer broke off"
        return bytes(body), None


def _verification(error: Exception) -> str:
    return f" ({error.verify_message})" if isinstance(error, ssl.SSLCertVerificationError) else ""


def _errno(error: OSError) -> str:
    """The system's words for an error number, without the address that the error's own text holds."""
    if error.errno is None or isinstance(error, socket.gaierror):
        return type(error).__name__
    return os.strerror(error.errno)
