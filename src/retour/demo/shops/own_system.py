"""A shop's own system, which fetches its returns from the hub's compatible API."""

from collections.abc import Iterator, Mapping

from retour.demo.platforms import Access, Mishap, Request
from retour.demo.trade import Order
from retour.sandbox.own_system import Bought
from retour.sandbox.own_system import OwnSystem as Simulator
from retour.sandbox.own_system.client import NEW, Failed, Lost

_WORDS = {
    "accept": "accepted",
    "reject": "rejected",
    "repair": "repaired",
    "exchange": "exchanged",
    "keep": "keeps",
    "cancel": "cancelled",
}


class OwnSystem:
    """One shop."""

    connector = "channable"
    title = "Own system"
    back_office = "/"
    poll_every = 3
    mishaps: tuple[Mishap, ...] = ()
    """Nobody calls it."""

    def __init__(self) -> None:
        self.simulator = Simulator()

    def access(self, url: str) -> Access:
        """Nothing: it is the one that calls."""
        return Access({})

    def connect(self, url: str, token: str) -> None:
        self.simulator.connect(url, token)

    def take(self, order: Order, marketplace: str) -> str:
        lines = tuple(Bought(line.sku, line.title, line.quantity) for line in order.lines)
        return str(self.simulator.orders.add(order.ref, marketplace, lines, (order.number,)).number)

    def numbers(self) -> Mapping[str, str]:
        return {order.ref: str(order.number) for order in self.simulator.orders}

    def waiting(self) -> Iterator[Request]:
        for number, row in self.simulator.rows.items():
            if self.simulator.status_of(number) == NEW:
                order, item = self.simulator.orders.of(row), row["data"]["item"]
                what = f"{item['quantity']}x {item['title']}"
                yield Request(str(number), str(order.number) if order else "", what, f"return {number}")

    def decide(self, request: Request, resolution: str) -> None:
        self.simulator.decide(int(request.ref), _WORDS[resolution])

    async def report(self, order: Order, pieces: int) -> bool:
        number = int(self.numbers()[order.ref])
        try:
            said = await self.simulator.report(number, [{"id": order.lines[0].sku, "quantity": pieces}])
        except (Failed, Lost):
            return False
        return bool(said["status"] == "success")
