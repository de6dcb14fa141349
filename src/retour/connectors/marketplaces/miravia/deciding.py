"""What is sent for a decision, what stands against sending it, and what Miravia makes of it (contract miravia 5, 7)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from retour.connectors.contract import Part
from retour.connectors.marketplaces.miravia import mapping, wire
from retour.connectors.marketplaces.miravia.config import MiraviaConfig
from retour.connectors.shapes import Garbled, decode
from retour.core.model import Resolution


def obstacle(config: MiraviaConfig, reverse: mapping.Reverse, line: wire.Line, part: Part) -> str | None:
    """Why a decision must not be sent, in words for the merchant, from a view that is fresh."""
    return _unfit(config, line, part) or _closed(reverse, line) or _misunderstood(reverse, line, part)


def _unfit(config: MiraviaConfig, line: wire.Line, part: Part) -> str | None:
    if part.resolution not in mapping.told_as(config):
        return f"By its settings, Miravia is not told {part.resolution}."
    if part.quantity != line.quantity:
        return f"Miravia takes one decision for all {line.quantity} of this line."
    return None


def _closed(reverse: mapping.Reverse, line: wire.Line) -> str | None:
    status = mapping.word(line.reverse_status)
    if mapping.is_miravias(reverse, line):
        return "Miravia handles this itself. Nothing was sent."
    if mapping.ended_as(reverse, line) is not None:
        return f"At Miravia this is settled already ({status}). Nothing was sent."
    if mapping.in_dispute(line):
        return f"The customer disputes this, and Miravia decides ({status}). Nothing was sent; answer in Seller Center."
    if not mapping.awaits(reverse, line):
        return f"Miravia does not wait for an answer now ({status}). Nothing was sent."
    return None


def _misunderstood(reverse: mapping.Reverse, line: wire.Line, part: Part) -> str | None:
    """Accepting does what the customer asked for, whatever the merchant means by it."""
    replacement = mapping.word(reverse.row.request_type) == mapping.REPLACEMENT
    if part.resolution is Resolution.EXCHANGE and not replacement:
        todo = mapping.WHAT_TO_DO[Resolution.EXCHANGE]
        return f"The customer asked Miravia for a refund, not for a replacement. {todo}"
    if part.resolution.refunds and replacement:
        return "The customer asked Miravia for a replacement: accepting it refunds nothing. Refund in Seller Center."
    if part.resolution.refunds and mapping.cents(line) is None:
        return "Miravia does not say how much it would refund. Accept this in Seller Center."
    return None


def acceptance(config: MiraviaConfig, reverse: mapping.Reverse, line: wire.Line) -> dict[str, str]:
    """The form that accepts a line, with the whole amount as it was read."""
    amount = mapping.cents(line) or 0
    return {
        **_named(reverse, line),
        "refundAmount": str(amount) if config.refund_amount_unit == "cents" else f"{amount // 100}.{amount % 100:02}",
    }


def rejection(config: MiraviaConfig, reverse: mapping.Reverse, line: wire.Line, part: Part) -> dict[str, str]:
    """The form that rejects a line. Its comment is never empty: Miravia wants one, and the customer reads it."""
    cancellation = mapping.word(reverse.row.request_type) == mapping.CANCELLATION
    default = mapping.OTHER_CANCELLATION if cancellation else config.reject_reason_id
    return {**_named(reverse, line), "comment": _comment(config, part), "reasonId": part.code or default}


def rejection_as_json(config: MiraviaConfig, reverse: mapping.Reverse, line: wire.Line, part: Part) -> dict[str, Any]:
    """The second spelling in Miravia's documents (contract miravia 5.1)."""
    comment = _comment(config, part)
    items = [{"order_item_id": item, "comment": comment} for item in line.items]
    return {"order_id": reverse.row.trade_order_id, "reject_input_data_list": items}


def _named(reverse: mapping.Reverse, line: wire.Line) -> dict[str, str]:
    items = json.dumps(line.items, separators=(",", ":"))
    return {"OrderId": reverse.row.trade_order_id, "OrderItemIdList": items}


def _comment(config: MiraviaConfig, part: Part) -> str:
    words = " ".join((part.reason or "").replace("\0", " ").encode(errors="replace").decode().split())
    return words or config.reject_comment


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Miravia says of each order item; what it does not say is in none."""

    done: tuple[str, ...]
    failed: tuple[str, ...]
    words: str


def verdict(asked: Sequence[str], content: Any) -> Verdict:
    """Only SUCCESS is success, and only a failure that is named is one: anything else is not known."""
    told: dict[str, wire.Told] = {}
    for raw in content if isinstance(content, list) else [content]:
        try:
            one = decode(wire.Told, raw)
        except Garbled:
            continue
        told[one.order_item_id] = one
    done = tuple(item for item in asked if item in told and mapping.word(told[item].status) == "SUCCESS")
    failed = tuple(item for item in asked if item in told and item not in done and _failed(told[item]))
    words = dict.fromkeys(filter(None, (_why(told[item]) for item in failed)))
    return Verdict(done, failed, "; ".join(words))


def _failed(one: wire.Told) -> bool:
    named = bool(one.errors or one.error_code) or mapping.word(one.status) in {"FAILED", "FAIL", "ERROR"}
    return named and one.system_error is not True


def _why(one: wire.Told) -> str:
    said = [one.error_code, one.error_message]
    for error in one.errors or []:
        said += [str(value) for value in error.values() if value] if isinstance(error, dict) else [str(error)]
    return " ".join(filter(None, said))


def partly(resolution: Resolution, verdict: Verdict, items: Sequence[str]) -> str:
    """What a person must know of a decision that Miravia took for some order items of a line only."""
    done, rest = ", ".join(verdict.done), ", ".join(item for item in items if item not in verdict.done)
    return (
        f"Miravia took '{resolution}' for order item {done}, but not for {rest}. Nothing more is sent for this line: "
        "finish it in Seller Center."
    )
