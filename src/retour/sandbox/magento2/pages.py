"""The pages of the back office, as plain functions from the shop's state to HTML (contract A11)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from retour.sandbox.magento.admin import Notice, card, cell, layout
from retour.sandbox.magento2.orders import Order
from retour.sandbox.magento2.returns import DECISIONS, PENDING, ReturnRow
from retour.sandbox.markup import Html, element

_SECTION: Final = "Channable → Returns"

MASS_ACTIONS = {
    "credit_memo": "Create Credit Memo",
    "credit_memo_accept": "Create Credit Memo + Set as Accepted",
    "delete": "Delete",
}


@dataclass(frozen=True, slots=True)
class Grid:
    """One page of the grid: rows with their orders, where the shop knows them."""

    rows: Sequence[tuple[ReturnRow, Order | None]]
    status: str
    page: int
    pages: int
    total: int
    here: str


def grid_page(shop_name: str, grid: Grid, notices: Iterable[Notice]) -> str:
    filters = [_filter("", "All", grid.status), _filter(PENDING, "New", grid.status)]
    filters += [_filter(status, status.capitalize(), grid.status) for status in DECISIONS]
    content = [
        element("h1", "Returns", element("small", f"{grid.total} in total")),
        element("nav", *filters, class_="filters", aria_label="Status"),
        _table(grid) if grid.rows else element("p", "No returns here yet. They arrive at the hook.", class_="empty"),
        _pager(grid),
    ]
    return layout(shop_name, _SECTION, "Returns", content, notices)


def detail_page(shop_name: str, row: ReturnRow, order: Order | None, notices: Iterable[Notice]) -> str:
    here = f"/admin/returns/{row.entity_id}"
    item, address, customer = row.item_fields(), row.address_fields(), row.customer_fields()
    buttons = [
        *(_decision_buttons(row) if row.status == PENDING else ()),
        element("button", "Create Credit Memo", formaction=f"{here}/credit-memo", class_="quiet"),
        _delete_button(row),
    ]
    content = [
        element("p", element("a", "← All returns", href="/admin"), class_="back"),
        element("h1", f"Return {row.entity_id}", _status(row.status)),
        element(
            "form",
            element("input", type="hidden", name="back", value=here),
            *buttons,
            method="post",
            class_="actions card",
        ),
        element("p", "A decision is final. Deleting does not inform the hub.", class_="hint"),
        element(
            "div",
            card(
                "Item",
                [
                    ("Product", item.get("title")),
                    ("Quantity", item.get("quantity")),
                    ("GTIN", item.get("gtin")),
                    ("Product id", item.get("id")),
                    ("Reason", row.reason),
                    ("Comment", row.comment),
                ],
            ),
            card("Customer", [("Name", row.customer_name), ("E-mail", customer.get("email"))]),
            card("Address of the return", [(key.replace("_", " ").capitalize(), v) for key, v in address.items()]),
            _order_card(row, order),
            _billing_card(order),
            card(
                "Marketplace",
                [
                    ("Channel", row.channel_name),
                    ("Channel id", row.channel_id),
                    ("Hub's id", row.channable_id),
                    ("Channel return id", row.channel_return_id),
                    ("Channel order id", row.channel_order_id),
                    ("Internal order id", row.channel_order_id_internal),
                    ("Platform order id", row.platform_order_id),
                    ("Store view", row.store_id),
                    ("Imported", f"{row.created_at} UTC"),
                    ("Updated", f"{row.updated_at} UTC"),
                ],
            ),
            class_="cards",
        ),
    ]
    return layout(shop_name, _SECTION, f"Return {row.entity_id}", content, notices)


def _table(grid: Grid) -> Html:
    heads = ("", "ID", "Order", "Customer", "Item", "Reason", "Credit memos", "Order status", "Status", "Actions")
    return element(
        "form",
        element("input", type="hidden", name="back", value=grid.here),
        element(
            "table",
            element("thead", element("tr", *(element("th", head) for head in heads))),
            element("tbody", *(_row(row, order) for row, order in grid.rows)),
        ),
        element(
            "div",
            element("label", "With the ticked returns", for_="mass"),
            element(
                "select", *(element("option", v, value=k) for k, v in MASS_ACTIONS.items()), name="action", id="mass"
            ),
            element("button", "Apply", formaction="/admin/returns/mass", class_="quiet"),
            class_="mass card",
        ),
        method="post",
    )


def _row(row: ReturnRow, order: Order | None) -> Html:
    number = str(row.entity_id)
    item = row.item_fields()
    reason = [element("strong", row.reason), element("span", row.comment, class_="comment") if row.comment else None]
    actions = [*(_decision_buttons(row) if row.status == PENDING else ()), _delete_button(row)]
    return element(
        "tr",
        element(
            "td",
            element("input", type="checkbox", name="id", value=number, aria_label=f"Tick return {number}"),
            class_="tick",
        ),
        cell("ID", element("a", number, href=f"/admin/returns/{number}")),
        cell("Order", row.magento_increment_id or "-", None if order else element("small", "not linked")),
        cell("Customer", row.customer_name),
        cell("Item", f"{item.get('quantity')}x {item.get('title')} (GTIN: {item.get('gtin')})"),
        cell("Reason", *reason),
        cell("Credit memos", len(order.credit_memos) if order else "-"),
        cell("Order status", order.status if order else "-"),
        cell("Status", _status(row.status), element("small", f"{row.created_at} UTC")),
        cell("Actions", element("div", *actions, class_="actions")),
        id=f"return-{number}",
    )


def _decision_buttons(row: ReturnRow) -> list[Html]:
    return [
        element(
            "button",
            label,
            name="status",
            value=status,
            formaction=f"/admin/returns/{row.entity_id}/decide",
            aria_label=f"{label} return {row.entity_id}",
            class_=status,
        )
        for status, label in DECISIONS.items()
    ]


def _delete_button(row: ReturnRow) -> Html:
    return element(
        "button",
        "Delete",
        formaction=f"/admin/returns/{row.entity_id}/delete",
        aria_label=f"Delete return {row.entity_id}",
        class_="quiet danger",
    )


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
    billing = order.billing
    return card(
        "Billing and invoice",
        [
            ("Company", billing.company),
            ("Name", f"{billing.firstname} {billing.lastname}"),
            ("Street", ", ".join(billing.street)),
            ("Place", f"{billing.postcode} {billing.city} ({billing.country_id})"),
            ("Telephone", billing.telephone),
            ("E-mail", billing.email),
            ("VAT number", billing.vat_id),
            ("Invoice", order.invoice_number),
            ("Payment", order.payment_method),
            ("Shipping", f"{order.currency} {order.shipping_amount:.2f}"),
            ("Total", f"{order.currency} {order.grand_total:.2f}"),
        ],
    )


def _filter(status: str, label: str, chosen: str) -> Html:
    href = f"/admin?{urlencode({'status': status})}" if status else "/admin"
    return element("a", label, href=href, aria_current="page" if status == chosen else None)


def _pager(grid: Grid) -> Html | None:
    if grid.pages < 2:
        return None

    def link(label: str, page: int) -> Html:
        if not 1 <= page <= grid.pages:
            return element("span", label)
        return element("a", label, href="/admin?" + urlencode({"status": grid.status, "page": page}))

    return element(
        "nav",
        link("← Newer", grid.page - 1),
        element("span", f"Page {grid.page} of {grid.pages}"),
        link("Older →", grid.page + 1),
        class_="pager",
        aria_label="Pages",
    )
