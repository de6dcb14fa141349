"""The simulator of Fruugo's order API, both versions, written from the contract page of Fruugo.

Addresses. v2 is `<url>/orders`, v3 is `<url>/v3`; the login of both is `sandbox@example.org` with `sandbox-secret`.
`/` is a page on which a person plays the customer. `retour.sandbox.fruugo.switches` has what can be set differently.

Words. A line is named by its ref, `{orderId}:{fruugoProductId}:{fruugoSkuId}`. Fruugo has no return and no return id;
the `number` of an announcement exists in the simulator only.

The journal has, by ref of the line: `refund` (money to the customer: `amount`, `currency`, `source` v2, v3, fruugo or
portal, `announced` how many of its units were announced, `paid_again`, `reason`, `message_to_customer`,
`message_to_fruugo`), `announced`, `withdrawn`, `parcel_refused` and `goods` (proof of return); by order id:
`shipping_refund`, once everything came back. There is no `settled`: Fruugo knows no decision without money.

What a client meets

* A second POST of the same return refunds further units while any are left, and is refused after that. Switch
  `too_many` to `refunded_again` for a Fruugo that pays twice, to `clipped` for one that answers 200 and does nothing.
* Fruugo refunds what is announced `auto_refund_days` (14) after proof of return, which comes `proof_after_days` (0)
  after the announcement. The other way round it shows no date, no reason and no comment.
* Downloads are by moment of release, both ends included. Faults, lost answers and HTML answers: `retour.sandbox.app`.
* v3 answers at once with an empty body and `X-Correlation-ID`; 400 only for the form of a request. The callback is
  `{"type": "get" | "return" | …, "payload": {"orders": [order, …]}, "merchantId": …, "correlationId": …}`, where an
  order has the names of contract 2.3 with plain lists, and a request that was refused has instead
  `{"orderId": …, "error": "words"}`. The id of the request is a header of the callback too. `dateFrom` and `dateTo`
  are moments of release.
* Callbacks go out by themselves when the clock says so, in order of their time. Nothing repeats one unless
  `callback_attempts` or `callback_copies` says so.

On the simulator: `market` (`place_order`, `announce`, `announce_many`, `withdraw`, `prove`, `refuse_parcel`, `refund`,
`except_units`), `set_credentials`, `set_webhook`, `callbacks.planned`, `callbacks.deliver()`, `clock.move`,
`switches`, `faults`, `journal`. Over HTTP the same, with an example of each:

    POST /_sandbox/orders                   {"items": [{"sku_id": "MUG-RED", "quantity": 2}], "shipped": false}
    POST /_sandbox/returns                  {"items": [{"ref": "…", "quantity": 2}], "reason": "…", "comment": "…"}
                                            the customer announces; without a ref, units of a new order:
                                            {"items": [{"quantity": 1, "ordered": 3}, {"sku_id": "GLASS-6"}]}
    POST /_sandbox/bulk                     {"count": 500, "days": 10, "seed": 1} orders with one unit announced each
    POST /_sandbox/returns/{number}/withdraw  {"quantity": 1} the customer keeps it after all; {} all
    POST /_sandbox/returns/{number}/proof   {} proof of return: the days until Fruugo's refund begin
    POST /_sandbox/refused-parcels          {"ref": "…", "quantity": 1} no counter tells; Fruugo refunds in 14 days
    POST /_sandbox/refunds                  {"ref": "…", "quantity": 1, "source": "portal"} or "fruugo": it acts first
    POST /_sandbox/exceptions               {"ref": "…", "quantity": 1} units go to itemsWithException
    GET  /_sandbox/lines                    ?offset=&limit= the counters of every line
    PUT  /_sandbox/credentials              {"username": "…", "password": "…"} the old login is refused from now on
    PUT  /_sandbox/webhook                  {"url": "http://127.0.0.1:9/secret", "username": "…", "password": "…"}
    POST /_sandbox/callbacks/next           {"copies": 2, "delay": 60, "times": 1} for the next request on v3: twice,
                                            late, so out of order; {"copies": 0} never; {"applied": false} no effect
    POST /_sandbox/callbacks/deliver        {} posts what is due by now, and answers when that is done
    GET  /_sandbox/callbacks                what was posted, and the webhook's status
    PATCH /_sandbox/switches                {"garbled": {"60883646001010249": "no_order_id"}} other flaws: no_counter,
                                            empty_counter, bad_counter, negative_counter, no_fruugo_sku_id, bad_date,
                                            unknown_status, unknown_fields, not_an_object
    POST /_sandbox/clock                    {"seconds": 1209600} two weeks later

Fruugo has no fulfilment of its own: what it handles itself are `refunds`, refused parcels and the 14 days.
"""

from retour.sandbox.app import Sandbox, Simulator
from retour.sandbox.fruugo.simulator import FruugoSimulator


def _create(seed: int) -> Simulator:
    return FruugoSimulator(seed=seed)


SANDBOX = Sandbox(key=FruugoSimulator.key, title="Fruugo", create=_create)

__all__ = ["SANDBOX", "FruugoSimulator"]
