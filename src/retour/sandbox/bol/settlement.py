"""What a reported decision does when bol gets to it: allowed or not, the money, the history (contract 3.3, 4)."""

from datetime import datetime, timedelta
from typing import Literal

from retour.sandbox.bol.state import REFUNDING, REFUSING, Handling, Retailer, ReturnItem
from retour.sandbox.bol.switches import BolSwitches
from retour.sandbox.journal import Journal

CREATE_HANDLINGS = (
    "RETURN_RECEIVED",
    "EXCHANGE_PRODUCT",
    "RETURN_DOES_NOT_MEET_CONDITIONS",
    "REPAIR_PRODUCT",
    "CUSTOMER_KEEPS_PRODUCT_PAID",
)
HANDLINGS = (*CREATE_HANDLINGS, "STILL_APPROVED")
STILL_APPROVED_WITHIN = timedelta(days=90)

Source = Literal["api", "dashboard", "customer", "bol"]


def result_of(handling: str, switches: BolSwitches) -> str:
    """The `processingResult` beside a handling result; for exchange and repair the sources are silent."""
    match handling:
        case "EXCHANGE_PRODUCT" | "REPAIR_PRODUCT":
            return switches.exchange_repair_result
        case "RETURN_DOES_NOT_MEET_CONDITIONS" | "EXCESSIVE_RETURN":
            return "REJECTED"
        case "CUSTOMER_KEEPS_PRODUCT_PAID" | "EXPIRED" | "CANCELLED_BY_CUSTOMER":
            return "CANCELLED"
        case "FAILED_TO_CREATE_SHIPPING_LABEL" | "FAILED_TO_COLLECT_BY_TRANSPORTER":
            return "CANCELLED"
        case _:
            return "ACCEPTED"


def objection(item: ReturnItem, handling: str, quantity: int, at: datetime, switches: BolSwitches) -> str | None:
    """Why bol would not carry out this handling, or None. All of it INFERRED, hence the switches (contract 7)."""
    if item.returned.fulfilment_method == "FBB" and switches.fbb_put_fails:
        return f"Return item {item.rma_id} is fulfilled by bol and can not be handled by the retailer."
    if quantity > item.expected and switches.over_quantity_fails:
        return f"Quantity returned {quantity} exceeds the expected quantity {item.expected}."
    if handling == "STILL_APPROVED":
        return _objection_to_still_approved(item, quantity, at) if switches.still_approved_rules else None
    if quantity <= item.open_quantity:
        return None
    return _objection_to_change(item, handling, quantity, switches)


def _objection_to_still_approved(item: ReturnItem, quantity: int, at: datetime) -> str | None:
    if item.refused_quantity <= 0:
        return f"Return item {item.rma_id} can not be approved after all: it was not refused, exchanged or repaired."
    if quantity > item.refused_quantity or item.told(REFUNDING) + quantity > item.expected:
        return f"Quantity returned {quantity} exceeds the refused quantity of return item {item.rma_id}."
    refused_at = max(entry.at for entry in item.history if entry.handling in REFUSING)
    if at - refused_at > STILL_APPROVED_WITHIN:
        return f"Return item {item.rma_id} can not be approved after all: it was refused more than 90 days ago."
    return None


def _objection_to_change(item: ReturnItem, handling: str, quantity: int, switches: BolSwitches) -> str | None:
    """Against deciding again on pieces that are already decided on; the first that holds."""
    refunds = handling == "RETURN_RECEIVED"
    refunded = item.told(REFUNDING)
    refused = item.refused_quantity > 0
    again = is_repeated_refusal(item, handling, quantity)
    objections = (
        (switches.put_on_cancelled_fails and item.cancelled, "is cancelled"),
        (switches.refusal_after_refund_fails and not refunds and refunded > 0, "is already refunded"),
        (switches.repeated_refund_fails and refunds and refunded + quantity > item.expected, "is already refunded"),
        (switches.received_after_refusal_fails and refunds and refused, "was refused; it can only be still approved"),
        (switches.changed_refusal_fails and not refunds and refused and not again, "is already handled otherwise"),
    )
    for holds, complaint in objections:
        if holds:
            return f"Return item {item.rma_id} {complaint}."
    return None


def is_repeated_refusal(item: ReturnItem, handling: str, quantity: int) -> bool:
    """The same refusal again is accepted and changes nothing (contract 4.1)."""
    if handling != "RETURN_DOES_NOT_MEET_CONDITIONS" or quantity <= item.open_quantity:
        return False
    return item.told(frozenset({handling})) >= quantity


class Settlement:
    """Carries handlings out: history, lists, and the journal of money."""

    def __init__(self, account: str, retailer: Retailer, journal: Journal, switches: BolSwitches) -> None:
        self._account = account
        self._retailer = retailer
        self._journal = journal
        self._switches = switches

    def by_api(self, item: ReturnItem, handling: str, quantity: int, at: datetime, process: str) -> str | None:
        """Runs a PUT: the error message, or None when it succeeded."""
        error = objection(item, handling, quantity, at, self._switches)
        if error is None and not is_repeated_refusal(item, handling, quantity):
            self.settle(item, handling, quantity, at, source="api", process=process)
        return error

    def settle(
        self,
        item: ReturnItem,
        handling: str,
        quantity: int,
        at: datetime,
        *,
        source: Source,
        result: str | None = None,
        process: str | None = None,
    ) -> None:
        """Carries out a handling whoever decided on it; no rule stands in the way."""
        result = result or result_of(handling, self._switches)
        item.history.append(Handling(quantity, result, handling, at))
        item.handled = self._switches.handled_after_first_put or item.open_quantity == 0
        self._retailer.reshelve(item.returned)
        detail: dict[str, object] = {
            "account": self._account,
            "handling": handling,
            "result": result,
            "source": source,
            "process_status_id": process,
            "return_id": item.returned.return_id,
            "order_id": item.order.order_id,
            "ean": item.order_item.ean,
        }
        if handling in REFUNDING:
            amount = str(item.order_item.unit_price * quantity)
            self._journal.write("refund", item.rma_id, quantity, amount=amount, currency="EUR", **detail)
        else:
            self._journal.write("settled", item.rma_id, quantity, **detail)
