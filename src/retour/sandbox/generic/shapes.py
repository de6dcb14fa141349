"""Returns as the REST profile shows them (contract 3.1), and how their rows can be spoiled."""

from typing import Any

from retour.sandbox.generic.amsterdam import written
from retour.sandbox.generic.problems import Json
from retour.sandbox.generic.state import Return, ReturnLine
from retour.sandbox.generic.switches import PartnerSwitches

_REQUIRED = ("id", "order_id", "status", "updated_at", "lines")


def shown(returned: Return, switches: PartnerSwitches) -> Json:
    """The whole return, in the partner's words."""
    customer = returned.order.customer
    row: Json = {
        "id": returned.return_id,
        "order_id": returned.order.order_id,
        "status": switches.status_words.get(returned.status, returned.status),
        "created_at": written(returned.created_at, switches.times),
        "updated_at": written(returned.updated_at, switches.times) if returned.updated_at else None,
        "customer": {
            "first_name": customer.first_name,
            "last_name": customer.last_name,
            "email": customer.email,
        },
        "address": {
            "street": customer.street,
            "house_number": customer.house_number,
            "house_number_ext": customer.house_number_ext,
            "zip_code": customer.zip_code,
            "city": customer.city,
            "country_code": customer.country_code,
        },
        "lines": [_line(line, switches) for line in returned.lines],
        "tracking": {
            "carrier": "PostNL",
            "code": returned.tracking_code,
            "url": f"https://tracking.example.org/{returned.tracking_code}",
        },
    }
    if returned.by_platform:
        row["fulfilled_by"] = "platform"
    return row


def row_in_list(returned: Return, switches: PartnerSwitches) -> Any:
    """A row of the list: spoiled when `garbled` names it."""
    row = shown(returned, switches)
    flaw = switches.garbled.get(returned.return_id)
    if flaw is None:
        return row
    missing = {
        "no_id": "id",
        "no_order_id": "order_id",
        "no_status": "status",
        "no_updated_at": "updated_at",
        "no_lines": "lines",
    }
    match flaw:
        case "no_id" | "no_order_id" | "no_status" | "no_updated_at" | "no_lines":
            del row[missing[flaw]]
        case "not_an_object":
            return f"return {returned.return_id}"
        case "line_no_id":
            del row["lines"][0]["id"]
        case "line_no_product":
            for name in ("sku", "ean", "order_line_id"):
                del row["lines"][0][name]
        case "wrong_type":
            row["lines"][0]["quantity"] = "two"
        case "bad_time":
            row["updated_at"] = "yesterday"
        case "unknown_status":
            row["status"] = "awaiting_pickup"
        case "unknown_values":
            row["lines"][0] |= {"reason_code": "colour_of_the_moon", "mood": "low"}
            row |= {"channel": {"name": "outlet"}, "tags": [1, None]}
        case "bare":
            row = {name: row[name] for name in _REQUIRED}
            row["lines"] = [{name: line[name] for name in ("id", "quantity", "ean")} for line in row["lines"]]
        case "nulls":
            row = {name: value if name in _REQUIRED else None for name, value in row.items()}
            kept = ("id", "quantity", "sku")
            row["lines"] = [{name: line[name] if name in kept else None for name in line} for line in row["lines"]]
    return row


def rename(value: Any, names: dict[str, str]) -> Any:
    """The same JSON with other field names."""
    if isinstance(value, dict):
        return {names.get(name, name): rename(item, names) for name, item in value.items()}
    return [rename(item, names) for item in value] if isinstance(value, list) else value


def _line(line: ReturnLine, switches: PartnerSwitches) -> Json:
    product = line.order_line
    price: str | float = f"{product.unit_price:.2f}"
    if switches.money != "text":
        price = float(product.unit_price) if switches.money == "number" else str(price).replace(".", ",")
    shape: Json = {
        "id": line.line_id,
        "order_line_id": product.order_line_id,
        "sku": product.sku,
        "ean": product.ean,
        "title": product.title,
        "quantity": line.quantity,
        "reason_code": line.reason.code,
        "reason": line.reason.text,
        "comment": line.comment,
        "unit_price": price,
        "currency": "EUR",
    }
    return shape | ({"accepted": line.accepted, "rejected": line.rejected} if switches.line_outcomes else {})
