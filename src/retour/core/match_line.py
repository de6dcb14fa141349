"""Which line of the shop's order comes back: by the marketplace's line id, SKU or GTIN, and with units enough."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from retour.core.model import Money, SeenLine

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class ShopLine:
    """A line of the shop's order. `ref` names it within its order; `product` is what the shop knows its product by, and
    what a request names. `theirs`: the marketplace's id of the line, where the shop has kept it."""

    ref: str
    quantity: int
    product: str | None = None
    sku: str | None = None
    codes: tuple[str, ...] = ()
    """More words that the shop has for the product, of which a marketplace may have made its SKU."""
    gtins: tuple[str, ...] = ()
    title: str | None = None
    unit_price: Money | None = None
    theirs: str | None = None


class By(StrEnum):
    """What a line was found by."""

    CHOSEN = "chosen"
    """A person says so."""
    LINE_ID = "line_id"
    SKU = "sku"
    GTIN = "gtin"
    LEARNED = "learned"
    ONLY = "only"
    """It is the only line of the order."""


class Kind(StrEnum):
    """By which of a marketplace's words for a product its SKU in the shop is known."""

    SKU = "sku"
    GTIN = "gtin"


@dataclass(frozen=True, slots=True)
class Learned:
    """What the shop calls a product that the marketplace calls otherwise, and since when that is known."""

    kind: Kind
    theirs: str
    sku: str
    at: datetime
    by: str
    """Who said so: a person, or empty where a certain link has shown it."""


Aliases = Mapping[tuple[Kind, str], Learned]
"""By kind and the marketplace's word, as `key` makes them."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The line that a return line is. `line` None: none, or it is not certain, and `alike` are those that it might be.
    `short`: there is such a line, but not with so many units left."""

    line: ShopLine | None
    by: By | None = None
    alike: tuple[ShopLine, ...] = ()
    short: bool = False
    learned: Learned | None = None


def key(kind: Kind, theirs: str) -> tuple[Kind, str]:
    """How a word of the marketplace is looked up: a GTIN is the same with and without leading zeros."""
    return kind, bare_gtin(theirs) if kind is Kind.GTIN else theirs.strip()


def keys(item: SeenLine) -> tuple[tuple[Kind, str], ...]:
    """How the words of the marketplace for a product are looked up. A placeholder, such as a GTIN of zeros, is none: it
    stands with many products."""
    words = ((Kind.SKU, item.sku), (Kind.GTIN, item.gtin))
    return tuple(found for kind, word in words if word and (found := key(kind, word))[1])


def learned(item: SeenLine, aliases: Aliases) -> Learned | None:
    """What the shop calls this product, as far as that was learned: by its SKU, else by its GTIN."""
    return next((aliases[word] for word in keys(item) if word in aliases), None)


def fit(item: SeenLine, lines: Sequence[ShopLine], aliases: Aliases, left: Mapping[str, int] | None = None) -> Fit:
    """Which of these lines it is. `left`: how many units of each can still come back; None: all of them.

    The first sign that any line bears decides; a guess between different products is not made.
    """
    known = learned(item, aliases)
    for by, alike in _signs(item, lines, known):
        if alike:
            return _one_of(item, by, alike, left, known if by is By.LEARNED else None)
    return Fit(None)


def assign(
    items: Sequence[tuple[K, SeenLine]], lines: Sequence[ShopLine], aliases: Aliases, chosen: Mapping[K, str]
) -> dict[K, Fit]:
    """The same for all that comes back of one order, oldest first: each unit of the order comes back once.

    `chosen`: lines that a person named, which are not doubted.
    """
    left = {line.ref: line.quantity for line in lines}
    by_ref = {line.ref: line for line in lines}
    fits: dict[K, Fit] = {}
    for place, item in items:
        if (line := by_ref.get(chosen.get(place, ""))) is not None:
            left[line.ref] -= item.quantity
            fits[place] = Fit(line, By.CHOSEN)
    for place, item in items:
        if place in fits:
            continue
        fits[place] = found = fit(item, lines, aliases, left)
        if found.line is not None:
            left[found.line.ref] -= item.quantity
    return fits


def to_learn(item: SeenLine, line: ShopLine) -> tuple[tuple[Kind, str], ...]:
    """The words of the marketplace for a product whose SKU in this line of the shop differs, each to be remembered."""
    if not line.sku:
        return ()
    known = {(Kind.SKU, word) for word in (line.sku, *line.codes)} | {(Kind.GTIN, word) for word in _gtins(line)}
    return tuple(word for word in keys(item) if word not in known)


def shows(item: SeenLine, ordered: int | None, lines: Sequence[ShopLine], single: bool) -> ShopLine | None:
    """The line that a certain link of two orders proves: the one with the marketplace's line id or GTIN; or, where both
    orders have one line only (`single`) with as many units, that one. What SKUs say is not asked: they may differ."""
    for alike in (_by_line_id(item, lines), _by_gtin(item, lines)):
        if alike:
            return alike[0] if len({line.sku for line in alike}) == 1 else None
    alone = single and len(lines) == 1 and lines[0].quantity == ordered
    return lines[0] if alone else None


def _signs(item: SeenLine, lines: Sequence[ShopLine], known: Learned | None) -> Iterator[tuple[By, list[ShopLine]]]:
    yield By.LINE_ID, _by_line_id(item, lines)
    yield By.SKU, [line for line in lines if item.sku and item.sku.strip() in {line.sku, *line.codes}]
    # A person's word, or a proof, counts more than a GTIN, which a shop may have given to two products.
    yield By.LEARNED, [line for line in lines if known and line.sku == known.sku]
    yield By.GTIN, _by_gtin(item, lines)
    yield By.ONLY, list(lines) if len(lines) == 1 else []


def _one_of(
    item: SeenLine, by: By, alike: Sequence[ShopLine], left: Mapping[str, int] | None, known: Learned | None
) -> Fit:
    units = {line.ref: left.get(line.ref, 0) if left is not None else line.quantity for line in alike}
    enough = [line for line in alike if units[line.ref] >= item.quantity]
    if not enough:
        return Fit(None, by, tuple(alike), short=True, learned=known)
    if len({(_product(line), line.unit_price) for line in enough}) > 1:
        priced = [line for line in enough if item.unit_price is not None and line.unit_price == item.unit_price]
        if len({_product(line) for line in priced}) != 1:
            return Fit(None, by, tuple(enough), learned=known)
        enough = priced
    # Of lines alike, the one that it fills best: the others stay free for returns of more units.
    return Fit(min(enough, key=lambda line: units[line.ref]), by, learned=known)


def _product(line: ShopLine) -> str:
    """Which product it is, as far as that is told: lines without a SKU may be anything."""
    return line.sku or line.ref


def _by_line_id(item: SeenLine, lines: Sequence[ShopLine]) -> list[ShopLine]:
    return [line for line in lines if item.order_line_ref and line.theirs == item.order_line_ref]


def _by_gtin(item: SeenLine, lines: Sequence[ShopLine]) -> list[ShopLine]:
    gtin = bare_gtin(item.gtin or "")
    return [line for line in lines if gtin and gtin in _gtins(line)]


def _gtins(line: ShopLine) -> set[str]:
    """Many shops use the GTIN as their SKU."""
    return {bare_gtin(word) for word in (*line.gtins, line.sku or "") if word.strip().isdigit()}


def bare_gtin(text: str) -> str:
    """A GTIN without the zeros that it may begin with: shops and marketplaces write them or leave them out."""
    return text.strip().lstrip("0")
