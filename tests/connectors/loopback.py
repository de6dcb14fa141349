"""What the tests of the HTTP door stand on: a server on loopback that does exactly what it is told, byte by byte, and
event loops whose time jumps."""

import asyncio
import functools
import selectors
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from retour.testing.virtual import VirtualLoop

DROP = b"drop"
"""Closes the connection without an answer."""
HANG = b"hang"
"""Never answers."""


@dataclass(frozen=True, slots=True)
class Heard:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


Script = Callable[[Heard], bytes | Awaitable[bytes]]


def says(status: int, body: bytes | str = b"", **headers: str) -> bytes:
    """An HTTP answer. Underscores in header names stand for hyphens."""
    raw = body.encode() if isinstance(body, str) else body
    fields = {"Content-Length": str(len(raw)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in fields.items() if value)]
    return "\r\n".join([*lines, "", ""]).encode() + raw


@dataclass(slots=True)
class Server:
    script: Script
    port: int = 0
    scheme: str = "http"
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        mine = self.connections
        self._writers.append(writer)
        try:
            while heard := await self._request(reader, mine):
                self.heard.append(heard)
                answer = self.script(heard)
                raw = answer if isinstance(answer, bytes) else await answer
                if raw == HANG:
                    continue
                if raw != DROP:
                    writer.write(raw)
                    await writer.drain()
                if raw == DROP or b"\r\nConnection: close\r\n" in raw:
                    return
        except ConnectionError:
            pass
        finally:
            writer.close()

    @staticmethod
    async def _request(reader: asyncio.StreamReader, connection: int) -> Heard | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except asyncio.IncompleteReadError:
            return None
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, target, _ = first.split(" ")
        return Heard(method, target, headers, body, connection)

    def hang_up(self) -> None:
        """Closes all connections, as a server does with those that it kept long enough."""
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def serving(script: Script | bytes, **options: Any) -> AsyncIterator[Server]:
    """A server on a free port of loopback."""
    raw = script
    server = Server((lambda _: raw) if isinstance(raw, bytes) else raw, scheme="https" if options else "http")
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, **options)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        server.hang_up()
        # The other ends close, too: their tasks must have ended when the loop does.
        for _ in range(5):
            await asyncio.sleep(0)


def in_turn(*answers: bytes) -> Script:
    """Answers one after the other; the last one stays."""
    left: Iterator[bytes] = iter(answers)
    last = [answers[0]]

    def script(_: Heard) -> bytes:
        last[0] = next(left, last[0])
        return last[0]

    return script


class TimelessLoop(asyncio.SelectorEventLoop):
    """Time jumps to the next appointment at once. For tests without sockets."""

    def __init__(self) -> None:
        self._at = 0.0
        loop = self

        class Selector(selectors.DefaultSelector):
            def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
                loop._at += timeout or 0.0
                return super().select(0)

        super().__init__(Selector())

    def time(self) -> float:
        return self._at


def _on(loop: Callable[[], asyncio.AbstractEventLoop]) -> Callable[[Any], Any]:
    def decorate(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(*args: Any, **kwargs: Any) -> None:
            with asyncio.Runner(loop_factory=loop) as runner:
                runner.run(test(*args, **kwargs))

        return run

    return decorate


virtual_time = _on(VirtualLoop)
"""Runs a test on a loop whose time jumps whenever its sockets are quiet."""
timeless = _on(TimelessLoop)
"""Runs a test without sockets on a loop whose time jumps always."""
