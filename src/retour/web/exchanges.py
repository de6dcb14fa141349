"""What was sent to platforms and what came back, made readable. It is redacted when it is kept."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from retour.core.model import EffectKind
from retour.store.models import Effect, Exchange, Return
from retour.store.sealed import CannotOpen, unseal

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent and received, readable."""

    row: Exchange
    sent: str
    received: str
    together: bool
    """It was about several returns, and is kept with another one."""


def sent_for(row: Return, effects: Iterable[Effect], *, together: bool) -> list[Sent]:
    """What was sent for a return and what came back, the newest first.

    `together`: its marketplace takes several decisions with one call. That call is kept with the first return that it
    was about; all of them were sent at the same moment."""
    about = Q(of=row)
    times = {e.sent_at for e in effects if e.kind == EffectKind.SETTLE and e.sent_at} if together else set()
    if times:
        same = Effect.objects.filter(connection=row.connection_id, kind=EffectKind.SETTLE, sent_at__in=times)
        about |= Q(of__in=same.values("of"), effect_key__in=same.values("key"))
    kept = Exchange.objects.filter(about).select_related("connection").order_by("-at", "-pk")
    return [_sent(exchange, together=exchange.of_id != row.pk) for exchange in kept[:SHOWN]]


def _sent(row: Exchange, *, together: bool) -> Sent:
    try:
        kept: Mapping[str, Any] = unseal(row.sealed) or {}
    except CannotOpen as error:
        return Sent(row, "", str(error), together)
    return Sent(row, _readable(kept.get("sent")), _readable(kept.get("received")), together)


def _readable(body: Any) -> str:
    """JSON with its lines indented; anything else as it is."""
    try:
        value = json.loads(body) if isinstance(body, str) else body
    except (ValueError, RecursionError):
        return str(body)
    return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, dict | list) else str(body or "")
