"""A running simulator of Walmart, the seller's client, and the hands of everybody else."""

import base64
from typing import Any
from uuid import uuid4

from yarl import URL

from retour.sandbox.walmart import DEFAULT_CLIENT_ID, DEFAULT_SECRET
from tests.sandbox import hands

JSON = {"Accept": "application/json"}
CONTENT = "INVALID_REQUEST_CONTENT.GMP_ORDER_API"


class Got(hands.Got):
    @property
    def code(self) -> str:
        """Of the first error, in either JSON envelope."""
        return str((self.body.get("errors") or self.body["error"])[0]["code"])


class World(hands.Hands[Got]):
    got = Got
    token = ""

    async def call(self, method: str, url: str, **options: Any) -> Got:
        """A path, which goes over the wire as it is written."""
        address = URL(self.running.url + url, encoded=True)
        async with self.session.request(method, address, **options) as answer:
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

    async def wait(self, seconds: float) -> None:
        """Time passes, and the client signs in again."""
        await super().wait(seconds)
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
        return [(entry["kind"], entry["ref"], entry["quantity"]) for entry in await self.entries(*kinds)]


def units(line: int, quantity: float, unit: str = "EA") -> dict[str, Any]:
    """A refund line."""
    return {"returnOrderLineNumber": line, "quantity": {"unitOfMeasure": unit, "measurementValue": quantity}}


def tags(row: Any, line: int = 0) -> list[str]:
    """The events of a line, oldest first."""
    events = sorted(row["returnOrderLines"][line]["returnTrackingDetail"], key=lambda event: int(event["sequenceNo"]))
    return [event["eventTag"] for event in events]
