"""The pages of the back office, as plain functions from the shop's state to HTML."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from aiohttp import web

from retour.sandbox.markup import Html, element, join, options, units
from retour.sandbox.mijnwebwinkel.notes import OPEN, NoteRequest
from retour.sandbox.mijnwebwinkel.orders import Address, Line, Order
from retour.sandbox.mijnwebwinkel.shop import Shop
from retour.sandbox.mijnwebwinkel.statuses import CREDIT_ACCEPTED
from retour.sandbox.panel import Notice, Panel, Sheet, cell, facts_of, pager, section, table

DECISIONS: Final = {
    "geaccepteerd": "Accept",
    "afgewezen": "Reject",
    "reparatie": "Repair",
    "omgeruild": "Exchange",
    "behouden": "Keep",
    "geannuleerd": "Cancel",
}
"""What the buttons write behind `decision:` (contract 6)."""

NOTICES: Final = {
    "note": "The note is saved.",
    "status": "The status is saved.",
    "archive": "The archive is changed.",
    "decide": "The decision is in the note.",
    "credit": "The credit order is made.",
    "stock": "The goods are back in stock.",
    "refund": "The money is on its way to the customer.",
}


_PANEL: Final = Panel(
    "Sandbox shop — not Mijnwebwinkel",
    bar="#103449",
    edge="#f5a623",
    accent="#0b6a8f",
    style="""
.note { margin: .3rem 0; white-space: pre-wrap; overflow-wrap: anywhere; color: var(--soft);
  font: .85rem/1.4 ui-monospace, monospace; }
