"""Texts as the shop's columns can hold them."""

import re

TEXT_LENGTH = 255
"""The plugin's short columns are varchar(255) (contract magento.md, A10, E5)."""

_OUTSIDE_BMP = re.compile("[\ud800-\udfff\U00010000-\U0010ffff]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]+")


def text(value: str | None, length: int = TEXT_LENGTH) -> str:
    """A text as the shop's columns can hold it: characters beyond the Unicode BMP, which become `????` there, as one
    replacement character, and cut (E5). Always a real text: null or a number crashes the plugin (A3)."""
    if not value:
        return ""
    clean = value.strip()
    if not (clean.isascii() and clean.isprintable()):
        clean = _CONTROL.sub(" ", _OUTSIDE_BMP.sub("\ufffd", clean)).strip()
    return clean if len(clean) <= length else clean[: length - 1] + "…"
