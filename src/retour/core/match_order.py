"""Which order of the shop is it, where no number says so for certain: candidates, each with its reasons.

A person chooses; nothing here links anything. Reasons say that something agrees, never what: no personal data.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from retour.core.match_line import Aliases, By, Fit, ShopLine, fit
from retour.core.model import Money, Order, Party, SeenLine
from retour.core.why import Why

MOST = 5
"""So many are offered at most."""
OFFERED_FROM = 25
"""Points. What agrees in less may be anybody's order."""
STRONG = 60
"""Points. Where so much agrees without the products, a shop need not look further."""
SHORTEST = 6
"""A shorter number may stand in a text by chance."""
CLOCKS = timedelta(days=1)
NEAR = timedelta(days=3)
BEFORE = timedelta(days=100)
"""So long before its return an order is placed at most, as a rule."""


def _(sentence: str) -> str:
    """Marks a sentence for the tools of translators, which look for this name. Whoever shows it translates it."""
    return sentence


REASONS = {
    "number_in_number": _("Its number holds the marketplace's order number"),
    "number_in_reference": _("Its reference holds the marketplace's order number"),
    "number_in_comment": _("Its comment holds the marketplace's order number"),
    "number_in_email": _("Its e-mail address holds the marketplace's order number"),
    "number_alike": _("It was linked to an order number that is nearly the same"),
    "email": _("Same e-mail address"),
    "address": _("Same postcode and house number"),
    "name": _("Same name"),
    "line_id": _("Order line {word} x {quantity}"),
    "sku": _("SKU {word} x {quantity}"),
    "gtin": _("EAN {word} x {quantity}"),
    "learned": _("SKU {word} x {quantity}, as learned on {day}"),
    "title": _("The same title, x {quantity}"),
    "short": _("SKU {word} is in it, but not x {quantity}"),
    "near": _("Placed at the same time"),
    "before": _("Placed in the months before the return"),
    "total": _("Same total"),
}
_POINTS = {
    "number_in_number": 60,
    "number_in_reference": 60,
    "number_in_comment": 55,
    "number_in_email": 55,
    "number_alike": 40,
    "email": 35,
    "address": 30,
    "name": 15,
    "near": 10,
    "before": 3,
    "total": 12,
}
_POINTS_OF_LINES = {"line_id": 50, "sku": 25, "gtin": 25, "learned": 25, "title": 10, "short": 5}
_OTHER_PRODUCTS = -20


@dataclass(frozen=True, slots=True)
class Clues:
    """What is known of a marketplace's order and of what comes back of it."""

    order: Order = field(repr=False)
    items: tuple[SeenLine, ...] = ()
    opened_at: datetime | None = None
    people: tuple[Party, ...] = field(default=(), repr=False)
    """Whose return it is, and who is named on the order."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """The marketplace's numbers of the order."""
        return tuple(
            dict.fromkeys(text for number in (self.order.ref, *self.order.numbers) if (text := number.strip()))
        )

    @property
    def emails(self) -> tuple[str, ...]:
        """Every e-mail address that is known."""
        return tuple(dict.fromkeys(party.email.strip().casefold() for party in self.people if party.email))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order of the shop that may be the one. `references` and `comments` are texts that may hold a number."""

    number: str
    id: str | None = None
    placed_at: datetime | None = None
    references: tuple[str, ...] = ()
    comments: tuple[str, ...] = field(default=(), repr=False)
    people: tuple[Party, ...] = field(default=(), repr=False)
    total: Money | None = None
    lines: tuple[ShopLine, ...] = ()
    linked_to: str | None = None
    """The marketplace's number that it is linked to already."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate and what speaks for it, the strongest first."""

    candidate: Candidate
    score: int
    reasons: tuple[Why, ...]


def reason_text(reason: Why) -> str:
    """A reason in English."""
    return REASONS[reason.key].format(**dict(reason.params))


def rank(clues: Clues, candidates: Iterable[Candidate], aliases: Aliases) -> tuple[Scored, ...]:
    """The best few, the most likely first. Those that too little speaks for, and those placed after the return, are
    left out."""
    best: dict[str, Scored] = {}
    for candidate in candidates:
        scored = score(clues, candidate, aliases)
        if scored is None or scored.score < OFFERED_FROM:
            continue
        if candidate.number not in best or best[candidate.number].score < scored.score:
            best[candidate.number] = scored
    ordered = sorted(best.values(), key=lambda one: (-one.score, _distance(clues, one.candidate), one.candidate.number))
    return tuple(ordered[:MOST])


def is_strong(clues: Clues, candidates: Iterable[Candidate]) -> bool:
    """Whether one of them is so likely that a shop need not look further."""
    scores = (score(clues, candidate, {}) for candidate in candidates)
    return any(scored is not None and scored.score >= STRONG for scored in scores)


def score(clues: Clues, candidate: Candidate, aliases: Aliases) -> Scored | None:
    """What speaks for a candidate. None: it cannot be the one, as it was placed after the return, or long before the
    marketplace's order."""
    if _impossible(clues, candidate):
        return None
    found = [(_POINTS[why.key], why) for why in (*_numbers(clues, candidate), *_people(clues, candidate))]
    found += _lines(clues, candidate, aliases)
    found += [(_POINTS[why.key], why) for why in (*_totals(clues, candidate), *_dates(clues, candidate))]
    other = bool(candidate.lines and clues.items) and not any(why.key in _POINTS_OF_LINES for _, why in found)
    points = sum(points for points, _ in found) + (_OTHER_PRODUCTS if other else 0)
    reasons = sorted(found, key=lambda one: -one[0])
    return Scored(candidate, points, tuple(why for _, why in reasons))


