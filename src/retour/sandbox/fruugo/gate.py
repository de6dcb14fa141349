"""What every call passes before it is served: who calls, how often, and how a refusal reads (contract 2.1, 4, 6)."""

import base64
import binascii
import math
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from aiohttp import web

from retour.sandbox.fruugo.items import Refused

if TYPE_CHECKING:
    from retour.sandbox.fruugo.simulator import FruugoSimulator

Version = Literal["v2", "v3"]
Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Credentials:
    """The login of the Retailer Portal."""

    username: str
    password: str = field(repr=False)

    def match(self, authorization: str, charsets: tuple[str, ...]) -> bool:
        """Whether this is our Basic authorization, under one of these character sets."""
        scheme, _, encoded = authorization.partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            given = base64.b64decode(encoded.strip(), validate=True)
        except (binascii.Error, ValueError):
            return False
        return any(secrets.compare_digest(given, ours) for ours in self._encoded(charsets))

    def basic(self, charset: str) -> str:
        """A header of Basic authorization; what the character set does not have becomes a question mark."""
        login = f"{self.username}:{self.password}".encode(charset, "replace")
        return f"Basic {base64.b64encode(login).decode()}"

    def _encoded(self, charsets: tuple[str, ...]) -> list[bytes]:
        found = []
        for charset in charsets:
            try:
                found.append(f"{self.username}:{self.password}".encode(charset))
            except UnicodeEncodeError:
                continue
        return found


class Gate:
    """Opens a function that serves to the outside world."""

    def __init__(self, simulator: "FruugoSimulator") -> None:
        self._simulator = simulator
        self._windows: dict[str, tuple[datetime, int]] = {}

    def open(self, serve: Handler, version: Version, *, download: bool = False) -> Handler:
        """A handler behind the gate: 401 and 400 are plain text; whatever was due has happened before it serves."""

        async def handle(request: web.Request) -> web.Response:
            if not self._known(request.headers.get("Authorization", ""), version):
                return web.Response(
                    status=401, text="Unauthorized", headers={"WWW-Authenticate": 'Basic realm="Fruugo"'}
                )
            counts = version == "v2" or self._simulator.switches.queries_are_downloads
            refusal = self._count(download=download and counts)
            if refusal is not None:
                return refusal
            self._simulator.catch_up()
            try:
                return await serve(request)
            except Refused as refused:
                return web.Response(status=400, text=str(refused))

        return handle

    def _known(self, authorization: str, version: Version) -> bool:
        charset = self._simulator.switches.v2_charset if version == "v2" else "iso-8859-1"
        charsets = ("iso-8859-1", "utf-8") if charset == "either" else (charset,)
        return self._simulator.credentials.match(authorization, charsets)

    def _count(self, *, download: bool) -> web.Response | None:
        """A refused call is not counted."""
        switches = self._simulator.switches
        if not switches.limits:
            return None
        windows = [("requests", switches.requests, switches.request_window)]
        if download:
            windows.append(("downloads", switches.downloads, switches.download_window))
        now = self._simulator.clock.now()
        taken = {}
        for name, limit, seconds in windows:
            began, used = self._windows.get(name, (now, 0))
            if now - began >= timedelta(seconds=seconds):
                began, used = now, 0
            if used >= limit:
                left = math.ceil(seconds - (now - began).total_seconds())
                headers = {"Retry-After": str(max(1, left))} if switches.retry_after else {}
                return web.Response(status=switches.limit_status, text="Too many requests", headers=headers)
            taken[name] = (began, used + 1)
        self._windows |= taken
        return None
