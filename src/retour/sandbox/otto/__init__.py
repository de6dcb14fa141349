"""The simulator of OTTO Market, its returns part, written from the contract page of OTTO.

Address: the simulator's url for everything, the token too (`/v1/token`). The app is `sandbox-client` with secret
`sandbox-secret` and may ask for the scopes orders, returns and shipments. `/` is a page on which a person plays the
customer. Switches: `OttoSwitches`. The journal, the switches, the faults and the clock are in `retour.sandbox.app`.

A unit is a position item, one piece. In Python, on `OttoSimulator`; over HTTP, the same as JSON:

    place_order([Product("LAMP", "0000000000017", "Lamp", Decimal("32.49"), 2)])   sent, so the units can come back
        POST /_sandbox/orders  {"products": [{"sku": "LAMP", "quantity": 2}], "order_number": "b77"}
        more: "ordered_at", "status" ("PROCESSABLE": not sent yet)
        answers {"sales_order_id", "order_number", "units": [{"position_item_id", "sku"}]}
        found by the client at GET /v4/orders/{sales_order_id or order_number} and GET /v4/orders?fulfillmentStatus=SENT
    announce([unit_id, other_id], reason="Zu klein")               on otto.de, one parcel: ANNOUNCED
        POST /_sandbox/announcements  {"position_item_ids": ["..."], "reason": "Zu klein"}
        more: "announced_at", "to_warehouse": true (OTTO handles it; nothing on the wire shows it)
        answers {"return_shipment_id"}. The reason is never told to the seller.
    send_back([unit_id], tracked=False)                            with the enclosed label: in no list of returns
        POST /_sandbox/parcels  {"position_item_ids": ["..."], "tracked": false}   tracked: a return shipment shows it
    move_parcel(return_shipment_id, "DELIVERED")
        POST /_sandbox/parcels/{id}/move  {"state": "DELIVERED"}
    withdraw(unit_id)                                              the customer keeps it; OTTO goes on to list it
        POST /_sandbox/units/{id}/withdraw  {}
    misdirect(unit_id)                                             the goods arrive at OTTO's warehouse: MISDIRECTED
        POST /_sandbox/units/{id}/misdirect  {}
    accept_by_otto(unit_id)                                        OTTO's staff refunds first
        POST /_sandbox/units/{id}/accept  {"reason": "COMPLAINT"}
    garble(unit_id, "no_id")                                       its row in GET /v3/returns
        POST /_sandbox/garble  {"position_item_id": "...", "flaw": "no_id"}
        or "no_order_id", "wrong_type", "not_an_object", "unknown_values", "bad_time", "bare" (only id and status)
    revoke_tokens()                                                every token so far is worthless
        POST /_sandbox/tokens/revoke  {}
    announce_many(simulator, 500, seed=1)   (in `samples`)         many announced units over the last days
        POST /_sandbox/bulk  {"count": 500, "seed": 1, "days": 10}
    unit(unit_id).return_status, .refunds                          what became of a unit
        GET  /_sandbox/units
    clock.move(1800)                                               tokens end, limits begin anew
        POST /_sandbox/clock  {"seconds": 1800}

By the clock, when switched on: `warehouse_seconds` (OTTO accepts what went to its warehouse), `auto_accept_seconds`
(OTTO accepts what a seller leaves announced), `parcel_seconds` (parcels move on).

The journal, by position item id, one unit each: `refund` (an acceptance; detail `amount`, `currency`) and `settled` (a
rejection), both with `sales_order_id`, `order_number`, `sku`, `reason`, `condition` and `by` ("api" or "otto"); `goods`
(sent back with the enclosed label). `label` (ref: the return shipment's id; quantity: its units) is an announcement.
"""

from retour.sandbox.app import Sandbox, Simulator
from retour.sandbox.otto.commerce import Product
from retour.sandbox.otto.simulator import OttoSimulator
from retour.sandbox.otto.switches import OttoSwitches
from retour.sandbox.otto.token import CLIENT_ID, CLIENT_SECRET


def _create(seed: int) -> Simulator:
    return OttoSimulator(seed=seed, samples=True)


SANDBOX = Sandbox(key=OttoSimulator.key, title="OTTO", create=_create)

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "SANDBOX", "OttoSimulator", "OttoSwitches", "Product"]
