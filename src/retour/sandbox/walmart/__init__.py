"""The simulator of Walmart Marketplace (US), its returns part, written from the contract page of Walmart.

Point a client's base address at the simulator's url. The seller's client id is `sandbox-client`, its secret
`sandbox-secret`. `/` is a page on which a person plays the customer. `WalmartSwitches` has everything that the contract
page marks INFERRED or ASSUMED, the limits and the oddities (`PATCH /_sandbox/switches {"limits": false}`).

Where the contract is silent, the defaults are the reading that is hardest on a client:

* Units that are refunded already, or cancelled, are refunded again when asked for (`repeated_refund_fails`,
  `refund_of_cancelled_fails`). More units in one request than the line has are always refused.
* `refundedQty` counts what is issued, five minutes after the 200 (`refunded_quantity`, `refund_issued_seconds`), while
  `currentTrackingStatuses`, the events and `refundChannels` tell at once (`refund_initiated_seconds`).
* A part of a line refunded makes the line COMPLETED, its last event REFUND_INITIATED; the rest can still be refunded
  (`part_completes_line`). `currentTrackingStatuses` is where each unit stands.
* Tokens and orders come as XML unless the client asks for JSON (`xml_by_default`).

Control routes beside those of `retour.sandbox.app`; each has a method of `WalmartSimulator` of the same meaning. What
the bodies leave out is made up. A NUMBER is a return order id; `{"line": 1}` means one line, no line means all of them.
A customer's comment is nowhere: Walmart has no field for it.

    POST   /_sandbox/orders                   {"lines": [{"sku": "MUG", "quantity": 2}], "customer": {"city": "Salem"}}
                                              place_order(PlaceOrder(...)): answers ids and line numbers
    DELETE /_sandbox/orders/4790210558890     forget_order("4790210558890"): no longer found, its returns stay
    POST   /_sandbox/returns                  {"lines": [{"sku": "MUG", "quantity": 2, "reason": "DEFECTIVE"}]}
                                              open_return(OpenReturn(...)): the customer opens one, orders are made;
                                              answers {"return_order_id", "customer_order_id", "lines": [{"line", ...}]}
             "ship_node": "WFSFulfilled"      handled by Walmart itself: listed only with isWFSEnabled=Y
             "kind": "REPLACEMENT"            a new product was sent, no refund is expected
             "opened_at", "return_order_id", "channel", "customer", "labels_per_group", "carriers_per_label"
             in a line: "purchase_order_id", "line_number", "ordered", "unit_price", "unit_tax", "keep_it", "group",
                                              "return_expected", "exception_type": "HAZMAT" ("FREIGHT", "OTHER")
    GET    /_sandbox/returns                  ?offset=0&limit=100 how each stands: status, left, refunded, events
    POST   /_sandbox/bulk                     {"count": 500, "seed": 1, "days": 10}; open_many(500, seed=1)
    POST   /_sandbox/returns/NUMBER/ship      {} the customer hands the parcel in; ship(number, line)
    POST   /_sandbox/returns/NUMBER/deliver   {} it is at the return centre, 48 hours begin; deliver(number, line)
    POST   /_sandbox/returns/NUMBER/cancel    {"reason": "CUSTOMER_CANCELLED"} the customer withdraws; cancel(number)
    POST   /_sandbox/returns/NUMBER/refund    {"by": "seller_center", "quantity": 1} or {"by": "walmart"};
                                              refund(number, RefundNow(...)): somebody else was first; obeys no rule
    POST   /_sandbox/returns/NUMBER/spoil     {"flaw": "wrong_type"}; spoil(number, "wrong_type"); null heals. Not
                                              to be read: no_id no_lines no_line_number wrong_type bad_date
                                              not_an_object; only unusual: unknown_values bare
    POST   /_sandbox/tokens/revoke            {} every token ends; tokens.revoke()
    POST   /_sandbox/credentials              {"client_id": "c", "client_secret": "s"}; tokens.set_credentials("c", "s")
    GET    /_sandbox/pushes                   waits until every push is done, answers the last 500
    POST   /_sandbox/pushes/release           {"newest_first": true} lets go what the switch `pushes_held` held
    POST   /_sandbox/faults                   {"kind": "drop_after", "match": "POST /v3/returns/.*/refund"}
    POST   /_sandbox/clock                    {"seconds": 172800} 48 hours pass; clock.move(172800)

The journal's kinds; `ref` is the return order id, the line is in the detail:

    refund      money to the customer: quantity, line, amount, currency, channel, source (api, seller_center, walmart).
                Of the order-refund call: ref is the purchase order id, source order_api, quantity 0 for an amount
    cancelled   withdrawn units          goods   a parcel at the return centre

Nothing runs by itself: what is due by the clock happens before the next call is served, or the journal read.
"""

from typing import Final

from retour.sandbox.app import Sandbox
from retour.sandbox.walmart.commands import OpenReturn, PlaceOrder, RefundNow
from retour.sandbox.walmart.simulator import DEFAULT_CLIENT_ID, DEFAULT_SECRET, WalmartSimulator
from retour.sandbox.walmart.switches import WalmartSwitches

__all__ = [
    "DEFAULT_CLIENT_ID",
    "DEFAULT_SECRET",
    "SANDBOX",
    "OpenReturn",
    "PlaceOrder",
    "RefundNow",
    "WalmartSimulator",
    "WalmartSwitches",
]

SANDBOX: Final = Sandbox(WalmartSimulator.key, "Walmart", lambda seed: WalmartSimulator(seed=seed))
