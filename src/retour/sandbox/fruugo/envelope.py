"""What a callback says, and how it may be wrong (contract 4)."""

import json
from typing import Any, Final

from retour.sandbox.fruugo.switches import CallbackFlaw, FruugoSwitches, Kind

Rows = list[dict[str, Any] | None]
Envelope = dict[str, Any]

NOBODYS_ID: Final = "00000000-0000-4000-8000-000000000000"
"""A correlation id that no request had."""


def write(kind: Kind, correlation_id: str, rows: Rows, merchant_id: str, switches: FruugoSwitches) -> Envelope:
    """The four names that were seen; all below `payload` is assumed."""
    return {
        "type": switches.callback_types.get(kind, kind),
        "payload": {"orders": rows} if switches.v3_payload == "orders" else rows,
        "merchantId": int(merchant_id) if switches.numeric_merchant_id else merchant_id,
        "correlationId": correlation_id,
    }


def garble(envelope: Envelope, flaw: CallbackFlaw | None) -> bytes:
    """The body that is posted, with something wrong unless `flaw` is None."""
    body: Any = dict(envelope)
    match flaw:
        case "empty":
            return b""
        case "cut_off":
            text = json.dumps(body).encode()
            return text[: len(text) // 2]
        case "not_an_object":
            body = [body]
        case "no_correlation_id":
            del body["correlationId"]
        case "other_correlation_id":
            body["correlationId"] = NOBODYS_ID
        case "no_type":
            del body["type"]
        case "unknown_type":
            body["type"] = "settlement"
        case "no_payload":
            del body["payload"]
        case "bad_payload":
            body["payload"] = "see the portal"
        case "other_merchant":
            body["merchantId"] = "1"
        case "unknown_fields":
            body |= {"version": 3, "links": {"self": None}}
    return json.dumps(body).encode()
