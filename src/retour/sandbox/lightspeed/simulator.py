"""The shop as a web app."""

from aiohttp import web

from retour.sandbox.app import Simulator
from retour.sandbox.lightspeed.account_api import AccountApi
from retour.sandbox.lightspeed.backoffice import BackOffice
from retour.sandbox.lightspeed.control import Control
from retour.sandbox.lightspeed.gate import Gate, nothing_here
from retour.sandbox.lightspeed.keys import Keys
from retour.sandbox.lightspeed.limits import Meter
from retour.sandbox.lightspeed.order_api import OrderApi
from retour.sandbox.lightspeed.return_api import ReturnApi
from retour.sandbox.lightspeed.shop import Shop
from retour.sandbox.lightspeed.switches import LightspeedSwitches
from retour.sandbox.lightspeed.webhooks import Webhooks


class LightspeedSimulator(Simulator):
    """A Lightspeed eCom (C-Series) shop. `shop` and `keys` are the hands of its staff and its customers."""

    key = "lightspeed"
    switches: LightspeedSwitches

    def __init__(self, *, seed: int = 0) -> None:
        switches = LightspeedSwitches()
        super().__init__(switches, seed=seed)
        self.keys = Keys()
        self.webhooks = Webhooks(switches)
        self.shop = Shop(self.clock, self.journal, switches, self.webhooks)
        self._meter = Meter(switches)

    def app(self) -> web.Application:
        app = super().app()
        app.cleanup_ctx.append(self.webhooks.deliver)
        return app

    def routes(self) -> list[web.AbstractRouteDef]:
        gate = Gate(self.shop, self.keys, self._meter)
        return [
            *BackOffice(self.shop).routes(),
            *Control(self.shop, self.keys).routes(),
            *ReturnApi(self.shop).routes(gate),
            *OrderApi(self.shop).routes(gate),
            *AccountApi(self.shop, self._meter).routes(gate),
            web.route("*", "/{path:(?!_sandbox/).*}", gate.open("account", nothing_here)),
        ]

    def catch_up(self) -> None:
        """The switch `auto_decide`."""
        self.shop.decide_due()
