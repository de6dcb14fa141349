"""A call through the door: what is sent, and what has come of it so far."""

import json
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any, Protocol, cast, runtime_checkable

from multidict import CIMultiDict
from yarl import URL

from retour.connectors import words
from retour.connectors.exchange import SHOWN, Exchange, concern
from retour.connectors.redact import Redactor, redactor_for
from retour.connectors.transport import Lost, Received

_for_credentials: ContextVar[bool] = ContextVar("for_credentials", default=False)


@contextmanager
def for_credentials() -> Iterator[None]:
    """Says that calls inside are made for the credentials of other calls, which wait for them."""
    token = _for_credentials.set(True)
    try:
        yield
    finally:
        _for_credentials.reset(token)


def is_for_credentials() -> bool:
    return _for_credentials.get()


class Auth(Protocol):
    """Adds credentials to a call. See `retour.connectors.auth`. What it asks through the same door takes no place:
    the call that waits for it holds one."""

    async def headers(self) -> Mapping[str, str]: ...

    def refused(self, status: int, body: bytes) -> bool:
        """Whether an answer says that the credentials are not good (any more), and that nothing was done. Nearly
        everywhere that is a 401."""
        ...

    def drop(self) -> bool:
        """Forgets a cached token after that; true when a fresh one can be had and the call is worth one more try.
        Called in the task that asked for the `headers`."""
        ...

    def secrets(self) -> Iterable[str]:
        """What must never be shown."""
        ...


@runtime_checkable
class Signs(Protocol):
    """An `Auth` whose credentials depend on the whole call, as a signature does."""

    async def sign(self, method: str, url: URL, body: bytes | None) -> tuple[URL, Mapping[str, str]]:
        """The address that the call goes to, and its further headers. Asked instead of `headers`, for each attempt
        anew, with the address and body as the connector gave them."""
        ...


@dataclass(slots=True, kw_only=True)
class Call:
    """Its `repr` shows nothing that was sent: tracebacks may print it."""

    write: bool
    method: str
    url: URL = field(repr=False)
    signed: URL | None = field(default=None, repr=False)
    """Where it goes, if its credentials are in the address."""
    group: str
    auth: Auth | None = field(repr=False)
    headers: CIMultiDict[str] = field(repr=False)
    body: bytes | None = field(repr=False)
    timeout: float
    answers: Collection[int]
    undone: Collection[int]
    secrets: tuple[str, ...] = field(repr=False)
    left: bool = False
    """It has left since it was last recorded."""
    outcome: Received | Lost | None = field(default=None, repr=False)
    pause: timedelta | None = None
    """What a 429 or 503 asks for."""
    _credentials: set[str] = field(default_factory=set, repr=False)

    async def dressed(self) -> CIMultiDict[str]:
        """Its headers, with credentials."""
        if self.auth is None:
            return self.headers
        headers = self.headers.copy()
        with for_credentials():
            if _signs(type(self.auth)):
                self.signed, credentials = await cast("Signs", self.auth).sign(self.method, self.url, self.body)
            else:
                credentials = await self.auth.headers()
        headers.update(credentials)
        for value in credentials.values():
            self._credentials |= {value, value.rpartition(" ")[2]}
        return headers

    def redactor(self) -> Redactor:
        """Knows the door's secrets, the live ones of its credentials, and those that this call itself has used."""
        live = self.auth.secrets() if self.auth else ()
        return redactor_for(frozenset((*self.secrets, *live, *self._credentials)))

    def exchange(self) -> Exchange:
        """How it went last, redacted."""
        redact, outcome = self.redactor(), self.outcome
        status, request_id, received = None, None, "(cancelled)"
        if isinstance(outcome, Received):
            status, request_id = outcome.status, words.request_id(outcome.headers, redact)
            # Where a redirect points to may hold secrets of the platform's sign-in.
            redirect = 300 <= status < 400
            received = "(redirect)" if redirect else redact.clipped(words.decoded(outcome.body, outcome.headers), SHOWN)
        elif outcome is not None:
            received = f"({outcome.why})"
        return Exchange(
            about=concern(),
            method=self.method,
            url=redact.url(str(self.signed or self.url)),
            status=status,
            sent=redact.clipped((self.body or b"").decode("utf-8", "replace"), SHOWN),
            received=received,
            request_id=request_id,
        )


@lru_cache(maxsize=64)
def _signs(auth: Hashable) -> bool:
    """Asked of the class, and once: asking a protocol costs as much as a tenth of a call."""
    return isinstance(auth, type) and issubclass(auth, Signs)


def body_of(value: Any, data: bytes | None, headers: CIMultiDict[str]) -> bytes | None:
    """The bytes to send, `headers` told their type. Raises ValueError for two bodies, or a value that is not JSON."""
    if value is None:
        return data
    if data is not None:
        raise ValueError("a call has one body: json or data")
    headers.setdefault("Content-Type", "application/json")
    return _dense.encode(value).encode()


_dense = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
