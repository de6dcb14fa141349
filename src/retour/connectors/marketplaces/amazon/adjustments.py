"""The order adjustment feed: what Amazon is told, and what it reports back (contract 6.2, 6.6)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import ElementTree as Defused
from defusedxml.common import DefusedXmlException

FEED_TYPE: Final = "POST_PAYMENT_ADJUSTMENT_DATA"
CONTENT_TYPE: Final = "text/xml; charset=UTF-8"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

CODES: Final = MappingProxyType(
    {
        "25161": "More would be refunded than is left: probably Amazon has refunded it already. Look at the order.",
        "25221": "Amazon takes no refund below zero.",
        "25441": "Amazon does not know this order.",
        "30741": "Nothing would be left to pay: probably Amazon has refunded it already. Look at the order.",
        "5000": "Amazon could not read what it was told.",
        "5002": "Amazon could not read what it was told.",
    }
)
"""Texts vary, codes do not (contract 6.6)."""
PROBABLY_PAID: Final = frozenset({"25161", "30741"})


@dataclass(frozen=True, slots=True)
class Message:
    """One refund. The amounts are for all its units together (contract 6.3)."""

    number: int
    order: str
    item: str
    units: int
    reason: str
    currency: str
    amounts: Mapping[str, Decimal]


def feed(seller_id: str, messages: Sequence[Message]) -> bytes:
    """The document that refunds."""
    envelope = Element("AmazonEnvelope", {"xmlns:xsi": XSI, "xsi:noNamespaceSchemaLocation": "amzn-envelope.xsd"})
    header = SubElement(envelope, "Header")
    _add(header, "DocumentVersion", "1.01")
    _add(header, "MerchantIdentifier", seller_id)
    _add(envelope, "MessageType", "OrderAdjustment")
    for one in messages:
        message = SubElement(envelope, "Message")
        _add(message, "MessageID", str(one.number))
        adjustment = SubElement(message, "OrderAdjustment")
        _add(adjustment, "AmazonOrderID", one.order)
        _add(adjustment, "ActionType", "Refund")
        item = SubElement(adjustment, "AdjustedItem")
        _add(item, "AmazonOrderItemCode", one.item)
        _add(item, "MerchantAdjustmentItemID", f"RETOUR-{one.number}")
        _add(item, "AdjustmentReason", one.reason)
        prices = SubElement(item, "ItemPriceAdjustments")
        for name, amount in one.amounts.items():
            component = SubElement(prices, "Component")
            _add(component, "Type", name)
            _add(component, "Amount", f"{amount:f}").set("currency", one.currency)
        _add(item, "Quantity", str(one.units))
    written: bytes = tostring(envelope, encoding="UTF-8", xml_declaration=True)
    return written


def _add(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = _FORBIDDEN.sub("", text)
    return child


@dataclass(frozen=True, slots=True)
class Failure:
    """What Amazon says of a message that it did not carry out."""

    code: str
    words: str

    @property
    def probably_paid(self) -> bool:
        return self.code in PROBABLY_PAID


@dataclass(frozen=True, slots=True)
class ProcessingReport:
    """A feed's result. Messages without an error were carried out; a warning is none."""

    complete: bool
    processed: int | None
    failures: Mapping[str, Failure]
    """By message id; "0" is the whole document."""

    def failure(self, message_id: str) -> Failure | None:
        return self.failures.get(message_id) or self.failures.get("0")


def processing_report(document: str) -> ProcessingReport | None:
    """None: it cannot be read."""
    try:
        root = Defused.fromstring(document, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    report = root.find("Message/ProcessingReport")
    if report is None:
        return None
    failures: dict[str, Failure] = {}
    for result in report.iterfind("Result"):
        if (result.findtext("ResultCode") or "").strip() != "Error":
            continue
        message_id = (result.findtext("MessageID") or "0").strip() or "0"
        code = (result.findtext("ResultMessageCode") or "").strip()
        said = " ".join((result.findtext("ResultDescription") or "").split())
        failures[message_id] = Failure(code, CODES.get(code) or said[:500] or f"Amazon refused it ({code}).")
    processed = (report.findtext("ProcessingSummary/MessagesProcessed") or "").strip()
    complete = (report.findtext("StatusCode") or "").strip() == "Complete"
    return ProcessingReport(complete, int(processed) if processed.isdecimal() else None, failures)
