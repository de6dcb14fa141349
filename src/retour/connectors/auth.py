"""Credentials for a door's calls: fixed ones, and tokens that are fetched, shared and renewed.

A platform that sees a token fetched for each call, or a wrong secret again and again, blocks its sender. So a token is
fetched once for all who wait, and after a refusal nobody asks for five minutes.
"""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from retour.connectors import words
from retour.connectors.call import for_credentials
from retour.connectors.errors import ConnectorError, Misconfigured, Transient, Unauthorized, Unavailable
from retour.connectors.http import Answer, Door

MARGIN = timedelta(seconds=30)
REST = timedelta(minutes=5)
"""How long a sign-in that was refused is not tried again."""
LIFETIME = timedelta(minutes=5)
"""Of a token that does not tell its own."""


def unauthorized(status: int, body: bytes) -> bool:
    """What nearly every platform says when a token is not good any more."""
    return status == 401


class Fixed:
    """Headers that never change. Their values are secret, unless `secrets` says which are."""

    def __init__(self, headers: Mapping[str, str], secrets: Iterable[str] | None = None) -> None:
        self._headers = dict(headers)
        self._secrets = tuple(self._headers.values() if secrets is None else secrets)

    async def headers(self) -> Mapping[str, str]:
        return self._headers

    def refused(self, status: int, body: bytes) -> bool:
        return unauthorized(status, body)

    def drop(self) -> bool:
        return False

    def secrets(self) -> Iterable[str]:
        return self._secrets


class Bearer(Fixed):
    """A token that was given once and for all."""

    def __init__(self, token: str) -> None:
        super().__init__({"Authorization": f"Bearer {token}"}, [token])


class Basic(Fixed):
    """User name and password, as UTF-8 (RFC 7617)."""

    def __init__(self, user: str, password: str) -> None:
        encoded = b64encode(f"{user}:{password}".encode()).decode()
        super().__init__({"Authorization": f"Basic {encoded}"}, [password, encoded])


class Fetched(NamedTuple):
    """A token and how long it is good from the moment it was asked for."""

    value: str
    lifetime: timedelta


class Token:
    """A token that is fetched when it is needed: once for all who wait, and again `margin` before it expires.

    All who waited for a fetch that failed get its failure; nobody repeats it for them."""

    def __init__(self, fetch: Callable[[], Awaitable[Fetched]], *, margin: timedelta = MARGIN) -> None:
        self._fetch = fetch
        self._margin = margin.total_seconds()
        self._value: str | None = None
        self._renew_at = 0.0
        self._lock = asyncio.Lock()
        self._flights = 0
        self._failure: ConnectorError | None = None
        self._used: WeakKeyDictionary[asyncio.Task[Any], str] = WeakKeyDictionary()

    async def value(self) -> str:
        """A token that is good now. Raises what the fetch raises."""
        value = self._good()
        if value is None:
            joined = self._flights if self._lock.locked() else self._flights + 1
            async with self._lock:
                value = self._good()
                if value is None and self._flights >= joined and self._failure is not None:
                    raise self._failure.with_traceback(None)
                if value is None:
                    value = await self._renewed()
        if task := asyncio.current_task():
            self._used[task] = value
        return value

    def drop(self) -> bool:
        """Forgets the token that this task was given last; true: a fresh one can be had. A token that has been
        renewed since is kept: it is the fresh one."""
        task = asyncio.current_task()
        used = self._used.get(task) if task else None
        if used is None or used == self._value:
            self._value = None
        return True

    def secrets(self) -> Iterable[str]:
        return () if self._value is None else (self._value,)

    def _good(self) -> str | None:
        return self._value if asyncio.get_running_loop().time() < self._renew_at else None

    async def _renewed(self) -> str:
        self._flights += 1
        self._failure = None
        asked_at = asyncio.get_running_loop().time()
        try:
            with for_credentials():
                fetched = await self._fetch()
        except ConnectorError as error:
            self._failure = error
            raise
        lifetime = fetched.lifetime.total_seconds()
        # A token that lives shorter than the margin must still serve more than one call.
        self._renew_at = asked_at + max(lifetime - self._margin, lifetime / 2)
        self._value = fetched.value
        return fetched.value


