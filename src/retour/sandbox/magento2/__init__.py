"""A simulated Magento 2 shop with the Channable plugin: the returns protocol, and REST for the look-up of orders.

Written from the contract pages `magento.md` (Parts A, D, E) and `magento-native.md` (A1). `/admin` is the merchant's
side, for a person. REST takes the integration's calls signed with OAuth 1.0a (`CONSUMER_KEY`, `CONSUMER_SECRET`,
`INTEGRATION_TOKEN`, `ACCESS_TOKEN_SECRET`), or with the token alone. Switches: see `Magento2Switches`. Control routes
beside those of `retour.sandbox.app`:

    POST   /_sandbox/orders                       makes an order and answers it as REST does:
                                                  {"increment_id", "ext_order_id"?, and the settings below}
    POST   /_sandbox/orders/bulk                  makes orders B000001 and on, answers {"count", "first", "last"}:
                                                  {"count", "prefix"?, "ext_prefix"?, "start"?, "width"?, and the same}
    POST   /_sandbox/orders/{number}/credit-memo  {"sku", "quantity"?, "ticked"?} a credit memo made on the order
    GET    /_sandbox/returns                      every row with every stored field, oldest first
    POST   /_sandbox/returns/{id}/decide          {"status"} any text
    POST   /_sandbox/returns/decide-all           {"status"} every row that is still `new`: {"count"}
    POST   /_sandbox/returns/{id}/credit-memo     {"status"?} the grid's credit memo; 409 {"message"} when refused
    DELETE /_sandbox/returns/{id}                 removes the row, as the admin's Delete does
    GET    /_sandbox/log                          what the plugin only logged: credit memos that failed on import
    POST   /_sandbox/integration/revoke           every call of the integration is refused
    POST   /_sandbox/integration/reauthorize      the keys are made anew: {"access_token", "access_token_secret"}

Settings of an order, made up where they are left out: "items": [{"sku", "name", "ean", "qty", "price", "product_id"}],
"customer": {"firstname", "lastname", "email"}, "billing": {"company", "vat_id", "street": [], "postcode", "city",
"country_id", "telephone"}, "store_id", "status", "state", "currency", "shipping_amount", "payment_method".

The journal's kinds: `created`, `decided`, `deleted` (ref: the return's id) and `credit_memo` (ref: the return's id, or
the credit memo's number when it was made on the order).
"""

from typing import Final

from retour.sandbox.app import Sandbox
from retour.sandbox.magento.integration import ACCESS_TOKEN_SECRET, CONSUMER_KEY, CONSUMER_SECRET
from retour.sandbox.magento2.simulator import Magento2
from retour.sandbox.magento2.switches import INTEGRATION_TOKEN, STORES, TOKEN, Magento2Switches

__all__ = [
    "ACCESS_TOKEN_SECRET",
    "CONSUMER_KEY",
    "CONSUMER_SECRET",
    "INTEGRATION_TOKEN",
    "SANDBOX",
    "STORES",
    "TOKEN",
    "Magento2",
    "Magento2Switches",
]

SANDBOX: Final = Sandbox("magento2", "Magento 2 with the Channable plugin", lambda seed: Magento2(seed=seed))
