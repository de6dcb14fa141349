"""The pages of the back office, as plain functions from the shop's state to HTML (contract 3.1, 3.2, 4)."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from retour.sandbox.lightspeed.orders import Address, Order
from retour.sandbox.lightspeed.returns import ACTIONS, LABELS, ReturnRow
from retour.sandbox.markup import Html, element, join

TITLE: Final = "Sandbox shop — not Lightspeed"

_STYLE: Final = """
*{box-sizing:border-box}
body{margin:0;background:#f4f5f8;color:#1d2430;font:15px/1.45 system-ui,sans-serif}
header{padding:.8rem 1rem;background:#2b2b2b;border-bottom:4px solid #d7352b}
header a{color:#fff;font-weight:650;text-decoration:none}
main{max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;margin:.2rem 0 1rem} h2{font-size:1rem;margin:0 0 .5rem}
nav{display:flex;flex-wrap:wrap;gap:.4rem;margin-bottom:1rem}
nav a,nav span{padding:.3rem .7rem;border:1px solid #dfe3ea;border-radius:99px;background:#fff;
color:inherit;text-decoration:none}
nav a[aria-current]{background:#1d2430;color:#fff}
section{background:#fff;border:1px solid #dfe3ea;border-radius:8px;padding:.8rem 1rem;margin-bottom:1rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1rem}
.cards section{margin:0}
dl{display:grid;grid-template-columns:minmax(7rem,34%) 1fr;gap:.3rem .8rem;margin:0}
dt,small{color:#5d6878} dd{margin:0;overflow-wrap:anywhere;white-space:pre-line}
.status{padding:.1rem .6rem;border-radius:99px;background:#e8ebf0;font-size:.85rem;font-weight:600}
.status.new{background:#fdeeda}.status.refunded,.status.repaired{background:#e0f2e7}
.status.rejected,.status.cancelled{background:#fbe4e4}
.buttons{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:.8rem}
button,input{font:inherit;padding:.5rem .8rem;border:1px solid #c6ccd6;border-radius:6px;background:#fff;color:inherit}
button{cursor:pointer} input[type=text]{width:100%;max-width:24rem}
.notice{padding:.6rem .9rem;border:1px solid #dfe3ea;border-radius:8px;background:#fffbe9}
"""


def list_page(rows: Sequence[ReturnRow], status: str, page: int, pages: int, notice: str) -> str:
    links = [("", "All"), *LABELS.items()]
    filters = [_link(label, "/?" + urlencode({"status": code}), current=code == status) for code, label in links]
    steps = [(page - 1, "← Newer"), (page + 1, "Older →")]
    pager = [
        _link(label, "/?" + urlencode({"status": status, "page": number}))
        for number, label in steps
        if 1 <= number <= pages
    ]
    content = [
        element("h1", "Returns"),
        element("nav", *filters, aria_label="Status"),
        *([_row(row) for row in rows] or [element("section", "No returns here.")]),
        element("nav", *pager, aria_label="Pages") if pager else None,
    ]
    return _layout("Returns", content, notice)


def detail_page(row: ReturnRow, notice: str) -> str:
    here, order = f"/returns/{row.id}", row.order
    content = [
        element("p", element("a", "← All returns", href="/")),
        element("h1", f"Return {row.id} ", _status(row)),
        _decision(row, here),
        element(
            "div",
            _card("Return", _facts(row)),
            _card("Customer", _customer(order)),
            _card("Billing address", _address(order.buyer.billing)),
            _card("Shipping address", _address(order.buyer.shipping)),
            _card("Order", _order(order)),
            _card("Invoices", [(invoice.number, f"€ {invoice.total:.2f}") for invoice in order.invoices]),
            class_="cards",
        ),
    ]
    return _layout(f"Return {row.id}", content, notice)


def _row(row: ReturnRow) -> Html:
    lines = [element("div", f"{quantity} x {line.title} ({line.sku})") for line, quantity in row.lines]
    said = " · ".join(text for text in (row.reason, row.action, row.customer_comment) if text)
    buyer = row.order.buyer
    return element(
        "section",
        element("a", f"Return {row.id}", href=f"/returns/{row.id}"),
        element("span", f" order {row.order.number}, {buyer.firstname} {buyer.lastname} "),
        _status(row),
        *lines,
        element("small", said),
        id=f"return-{row.id}",
    )


def _decision(row: ReturnRow, here: str) -> Html:
    buttons = [element("button", label, name="status", value=code) for code, label in LABELS.items()]
    return element(
        "section",
        element(
            "form",
            element("label", "What the customer gets (return action)", for_="action"),
            element("br"),
            element("input", type="text", name="action", id="action", value=row.action, list="actions"),
            element("datalist", *(element("option", value=action) for action in ACTIONS), id="actions"),
            element("div", element("label", *_tick("notify", row.notify), " Mail the customer")),
            element("div", element("label", *_tick("stock_adjusted", row.stock_adjusted), " Put back in stock")),
            element("div", *buttons, class_="buttons"),
            method="post",
            action=f"{here}/decide",
        ),
        element(
            "form",
            element("button", "Create credit invoice", formaction=f"{here}/credit"),
            element("button", "Delete return", formaction=f"{here}/delete"),
            method="post",
            class_="buttons",
        ),
    )


def _tick(name: str, ticked: bool) -> list[Html]:
    return [element("input", type="checkbox", name=name, value="1", checked=ticked)]


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


def _address(address: Address) -> list[tuple[str, object]]:
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


def _card(title: str, facts: Sequence[tuple[str, object]]) -> Html:
    shown = [part for name, value in facts if value != "" for part in (element("dt", name), element("dd", value))]
    return element("section", element("h2", title), element("dl", *shown))


def _status(row: ReturnRow) -> Html:
    known = row.status if row.status in LABELS else "other"
    return element("span", LABELS.get(row.status, row.status), class_=f"status {known}")


def _link(label: str, href: str, *, current: bool = False) -> Html:
    return element("a", label, href=href, aria_current="page" if current else None)


def _layout(title: str, content: Sequence[Html | None], notice: str) -> str:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · {TITLE}"),
        element("style", Html(_STYLE)),
    )
    told = [element("p", notice, class_="notice", role="status")] if notice else []
    body = element("body", element("header", element("a", TITLE, href="/")), element("main", join(told), *content))
    return "<!doctype html>" + element("html", head, body, lang="en")
