"""A running simulator of Walmart, the seller's client, and the hands of everybody else."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
from yarl import URL

from retour.sandbox.app import Running
from retour.sandbox.walmart import DEFAULT_CLIENT_ID, DEFAULT_SECRET

JSON = {"Accept": "application/json"}
CONTENT = "INVALID_REQUEST_CONTENT.GMP_ORDER_API"


@dataclass
class Got:
    status: int
    headers: Any
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """Of the first error, in either JSON envelope."""
        return str((self.body.get("errors") or self.body["error"])[0]["code"])


class World:
    def __init__(self, running: Running, session: aiohttp.ClientSession) -> None:
        self.running = running
        self.session = session
        self.token = ""

    async def call(self, method: str, path: str, **options: Any) -> Got:
        """`path` goes over the wire as it is written."""
        url = URL(self.running.url + path, encoded=True)
        async with self.session.request(method, url, **options) as answer:
            return Got(answer.status, answer.headers, await answer.text())

    def headers(self) -> dict[str, str]:
        return {
            "WM_SEC.ACCESS_TOKEN": self.token,
            "WM_SVC.NAME": "Walmart Marketplace",
            "WM_QOS.CORRELATION_ID": str(uuid4()),
            **JSON,
        }

    async def sign_in(self, client_id: str = DEFAULT_CLIENT_ID, secret: str = DEFAULT_SECRET, **more: str) -> Got:
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        headers = self.headers() | {"Authorization": f"Basic {basic}"} | more
        del headers["WM_SEC.ACCESS_TOKEN"]
        got = await self.call("POST", "/v3/token", data={"grant_type": "client_credentials"}, headers=headers)
        if got.status == 200 and got.headers["Content-Type"].startswith("application/json"):
            self.token = got.body["access_token"]
        return got

    async def api(self, method: str, path: str, body: Any = None, without: str = "", **more: str) -> Got:
        headers = self.headers() | more
        headers.pop(without, None)
        return await self.call(method, path, headers=headers, **({} if body is None else {"json": body}))

    async def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        got = await self.call(method, f"/_sandbox/{path}", json={} if body is None else body)
        assert got.status < 300, got.text
        return got.body if got.text else None

    async def switch(self, **switches: Any) -> None:
        await self.control("switches", switches, "PATCH")

    async def wait(self, seconds: float) -> None:
        """Time passes, and the client signs in again."""
        await self.control("clock", {"seconds": seconds})
        await self.sign_in()

    async def open(self, *lines: dict[str, Any], **fields: Any) -> Any:
        return await self.control("returns", {"lines": list(lines) or [{}], **fields})

    async def number(self, *lines: dict[str, Any], **fields: Any) -> str:
        return str((await self.open(*lines, **fields))["return_order_id"])

    async def refund(self, made: Any, *lines: dict[str, Any], **changes: Any) -> Got:
        """`lines` are refund lines; without any, all of line 1."""
        body = {
            "customerOrderId": made["customer_order_id"],
            "refundLines": list(lines) or [{"returnOrderLineNumber": 1}],
            **changes,
        }
        return await self.api("POST", f"/v3/returns/{made['return_order_id']}/refund", body)

    async def row(self, made: Any, **query: str) -> Any:
        """A return as the list has it."""
        number = made if isinstance(made, str) else made["return_order_id"]
        found = await self.rows(returnOrderId=number, **query)
        assert len(found) == 1
        return found[0]

    async def rows(self, **query: str) -> list[Any]:
        """One page."""
        got = await self.api("GET", "/v3/returns?" + "&".join(f"{name}={value}" for name, value in query.items()))
        assert got.status == 200, got.text
        return list(got.body.get("returnOrders", []))

    async def numbers(self, **query: str) -> list[str]:
        return [row["returnOrderId"] for row in await self.rows(**query)]

    async def journal(self, *kinds: str) -> list[tuple[str, str, int]]:
        entries = (await self.call("GET", "/_sandbox/journal")).body
        return [(entry["kind"], entry["ref"], entry["quantity"]) for entry in entries if entry["kind"] in kinds]


def units(line: int, quantity: float, unit: str = "EA") -> dict[str, Any]:
    """A refund line."""
    return {"returnOrderLineNumber": line, "quantity": {"unitOfMeasure": unit, "measurementValue": quantity}}


def tags(row: Any, line: int = 0) -> list[str]:
    """The events of a line, oldest first."""
    events = sorted(row["returnOrderLines"][line]["returnTrackingDetail"], key=lambda event: int(event["sequenceNo"]))
    return [event["eventTag"] for event in events]
