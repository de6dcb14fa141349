"""Tables and pure functions: the hub's words to the shop's and back."""

import json
from typing import Any, Final
from urllib.parse import quote

from retour.connectors import written
from retour.connectors.contract import ReturnRequest, Unreadable
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.lightspeed import wire
from retour.connectors.shops.lightspeed.config import LightspeedConfig
from retour.connectors.shops.lightspeed.words import meaning
from retour.connectors.written import joined, named, one_line
from retour.core.model import Party, Resolution, ShopSays

REASON_LENGTH: Final = 250
COMMENT_LENGTH: Final = 2000
NOTE_LENGTH: Final = 4000
"""Lightspeed tells no lengths. These are what people read, and well below what a shop's text column holds."""

SHOWN: Final = ("id", "orderId", "status", "returnAction", "updatedAt")
"""What is shown of a row that cannot be read. All else may hold personal data."""


def says(row: wire.ReturnRow, config: LightspeedConfig) -> ShopSays:
    """A return as the shop's answer: its status, told apart by its action where one status means two decisions. Where
    they contradict each other the status wins (contract lightspeed.md, 3.1, 3.2)."""
    means, wish = meaning(row.status, config.status_words), config.wish(row.return_action)
    resolution: Resolution | None = None
    match means:
        case "refunded":
            resolution = Resolution.KEEP if wish == "keep" else Resolution.ACCEPT
        case "repaired":
            resolution = Resolution.EXCHANGE if wish == "exchange" else Resolution.REPAIR
        case "rejected":
            resolution = Resolution.REJECT
        case "cancelled":
            resolution = Resolution.CANCEL
        case "authorized" if config.accept_on_authorized and wish not in {"exchange", "repair"}:
            # What will be exchanged or repaired is not to be refunded: that one waits until it is settled.
            resolution = Resolution.KEEP if wish == "keep" else Resolution.ACCEPT
    return ShopSays(ref=str(row.id), word=row.status[:200], resolution=resolution, unclear=means is None)


def exists(raw: Any, config: LightspeedConfig) -> ShopSays:
    """What is known of a return that was made: at least that, as long as its id can be read. Raises Garbled."""
    try:
        return says(decode(wire.ReturnRow, raw), config)
    except Garbled:
        if ref := decode(wire.Ref, raw).id:
            return ShopSays(ref=str(ref), word=None, resolution=None, unclear=True)
        raise


def unreadable(ref: str, why: str, raw: Any) -> Unreadable:
    shown = {name: raw[name] for name in SHOWN if name in raw} if isinstance(raw, dict) else type(raw).__name__
    return Unreadable(ref, f"The shop's answer about this return cannot be read: {why}.", json.dumps(shown)[:500])


def marker(key: str) -> str:
    """How our key stands in a note, so that no part of it can be taken for another key."""
    return f"[rh:{quote(key, safe=':._-', errors='surrogatepass')}]"


def document(
    request: ReturnRequest, key: str, order_id: int, line_id: int, invoice: str | None, config: LightspeedConfig
) -> dict[str, Any]:
    """A new return, without its root key. The customer is never mailed, and stock is the merchant's (contract
    lightspeed.md, 3, 7, 8). It has no status of its own unless the marketplace settled it already."""
    reason = request.reason_text or (request.reason.value.replace("_", " ") if request.reason else "")
    made: dict[str, Any] = {
        "orderId": order_id,
        "orderProducts": [{"id": line_id, "quantity": request.quantity}],
        "returnReason": text(reason, REASON_LENGTH),
        "customerComment": text(request.comment, COMMENT_LENGTH),
        "staffNote": text(f"{marker(key)}\n{note(request, invoice)}", NOTE_LENGTH),
        "notifyStatus": False,
        "isStockAdjusted": False,
    }
    if request.status == "accepted":
        made["status"] = config.settled_status
    elif config.return_action:
        made["returnAction"] = config.return_action
    return made


def note(request: ReturnRequest, invoice: str | None) -> str:
    """What the return has no field for: marketplace, product, invoice and addresses."""
    price = request.unit_price
    known = (
        f"{text(request.marketplace, 100)}: return {text(request.ref, 100)}, order {text(request.order_ref, 100)}",
        joined(
            f"{request.quantity} x",
            text(request.title, 250),
            named("SKU", text(request.sku, 100)),
            named("EAN", text(request.gtin, 100)),
            f"{price.amount} {price.currency}" if price else "",
        ),
        named("Invoice:", invoice),
        named("Handled by", text(request.marketplace, 100)) if request.status == "accepted" else "",
        named("Delivery:", address(request.customer)),
        named("Billing:", address(request.billing)),
    )
    return "\n".join(line for line in known if line)


def address(party: Party | None) -> str:
    """On one line; empty when nothing is known."""
    return ", ".join(part for part in (text(part, 150) for part in one_line(party, contact=True)) if part)


def text(value: str | None, length: int) -> str:
    """A text that JSON and a database can hold, cut."""
    return written.text(value, length, bmp=False)
