"""Reading requests as strictly as bol does, and saying what is wrong with them (contract 1.4)."""

import json
from typing import Any

from aiohttp import web

from retour.sandbox.bol.problems import Invalid, Violations, invalid_value

Body = dict[str, Any]


async def json_of(request: web.Request) -> Body:
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise Invalid([("body", "Request body is not valid JSON.")]) from None
    if not isinstance(body, dict):
        raise Invalid([("body", "Request body is not a JSON object.")])
    return body


def page_of(request: web.Request, violations: Violations) -> int:
    page = request.query.get("page", "1")
    if page.isdecimal() and 1 <= int(page) < 1 << 31:
        return int(page)
    violations.append(("page", f"Request contains invalid value(s): '{page}', must be a number of at least 1."))
    return 1


def flag_of(request: web.Request, name: str, default: bool, violations: Violations) -> bool:
    value = request.query.get(name)
    if value is None:
        return default
    if value not in ("true", "false"):
        violations.append((name, invalid_value(value, ("true", "false"))))
    return value == "true"


def violations_of_handling(body: Body, allowed: tuple[str, ...]) -> Violations:
    """Of `handlingResult` and `quantityReturned`; a missing handling result is complained about twice."""
    violations: Violations = []
    handling = body.get("handlingResult")
    if handling not in allowed:
        violations.append(("handlingResult", invalid_value("" if handling is None else handling, allowed)))
    if handling in (None, ""):
        violations.append(("handlingResult", "Request contains a required value that is empty."))
    quantity = body.get("quantityReturned")
    if quantity is None:
        violations.append(("quantityReturned", "Request contains a required value that is empty."))
    elif not isinstance(quantity, int) or isinstance(quantity, bool) or not 1 <= quantity <= 9999:
        reason = f"Request contains invalid value(s): '{quantity}', must be a whole number from 1 to 9999."
        violations.append(("quantityReturned", reason))
    return violations


def order_item_id_of(body: Body, violations: Violations) -> str:
    """A string, or a number as in one published example (contract 6)."""
    value = body.get("orderItemId")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and value:
        return value
    violations.append(("orderItemId", "Request contains a required value that is empty."))
    return ""
