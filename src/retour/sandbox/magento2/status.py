"""The status question: what did the merchant decide? (contract A7)."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from retour.sandbox.magento import php
from retour.sandbox.magento2.hook import refused
from retour.sandbox.magento2.shop import Shop
from retour.sandbox.magento2.switches import DEFAULT_STORE

ACTION: Final = "/channable/returns/status"


def answer(shop: Shop, parameters: Mapping[str, str], _: bytes) -> web.Response:
    """200 in every case. No `store` is read: the default store's settings count; the main switch does not (E11)."""
    switches = shop.switches
    code = parameters.get("code", "")
    if not switches.returns_enabled.get(DEFAULT_STORE, False) or not switches.token or php.is_empty(code):
        return refused("Extension not enabled!")
    if code != switches.token:
        return refused("Unknown Token")
    if php.is_empty(parameters.get("id")):
        return refused("Missing ID")
    if switches.missing_table:
        raise php.PhpError("SQLSTATE[42S02]: Base table or view not found")
    return_id = php.to_int(parameters["id"])
    row = shop.returns.get(return_id)
    if row is None:
        return refused(f'The return with id "{return_id}" does not exist.')
    shop.decide_when_asked(row)
    return web.json_response({"validated": "true", "return_id": return_id, "status": row.status})
