"""The store as a web app."""

from datetime import timedelta
from decimal import Decimal

from aiohttp import web

from retour.sandbox.app import Simulator
from retour.sandbox.mijnwebwinkel.access import Tokens
from retour.sandbox.mijnwebwinkel.api import Api
from retour.sandbox.mijnwebwinkel.backoffice import BackOffice
from retour.sandbox.mijnwebwinkel.control import Control
from retour.sandbox.mijnwebwinkel.gate import Gate
from retour.sandbox.mijnwebwinkel.merchant import Bought, Merchant, PlacedOrder
from retour.sandbox.mijnwebwinkel.races import Races
from retour.sandbox.mijnwebwinkel.samples import BRAM, CHLOE, NOOR, SIZE
from retour.sandbox.mijnwebwinkel.shop import Shop
from retour.sandbox.mijnwebwinkel.switches import MijnwebwinkelSwitches


class MijnwebwinkelSimulator(Simulator):
    """One store on the platform. `merchant` does by typed methods what the control routes do."""

    key = "mijnwebwinkel"
    switches: MijnwebwinkelSwitches

    def __init__(self, *, seed: int = 0) -> None:
        switches = MijnwebwinkelSwitches()
        super().__init__(switches, seed=seed)
        self.shop = Shop(self.clock, self.journal, switches, seed)
        self.tokens = Tokens(switches)
        self._races = Races(self.shop)
        self.merchant = Merchant(self.shop, self._races)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            *Api(self.shop, self._races).routes(Gate(self.shop, self.tokens)),
            *Control(self.shop, self.merchant, self.tokens).routes(),
            *BackOffice(self.shop, self.merchant).routes(),
        ]

    def place_sample_orders(self) -> None:
        """Orders 1 to 4: what a newcomer can try."""
        now = self.clock.now()
        mug, teapot, socks = Bought(quantity=2), Bought("TEAPOT-IRON"), Bought("SOCK-STRIPE", 3, options=(SIZE,))
        wrapping = Bought(None, 1, "Cadeauverpakking", Decimal("2.50"))
        orders = (
            PlacedOrder([mug], NOOR, comment="bol C000TEST01", placed_at=now - timedelta(days=14)),
            PlacedOrder(
                [teapot, Bought("BOOK-COOK")],
                BRAM,
                business=True,
                reference="C000TEST02",
                placed_at=now - timedelta(days=9),
            ),
            PlacedOrder([socks, wrapping], CHLOE, comment="bol C000TEST03", placed_at=now - timedelta(days=6)),
            PlacedOrder([Bought("LAMP-CLAMP")], NOOR, partner="", pickup=True, placed_at=now - timedelta(days=2)),
        )
        for order in orders:
            self.merchant.place_order(order)
