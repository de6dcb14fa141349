"""Reading an order adjustment document: well formed, in the schema's order, with known words (contract 6.2)."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

REASONS = frozenset(
    (
        "NoInventory", "CustomerReturn", "GeneralAdjustment", "CouldNotShip", "DifferentItem", "Abandoned",
        "CustomerCancel", "PriceError", "ProductOutofStock", "CustomerAddressIncorrect", "Exchange", "Other",
        "CarrierCreditDecision", "RiskAssessmentInformationNotValid", "CarrierCoverageFailure", "TransactionRecord",
        "Undeliverable", "RefusedDelivery",
    )
)  # fmt: skip
COMPONENTS = frozenset(
    (
        "Principal", "Shipping", "Tax", "ShippingTax", "RestockingFee", "RestockingFeeTax", "GiftWrap", "GiftWrapTax",
        "Surcharge", "ReturnShipping", "Goodwill", "ExportCharge", "COD", "CODTax", "Other",
        "FreeReplacementReturnShipping",
    )
)  # fmt: skip
_MESSAGE = (("MessageID",), ("OperationType",), ("OrderAdjustment",))
_ADJUSTMENT = (("AmazonOrderID", "MerchantOrderID"), ("ActionType",), ("AdjustedItem",))
_ITEM = (
    ("AmazonOrderItemCode", "MerchantOrderItemID"),
    ("MerchantAdjustmentItemID",),
    ("AdjustmentReason",),
    ("ItemPriceAdjustments",),
    ("PromotionAdjustments",),
    ("DirectPaymentAdjustments",),
    ("QuantityCancelled",),
    ("Quantity",),
)
_AMOUNT = re.compile(r"-?\d+(\.\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Component:
    kind: str
    amount: Decimal
    currency: str
    digits: int


@dataclass(frozen=True, slots=True)
class AdjustedItem:
    order_item_id: str
    adjustment_id: str
    reason: str
    components: tuple[Component, ...]
    promotions: tuple[Component, ...]
    quantity: int | None


@dataclass(frozen=True, slots=True)
class Adjustment:
    message_id: int
    order_id: str
    action: str
    items: tuple[AdjustedItem, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An `Error` of the processing report. Message id 0 is the whole document."""

    message_id: int
    code: str
    description: str
    order_id: str = ""


class Malformed(Exception):
    """The document, or the one message that is named, does not fit the schema."""

    def __init__(self, description: str, code: str = "5002") -> None:
        super().__init__(description)
        self.refusal = Refusal(0, code, description)


def read(document: bytes, merchant: str | None) -> list[Adjustment | Refusal]:
    """In the document's order, each message or what is wrong with it; `merchant` must be its sender, None is anybody.

    Raises Malformed when nothing in the document can be believed.
    """
    if b"<!DOCTYPE" in document:
        raise Malformed("A document type is not allowed.", "5000")
    try:
        root = ET.fromstring(document)  # noqa: S314 - no document type, so no entities of its own
    except (ET.ParseError, LookupError, ValueError):
        raise Malformed("XML Parsing Fatal Error: the document is not well formed.", "5000") from None
    if root.tag != "AmazonEnvelope" or root.findtext("MessageType") != "OrderAdjustment":
        raise Malformed("The document is not an AmazonEnvelope of OrderAdjustment.")
    if not re.fullmatch(r"\d\.\d\d", root.findtext("Header/DocumentVersion") or ""):
        raise Malformed("Header/DocumentVersion is missing.")
    if merchant not in (None, root.findtext("Header/MerchantIdentifier")):
        raise Malformed("MerchantIdentifier is not the seller's.")
    messages = [_message(element) for element in root.findall("Message")]
    ids = [message.message_id for message in messages]
    if not messages or len(ids) != len(set(ids)):
        raise Malformed("There must be messages, each with its own MessageID.")
    return messages


def _message(element: ET.Element) -> Adjustment | Refusal:
    """Raises Malformed when it has no usable number, for then no answer could name it."""
    text = element.findtext("MessageID") or ""
    if not text.isdecimal() or int(text) < 1:
        raise Malformed("MessageID must be a positive number.")
    try:
        return _adjustment(int(text), element)
    except Malformed as malformed:
        return Refusal(int(text), malformed.refusal.code, malformed.refusal.description)


def _adjustment(number: int, element: ET.Element) -> Adjustment:
    _in_order(element, _MESSAGE)
    adjustment = _one(element, "OrderAdjustment")
    _in_order(adjustment, _ADJUSTMENT)
    action = adjustment.findtext("ActionType")
    if action not in ("Refund", "Cancel"):
        raise Malformed("ActionType must be Refund or Cancel.")
    items = tuple(_item(item) for item in adjustment.findall("AdjustedItem"))
    if not items:
        raise Malformed("AdjustedItem is missing.")
    return Adjustment(number, adjustment.findtext("AmazonOrderID") or "", action, items)


def _item(element: ET.Element) -> AdjustedItem:
    _in_order(element, _ITEM)
    if element.findtext("AdjustmentReason") not in REASONS:
        raise Malformed("AdjustmentReason is missing or unknown.")
    if element.find("DirectPaymentAdjustments") is not None:
        raise Malformed("DirectPaymentAdjustments is not available in this marketplace.")
    quantity = element.findtext("Quantity") or element.findtext("QuantityCancelled")
    if quantity is not None and not (quantity.isdecimal() and int(quantity) > 0):
        raise Malformed("Quantity must be a positive number.")
    return AdjustedItem(
        element.findtext("AmazonOrderItemCode") or "",
        element.findtext("MerchantAdjustmentItemID") or "",
        element.findtext("AdjustmentReason") or "",
        tuple(_components(_one(element, "ItemPriceAdjustments"))),
        tuple(part for block in element.findall("PromotionAdjustments") for part in _components(block)),
        int(quantity) if quantity else None,
    )


def _components(block: ET.Element) -> Iterator[Component]:
    found = block.findall("Component")
    if not found:
        raise Malformed(f"{block.tag} has no Component.")
    for component in found:
        kind, amount = component.findtext("Type") or "", _one(component, "Amount")
        text, currency = amount.text or "", amount.get("currency", "")
        if kind not in COMPONENTS or not _AMOUNT.fullmatch(text) or not re.fullmatch("[A-Z]{3}", currency):
            raise Malformed("A Component needs a known Type and an Amount with its currency.")
        yield Component(kind, Decimal(text), currency, len(text.partition(".")[2]))


def _in_order(element: ET.Element, order: tuple[tuple[str, ...], ...]) -> None:
    """Known members only, none before an earlier one's place, and never two ways of naming the same."""
    place = 0
    for child in element:
        places = [number for number, names in enumerate(order) if child.tag in names]
        if not places or places[0] < place:
            raise Malformed(f"{child.tag} is not allowed here in {element.tag}.")
        place = places[0]
    if sum(element.find(name) is not None for name in order[0]) != 1:
        raise Malformed(f"{element.tag} needs one {' or '.join(order[0])}.")


def _one(element: ET.Element, name: str) -> ET.Element:
    found = element.findall(name)
    if len(found) != 1:
        raise Malformed(f"{element.tag} needs one {name}.")
    return found[0]
