"""A partner's calls over HTTP: its address, its credentials, and how many calls the profile allows."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from retour.connectors.http import Answer, Door, Limit
from retour.connectors.limits import Group
from retour.connectors.partner.config import PartnerConfig
from retour.connectors.partner.credentials import credentials
from retour.connectors.partner.profile import RateLimit

CALLS = "calls"
A_MOMENT = 5.0
LONGEST_PATIENCE = 120.0
"""Seconds that a call waits for its turn at most."""


class Calls:
    """Reads and writes below the partner's address. Paths that do not begin with a slash are whole addresses."""

    def __init__(self, config: PartnerConfig, door: Door, limit: RateLimit | None = None) -> None:
        self._url = config.base_url
        self._door = door
        self._auth = credentials(config)
        # A door's limits are its connector's, the same for all partners; these are this partner's.
        limits = [Limit(CALLS, limit.calls, timedelta(seconds=limit.seconds))] if limit else []
        self._group = Group(door.name, limits)
        self._patience = min((limit.seconds if limit else 0) + A_MOMENT, LONGEST_PATIENCE)

    async def read(
        self,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, str] | None = None,
        accept: str = "application/json",
        answers: Collection[int] = (),
    ) -> Answer:
        async with self._turn():
            return await self._door.read(
                method,
                self.address(path),
                group=CALLS,
                auth=self._auth,
                params=params,
                headers={"Accept": accept},
                answers=answers,
            )

    async def write(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        json: Any = None,
        data: bytes | None = None,
        answers: Collection[int] = (),
    ) -> Answer:
        async with self._turn():
            return await self._door.write(
                method,
                self.address(path),
                group=CALLS,
                auth=self._auth,
                headers=headers,
                json=json,
                data=data,
                answers=answers,
            )

    def address(self, path: str) -> str:
        return self._url + path if path.startswith("/") else path

    def hidden(self, text: str) -> str:
        """A text of the partner's without secrets."""
        return self._door.redacted(text, self._auth)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        await self._group.admit(self._patience)
        try:
            yield
        finally:
            self._group.arrive()
