"""The pages about orders, as plain functions from the shop's state to HTML."""

from collections.abc import Iterable, Sequence
from typing import Final

from aiohttp import web

from retour.sandbox.magento.admin import billing_facts, panel
from retour.sandbox.magento_native.crediting import CANCELED, OPEN, CreditMemo
from retour.sandbox.magento_native.orders import Order
from retour.sandbox.markup import Html, element
from retour.sandbox.panel import Notice, Sheet, card, cell, filters, pager, table, tick

PANEL: Final = panel("Sandbox shop — not Magento")

_SECTION: Final = "Sales → Orders"
_HEADS: Final = ("ID", "External", "Customer", "Total", "Status", "Last comment")


def list_page(shown: Sheet[Order], notices: Iterable[Notice], *, commerce: bool) -> web.Response:
    """The newest orders."""
    rows = [
        element(
            "tr",
            cell("ID", element("a", order.increment_id, href=f"/orders/{order.entity_id}")),
            cell("External", order.ext_order_id or "-"),
            cell("Customer", f"{order.billing.firstname} {order.billing.lastname}"),
            cell("Total", f"{order.currency} {order.grand_total:.2f}"),
            cell("Status", element("span", order.status, class_="status")),
            cell("Last comment", order.history[-1].comment if order.history else "-"),
        )
        for order in shown.rows
    ]
    content = [
        tabs("/orders") if commerce else None,
        element("h1", "Orders"),
        table(_HEADS, rows) if rows else element("p", "No orders here yet.", class_="empty"),
        pager(shown, "/orders"),
    ]
    return PANEL.page(_SECTION, "Orders", content, notices)


def detail_page(
    order: Order, memos: Sequence[CreditMemo], statuses: Sequence[str], notices: Iterable[Notice]
) -> web.Response:
    """One order: its history with a form for a comment and a status, and one for a credit memo."""
    here = f"/orders/{order.entity_id}"
    history = [(f"{c.created_at} {c.status}", c.comment) for c in reversed(order.history)]
    content = [
        element("p", element("a", "← All orders", href="/orders"), class_="back"),
        element("h1", f"Order {order.increment_id}", element("span", order.status, class_="status")),
        element(
            "div",
            card("Status history", history),
            comment_form(f"{here}/comment", statuses),
            card("Credit memos", [(memo.increment_id, _memo(memo)) for memo in memos]),
            _memo_form(order, f"{here}/credit-memo"),
            order_card(order),
            billing_card(order),
            class_="cards",
        ),
    ]
    return PANEL.page(_SECTION, f"Order {order.increment_id}", content, notices)


def tabs(chosen: str) -> Html:
    return filters("Lists", [("/", "Returns"), ("/orders", "Orders")], chosen)


def comment_form(action: str, statuses: Sequence[str], *, visible: bool = False) -> Html:
    """A comment of the staff's; with a status of the order's state where there are some."""
    choices = [element("option", "Status stays", value=""), *(element("option", name, value=name) for name in statuses)]
    return element(
        "form",
        element("input", name="comment", aria_label="Comment", placeholder="Any text, or a keyword"),
        element("select", *choices, name="status", aria_label="Status") if statuses else None,
        tick("visible", "Show the customer") if visible else None,
        tick("notify", "Mail the customer"),
        element("button", "Add comment", class_="quiet"),
        method="post",
        action=action,
        class_="stack card",
    )


def order_card(order: Order) -> Html:
    return card(
        "Order",
        [
            ("Number", element("a", order.increment_id, href=f"/orders/{order.entity_id}")),
            ("External number", order.ext_order_id),
            ("State", order.state),
            ("Placed", order.created_at),
            *((item.product_type, f"{item.qty_ordered}x {item.name} ({item.sku})") for item in order.items),
            ("Shipping", f"{order.currency} {order.shipping_amount:.2f}"),
            ("Total", f"{order.currency} {order.grand_total:.2f}"),
            ("Payment", order.payment_method),
            ("Invoice", f"{order.entity_id:09d}"),
        ],
    )


def billing_card(order: Order) -> Html:
    return card("Billing", billing_facts(order.billing))


def _memo(memo: CreditMemo) -> str:
    state = {OPEN: "open", CANCELED: "canceled"}.get(memo.state, "refunded")
    lines = ", ".join(f"{count}x {item.sku}" for item, count in memo.lines)
    return f"{memo.order.currency} {memo.grand_total:.2f} {state}: {lines or 'no items'}"


def _memo_form(order: Order, action: str) -> Html:
    rows = [item for item in order.items if item.parent_item_id is None]
    inputs = []
    for item in rows:
        left = item.qty_ordered - item.qty_refunded - item.qty_open
        count = element("input", type="number", name=f"qty-{item.item_id}", value="0", min="0", max=str(left))
        inputs.append(element("label", f"{item.name}, at most {left}", count))
    return element(
        "form",
        *inputs,
        tick("shipping", "Shipping costs too"),
        tick("restock", "Back to stock"),
        element("button", "Create credit memo", class_="quiet"),
        method="post",
        action=action,
        class_="stack card",
    )
