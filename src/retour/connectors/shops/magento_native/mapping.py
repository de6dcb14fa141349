"""Tables and pure functions: the hub's words to the shop's and back."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final
from urllib.parse import quote

from retour.connectors.contract import ReturnRequest
from retour.connectors.shops.magento_native import wire
from retour.connectors.shops.magento_native.config import MagentoNativeConfig
from retour.connectors.written import joined, named, one_line, text
from retour.core.model import Party, Resolution, ShopSays

COMMENT_LENGTH: Final = 4000
"""Magento tells no lengths: this is what people read, and well below what its text columns hold."""

CLOSED: Final = "closed"
ENDED: Final = frozenset({CLOSED, "processed_closed"})
LABELS_ONLY: Final = frozenset({"approved", "rejected", "denied"})
"""Headers that exist as words; none was ever seen to be derived from items (contract magento-native.md, A2)."""
HEADERS: Final = (
    frozenset(
        {"pending", "authorized", "partially_authorized", "received", "received_on_item"}
        | {"approved_on_item", "rejected_on_item"}
    )
    | ENDED
    | LABELS_ONLY
)
OPEN_ITEMS: Final = frozenset({"pending", "authorized", "received"})
REFUSED_ITEMS: Final = frozenset({"rejected", "denied"})
"""Refused after the goods came, and before (contract magento-native.md, A2)."""

_NOT = re.compile(r"\b(?:no|not|without|don't|niet|geen|zonder|ne|pas|non|sans|nicht|kein\w*|ohne)\b")
_MARK = re.compile(
    r"\[rh:(?P<key>[^|\]\s]*)\|(?P<number>\d+)\|(?P<row>\d*)\|(?P<quantity>\d+)\|(?P<kind>new|accepted)\]"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What the first line of our comments says: whose request it is, and about what. The shop has no field for it."""

    key: str
    """Quoted, so that no part of it can be taken for another key."""
    number: int
    row: str | None
    """The order's row that comes back, where it is certain."""
    quantity: int
    asks: bool
    """The merchant is to decide; otherwise the marketplace has settled it."""

    def __str__(self) -> str:
        kind = "new" if self.asks else "accepted"
        return f"[rh:{self.key}|{self.number}|{self.row or ''}|{self.quantity}|{kind}]"


def mark_of(request: ReturnRequest, key: str, row: str | None) -> Mark:
    return Mark(quoted(key), request.number, row, request.quantity, asks=request.status == "new")


def quoted(key: str) -> str:
    return quote(key, safe=":._-", errors="surrogatepass")


def mark_in(comment: str | None) -> Mark | None:
    """The mark that a comment begins with. Further on it may be somebody's quotation."""
    found = _MARK.match((comment or "").strip())
    if found is None:
        return None
    row = found["row"] or None
    return Mark(found["key"], int(found["number"]), row, int(found["quantity"]), asks=found["kind"] == "new")


def rma_says(rma: wire.Rma, labels: Mapping[str, str], config: MagentoNativeConfig) -> ShopSays:
    """A return as the shop's answer. What was wished for when it was made decides nothing: the resolution counts that
    an item has when it is approved. Anything but one decision for all units is for a person to read."""
    header = rma.status.strip().casefold()
    strange = [item.status for item in rma.items if item.status not in OPEN_ITEMS | REFUSED_ITEMS | {"approved"}]
    if header not in HEADERS or strange:
        word = ": ".join([rma.status, *dict.fromkeys(strange)] if header in HEADERS else [rma.status])
        return _says(rma, word, None, unclear=True)
    still_open = [item for item in rma.items if item.status in OPEN_ITEMS]
    if header not in ENDED and not (header in LABELS_ONLY and not still_open):
        return _says(rma, header, None)
    if len(still_open) == len(rma.items):
        return _says(rma, header, Resolution.CANCEL if header == CLOSED else None, unclear=header != CLOSED)
    verdicts = {_verdict(item, labels, config) for item in rma.items}
    words = dict.fromkeys(_word(item, labels) for item in rma.items)
    whole = len(verdicts) == 1 and all(
        item.status != "approved" or item.qty_approved >= item.qty_requested for item in rma.items
    )
    resolution = verdicts.pop() if whole else None
    return _says(rma, f"{header}: {', '.join(words)}", resolution, unclear=resolution is None)