_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class ClientCredentials:
    """OAuth 2 client credentials (RFC 6749, section 4.4) with a form body.

    `style`: where id and secret go, the Basic header or the `body`. `form`: further fields; it may replace `grant_type`
    (a refresh token's, for one). `header` and `prefix` say how calls carry the token. `blocks_with_404`: this
    platform's token endpoint shows a 404 to an address that it has blocked.

    `request_headers`, if they are made, are made anew for each request of a token. `refused`: the answers (status,
    body) by which this platform says that a token is not good any more.

    Raises Unauthorized with the platform's `error` (code) and `error_description` (words) on 400, 401 and 403, and does
    not ask again for five minutes."""

    def __init__(
        self,
        door: Door,
        url: str,
        client_id: str,
        client_secret: str,
        *,
        style: Literal["basic", "body"] = "basic",
        form: Mapping[str, str] | None = None,
        request_headers: Mapping[str, str] | Callable[[], Mapping[str, str]] | None = None,
        group: str = "token",
        header: str = "Authorization",
        prefix: str = "Bearer ",
        margin: timedelta = MARGIN,
        blocks_with_404: bool = False,
        refused: Callable[[int, bytes], bool] = unauthorized,
    ) -> None:
        basic = Basic(client_id, client_secret)
        fields = {"grant_type": "client_credentials", **(form or {})}
        if style == "body":
            fields |= {"client_id": client_id, "client_secret": client_secret}
        hidden = [
            value
            for name, value in fields.items()
            if name.endswith(("token", "secret", "password", "code", "assertion"))
        ]
        self._secrets = (*basic.secrets(), *hidden)
        # Whoever the client is, a 401 at the token endpoint is final: none of these has anything fresh to give.
        self._client = basic if style == "basic" else Fixed({}, self._secrets)
        self._door, self._url, self._group = door, url, group
        self._body = urlencode(fields).encode()
        self._request_headers = request_headers if callable(request_headers) else lambda: request_headers or {}
        self._header, self._prefix = header, prefix
        self._blocks_with_404 = blocks_with_404
        self._refuses = refused
        self._token = Token(self._fetch, margin=margin)
        self._answer: Answer | None = None
        """The refusal that nobody asks again about until then."""
        self._rests_until = 0.0

    async def headers(self) -> Mapping[str, str]:
        return {self._header: self._prefix + await self._token.value()}

    def refused(self, status: int, body: bytes) -> bool:
        return self._refuses(status, body)

    def drop(self) -> bool:
        return self._token.drop()

    def secrets(self) -> Iterable[str]:
        return (*self._secrets, *self._token.secrets())

    async def _fetch(self) -> Fetched:
        loop = asyncio.get_running_loop()
        rest = timedelta(seconds=self._rests_until - loop.time())
        if self._answer is not None and rest > timedelta():
            raise self._refused(self._answer, rest)
        answer = await self._door.read(
            "POST",
            self._url,
            group=self._group,
            auth=self._client,
            headers={**_FORM, **self._request_headers()},
            data=self._body,
            answers=(400, 401, 403, 404),
        )
        if answer.status >= 400:
            self._answer, self._rests_until = answer, loop.time() + REST.total_seconds()
            raise self._refused(answer, REST)
        return self._read(answer)

    def _refused(self, answer: Answer, rest: timedelta) -> ConnectorError:
        name = self._door.name
        if answer.status == 404 and self._blocks_with_404:
            return Unavailable(
                f"{name} has no sign-in for this server (404): it blocks addresses that ask for too many tokens.",
                retry_after=rest,
                code="404",
                request_id=answer.request_id,
            )
        if answer.status == 404:
            return Misconfigured(f"The sign-in address set for {name} does not exist (404).", code="404")
        value = _object(answer)
        error, description = value.get("error"), value.get("error_description")

        def hide(text: str) -> str:
            return self._door.redacted(text, self)

        return Unauthorized(
            f"{name} does not accept the client id and secret.",
            code=words.line(error, hide) if isinstance(error, str) else str(answer.status),
            words=words.line(description, hide)
            if isinstance(description, str)
            else words.said(answer.body, answer.headers, hide),
            request_id=words.request_id(answer.headers, hide),
        )

    def _read(self, answer: Answer) -> Fetched:
        value = _object(answer)
        token: Any = value.get("access_token")
        if not isinstance(token, str) or not token:
            raise Transient(f"{self._door.name} gave no token.", code=str(answer.status), request_id=answer.request_id)
        return Fetched(token, _lifetime(value.get("expires_in")))


def _object(answer: Answer) -> dict[str, Any]:
    try:
        value = answer.json()
    except ConnectorError:
        return {}
    return value if isinstance(value, dict) else {}


def _lifetime(seconds: Any) -> timedelta:
    """Some platforms give the number as text, or not at all."""
    try:
        lifetime = timedelta(seconds=float(seconds))
    except (TypeError, ValueError, OverflowError):
        return LIFETIME
    return lifetime if lifetime > timedelta() and not isinstance(seconds, bool) else LIFETIME
