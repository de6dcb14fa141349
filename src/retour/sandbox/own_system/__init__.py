"""A shop whose own system fetches its returns from the Channable API: the other side of a compatible server.

Written from the contract page `channable-api.md` (sections 1, 2, 5 and 7), without a look at any server. It is no
platform that a hub calls: it calls. So it waits until it is told where the API is, and counts its own calls beside
those of its pages. `/` is its back office, for a person. Control routes beside those of `retour.sandbox.app`:

    POST /_sandbox/connect              {"url": ".../v1/companies/1/projects/1", "token": "..."} from now on it fetches
    POST /_sandbox/orders               {"ref", "channel"?, "numbers"?: [], "lines"?: [{"sku", "title", "quantity"}]}
                                        the marketplace's order is one of the shop's: {"number"}
    GET  /_sandbox/orders               all of them
    GET  /_sandbox/returns              every row that it has fetched, as it was told
    POST /_sandbox/returns/{id}/decide  {"status"} the merchant decides; it is told at the next turn
    POST /_sandbox/orders/{number}/report  {"products": [{"id", "quantity", "status"?}]} it came back unannounced: the
                                        API's answer

The journal's kinds: `created` (a row was fetched for the first time), `decided` (the API took the decision) and
`reported` (the API took a return that nobody had announced). The first two have the row's id as ref, the last the
order's own number.
"""

from typing import Final

from retour.sandbox.app import Sandbox
from retour.sandbox.own_system.orders import Bought, Order
from retour.sandbox.own_system.simulator import OwnSystem, OwnSystemSwitches

__all__ = ["SANDBOX", "Bought", "Order", "OwnSystem", "OwnSystemSwitches"]

SANDBOX: Final = Sandbox(OwnSystem.key, "A shop's own system, a client of the Channable API", OwnSystem)
