"""The pages of the back office, as plain functions from the shop's state to HTML."""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from retour.sandbox.magento.admin import (
    decision_buttons,
    delete_button,
    marketplace_card,
    mass_actions,
    panel,
    sent_cards,
    sent_cells,
)
from retour.sandbox.magento.returns import DECISIONS, PENDING
from retour.sandbox.magento1.orders import Order
from retour.sandbox.magento1.returns import ReturnRow
from retour.sandbox.markup import Html, element
from retour.sandbox.panel import Notice, Sheet, card, cell, pager, table

MASS_DELETE: Final = "delete"

_PANEL: Final = panel("Sandbox shop — not Magento 1")
_SECTION: Final = "Channable → Returns"
_HEADS: Final = ("", "ID", "Order", "Customer", "Item", "Reason", "Status", "Actions")
_MASS: Final = [*((status, f"Set as {status}") for status in DECISIONS), (MASS_DELETE, "Delete")]


def grid_page(shown: Sheet[tuple[ReturnRow, Order | None]], notices: Iterable[Notice]) -> web.Response:
    """The newest returns, with what can be done to one and to many."""
    grid = element(
        "form",
        table(_HEADS, (_row(row, order) for row, order in shown.rows)),
        mass_actions(_MASS, "/returns/mass"),
        method="post",
    )
    empty = element("p", "No returns here yet. They arrive at the hook.", class_="empty")
    content = [
        element("h1", "Returns", element("small", f"{shown.total} in total")),
        grid if shown.rows else empty,
        pager(shown),
    ]
    return _PANEL.page(_SECTION, "Returns", content, notices)


def detail_page(row: ReturnRow, order: Order | None, notices: Iterable[Notice]) -> web.Response:
    """One return with its address, and the order and invoice it is linked to."""
    cards = [
        *sent_cards(row),
        *_order_cards(row, order),
        marketplace_card(row),
    ]
    content = [
        element("p", element("a", "← All returns", href="/"), class_="back"),
        element("h1", f"Return {row.entity_id}", _status(row.status)),
        element("form", *_buttons(row), method="post", class_="actions card"),
        element("div", *cards, class_="cards"),
    ]
    return _PANEL.page(_SECTION, f"Return {row.entity_id}", content, notices)


def _row(row: ReturnRow, order: Order | None) -> Html:
    number = row.entity_id
    return element(
        "tr",
        *sent_cells(row, f"/returns/{number}", linked=order is not None),
        cell("Reason", element("strong", row.reason or ""), element("span", row.comment or "", class_="comment")),
        cell("Status", _status(row.status), element("small", f"{row.created_at} UTC")),
        cell("Actions", element("div", *_buttons(row), class_="actions")),
        id=f"return-{number}",
    )


def _buttons(row: ReturnRow) -> list[Html]:
    """Six decisions while the row is new; "Delete" once it is not (contract B)."""
    here = f"/returns/{row.entity_id}"
    if row.status != PENDING:
        return [delete_button(here, row.entity_id)]
    return decision_buttons(DECISIONS, here, row.entity_id)


def _status(status: str | None) -> Html:
    known = status if status in DECISIONS or status == PENDING else "other"
    return element("span", status or "(none)", class_=f"status {known}")


def _order_cards(row: ReturnRow, order: Order | None) -> list[Html]:
    if order is None:
        return [card("Order", [("Hub's order id", row.order_id), ("Linked", "no: the shop has no such order")])]
    billing = order.billing
    return [
        card(
            "Order",
            [
                ("Number", order.increment_id),
                ("Hub's order id", order.hub_order_id),
                ("Status", order.status),
                ("Placed", f"{order.created_at} UTC"),
                *(("Line", f"{line.quantity}x {line.name} ({line.sku})") for line in order.lines),
            ],
        ),
        card(
            "Billing and invoice",
            [
                ("Company", billing.company),
                ("Name", billing.name),
                ("Street", billing.street),
                ("Place", f"{billing.place} ({billing.country})"),
                ("E-mail", billing.email),
                ("VAT number", billing.vat_number),
                ("Invoice", f"{order.entity_id:09d}"),
                ("Shipping", f"{order.currency} {order.shipping:.2f}"),
                ("Total", f"{order.currency} {order.total:.2f}"),
            ],
        ),
    ]
