"""What Magento's REST interface tells of orders: their lines, and those that a marketplace's order may be (contract
magento-native.md, A1, A3). For its connectors with and without the plugin.

Only what is compared is asked for: orders are full of personal data.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from retour.connectors.errors import Transient
from retour.connectors.shapes import Garbled, Id, Loose, Text, decode, in_utc
from retour.core.match_line import ShopLine
from retour.core.match_order import BEFORE, CLOCKS, NEAR, SHORTEST, Candidate, Clues
from retour.core.model import Money, Party

MOST: Final = 50
"""Orders that one search for candidates may answer."""
IMPORTED_WITHIN: Final = timedelta(days=30)
"""So long after a marketplace's order its order in the shop may be made."""
ROWS: Final = "items[item_id,parent_item_id,sku,product_id,name,qty_ordered,price_incl_tax,ext_order_item_id]"
"""The fields of an order's rows that its lines are made of."""

_PERSON: Final = "firstname,lastname,street,postcode"
_FIELDS: Final = (
    "items[entity_id,increment_id,ext_order_id,created_at,customer_email,customer_firstname,customer_lastname,"
    f"customer_note,grand_total,order_currency_code,billing_address[{_PERSON}],"
    f"extension_attributes[shipping_assignments[shipping[address[{_PERSON}]]]],status_histories[comment],{ROWS}],"
    "total_count"
)

Ask = Callable[[Mapping[str, str]], Awaitable[Any]]
"""Asks the order search with these parameters; its answer as JSON."""


def _moment(value: Any) -> Any:
    """Magento writes its times in UTC, without a zone."""
    return f"{value.replace(' ', 'T', 1)}+00:00" if isinstance(value, str) and len(value) == 19 else value


def _in_utc(value: datetime) -> datetime:
    return in_utc(value if value.tzinfo else value.replace(tzinfo=UTC))


def _all_that_can_be_read(values: Any) -> Any:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else ()


