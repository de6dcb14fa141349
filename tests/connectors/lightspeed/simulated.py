"""The simulated shop's hands, as the conformance suite wants them."""

from typing import Any, Final

from retour.connectors.contract import ReturnRequest
from retour.core.model import Resolution
from retour.sandbox.app import Sandbox
from retour.sandbox.lightspeed import KEY, SANDBOX, SECRET, LightspeedSimulator, WantedLine, WantedOrder
from retour.sandbox.lightspeed.wanted import WantedReturn
from retour.testing import SimulatedShop
from retour.testing.samples import bare_request, full_request

WORDS: Final = {
    Resolution.ACCEPT: ("refunded", "Geld terug"),
    Resolution.REJECT: ("rejected", "Geld terug"),
    Resolution.REPAIR: ("repaired", "Reparatie"),
    Resolution.EXCHANGE: ("repaired", "Omruilen"),
    Resolution.KEEP: ("refunded", "Klant mag het behouden"),
    Resolution.CANCEL: ("cancelled", "Geld terug"),
}
"""Contract lightspeed.md, 3.1, 3.2: a status and an action for each decision."""

ORDERS: Final = 100

EMPTY: Final = Sandbox(SANDBOX.key, SANDBOX.title, lambda seed: LightspeedSimulator(seed=seed))
"""A shop without the sample orders, whose comments hold the marketplace numbers that the suite searches for."""


def number(request_number: int) -> str:
    """The shop's order of the suite's request with this number."""
    return f"ORD9{request_number:04}"


def linked_full_request(number_: int = 1, **changes: Any) -> ReturnRequest:
    return full_request(number_, **{"shop_order": number(number_), **changes})


def linked_bare_request(number_: int = 1, **changes: Any) -> ReturnRequest:
    return bare_request(number_, **{"shop_order": number(number_), **changes})


class SimulatedLightspeed(SimulatedShop):
    reads = r"GET /nl/returns"
    writes = r"POST /nl/returns\.json"
    settled = "refunded"
    simulator: LightspeedSimulator

    def request(self, number: int = 1, **changes: Any) -> ReturnRequest:
        return linked_full_request(number, **changes)

    def bare_request(self, number: int = 1, **changes: Any) -> ReturnRequest:
        return linked_bare_request(number, **changes)

    def settings(self) -> dict[str, Any]:
        return {"api_url": self.url, "language": "nl", "api_key": KEY, "api_secret": SECRET}

    async def prepare(self, *, limits: bool) -> None:
        """The shop has an order for each request of the suite."""
        line = WantedLine("JACKET-GREEN-M", "Rain jacket, green, M", 5)
        for place in range(1, ORDERS + 1):
            self.simulator.shop.place_order(WantedOrder(number(place), (line,)))

    async def decide(self, ref: str, resolution: Resolution) -> None:
        word, action = WORDS[resolution]
        self.simulator.shop.decide(int(ref), word, action)

    async def say(self, ref: str, word: str) -> None:
        self.simulator.shop.decide(int(ref), word)

    async def remove(self, ref: str) -> None:
        self.simulator.shop.remove(int(ref))

    async def record(self, ref: str) -> str:
        row = self.simulator.shop.row(int(ref))
        return "\n".join((row.status, row.reason, row.action, row.customer_comment, row.staff_note))

    async def spoil_a_status(self) -> None:
        [second, *_] = [row.id for row in self.simulator.shop.returns][1:]
        self.simulator.shop.garble(second, "no_status")

    async def return_there(self, number: str, marketplace_number: str, sku: str, quantity: int = 1) -> str:
        fields = {"external_order_id": marketplace_number}
        self.simulator.shop.place_order(WantedOrder(number, (WantedLine(sku, quantity=3),), metafields=fields))
        return str(self.simulator.shop.add_return(WantedReturn(number, {sku: quantity}, by_staff=True)).id)

    async def place_order(self, number: str, marketplace_number: str) -> str:
        """With a comment: of that many orders the metafields are not all read."""
        comment = f"Besteld op bol met bestelnummer {marketplace_number}"
        self.simulator.shop.place_order(WantedOrder(number, comment=comment))
        return number
