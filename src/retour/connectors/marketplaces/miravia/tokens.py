"""The seller's tokens: those of the settings at first, then those that came of them (contract miravia 3).

A refresh token works once. Its successor is kept in the connection's memory before anything is done with it, together
with a mark of the settings it descends from: tokens that a person fills in anew win over what was kept.
"""

import asyncio
import hashlib
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from yarl import URL

from retour.connectors.auth import REST, Fetched, Token
from retour.connectors.errors import ConnectorError, Refused, Transient, Unauthorized
from retour.connectors.http import Door
from retour.connectors.marketplaces.miravia import refusals, wire
from retour.connectors.marketplaces.miravia.config import MiraviaConfig
from retour.connectors.marketplaces.miravia.signature import Signature
from retour.connectors.shapes import Garbled, decode

NOTE = "tokens"
CALLS = "calls"
"""The limit group of every call."""
EARLY = timedelta(days=7)
"""So long before its end an access token is renewed (assumed, contract miravia 3)."""
AGAIN = "Miravia does not renew the tokens. Authorise your shop again and fill in both tokens that it gives."
ASK_AGAIN = timedelta(hours=1)
"""How long the tokens are used without asking the memory for them."""


@dataclass(frozen=True, slots=True)
class Held:
    """A pair of tokens. Times are Unix seconds; None: not known, as of tokens from the settings."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    renew_at: float | None = None
    ends_at: float | None = None
    refresh_ends_at: float | None = None

    @classmethod
    def of(cls, note: Any, root: str) -> "Held | None":
        """What was kept, if it descends from these settings."""
        if not isinstance(note, dict) or note.get("root") != root:
            return None
        kept: dict[str, Any] = {known.name: note.get(known.name) for known in fields(cls)}
        return cls(**kept)


class Seller:
    """The seller's credentials (`Auth`, `Signs`): each call carries an access token and is signed."""

    def __init__(self, config: MiraviaConfig, door: Door) -> None:
        access, refresh = config.access_token.get_secret_value(), config.refresh_token.get_secret_value()
        self._root = hashlib.sha256(f"{config.client_id}\n{access}\n{refresh}".encode()).hexdigest()
        self._given = Held(access, refresh)
        self._url = f"{config.api_url}/auth/token/refresh"
        self._door = door
        self._signature = Signature(config)
        self._token = Token(self._fetch, margin=timedelta())
        self._hidden: deque[str] = deque((access, refresh), maxlen=16)
        self._ended = ""
        """The access token that Miravia has refused."""
        self._unkept: Held | None = None
        self._refusal: Unauthorized | None = None
        self._rests_until = 0.0

    async def sign(self, method: str, url: URL, body: bytes | None) -> tuple[URL, Mapping[str, str]]:
        access = await self._token.value()
        return self._signature.signed(url, body, {"access_token": access}), {}

    async def headers(self) -> Mapping[str, str]:
        return {}

    def refused(self, status: int, body: bytes) -> bool:
        return refusals.token_ended(status, body)

    def drop(self) -> bool:
        live = set(self._token.secrets())
        self._token.drop()
        self._ended = next(iter(live - set(self._token.secrets())), self._ended)
        return True

    def secrets(self) -> Iterable[str]:
        return (*self._signature.secrets(), *self._hidden)

    async def authorised_until(self) -> datetime | None:
        """When the authorisation ends for good; None: not known before the first renewal."""
        ends = (await self._held()).refresh_ends_at
        return None if ends is None else datetime.fromtimestamp(ends, UTC)

    async def _fetch(self) -> Fetched:
        """A good access token: the one that is held or, when that has ended or soon will, a new one."""
        held, now = await self._held(), time.time()
        if held.access != self._ended and (held.renew_at is None or now < held.renew_at):
            return _fetched(held, now)
        try:
            fresh = await self._renewed(held)
        except ConnectorError as error:
            newest = await self._held()  # another process may have been faster
            if newest.access not in {held.access, self._ended}:
                fresh = newest
            elif held.access != self._ended and held.ends_at is not None and now < held.ends_at:
                fresh = held  # still good: whoever must authorise again has some days to do it
            elif isinstance(error, Unauthorized):
                raise self._resting(error) from None
            else:
                raise
        return _fetched(fresh, now)

    async def _held(self) -> Held:
        if self._unkept is not None:
            await self._keep(self._unkept)
        notes = await self._door.memory.read(NOTE)
        held = Held.of(notes.get(NOTE), self._root) or self._given
        self._hide(held)
        return held

    async def _renewed(self, held: Held) -> Held:
        if self._refusal is not None and asyncio.get_running_loop().time() < self._rests_until:
            raise self._refusal.with_traceback(None)
        asked = time.time()
        answer = await self._door.read(
            "POST",
            self._url,
            group=CALLS,
            auth=self._signature,
            headers=wire.FORM,
            data=urlencode({"refresh_token": held.refresh}).encode(),
        )
        said = wire.said(answer.body)
        if said is not None and said.failed:
            error = refusals.failure(said, write=False, hide=lambda text: self._door.redacted(text, self))
            if isinstance(error, Refused):
                # It is the renewal that was refused, not the call that waits for it.
                error = Unauthorized(AGAIN, code=error.code, words=error.words, request_id=error.request_id)
            raise error
        try:
            told = decode(wire.Tokens, answer.json())
        except Garbled as why:
            raise Transient(f"Miravia gave no tokens: {why}.", request_id=answer.request_id) from None
        fresh = Held(
            access=told.access_token,
            refresh=told.refresh_token or held.refresh,
            renew_at=asked + max(told.expires_in - EARLY.total_seconds(), told.expires_in / 2),
            ends_at=asked + told.expires_in,
            refresh_ends_at=asked + told.refresh_expires_in if told.refresh_expires_in else None,
        )
        self._hide(fresh)
        # Should the memory fail, they are kept before the next call instead: nothing else knows them.
        self._unkept = fresh
        await self._keep(fresh)
        return fresh

    async def _keep(self, held: Held) -> None:
        await self._door.memory.write({NOTE: {**asdict(held), "root": self._root}})
        self._unkept = None

    def _resting(self, error: Unauthorized) -> Unauthorized:
        """Whoever asks with a dead token again and again is blocked. New settings open the connector anew."""
        if error is not self._refusal:
            self._refusal = error
            self._rests_until = asyncio.get_running_loop().time() + REST.total_seconds()
        return error

    def _hide(self, held: Held) -> None:
        self._hidden.extend(token for token in (held.access, held.refresh) if token not in self._hidden)


def _fetched(held: Held, now: float) -> Fetched:
    end = held.ends_at if held.renew_at is None or held.renew_at <= now else held.renew_at
    left = ASK_AGAIN if end is None else min(ASK_AGAIN, timedelta(seconds=max(end - now, 1)))
    return Fetched(held.access, left)
