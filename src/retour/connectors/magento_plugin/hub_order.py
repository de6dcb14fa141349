"""The order of a shop whose plugin knows orders by the number under which the hub brought them there: their Channable
id (contract magento.md, B, E6)."""

import re
from typing import Final

from retour.connectors.contract import ReturnRequest
from retour.connectors.errors import Refused
from retour.connectors.magento_plugin.texts import text

LARGEST: Final = 2**63 - 1
"""The plugin's columns for ids are signed 64-bit integers: a larger one becomes this, and a text becomes 0 (E7)."""

_WHOLE = re.compile(r"[1-9][0-9]{0,18}")


def fitting(value: str | None) -> str | None:
    """An id that the plugin's columns keep as it is. None: it would become another one."""
    return value if value and _WHOLE.fullmatch(value) and int(value) <= LARGEST else None


def linked_number(request: ReturnRequest) -> str | None:
    """The order's Channable id, as it is linked here. None: no order is linked.

    Raises Refused for a linked one that the plugin's integer would make another number of: of an order's own number
    000000012 it makes 12, which may be somebody else's order."""
    if not request.shop_order:
        return None
    linked = fitting(request.shop_order.strip())
    if linked is None:
        raise Refused(
            "The shop's plugin finds an order by its Channable id, a whole number without zeros at its beginning. The "
            "order number that is linked to this return is none: link the order's Channable id, then try again.",
            words=text(request.shop_order),
        )
    return linked
