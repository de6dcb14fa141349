"""Tables and pure functions: the hub's words to Magento 1's plugin and back (contract magento.md, Part B)."""

import re
from typing import Any, Final

from retour.connectors.contract import ReturnRequest, Unreadable
from retour.connectors.errors import Refused
from retour.connectors.magento_plugin.decisions import meaning
from retour.connectors.magento_plugin.document import document
from retour.connectors.magento_plugin.texts import text
from retour.connectors.magento_plugin.wire import PluginAnswer
from retour.connectors.shops.magento1.config import Magento1Config
from retour.core.model import ShopSays

LARGEST: Final = 2**63 - 1
"""The plugin's columns for ids are signed 64-bit integers: a larger one becomes this, and a text becomes 0 (E7)."""

UNDECIDED = {"new"}

_WHOLE = re.compile(r"[1-9][0-9]{0,18}")


def fitting(value: str | None) -> str | None:
    """An id that the plugin's columns keep as it is. None: it would become another one."""
    return value if value and _WHOLE.fullmatch(value) and int(value) <= LARGEST else None


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
    """The number that the plugin compares with the orders' Channable id. None: the return stays unlinked.

    Raises Refused for a linked one that the plugin's integer would make another number of: of an order's own number
    000000012 it makes 12, which may be somebody else's order. A marketplace's number that is no such number is no
    order's Channable id either, and is not sent."""
    if request.shop_order:
        linked = fitting(request.shop_order.strip())
        if linked is None:
            raise Refused(
                "Magento 1 finds an order by its Channable id, a whole number without zeros at its beginning. The "
                "order number that is linked to this return is none: link the order's Channable id, then try again.",
                words=text(request.shop_order),
            )
        return linked
    return fitting(request.order_ref) if config.order_reference == "marketplace_order" else None


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
