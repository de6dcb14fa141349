"""A simulated Magento 1 shop with the Channable plugin: the returns protocol, from its contract page (Parts B to E).

Address: the simulator's url; the plugin's secret is `TOKEN`, the store views are `STORES`.

    POST {url}/channableapi/returns/index/code/{TOKEN}/store/1    makes a return
    GET  {url}/channableapi/returns/get?code={TOKEN}&id=1         asks what the merchant decided

A return's `item.order_id` is the hub's own number of the order (`hub_order_id`), not the shop's. `/` is the back
office, for a person. Switches: see `Magento1Switches`. All the hands are there twice: as methods of
`Magento1Simulator.shop`, and as control routes beside those of `retour.sandbox.app`, which take the same as JSON. Every
field has a default unless it is said to be needed; what does not exist is 404 (`KeyError` in Python).

    POST   /_sandbox/orders                    `shop.add_order(hub_order_id=315, increment_id="100000315")`
           {"hub_order_id": 315, "increment_id": "100000315", "status": "complete", "shipping": 4.95, "currency": "EUR",
            "lines": [{"sku": "CUP", "name": "Cup", "quantity": 2, "price": 3.5}],
            "billing": {"name": "Noor Example", "email": "noor@example.org", "company": null, "street": "Kanaalweg 12",
                        "place": "3526 KL Utrecht", "country": "NL", "vat_number": null}}
           hub_order_id is needed; answers the order as it is stored; 409 when the number is taken (`Impossible`)
    POST   /_sandbox/orders/bulk               {"count": 1000, "start": 1} orders with the hub's numbers 1 and on
    GET    /_sandbox/returns                   every row as it is stored, oldest first: `list(shop.returns)`
    POST   /_sandbox/returns/{id}/decide       `shop.decide(1, "accepted")`: the row action; any text is stored
           {"status": "accepted"}
    POST   /_sandbox/returns/decide-all        `shop.decide_all("keeps")`: the mass action on every row still `new`
           {"status": "keeps", "ids": [1, 2]}; without ids every row; answers {"count"} of the rows that were new
    POST   /_sandbox/returns/{id}/delete       `shop.clear(1)`: the row action "Delete", which only makes status null
    POST   /_sandbox/returns/mass-delete       `shop.delete([1, 2])`: the mass action, which really deletes; {"count"}
           {"ids": [1, 2]}
    POST   /_sandbox/returns/{id}/garble       `shop.garble(1, "no_status")`: no answer about it can be read; null mends
           {"flaw": "no_status"} of no_id, no_status, number_status, list, html (see `Flaw`)
    POST   /_sandbox/token                     `shop.renew_token()`: a new secret; the old one is refused. {"token"}
    GET    /_sandbox/log                       what the plugin only logged: `shop.log`
    POST   /_sandbox/clock                     {"seconds": 3600}

The hub brings every return, so there is no customer here: a customer who thinks better of it is a merchant who decides
`cancelled`. A merchant who answers the moment the hub asks is the switch `auto_decide`.

The journal's kinds, their ref the return's id as text and their quantity the units: `created` (detail: channable_id,
channel_id, order, status), `decided` (status, before), `cleared` (row "Delete": before), `deleted` (status). There are
no credit memos: the plugin makes none.
"""

from typing import Final

from retour.sandbox.app import Sandbox
from retour.sandbox.magento1.orders import Billing, OrderLine
from retour.sandbox.magento1.returns import Flaw
from retour.sandbox.magento1.samples import stock
from retour.sandbox.magento1.simulator import Magento1Simulator
from retour.sandbox.magento1.switches import STORES, TOKEN, Magento1Switches

__all__ = ["SANDBOX", "STORES", "TOKEN", "Billing", "Flaw", "Magento1Simulator", "Magento1Switches", "OrderLine"]


def _create(seed: int) -> Magento1Simulator:
    simulator = Magento1Simulator(seed=seed)
    stock(simulator.shop)
    return simulator


SANDBOX: Final = Sandbox(Magento1Simulator.key, "Magento 1 with the Channable plugin", _create)
