"""A return that came back unannounced, declared over the API (contract channable-api.md, O1).

An error comes with HTTP 200 and its own `status`. A request that is sent again after its answer was lost is refused as
long as its units are under way: they cannot come back twice.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from pydantic import ValidationError

from retour.channable_api import queries
from retour.channable_api.answers import answer
from retour.channable_api.gate import Caller, endpoint
from retour.channable_api.ordered import order_of
from retour.channable_api.queries import CameBackProduct
from retour.channable_api.statuses import RESOLUTIONS
from retour.channable_api.statuses import Verdict as Word
from retour.connectors.contract import CameBack
from retour.connectors.errors import ConnectorError
from retour.connectors.registry import UnknownConnector
from retour.core.merge import Contradiction
from retour.core.model import Order, Source
from retour.store.declared import Verdict
from retour.store.models import Connection
from retour.store.offered import marketplaces_of
from retour.store.sealed import CannotOpen
from retour.sync import declaring


class Impossible(Exception):
    """It cannot be declared; the message is a sentence for the merchant."""


@endpoint("POST")
def manual_return(request: HttpRequest, caller: Caller, order_id: int) -> HttpResponse:
    """O1: declares what came back, with its decisions; the marketplace is told at the next check."""
    products = queries.body(request, queries.ManualBody).products
    try:
        made = _declared(caller, order_id, products)
    except (Impossible, Contradiction) as error:
        return _answered("error", str(error))
    except ConnectorError as error:
        return _answered("error", error.words or error.message)
    return _answered("success", f"Declared {made} of order {order_id}")


def _declared(caller: Caller, order_id: int, products: Sequence[CameBackProduct]) -> str:
    order = order_of(caller, order_id)
    if order is None:
        raise Impossible(f"There is no order {order_id}.")
    connection, known = _found(caller, order.ref)
    units = {word: _units(known, [one for one in products if one.status == word]) for word in _words(products)}
    _check_all(known, [unit for some in units.values() for unit in some])
    count = 0
    for word, some in units.items():
        verdict = Verdict(RESOLUTIONS[word])
        token = declaring.new_token()
        try:
            asyncio.run(
                declaring.declare(connection, token, order.ref, some, verdict, Source.API, timezone.now(), caller.actor)
            )
        except (ConnectorError, Contradiction) as error:
            if not count:
                raise
            said = (error.words or error.message) if isinstance(error, ConnectorError) else str(error)
            raise Impossible(f"{count} units were declared; the {word} ones were not: {said}") from None
        count += sum(unit.quantity for unit in some)
    return "1 unit" if count == 1 else f"{count} units"


def _found(caller: Caller, ref: str) -> tuple[Connection, Order]:
    """The marketplace that has this order and lets the merchant declare returns, and the order as it is there now."""
    able = [row for row in marketplaces_of(caller.project_id) if _can_declare(row)]
    if not able:
        raise Impossible("No marketplace of this project lets the merchant declare a return.")
    known = [(row, order) for row in able if (order := asyncio.run(declaring.find_order(row, ref)))]
    if len(known) > 1:
        raise Impossible("Several marketplaces know an order of this number. Declare the return on the desk.")
    if not known:
        raise Impossible("No marketplace that lets the merchant declare returns knows this order.")
    return known[0]


def _can_declare(row: Connection) -> bool:
    with suppress(UnknownConnector, ValidationError, CannotOpen):
        return declaring.can_declare(row)
    return False


def _words(products: Sequence[CameBackProduct]) -> list[Word]:
    return list(dict.fromkeys(Word(one.status) for one in products))


def _units(order: Order, products: Sequence[CameBackProduct]) -> list[CameBack]:
    """Which lines of the order these products are; a product in several lines fills one after the other."""
    units = []
    for product in products:
        if product.quantity < 1:
            raise Impossible(f"The quantity of {product.id} must be at least 1.")
        lines = [line for line in order.lines if line.ref and line.sku == product.id]
        if not lines:
            raise Impossible(f"The order has no product {product.id}.")
        units += [CameBack(line.ref, some) for line, some in declaring.spread(lines, product.quantity) if line.ref]
    return units


def _check_all(order: Order, units: Sequence[CameBack]) -> None:
    """Before the first is declared: all of them together must be there to come back."""
    if not units:
        raise Impossible("No products were given.")
    for line in order.lines:
        wanted = sum(unit.quantity for unit in units if unit.order_line_ref == line.ref)
        room = line.returnable if line.returnable is not None else line.quantity
        if wanted > room:
            what = line.sku or line.title or line.ref
            raise Impossible(f"Of {what}, {room or 'none'} can still be declared; {wanted} was asked for.")


def _answered(status: str, message: str) -> HttpResponse:
    return answer({"status": status, "message": message, "response": "", "id": None, "data": None})
