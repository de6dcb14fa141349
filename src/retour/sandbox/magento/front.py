"""What stands before any Magento shop's code: web server, PHP, maintenance, database (contract E9, E10, E15)."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import Field

from retour.sandbox.app import Switches


class FrontSwitches(Switches):
    """What can go wrong before the shop's code is reached."""

    base_url: str | None = Field(default=None, description="the shop's configured URL, when not the one called (E10)")
    maintenance: bool = Field(default=False, description="503 HTML")
    php_down: bool = Field(default=False, description="502 HTML")
    database_down: bool = Field(default=False, description="what every call meets then is the platform's own (E9)")
    body_limit: int = Field(default=1_048_576, ge=0, le=1_048_576, description="bytes the web server takes, else 413")
    first_call_seconds: float = Field(default=0, ge=0, description="how long the next call takes; then 0 again (E15)")


async def admit(
    request: web.Request, switches: FrontSwitches, database_gone: Callable[[], web.Response]
) -> bytes | web.Response:
    """The body, or the answer of a shop that is down."""
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
        return database_gone()
    if switches.first_call_seconds:
        seconds, switches.first_call_seconds = switches.first_call_seconds, 0
        await asyncio.sleep(seconds)
    return body


def configured_elsewhere(switches: FrontSwitches, request: web.Request) -> str | None:
    """The configured base URL without a slash at its end, when the request came to another host."""
    if not switches.base_url or urlsplit(switches.base_url).netloc == request.host:
        return None
    return switches.base_url.rstrip("/")


def page(status: HTTPStatus, title: str) -> web.Response:
    """An HTML page as web servers and Magento show it to a shopper."""
    text = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    return web.Response(status=status, text=text, content_type="text/html")


def not_found() -> web.Response:
    return page(HTTPStatus.NOT_FOUND, "404 Not Found")
