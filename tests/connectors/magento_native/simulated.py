"""The simulated shop's hands, as the conformance suite wants them: with returns, and without."""

from typing import Any, Final

from retour.connectors.contract import ReturnRequest
from retour.core.model import Resolution
from retour.sandbox.app import Sandbox
from retour.sandbox.magento_native import (
    ACCESS_TOKEN,
    ACCESS_TOKEN_SECRET,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    SANDBOX,
    Bought,
    MagentoNativeSimulator,
)
from retour.sandbox.magento_native.samples import RESOLUTIONS, STATUSES
from retour.testing import SimulatedShop
from retour.testing.samples import bare_request, full_request

ORDERS: Final = 100

LABELS: Final = {
    Resolution.ACCEPT: "Refund",
    Resolution.EXCHANGE: "Exchange",
    Resolution.REPAIR: "Repair",
    Resolution.KEEP: "Customer keeps it",
}


def _empty(seed: int) -> MagentoNativeSimulator:
    simulator = MagentoNativeSimulator(seed=seed)
    for label in RESOLUTIONS:
        simulator.options.add("resolution", label)
    for status in STATUSES:
        simulator.shop.add_status(status, ("processing", "complete"))
    return simulator


EMPTY: Final = Sandbox(SANDBOX.key, SANDBOX.title, _empty)
"""A shop without the sample orders, which carry the marketplace numbers that the suite searches for."""


def number(request_number: int) -> str:
    """The shop's order of the suite's request with this number."""
    return f"9{request_number:08}"


def full(number_: int = 1, **changes: Any) -> ReturnRequest:
    """A request whose order in the shop is known: it can stand nowhere else."""
    return full_request(number_, **{"shop_order": number(number_), **changes})


def bare(number_: int = 1, **changes: Any) -> ReturnRequest:
    return bare_request(number_, **{"shop_order": number(number_), **changes})


class SimulatedMagentoNative(SimulatedShop):
    """Adobe Commerce, whose merchant decides with its returns."""

    reads = r"GET /rest/all/V1/returns"
    writes = r"POST /rest/all/V1/returns$"
    settled = "has settled this return itself"
    decides_once = True
    unknown_word = "unconfirmed"
    simulator: MagentoNativeSimulator

    def request(self, number: int = 1, **changes: Any) -> ReturnRequest:
        return full(number, **changes)

    def bare_request(self, number: int = 1, **changes: Any) -> ReturnRequest:
        return bare(number, **changes)

    def settings(self) -> dict[str, Any]:
        return {
            "base_url": self.url,
            "consumer_key": CONSUMER_KEY,
            "consumer_secret": CONSUMER_SECRET,
            "access_token": ACCESS_TOKEN,
            "access_token_secret": ACCESS_TOKEN_SECRET,
        }

    async def prepare(self, *, limits: bool) -> None:
        """The shop has an order for each request of the suite."""
        for place in range(1, ORDERS + 1):
            self.add_order(number(place), Bought("JACKET-GREEN-M", "Rain jacket, green, M", 5, 49.95))

    def add_order(self, increment_id: str, *bought: Bought, **details: Any) -> Any:
        return self.simulator.shop.add_order([*bought], increment_id=increment_id, **details)

    async def decide(self, ref: str, resolution: Resolution) -> None:
        if resolution is Resolution.CANCEL:
            await self.command("POST", f"/_sandbox/returns/{ref}/close", {})
        elif resolution is Resolution.REJECT:
            await self.command("POST", f"/_sandbox/returns/{ref}/decide", {"status": "rejected"})
        else:
            label = LABELS[resolution]
            await self.command("POST", f"/_sandbox/returns/{ref}/decide", {"status": "approved", "resolution": label})

    async def say(self, ref: str, word: str) -> None:
        assert word == self.unknown_word
        await self.garble(ref, "unknown_status")

    async def garble(self, ref: str, flaw: str | None) -> None:
        await self.command("POST", f"/_sandbox/returns/{ref}/garble", {"flaw": flaw})

    async def remove(self, ref: str) -> None:
        await self.command("DELETE", f"/_sandbox/returns/{ref}")

    async def record(self, ref: str) -> str:
        rma = self.simulator.desk.rmas.get(int(ref))
        return "\n".join(comment.comment for comment in rma.comments) if rma else ""

    async def spoil_a_status(self) -> None:
        await self.garble("3", "no_id")

    async def return_there(self, number: str, marketplace_number: str, sku: str, quantity: int = 1) -> str | None:
        order = self.add_order(number, Bought(sku, "Something", 3), ext_order_id=marketplace_number)
        return str(self.simulator.desk.open_by_sku(order, {sku: quantity}, "Wrong Size", "Refund").entity_id)

    async def place_order(self, number: str, marketplace_number: str) -> str:
        self.add_order(number, Bought(), ext_order_id=marketplace_number)
        return number


class SimulatedOpenSource(SimulatedMagentoNative):
    """Magento Open Source, whose merchant decides with comments."""

    reads = r"GET /rest/all/V1/orders"
    writes = r"POST /rest/all/V1/orders/\d+/comments$"
    unknown_word = "#sent-to-supplier"
    decides_once = False
    a_ref = "1#1"

    async def prepare(self, *, limits: bool) -> None:
        await super().prepare(limits=limits)
        self.simulator.switches.edition = "open_source"

    async def journal(self, *kinds: str) -> list[dict[str, Any]]:
        """What is made here is a comment of ours."""
        if "created" not in kinds:
            return await super().journal(*kinds)
        entries = await super().journal(*kinds, "comment")
        return [entry for entry in entries if entry["kind"] != "comment" or entry["detail"]["by"] == "api"]

    async def decide(self, ref: str, resolution: Resolution) -> None:
        await self.staff(ref, f"#{resolution}")

    async def say(self, ref: str, word: str) -> None:
        await self.staff(ref, word)

    async def staff(self, ref: str, text: str, status: str | None = None) -> None:
        await self.command("POST", f"/_sandbox/orders/{order_of(ref)}/comment", {"text": text, "status": status})

    async def return_there(self, number: str, marketplace_number: str, sku: str, quantity: int = 1) -> str | None:
        return None

    async def remove(self, ref: str) -> None:
        """As clean-up tools do: Magento itself deletes no comment."""
        for order in self.simulator.shop.orders:
            if str(order.entity_id) == order_of(ref):
                order.history.clear()

    async def record(self, ref: str) -> str:
        comments = (comment for order in self.simulator.shop.orders for comment in order.history)
        _, _, number = ref.partition("#")
        return "\n".join(one.comment for one in comments if f"|{number}|" in one.comment)

    async def spoil_a_status(self) -> None:
        await self.command("POST", "/_sandbox/orders/3/garble", {"flaw": "no_id"})


def order_of(ref: str) -> str:
    return ref.partition("#")[0]
