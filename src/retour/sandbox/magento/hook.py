"""What the hook of both generations does with a pushed return before it makes a row of it (contract A3, A4)."""

from typing import Any, Final

from retour.sandbox.magento import php

MISSING_TABLE: Final = (
    "SQLSTATE[42S02]: Base table or view not found: 1146 Table 'magento.channable_returns' doesn't exist, "
    "query was: DESCRIBE `channable_returns`"
)


class UnknownStore(Exception):
    """Magento has no such store view: HTML, before the plugin's own `try` (E9)."""


def read_payload(body: bytes, *, not_json: str, nothing: str) -> dict[str, Any]:
    """The return, or `PhpException` with the refusal; two of them each generation puts in its own words."""
    if not body:
        raise php.PhpException("Post data empty!")
    payload = php.decode(body, not_json)
    if php.is_empty(payload):
        raise php.PhpException(nothing)
    if not isinstance(payload, dict) or php.is_empty(payload.get("channable_id")):
        raise php.PhpException("Post missing channable_id")
    if php.is_empty(payload.get("channel_id")):
        raise php.PhpException("Post missing channel_id")
    return payload
