"""What Magento 1's plugin says when it refuses (contract magento.md, Part B, E9, E11, E17, E18)."""

import re
from typing import Final

from retour.connectors.errors import Misconfigured
from retour.connectors.magento_plugin.refusals import CONNECTION, Refusals

REFUSALS: Final = Refusals(
    connection={
        **CONNECTION,
        "extension not enabled": (
            Misconfigured,
            "The Channable API plugin is switched off in the shop. Switch it on for the store view that base_url leads "
            "to.",
        ),
        "not access (ip restriction)": (
            Misconfigured,
            "The shop takes returns from listed IP addresses only, and this hub's is not on the list. Add the address "
            "that this hub calls from to the IP addresses in the Channable API plugin's settings, or empty that list. "
            "If the shop stands behind a proxy, it may see the proxy's address instead.",
        ),
    },
    misread=re.compile(r"^(post |no order data|missing id)", re.IGNORECASE),
    # A statement that the database does not accept at all; any other failure of it may come after the row was made.
    unsaved=re.compile(r"^SQLSTATE\[42\w{3}\]"),
    absent=re.compile(r"^Return with id (?P<id>\S+) not found\.?$"),
)
