"""The status question: what did the merchant decide? (contract B, E1, E11, E12, E16, E18)."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from retour.sandbox.magento import php
from retour.sandbox.magento1.create import refused, said
from retour.sandbox.magento1.returns import Flaw
from retour.sandbox.magento1.shop import Shop

ACTION: Final = "/channableapi/returns/get"


class DatabaseFault(Exception):
    """Nothing catches what the database says here: 503 HTML (E9)."""


def answer(shop: Shop, parameters: Mapping[str, str]) -> web.Response:
    """200 in every case. The IP whitelist does not guard it, and no `store` is read."""
    switches = shop.switches
    code = parameters.get("code", "")
    if not switches.extension_enabled or not switches.token or php.is_empty(code):
        return refused("Extension not enabled!")
    if code != switches.token:
        return refused("Unknown Token")
    if php.is_empty(parameters.get("id")):
        return refused("Missing ID")
    if switches.missing_table:
        raise DatabaseFault
    return_id = php.to_int(parameters["id"])
    row = shop.returns.get(return_id)
    if row is None:
        return refused(f"Return with id {return_id} not found")
    shop.decide_when_asked(row)
    shown = str(return_id) if switches.status_id_as_text else return_id
    return _flawed({"validated": "true", "return_id": shown, "status": row.status}, row.flaw)


def _flawed(found: dict[str, Any], flaw: Flaw | None) -> web.Response:
    match flaw:
        case "list":
            return said([])
        case "html":
            return web.Response(text="<!doctype html><title>Oops</title>", content_type="text/html")
        case "no_id":
            del found["return_id"]
        case "no_status":
            del found["status"]
        case "number_status":
            found["status"] = 1
    return said(found)
