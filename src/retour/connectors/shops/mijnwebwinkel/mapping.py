"""What a store says of a return request: words, statuses and credit orders to decisions (contract mijnwebwinkel.md, 6).

A word is for its line. A status is for the whole order, so it decides only while the open lines belong to one return.
A credit order is for the units that it credits. What could be meant for several, or for some of the units only, is a
question for a person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from retour.connectors.shops.mijnwebwinkel.config import MijnwebwinkelConfig
from retour.connectors.shops.mijnwebwinkel.notes import Line, sku, tame
from retour.connectors.shops.mijnwebwinkel.wire import Order
from retour.core.capabilities import ShopCapabilities
from retour.core.model import Resolution, ShopSays

WORDS: Final = MappingProxyType(
    {
        "accept": Resolution.ACCEPT,
        "geaccepteerd": Resolution.ACCEPT,
        "reject": Resolution.REJECT,
        "afgewezen": Resolution.REJECT,
        "repair": Resolution.REPAIR,
        "reparatie": Resolution.REPAIR,
        "exchange": Resolution.EXCHANGE,
        "omgeruild": Resolution.EXCHANGE,
        "keep": Resolution.KEEP,
        "behouden": Resolution.KEEP,
        "cancel": Resolution.CANCEL,
        "geannuleerd": Resolution.CANCEL,
    }
)
"""All the words there are: nothing that only resembles one decides about money."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a request stands: the order, or the credit order, and the hub's number of its line. As text `1042#31`."""

    order: str
    number: int

    def __str__(self) -> str:
        return f"{self.order}#{self.number}"

    @classmethod
    def read(cls, text: str) -> "Ref | None":
        order, _, number = text.partition("#")
        if not (order.isascii() and order.isdecimal() and number.isascii() and number.isdecimal()):
            return None
        return cls(order, int(number))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a request's line, its order's status and its credit orders say together. `word` None: nothing."""

    word: str | None = None
    resolution: Resolution | None = None

    @property
    def is_unclear(self) -> bool:
        return self.word is not None and self.resolution is None

    def says(self, ref: Ref) -> ShopSays:
        return ShopSays(str(ref), self.word, self.resolution, unclear=self.is_unclear)


NOTHING: Final = Verdict()


@dataclass(frozen=True, slots=True)
class Units:
    """How many units of each SKU a credit order credits. None: its lines cannot be read."""

    number: str
    of: Mapping[str, int] | None


def units(credit: Order, number: str) -> Units:
    """Raises Garbled."""
    counted: dict[str, int] = {}
    for line in credit.lines():
        for article in line.articles:
            if name := sku(article.sku):
                counted[name] = counted.get(name, 0) + abs(line.quantity)
    return Units(number, counted)


def verdicts(
    status: int, lines: Sequence[Line], credited: Iterable[Units], decisions: Mapping[int, Resolution]
) -> dict[int, Verdict]:
    """For each line of a note, by its number: an order in this status, with credit orders since."""
    by_word = {line.number: _of_word(line) for line in lines}
    for line in lines:
        if any(other.word != line.word for other in lines if other.number == line.number):
            by_word[line.number] = Verdict("its line stands there twice, with different words")
    open_lines = [line for line in lines if by_word[line.number] is NOTHING]
    evidence = {line.number: _of_credits(line, open_lines, credited) for line in open_lines}
    uncredited = [line for line in open_lines if evidence[line.number].resolution is None]
    by_status = _of_status(status, uncredited or open_lines, decisions)
    return by_word | {
        line.number: _together(by_status.get(line.number, NOTHING), evidence[line.number]) for line in open_lines
    }


def of_credit_order(order: Order, config: MijnwebwinkelConfig) -> Verdict:
    """A request that is a credit order of its own says everything with its status."""
    if order.status == config.requested_status:
        return NOTHING
    return Verdict(f"status {order.status}", config.decisions.get(order.status))


def capabilities(config: MijnwebwinkelConfig) -> ShopCapabilities:
    by_status = frozenset(config.decisions.values())
    return ShopCapabilities(
        decides=by_status if config.strategy == "credit_order" else frozenset(WORDS.values()),
        finds=True,
        orders=bool(config.order_search),
        needs_order=True,
        candidates=True,
    )


def _of_word(line: Line) -> Verdict:
    if line.is_open:
        return NOTHING
    if line.word is None:
        return Verdict("its line has no decision any more")
    return Verdict(tame(line.word, 60) or "…", WORDS.get(line.word.casefold()))


def _of_credits(line: Line, open_lines: Sequence[Line], credited: Iterable[Units]) -> Verdict:
    since = [credit for credit in credited if credit.number not in line.credits_before]
    if broken := [credit.number for credit in since if credit.of is None]:
        return Verdict(f"credit order {broken[0]} cannot be read")
    fitting = {
        credit.number: credit.of[line.sku] for credit in since if credit.of and line.sku and line.sku in credit.of
    }
    if not fitting:
        return NOTHING
    claims = [other for other in open_lines if other.sku == line.sku and fitting.keys() - other.credits_before]
    wanted, found = sum(claim.quantity for claim in claims), sum(fitting.values())
    word = f"credit order {', '.join(fitting)}"
    return Verdict(word, Resolution.ACCEPT) if found >= wanted else Verdict(f"{word} {found} of {wanted} units")


def _of_status(status: int, open_lines: Sequence[Line], decisions: Mapping[int, Resolution]) -> dict[int, Verdict]:
    asked = [line for line in open_lines if line.status_before != status]
    if status not in decisions:
        return {}
    one_return = len({line.of for line in asked}) == 1
    verdict = Verdict(f"status {status}", decisions[status])
    several = Verdict(f"status {status} several returns")
    return {line.number: verdict if one_return else several for line in asked}


def _together(status: Verdict, credit: Verdict) -> Verdict:
    if status is NOTHING:
        return credit
    if credit is NOTHING or (status.resolution is not None and status.resolution.refunds):
        return status
    return Verdict(f"{status.word}, but {credit.word}")
