"""What the buyer paid for a product, from the order: the reports do not say (contract 5, 6.3)."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from retour.connectors.errors import Refused
from retour.connectors.marketplaces.amazon import mapping, wire
from retour.connectors.marketplaces.amazon.api import ORDERS, Api, decoded
from retour.connectors.marketplaces.amazon.config import AmazonConfig

_SHARES = {"SHIPPING": "Shipping", "GIFT_WRAP": "GiftWrap"}


@dataclass(frozen=True, slots=True)
class Paid:
    """An order's line. The amounts are for all its units, by the names that a refund gives them."""

    item: str
    units: int
    currency: str
    amounts: dict[str, Decimal]
    tax: Decimal = Decimal(0)
    """What Amazon gives back beside them: tax that it collects itself."""

    @property
    def principal(self) -> Decimal:
        return self.amounts["Principal"]

    @property
    def unit(self) -> Decimal:
        """What the buyer paid for one."""
        return self.principal / self.units


async def fetched(api: Api, ref: str, included: str = "PROCEEDS,RECIPIENT,BUYER,FULFILLMENT") -> wire.Order | None:
    """None: Amazon does not know it."""
    path = f"{ORDERS}/{quote(ref, safe='')}"
    answer = await api.read("orders", path, params={"includedData": included}, answers={404})
    return None if answer.status == 404 else decoded(wire.OrderAnswer, answer).order


def paid(
    config: AmazonConfig, marketplace: str, order: wire.Order, *, sku: str | None, asin: str | None, item: str | None
) -> Paid:
    """What was paid for this product. Raises Refused, with words for the merchant, where it cannot be told for
    certain."""
    found = _the_item(mapping.order_items(order), sku, asin, item)
    amounts: dict[str, Decimal] = {}
    taxes: dict[str, Decimal] = {}
    discounts: dict[str, Decimal] = {}
    currency = found.unit_price.currency_code if found.unit_price else ""
    proceeds = found.proceeds or wire.Proceeds()
    for part in proceeds.breakdowns or ():
        currency = part.subtotal.currency_code
        if part.type in {"TAX", "DISCOUNT"}:
            apart = taxes if part.type == "TAX" else discounts
            for name, amount in _detailed(part).items():
                apart[name] = apart.get(name, Decimal(0)) + abs(amount)
        else:
            amounts[part.type] = amounts.get(part.type, Decimal(0)) + part.subtotal.amount
    if "ITEM" not in amounts or not currency or found.quantity_ordered < 1:
        raise Refused("Amazon does not tell what the buyer paid: refund it in Seller Central.")
    net = marketplace in config.net_marketplaces
    tax_apart = _is_added(proceeds, amounts, taxes, discounts)
    if not config.subtract_discounts:
        discounts = {}
    told = {"Principal": amounts["ITEM"] - discounts.get("ITEM", Decimal(0))}
    if not net and tax_apart:
        told["Principal"] += taxes.get("ITEM", Decimal(0))
    beside = taxes.get("ITEM", Decimal(0)) if net else Decimal(0)
    if marketplace in config.tax_components:
        told["Tax"], beside = beside, Decimal(0)
    if config.refund_shipping:
        for name, component in _SHARES.items():
            share = amounts.get(name, Decimal(0)) - discounts.get(name, Decimal(0))
            if not net and tax_apart:
                share += taxes.get(name, Decimal(0))
            told[component] = max(share, Decimal(0))
    return Paid(found.order_item_id, found.quantity_ordered, currency, told, beside)


def _the_item(items: tuple[wire.OrderItem, ...], sku: str | None, asin: str | None, item: str | None) -> wire.OrderItem:
    """By the order item id where the report tells it, else by SKU, else by ASIN (contract 5)."""
    found = [one for one in items if item is not None and one.order_item_id == item]
    found = found or [one for one in items if sku is not None and one.sku == sku]
    found = found or [one for one in items if asin is not None and one.asin == asin]
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused("Two lines of the order hold this product: refund the right one in Seller Central.")
    raise Refused("The order at Amazon does not hold this product: refund it in Seller Central.")


def _detailed(part: wire.Breakdown) -> dict[str, Decimal]:
    """By what it is for; without details, for the product."""
    told: dict[str, Decimal] = {}
    for detail in part.detailed_breakdowns or ():
        if detail.subtype and detail.value:
            told[detail.subtype] = told.get(detail.subtype, Decimal(0)) + detail.value.amount
    return told or {"ITEM": part.subtotal.amount}


def _is_added(
    proceeds: wire.Proceeds, amounts: dict[str, Decimal], taxes: dict[str, Decimal], discounts: dict[str, Decimal]
) -> bool:
    """Whether the tax that is shown comes on top of the prices, so that all together make the total. Where there is no
    total to tell, it does not."""
    if proceeds.proceeds_total is None:
        return False
    without = sum(amounts.values(), Decimal(0)) - sum(discounts.values(), Decimal(0))
    total, tax = proceeds.proceeds_total.amount, sum(taxes.values(), Decimal(0))
    return abs(total - without - tax) < abs(total - without)
