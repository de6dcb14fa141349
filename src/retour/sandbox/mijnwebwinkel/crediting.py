"""Which credit orders the platform takes (contract 5)."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from retour.sandbox.mijnwebwinkel.bodies import CreditOrderPost, PostedLine, PostedPrice
from retour.sandbox.mijnwebwinkel.money import without_tax
from retour.sandbox.mijnwebwinkel.orders import Line, Order
from retour.sandbox.mijnwebwinkel.problems import invalid, invalid_fields, order_not_found
from retour.sandbox.mijnwebwinkel.shop import Credit, Shop

_NOT_OF_THE_ORDER: Final = "These items are not, or not that often, part of the original order."


def checked_credit(shop: Shop, post: CreditOrderPost, *, put_back_stock: bool) -> Credit:
    """The credit order that is asked for. Raises `Problem`, with every flaw of costs and lines at once."""
    original = shop.orders.get(post.credited_order_number)
    if original is None:
        raise invalid(credited_order_number=order_not_found(post.credited_order_number).detail)
    if original.credited is not None:
        raise invalid(credited_order_number="A credit order cannot be credited.")
    check_status(shop, post.status, credit_order=True)
    left = _creditable(shop, original)
    lines = _match(original, post.orderlines, left)
    whole = not any(left.values())
    errors: dict[str, str] = {}
    costs = {
        "shipping_costs": (post.shipping_costs, original.shipping_costs),
        "payment_costs": (post.payment_costs, original.payment_costs),
    }
    credited = {name: _costs(name, asked, most, errors, whole=whole) for name, (asked, most) in costs.items()}
    if errors:
        raise invalid_fields(errors)
    return Credit(
        original=original,
        status=post.status,
        lines=lines,
        shipping_costs=credited["shipping_costs"],
        payment_costs=credited["payment_costs"],
        internal=post.comments.internal,
        comment=post.comments.customer,
        archived=post.archived,
        put_back_stock=put_back_stock,
    )


def check_status(shop: Shop, status: int, *, credit_order: bool) -> None:
    """A status is either for credit orders or for others. Raises `Problem`."""
    known = shop.statuses.get(status)
    if known is None:
        raise invalid(status=f"Order status {status} does not exist.")
    if known.credit_order != credit_order:
        raise invalid(status=f"Order status {status} is {'not' if credit_order else 'only'} allowed for credit orders.")


def _creditable(shop: Shop, original: Order) -> dict[str, int]:
    """How many units of each line can be credited; the same ones twice, unless `count_earlier_credits`."""
    left = {line.id: line.quantity for line in original.lines}
    if shop.switches.count_earlier_credits:
        for name in original.credits:
            earlier = shop.orders.get(name)
            for line in earlier.lines if earlier else ():
                if line.source in left:
                    left[line.source] -= line.quantity
    return left


def _match(original: Order, posted: list[PostedLine], left: dict[str, int]) -> list[tuple[Line, int]]:
    """Takes what is posted out of `left`, line by line."""
    taken: list[tuple[Line, int]] = []
    errors: dict[str, str] = {}
    for index, asked in enumerate(posted):
        wanted = asked.quantity
        for line in original.lines:
            if wanted and _is_the_same(line, asked):
                units = min(wanted, left[line.id])
                if units > 0:
                    taken.append((line, units))
                    left[line.id] -= units
                    wanted -= units
        if wanted:
            errors[f"orderlines.{index}"] = _NOT_OF_THE_ORDER
    if errors:
        raise invalid_fields(errors)
    return taken


def _is_the_same(line: Line, asked: PostedLine) -> bool:
    if asked.type == "article":
        if line.article is None or len(asked.articles) != 1 or asked.articles[0].id != line.article.id:
            return False
        chosen = sorted(str(option.list_option_id) for option in asked.articles[0].options)
        return chosen == sorted(str(option.list_option_id) for option in line.options)
    if asked.type == "custom" and line.article is None and asked.unit_price is not None:
        return asked.description == line.description and _same_price(line, asked.unit_price)
    return False


def _same_price(line: Line, asked: PostedPrice) -> bool:
    """With or without tax, whichever was given."""
    with_tax, without, rate = map(_decimal, (asked.amount_including_tax, asked.amount, asked.rate))
    if rate not in (None, line.rate):
        return False
    if with_tax is not None:
        return with_tax == line.unit_price
    return without is not None and abs(without - without_tax(line.unit_price, line.rate)) < Decimal("0.01")


def _costs(name: str, asked: str | None, most: Decimal, errors: dict[str, str], *, whole: bool) -> Decimal:
    """Left out: all of it."""
    if asked is None:
        return most
    costs = _decimal(asked)
    flaws: Mapping[str, bool] = {
        "This is not an amount.": costs is None or costs < 0,
        "This is more than the original costs.": costs is not None and costs > most,
        "All items are credited: these costs must be credited in full.": whole and costs != most,
    }
    if flaw := next((words for words, met in flaws.items() if met), None):
        errors[name] = flaw
    return costs or Decimal(0)


def _decimal(text: str | None) -> Decimal | None:
    """None for what is no finite number."""
    try:
        number = Decimal(text or "")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
