"""What a MySQL column keeps of a value on Magento's connection, which is not strict (contract A10, E5, E7)."""

from typing import Any, Final

from retour.sandbox.magento import php

_VARCHAR: Final = 255
_TEXT: Final = 65_535
_UNSIGNED: Final = 2**32 - 1
_BIGINT: Final = 2**63 - 1


def varchar(value: Any) -> str | None:
    """varchar(255), three-byte utf8: a character beyond the BMP becomes `????`, what is too long is cut."""
    if value is None:
        return None
    text = php.to_string(value)
    if not text.isascii():
        text = "".join("????" if ord(character) > 0xFFFF else character for character in text)
    return text[:_VARCHAR]


def json_text(value: Any) -> str:
    """text: an array as JSON, cut at 65,535 bytes even where that breaks the JSON."""
    return php.encode(value)[:_TEXT]


def unsigned(value: int) -> int:
    """int unsigned: clipped to 32 bits."""
    return min(max(value, 0), _UNSIGNED)


def bigint(value: int) -> int:
    return min(max(value, -_BIGINT - 1), _BIGINT)
