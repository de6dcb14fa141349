"""Tables and pure functions: the hub's words to Magento 2's plugin and back."""

from typing import Any

from retour.connectors.contract import ReturnRequest
from retour.connectors.magento_plugin.decisions import meaning
from retour.connectors.magento_plugin.document import document
from retour.connectors.magento_plugin.hub_order import linked_number
from retour.connectors.magento_plugin.texts import text
from retour.connectors.shops.magento2.config import Magento2Config
from retour.core.model import ShopSays

__all__ = ["payload", "says", "sent_status", "text"]

UNDECIDED = {"new", "complete"}
"""`complete` is only ever sent by the hub itself: settled by the marketplace (contract magento.md, A7)."""


def says(ref: str, word: str | None) -> ShopSays:
    """A status word as the shop's answer. No word is no decision."""
    return meaning(ref, word, UNDECIDED)


def sent_status(request: ReturnRequest, config: Magento2Config) -> str:
    """`new`, or what a return that the marketplace has settled is sent as (part C, rule 2)."""
    return config.settled_status if request.status == "accepted" else "new"


def payload(request: ReturnRequest, key: str, config: Magento2Config) -> dict[str, Any]:
    """The hook's JSON document (A3). Raises Refused."""
    return document(
        request,
        key,
        status=sent_status(request, config),
        channel_id=text(request.line_ref),
        order_id=_order_reference(request, config),
        gtin=request.sku if config.item_gtin == "sku" else request.gtin,
        comment_details=config.comment_details,
    )


def _order_reference(request: ReturnRequest, config: Magento2Config) -> str | None:
    match config.order_reference:
        case "hub_order_id":
            return linked_number(request)
        case "marketplace_order":
            return text(request.order_ref) or None
        case _:
            return text(request.shop_order) or None
