"""A return and its people in words, for the notes and comments of shops that have no field for them."""

import re

from retour.core.model import Party

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]+")
_HALVES = re.compile("[\ud800-\udfff]+")
_OUTSIDE_BMP = re.compile("[\ud800-\udfff\U00010000-\U0010ffff]+")


def text(value: str | None, length: int, *, bmp: bool = True) -> str:
    """A text that JSON and a database can hold, cut. `bmp`: also columns that know no characters beyond the Unicode
    BMP, which would become `????` there; each run of them becomes one replacement character."""
    if not value:
        return ""
    clean = value.strip()
    if not (clean.isascii() and clean.isprintable()):
        clean = _CONTROL.sub(" ", (_OUTSIDE_BMP if bmp else _HALVES).sub("\ufffd", clean)).strip()
    return clean if len(clean) <= length else clean[: length - 1] + "…"


def joined(*parts: str | None) -> str:
    """Those that are known, with spaces."""
    return " ".join(part for part in parts if part)


def named(name: str, value: str | None) -> str:
    """A name before its value; nothing where there is none."""
    return f"{name} {value}" if value else ""


def one_line(party: Party | None, *, contact: bool = False) -> list[str]:
    """A person's or company's parts of one line, whatever is known; `contact`: with e-mail address and phone number."""
    if party is None:
        return []
    parts = (
        party.company,
        joined(party.first_name, party.last_name),
        joined(party.street, party.house_number, party.house_number_addition),
        party.extra if contact else None,
        joined(party.postcode, party.city),
        party.region if contact else None,
        party.country,
        party.email if contact else None,
        party.phone if contact else None,
        party.vat_number,
    )
    return [part for part in parts if part]
