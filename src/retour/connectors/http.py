"""The one HTTP door: limits, retry of reads, naming of failures, redaction, guard against private addresses."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import stamina
from multidict import CIMultiDict

from retour.connectors import words
from retour.connectors.call import Auth, Call, body_of, is_for_credentials
from retour.connectors.errors import ConnectorError, Transient, Unavailable
from retour.connectors.exchange import Exchange, concerning, hand_over
from retour.connectors.guard import checked
from retour.connectors.inbox import Inbox, Letterbox
from retour.connectors.limits import LONGEST_PAUSE, Group, Groups, Limit, Quota, RateHeaders
from retour.connectors.memory import Memory, Notebook
from retour.connectors.redact import Redactor
from retour.connectors.transport import Flow, Lost, Received, Transport
from retour.connectors.verdict import Court

__all__ = ["Answer", "Auth", "Door", "Exchange", "Limit", "Quota", "RateHeaders", "Stream", "concerning"]

_reads = stamina.AsyncRetryingCaller(attempts=3, timeout=None, wait_initial=0.25, wait_max=2.0, wait_jitter=0.25)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform answered: a 2xx, or a status that the caller reads itself. Header names are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    request_id: str | None = None
    unreadable: Callable[[str], ConnectorError] | None = field(default=None, repr=False, compare=False)
    """Makes the error for a body that is not what it should be, from the end of a sentence."""

    def json(self) -> Any:
        """The body as JSON. Raises Transient for a read, OutcomeUnknown for a write, when it is not JSON."""
        try:
            return _strict.decode(self.body.decode(json.detect_encoding(self.body), "surrogatepass"))
        except (ValueError, RecursionError):
            flaw = "the answer is not JSON"
        # Outside the handler: the decoder's error holds the whole body.
        raise self.unreadable(flaw) if self.unreadable else Transient(f"Not understood: {flaw}.")

    def text(self) -> str:
        """The body as text, in its declared charset."""
        return words.decoded(self.body, self.headers)


def _not_json(constant: str) -> Any:
    raise ValueError(constant)


_strict = json.JSONDecoder(parse_constant=_not_json)
"""Made once: `json.loads` makes one for every body that it reads so strictly."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer whose body is read in pieces, once."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes] = field(repr=False)


