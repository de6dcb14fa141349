"""A merchant's system as it has worked with Channable for years: written from the contract alone (sections 5 and 7)."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

OVERLAP = timedelta(minutes=10)


class Failed(Exception):
    """An answer that is none of the expected ones."""


@dataclass
class Shop:
    """Keeps every row that it has seen, by its id. `page` is how many it asks for at once."""

    http: aiohttp.ClientSession
    base: str
    token: str
    page: int = 100
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    high_water: datetime | None = None
    calls: list[str] = field(default_factory=list)
    pause: float = 0.05
    """The first pause when there were too many requests, in seconds; it doubles."""

    async def fetch(self) -> list[int]:
        """Takes in what changed since the last time; the ids of rows that are new to it."""
        query: dict[str, Any] = {"limit": self.page, "offset": 0}
        if self.high_water:
            query["last_modified_after"] = (self.high_water - OVERLAP).isoformat()
        new = []
        while True:
            status, page = await self._call("GET", "/returns", params=query)
            if status != 200:
                raise Failed(f"{status}: {words(page)}")
            for row in page["returns"]:
                if row["id"] not in self.rows:
                    new.append(row["id"])
                self.rows[row["id"]] = row
                modified = datetime.fromisoformat(row["modified"])
                self.high_water = max(modified, self.high_water or modified)
            if page["total"] < self.page:
                return new
            query["offset"] += self.page

    def to_decide(self) -> list[int]:
        return sorted(number for number, row in self.rows.items() if row["status"] == "new")

    async def decide(self, number: int, status: str) -> bool:
        """True: it is so now, by this call or by an earlier one. False: it was decided otherwise."""
        code, said = await self._call("POST", f"/returns/{number}/status", json={"status": status})
        if code == 200 and said["status"] == "success":
            return True
        if code != 409:
            raise Failed(f"{code}: {words(said)}")
        return bool((await self.look(number))["status"] == status)

    async def look(self, number: int) -> dict[str, Any]:
        code, found = await self._call("GET", f"/returns/{number}")
        if code != 200:
            raise Failed(f"{code}: {words(found)}")
        self.rows[number] = found["return"]
        return self.rows[number]

    async def declare(self, order: int, products: list[dict[str, Any]]) -> dict[str, Any]:
        """A manual return; never sent twice."""
        code, said = await self._call("POST", f"/orders/{order}/return", json={"products": products})
        if code != 200:
            raise Failed(f"{code}: {words(said)}")
        return dict(said)

    async def _call(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        pause = self.pause
        while True:
            async with self.http.request(method, self.base + path, headers=headers, **how) as answer:
                self.calls.append(f"{method} {path.rstrip('0123456789')} {answer.status}")
                if answer.status not in {429, 500, 503} or (method == "POST" and answer.status != 429):
                    return answer.status, await answer.json()
            await asyncio.sleep(pause)
            pause *= 2


def words(said: Any) -> str:
    """The text of an error: `message`, then `error`, then `detail` (section 5)."""
    return str(said.get("message") or said.get("error") or said.get("detail"))
