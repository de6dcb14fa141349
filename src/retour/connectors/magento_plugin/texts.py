"""Texts as the plugin's columns can hold them."""

from retour.connectors import written

TEXT_LENGTH = 255
"""The plugin's short columns are varchar(255) (contract magento.md, A10, E5)."""


def text(value: str | None, length: int = TEXT_LENGTH) -> str:
    """A text as the shop's columns can hold it (E5). Always a real text: null or a number crashes the plugin (A3)."""
    return written.text(value, length)
