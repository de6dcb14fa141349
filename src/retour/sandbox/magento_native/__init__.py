"""Simulated Adobe Commerce with its returns (RMA), or Magento Open Source without: the plain REST API, no plugin.

Written from the contract page `magento-native.md`, Part A. Address: the simulator's url, then `/rest/V1/...` or
`/rest/{default, second or all}/V1/...`. The integration signs with OAuth 1.0a, HMAC-SHA256: `CONSUMER_KEY`,
`CONSUMER_SECRET`, `ACCESS_TOKEN`, `ACCESS_TOKEN_SECRET`; the switch `bearer_enabled` takes `ACCESS_TOKEN` alone. The
switch `edition` is "commerce" or "open_source". Everything inferred is a switch too: see `MagentoNativeSwitches`.
A signature's time is held against the simulator's clock: who moves that clock switches `timestamp_window_seconds`.

`/` is the back office, for a person. The hands are there twice: as methods of `MagentoNativeSimulator` and its parts,
and as control routes beside those of `retour.sandbox.app`, which take the same as JSON. Every field has a default
unless it is said to be needed. What does not exist is 404 (`LookupError`), what the shop does not do 409 (`Refused`).

    POST   /_sandbox/orders                    `shop.add_order([Bought("CUP", quantity=2)], ext_order_id="C1")`
           {"lines": [{"sku": "CUP", "name": "Cup", "quantity": 2, "price": 3.5, "shipped": 2, "configurable": false}],
            "increment_id": "000000012", "ext_order_id": "C1", "customer_id": null, "store_id": 1, "shipping": 4.95,
            "billing": {"firstname": "Noor", "lastname": "Example", "email": "noor@example.org", "company": null,
                        "vat_id": null, "street": ["Kanaalweg 12"], "postcode": "3526 KL", "city": "Utrecht",
                        "country_id": "NL", "telephone": "0"},
            "status": "complete", "state": "complete", "currency": "EUR", "payment_method": "checkmo"}
           answers it as REST does
    POST   /_sandbox/orders/bulk               {"count": 1000, "prefix": "B", "ext_prefix": "C", "start": 1}: B000001 on
    POST   /_sandbox/orders/{id}/comment       `shop.comment(order, "#reject", "return_rejected")`: staff writes
           {"text": "#reject", "status": null, "visible": false, "notified": false}
    POST   /_sandbox/orders/{id}/credit-memo   `crediting.book(order, {item_id: 1})`: staff refunds first, or decides so
           {"lines": {"CUP": 1}, "shipping": 0, "adjustment_positive": 0, "adjustment_negative": 0, "restock": false,
            "still_open": false, "comment": null}; without lines all that is left, without shipping all of it
    POST   /_sandbox/credit-memos/{id}/refund  `crediting.refund(memo)`: an open one is paid out; {}
    POST   /_sandbox/credit-memos/{id}/cancel  `crediting.cancel(memo)`: an open one; {}
    POST   /_sandbox/orders/{id}/garble        `shop.garble(order, "no_items")`; null mends; see `OrderFlaw`
           {"flaw": "no_items"}
    POST   /_sandbox/statuses                  `shop.add_status("return_requested", ["complete"])`
           {"status": "return_requested", "states": ["processing", "complete"]}
    GET    /_sandbox/options                   `options.of("resolution")`: {"resolution": {"4711": "Refund"}, ...}
    POST   /_sandbox/options                   `options.add("resolution", "Repair")`: answers {"value": its id}
           {"attribute": "resolution", "label": "Repair"}

Adobe Commerce's returns; their resolutions are named by label here, by option id on the wire:

    GET    /_sandbox/returns                   every return, oldest first: `desk.rmas`
    POST   /_sandbox/returns                   `desk.open_by_sku(order, {"CUP": 1}, "Wrong Size", "Refund")`: a customer
           {"order_id": 1, "lines": {"CUP": 1}, "reason": "Wrong Size", "resolution": "Refund", "comment": ""}
    POST   /_sandbox/returns/{id}/decide       `desk.decide(rma, "approved", resolution="Refund")`: staff, all the way
           {"status": "approved", "resolution": "Refund", "item_id": null, "quantity": null}; approved, rejected or
           denied; without an item every open one; quantity: how many of one item are approved
    POST   /_sandbox/returns/decide-all        {"status": "approved", "resolution": "Refund"}: every open return
    POST   /_sandbox/returns/{id}/step         `desk.step(rma, item_id, "authorized")` (there by option id): one save
           {"item_id": 1, "status": "authorized", "resolution": null, "quantity": null}
    POST   /_sandbox/returns/{id}/close        `desk.close(rma)`: the button "Close"; a customer who keeps it ends so
    POST   /_sandbox/returns/{id}/comment      `desk.comment(rma, "text")`; as an order's, but for the status
    POST   /_sandbox/returns/{id}/garble       `desk.garble(rma, "no_id")`: see `RmaFlaw`; null mends
           {"flaw": "no_id"}
    DELETE /_sandbox/returns/{id}              `desk.remove(rma)`

    POST   /_sandbox/integration/revoke        `integration.revoke()`: every signature is refused
    POST   /_sandbox/integration/reauthorize   `integration.reauthorize()`: {"access_token", "access_token_secret"}

The journal. Of a return (ref: its entity_id as text): `created` (quantity: units; order, order_items, by), `decided`
(one per item that became final; quantity: units approved, or asked for; item, order_item, status, resolution: a label),
`closed`, `deleted`, `comment`, `mail` (the customer was mailed). Of an order (ref: its entity_id): `comment`, `status`,
`mail`, `credit_memo` (one per row of a memo that is paid out; quantity: units; credit_memo, sku, item, amount, by;
quantity 0 and no sku for shipping and adjustments), `memo_canceled`, `stock`. `by` is api, staff or customer.

Left out: Magento 1's own APIs (Part B), the asynchronous bulk API, the SaaS address, admin tokens.
"""

from typing import Final

from retour.sandbox.app import Sandbox
from retour.sandbox.magento.documents import Address
from retour.sandbox.magento.integration import (
    ACCESS_TOKEN,
    ACCESS_TOKEN_SECRET,
    CONSUMER_KEY,
    CONSUMER_SECRET,
)
from retour.sandbox.magento_native.desk import Asked
from retour.sandbox.magento_native.orders import Bought, OrderFlaw
from retour.sandbox.magento_native.rmas import RmaFlaw
from retour.sandbox.magento_native.samples import stock
from retour.sandbox.magento_native.shop import Refused
from retour.sandbox.magento_native.simulator import MagentoNativeSimulator
from retour.sandbox.magento_native.switches import MagentoNativeSwitches

__all__ = [
    "ACCESS_TOKEN",
    "ACCESS_TOKEN_SECRET",
    "CONSUMER_KEY",
    "CONSUMER_SECRET",
    "SANDBOX",
    "Address",
    "Asked",
    "Bought",
    "MagentoNativeSimulator",
    "MagentoNativeSwitches",
    "OrderFlaw",
    "Refused",
    "RmaFlaw",
]


def _create(seed: int) -> MagentoNativeSimulator:
    simulator = MagentoNativeSimulator(seed=seed)
    stock(simulator)
    return simulator


SANDBOX: Final = Sandbox(MagentoNativeSimulator.key, "Adobe Commerce or Magento Open Source, without a plugin", _create)
