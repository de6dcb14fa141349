"""What stands before the shop's code: web server, maintenance, database, redirects (contract E9, E10, E15)."""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from retour.sandbox.magento2.hook import UnknownStore
from retour.sandbox.magento2.parameters import read_parameters
from retour.sandbox.magento2.php import PhpError
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
        switches = self._shop.switches
        if switches.php_down:
            return page(HTTPStatus.BAD_GATEWAY, "502 Bad Gateway")
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            body = None
        if body is None or len(body) > switches.body_limit:
            return page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "413 Request Entity Too Large")
        if switches.maintenance:
            return page(HTTPStatus.SERVICE_UNAVAILABLE, "Service Temporarily Unavailable")
        if switches.database_down:
            return run_error()
        if switches.first_call_seconds:
            seconds, switches.first_call_seconds = switches.first_call_seconds, 0
            await asyncio.sleep(seconds)
        return body


def _redirect(switches: Magento2Switches, request: web.Request) -> web.Response | None:
    """GET goes to the configured base URL, token and all (E10); POST is let through, but by an old plugin (A1)."""
    if request.method == "POST":
        if not switches.post_redirects:
            return None
        location = f"{request.scheme}://{request.host}/"
    else:
        if not switches.base_url or urlsplit(switches.base_url).netloc == request.host:
            return None
        location = switches.base_url.rstrip("/") + str(request.rel_url)
    return web.Response(status=HTTPStatus.FOUND, headers={"Location": location})


def page(status: HTTPStatus, title: str) -> web.Response:
    """An HTML page as web servers and Magento show it to a shopper."""
    text = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    return web.Response(status=status, text=text, content_type="text/html")


def not_found() -> web.Response:
    return page(HTTPStatus.NOT_FOUND, "404 Not Found")


def run_error() -> web.Response:
    """What nothing caught: a PHP Error, or a database that is gone (E9)."""
    return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR, text=_RUN_ERROR)
