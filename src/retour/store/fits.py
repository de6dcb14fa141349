"""What the database can keep of what platforms show. One row that it cannot keep must not take others with it."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from retour.connectors.contract import Unreadable
from retour.core.model import Money, Seen, SeenLine, ShopSays

ID = 200
"""How long the ids of platforms may be; and what else is looked for by letters."""
GTIN = 50
CODE = 100
MOST_UNITS = 2**31 - 1
MOST_MONEY = Decimal(10) ** 10
_WORDS = {"title": None, "reason_text": None, "comment": None, "tracking": ID, "carrier": ID}
_CODES = {"sku": ID, "gtin": GTIN}
_UNKEPT = re.compile("[\0\ud800-\udfff]")


def text(value: str, most: int | None = None) -> str:
    """Words without what no database keeps (a NUL, half a surrogate pair), cut to their place."""
    if _UNKEPT.search(value):
        value = value.replace("\0", "").encode(errors="replace").decode()
    return value[:most]


def words(value: str | None, most: int | None = None) -> str | None:
    """The same of what may be missing."""
    return None if value is None else text(value, most)


def returns(shown: Iterable[Seen]) -> tuple[list[Seen], list[Unreadable]]:
    """These returns, and those that cannot be kept: an id is kept as it is or not at all, since two that begin alike
    would become one."""
    kept, unkept = [], []
    for seen in shown:
        if why := _flaw(seen):
            unkept.append(Unreadable(text(seen.ref, ID), why, json.dumps(asdict(seen), default=str)))
        else:
            kept.append(seen)
    return kept, unkept


def cleaned(seen: Seen) -> Seen:
    """A return whose ids can be kept, with all the rest as it can be kept."""
    lines = [_line(line) for line in seen.lines]
    changed = any(new is not old for new, old in zip(lines, seen.lines, strict=True))
    return replace(seen, lines=tuple(lines)) if changed else seen


def says(said: ShopSays) -> ShopSays:
    """What a shop says, as it can be kept."""
    return replace(said, ref=text(said.ref, ID), word=words(said.word))


def _flaw(seen: Seen) -> str | None:
    if not is_id(seen.ref):
        return f"the return's id cannot be kept: it is longer than {ID} letters, or holds a control character"
    for line in seen.lines:
        if not (is_id(line.ref) and is_id(line.order_ref) and is_id(line.order_line_ref or "")):
            return f"an id of a line cannot be kept: it is longer than {ID} letters, or holds a control character"
        if not 0 <= line.quantity <= MOST_UNITS:
            return "a line's quantity cannot be kept"
    return None


def is_id(value: str) -> bool:
    """Whether an id can be kept as it is."""
    return len(value) <= ID and not _UNKEPT.search(value)


def _line(line: SeenLine) -> SeenLine:
    changes: dict[str, Any] = {}
    for name, most in _WORDS.items():
        value = getattr(line, name)
        if value is not None and (kept := text(value, most)) != value:
            changes[name] = kept
    for name, most in _CODES.items():
        value = getattr(line, name)
        if value is not None and (len(value) > most or _UNKEPT.search(value)):
            changes[name] = None  # half of a product's code would be another product's
    if line.unit_price is not None and not _is_money(line.unit_price):
        changes["unit_price"] = None
    if any(_UNKEPT.search(handling.raw) for handling in line.handlings):
        changes["handlings"] = tuple(replace(handling, raw=text(handling.raw)) for handling in line.handlings)
    return replace(line, **changes) if changes else line


def _is_money(price: Money) -> bool:
    return price.amount.is_finite() and abs(price.amount) < MOST_MONEY and len(price.currency) == 3
