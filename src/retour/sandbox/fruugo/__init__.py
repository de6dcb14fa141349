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
* v3 answers at once, 200 with an empty body and `X-Correlation-ID`: the client's, which must be a UUID, or a new one.
  400 is plain text and only for the form of a request, a required field included. What became of it comes later:
  first the effect (`processing_seconds`), then the callback (`callback_seconds`). The same id twice is two requests.
* The callback is a POST to the webhook of `{"type": "get" | "return" | …, "payload": {"orders": [row, …]},
  "merchantId": "4099", "correlationId": …}`. A row is an order with the names of contract 2.3 and plain lists, as it
  was at the moment of the effect; for an order that was refused it is `{"orderId": …, "error": "words"}`, and where
  nothing of a request could be done the only row is `{"error": "words"}`. The contract knows no more than the four
  names: `callback_types`, `v3_payload`, `v3_rows`, `v3_refusals` and `numeric_merchant_id` say it differently.
* How Fruugo signs in at the webhook is not known: `callback_auth`. The id is in the body, and in a header only with
  `callback_header`.
* Callbacks go out by themselves when the clock says so, one after the other in order of their time, while the simulator
  serves. Nothing repeats one unless `callback_attempts` or `callback_copies` says so. A redirect is not followed.

On the simulator: `market` (`place_order`, `announce`, `announce_many`, `withdraw`, `prove`, `refuse_parcel`, `refund`,
`except_units`), `clock.move`, `switches`, `faults`, `journal`. For v3, where a plan is of the next request, or of the
next of one `kind` (`get` is `POST /orders`):

    simulator.set_credentials("sandbox@example.org", "gehëim")                 # v3 takes it in ISO-8859-1 only
    simulator.set_webhook("http://127.0.0.1:8080/secret", "fruugo", "hush")    # loopback only; a login is optional
    simulator.callbacks.plan(Planned(kind="return", copies=0))                 # done, and never told
    simulator.callbacks.plan(Planned(kind="return", copies=0, applied=False))  # neither done nor told
    simulator.callbacks.plan(Planned(kind="return", processing=1200))          # done 20 minutes later
    simulator.callbacks.plan(Planned(kind="get", delay=60))                    # told late: later ones overtake it
    simulator.callbacks.plan(Planned(copies=2, apart=3600))                    # told again an hour later, unchanged
    simulator.callbacks.plan(Planned(flaw="cut_off"))                          # garbled; see `CallbackFlaw`
    await simulator.callbacks.deliver()                                        # posts what is due by now
    simulator.callbacks.log                                                    # every attempt, with the answer's status

Over HTTP the same, with an example of each:

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
    POST /_sandbox/callbacks/next           {"kind": "return", "copies": 2, "delay": 60, "apart": 5, "processing": 1,
                                            "flaw": "no_payload", "applied": true, "times": 3} for the next three
                                            returns on v3; any part may be left out
    POST /_sandbox/callbacks/deliver        {} posts what is due by now, and answers when that is done
    GET  /_sandbox/callbacks                every attempt, and the webhook's status; null: nobody answered
    PATCH /_sandbox/switches                {"garbled": {"60883646001010249": "no_order_id"}} other flaws: no_counter,
                                            empty_counter, bad_counter, negative_counter, no_fruugo_sku_id, bad_date,
                                            unknown_status, unknown_fields, not_an_object; on v3 the row is null
    PATCH /_sandbox/switches                {"processing_seconds": 0, "callback_seconds": 0, "callback_copies": 2}
    POST /_sandbox/clock                    {"seconds": 1209600} two weeks later

Fruugo has no fulfilment of its own: what it handles itself are `refunds`, refused parcels and the 14 days.
"""

from retour.sandbox.app import Sandbox, Simulator
from retour.sandbox.fruugo.callbacks import Planned
from retour.sandbox.fruugo.simulator import FruugoSimulator


def _create(seed: int) -> Simulator:
    return FruugoSimulator(seed=seed)


SANDBOX = Sandbox(key=FruugoSimulator.key, title="Fruugo", create=_create)

__all__ = ["SANDBOX", "FruugoSimulator", "Planned"]
