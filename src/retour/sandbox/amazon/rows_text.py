"""The tab-separated reports: returns by date, and FBA (contract 2.2, 2.3). No quoting: a title may hold quotes."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from retour.sandbox.amazon.gate import iso
from retour.sandbox.amazon.rows_xml import ROWS_AT_ONCE, shown_refund
from retour.sandbox.amazon.state import Return, ReturnLine
from retour.sandbox.amazon.switches import AmazonSwitches

COLUMNS = (
    "Order ID", "Order date", "Return request date", "Return request status", "Amazon RMA ID", "Merchant RMA ID",
    "Label type", "Label cost", "Currency code", "Return carrier", "Tracking ID", "Label to be paid by",
    "A-to-Z Claim", "Is prime", "ASIN", "Merchant SKU", "Item Name", "Return quantity", "Return Reason", "In policy",
    "Return type", "Resolution", "Invoice number", "Return delivery date", "Order Amount", "Order quantity",
    "SafeT Action reason", "SafeT claim id", "SafeT claim state", "SafeT claim creation time",
    "SafeT claim reimbursement amount", "Refunded Amount",
)  # fmt: skip
RENAMED = {"Merchant RMA ID": "Seller RMA ID", "A-to-Z Claim": "A-to-z claim", "Return Reason": "Return reason"}
FBA_COLUMNS = (
    "return-date", "order-id", "sku", "asin", "fnsku", "product-name", "quantity", "fulfillment-center-id",
    "detailed-disposition", "reason", "status", "license-plate-number", "customer-comments",
)  # fmt: skip


def report(rows: Iterable[Return], switches: AmazonSwitches, at: datetime, encoding: str) -> Iterator[bytes]:
    """One line for each item of each return."""
    columns = ["Order Item ID", *COLUMNS[:7], "VAT", *COLUMNS[7:], "Category"]
    if not switches.flat_extra_columns:
        columns = list(COLUMNS)
    names = [RENAMED.get(name, name) if switches.flat_renamed_columns else name for name in columns]

    def lines() -> Iterator[list[str]]:
        for returned in rows:
            for line in returned.lines:
                cells = _cells(returned, line, switches, at)
                row = [cells.get(column, "") for column in columns]
                yield row[:5] if returned.flaw == "no_items" else row

    return _text(names, lines(), switches, encoding)


def fba_report(rows: Iterable[Return], switches: AmazonSwitches, at: datetime, encoding: str) -> Iterator[bytes]:
    """One line for each return that arrived in a warehouse."""
    lines = (_fba_cells(returned, line) for returned in rows for line in returned.lines)
    return _text(list(FBA_COLUMNS), lines, switches, encoding)


def _text(
    names: list[str], lines: Iterable[list[str]], switches: AmazonSwitches, encoding: str
) -> Iterator[bytes]:  # fmt: skip
    end = "\r\n" if switches.flat_crlf else "\n"
    empty = " " if switches.flat_blank_cells else ""
    piece = [("\ufeff" if switches.flat_bom and encoding.lower() == "utf-8" else "") + "\t".join(names)]
    for cells in lines:
        piece.append("\t".join(cell or empty for cell in cells))
        if len(piece) == ROWS_AT_ONCE:
            yield (end.join(piece) + end).encode(encoding, "replace")
            piece.clear()
    if piece:
        yield (end.join(piece) + end).encode(encoding, "replace")


def _cells(returned: Return, line: ReturnLine, switches: AmazonSwitches, at: datetime) -> dict[str, str]:
    order, item, flaw = returned.order, line.item, returned.flaw
    refund = shown_refund(line, switches, at)
    unknown = flaw == "unknown_values"

    def money(amount: Decimal) -> str:
        text = str(order.marketplace.money(amount))
        return text.replace(".", ",") if switches.flat_decimal_comma else text

    def day(moment: datetime) -> str:
        return iso(moment) if switches.flat_dates == "iso" else f"{moment:%d-%b-%Y}"

    cells = {
        "Order ID": "" if flaw == "no_order_id" else order.order_id,
        "Order date": day(order.placed_at),
        "Return request date": "yesterday" if flaw == "bad_date" else day(returned.requested_at),
        "Return request status": "AwaitingSomethingNew" if unknown else returned.status,
        "Amazon RMA ID": "" if flaw == "no_rma_id" else returned.rma_id,
        "Label to be paid by": "Customer",
        "A-to-Z Claim": "Y" if returned.a_to_z else "N",
        "Is prime": "Y" if order.prime else "N",
        "ASIN": item.asin,
        "Merchant SKU": item.sku,
        "Item Name": item.title,
        "Return quantity": {"no_quantity": "", "wrong_type": "two"}.get(flaw or "", str(line.quantity)),
        "Return Reason": "AMZ-PG-NEW-REASON" if unknown else line.reason,
        "In policy": "Y",
        "Return type": "C-Returns",
        "Resolution": "StoreCredit" if unknown else line.resolution,
        "Return delivery date": day(returned.delivered_at) if returned.delivered_at else "",
        "Order Amount": money(order.total),
        "Order quantity": str(sum(one.quantity for one in order.items)),
        "Refunded Amount": "" if refund is None else money(refund),
        "Category": item.category,
        "Order Item ID": item.order_item_id,
    }
    if returned.tracking_id:
        cells |= {
            "Label type": "AmazonUnPaidLabel",
            "Label cost": money(Decimal(0)),
            "Currency code": order.marketplace.currency,
            "Return carrier": "DHL",
            "Tracking ID": returned.tracking_id,
        }
    return cells


def _fba_cells(returned: Return, line: ReturnLine) -> list[str]:
    item = line.item
    flaw = returned.flaw
    return [
        iso(returned.delivered_at) if returned.delivered_at and flaw != "bad_date" else "yesterday",
        "" if flaw == "no_order_id" else returned.order.order_id,
        item.sku,
        item.asin,
        f"X00{item.asin[3:]}",
        item.title,
        {"no_quantity": "", "wrong_type": "two"}.get(flaw or "", str(line.quantity)),
        "TEST1",
        "SELLABLE",
        line.reason.removeprefix("CR-"),
        "Unit returned to inventory",
        "" if flaw == "no_rma_id" else returned.rma_id,
        line.comment.replace("\t", " ").replace("\n", " "),
    ][: 4 if flaw == "no_items" else None]
