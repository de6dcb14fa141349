"""The CSV profile's files of returns (contract 4): one row for each line, and how rows can be spoiled."""

import csv
import io
from collections.abc import Iterable

from retour.sandbox.generic.amsterdam import written
from retour.sandbox.generic.state import Return, ReturnLine
from retour.sandbox.generic.switches import PartnerSwitches

COLUMNS = (
    "return_id",
    "order_id",
    "line_id",
    "sku",
    "ean",
    "quantity",
    "reason",
    "comment",
    "status",
    "created_at",
    "updated_at",
    "first_name",
    "last_name",
    "email",
    "street",
    "zip",
    "city",
    "country",
)
_REQUIRED = frozenset({"return_id", "order_id", "line_id", "ean", "quantity", "status", "updated_at"})
_QUANTITIES = {"whole": "", "comma": ",00", "point": ".00"}

FORMULA = ("=", "+", "-", "@")
"""What makes a spreadsheet calculate."""


def table(returns: Iterable[Return], switches: PartnerSwitches) -> bytes:
    """The whole file, header first; spoiled rows are where `garbled` says."""
    columns = (*reversed(COLUMNS), "warehouse_code", "colour") if switches.shuffled_columns else COLUMNS
    parts = [_joined(columns, switches)]
    for returned in returns:
        parts += [_row(returned, line, columns, switches) for line in returned.lines]
    return (b"\xef\xbb\xbf" if switches.bom else b"") + b"".join(parts)


def _cells(returned: Return, line: ReturnLine, switches: PartnerSwitches) -> dict[str, str]:
    customer, style = returned.order.customer, switches.csv_times
    number = f"{customer.house_number} {customer.house_number_ext}".strip()
    cells = {
        "return_id": returned.return_id,
        "order_id": returned.order.order_id,
        "line_id": line.line_id,
        "sku": line.order_line.sku,
        "ean": line.order_line.ean,
        "quantity": f"{line.quantity}{_QUANTITIES[switches.quantity_style]}",
        "reason": line.reason.code if switches.csv_reason == "code" else line.reason.text,
        "comment": line.comment,
        "status": switches.status_words.get(returned.status, returned.status),
        "created_at": written(returned.created_at, style, " "),
        "updated_at": written(returned.updated_at, style, " ") if returned.updated_at else "",
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": customer.email,
        "street": f"{customer.street} {number}",
        "zip": customer.zip_code,
        "city": customer.city,
        "country": customer.country_code,
    }
    if switches.escape_formulas:
        cells = {name: f"'{cell}" if cell.startswith(FORMULA) else cell for name, cell in cells.items()}
    return cells


def _row(returned: Return, line: ReturnLine, columns: tuple[str, ...], switches: PartnerSwitches) -> bytes:
    cells = _cells(returned, line, switches)
    flaw = switches.garbled.get(returned.return_id)
    emptied = {
        "no_id": ("return_id",),
        "no_order_id": ("order_id",),
        "no_status": ("status",),
        "no_updated_at": ("updated_at",),
        "line_no_id": ("line_id",),
        "line_no_product": ("sku", "ean"),
    }
    cells |= dict.fromkeys(emptied.get(flaw or "", ()), "")
    match flaw:
        case "wrong_type":
            cells["quantity"] = "two"
        case "bad_time":
            cells["updated_at"] = "yesterday"
        case "unknown_status":
            cells["status"] = "awaiting_pickup"
        case "unknown_values":
            cells |= {"reason": "Kleur van de maan", "country": "XX"}
        case "bare" | "nulls":
            cells = {name: cell if name in _REQUIRED else "" for name, cell in cells.items()}
    row = _joined([cells.get(column, "") for column in columns], switches)
    match flaw:
        case "not_an_object":
            return _joined(["*** end of batch 1 ***"], switches)
        case "too_few_cells":
            return _joined([cells.get(column, "") for column in columns[:4]], switches)
        case "too_many_cells":
            return _joined([*(cells.get(column, "") for column in columns), "1", "2"], switches)
        case "open_quote":
            return switches.separator.join(["R-OPEN", '"never closed', "1"]).encode() + b"\n"
        case "bad_utf8":
            return row.replace(returned.order.customer.first_name.encode(), b"Ren\xe9e", 1)
    return row


def _joined(cells: Iterable[str], switches: PartnerSwitches) -> bytes:
    text = io.StringIO()
    ending = "\r\n" if switches.line_ending == "crlf" else "\n"
    csv.writer(text, delimiter=switches.separator, lineterminator=ending).writerow(cells)
    return text.getvalue().encode()