def approved_options(rma: wire.Rma) -> set[str]:
    """The option ids whose labels are needed to understand a return."""
    return {item.resolution for item in rma.items if item.status == "approved" and item.resolution}


def meaning(label: str, config: MagentoNativeConfig) -> Resolution | None:
    """What a resolution's label means. None: nothing for certain."""
    said = plain(label)
    if said in {plain(known) for known in config.accept_resolutions}:
        return Resolution.ACCEPT
    if _NOT.search(said):
        return None
    lists = {
        Resolution.EXCHANGE: config.exchange_resolutions,
        Resolution.REPAIR: config.repair_resolutions,
        Resolution.KEEP: config.keep_resolutions,
    }
    fitting = [one for one, beginnings in lists.items() if _begins(said, beginnings)]
    return fitting[0] if len(fitting) == 1 else None


def remark(request: ReturnRequest, mark: Mark, *, decide: str = "") -> str:
    """The internal comment of a request: our mark, then what people want to know and no field holds."""
    price = request.unit_price
    marketplace = text(request.marketplace, 100)
    settled = f"{marketplace} has settled this return itself: nothing is to be decided."
    known = (
        f"{marketplace}: return {text(request.ref, 100)}, order {text(request.order_ref, 100)}, "
        f"opened {request.opened_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        joined(
            f"{request.quantity} x",
            text(request.title, 250),
            named("SKU", text(request.sku, 100)),
            named("EAN", text(request.gtin, 100)),
            f"{price.amount} {price.currency}" if price else "",
        ),
        named("Reason:", text(request.reason_text or (request.reason or "").replace("_", " "), 300)),
        named("Customer:", text(request.comment, 1200)),
        named("Delivery:", address(request.customer)),
        named("Billing:", address(request.billing)),
        decide if mark.asks else settled,
    )
    body = "\n".join(line for line in known if line)
    return f"{mark}\n{text(body, COMMENT_LENGTH)}"


def address(party: Party | None) -> str:
    """On one line; empty when nothing is known."""
    return ", ".join(part for part in (text(part, 120) for part in one_line(party, contact=True)) if part)


def plain(value: str) -> str:
    """Small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def document(request: ReturnRequest, order: wire.FoundOrder, row: str, options: Mapping[str, str]) -> dict[str, Any]:
    """A new return (contract magento-native.md, A2, Create). Its item waits: item states are the merchant's to move,
    because that may mail the customer."""
    item = {
        "order_item_id": int(row),
        "qty_requested": request.quantity,
        "qty_authorized": 0,
        "qty_approved": 0,
        "qty_returned": 0,
        **options,
        "status": "pending",
    }
    return {
        "order_id": int(order.entity_id),
        "order_increment_id": order.increment_id,
        **({} if order.store_id is None else {"store_id": order.store_id}),
        **({} if order.customer_id is None else {"customer_id": order.customer_id}),
        "date_requested": f"{request.opened_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "customer_custom_email": "",
        "status": "pending",
        "items": [item],
        "comments": [],
        "tracks": [],
    }


def _verdict(item: wire.RmaItem, labels: Mapping[str, str], config: MagentoNativeConfig) -> Resolution | None:
    if item.status in REFUSED_ITEMS:
        return Resolution.REJECT
    label = labels.get(item.resolution or "")
    return meaning(label, config) if label and item.status == "approved" else None


def _word(item: wire.RmaItem, labels: Mapping[str, str]) -> str:
    if item.status != "approved":
        return item.status
    label = labels.get(item.resolution or "", "without a known resolution")
    if item.qty_approved < item.qty_requested:
        return f"{label}, {item.qty_approved:f} of {item.qty_requested:f} approved"
    return label


def _says(rma: wire.Rma, word: str, resolution: Resolution | None, *, unclear: bool = False) -> ShopSays:
    return ShopSays(rma.entity_id, text(word, 200) or None, resolution, unclear=unclear)


def _begins(said: str, beginnings: Iterable[str]) -> bool:
    return any(re.search(rf"\b{re.escape(plain(beginning))}", said) for beginning in beginnings)
