"""The frame of the admin pages, and the parts that recur in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from retour.sandbox.markup import Html, element, join


@dataclass(frozen=True, slots=True)
class Notice:
    """What the last click did, shown once."""

    text: str
    good: bool


def cell(label: str, *children: object) -> Html:
    """One cell of a table, which shows its label on a narrow screen."""
    return element("td", element("div", *children), data_label=label)


def card(title: str, facts: Sequence[tuple[str, object]]) -> Html:
    """Facts that are known, under a title."""
    known = [(name, value) for name, value in facts if value not in (None, "")]
    if not known:
        known = [("", "Nothing was sent.")]
    rows = [element("dt", name) + element("dd", value) for name, value in known]
    return element("section", element("h2", title), element("dl", *map(Html, rows)), class_="card")


def layout(shop_name: str, section: str, title: str, content: Sequence[Html | None], notices: Iterable[Notice]) -> str:
    """A whole page; `section` is where in the panel it stands."""
    shown = [element("p", n.text, class_="notice " + ("good" if n.good else "bad"), role="status") for n in notices]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · {shop_name}"),
        element("style", Html(_style())),
    )
    banner = element(
        "header",
        element("a", shop_name, href="/", class_="name"),
        element("span", section),
    )
    body = element("body", banner, element("main", join(shown), *content))
    return "<!doctype html>" + element("html", head, body, lang="en")


@cache
def _style() -> str:
    return (Path(__file__).parent / "backoffice.css").read_text(encoding="utf-8")
