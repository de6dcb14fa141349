"""A simulated store of Mijnwebwinkel (MyOnlineStore): orders with a note and a status, credit orders, no returns.

Written from the contract page `mijnwebwinkel.md`. Point a client's API address at the simulator's url; the versions
are `/v1` and `/v2-beta`. The query carries `token=sandbox-store-token` (STORE_TOKEN) and
`partner_token=sandbox-partner-token` (PARTNER_TOKEN). XML and the other resources (articles, customers) are not
simulated. `/` is the merchant's back office, for a person: notes, statuses, words behind `decision:`, credit orders,
refunds. `SANDBOX.create(seed)` has the sample orders 1 to 4; `MijnwebwinkelSimulator()` has none.

Switches: `MijnwebwinkelSwitches`. Faults match "METHOD /path"; calls are counted as "GET /v{version}/orders",
"GET /v{version}/orders/{order_number}", "PATCH /v{version}/orders/{order_number}", "POST /v{version}/orders/credit".
Statuses are in `STATUSES`: 20 to 26 are made up for returns, 10 to 16 are for credit orders.

Control routes beside those of `retour.sandbox.app`, with an example each. A number is as the API shows it, `T-7` for a
test order. Most answer the order as the API does.

    POST   /_sandbox/orders                     {"number": 27, "lines": [{"sku": "MUG-BLUE", "quantity": 2}]}
    POST   /_sandbox/orders/bulk                {"count": 250, "like": {"status": 1}} answers {"count", "first", "last"}
    GET    /_sandbox/orders/27                  the order, without tokens, limits or races
    DELETE /_sandbox/orders/27                  the merchant deletes it: the API answers 404
    POST   /_sandbox/orders/27/note             {"text": "Klant gebeld"}            replaces the whole note
    POST   /_sandbox/orders/27/status           {"status": 21}                      any number, also an unknown one
    POST   /_sandbox/orders/27/archive          {"archived": true}
    POST   /_sandbox/orders/27/credit           {"units": {"MUG-BLUE": 1}, "status": 11, "put_back_stock": true}
                                                no units: everything, with costs
    POST   /_sandbox/orders/28/stock            puts a credit order's goods back: the same answer as articles
    POST   /_sandbox/orders/27/refund           {"amount": "12.95"}                 no amount: all that is left
    POST   /_sandbox/orders/27/race             {"moment": "after_read", "edit": {"append": "Klant gebeld"}}
    GET    /_sandbox/requests                   [{"key": "RH:bol:31", "order": "27", "line": "[RH:...", "word": "?"}]
    POST   /_sandbox/requests/decide            {"key": "RH:bol:31", "word": "geaccepteerd"}  behind `decision:`
    POST   /_sandbox/requests/erase             {"key": "RH:bol:31"}                takes its line out of the note
    GET    /_sandbox/articles                   {"MUG-BLUE": {"id": 101, "description": "Mok, blauw", "stock": 40}}
    POST   /_sandbox/statuses                   {"status": 99, "description": "Naar leverancier", "credit_order": false}
    POST   /_sandbox/tokens                     {"token": "t2", "partner_token": "p2", "partner": "Other"}
    DELETE /_sandbox/tokens/sandbox-store-token the merchant revokes a token
    PATCH  /_sandbox/switches                   {"garbled_rows": {"27": "no_status"}}   answers about 27 are unreadable

More of an order to place: "lines" with "description", "price", "rate", "options" [{"list_option_id"}], "sku": null for
a custom line; "debtor" {"email", "id", "invoice": {"name", ...}, "delivery"}; "status", "placed_at", "shipping_costs",
"payment_costs", "internal", "comment", "reference" with "business": true, "partner", "pickup", "test".

A race is an edit by the merchant that waits for a call and is made once, right after its answer was written: `moment`
is `after_read` (an answer shows the order), `after_write` (the order was patched or credited) or `after_list` (any list
was read); `skip` lets so many pass first. What is saved: "append" (a line more), "note" (the whole text of a form that
was opened long ago), "status", "archived".

The same as typed methods: `simulator.merchant` (`Merchant`: place_order(PlacedOrder(lines=[Bought("MUG-BLUE", 2)])),
save_note("27", "..."), change_status, archive, delete, credit("27", {"MUG-BLUE": 1}), put_back_stock, refund,
race("27", "after_read", MerchantEdit(append="...")), requests(), decide, erase, add_status), `simulator.tokens` (add,
revoke) and `simulator.switches`.

The journal's kinds; `by` in the detail is "merchant" or the partner's name:

* `created`, `decided`, `erased`: a return request in a note was made, got another word, is gone. ref: the marker's key
  (`RH:bol:31`, see the switch `marker`), `order` in the detail. A marker that is written twice is made twice.
* `credit_memo`: a credit order was booked. ref: its number; `order`, `amount`, `lines`, `status` in the detail.
* `goods`: units of an article went back to stock. ref: the credit order's number.
* `refund`: the gateway sent money back. ref: the order's number; `amount`.
* `note`, `status`, `archived`, `deleted`: what happened to an order. ref: its number. `note` has the lines `added` and
  `removed`: words of the merchant that the hub overwrote are there.
"""

from typing import Final

from retour.sandbox.app import Sandbox, Simulator
from retour.sandbox.mijnwebwinkel.access import PARTNER, PARTNER_TOKEN, STORE_TOKEN
from retour.sandbox.mijnwebwinkel.merchant import Bought, Merchant, PlacedOrder
from retour.sandbox.mijnwebwinkel.orders import Address, Debtor, Option, Order
from retour.sandbox.mijnwebwinkel.races import MerchantEdit
from retour.sandbox.mijnwebwinkel.simulator import MijnwebwinkelSimulator
from retour.sandbox.mijnwebwinkel.statuses import STATUSES, OrderStatus
from retour.sandbox.mijnwebwinkel.switches import MijnwebwinkelSwitches

__all__ = [
    "PARTNER",
    "PARTNER_TOKEN",
    "SANDBOX",
    "STATUSES",
    "STORE_TOKEN",
    "Address",
    "Bought",
    "Debtor",
    "Merchant",
    "MerchantEdit",
    "MijnwebwinkelSimulator",
    "MijnwebwinkelSwitches",
    "Option",
    "Order",
    "OrderStatus",
    "PlacedOrder",
]


def _create(seed: int) -> Simulator:
    simulator = MijnwebwinkelSimulator(seed=seed)
    simulator.place_sample_orders()
    return simulator


SANDBOX: Final = Sandbox(key=MijnwebwinkelSimulator.key, title="Mijnwebwinkel", create=_create)
