"""A simulated Lightspeed eCom (C-Series) shop: its API's returns, and the orders, invoices and webhooks beside them.

Written from the contract page of Lightspeed. A client's host is the simulator's url, its first key `KEY` with `SECRET`;
`/` is the back office, for a person. Switches: see `LightspeedSwitches`. All the hands are there twice: as methods of
`LightspeedSimulator.shop` and `.keys` (arguments: `WantedOrder`, `WantedReturn`), and as control routes beside those of
`retour.sandbox.app`, which take the same as JSON. Every field has a default unless it is said to be needed.

    POST   /_sandbox/orders                   `shop.place_order(WantedOrder(...))`, invoiced in full; 409 number taken
           {"number": "ORD00500", "lines": [{"sku": "CUP", "title": "Cup", "quantity": 2, "price": "3.50"}],
            "buyer": {"firstname": "Noor", "email": "noor@example.org", "billing": {"city": "Gent", "country": "be"}},
            "comment": "Besteld op bol met bestelnummer C1", "metafields": {"external_order_id": "C1"},
            "placed_at": "2026-03-02T09:15:30Z"}
           answers the order as the API does, and its "lines"
    POST   /_sandbox/orders/bulk              orders B000001 and on; answers {"count", "first", "last"}
           {"count": 100, "prefix": "B", "external_prefix": "C", "start": 1, "order": {...as above}}; count is needed
    GET    /_sandbox/returns                  every return as it is stored, oldest first
    POST   /_sandbox/returns                  `shop.add_return(WantedReturn(...))`: a customer asks in the shop itself
           {"order": "ORD00500", "lines": {"CUP": 2}, "reason": "Te klein", "action": "Refund", "comment": "",
            "staff_note": "", "by_staff": false}; order is needed
    POST   /_sandbox/returns/{id}/decide      `shop.decide(id, "refunded", "Keep")`: staff decides, any text is stored,
           {"status": "refunded", "action": "Keep"}; action null leaves the text that is there
    POST   /_sandbox/returns/decide-all       `shop.decide_all("refunded")`: every return that is new; {"count"}
           {"status": "refunded"}
    POST   /_sandbox/returns/{id}/credit      `shop.credit_return(id)`: staff books its credit invoice; 409 refused
    POST   /_sandbox/returns/{id}/garble      `shop.garble(id, "no_id")`: no answer about it can be read; null mends it
           {"flaw": "no_id"} of no_id, text_id, no_status, number_status, lines_false, false (see `Flaw`)
    DELETE /_sandbox/returns/{id}             `shop.remove(id)`: staff deletes it
    POST   /_sandbox/keys                     `keys.add(KEY, SECRET, {"orders": {"write": False}})`: a key, or what a
           known one may do; {"key": KEY, "secret": SECRET, "permissions": {"orders": {"write": false}}}
    DELETE /_sandbox/keys/{key}               `keys.revoke(KEY)`: 401 from now on; `keys.add` takes it back
    GET    /_sandbox/deliveries               the webhooks that were delivered: [{"address", "event", "status"}]
    POST   /_sandbox/clock                    {"seconds": 300} a rate window later: `clock.move(300)`

The secret of an app's installation is `app_secret(install_token, app_secret)`; add it with `keys.add`.

The journal's kinds, their ref the return's id as text and their quantity the units of all its lines: `created` (detail:
order, status, source api, customer or staff), `decided` (status, before, by), `deleted` (status, by), `credit_memo`
(invoice, order, amount; ref is the invoice's number when it was not made for a return), `stock` (units were put back),
`mail` (the customer was mailed). A customer who thinks better of it is `shop.decide(id, "cancelled")`.
"""

from typing import Final

from retour.sandbox.app import Sandbox
from retour.sandbox.lightspeed.keys import KEY, SECRET, app_secret
from retour.sandbox.lightspeed.returns import Flaw
from retour.sandbox.lightspeed.samples import stock
from retour.sandbox.lightspeed.shop import Refused
from retour.sandbox.lightspeed.simulator import LightspeedSimulator
from retour.sandbox.lightspeed.switches import LightspeedSwitches
from retour.sandbox.lightspeed.wanted import WantedAddress, WantedBuyer, WantedLine, WantedOrder, WantedReturn

__all__ = [
    "KEY",
    "SANDBOX",
    "SECRET",
    "Flaw",
    "LightspeedSimulator",
    "LightspeedSwitches",
    "Refused",
    "WantedAddress",
    "WantedBuyer",
    "WantedLine",
    "WantedOrder",
    "WantedReturn",
    "app_secret",
]


def _create(seed: int) -> LightspeedSimulator:
    simulator = LightspeedSimulator(seed=seed)
    stock(simulator.shop)
    return simulator


SANDBOX: Final = Sandbox(LightspeedSimulator.key, "Lightspeed eCom (C-Series)", _create)
