"""The pages of the back office, as plain functions from the shop's state to HTML (contract 3.1, 3.2, 4)."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from retour.sandbox.lightspeed.orders import Address, Order
from retour.sandbox.lightspeed.returns import ACTIONS, LABELS, ReturnRow
from retour.sandbox.markup import Html, element, options
from retour.sandbox.panel import Notice, Panel, Sheet, card, cell, filters, pager, table, tick

_PANEL: Final = Panel("Sandbox shop — not Lightspeed", bar="#2b2b2b", edge="#d7352b", accent="#a3261e")
_SECTION: Final = "Returns"
_HEADS: Final = ("Return", "Order", "Customer", "Items", "Reason", "Status")


def list_page(shown: Sheet[ReturnRow], status: str, notices: Iterable[Notice]) -> web.Response:
    parts = [("", "All"), *LABELS.items()]
    content = [
        element("h1", "Returns"),
        filters("Status", ((_address(code), label) for code, label in parts), _address(status)),
        table(_HEADS, map(_row, shown.rows)) if shown.rows else element("p", "No returns here.", class_="empty"),
        pager(shown, query={"status": status}),
    ]
    return _PANEL.page(_SECTION, "Returns", content, notices)


def detail_page(row: ReturnRow, notices: Iterable[Notice]) -> web.Response:
    order = row.order
    content = [
        element("p", element("a", "← All returns", href="/"), class_="back"),
        element("h1", f"Return {row.id} ", _status(row)),
        *_forms(row, f"/returns/{row.id}"),
        element(
            "div",
            card("Return", _facts(row)),
            card("Customer", _customer(order)),
            card("Billing address", _place(order.buyer.billing)),
            card("Shipping address", _place(order.buyer.shipping)),
            card("Order", _order(order)),
            card("Invoices", [(invoice.number, f"€ {invoice.total:.2f}") for invoice in order.invoices]),
            class_="cards",
        ),
    ]
    return _PANEL.page(_SECTION, f"Return {row.id}", content, notices)


def _row(row: ReturnRow) -> Html:
    buyer = row.order.buyer
    said = " · ".join(text for text in (row.action, row.customer_comment) if text)
    return element(
        "tr",
        cell("Return", element("a", f"Return {row.id}", href=f"/returns/{row.id}")),
        cell("Order", row.order.number),
        cell("Customer", f"{buyer.firstname} {buyer.lastname}"),
        cell("Items", *(element("div", f"{quantity} x {line.title} ({line.sku})") for line, quantity in row.lines)),
        cell("Reason", row.reason, element("small", said)),
        cell("Status", _status(row)),
        id=f"return-{row.id}",
    )


def _forms(row: ReturnRow, here: str) -> list[Html]:
    """The decision; and what goes without one."""
    buttons = [element("button", label, name="status", value=code) for code, label in LABELS.items()]
    return [
        element(
            "form",
            element("label", "What the customer gets (return action)", for_="action"),
            element("input", name="action", id="action", value=row.action, list="actions"),
            element("datalist", options((action, action) for action in ACTIONS), id="actions"),
            tick("notify", "Mail the customer", ticked=row.notify),
            tick("stock_adjusted", "Put back in stock", ticked=row.stock_adjusted),
            element("div", *buttons, class_="line"),
            method="post",
            action=f"{here}/decide",
            class_="stack card",
        ),
        element(
            "form",
            element("button", "Create credit invoice", formaction=f"{here}/credit"),
            element("button", "Delete return", formaction=f"{here}/delete", class_="danger"),
            method="post",
            class_="actions card",
        ),
    ]


def _facts(row: ReturnRow) -> list[tuple[str, object]]:
    return [
        *((line.sku, f"{quantity} x {line.title}") for line, quantity in row.lines),
        ("Reason", row.reason),
        ("Action", row.action),
        ("Comment", row.customer_comment),
        ("Staff note", row.staff_note),
        ("Mail text", row.mail_message),
        ("Made", f"{row.created_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("Changed", f"{row.updated_at:%Y-%m-%d %H:%M:%S} UTC"),
    ]


def _customer(order: Order) -> list[tuple[str, object]]:
    buyer = order.buyer
    return [
        ("Name", f"{buyer.firstname} {buyer.lastname}"),
        ("E-mail", buyer.email),
        ("Telephone", buyer.phone),
        ("Company", buyer.company),
        ("VAT number", buyer.vat_number),
        ("Account", buyer.customer_id or "guest"),
    ]


def _place(address: Address) -> list[tuple[str, object]]:
    return [
        ("Name", address.name),
        ("Street", f"{address.street} {address.number} {address.extension}"),
        ("Place", f"{address.zipcode} {address.city} ({address.country.upper()})"),
    ]


def _order(order: Order) -> list[tuple[str, object]]:
    return [
        ("Number", order.number),
        ("Status", f"{order.status}, {order.payment_status}, {order.shipment_status}"),
        *((line.sku, f"{line.ordered} x € {line.price:.2f}, {line.refunded} credited") for line in order.lines),
        ("Total", f"€ {order.total:.2f}"),
        ("Comment", order.comment),
        ("Memo", order.memo),
        *((field.key, field.value) for field in order.metafields.values()),
    ]


def _status(row: ReturnRow) -> Html:
    known = row.status if row.status in LABELS else "other"
    return element("span", LABELS.get(row.status, row.status), class_=f"status {known}")


def _address(status: str) -> str:
    return f"/?{urlencode({'status': status})}" if status else "/"
