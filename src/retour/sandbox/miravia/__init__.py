"""The simulator of Miravia's open platform, its returns part, written from the contract page of Miravia.

Point a client's API base at `<url>/rest`; the authorisation page is `<url>/apps/oauth/authorize`. App key `123456`,
secret `testsecret` (others: `MiraviaSimulator(app_key=..., app_secret=...)`). The first seller, `1000000001`, has
authorised already: `sandbox-access-token`, `sandbox-refresh-token` (good for one refresh). `/` is a page on which a
person plays the customer. `retour.sandbox.miravia.switches` says what can be set differently; the limits of 100 calls a
minute and 1000 a day are among them (`limits: false` ends them). Moving the clock ends tokens and lets deadlines pass,
but timestamps are judged by the machine's own time unless `timestamp_by_clock` is on.

Control routes beside those of `retour.sandbox.app`, with the method of `MiraviaSimulator` that does the same. All but
those of `lines` take `?seller=`. The bodies are in `retour.sandbox.miravia.commands`; most of each may be left out.

    POST  /_sandbox/orders        place_order     {"order_id": "300000000900", "items": [{"sku": "MUG", "quantity": 2,
                                                  "cents": 1295}], "customer": {"first_name": "Noa"}}
    POST  /_sandbox/returns       open_return     {"lines": [{"sku": "MUG", "quantity": 2, "reason": "Roto", "comment":
                                                  "Se cayó"}], "order_id": "300000000900"}; more: "request_type":
                                                  "ONLY_REFUND", "is_rtm": false (the platform's warehouse decides),
                                                  "instant_refund": true, "fast_refund": true, "dispute": true,
                                                  "marketplace": "ae", "opened_at". An unknown order is made.
                                                  201 {"reverse_order_id", "order_id", "lines": [{"line_id", "items":
                                                  [{"order_item_id", "quantity", "outcome"}], ...}]}; 409 not so many
    GET   /_sandbox/returns                       ?offset=&limit= all lines, oldest first, in the same shape
    POST  /_sandbox/bulk          open_many       {"count": 500, "days": 30, "seed": 1}
    POST  /_sandbox/lines/{line_id}/withdraw      withdraw: the customer's change of mind
    POST  /_sandbox/lines/{line_id}/post          post_parcel: BUYER_RETURN_ITEM, when nobody decided yet
    POST  /_sandbox/lines/{line_id}/deliver       deliver_parcel: RETURN_PENDING, when nobody decided yet
    POST  /_sandbox/lines/{line_id}/dispute       dispute: CS_APPROVING
    POST  /_sandbox/lines/{line_id}/staff-refund  staff_refund: the platform acts, whatever was said before
    POST  /_sandbox/lines/{line_id}/staff-reject  staff_reject
    PATCH /_sandbox/lines/{line_id}               rewrite: {"reverse_status": "REFUND_PENDING", "actions": []}
    POST  /_sandbox/sellers       add_seller      {"seller_id": "1000000002"}
    POST  /_sandbox/codes         authorize       201 {"code"}: what the redirect would bring
    POST  /_sandbox/tokens        issue_tokens    201 {"access_token", "refresh_token"}
    POST  /_sandbox/tokens/expire expire_access_tokens: the refresh token still works
    POST  /_sandbox/tokens/revoke revoke_tokens: only a new authorisation helps
    POST  /_sandbox/push          subscribe       {"url": "http://127.0.0.1:8000/hook"}; "" ends it
    POST  /_sandbox/push/deliver  push.deliver    sends what is due and gives the attempts: [{"url", "status",
                                                  "attempt", "body"}]; without it they go by themselves, soon
    GET   /_sandbox/push          push.sent       the last 200 attempts

A garbled row: `PATCH /_sandbox/switches` {"garbled_rows": {"<reverse_order_id>": "no_line_id"}} (also no_order_id,
no_order_line_id, wrong_type, not_an_object, no_lines). An order item that fails alone: {"failing_items": {"<order item
id>": 106}}. An error of the platform: `POST /_sandbox/faults` {"kind": "answer", "status": 200, "match": "getreverse",
"headers": {"Content-Type": "application/json"}, "body": <the error, as text>}.

Where the contract is silent: a refused refresh answers `IllegalRefreshToken`, a refused code `InvalidCode`; a failed
order item has status FAILED with the numbers of contract 5.2; an unknown order is refused as a whole with 106, another
seller's with 127. A decision on some of a line's order items leaves the line's status until all of them are decided.

The journal's `ref` is always the reverse_order_line_id, `quantity` the units. `refund`: money to the customer, for
cancellations too (detail: `request_type`, `amount` in euro, `source`: seller, platform, sla, instant, fast, warehouse);
`settled`: a decision without money (`decision`: reject with `comment` and `reason_id`, or replacement); `agreed`: by
action agreeReturn, not final; `withdrawn`; `goods`: the parcel arrived.
"""

from retour.sandbox.app import Sandbox, Simulator
from retour.sandbox.miravia.simulator import (
    ACCESS_TOKEN,
    APP_KEY,
    APP_SECRET,
    REFRESH_TOKEN,
    SELLER_ID,
    MiraviaSimulator,
)


def _create(seed: int) -> Simulator:
    return MiraviaSimulator(seed=seed)


SANDBOX = Sandbox(key=MiraviaSimulator.key, title="Miravia", create=_create)

__all__ = [
    "ACCESS_TOKEN",
    "APP_KEY",
    "APP_SECRET",
    "REFRESH_TOKEN",
    "SANDBOX",
    "SELLER_ID",
    "MiraviaSimulator",
]
