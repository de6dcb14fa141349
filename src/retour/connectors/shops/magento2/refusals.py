"""What Magento 2's plugin says when it refuses (contract magento.md, A4, A7)."""

import re
from typing import Final

from retour.connectors.errors import Misconfigured
from retour.connectors.magento_plugin.refusals import CONNECTION, Refusals, public

__all__ = ["REFUSALS", "create_error", "public"]

REFUSALS: Final = Refusals(
    connection={
        **CONNECTION,
        "missing store id in request": (Misconfigured, "The shop was not told the store view: fill in store_id."),
        "extension not enabled": (
            Misconfigured,
            "The Channable plugin, or its returns, is switched off in the shop. Switch both on for the store view that "
            "base_url leads to.",
        ),
        "returns not enabled": (
            Misconfigured,
            "Returns are switched off in the shop's Channable plugin for this store view. Switch them on there.",
        ),
    },
    misread=re.compile(r"^(post |unable to unserialize|no returns data|missing id)", re.IGNORECASE),
    unsaved=re.compile(r"^could not save the return", re.IGNORECASE),
    absent=re.compile(r'^The return with id "(?P<id>[^"]*)" does not exist\.?$'),
)

create_error = REFUSALS.create_error
