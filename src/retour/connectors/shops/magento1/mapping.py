"""Tables and pure functions: the hub's words to Magento 1's plugin and back (contract magento.md, Part B)."""

from typing import Any

from retour.connectors.contract import ReturnRequest, Unreadable
from retour.connectors.magento_plugin.decisions import meaning
from retour.connectors.magento_plugin.document import document
from retour.connectors.magento_plugin.hub_order import fitting, linked_number
from retour.connectors.magento_plugin.texts import text
from retour.connectors.magento_plugin.wire import PluginAnswer
from retour.connectors.shops.magento1.config import Magento1Config
from retour.core.model import ShopSays

UNDECIDED = {"new"}


def says(ref: str, word: str) -> ShopSays:
    """A status word as the shop's answer."""
    return meaning(ref, word, UNDECIDED)


def means(ref: str, reply: PluginAnswer) -> ShopSays | Unreadable:
    """What the answer about a return says. The row action "Delete" keeps the row and makes its status null, after
    which nobody can decide it any more: the shop has given it up, and what it said before stands (B, E12)."""
    if "status" not in reply.model_fields_set:
        return Unreadable(ref, "The shop's plugin did not tell how this return stands.", "no status")
    if not (reply.status or "").strip():
        return ShopSays(ref=ref, word=None, resolution=None, gone=True)
    return says(ref, reply.status)


def sent_status(request: ReturnRequest) -> str:
    """`new`, or `accepted` where the marketplace has settled it."""
    return request.status


def order_number(request: ReturnRequest, config: Magento1Config) -> str | None:
    """The number that the plugin compares with the orders' Channable id. None: the return stays unlinked. A
    marketplace's number that is no such number is no order's Channable id, and is not sent. Raises Refused."""
    by_marketplace = fitting(request.order_ref) if config.order_reference == "marketplace_order" else None
    return linked_number(request) or by_marketplace


def payload(request: ReturnRequest, key: str, config: Magento1Config) -> dict[str, Any]:
    """The JSON document of a return request. A line's id that is no number gives way to the hub's own number.

    This plugin ignores `meta`, but keeps `item` as it is: so the marketplace's own numbers stand there too."""
    made = document(
        request,
        key,
        status=sent_status(request),
        channel_id=fitting(request.line_ref) or str(request.number),
        order_id=order_number(request, config),
        gtin=request.gtin,
        comment_details=config.comment_details,
    )
    numbers = {
        "channel_id": text(request.line_ref),
        "channel_return_id": text(request.ref),
        "channel_order_id": text(request.order_ref),
    }
    return {**made, "item": {**made["item"], **numbers}}
