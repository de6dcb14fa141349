"""The pages of the back office, as plain functions from the shop's state to HTML (contract A11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from retour.sandbox.magento.admin import (
    billing_facts,
    decision_buttons,
    delete_button,
    marketplace_card,
    mass_actions,
    panel,
    sent_cards,
    sent_cells,
)
from retour.sandbox.magento.returns import DECISIONS, PENDING
from retour.sandbox.magento2.orders import Order
from retour.sandbox.magento2.returns import ReturnRow
from retour.sandbox.markup import Html, element
from retour.sandbox.panel import Notice, Sheet, card, cell, filters, pager, table

_SECTION: Final = "Channable → Returns"
_HEADS: Final = (
    "",
    "ID",
    "Order",
    "Customer",
    "Item",
    "Reason",
    "Credit memos",
    "Order status",
    "Status",
    "Actions",
)

MASS_ACTIONS = {
    "credit_memo": "Create Credit Memo",
    "credit_memo_accept": "Create Credit Memo + Set as Accepted",
    "delete": "Delete",
}


@dataclass(frozen=True, slots=True)
class Grid:
    """One page of the grid: rows with their orders, where the shop knows them."""

    shown: Sheet[tuple[ReturnRow, Order | None]]
    status: str
    here: str


def grid_page(shop_name: str, grid: Grid, notices: Iterable[Notice]) -> web.Response:
    shown, query = grid.shown, {"status": grid.status}
    parts = [("", "All"), (PENDING, "New"), *((status, status.capitalize()) for status in DECISIONS)]
    content = [
        element("h1", "Returns", element("small", f"{shown.total} in total")),
        filters("Status", ((_address(status), label) for status, label in parts), _address(grid.status)),
        _table(grid) if shown.rows else element("p", "No returns here yet. They arrive at the hook.", class_="empty"),
        pager(shown, "/admin", query),
    ]
    return panel(shop_name).page(_SECTION, "Returns", content, notices)


def detail_page(shop_name: str, row: ReturnRow, order: Order | None, notices: Iterable[Notice]) -> web.Response:
    here = f"/admin/returns/{row.entity_id}"
    memo = element("button", "Create Credit Memo", formaction=f"{here}/credit-memo", class_="quiet")
    content = [
        element("p", element("a", "← All returns", href="/admin"), class_="back"),
        element("h1", f"Return {row.entity_id}", _status(row.status)),
        element(
            "form",
            element("input", type="hidden", name="back", value=here),
            *_decisions(row),
            memo,
            delete_button(here, row.entity_id),
            method="post",
            class_="actions card",
        ),
        element("p", "A decision is final. Deleting does not inform the hub.", class_="hint"),
        element(
            "div",
            *sent_cards(row),
            _order_card(row, order),
            _billing_card(order),
            marketplace_card(
                row,
                [
                    ("Channel return id", row.channel_return_id),
                    ("Channel order id", row.channel_order_id),
                    ("Internal order id", row.channel_order_id_internal),
                    ("Platform order id", row.platform_order_id),
                ],
            ),
            class_="cards",
        ),
    ]
    return panel(shop_name).page(_SECTION, f"Return {row.entity_id}", content, notices)


def _table(grid: Grid) -> Html:
    return element(
        "form",
        element("input", type="hidden", name="back", value=grid.here),
        table(_HEADS, (_row(row, order) for row, order in grid.shown.rows)),
        mass_actions(MASS_ACTIONS.items(), "/admin/returns/mass"),
        method="post",
    )


def _row(row: ReturnRow, order: Order | None) -> Html:
    number = row.entity_id
    here = f"/admin/returns/{number}"
    reason = [element("strong", row.reason), element("span", row.comment, class_="comment") if row.comment else None]
    return element(
        "tr",
        *sent_cells(row, here, linked=order is not None),
        cell("Reason", *reason),
        cell("Credit memos", len(order.credit_memos) if order else "-"),
        cell("Order status", order.status if order else "-"),
        cell("Status", _status(row.status), element("small", f"{row.created_at} UTC")),
        cell("Actions", element("div", *_decisions(row), delete_button(here, number), class_="actions")),
        id=f"return-{number}",
    )


def _decisions(row: ReturnRow) -> list[Html]:
    if row.status != PENDING:
        return []
    return decision_buttons(DECISIONS, f"/admin/returns/{row.entity_id}", row.entity_id)


def _address(status: str) -> str:
    return f"/admin?{urlencode({'status': status})}" if status else "/admin"


def _status(status: str) -> Html:
    known = status if status in DECISIONS or status in (PENDING, "complete") else "other"
    return element("span", status or "(empty)", class_=f"status {known}")


def _order_card(row: ReturnRow, order: Order | None) -> Html:
    if order is None:
        sent = row.magento_increment_id or "none"
        return card("Order", [("Number sent", sent), ("Linked", "no: the shop has no such order")])
    return card(
        "Order",
        [
            ("Number", order.increment_id),
            ("External number", order.ext_order_id),
            ("Status", order.status),
            ("Placed", f"{order.created_at} UTC"),
            *(("Line", f"{line.qty_ordered:g}x {line.product.name} ({line.product.sku})") for line in order.items),
            ("Credit memo of this return", row.magento_creditmemo_increment_id),
            ("Credit memos", ", ".join(order.credit_memos) or "none"),
        ],
    )


def _billing_card(order: Order | None) -> Html | None:
    if order is None:
        return None
    return card(
        "Billing and invoice",
        [
            *billing_facts(order.billing),
            ("Invoice", order.invoice_number),
            ("Payment", order.payment_method),
            ("Shipping", f"{order.currency} {order.shipping_amount:.2f}"),
            ("Total", f"{order.currency} {order.grand_total:.2f}"),
        ],
    )
