"""The shop as a web app."""

from aiohttp import web

from retour.sandbox.app import Simulator
from retour.sandbox.magento.front import not_found
from retour.sandbox.magento.integration import Integration
from retour.sandbox.magento_native.backoffice import BackOffice
from retour.sandbox.magento_native.control import Control
from retour.sandbox.magento_native.crediting import Crediting
from retour.sandbox.magento_native.desk import Desk
from retour.sandbox.magento_native.gate import Gate
from retour.sandbox.magento_native.options import Options
from retour.sandbox.magento_native.orders_api import OrdersApi
from retour.sandbox.magento_native.returns_api import ReturnsApi
from retour.sandbox.magento_native.shop import Shop
from retour.sandbox.magento_native.switches import MagentoNativeSwitches


class MagentoNativeSimulator(Simulator):
    """Adobe Commerce, or Magento Open Source by a switch. The attributes are the hands of its merchant: `shop` for
    orders, `desk` for returns, `crediting` for credit memos, `options` for the attributes of a return's item, and
    `integration` for the client's keys."""

    key = "magento_native"
    switches: MagentoNativeSwitches

    def __init__(self, *, seed: int = 0) -> None:
        switches = MagentoNativeSwitches()
        super().__init__(switches, seed=seed)
        self.options = Options(seed)
        self.integration = Integration(self.clock, switches)
        self.shop = Shop(self.clock, self.journal, switches)
        self.desk = Desk(self.shop, self.options)
        self.crediting = Crediting(self.shop)

    def routes(self) -> list[web.AbstractRouteDef]:
        gate = Gate(self.switches, self.integration)
        return [
            *BackOffice(self.shop, self.desk, self.crediting, self.options).routes(),
            *Control(self.shop, self.desk, self.crediting, self.options, self.integration).routes(),
            *ReturnsApi(self.shop, self.desk, self.options, gate).routes(),
            *OrdersApi(self.shop, self.crediting, gate).routes(),
            gate.nowhere(),
            web.route("*", "/{path:(?!_sandbox/).*}", _nothing_here),
        ]


async def _nothing_here(_: web.Request) -> web.Response:
    return not_found()
