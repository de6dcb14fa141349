"""HTML that cannot forget to escape: only `Html` goes in as it is, every other text is escaped."""

from collections.abc import Iterable
from html import escape
from typing import Final

from aiohttp import web

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


def join(children: Iterable[Html]) -> Html:
    return Html("".join(children))


def units(quantity: int, what: object) -> Html:
    """So many of something."""
    return Html(f"{quantity} &times; {text_of(what)}")


def options(choices: Iterable[tuple[str, str]], chosen: str | None = None) -> Html:
    """What a select offers: values and their labels."""
    return join([element("option", label, value=value, selected=value == chosen) for value, label in choices])


def document(title: str, style: str, *body: object) -> web.Response:
    """A whole page in English, for screens of any width. It needs no script."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Html(style)),
    )
    html = "<!doctype html>" + element("html", head, element("body", *body), lang="en")
    # What people write may hold half a surrogate pair, which no encoding takes.
    return web.Response(body=html.encode("utf-8", "replace"), content_type="text/html", charset="utf-8")
