"""What stands before the shop's code: web server, maintenance, database, redirects (contract E9, E10, E15)."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from retour.sandbox.magento.front import admit, configured_elsewhere, not_found, page
from retour.sandbox.magento.hook import UnknownStore
from retour.sandbox.magento.parameters import read_parameters
from retour.sandbox.magento.php import PhpError
from retour.sandbox.magento2.shop import Shop
from retour.sandbox.magento2.switches import Magento2Switches

Controller = Callable[[Shop, Mapping[str, str], bytes], web.Response]

_RUN_ERROR: Final = "An error has happened during application run. See exception log for details.\n"


class Front:
    """Serves a request as the shop would in its present state."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def frontend(self, request: web.Request, action: str, controller: Controller) -> web.Response:
        """A plugin route. Method and content type do not matter (E16)."""
        body = await self.admit(request)
        if isinstance(body, web.Response):
            return body
        elsewhere = _redirect(self._shop.switches, request)
        if elsewhere is not None:
            return elsewhere
        if self._shop.switches.plugin_missing:
            return not_found()
        try:
            return controller(self._shop, read_parameters(request, action), body)
        except UnknownStore:
            return page(HTTPStatus.INTERNAL_SERVER_ERROR, "There has been an error processing your request")
        except PhpError:
            return run_error()

    async def admit(self, request: web.Request) -> bytes | web.Response:
        """The body, or the answer of a shop that is down."""
        return await admit(request, self._shop.switches, run_error)


def _redirect(switches: Magento2Switches, request: web.Request) -> web.Response | None:
    """GET goes to the configured base URL, token and all (E10); POST is let through, but by an old plugin (A1)."""
    if request.method == "POST":
        if not switches.post_redirects:
            return None
        location = f"{request.scheme}://{request.host}/"
    else:
        elsewhere = configured_elsewhere(switches, request)
        if elsewhere is None:
            return None
        location = elsewhere + str(request.rel_url)
    return web.Response(status=HTTPStatus.FOUND, headers={"Location": location})


def run_error() -> web.Response:
    """What nothing caught: a PHP Error, or a database that is gone (E9)."""
    return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR, text=_RUN_ERROR)
