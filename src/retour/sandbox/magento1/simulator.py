"""The shop as a web app."""

from http import HTTPStatus

from aiohttp import web

from retour.sandbox.app import Handler, Simulator
from retour.sandbox.magento.front import admit, configured_elsewhere, not_found, page
from retour.sandbox.magento.hook import UnknownStore
from retour.sandbox.magento.parameters import read_parameters
from retour.sandbox.magento1 import create, status
from retour.sandbox.magento1.backoffice import BackOffice
from retour.sandbox.magento1.control import Control
from retour.sandbox.magento1.shop import Shop
from retour.sandbox.magento1.switches import Magento1Switches


class Magento1Simulator(Simulator):
    """A Magento 1 shop with the Channable plugin 1.4.2; `shop` is the hands of its merchant."""

    key = "magento1"
    switches: Magento1Switches

    def __init__(self, *, seed: int = 0) -> None:
        switches = Magento1Switches()
        super().__init__(switches, seed=seed)
        self.shop = Shop(self.clock, self.journal, switches)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            *BackOffice(self.shop).routes(),
            *Control(self.shop).routes(),
            *_any_method(create.ACTION, self._create),
            *_any_method(status.ACTION, self._status),
            web.route("*", "/{path:(?!_sandbox/).*}", _nothing_here),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        body = await self._admit(request)
        if isinstance(body, web.Response):
            return body
        try:
            parameters = read_parameters(request, create.ACTION)
            return create.answer(self.shop, parameters, body, request.remote or "")
        except UnknownStore:
            return not_found()

    async def _status(self, request: web.Request) -> web.Response:
        body = await self._admit(request)
        if isinstance(body, web.Response):
            return body
        try:
            return status.answer(self.shop, read_parameters(request, status.ACTION))
        except status.DatabaseFault:
            return _report()

    async def _admit(self, request: web.Request) -> bytes | web.Response:
        """What stands before the plugin; at another host than the configured one, a GET is sent to the home page."""
        body = await admit(request, self.switches, _report)
        if isinstance(body, web.Response):
            return body
        home = configured_elsewhere(self.switches, request)
        if home is not None and request.method != "POST":
            return web.Response(status=HTTPStatus.FOUND, headers={"Location": f"{home}/"})
        return not_found() if self.switches.plugin_missing else body


def _any_method(action: str, handler: Handler) -> list[web.AbstractRouteDef]:
    """Method and content type do not matter, parameters may stand in the path (E16)."""
    return [web.route("*", action, handler), web.route("*", action + "/{parameters:.*}", handler)]


def _report() -> web.Response:
    """Magento 1's page for what nothing caught."""
    return page(HTTPStatus.SERVICE_UNAVAILABLE, "There has been an error processing your request")


async def _nothing_here(_: web.Request) -> web.Response:
    """Any other address, a route name in another case among them (E16)."""
    return not_found()
