"""The simulator of Zalando's zDirect Orders API, its returns part, written from the contract page of Zalando.

Address: the simulator's url for everything, the token too (`/auth/token`). The app is `sandbox-client` with secret
`sandbox-secret`, the merchant `MERCHANT_ID`. `/` is a page on which a person plays the customer. Switches:
`ZalandoSwitches`. The journal, the switches, the faults and the clock are in `retour.sandbox.app`.

In Python, on `ZalandoSimulator`; over HTTP, the same as JSON:

    place_order([Product("JUMPER-M", "Jumper", Decimal("79.00"), 2)])   its lines are shipped, so they can come back
        POST /_sandbox/orders  {"products": [{"external_id": "JUMPER-M", "quantity": 2}], "order_number": "10401"}
        more: "merchant_order_id", "merchant_id", "placed_at", "status" ("reserved": not sent yet), "sales_channel_id",
        "order_type": "ZalandoFulfilled" (ZFS), "returns": "zalando" (ZSS). Orders may share an order_number.
        answers {"order_id", "order_number", "merchant_order_id", "items": [{"order_item_id", "external_id",
        "order_line_ids"}]}
    announce([(line_id, "TOO_LARGE"), (other_line_id, "any text")])     a label made online, of one or more orders
        POST /_sandbox/announced-returns  {"lines": [{"order_line_id": "...", "reason": "TOO_LARGE"}]}
        answers {"announced_return_id"}; more: "registered_at"
    withdraw(announced_return_id)                                       the customer keeps it
        POST /_sandbox/announced-returns/{id}/withdraw  {}
    send_back(line_id)                                                  with the label from the box: no API shows it
        POST /_sandbox/parcels  {"order_line_ids": ["..."]}
    return_by_zalando(line_id, reason=10)                               Zalando's staff or warehouse refunds first
        POST /_sandbox/lines/{id}/returned  {"reason": 10}
    garble(ref, "no_id")                                                of an order, item, line or announced return
        POST /_sandbox/garble  {"ref": "...", "flaw": "no_id"}     or "wrong_type", "not_an_object", "unknown_values"
    revoke_tokens()                                                     every token so far is worthless
        POST /_sandbox/tokens/revoke  {}
    add_merchant("uuid", granted=False)                                 another merchant; 403 when not granted
        POST /_sandbox/merchants  {"merchant_id": "uuid", "granted": false}
    announce_many(simulator, 500, seed=1)   (in `samples`)              many announced returns over the last days
        POST /_sandbox/bulk  {"count": 500, "seed": 1, "days": 10}
    line(line_id).status, .refunds                                      what became of a unit
        GET  /_sandbox/lines
    clock.move(7200)                                                    tokens end, limits begin anew, orders grow old
        POST /_sandbox/clock  {"seconds": 7200}

By the clock, when switched on: `warehouse_seconds` (Zalando returns what came back of ZFS and ZSS orders),
`auto_return_seconds` (Zalando refunds what came back to a silent partner).

The journal: `refund` (ref: the order line's id; one unit; detail `amount`, `currency`, `order_id`, `order_number`,
`external_id`, `reason`, `by` "api" or "zalando", `status` "returned", or "canceled" for a unit that was not sent),
`label` (ref: the announced return's id; quantity: its lines) and `goods` (ref: the line's id; a parcel with the label
from the box). Zalando knows no other decision, so nothing is ever `settled`.
"""

from retour.sandbox.app import Sandbox, Simulator
from retour.sandbox.zalando.sales import Product
from retour.sandbox.zalando.simulator import MERCHANT_ID, ZalandoSimulator
from retour.sandbox.zalando.switches import ZalandoSwitches
from retour.sandbox.zalando.token import CLIENT_ID, CLIENT_SECRET


def _create(seed: int) -> Simulator:
    return ZalandoSimulator(seed=seed, samples=True)


SANDBOX = Sandbox(key=ZalandoSimulator.key, title="Zalando", create=_create)

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "MERCHANT_ID", "SANDBOX", "Product", "ZalandoSimulator", "ZalandoSwitches"]
