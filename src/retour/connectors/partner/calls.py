"""A partner's calls over HTTP: its address and its credentials."""

from collections.abc import Collection, Mapping
from typing import Any

from retour.connectors.http import Answer, Door
from retour.connectors.partner.config import PartnerConfig
from retour.connectors.partner.credentials import credentials

CALLS = "calls"


class Calls:
    """Reads and writes below the partner's address. Paths that do not begin with a slash are whole addresses."""

    def __init__(self, config: PartnerConfig, door: Door) -> None:
        self._url = config.base_url
        self._door = door
        self._auth = credentials(config)

    async def read(
        self,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, str] | None = None,
        accept: str = "application/json",
        answers: Collection[int] = (),
    ) -> Answer:
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