.card form { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin: .5rem 0; }
.card textarea { width: 100%; min-height: 8rem; }
.card input { max-width: 6rem; }
.line { display: flex; flex-wrap: wrap; gap: .3rem 1rem; flex-basis: 100%; }
""",
)
_SECTION: Final = "Orders"


def home_page(shop: Shop, shown: Sheet[Order], asked: Sequence[tuple[Order, NoteRequest]]) -> web.Response:
    requests = table(
        ("Request", "Order", "Customer", "Status"), [_request_row(shop, order, request) for order, request in asked]
    )
    content = [
        element("h1", "Return requests"),
        requests if asked else element("p", "None yet. The hub writes them into notes.", class_="empty"),
        element("h1", "Orders"),
        table(("Order", "Placed", "Customer", "Total", "Status"), [_order_row(shop, order) for order in shown.rows])
        if shown.rows
        else element("p", "No orders here.", class_="empty"),
        pager(shown),
    ]
    return _PANEL.page(_SECTION, "Orders", content)


def order_page(shop: Shop, order: Order, requests: Iterable[NoteRequest], done: str) -> web.Response:
    """`done` is what the last click did, a key of `NOTICES`."""
    here = f"/orders/{order.name}"
    asked = [_request_form(here, request) for request in requests]
    kind = "Credit order" if order.credited else "Order"
    links = [element("p", "Credit order ", _link(name)) for name in order.credits]
    if order.credited:
        links = [element("p", "Credits order ", _link(order.credited))]
    content = [
        element("p", element("a", "← All orders", href="/"), class_="back"),
        element("h1", f"{kind} {order.name}", _status(shop, order)),
        *links,
        element(
            "div",
            section("Return requests in the note", *asked) if asked else None,
            section("Note", *_note_form(here, order)),
            section("Status", *_status_forms(here, shop, order)),
            section("Items", *_items(shop, here, order)),
            section("Money", *_money(here, order)),
            *_addresses(order),
            class_="cards",
        ),
    ]
    notices = [Notice(NOTICES[done], good=True)] if done in NOTICES else []
    return _PANEL.page(_SECTION, f"{kind} {order.name}", content, notices)


def _order_row(shop: Shop, order: Order) -> Html:
    return element(
        "tr",
        cell("Order", _link(order.name), f" credits {order.credited}" if order.credited else None),
        cell("Placed", f"{shop.local(order.placed_at):%Y-%m-%d %H:%M}"),
        cell("Customer", order.debtor.invoice.name),
        cell("Total", _euro(order.total, order)),
        cell("Status", _status(shop, order), _tag("archived") if order.archived else None, _note(order.internal)),
    )


def _request_row(shop: Shop, order: Order, request: NoteRequest) -> Html:
    """A credit order is decided by its status, not by a word."""
    word = "waits for you" if request.word in (OPEN, "") else request.word
    return element(
        "tr",
        cell("Request", request.key, _note(request.line)),
        cell("Order", _link(order.name)),
        cell("Customer", order.debtor.invoice.name),
        cell("Status", _status(shop, order) if order.credited else _tag(word)),
    )


def _request_form(here: str, request: NoteRequest) -> Html:
    buttons = [
        element("button", label, name="word", value=word, class_="main" if word == request.word else None)
        for word, label in DECISIONS.items()
    ]
    key = element("input", type="hidden", name="key", value=request.key)
    return element("form", _note(request.line), key, *buttons, method="post", action=f"{here}/decide")


def _note_form(here: str, order: Order) -> list[Html]:
    # HTML overlooks a newline right after the tag: without one, a note's own first empty line would be lost.
    text = element("textarea", "\n", order.internal, name="text", aria_label="Note")
    form = element("form", text, element("button", "Save note", class_="main"), method="post", action=f"{here}/note")
    return [*([_soft(f"The customer wrote: {order.comment}")] if order.comment else []), form]


def _status_forms(here: str, shop: Shop, order: Order) -> list[Html]:
    fitting = _statuses(shop, credit_order=order.credited is not None, chosen=order.status)
    label = "Take out of the archive" if order.archived else "Archive"
    chosen = element("select", fitting, name="status", aria_label="Status")
    return [
        element(
            "form", chosen, element("button", "Save status", class_="main"), method="post", action=f"{here}/status"
        ),
        element("form", element("button", label), method="post", action=f"{here}/archive"),
    ]


def _items(shop: Shop, here: str, order: Order) -> list[Html]:
    rows = [_item(order, line) for line in order.lines]
    if order.credited and order.stock_is_back:
        return [*rows, _soft("The goods are back in stock.")]
    if order.credited:
        button = element("button", "Put the goods back in stock")
        return [*rows, element("form", button, method="post", action=f"{here}/stock")]
    fitting = _statuses(shop, credit_order=True, chosen=CREDIT_ACCEPTED)
    return [
        element(
            "form",
            *rows,
            element("select", fitting, name="status", aria_label="Credit status"),
            element("label", element("input", type="checkbox", name="stock", checked=True), " put the goods back"),
            element("button", "Make credit order", class_="main"),
            method="post",
            action=f"{here}/credit",
        )
    ]


def _item(order: Order, line: Line) -> Html:
    sku = line.article.sku if line.article else "custom"
    stock = f", {line.article.stock} in stock" if line.article else ""
    credit = element(
        "input",
        type="number",
        name=f"units.{line.id}",
        value="0",
        min="0",
        max=str(line.quantity),
        aria_label=f"Credit {sku}",
    )
    return element(
        "div",
        element(
            "span", units(line.quantity, ", ".join([line.description, *(one.description for one in line.options)]))
        ),
        element("span", f"{sku}{stock}"),
        element("span", _euro(line.total, order)),
        None if order.credited else element("label", "credit ", credit),
        class_="line",
    )


def _money(here: str, order: Order) -> list[Html]:
    facts: list[tuple[str, object]] = [("Total", _euro(order.total, order)), ("Paid", order.payment_status)]
    facts += [("Reference", order.reference), ("Sales channel", order.partner)]
    left = order.payment.amount - order.payment.refunded if order.payment else 0
    if left <= 0:
        return [facts_of(facts)]
    amount = element("input", name="amount", size="8", inputmode="decimal", value=f"{left / 100:.2f}")
    label, button = element("label", "Refund ", amount), element("button", "Send the money back")
    return [facts_of(facts), element("form", label, button, method="post", action=f"{here}/refund")]


def _addresses(order: Order) -> list[Html]:
    debtor = order.debtor
    delivery = _soft("Picked up in the shop.") if order.pickup else _address(debtor.delivery or debtor.invoice)
    return [
        section("Invoice", _address(debtor.invoice), element("p", debtor.email)),
        section("Delivery", delivery),
    ]


def _address(address: Address) -> Html:
    lines = (
        address.company,
        address.name,
        f"{address.street} {address.number}",
        f"{address.zipcode} {address.city} ({address.country_code})",
        address.phone,
        address.taxnumber,
    )
    return join(element("div", line) for line in lines if line)


def _statuses(shop: Shop, *, credit_order: bool, chosen: int) -> Html:
    fitting = [status for status in shop.statuses.values() if status.credit_order == credit_order]
    return options([(str(status.id), f"{status.id} {status.dutch}") for status in fitting], str(chosen))


def _status(shop: Shop, order: Order) -> Html:
    known = shop.statuses.get(order.status)
    return _tag(known.dutch if known else f"status {order.status}")


def _euro(amount: Decimal, order: Order) -> Html:
    return Html(f"&euro; {'-' if order.credited else ''}{amount:.2f}")


def _link(name: str) -> Html:
    return element("a", name, href=f"/orders/{name}")


def _note(text: str) -> Html | None:
    return element("pre", text, class_="note") if text else None


def _tag(text: str) -> Html:
    return element("span", text, class_="status")


def _soft(text: str) -> Html:
    return element("p", text, class_="hint")
