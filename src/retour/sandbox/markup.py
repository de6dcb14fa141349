"""HTML that cannot forget to escape: only `Html` goes in as it is, every other text is escaped."""

from html import escape
from typing import Final

_VOID: Final = frozenset({"input", "link", "meta", "br"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def text_of(child: object) -> str:
    """A child as HTML: `Html` as it is, None as nothing, anything else escaped."""
    if child is None:
        return ""
    return child if isinstance(child, Html) else escape(str(child))


def element(tag: str, /, *children: object, **attributes: str | bool | None) -> Html:
    """One element. `class_` is class, `data_label` is data-label; True is an attribute alone, None or False is none."""
    opened = tag
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        opened += " " + key.rstrip("_").replace("_", "-")
        if value is not True:
            opened += f'="{escape(value)}"'
    if tag in _VOID:
        return Html(f"<{opened}>")
    return Html(f"<{opened}>{''.join(map(text_of, children))}</{tag}>")


def join(children: list[Html]) -> Html:
    return Html("".join(children))
