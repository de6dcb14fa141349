"""The simulator of Amazon's Selling Partner API, its returns part, written from the contract page of Amazon.

One address serves all: the token endpoint `/auth/o2/token`, the API, the storage behind presigned addresses, and `/`,
a page on which a person plays the customer. The application is `CLIENT_ID` with `CLIENT_SECRET`. Two sellers have
authorised it: `EU_SELLER` with `EU_TOKEN` (NL, DE and BE; the first is where things happen unless told otherwise) and
`US_SELLER` with `US_TOKEN`. Every API call needs the `User-Agent` form of the contract.

Served: reports `GET_XML_RETURNS_DATA_BY_RETURN_DATE`, `GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE` and
`GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA` (create, list, get, cancel, document); feed `POST_PAYMENT_ADJUSTMENT_DATA`
(the same); External Fulfillment Returns (list, get); orders 2026-01-01 (`{"order": {...}}`, as the specification has
it) and v0 (order, items); restricted tokens.

Nothing runs by itself: reports and feeds that are due by the clock run before the next look. With the default switches
a report or feed takes 5 seconds (1 queued, 4 in progress), and the same report asked again within 5 minutes is
CANCELLED. `{"limits": false}` turns that and the rate limits off. `AmazonSwitches` has every switch.

Control routes beside those of `retour.sandbox.app` (journal, calls, switches, faults, clock). Each is a method of
`AmazonSimulator` that takes the same as a value of `retour.sandbox.amazon.commands`; all but the first and third take
`?seller=`, by default `EU_SELLER`. Refused commands answer 400, 404 or 409 with a text.

    POST /_sandbox/sellers             {"seller_id": "A0OTHER", "refresh_token": "Atzr|other",
                                        "marketplace_ids": ["A1VC38T7YXB528"]}    a seller, or authorised anew
    POST /_sandbox/sellers/revoke      {}    its refresh token is invalid_grant, its access tokens are refused
    POST /_sandbox/tokens/expire       {}    every access token has expired
    POST /_sandbox/orders              {"items": [{"sku": "MUG", "quantity": 2, "unit_price": "14.95",
                                        "discount": "2.00", "shipping": "3.99"}], "fulfilled_by": "MERCHANT",
                                        "shipped": true, "prime": false, "marketplace_id": "A1PA6795UKMFR9"}
    POST /_sandbox/orders/ID/ship      {}    adjustments that waited for it go on
    POST /_sandbox/orders/ID/replacement   {"association": "EXCHANGE_ORIGINAL_ID"}    a new order in the place of this
    POST /_sandbox/returns             {"items": [{"quantity": 2, "reason": "CR-DEFECTIVE", "comment": "Broken",
                                        "resolution": "StandardRefund"}], "order_id": "902-..."}, or without: a new one
                                       Several items are one return. `"fulfilled_by": "AMAZON"` is an FBA return: Amazon
                                       receives and refunds it, its id is the licence plate number.
                                       `"resolution": "ReturnlessRefund"` is refunded by Amazon at once.
                                       `"external": true`: External Fulfillment Returns shows it too, and with
                                       `"reported": false` nobody else does.
    GET  /_sandbox/returns             every return and what was refunded on each line
    POST /_sandbox/bulk                {"count": 200000, "days": 60}    made-up returns, streamed, kept nowhere; their
                                       orders can be looked up and refunded
    POST /_sandbox/returns/RMA/cancel  {}    the customer withdraws
    POST /_sandbox/returns/RMA/status  {"status": "Closed"}    the seller's staff in Seller Central; any text
    POST /_sandbox/returns/RMA/scan    {}    the carrier has it: Amazon refunds what is RefundAtFirstScan
    POST /_sandbox/returns/RMA/deliver {}    it is back; Amazon refunds it itself after the switch `auto_refund_hours`
    POST /_sandbox/returns/RMA/claim   {"open": true}    an A-to-z claim
    POST /_sandbox/returns/RMA/refund  {"source": "seller", "quantity": 1}    `amazon` or `seller`; "amount" for another
    POST /_sandbox/returns/RMA/external {"status": "IN_TRANSIT"}    its parcel, by External Fulfillment Returns
    POST /_sandbox/returns/RMA/garble  {"flaw": "no_rma_id"}    or no_order_id, no_quantity, wrong_type, bad_date,
                                       no_items (a short line in text); unknown_values must not matter; null mends it
    POST /_sandbox/jobs/next           {"kind": "feed", "outcome": "FATAL", "applied": true, "times": 1}
                                       NORMAL, FATAL, FATAL_WITHOUT_DOCUMENT, CANCELLED, STUCK; "delay" in seconds

A customer's return answers {"rma_id", "order_id", "marketplace_id", "lines": [{"order_item_id", "sku", ...}], ...}. An
answer that is lost after the feed was taken is the fault
{"kind": "drop_after", "match": "POST /feeds/2021-06-30/feeds"}.

The journal has `refund` for each payment (`amount` in all, `currency`, `components`, `source` feed, amazon or seller,
`order_id`, `order_item_id`, `sku`, and for feeds `feed_id`, `adjustment_id`, `reason`) and `settled` for an end without
money on what was not refunded. The ref is the RMA id. An adjustment names no return: it counts for the oldest return
of the order item that has so many open units; without any return the ref is the order item id.
"""

from retour.sandbox.amazon.simulator import (
    CLIENT_ID,
    CLIENT_SECRET,
    EU_SELLER,
    EU_TOKEN,
    US_SELLER,
    US_TOKEN,
    AmazonSimulator,
)
from retour.sandbox.amazon.switches import AmazonSwitches
from retour.sandbox.app import Sandbox, Simulator


def _create(seed: int) -> Simulator:
    return AmazonSimulator(seed=seed)


SANDBOX = Sandbox(key=AmazonSimulator.key, title="Amazon", create=_create)

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "EU_SELLER",
    "EU_TOKEN",
    "SANDBOX",
    "US_SELLER",
    "US_TOKEN",
    "AmazonSimulator",
    "AmazonSwitches",
]
