"""The hook: a return is pushed into the shop (contract A3-A6). `answer` is the whole endpoint, as plain function."""

import re
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from retour.sandbox.magento import columns, php
from retour.sandbox.magento.hook import MISSING_TABLE, UnknownStore, read_payload
from retour.sandbox.magento2.returns import ReturnRow
from retour.sandbox.magento2.shop import Shop
from retour.sandbox.magento2.switches import STORES, Magento2Switches

ACTION: Final = "/channable/returns/hook"

_WHITESPACE: Final = re.compile(r"\s+")
_NOT_JSON: Final = "Unable to unserialize value. Error: "


def answer(shop: Shop, parameters: Mapping[str, str], body: bytes) -> web.Response:
    """200 with `validated` as a string, for success and for every handled refusal (A4)."""
    refusal = _refuse_request(shop.switches, parameters)
    if refusal is not None:
        return refused(refusal)
    try:
        payload = read_payload(body, not_json=_NOT_JSON, nothing="No Returns Data in post")
        if not php.is_empty(payload.get("errors")):
            return web.json_response(payload)
        row = _read_row(shop, payload, int(parameters["store"]))
        _check_database(shop.switches)
    except php.PhpException as exception:
        return refused(str(exception))
    shop.import_return(row)
    return web.json_response({"validated": "true", "return_id": row.entity_id})


def refused(text: str) -> web.Response:
    return web.json_response({"validated": "false", "errors": text})


def _refuse_request(switches: Magento2Switches, parameters: Mapping[str, str]) -> str | None:
    """Refusals 1 to 6, in their order."""
    store = parameters.get("store", "")
    code = _WHITESPACE.sub("", parameters.get("code", ""))
    if php.is_empty(store):
        return "Store param missing in request"
    if store not in STORES:
        raise UnknownStore(store)
    if not switches.extension_enabled:
        return "Extension not enabled"
    if not switches.returns_enabled.get(store, False):
        return "Returns not enabled"
    if not switches.token:
        return "Token not set in admin"
    if php.is_empty(code):
        return "Token param missing in request"
    return "Invalid token" if code != switches.token else None


def _read_row(shop: Shop, payload: dict[str, Any], store_id: int) -> ReturnRow:
    """The row as the plugin fills it, field by field in its order: that order decides which fault is met first (A3)."""
    item = _or_empty(payload.get("item"))
    customer = _or_empty(payload.get("customer"))
    address = _or_empty(payload.get("address"))
    order_id = php.offset_or_null(item, "order_id")
    channel_name = php.offset(payload, "channel_name")
    name = php.to_string(php.offset(customer, "first_name")) + " " + php.to_string(php.offset(customer, "last_name"))
    for value, setter in ((item, "setItem"), (customer, "setCustomer"), (address, "setAddress")):
        if not isinstance(value, dict | list):
            raise php.PhpError(f"{setter}(): Argument #1 must be of type array")
    status = _declared_string(php.offset(payload, "status"), "setStatus")
    reason = _declared_string(php.offset(item, "reason"), "setReason")
    comment = php.offset(item, "comment")
    if comment is not None:
        _declared_string(comment, "setComment")
    increment_id = php.to_string(order_id)
    order = None if php.is_empty(increment_id) else shop.orders.numbered(increment_id)
    meta = payload.get("meta")
    now = shop.now()
    try:
        channel_id, channel_name = columns.varchar(payload["channel_id"]), columns.varchar(channel_name)
    except php.PhpException as exception:
        raise php.PhpException(f"Could not save the return: {exception}") from None
    return ReturnRow(
        entity_id=0,
        store_id=store_id,
        order_id=columns.bigint(php.to_int(order_id)),
        channel_name=channel_name,
        channel_id=channel_id,
        channable_id=columns.unsigned(php.to_int(payload["channable_id"])),
        magento_order_id=order.entity_id if order else None,
        magento_increment_id=columns.varchar(increment_id) or "",
        item=columns.json_text(item),
        customer_name=columns.varchar(name.strip()) or "",
        customer=columns.json_text(customer),
        address=columns.json_text(address),
        reason=columns.varchar(reason) or "",
        comment=columns.varchar(comment),
        status=columns.varchar(status) or "",
        channel_return_id=_meta(meta, "channel_return_id"),
        channel_order_id=_meta(meta, "channel_order_id"),
        channel_order_id_internal=_meta(meta, "channel_order_id_internal"),
        platform_order_id=_meta(meta, "platform_order_id"),
        created_at=now,
        updated_at=now,
    )


def _or_empty(value: Any) -> Any:
    """PHP's `$value ?? []`."""
    return [] if value is None else value


def _declared_string(value: Any, setter: str) -> str:
    if not isinstance(value, str):
        raise php.PhpError(f"{setter}(): Argument #1 must be of type string")
    return value


def _meta(meta: Any, key: str) -> str | None:
    """An empty value is skipped; one that is not a string is a PHP Error (A3)."""
    value = php.offset_or_null(meta, key)
    return None if php.is_empty(value) else columns.varchar(_declared_string(value, key))


def _check_database(switches: Magento2Switches) -> None:
    """Refusal 13, and the table that is not there (E9)."""
    problem = MISSING_TABLE if switches.missing_table else switches.save_error
    if problem is not None:
        raise php.PhpException(f"Could not save the return: {problem}")
