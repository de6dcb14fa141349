"""What was sent to platforms and what came back, made readable. It is redacted when it is kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from retour.store.models import Exchange, Return
from retour.store.sealed import CannotOpen, unseal

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent and received, readable."""

    row: Exchange
    sent: str
    received: str


def sent_for(row: Return) -> list[Sent]:
    """What was sent for a return and what came back, the newest first."""
    kept = row.exchanges.select_related("connection").order_by("-at", "-pk")
    return [_sent(exchange) for exchange in kept[:SHOWN]]


def _sent(row: Exchange) -> Sent:
    try:
        kept: Mapping[str, Any] = unseal(row.sealed) or {}
    except CannotOpen as error:
        return Sent(row, "", str(error))
    return Sent(row, _readable(kept.get("sent")), _readable(kept.get("received")))


def _readable(body: Any) -> str:
    """JSON with its lines indented; anything else as it is."""
    try:
        value = json.loads(body) if isinstance(body, str) else body
    except (ValueError, RecursionError):
        return str(body)
    return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, dict | list) else str(body or "")