def _impossible(clues: Clues, candidate: Candidate) -> bool:
    placed = candidate.placed_at
    if placed is None:
        return False
    after = clues.opened_at is not None and placed > clues.opened_at + CLOCKS
    ordered = clues.order.placed_at
    return after or (ordered is not None and placed < ordered - NEAR)


def _numbers(clues: Clues, candidate: Candidate) -> Iterator[Why]:
    numbers = [number for number in clues.numbers if len(number) >= SHORTEST]
    places = {
        "number_in_number": (candidate.number,),
        "number_in_reference": candidate.references,
        "number_in_comment": candidate.comments,
        "number_in_email": tuple((party.email or "").partition("@")[0] for party in candidate.people),
    }
    for where, texts in places.items():
        if any(holds(text, number) for text in texts for number in numbers):
            yield Why(where)
            return
    if candidate.linked_to is not None and any(_alike(candidate.linked_to, number) for number in clues.numbers):
        yield Why("number_alike")


def holds(text: str, number: str) -> bool:
    """Whether a number stands in a text by itself, whatever its case: not as the middle of a longer one."""
    before = r"(?<!\d)" if number[:1].isdigit() else r"(?<![^\W\d_])"
    behind = r"(?!\d)" if number[-1:].isdigit() else r"(?![^\W\d_])"
    return re.search(before + re.escape(number) + behind, text, re.IGNORECASE) is not None


def _alike(one: str, other: str) -> bool:
    left, right = _plain(one), _plain(other)
    return min(len(left), len(right)) >= SHORTEST and (left in right or right in left)


def _people(clues: Clues, candidate: Candidate) -> Iterator[Why]:
    emails = {party.email.strip().casefold() for party in candidate.people if party.email}
    if emails & set(clues.emails):
        yield Why("email")
    if set().union(*map(_doors, candidate.people)) & set().union(*map(_doors, clues.people)):
        yield Why("address")
    if any(_same_name(one, other) for one in clues.people for other in candidate.people):
        yield Why("name")


def _doors(party: Party) -> set[tuple[str, str]]:
    """Postcode with each number that may be the house's: some shops write it into the street."""
    postcode = _plain(party.postcode or "")
    told = party.house_number or party.street or ""
    return {(postcode, str(int(number))) for number in re.findall(r"\d{1,9}", told, re.ASCII)} if postcode else set()


def _same_name(one: Party, other: Party) -> bool:
    """The same words, or the same last name with the same initial."""
    left, right = _words_of(one), _words_of(other)
    if not left or not right:
        return False
    if sorted(left) == sorted(right):
        return len(left) > 1
    last = _words(one.last_name), _words(other.last_name)
    first = _words(one.first_name), _words(other.first_name)
    return bool(last[0] and last[0] == last[1] and first[0] and first[1] and first[0][0][0] == first[1][0][0])


def _words_of(party: Party) -> list[str]:
    return _words(f"{party.first_name or ''} {party.last_name or ''}")


def _words(text: str | None) -> list[str]:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text or "") if not unicodedata.combining(c))
    return re.findall(r"[^\W\d_]+", bare.casefold())


def _lines(clues: Clues, candidate: Candidate, aliases: Aliases) -> list[tuple[int, Why]]:
    """What agrees of the products: a share of the points for each, so that many products weigh as one."""
    found = []
    for item in clues.items:
        why = _line_reason(item, fit(item, candidate.lines, aliases), candidate.lines)
        if why is not None:
            found.append((_POINTS_OF_LINES[why.key] // len(clues.items), why))
    return found


def _line_reason(item: SeenLine, found: Fit, lines: Sequence[ShopLine]) -> Why | None:
    quantity = ("quantity", str(item.quantity))
    if found.short and found.alike:
        return Why("short", (("word", found.alike[0].sku or item.sku or item.gtin or "?"), quantity))
    if found.learned is not None:
        day = ("day", found.learned.at.date().isoformat())
        return Why("learned", (("word", found.learned.sku), quantity, day))
    if found.by in _WORDS_OF_LINES:
        return Why(found.by.value, (("word", _WORDS_OF_LINES[found.by](item) or "?"), quantity))
    title = _words(item.title)
    same = title and any(_words(line.title) == title and line.quantity >= item.quantity for line in lines)
    return Why("title", (quantity,)) if same else None


_WORDS_OF_LINES: dict[By, Callable[[SeenLine], str | None]] = {
    By.LINE_ID: lambda item: item.order_line_ref,
    By.SKU: lambda item: item.sku,
    By.GTIN: lambda item: item.gtin,
}


def _totals(clues: Clues, candidate: Candidate) -> Iterator[Why]:
    prices = [(line.unit_price, line.quantity) for line in clues.order.lines]
    if candidate.total is None or not prices:
        return
    currencies = {price.currency if price else None for price, _ in prices}
    total = sum(price.amount * quantity for price, quantity in prices if price)
    if currencies == {candidate.total.currency} and total and total == candidate.total.amount:
        yield Why("total")


def _dates(clues: Clues, candidate: Candidate) -> Iterator[Why]:
    placed, ordered = candidate.placed_at, clues.order.placed_at
    if placed is None:
        return
    if ordered is not None:
        if abs(placed - ordered) <= NEAR:
            yield Why("near")
        return
    if clues.opened_at is not None and timedelta(0) <= clues.opened_at - placed <= BEFORE:
        yield Why("before")


def _distance(clues: Clues, candidate: Candidate) -> float:
    """Seconds between it and the marketplace's order, or else the return."""
    near = clues.order.placed_at or clues.opened_at
    return abs((candidate.placed_at - near).total_seconds()) if candidate.placed_at and near else float("inf")


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
