"""What every test of a simulator does over HTTP: any call, and the control routes."""

import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import aiohttp

from retour.sandbox.app import Running


@dataclass
class Got:
    """An answer, as it came."""

    status: int
    headers: Any
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


Answer = TypeVar("Answer", bound=Got)


class Hands(Generic[Answer]):
    """The hands of everybody around a running simulator; a platform's tests add its client."""

    got: type[Answer]

    def __init__(self, running: Running, session: aiohttp.ClientSession) -> None:
        self.running = running
        self.session = session

    async def call(self, method: str, url: str, **options: Any) -> Answer:
        """`url` is a path of the simulator, or a whole address."""
        address = url if url.startswith("http") else self.running.url + url
        async with self.session.request(method, address, **options) as answer:
            return self.got(answer.status, answer.headers, await answer.text())

    async def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        got = await self.call(method, f"/_sandbox/{path}", json={} if body is None else body)
        assert got.status < 300, got.text
        return got.body if got.text else None

    async def switch(self, **switches: Any) -> None:
        await self.control("switches", switches, "PATCH")

    async def wait(self, seconds: float) -> None:
        await self.control("clock", {"seconds": seconds})

    async def entries(self, *kinds: str) -> list[dict[str, Any]]:
        """Of the journal, oldest first."""
        return [entry for entry in (await self.call("GET", "/_sandbox/journal")).body if entry["kind"] in kinds]
