"""The shop as a web app."""

from typing import Final

from aiohttp import web

from retour.sandbox.app import Handler, Simulator
from retour.sandbox.magento.front import not_found
from retour.sandbox.magento.integration import Integration
from retour.sandbox.magento2 import hook, status
from retour.sandbox.magento2.backoffice import BackOffice
from retour.sandbox.magento2.control import Control
from retour.sandbox.magento2.front import Controller, Front
from retour.sandbox.magento2.rest import Rest
from retour.sandbox.magento2.shop import Shop
from retour.sandbox.magento2.switches import Magento2Switches

TITLE: Final = "Sandbox shop — not Magento"


class Magento2(Simulator):
    """A Magento 2 shop with the Channable plugin 1.24.2."""

    key = "magento2"
    switches: Magento2Switches

    def __init__(self, *, seed: int = 0) -> None:
        switches = Magento2Switches()
        super().__init__(switches, seed=seed)
        self.shop = Shop(self.clock, self.journal, switches)
        self.integration = Integration(self.clock, switches)

    def routes(self) -> list[web.AbstractRouteDef]:
        front = Front(self.shop)
        return [
            *_frontend(front, hook.ACTION, hook.answer),
            *_frontend(front, status.ACTION, status.answer),
            *Rest(self.shop, front, self.integration).routes(),
            *BackOffice(self.shop, TITLE).routes(),
            *Control(self.shop, self.integration).routes(),
            web.route("*", "/{path:(?!_sandbox/).*}", _nothing_here),
        ]


def _frontend(front: Front, action: str, controller: Controller) -> list[web.AbstractRouteDef]:
    async def serve(request: web.Request) -> web.Response:
        return await front.frontend(request, action, controller)

    handler: Handler = serve
    return [web.route("*", action, handler), web.route("*", action + "/{parameters:.*}", handler)]


async def _nothing_here(_: web.Request) -> web.Response:
    """Magento's page for any other address, a route name in another case among them (E16)."""
    return not_found()
