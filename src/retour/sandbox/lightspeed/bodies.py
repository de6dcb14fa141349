"""Reading bodies: the root key, and field by field what is wrong (contract 2, 3)."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from aiohttp import web

from retour.sandbox.lightspeed.orders import Order, OrderLine
from retour.sandbox.lightspeed.problems import Fields, Invalid, Problem
from retour.sandbox.lightspeed.returns import LABELS
from retour.sandbox.lightspeed.shop import Picked, Shop

Body = Mapping[str, Any]

RETURN_FIELDS: Final[Mapping[str, tuple[str, type]]] = {
    "returnReason": ("reason", str),
    "returnAction": ("action", str),
    "customerComment": ("customer_comment", str),
    "staffNote": ("staff_note", str),
    "mailMessage": ("mail_message", str),
    "isStockAdjusted": ("stock_adjusted", bool),
    "notifyStatus": ("notify", bool),
}
"""What can be written: the name on the wire, ours, and its type. Status, order and lines are read apart."""


async def unwrap(request: web.Request, *roots: str) -> Body:
    """What lies under one of the root keys; another key is as good as none."""
    body = await _json(request)
    for root in roots:
        content = body.get(root)
        if isinstance(content, dict):
            return content
    raise Invalid({roots[0]: ["This value should not be blank."]})


async def _json(request: web.Request) -> Body:
    if request.content_type != "application/json":
        raise Problem(400, "Invalid payload: application/json is expected")
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise Problem(400, "Invalid payload: not JSON") from None
    if not isinstance(body, dict):
        raise Problem(400, "Invalid payload: not an object")
    return body


def typed(body: Body, fields: Mapping[str, tuple[str, type]], wrong: Fields) -> dict[str, Any]:
    """The fields that are there, under our names. What the body has beyond them is ignored."""
    found: dict[str, Any] = {}
    for name, (ours, kind) in fields.items():
        if name not in body:
            continue
        if type(body[name]) is kind:
            found[ours] = body[name]
        else:
            wrong[name] = [f"This value should be of type {kind.__name__}."]
    return found


def word(body: Body, name: str, allowed: Collection[str], wrong: Fields) -> str | None:
    """One of a set, None when it is not there."""
    if name not in body:
        return None
    if body[name] not in allowed:
        wrong[name] = ["The value you selected is not a valid choice."]
    return str(body[name])


def status(body: Body, words: Mapping[str, str], wrong: Fields) -> str | None:
    """The code of the wire's word, None when it is not there. `words` are codes that the wire calls otherwise."""
    codes = {words.get(code, code).casefold(): code for code in LABELS}
    asked = body.get("status")
    if isinstance(asked, str) and asked.casefold() in codes:
        return codes[asked.casefold()]
    if "status" in body:
        wrong["status"] = ["The value you selected is not a valid choice."]
    return None


def ordered(body: Body, shop: Shop, wrong: Fields) -> Order | None:
    """The order that `orderId` names: its id, not its number."""
    number = body.get("orderId")
    order = shop.orders.get(number) if isinstance(number, int) and not isinstance(number, bool) else None
    if order is None:
        known = "orderId" in body
        wrong["orderId"] = ["This value is not valid." if known else "This value should not be blank."]
    return order


def picked(body: Body, order: Order, wrong: Fields) -> list[Picked]:
    """The lines of `orderProducts`, each of this order."""
    asked = body.get("orderProducts")
    if not isinstance(asked, list) or not asked:
        wrong["orderProducts"] = ["This value should not be blank."]
        return []
    found = [_picked_one(entry, order) for entry in asked]
    if None in found:
        wrong["orderProducts"] = ["Each must have the id of a product of the order and a quantity of at least 1."]
    return [entry for entry in found if entry is not None]


def _picked_one(entry: Any, order: Order) -> Picked | None:
    if not isinstance(entry, dict):
        return None
    number, quantity = entry.get("id"), entry.get("quantity")
    line = order.line(number) if isinstance(number, int) else None
    if line is None or type(quantity) is not int or quantity < 1:
        return None
    return line, quantity


def check_quantities(order: Order, asked: list[Picked], shop: Shop, wrong: Fields) -> None:
    """A line's quantity is at most what was sent and did not come back (contract 8)."""
    wanted: dict[OrderLine, int] = {}
    for line, quantity in asked:
        wanted[line] = wanted.get(line, 0) + quantity
    for line, quantity in wanted.items():
        had = line.shipped if shop.switches.quantity_basis == "shipped" else line.ordered
        left = had - shop.returns.returned(order, line, open_ones=shop.switches.open_returns_count)
        if quantity > left:
            wrong["orderProducts"] = [f"The quantity of product {line.id} must not be greater than {max(left, 0)}."]
