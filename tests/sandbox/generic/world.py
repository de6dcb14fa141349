"""The seller's client of the simulated partner, and the hands of everybody else."""

from pathlib import Path
from typing import Any

import aiohttp
import asyncssh

from retour.sandbox.app import Running
from retour.sandbox.generic import API_KEY, PartnerSimulator
from tests.sandbox import hands

HEADER = "return_id;line_id;quantity;decision;reason;comment;decided_at"


class Got(hands.Got):
    @property
    def ids(self) -> list[str]:
        return [row["id"] for row in self.body["returns"]]

    @property
    def error(self) -> tuple[int, str, str | None]:
        """Status, code and field; the message is for people, but it is there."""
        error = self.body["error"]
        assert set(self.body) == {"error"}
        assert set(error) == {"code", "message", "field"}
        assert error["message"]
        return self.status, error["code"], error["field"]


class World(hands.Hands[Got]):
    got = Got

    def __init__(
        self, running: Running, session: aiohttp.ClientSession, simulator: PartnerSimulator, folder: Path
    ) -> None:
        super().__init__(running, session)
        self.simulator = simulator
        self.folder = folder

    async def call(self, method: str, url: str, **options: Any) -> Got:
        address = url if url.startswith("http") else self.running.url + url
        async with self.session.request(method, address, **options) as answer:
            return Got(answer.status, answer.headers, (await answer.read()).decode("utf-8", "replace"))

    async def api(self, method: str, path: str, **options: Any) -> Got:
        headers = {"Authorization": f"Bearer {API_KEY}"} | options.pop("headers", {})
        url = path if path.startswith(("http", "/files")) else f"/api/v1{path}"
        return await self.call(method, url, headers=headers, **options)

    async def returns(self, **query: Any) -> Got:
        return await self.api("GET", "/returns", params=query)

    async def one(self, return_id: str) -> Any:
        return (await self.api("GET", f"/returns/{return_id}")).body

    async def decide(self, return_id: str, decision: str, *, key: str | None = None, **fields: Any) -> Got:
        body = {"decision": decision, "reference": key, "comment": "Gedragen" if decision == "reject" else "", **fields}
        headers = {"Idempotency-Key": key} if key else {}
        return await self.api("POST", f"/returns/{return_id}/decision", json=body, headers=headers)

    async def open(self, *quantities: int, **fields: Any) -> str:
        """A return of a new order, with a line for each quantity; 3 of each were bought."""
        products = [{"sku": f"SKU-{n}", "quantity": 3, "price": "10.50"} for n in range(len(quantities or (1,)))]
        order = await self.control("orders", {"products": products})
        comment = fields.pop("comment", "Past niet")
        lines = [{"sku": f"SKU-{n}", "quantity": q, "comment": comment} for n, q in enumerate(quantities or (1,))]
        made = await self.control("returns", {"order_id": order["order_id"], "lines": lines, **fields})
        return str(made["return_id"])

    async def journal(self, *kinds: str) -> list[tuple[str, str, str, int]]:
        """Kind, return, line and units of money and refusals, oldest first."""
        return [
            (entry["kind"], entry["ref"], entry["detail"].get("line_id", ""), entry["quantity"])
            for entry in await self.entries(*(kinds or ("refund", "settled")))
        ]

    async def export(self, **fields: Any) -> str:
        return str((await self.control("files", fields))["name"])

    def written(self, name: str) -> bytes:
        return (self.folder / "returns" / name).read_bytes()

    def lay(self, name: str, *rows: str, header: str = HEADER) -> None:
        """A file of decisions, as a well-behaved hub writes it into the folder."""
        part = self.folder / "decisions" / f".{name}.tmp"
        part.write_text("\n".join((header, *rows, "")), "utf-8")
        part.rename(self.folder / "decisions" / name)

    async def reports(self) -> Any:
        return await self.control("decision-files", method="GET")

    async def sftp(self, **options: Any) -> asyncssh.SSHClientConnection:
        address = await self.control("sftp", method="GET")
        known = asyncssh.import_known_hosts(f"[{address['host']}]:{address['port']} {address['host_key']}\n")
        login = {"username": address["username"], "password": address["password"]} | options
        return await asyncssh.connect(
            address["host"], address["port"], known_hosts=known, config=None, client_keys=None, agent_path=None, **login
        )
