"""The pages of the back office, as plain functions from the shop's state to HTML."""

from collections.abc import Iterable, Sequence
from typing import Final

from retour.sandbox.magento.admin import Notice, card, cell, layout
from retour.sandbox.magento1.orders import Order
from retour.sandbox.magento1.returns import DECISIONS, PENDING, ReturnRow
from retour.sandbox.markup import Html, element

MASS_DELETE: Final = "delete"

_TITLE: Final = "Sandbox shop — not Magento 1"
_SECTION: Final = "Channable → Returns"
_HEADS: Final = ("", "ID", "Order", "Customer", "Item", "Reason", "Status", "Actions")


def grid_page(
    rows: Sequence[tuple[ReturnRow, Order | None]], total: int, page: int, last: int, notices: Iterable[Notice]
) -> str:
    """The newest returns, with what can be done to one and to many."""
    empty = element("p", "No returns here yet. They arrive at the hook.", class_="empty")
    content = [
        element("h1", "Returns", element("small", f"{total} in total")),
        _table(rows) if rows else empty,
        _pager(page, last) if last > 1 else None,
    ]
    return layout(_TITLE, _SECTION, "Returns", content, notices)


def detail_page(row: ReturnRow, order: Order | None, notices: Iterable[Notice]) -> str:
    """One return with its address, and the order and invoice it is linked to."""
    item = row.item_fields()
    cards = [
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
        card("Customer", [("Name", row.customer_name), ("E-mail", row.customer_fields().get("email"))]),
        card(
            "Address of the return",
            [(name.replace("_", " ").capitalize(), value) for name, value in row.address_fields().items()],
        ),
        *_order_cards(row, order),
        card(
            "Marketplace",
            [
                ("Channel", row.channel_name),
                ("Channel id", row.channel_id),
                ("Hub's id", row.channable_id),
                ("Store view", row.store_id),
                ("Imported", f"{row.created_at} UTC"),
                ("Updated", f"{row.updated_at} UTC"),
            ],
        ),
    ]
    content = [
        element("p", element("a", "← All returns", href="/"), class_="back"),
        element("h1", f"Return {row.entity_id}", _status(row.status)),
        element("form", *_buttons(row), method="post", class_="actions card"),
        element("div", *cards, class_="cards"),
    ]
    return layout(_TITLE, _SECTION, f"Return {row.entity_id}", content, notices)


def _table(rows: Sequence[tuple[ReturnRow, Order | None]]) -> Html:
    actions = [(status, f"Set as {status}") for status in DECISIONS]
    options = [element("option", label, value=value) for value, label in [*actions, (MASS_DELETE, "Delete")]]
    return element(
        "form",
        element(
            "table",
            element("thead", element("tr", *(element("th", head) for head in _HEADS))),
            element("tbody", *(_row(row, order) for row, order in rows)),
        ),
        element(
            "div",
            element("label", "With the ticked returns", for_="mass"),
            element("select", *options, name="action", id="mass"),
            element("button", "Apply", formaction="/returns/mass", class_="quiet"),
            class_="mass card",
        ),
        method="post",
    )


def _row(row: ReturnRow, order: Order | None) -> Html:
    number = str(row.entity_id)
    item = row.item_fields()
    tick = element("input", type="checkbox", name="id", value=number, aria_label=f"Tick return {number}")
    return element(
        "tr",
        element("td", tick, class_="tick"),
        cell("ID", element("a", number, href=f"/returns/{number}")),
        cell("Order", row.magento_increment_id or "-", None if order else element("small", "not linked")),
        cell("Customer", row.customer_name),
        cell("Item", f"{item.get('quantity')}x {item.get('title')} (GTIN: {item.get('gtin')})"),
        cell("Reason", element("strong", row.reason or ""), element("span", row.comment or "", class_="comment")),
        cell("Status", _status(row.status), element("small", f"{row.created_at} UTC")),
        cell("Actions", element("div", *_buttons(row), class_="actions")),
        id=f"return-{number}",
    )


def _buttons(row: ReturnRow) -> list[Html]:
    """Six decisions while the row is new; "Delete" once it is not (contract B)."""
    here = f"/returns/{row.entity_id}"
    if row.status != PENDING:
        label = f"Delete return {row.entity_id}"
        return [element("button", "Delete", formaction=f"{here}/delete", aria_label=label, class_="quiet danger")]
    return [
        element(
            "button",
            label,
            name="status",
            value=status,
            formaction=f"{here}/decide",
            aria_label=f"{label} return {row.entity_id}",
            class_=status,
        )
        for status, label in DECISIONS.items()
    ]


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


def _pager(page: int, last: int) -> Html:
    def link(label: str, number: int) -> Html:
        return element("a", label, href=f"/?page={number}") if 1 <= number <= last else element("span", label)

    return element(
        "nav",
        link("← Newer", page - 1),
        element("span", f"Page {page} of {last}"),
        link("Older →", page + 1),
        class_="pager",
        aria_label="Pages",
    )
