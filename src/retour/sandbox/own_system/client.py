"""A client of the Channable API's returns, as a merchant's system has worked with it for years: written from the
contract alone (sections 1, 2, 5 and 7)."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp

Row = dict[str, Any]

OVERLAP: Final = timedelta(minutes=10)
NEW: Final = "new"
_NUMBER: Final = re.compile(r"/\d+")
TRIES: Final = 6
"""How often a call is made that may be repeated."""


class Failed(Exception):
    """An answer that is none of the expected ones. Repeating the call would not help."""


class Lost(Exception):
    """The answer got lost, again and again: whether it was done is not known."""


@dataclass
class Client:
    """Keeps every row that it has seen, by its id. `page` is how many it asks for at once."""

    http: aiohttp.ClientSession
    base: str
    token: str = field(repr=False)
    page: int = 100
    rows: dict[int, Row] = field(default_factory=dict)
    high_water: datetime | None = None
    calls: Counter[str] = field(default_factory=Counter)
    """How often each call had which answer: {"GET /returns/{id} 200": 3}."""
    rate: float = 2.0
    """Calls a second at most."""
    pause: float = 0.05
    """The first pause after a failure, in seconds; it doubles."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _next_at: float = 0.0

    async def fetch(self) -> list[int]:
        """Takes in what changed since the last time; the ids of rows that are new to it. Pages overlap where something
        arrives meanwhile, and rows are kept by their id."""
        query: dict[str, Any] = {"limit": self.page, "offset": 0}
        if self.high_water:
            query["last_modified_after"] = (self.high_water - OVERLAP).isoformat()
        new = []
        high_water = self.high_water
        while True:
            page = await self.listed(**query)
            for row in page["returns"]:
                if row["id"] not in self.rows:
                    new.append(row["id"])
                self.rows[row["id"]] = row
                modified = datetime.fromisoformat(row["modified"])
                high_water = max(modified, high_water or modified)
            if page["total"] < self.page:
                # Only now: a walk that ended half way must not have seen what it has not reached.
                self.high_water = high_water
                return new
            query["offset"] += self.page

    async def listed(self, *, anonymous: bool = False, **query: Any) -> Row:
        """One page (R1), or one without personal data (R2), as the API answers it."""
        return await self._get("/anonymous_returns" if anonymous else "/returns", params=query)

    def to_decide(self) -> list[int]:
        return sorted(number for number, row in self.rows.items() if row["status"] == NEW)

    async def decide(self, number: int, status: str) -> bool:
        """True: it is so now, by this call or by an earlier one. False: it was decided otherwise, or is not known to be
        so yet. After an answer that was lost the row is looked at first, and what is still new is sent again."""
        for attempt in range(TRIES):
            try:
                code, said = await self._call("POST", f"/returns/{number}/status", json={"status": status})
            except Lost:
                code, said = 0, {}
            if code == 200 and said["status"] == "success":
                return True
            if 400 <= code < 500 and code != 409:
                raise Failed(f"{code}: {words(said)}")
            found = await self.look(number)
            if code == 409 or found["status"] != NEW:
                return bool(found["status"] == status)
            await self.sleep(self.pause * 2**attempt)
        raise Lost(f"return {number} could not be decided")

    async def look(self, number: int) -> Row:
        """The row as it is now (R3)."""
        self.rows[number] = (await self._get(f"/returns/{number}"))["return"]
        return self.rows[number]

    async def declare(self, order: int, products: list[Row]) -> Row:
        """A return that nobody announced (O1). Never sent twice; an error may come with 200, so read `status`."""
        code, said = await self._call("POST", f"/orders/{order}/return", json={"products": products})
        if code != 200:
            raise Failed(f"{code}: {words(said)}")
        return dict(said)

    async def try_out(self, order: int) -> list[int]:
        """Makes test returns of an order (R5); their ids."""
        code, said = await self._call("POST", "/returns/test", json={"order_id": order})
        if code != 201:
            raise Failed(f"{code}: {words(said)}")
        return [int(made["id"]) for made in said["data"] if made["status"] == "success"]

    async def _get(self, path: str, **how: Any) -> Row:
        code, found = await self._call("GET", path, **how)
        if code != 200:
            raise Failed(f"{code}: {words(found)}")
        return dict(found)

    async def _call(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        """Too many requests were refused before anything was done: such a call is made again, and so is every read that
        failed. Raises Lost for a write whose answer did not come."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        for attempt in range(TRIES):
            await self._turn()
            code, wait = 0, 0.0
            try:
                async with self.http.request(method, self.base + path, headers=headers, **how) as answer:
                    code, wait = answer.status, _seconds(answer.headers.get("Retry-After"))
                    said = await answer.json(content_type=None)
            except (aiohttp.ClientError, TimeoutError, ValueError):
                code = 0
            self.calls[f"{method} {_NUMBER.sub('/{id}', path)} {code or 'lost'}"] += 1
            if code and code != 429 and (code < 500 or method == "POST"):
                return code, said
            if method == "POST" and code != 429:
                break
            await self.sleep(max(wait, self.pause * 2**attempt))
        raise Lost(f"{method} {path}: no answer")

    async def _turn(self) -> None:
        """Waits until the next call may be made."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._next_at)
        self._next_at = at + 1 / self.rate
        if at > now:
            await self.sleep(at - now)


def words(said: Any) -> str:
    """The text of an error: `message`, then `error`, then `detail` (section 5)."""
    return str(said.get("message") or said.get("error") or said.get("detail"))


def _seconds(header: str | None) -> float:
    return float(header) if header and header.isdecimal() else 0.0