Moment = Annotated[datetime, BeforeValidator(_moment), AfterValidator(_in_utc)]
Amount = Annotated[Decimal, Field(allow_inf_nan=False, gt=-(10**10), lt=10**10)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Row(_Shape):
    """A row of an order. A configurable product has two: its own, and below it the simple product that was bought."""

    item_id: Loose[Id] = None
    parent_item_id: Loose[Id] = None
    sku: Loose[Text] = None
    product_id: Loose[Id] = None
    name: Loose[Text] = None
    qty_ordered: Loose[Amount] = None
    price_incl_tax: Loose[Amount] = None
    ext_order_item_id: Loose[Text] = None


class _Address(_Shape):
    firstname: Loose[Text] = None
    lastname: Loose[Text] = None
    street: Loose[tuple[Text, ...]] = None
    postcode: Loose[Text] = None


class _Shipping(_Shape):
    address: Loose[_Address] = None


class _Assignment(_Shape):
    shipping: Loose[_Shipping] = None


class _Extension(_Shape):
    shipping_assignments: Loose[tuple[_Assignment, ...]] = None


class _Remark(_Shape):
    comment: Loose[Text] = None


class _Order(_Shape):
    entity_id: Id
    increment_id: Id
    ext_order_id: Loose[Text] = None
    created_at: Loose[Moment] = None
    customer_email: Loose[Text] = None
    customer_firstname: Loose[Text] = None
    customer_lastname: Loose[Text] = None
    customer_note: Loose[Text] = None
    grand_total: Loose[Amount] = None
    order_currency_code: Loose[Text] = None
    billing_address: Loose[_Address] = None
    extension_attributes: Loose[_Extension] = None
    status_histories: Annotated[tuple[_Remark, ...], BeforeValidator(_all_that_can_be_read)] = ()
    items: Annotated[tuple[Any, ...], BeforeValidator(_all_that_can_be_read)] = ()


async def candidates(ask: Ask, clues: Clues) -> list[Candidate]:
    """Orders that hold one of the numbers or belong to one of the people, of that time; else, those made just when the
    marketplace's order was. At most two calls."""
    alike = list(_alike(clues))
    found = _orders(await ask(_criteria(alike, *_window(clues), MOST))) if alike else []
    placed = clues.order.placed_at
    if not found and placed is not None:
        found = _orders(await ask(_criteria([], placed - CLOCKS, placed + NEAR, MOST)))
    return [_candidate(order) for order in found]


def shop_lines(raw: Iterable[Any], currency: str | None) -> tuple[ShopLine, ...]:
    """An order's lines as they were bought; none, where Magento does not tell their quantities. Of a configurable
    product's two rows of one SKU, the product is that of the row below; a bundle and its parts are lines side by side.
    """
    rows = [row for row in map(_row, raw) if row is not None]
    if not all(row.qty_ordered and row.item_id for row in rows):
        return ()
    alike: dict[tuple[str | None, str | None], list[Row]] = {}
    for row in rows:
        alike.setdefault((row.parent_item_id or row.item_id, row.sku or row.item_id), []).append(row)
    return tuple(_line(same, currency) for same in alike.values())


def products(raw: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    """SKU and product id of an order's rows as they were bought: of a configurable product's two rows of one SKU, the
    one below."""
    rows = [row for row in map(_row, raw) if row is not None]
    bought = sorted(rows, key=lambda row: row.parent_item_id is not None)
    return tuple({row.sku: row.product_id for row in bought if row.sku and row.product_id}.items())


def _line(same: list[Row], currency: str | None) -> ShopLine:
    bought = next((row for row in same if row.parent_item_id is not None), same[0])
    price = next((row.price_incl_tax for row in same if row.price_incl_tax), None)
    return ShopLine(
        ref=same[0].item_id or "",
        quantity=int(max(row.qty_ordered or Decimal(0) for row in same)),
        product=bought.product_id,
        sku=bought.sku,
        title=same[0].name,
        unit_price=Money(price, currency) if price and currency else None,
        theirs=next((row.ext_order_item_id for row in same if row.ext_order_item_id), None),
    )


def _row(raw: Any) -> Row | None:
    try:
        return decode(Row, raw)
    except Garbled:
        return None  # nobody is told which lines there are not


def _alike(clues: Clues) -> Iterator[tuple[str, str, str]]:
    """Field, condition and value of each sign by which orders are searched; only top-level fields can be (A1)."""
    for number in clues.numbers:
        if len(number) >= SHORTEST and not set(number) & set("%_,"):
            for field in ("increment_id", "ext_order_id", "customer_email"):
                yield field, "like", f"%{number}%"
    for email in clues.emails[:3]:
        yield "customer_email", "eq", email
    names = dict.fromkeys(party.last_name.strip() for party in clues.people if party.last_name)
    for name in list(names)[:2]:
        yield "customer_lastname", "eq", name


def _window(clues: Clues) -> tuple[datetime | None, datetime | None]:
    if clues.order.placed_at is not None:
        return clues.order.placed_at - NEAR, clues.order.placed_at + IMPORTED_WITHIN
    if clues.opened_at is not None:
        return clues.opened_at - BEFORE, clues.opened_at + CLOCKS
    return None, None


def _criteria(
    alike: list[tuple[str, str, str]], since: datetime | None, until: datetime | None, size: int
) -> dict[str, str]:
    """Magento's search: groups are joined by AND, the filters of a group by OR (A1). The newest come first."""
    groups = [alike] if alike else []
    if since is not None:
        groups.append([("created_at", "gteq", _written(since))])
    if until is not None:
        groups.append([("created_at", "lteq", _written(until))])
    params = {
        "searchCriteria[pageSize]": str(size),
        "searchCriteria[currentPage]": "1",
        "searchCriteria[sortOrders][0][field]": "created_at",
        "searchCriteria[sortOrders][0][direction]": "DESC",
        "fields": _FIELDS,
    }
    for place, group in enumerate(groups):
        for number, (field, condition, value) in enumerate(group):
            one = f"searchCriteria[filter_groups][{place}][filters][{number}]"
            params |= {f"{one}[field]": field, f"{one}[condition_type]": condition, f"{one}[value]": value}
    return params


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _orders(body: Any) -> list[_Order]:
    """Those that can be read: what a person is offered may lack one that cannot."""
    items = body.get("items") if isinstance(body, dict) else ()
    if not isinstance(items, list | None):
        raise Transient("Magento answered the order search in an unknown form.")
    found = []
    for raw in items or []:
        try:
            found.append(decode(_Order, raw))
        except Garbled:
            continue
    return found


def _candidate(order: _Order) -> Candidate:
    currency = order.order_currency_code
    assigned = (order.extension_attributes.shipping_assignments if order.extension_attributes else None) or ()
    shipped = (one.shipping.address for one in assigned if one.shipping)
    account = Party(order.customer_firstname, order.customer_lastname, email=order.customer_email)
    return Candidate(
        number=order.increment_id,
        id=order.entity_id,
        placed_at=order.created_at,
        references=(order.ext_order_id,) if order.ext_order_id else (),
        comments=tuple(filter(None, (order.customer_note, *(remark.comment for remark in order.status_histories)))),
        people=(account, *(_party(address) for address in (order.billing_address, *shipped) if address)),
        total=Money(order.grand_total, currency) if order.grand_total is not None and currency else None,
        lines=shop_lines(order.items, currency),
    )


def _party(address: _Address) -> Party:
    street = " ".join(address.street or ()) or None
    return Party(address.firstname, address.lastname, street=street, postcode=address.postcode)
