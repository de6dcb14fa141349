"""The returns: lists, one, the merchant's decision, test returns (contract channable-api.md, R1 to R5)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from retour.channable_api import queries, shapes
from retour.channable_api.answers import Problem, answer
from retour.channable_api.gate import Caller, endpoint
from retour.channable_api.ordered import order_of
from retour.channable_api.shapes import Shape
from retour.channable_api.statuses import RESOLUTIONS, Status
from retour.connectors.shops.channable.config import ChannableConfig
from retour.store import listed, offered, trials
from retour.store.offered import Offer
from retour.store.trials import Trial

SANDBOX = "channable_sandbox"
"""The marketplace of test returns."""
FILE = {"Content-Disposition": 'attachment; filename="returns.json"'}
"""How a download is answered: the contract does not say in which format, so in the list's own."""


@endpoint("GET")
def returns(request: HttpRequest, caller: Caller) -> HttpResponse:
    """R1: a page of the project's returns, newest first."""
    asked = queries.query(request, queries.Query)
    return _listed(caller, asked.wanted(), shapes.row, FILE if asked.download else {})


@endpoint("GET")
def anonymous_returns(request: HttpRequest, caller: Caller) -> HttpResponse:
    """R2: the same without personal data."""
    return _listed(caller, queries.query(request, queries.AnonymousQuery).wanted(), shapes.anonymous, {})


@endpoint("GET")
def one_return(request: HttpRequest, caller: Caller, return_id: int) -> HttpResponse:
    """R3: one return."""
    found: Offer | Trial | None = None
    if caller.shop is not None and 0 < return_id <= queries.LARGEST:
        found = offered.one(caller.shop, return_id, billing=caller.terms.invoice_address)
        found = found or trials.one(caller.project_id, return_id)
    if found is None:
        raise _unknown(return_id)
    return answer({"return": shapes.row(found, caller.terms)})


@endpoint("POST")
def status(request: HttpRequest, caller: Caller, return_id: int) -> HttpResponse:
    """R4: the merchant's decision. Recorded as the shop's own; the marketplace is told at the next check."""
    verdict = queries.body(request, queries.StatusBody).status
    if caller.shop is None or not 0 < return_id <= queries.LARGEST:
        raise _unknown(return_id)
    now = timezone.now()
    try:
        if return_id > trials.NUMBERS_FROM:
            decided = trials.decide(caller.project_id, return_id, Status.NEW, verdict, now)
        else:
            decided = offered.decide(caller.shop, return_id, verdict, RESOLUTIONS[verdict], now, caller.actor)
    except LookupError:
        raise _unknown(return_id) from None
    if not decided:
        raise Problem(409, f"Return {return_id} has already been handled")
    return answer({"status": "success", "message": f"Return {return_id} set to {verdict}"})


@endpoint("POST")
def test_returns(request: HttpRequest, caller: Caller) -> HttpResponse:
    """R5: a made-up return for each product of an order."""
    order_id = queries.body(request, queries.TrialBody).order_id
    order = order_of(caller, order_id)
    if order is None:
        raise Problem(404, f"There is no order {order_id}")
    if not order.lines:
        raise Problem(409, f"Order {order_id} has no products")
    made = trials.make(caller.project_id, SANDBOX, order.ref, str(order_id), order.lines, Status.NEW, timezone.now())
    told = "1 test return created" if len(made) == 1 else f"{len(made)} test returns created"
    data = [
        {"status": "success", "message": "created", "response": "", "id": str(one.number), "data": None} for one in made
    ]
    return answer({"status": "success", "message": told, "data": data}, 201)


def _listed(
    caller: Caller,
    wanted: listed.Wanted,
    shape: Callable[[Offer | Trial, ChannableConfig], Shape],
    headers: dict[str, str],
) -> HttpResponse:
    """`total` is the number of rows in this answer (contract channable-api.md, R1)."""
    found = listed.Listing([], 0)
    if caller.shop is not None:
        found = listed.listing(caller.shop, wanted, billing=caller.terms.invoice_address)
    rows = [shape(one, caller.terms) for one in found.rows]
    return answer({"total": len(rows), "error_count": found.failed, "returns": rows}, headers=headers)


def _unknown(return_id: int) -> Problem:
    return Problem(404, f"There is no return {return_id}")
