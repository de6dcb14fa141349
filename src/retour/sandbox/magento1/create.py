"""The hook: a return is pushed into the shop (contract A3 with the differences of B and E)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from retour.sandbox.magento import columns, php
from retour.sandbox.magento.hook import MISSING_TABLE, UnknownStore, read_payload
from retour.sandbox.magento1.returns import ReturnRow
from retour.sandbox.magento1.shop import Shop
from retour.sandbox.magento1.switches import STORES

ACTION: Final = "/channableapi/returns/index"

_SERVER_PATH: Final = "/var/www/html/app/code/community/Magmodules/Channableapi/Model/Returns.php on line 58"


def answer(shop: Shop, parameters: Mapping[str, str], body: bytes, caller: str) -> web.Response:
    """200 with `validated` as a string, for success and for every refusal."""
    try:
        _check_request(shop, parameters, caller)
        payload = read_payload(body, not_json="Post not valid JSON-Data: ", nothing="No Order Data in post")
        if not php.is_empty(payload.get("errors")):
            return said(payload)
        row = _read_row(shop, payload, int(parameters["store"]))
        _check_database(shop)
    except php.PhpException as refusal:
        return refused(str(refusal))
    shop.import_return(row)
    as_text = shop.switches.create_id_as_text
    return said({"validated": "true", "return_id": str(row.entity_id) if as_text else row.entity_id})


def said(answer: Any) -> web.Response:
    """An answer of the plugin, with the headers it sets (contract B)."""
    return web.json_response(answer, status=HTTPStatus.OK, headers={"Cache-Control": "no-cache"})


def refused(text: str) -> web.Response:
    return said({"validated": "false", "errors": text})


def _check_request(shop: Shop, parameters: Mapping[str, str], caller: str) -> None:
    """Whitespace in `code` is not forgiven; where the whitelist stands among the checks is our guess (B)."""
    switches = shop.switches
    store, code = parameters.get("store", ""), parameters.get("code", "")
    if php.is_empty(store):
        raise php.PhpException("Store param missing in request")
    if store not in STORES:
        raise UnknownStore(store)
    if not switches.extension_enabled:
        raise php.PhpException("Extension not enabled")
    if not switches.token:
        raise php.PhpException("Token not set in admin")
    if php.is_empty(code):
        raise php.PhpException("Token param missing in request")
    if code != switches.token:
        raise php.PhpException("Invalid token")
    if switches.ip_whitelist is not None and caller not in switches.ip_whitelist:
        raise php.PhpException("Not Access (ip restriction)")


def _read_row(shop: Shop, payload: dict[str, Any], store_id: int) -> ReturnRow:
    """Whatever is missing or of another type is taken as it comes; `meta` is not looked at (B, E8)."""
    item, customer = payload.get("item"), payload.get("customer")
    order_id = columns.bigint(php.to_int(_read(shop, item, "order_id")))
    order = shop.orders.with_hub_id(order_id) if order_id else None
    name = f"{_text(_read(shop, customer, 'first_name'))} {_text(_read(shop, customer, 'last_name'))}"
    now = shop.now()
    return ReturnRow(
        entity_id=0,
        store_id=store_id,
        order_id=order_id,
        channel_name=_column(_read(shop, payload, "channel_name")),
        channel_id=columns.bigint(php.to_int(payload["channel_id"])),
        channable_id=columns.bigint(php.to_int(payload["channable_id"])),
        magento_order_id=order.entity_id if order else None,
        magento_increment_id=order.increment_id if order else None,
        item=columns.json_text(item),
        customer_name=_column(name.strip()) or "",
        customer=columns.json_text(customer),
        address=columns.json_text(payload.get("address")),
        reason=_column(_read(shop, item, "reason")),
        comment=_column(_read(shop, item, "comment")),
        status=_column(_read(shop, payload, "status")),
        created_at=now,
        updated_at=now,
    )


def _check_database(shop: Shop) -> None:
    if shop.switches.missing_table:
        raise php.PhpException(MISSING_TABLE)


def _read(shop: Shop, value: Any, key: str) -> Any:
    """PHP's `$value['key']` in Magento 1: what is missing is logged and null, an exception in developer mode only."""
    if isinstance(value, dict) and key in value:
        return value[key]
    notice = f"Notice: Undefined index: {key}  in {_SERVER_PATH}"
    if shop.switches.developer_mode:
        raise php.PhpException(notice)
    shop.log.append(notice)
    return None


def _text(value: Any) -> str:
    return "Array" if isinstance(value, list | dict) else php.to_string(value)


def _column(value: Any) -> str | None:
    return None if value is None else columns.varchar(_text(value))
