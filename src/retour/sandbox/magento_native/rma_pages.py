"""The pages about returns, as plain functions from the shop's state to HTML."""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from retour.sandbox.magento_native.derivation import AUTHORIZED, RECEIVED, STEPS
from retour.sandbox.magento_native.options import Options
from retour.sandbox.magento_native.order_pages import PANEL, billing_card, comment_form, order_card, tabs
from retour.sandbox.magento_native.orders import Order
from retour.sandbox.magento_native.rmas import Rma, RmaItem
from retour.sandbox.markup import Html, element
from retour.sandbox.panel import Notice, Sheet, card, cell, pager, table

_SECTION: Final = "Sales → Returns"
_HEADS: Final = ("ID", "Order", "Requested", "Items", "Status")
_COLORS: Final = {
    "pending": "new",
    "processed_closed": "accepted",
    "approved": "accepted",
    "approved_on_item": "accepted",
    "closed": "rejected",
    "rejected": "rejected",
    "denied": "rejected",
}


def list_page(shown: Sheet[Rma], notices: Iterable[Notice]) -> web.Response:
    """The newest returns."""
    rows = [
        element(
            "tr",
            cell("ID", element("a", rma.increment_id, href=f"/returns/{rma.entity_id}")),
            cell("Order", element("a", rma.order_increment_id, href=f"/orders/{rma.order_id}")),
            cell("Requested", rma.date_requested),
            cell("Items", ", ".join(f"{item.qty_requested}x {item.status}" for item in rma.items)),
            cell("Status", _status(rma.status)),
        )
        for rma in shown.rows
    ]
    content = [
        tabs("/"),
        element("h1", "Returns"),
        table(_HEADS, rows) if rows else element("p", "No returns here yet.", class_="empty"),
        pager(shown),
    ]
    return PANEL.page(_SECTION, "Returns", content, notices)


def detail_page(rma: Rma, order: Order | None, options: Options, notices: Iterable[Notice]) -> web.Response:
    """One return: what each item can become next, its comments, and the order with its address and invoice."""
    here = f"/returns/{rma.entity_id}"
    close = element(
        "form", element("button", "Close", class_="quiet"), method="post", action=f"{here}/close", class_="stack"
    )
    content = [
        element("p", element("a", "← All returns", href="/"), class_="back"),
        element("h1", f"Return {rma.increment_id}", _status(rma.status)),
        *(_item_form(rma, item, order, options) for item in rma.items),
        None if rma.is_closed else close,
        element(
            "div",
            card(
                "Comments",
                [(("Staff" if c.admin else "Customer") + f" {c.created_at}", c.comment) for c in rma.comments],
            ),
            comment_form(f"{here}/comment", [], visible=True),
            *([order_card(order), billing_card(order)] if order else []),
            class_="cards",
        ),
    ]
    return PANEL.page(_SECTION, f"Return {rma.increment_id}", content, notices)


def _item_form(rma: Rma, item: RmaItem, order: Order | None, options: Options) -> Html:
    bought = order.item(item.order_item_id) if order else None
    facts = card(
        f"{item.qty_requested}x {bought.name if bought else item.order_item_id}",
        [
            ("Status", item.status),
            ("Reason", options.label("reason", item.reason)),
            ("Condition", options.label("condition", item.condition)),
            ("Resolution", options.label("resolution", item.resolution)),
            ("Authorized", item.qty_authorized or None),
            ("Received", item.qty_returned or None),
            ("Approved", item.qty_approved or None),
        ],
    )
    if rma.is_closed or not STEPS[item.status]:
        return facts
    name = f"item {item.entity_id}"
    resolutions = [
        element("option", label, value=option, selected=option == item.resolution)
        for option, label in options.of("resolution").items()
    ]
    most = {AUTHORIZED: item.qty_authorized, RECEIVED: item.qty_returned}.get(item.status, item.qty_requested)
    quantity = element(
        "input",
        type="number",
        name="quantity",
        value=str(most),
        min="1",
        max=str(most),
        aria_label=f"Quantity of {name}",
    )
    buttons = [
        element("button", status.capitalize(), name="status", value=status, class_=_COLORS.get(status, "quiet"))
        for status in sorted(STEPS[item.status])
    ]
    chosen = element("select", *resolutions, name="resolution", aria_label=f"Resolution of {name}")
    return element(
        "form",
        facts,
        element("div", chosen, quantity, *buttons, class_="line"),
        method="post",
        action=f"/returns/{rma.entity_id}/items/{item.entity_id}",
        class_="stack card",
    )


def _status(status: str) -> Html:
    return element("span", status, class_=f"status {_COLORS.get(status, 'other')}")
