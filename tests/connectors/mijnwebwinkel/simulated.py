"""The simulated store's hands, as the conformance suite wants them."""

from datetime import timedelta
from typing import Any

from retour.connectors.contract import ReturnRequest
from retour.core.model import Resolution
from retour.sandbox.mijnwebwinkel import PARTNER_TOKEN, STORE_TOKEN, MijnwebwinkelSimulator
from retour.testing import SimulatedShop
from retour.testing.samples import bare_request, full_request

FIRST = 1001
"""The number of the first order that waits for a return; there are so many as no test makes requests."""
ORDERS = 100
DECISIONS = {
    Resolution.ACCEPT: 21,
    Resolution.REJECT: 22,
    Resolution.REPAIR: 23,
    Resolution.EXCHANGE: 24,
    Resolution.KEEP: 25,
    Resolution.CANCEL: 26,
}
CREDIT_DECISIONS = {resolution: status - 10 for resolution, status in DECISIONS.items()}
WORDS = {
    Resolution.ACCEPT: "geaccepteerd",
    Resolution.REJECT: "Afgewezen",
    Resolution.REPAIR: "repair",
    Resolution.EXCHANGE: "omgeruild",
    Resolution.KEEP: "behouden",
    Resolution.CANCEL: "CANCEL",
}


def full(number: int = 1, **changes: Any) -> ReturnRequest:
    """A request whose order in the store is known: it can stand nowhere else."""
    return full_request(number, **{"shop_order": str(FIRST - 1 + number), **changes})


def bare(number: int = 1, **changes: Any) -> ReturnRequest:
    return bare_request(number, **{"shop_order": str(FIRST - 1 + number), **changes})


def fields(statuses: dict[Resolution, int]) -> dict[str, Any]:
    """As the settings name them."""
    return {f"{resolution}_status": status for resolution, status in statuses.items()}


class SimulatedMijnwebwinkel(SimulatedShop):
    """A store whose merchant decides with the order's status."""

    simulator: MijnwebwinkelSimulator
    reads = r"GET /v1/orders(/|$)"
    writes = r"PATCH /v1/orders/"
    a_ref = f"{FIRST}#1"
    settled = "SETTLED BY MARKETPLACE"

    def request(self, number: int = 1, **changes: Any) -> ReturnRequest:
        return full(number, **changes)

    def bare_request(self, number: int = 1, **changes: Any) -> ReturnRequest:
        return bare(number, **changes)

    def settings(self) -> dict[str, Any]:
        access = {"base_url": self.url, "token": STORE_TOKEN, "partner_token": PARTNER_TOKEN}
        return access | {"requested_status": 20} | fields(DECISIONS)

    async def prepare(self, *, limits: bool) -> None:
        await self.switch(limits=limits)
        for number in range(1, 5):  # the samples carry marketplace numbers, too
            await self.command("DELETE", f"/_sandbox/orders/{number}")
        await self.stock(ORDERS)

    async def stock(self, count: int) -> None:
        """So many orders of ten days ago, from `FIRST` on."""
        placed_at = self.simulator.clock.now() - timedelta(days=10)
        lines = [{"sku": "JACKET-GREEN-M", "quantity": 2, "price": "49.95"}]
        like = {"lines": lines, "placed_at": placed_at.isoformat()}
        await self.command("POST", "/_sandbox/orders", like | {"number": FIRST})
        if count > 1:
            await self.command("POST", "/_sandbox/orders/bulk", {"count": count - 1, "like": like})

    async def switch(self, **switches: Any) -> None:
        await self.command("PATCH", "/_sandbox/switches", switches)

    async def decide(self, ref: str, resolution: Resolution) -> None:
        await self.change_status(ref, DECISIONS[resolution])

    async def change_status(self, ref: str, status: int) -> None:
        await self.command("POST", f"/_sandbox/orders/{order_of(ref)}/status", {"status": status})

    async def say(self, ref: str, word: str) -> None:
        await self.command("POST", "/_sandbox/requests/decide", {"key": await self.key(ref), "word": word})

    async def remove(self, ref: str) -> None:
        await self.command("POST", "/_sandbox/requests/erase", {"key": await self.key(ref)})

    async def record(self, ref: str) -> str:
        requests, key = await self.command("GET", "/_sandbox/requests"), await self.key(ref)
        return "\n".join(one["line"] for one in requests if one["key"] == key)

    async def spoil_a_status(self) -> None:
        await self.switch(garbled_rows={str(FIRST + 2): "no_status"})

    async def place_order(self, number: str, marketplace_number: str) -> str:
        """Numbers have no leading zeros here; this store's begin where others end."""
        placed = 2000 + int(number)
        order = {"number": placed, "comment": f"bol.com {marketplace_number}"}
        await self.command("POST", "/_sandbox/orders", order)
        return str(placed)

    async def key(self, ref: str) -> str:
        """What the simulator knows a request by."""
        requests = await self.command("GET", "/_sandbox/requests")
        [key] = {r["key"] for r in requests if f"{r['order']}#{r['key'].rpartition(':')[2]}" == ref}
        return str(key)


class SimulatedWithNotesOnly(SimulatedMijnwebwinkel):
    """A store whose merchant writes the word into the note."""

    def settings(self) -> dict[str, Any]:
        access = {"base_url": self.url, "token": STORE_TOKEN, "partner_token": PARTNER_TOKEN}
        return access | {"order_search": []}

    async def decide(self, ref: str, resolution: Resolution) -> None:
        await self.say(ref, WORDS[resolution])


class SimulatedWithCreditOrders(SimulatedMijnwebwinkel):
    """A store where a return request is a credit order."""

    writes = r"POST /v1/orders/credit"
    unknown_word = "status 17"

    def settings(self) -> dict[str, Any]:
        access = {"base_url": self.url, "token": STORE_TOKEN, "partner_token": PARTNER_TOKEN}
        return access | {"strategy": "credit_order", "requested_status": 10} | fields(CREDIT_DECISIONS)

    async def decide(self, ref: str, resolution: Resolution) -> None:
        await self.change_status(ref, CREDIT_DECISIONS[resolution])

    async def say(self, ref: str, word: str) -> None:
        """Its words are statuses."""
        await self.change_status(ref, int(word.removeprefix("status ")))

    async def remove(self, ref: str) -> None:
        await self.command("DELETE", f"/_sandbox/orders/{order_of(ref)}")

    async def spoil_a_status(self) -> None:
        third = sorted(int(r["order"]) for r in await self.command("GET", "/_sandbox/requests"))[2]
        await self.switch(garbled_rows={str(third): "no_status"})


def order_of(ref: str) -> str:
    return ref.partition("#")[0]
