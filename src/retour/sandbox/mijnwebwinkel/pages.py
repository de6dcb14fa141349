"""The pages of the back office, as plain functions from the shop's state to HTML. Every text goes through `escape`."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from retour.sandbox.mijnwebwinkel.notes import OPEN, NoteRequest
from retour.sandbox.mijnwebwinkel.orders import Address, Line, Order
from retour.sandbox.mijnwebwinkel.shop import Shop
from retour.sandbox.mijnwebwinkel.statuses import CREDIT_ACCEPTED

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


def home_page(
    shop: Shop, orders: Sequence[Order], page: int, pages: int, asked: Sequence[tuple[Order, NoteRequest]]
) -> str:
    requests = "".join(_request_row(shop, order, request) for order, request in asked)
    rows = "".join(_order_row(shop, order) for order in orders) or _soft("No orders here.")
    newer = f'<a href="/?page={page - 1}">Newer</a>' if page > 1 else ""
    older = f'<a href="/?page={page + 1}">Older</a>' if page < pages else ""
    content = (
        f"<h1>Orders</h1>{_card('Return requests', requests or _soft('None yet. The hub writes them into notes.'))}"
        f"{_card('All orders', rows)}<nav>{newer} <span>Page {page} of {pages}</span> {older}</nav>"
    )
    return _layout("Orders", content, "")


def order_page(shop: Shop, order: Order, requests: Iterable[NoteRequest], notice: str) -> str:
    here = f"/orders/{escape(order.name)}"
    asked = "".join(_request_form(here, request) for request in requests)
    kind = "Credit order" if order.credited else "Order"
    links = "".join(
        f'<p>Credit order <a href="/orders/{escape(name)}">{escape(name)}</a></p>' for name in order.credits
    )
    if order.credited:
        links = f'<p>Credits order <a href="/orders/{escape(order.credited)}">{escape(order.credited)}</a></p>'
    content = (
        f"<h1>{kind} {escape(order.name)} {_status(shop, order)}</h1>{links}"
        + (_card("Return requests in the note", asked) if asked else "")
        + _card("Note", _note_form(here, order))
        + _card("Status", _status_form(here, shop, order))
        + _card("Items", _items(shop, here, order))
        + _card("Money", _money(here, order))
        + f'<div class="pair">{_addresses(order)}</div>'
    )
    return _layout(f"{kind} {order.name}", content, notice)


def _order_row(shop: Shop, order: Order) -> str:
    note = f'<pre class="note">{escape(order.internal)}</pre>' if order.internal else ""
    credited = f" credits {escape(order.credited)}" if order.credited else ""
    archived = '<span class="tag">archived</span>' if order.archived else ""
    return (
        f'<div class="row"><span><a href="/orders/{escape(order.name)}">{escape(order.name)}</a>{credited}</span>'
        f"<span>{shop.local(order.placed_at):%Y-%m-%d %H:%M}</span><span>{escape(order.debtor.invoice.name)}</span>"
        f"<span>{_euro(order.total, order)}</span>{_status(shop, order)}{archived}{note}</div>"
    )


def _request_row(shop: Shop, order: Order, request: NoteRequest) -> str:
    """A credit order is decided by its status, not by a word."""
    word = "waits for you" if request.word in (OPEN, "") else request.word
    decided = _status(shop, order) if order.credited else f'<span class="tag">{escape(word)}</span>'
    return (
        f'<div class="row"><span>{escape(request.key)}</span><a href="/orders/{escape(order.name)}">order '
        f"{escape(order.name)}</a><span>{escape(order.debtor.invoice.name)}</span>"
        f'{decided}<pre class="note">{escape(request.line)}</pre></div>'
    )


def _request_form(here: str, request: NoteRequest) -> str:
    buttons = "".join(
        f'<button name="word" value="{word}"{" class=main" if word == request.word else ""}>{label}</button>'
        for word, label in DECISIONS.items()
    )
    return (
        f'<form class="row" method="post" action="{here}/decide"><pre class="note">{escape(request.line)}</pre>'
        f'<input type="hidden" name="key" value="{escape(request.key)}">{buttons}</form>'
    )


def _note_form(here: str, order: Order) -> str:
    comment = f'<p class="soft">The customer wrote: {escape(order.comment)}</p>' if order.comment else ""
    # HTML overlooks a newline right after the tag: without one, a note's own first empty line would be lost.
    return (
        f'{comment}<form method="post" action="{here}/note"><textarea name="text" aria-label="Note">\n'
        f'{escape(order.internal)}</textarea><button class="main">Save note</button></form>'
    )


def _status_form(here: str, shop: Shop, order: Order) -> str:
    fitting = [status for status in shop.statuses.values() if status.credit_order == (order.credited is not None)]
    options = _options([(status.id, f"{status.id} {status.dutch}") for status in fitting], order.status)
    label = "Take out of the archive" if order.archived else "Archive"
    return (
        f'<form method="post" action="{here}/status"><select name="status" aria-label="Status">{options}</select>'
        f'<button class="main">Save status</button></form>'
        f'<form method="post" action="{here}/archive"><button>{label}</button></form>'
    )


def _items(shop: Shop, here: str, order: Order) -> str:
    rows = "".join(_item(order, line) for line in order.lines)
    if order.credited:
        if order.stock_is_back:
            return rows + _soft("The goods are back in stock.")
        return f'{rows}<form method="post" action="{here}/stock"><button>Put the goods back in stock</button></form>'
    statuses = [(status.id, f"{status.id} {status.dutch}") for status in shop.statuses.values() if status.credit_order]
    return (
        f'<form method="post" action="{here}/credit">{rows}<select name="status" aria-label="Credit status">'
        f'{_options(statuses, CREDIT_ACCEPTED)}</select><label><input type="checkbox" name="stock" checked> put the '
        f'goods back</label><button class="main">Make credit order</button></form>'
    )


def _item(order: Order, line: Line) -> str:
    sku = line.article.sku if line.article else "custom"
    stock = f", {line.article.stock} in stock" if line.article else ""
    field = ""
    if not order.credited:
        field = (
            f'<label>credit <input type="number" name="units.{escape(line.id)}" value="0" min="0" '
            f'max="{line.quantity}" aria-label="Credit {escape(sku)}"></label>'
        )
    options = "".join(f", {option.description}" for option in line.options)
    return (
        f'<div class="row"><span>{line.quantity} &times; {escape(line.description + options)}</span>'
        f'<span class="soft">{escape(sku)}{stock}</span><span>{_euro(line.total, order)}</span>{field}</div>'
    )


def _money(here: str, order: Order) -> str:
    facts = [("Total", _euro(order.total, order)), ("Paid", escape(order.payment_status))]
    facts += [("Reference", escape(order.reference)), ("Sales channel", escape(order.partner))]
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts if value)
    left = order.payment.amount - order.payment.refunded if order.payment else 0
    if left <= 0:
        return f"<dl>{listed}</dl>"
    return (
        f'<dl>{listed}</dl><form method="post" action="{here}/refund"><label>Refund <input name="amount" size="8" '
        f'inputmode="decimal" value="{left / 100:.2f}"></label><button>Send the money back</button></form>'
    )


def _addresses(order: Order) -> str:
    delivery = order.debtor.delivery or order.debtor.invoice
    email = f"<p>{escape(order.debtor.email)}</p>"
    return _card("Invoice", _address(order.debtor.invoice) + email) + _card(
        "Delivery", _soft("Picked up in the shop.") if order.pickup else _address(delivery)
    )


def _address(address: Address) -> str:
    lines = (
        address.company,
        address.name,
        f"{address.street} {address.number}",
        f"{address.zipcode} {address.city} ({address.country_code})",
        address.phone,
        address.taxnumber,
    )
    return "<br>".join(escape(line) for line in lines if line)


def _options(choices: Iterable[tuple[int, str]], chosen: int) -> str:
    return "".join(
        f'<option value="{number}"{" selected" if number == chosen else ""}>{escape(label)}</option>'
        for number, label in choices
    )


def _status(shop: Shop, order: Order) -> str:
    known = shop.statuses.get(order.status)
    return f'<span class="tag">{escape(known.dutch if known else f"status {order.status}")}</span>'


def _euro(amount: Decimal, order: Order) -> str:
    return f"&euro; {'-' if order.credited else ''}{amount:.2f}"


def _card(title: str, content: str) -> str:
    return f'<section class="card"><h2>{escape(title)}</h2>{content}</section>'


def _soft(text: str) -> str:
    return f'<p class="soft">{escape(text)}</p>'


def _layout(title: str, content: str, notice: str) -> str:
    shown = f'<p class="notice" role="status">{escape(NOTICES[notice])}</p>' if notice in NOTICES else ""
    return _template().substitute(title=escape(title), notice=shown, content=content)


@cache
def _template() -> Template:
    return Template(files(__package__).joinpath("page.html").read_text("utf-8"))
