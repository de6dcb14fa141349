"""The simulated partner, with the customer's hands, as the conformance suite wants it: with calls, and with files."""

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from retour.sandbox.app import Sandbox
from retour.sandbox.generic import API_KEY, PartnerSimulator
from retour.testing import Announced, SimulatedMarketplace

ROW_FLAWS = (
    "no_id",
    "no_order_id",
    "no_status",
    "no_updated_at",
    "line_no_id",
    "line_no_product",
    "wrong_type",
    "bad_time",
)
REST_FLAWS = (*ROW_FLAWS, "no_lines", "not_an_object")
FILE_FLAWS = (*ROW_FLAWS, "too_few_cells", "too_many_cells", "open_quote", "bad_utf8")
A_PAGE = 7
FILES = {"incoming_folder": "returns", "outgoing_folder": "decisions"}


def _with_calls(seed: int) -> PartnerSimulator:
    return PartnerSimulator(seed=seed)


def with_files(seed: int = 0) -> PartnerSimulator:
    """A partner with a folder, which goes with it."""
    folder = tempfile.mkdtemp(prefix="retour-partner-")
    simulator = PartnerSimulator(seed=seed, folder=Path(folder))
    weakref.finalize(simulator, shutil.rmtree, folder, ignore_errors=True)
    return simulator


CALLS = Sandbox(key="generic", title="A partner with calls", create=_with_calls)
EXCHANGE = Sandbox(key="generic", title="A partner with files", create=with_files)


class SimulatedPartner(SimulatedMarketplace):
    """The partner of the built-in profile for calls."""

    simulator: PartnerSimulator
    reads = r"GET /api/v1/returns/[^/]+$"
    writes = r"POST /api/v1/returns/[^/]+/decision"
    page_size = A_PAGE
    flaws: ClassVar[Sequence[str]] = REST_FLAWS
    reason = "Worn"

    def settings(self) -> dict[str, Any]:
        return {
            "base_url": f"{self.url}/api/v1",
            "api_key": API_KEY,
            "profile": {
                "list": {"page_size": A_PAGE},
                "auto_accept_when": {"path": "fulfilled_by", "value": "platform"},
                "rate_limit": {"calls": 1000, "seconds": 1},
            },
        }

    async def prepare(self, *, limits: bool) -> None:
        await self.switch(limits=limits)

    async def announce(self, quantity: int = 1) -> Announced:
        return await self._announced(quantity)

    async def announce_own(self) -> Announced | None:
        return await self._announced(1, by_platform=True)

    async def _announced(self, quantity: int, **how: Any) -> Announced:
        bought = await self.command(
            "POST", "/_sandbox/orders", {"products": [{"sku": "JEANS-38", "quantity": quantity, "price": "49.95"}]}
        )
        back = {"order_id": bought["order_id"], "lines": [{"sku": "JEANS-38", "quantity": quantity}], **how}
        made = await self.command("POST", "/_sandbox/returns", back)
        [line] = made["lines"]
        return Announced(made["return_id"], line["line_id"], quantity, made["order_id"])

    async def refund(self, announced: Announced) -> bool:
        await self.command("POST", f"/_sandbox/returns/{announced.ref}/staff", {"decision": "accept"})
        return True

    async def spoil(self, announced: Announced, flaw: str) -> None:
        await self.command("POST", "/_sandbox/garble", {"return_id": announced.ref, "flaw": flaw})

    async def switch(self, **switches: Any) -> None:
        await self.command("PATCH", "/_sandbox/switches", switches)


class SimulatedExchange(SimulatedPartner):
    """The partner of the built-in profile for files, over HTTP: its newest file is written when somebody waits for it.
    It is read by its name, once."""

    reads = r"GET /files/returns/"
    writes = r"PUT /files/decisions/"
    flaws = FILE_FLAWS

    def settings(self) -> dict[str, Any]:
        return {
            "base_url": f"{self.url}/files",
            "api_key": API_KEY,
            "profile": {"transport": "csv", "files": {**FILES, "quiet_seconds": 0}},
        }

    async def prepare(self, *, limits: bool) -> None:
        await self.switch(limits=limits, export="each_change")

    async def announce_own(self) -> Announced | None:
        return None

    async def refund(self, announced: Announced) -> bool:
        """A partner with files cannot be looked at before it is told."""
        return False

    async def refresh(self) -> None:
        """A file of everything: what was read before is not shown again."""
        await self.command("POST", "/_sandbox/files", {"scope": "all"})

    async def spoil(self, announced: Announced, flaw: str) -> None:
        """Files that were written before still hold the row as it was; a new one holds it spoiled."""
        await super().spoil(announced, flaw)
        await self.command("POST", "/_sandbox/files", {"scope": "all", "name": "returns_spoiled.csv"})
