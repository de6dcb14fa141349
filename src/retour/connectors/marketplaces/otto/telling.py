"""Telling OTTO what was decided: up to 200 units with one request, acceptances and rejections each with their own.

OTTO answers 200 when all of it was done, 207 when some was, 422 when nothing was. What `results` of a 207 holds is no
sign of success (contract otto 4): what was done is read back from the list of returns.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from retour.connectors.contract import Receipt, ReceiptState
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused
from retour.connectors.http import Answer
from retour.connectors.marketplaces.otto import mapping, wire
from retour.connectors.marketplaces.otto.answers import moment
from retour.connectors.marketplaces.otto.lists import Lists
from retour.connectors.shapes import Garbled, decode

JUST_NOW = timedelta(minutes=5)
"""How long before its answer a request may have been carried out, clocks and waiting included."""

SHOWS_AS = {mapping.ACCEPTANCE: mapping.ACCEPTED, mapping.REJECTION: mapping.REJECTED}

Outcome = Receipt | Refused | OutcomeUnknown
Send = Callable[[str, Any], Awaitable[Answer]]
"""Posts a body to an endpoint; a 422 is returned."""


@dataclass(frozen=True, slots=True)
class Item:
    """A unit and what OTTO is told about it. `key` is the hub's own for this one call."""

    key: str
    unit: str
    order: str
    reason: str

    def body(self, condition: str) -> dict[str, str]:
        told = {"positionItemId": self.unit, "salesOrderId": self.order, "reason": self.reason}
        return told | ({"condition": condition} if condition else {})


async def reported(
    endpoint: str, items: Sequence[Item], condition: str, send: Send, lists: Lists, hide: Callable[[str], str]
) -> Mapping[str, Outcome]:
    """Reports these units and says what became of each, by key. Raises what holds for all of them."""
    answer = await send(endpoint, {"positionItems": [item.body(condition) for item in items]})
    match answer.status:
        case 200:
            if answer.body.strip():
                answer.json()  # what is not JSON does not come from OTTO
            return {item.key: Receipt(ReceiptState.DONE) for item in items}
        case 207 | 422:
            faults = _Faults(_report(answer), len(items), hide)
        case status:
            raise OutcomeUnknown(f"OTTO answered with an unexpected status ({status}).", code=str(status))
    if answer.status == 422:
        return {item.key: faults.of(number) or faults.any() for number, item in enumerate(items)}
    try:
        wanted = {item.unit for item in items}
        shown: Collection[str] | None = await lists.find_all(wanted, SHOWS_AS[endpoint], moment(answer) - JUST_NOW)
    except ConnectorError:
        shown = None  # whatever it says, it says of the reading: a part was done all the same
    return _in_part(items, shown, faults)


def _in_part(items: Sequence[Item], shown: Collection[str] | None, faults: "_Faults") -> Mapping[str, Outcome]:
    """What became of each unit of a request that was done in part. `shown` are those that the list shows as done;
    None: it could not be read."""
    outcomes: dict[str, Outcome] = {}
    left = []
    for number, item in enumerate(items):
        if refused := faults.of(number):
            outcomes[item.key] = refused
        elif shown is not None and item.unit in shown:
            outcomes[item.key] = Receipt(ReceiptState.DONE)
        else:
            left.append(item)
    # As many errors that name no item as there are items left: those are theirs.
    refused = faults.any() if shown is not None and len(left) == faults.homeless else None
    unknown = OutcomeUnknown("OTTO did a part of what it was told, and does not say whether this one.", code="207")
    return outcomes | {item.key: refused or unknown for item in left}


class _Faults:
    """The errors of an answer, by the items that they name."""

    def __init__(self, report: wire.Report, items: int, hide: Callable[[str], str]) -> None:
        self._by_item: dict[int, list[str]] = {}
        self._words: list[str] = []
        self.homeless = 0
        """How many errors name no item."""
        self._codes: dict[int, str] = {}
        for fault in report.errors:
            words = hide(": ".join(filter(None, (fault.title, fault.detail)))) if fault else ""
            number = mapping.place(fault.path, items) if fault else None
            if number is None:
                self.homeless += 1
                self._words += [words] if words else []
            else:
                self._by_item.setdefault(number, []).append(words)
                self._codes.setdefault(number, fault.title or "" if fault else "")

    def of(self, number: int) -> Refused | None:
        words = self._by_item.get(number)
        return None if words is None else _refused(words, self._codes.get(number))

    def any(self) -> Refused:
        return _refused(self._words, None)


def _refused(words: Sequence[str], code: str | None) -> Refused:
    said = "; ".join(dict.fromkeys(filter(None, words)))
    return Refused("OTTO refused it; nothing happened.", code=code or None, words=said[:500] or None)


def _report(answer: Answer) -> wire.Report:
    try:
        return decode(wire.Report, answer.json())
    except Garbled as why:
        raise OutcomeUnknown(
            f"OTTO's answer cannot be read: {why}.", code=str(answer.status), request_id=answer.request_id
        ) from None
