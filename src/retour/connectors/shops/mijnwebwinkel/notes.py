"""The hub's lines in an order's internal note (contract mijnwebwinkel.md, 6): one for each return request.

    [RH:bol:31000001:31] RETURN REQUEST MUG-BLUE\u00d72; reason Te klein; decision: ?

Channel, the marketplace's number of the return, the hub's number of its line; then what comes back, and behind
`decision:` the merchant's word. What stood there before the request came is no answer to it, so a line also tells which
status and which credit orders those were. Everything else in the note is the merchant's and stays letter by letter.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from retour.connectors.contract import ReturnRequest
from retour.connectors.shops.mijnwebwinkel.wire import Address
from retour.connectors.written import joined, one_line
from retour.core.model import Party, Resolution

OPEN: Final = "?"
DECIDE_HERE: Final = f"decision: {OPEN}"
DECIDE_BY_STATUS: Final = "decide with the status of this credit order"

_ASKED: Final = "RETURN REQUEST"
_SETTLED: Final = "RETURN SETTLED BY MARKETPLACE"
_NO_SKU: Final = "article"
_TIMES: Final = "\u00d7"
_MARKER: Final = re.compile(r"\[RH:(?P<of>[^\]:\r\n]+:[^\]:\r\n]+):(?P<number>[1-9]\d{0,9})\]")
_WHAT: Final = re.compile(
    rf"\s*(?:{_ASKED}|{_SETTLED}) (?P<sku>[^;{_TIMES}\r\n]+){_TIMES}(?P<quantity>\d{{1,6}})(?:;|$)"
)
_STATUS: Final = re.compile(r"; status was (\d{1,9});")
_CREDITS: Final = re.compile(r"; credited before ([\w, -]+);")
_DECISION: Final = re.compile(r".*\bdecision[ \t]*:[ \t]*(?P<word>.*)", re.IGNORECASE)
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U00010000-\U0010ffff]+"
)
"""What breaks a line, turns it around, or is lost in a database of short letters."""
_NOT_A_NAME: Final = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One return request, as it stands in a note. `start` and `end` are where its word stands there."""

    marker: str
    of: str
    """Channel and return: lines that are alike in it belong to one return."""
    number: int
    sku: str | None
    quantity: int
    word: str | None
    """What stands behind `decision:`. None: the line has no such place any more."""
    status_before: int | None
    credits_before: frozenset[str]
    start: int
    end: int

    @property
    def is_open(self) -> bool:
        return self.word in {"", OPEN}


def lines_in(note: str) -> list[Line]:
    """Every line of the hub's, from the top. One that the merchant has joined with another is still a line."""
    marks = list(_MARKER.finditer(note))
    ends = [*(after.start() for _, after in pairwise(marks)), len(note)]
    return [
        _read(mark, re.split(r"[\r\n]", note[mark.end() : end], maxsplit=1)[0])
        for mark, end in zip(marks, ends, strict=False)
    ]


def _read(mark: re.Match[str], text: str) -> Line:
    what, status = _WHAT.match(text), _STATUS.search(text)
    credited, decision = _CREDITS.search(text), _DECISION.match(text)
    word = decision["word"].strip() if decision else None
    start = mark.end() + (text.rindex(word, decision.start("word")) if decision and word else len(text))
    return Line(
        marker=mark[0],
        of=mark["of"],
        number=int(mark["number"]),
        sku=what["sku"] if what and what["sku"] != _NO_SKU else None,
        quantity=int(what["quantity"]) if what else 0,
        word=word,
        status_before=int(status[1]) if status else None,
        credits_before=frozenset(credited[1].split(", ")) if credited else frozenset(),
        start=start,
        end=start + len(word or ""),
    )


def marker(request: ReturnRequest) -> str:
    """What a request is known by in a note."""
    return f"[RH:{_name(request.marketplace, 30)}:{_name(request.ref, 40)}:{request.number}]"


def line_for(
    request: ReturnRequest,
    *,
    known: Sequence[Address] | None,
    status_before: int | None = None,
    credits_before: Sequence[str] = (),
    ending: str = DECIDE_HERE,
) -> str:
    """A new line about this request. `known` are the addresses that the order has already; None: none are told."""
    settled = request.status == "accepted"
    reason = request.reason_text or (request.reason.value.replace("_", " ") if request.reason else None)
    places = [
        ("article", "" if sku(request.sku) else tame(request.title, 60)),
        ("reason", tame(reason, 80)),
        ("comment", tame(request.comment, 120)),
    ]
    if known is not None:
        invoice = None if request.billing == request.customer else request.billing
        places += [("from", _details(request.customer, known)), ("invoice", _details(invoice, known))]
    places += [
        ("status was", "" if status_before is None else str(status_before)),
        ("credited before", ", ".join(credits_before)),
    ]
    what = f"{sku(request.sku) or _NO_SKU}{_TIMES}{request.quantity}"
    head = f"{marker(request)} {_SETTLED if settled else _ASKED} {what}"
    told = [f"{name} {text}" for name, text in places if text]
    return "; ".join([head, *told, f"decision: {Resolution.ACCEPT}" if settled else ending])


def appended(note: str, line: str) -> str:
    return f"{note}{'' if not note or note.endswith(chr(10)) else chr(10)}{line}"


def with_words(note: str, lines: Sequence[Line], words: Mapping[int, str]) -> str:
    """The note with these words behind `decision:` of the lines with these numbers. `lines` are the note's."""
    for line in reversed(lines):
        if line.number in words:
            note = note[: line.start] + words[line.number] + note[line.end :]
    return note


def without(note: str) -> str:
    """The merchant's own text."""
    return "\n".join(line for line in note.splitlines() if not _MARKER.search(line))


def sku(value: str | None) -> str | None:
    """As it stands in a note, to compare with."""
    return tame(value, 64) or None


def tame(value: str | None, length: int) -> str:
    """A foreign text for a place in a line: nothing in it can be taken for a marker, a decision or another place."""
    clean = _UNSAFE.sub(" ", value[: 4 * length] if value else "")
    clean = clean.translate({ord("["): "(", ord("]"): ")", ord(";"): ",", ord(_TIMES): "x", ord(":"): " "})
    clean = " ".join(clean.split())
    return clean if len(clean) <= length else clean[: length - 1].rstrip() + "…"


def _name(value: str, length: int) -> str:
    return _NOT_A_NAME.sub("-", value[: 4 * length]).strip("-")[:length] or "-"


def _details(party: Party | None, known: Sequence[Address]) -> str:
    """Who and where, unless the order has it already."""
    if party is None or any(_is_known(party, address) for address in known):
        return ""
    return tame(", ".join(one_line(party)), 140)


def _is_known(party: Party, address: Address) -> bool:
    who = _plain(party.company or party.last_name)
    named = who in _plain(address.name) or who in _plain(address.company)
    place = _plain(party.postcode) == _plain(address.zipcode)
    number = _plain(joined(party.house_number, party.house_number_addition)) == _plain(address.number)
    return named and place and number and _plain(party.vat_number) in {"", _plain(address.taxnumber)}


def _plain(value: str | None) -> str:
    return re.sub(r"[\W_]+", "", value or "").casefold()