class Door:
    """A connection's way to its platform. Reads are repeated when nothing came of them, writes never.

    Raises only `ConnectorError`s, whose words hold no secret. Belongs to the event loop of its first call; `close` it
    there, or use it as `async with`."""

    def __init__(
        self,
        *,
        name: str,
        limits: Iterable[Limit] = (),
        rate_headers: RateHeaders | None = None,
        secrets: Iterable[str] = (),
        allow_private: bool = False,
        record: Callable[[Exchange], None] | None = None,
        patience: timedelta = timedelta(seconds=20),
        parallel: int = 8,
        memory: Memory | None = None,
        inbox: Inbox | None = None,
    ) -> None:
        """`name` is the platform's, as a merchant reads it. `patience` is how long a call may wait for its turn, once
        one of the `parallel` places for calls under way is free; for those it waits as long as it takes.
        `record` gets every write that left, and every read that failed in the end. `memory` and `inbox` are the
        connection's; without them, notes last as long as the door, and nothing arrives."""
        self.name = name
        self.memory: Memory = memory or Notebook()
        self.inbox: Inbox = inbox or Letterbox()
        self._groups = Groups(name, limits)
        self._rate_headers = rate_headers
        self._secrets = tuple(secrets)
        self._allow_private = allow_private
        self._record = record
        self._patience = patience.total_seconds()
        self._places = asyncio.Semaphore(parallel)
        self._transport = Transport(allow_private=allow_private)

    @property
    def allow_private(self) -> bool:
        """Whether addresses of one's own network may be called."""
        return self._allow_private

    @property
    def quota(self) -> Mapping[str, Quota]:
        """What each group has left, for display. Ask on the event loop."""
        return self._groups.quota()

    async def read(
        self,
        method: str,
        url: str,
        *,
        group: str = "",
        auth: Auth | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: bytes | None = None,
        timeout: timedelta = timedelta(seconds=30),  # noqa: ASYNC109 - aiohttp keeps it, on the loop's clock
        answers: Collection[int] = (),
    ) -> Answer:
        """A call that changes nothing, whatever its method: up to three attempts while it is Transient.
        `timeout` is for one attempt. Statuses in `answers` are returned instead of raised."""
        call = self._call(False, method, url, group, auth, params, headers, json, data, timeout, answers)
        try:
            return await self._repeated(call)
        except ConnectorError:
            self._leave_behind(call)
            raise

    async def write(
        self,
        method: str,
        url: str,
        *,
        group: str = "",
        auth: Auth | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: bytes | None = None,
        timeout: timedelta = timedelta(seconds=30),  # noqa: ASYNC109 - aiohttp keeps it, on the loop's clock
        answers: Collection[int] = (),
        undone: Collection[int] = (),
    ) -> Answer:
        """A call that changes something: leaves once, on a connection of its own. Raises OutcomeUnknown where it may
        have happened; every other error says that it did not. `undone` are the failures (5xx, 408) after which this
        platform is known to have done nothing; any other may come from a gateway that gave up waiting, even a 503."""
        call = self._call(True, method, url, group, auth, params, headers, json, data, timeout, answers, undone)
        try:
            return await self._made(call)
        finally:
            self._leave_behind(call)

    @asynccontextmanager
    async def stream(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: Auth | None = None,
        group: str = "",
        most: int = 2 * 1024 * 1024 * 1024,
        silence: timedelta = timedelta(seconds=30),
        within: timedelta = timedelta(minutes=30),
    ) -> AsyncIterator[Stream]:
        """A GET whose body may be large: read in pieces as it comes, never whole in memory, at most `most` bytes.

        Made once, and given up after `silence` without a byte, or where its last byte has not come `within` that time:
        one byte now and then would keep a connection for ever. Raises as `read` does, while it is opened and while it
        is read; a body that broke off is Transient. Nothing is unpacked: a body that `Content-Encoding` calls gzip
        arrives as gzip."""
        call = self._call(False, "GET", url, group, auth, None, headers, None, None, silence, ())
        try:
            async with self._places:
                call.left, call.outcome, call.pause = False, None, None
                dressed = await call.dressed()
                departed = await self._groups[call.group].admit(self._patience)
                call.left = True
                try:
                    async with self._transport.stream(
                        call.signed or call.url,
                        headers=dressed,
                        silence=call.timeout,
                        within=within.total_seconds(),
                        most=most,
                    ) as opened:
                        call.outcome = opened if isinstance(opened, Lost) else opened.received
                        if isinstance(opened, Lost):
                            raise self._court(call).unanswered(opened)
                        call.pause = self._learned(self._groups[call.group], opened.received, departed)
                        verdict = self._court(call).on(opened.received, call.pause)
                        if isinstance(verdict, ConnectorError):
                            raise verdict
                        yield Stream(verdict.status, verdict.headers, self._pieces(call, opened))
                finally:
                    self._groups[call.group].arrive()
        except ConnectorError:
            self._leave_behind(call)
            raise

    async def _pieces(self, call: Call, opened: Flow) -> AsyncIterator[bytes]:
        async for piece in opened.pieces():
            if isinstance(piece, Lost):
                raise self._court(call).broken(piece.why)
            yield piece

    def redacted(self, text: str, auth: Auth | None = None) -> str:
        """A text of the platform's that a connector shows itself, without secrets."""
        return Redactor([*self._secrets, *(auth.secrets() if auth else ())])(text)

    async def close(self) -> None:
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.close()

    def _call(
        self,
        write: bool,
        method: str,
        url: str,
        group: str,
        auth: Auth | None,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        value: Any,
        data: bytes | None,
        timeout: timedelta,
        answers: Collection[int],
        undone: Collection[int] = (),
    ) -> Call:
        target = checked(url, name=self.name, allow_private=self._allow_private)
        all_headers = CIMultiDict(headers or {})
        return Call(
            write=write,
            method=method.upper(),
            url=target.extend_query(params) if params else target,
            group=group,
            auth=auth,
            headers=all_headers,
            body=body_of(value, data, all_headers),
            timeout=timeout.total_seconds(),
            answers=answers,
            undone=undone,
            secrets=self._secrets,
        )

    async def _repeated(self, call: Call) -> Answer:
        """Nearly every read needs one attempt only. That one is made without stamina, whose preparations cost as much
        as all the rest of this door; a failure of it is handed to stamina as its first."""
        try:
            return await self._made(call)
        except Transient as error:
            failures = [error]

        async def attempt() -> Answer:
            if failures:
                raise failures.pop()
            return await self._made(call)

        return await _reads(_worth_repeating, attempt)

    async def _made(self, call: Call) -> Answer:
        outcome = await self._sent(call)
        auth = call.auth
        refused = auth is not None and isinstance(outcome, Received) and auth.refused(outcome.status, outcome.body)
        # That did nothing, so even a write may go again: with a fresh token, once.
        if refused and auth is not None and auth.drop():
            if call.write:
                self._leave_behind(call)
            outcome = await self._sent(call)
        verdict = self._court(call).on(outcome, call.pause)
        if isinstance(verdict, ConnectorError):
            raise verdict
        return self._answer(call, verdict)

    async def _sent(self, call: Call) -> Received | Lost:
        if is_for_credentials():
            # Whoever waits for a token holds a place; the call that fetches it must not wait for one.
            return await self._under_way(call)
        async with self._places:
            return await self._under_way(call)

    async def _under_way(self, call: Call) -> Received | Lost:
        call.left, call.outcome, call.pause = False, None, None
        headers = await call.dressed()
        group = self._groups[call.group]
        departed = await group.admit(self._patience)
        call.left = True
        try:
            call.outcome = outcome = await self._transport.send(
                call.method,
                call.signed or call.url,
                fresh=call.write,
                headers=headers,
                body=call.body,
                timeout=call.timeout,
                wanted=call.answers,
            )
        finally:
            group.arrive()
        if isinstance(outcome, Received):
            call.pause = self._learned(group, outcome, departed)
        return outcome

    def _learned(self, group: Group, received: Received, departed: float) -> timedelta | None:
        """Corrects the group's budget by an answer. Returns the pause that a 429 or 503 asks for."""
        headers, now = received.headers, datetime.now(UTC)
        reset = None
        if names := self._rate_headers:
            left, resets = words.numbers(headers.get(names.remaining)), words.resets(headers.get(names.reset), now)
            group.learn(words.numbers(headers.get(names.limit)), left, resets)
            reset = min(zip(left, resets, strict=False))[1] if left and resets else min(resets, default=None)
        asked = words.retry_after(headers, now)
        if received.status == 429:
            asked = asked or reset or words.retry_in_words(received.body, headers)
            return timedelta(seconds=group.strike(asked, departed))
        group.forgive()
        return timedelta(seconds=min(asked, LONGEST_PAUSE)) if asked else None

    def _court(self, call: Call) -> Court:
        return Court(self.name, call.write, call.answers, call.undone, self._allow_private, call.redactor)

    def _answer(self, call: Call, received: Received) -> Answer:
        def unreadable(flaw: str) -> ConnectorError:
            if not call.write:
                self._leave_behind(call)
            return self._court(call).unreadable(received, flaw)

        request_id = words.request_id(received.headers)
        return Answer(received.status, received.headers, received.body, request_id, unreadable)

    def _leave_behind(self, call: Call) -> None:
        if self._record is not None and call.left:
            call.left = False
            hand_over(call.exchange(), self._record)


def _worth_repeating(error: Exception) -> bool:
    return isinstance(error, Transient) and not isinstance(error, Unavailable)
