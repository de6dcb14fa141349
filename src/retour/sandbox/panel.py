"""The back office in which a person plays a shop's merchant: its frame, and the parts that recur in it.

Plain forms, no login, no JavaScript. Every change answers with a redirect, so that a reload repeats nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Generic, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from retour.sandbox.markup import Html, document, element

Row = TypeVar("Row")

_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class Notice:
    """What the last click did, shown once."""

    text: str
    good: bool = True


class Notices:
    """What the next page tells."""

    def __init__(self) -> None:
        self._untold: list[Notice] = []

    def add(self, text: str, *, good: bool = True) -> None:
        self._untold.append(Notice(text, good))

    def take(self) -> list[Notice]:
        taken, self._untold = self._untold, []
        return taken


@dataclass(frozen=True, slots=True)
class Sheet(Generic[Row]):
    """One page of a list; the first is 1."""

    rows: Sequence[Row]
    page: int
    last: int
    total: int


def sheet(request: web.Request, rows: Sequence[Row]) -> Sheet[Row]:
    """The page of the list that `?page=` asks for, or the nearest that there is."""
    asked = request.query.get("page", "1")
    last = max(-(-len(rows) // _ROWS), 1)
    page = min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) <= 9 else 1
    return Sheet(rows[(page - 1) * _ROWS : page * _ROWS], page, last, len(rows))


@dataclass(frozen=True, slots=True)
class Panel:
    """A shop as its staff see it. Colors are CSS."""

    name: str
    bar: str
    edge: str
    accent: str
    style: str = ""
    """What only this shop's pages need."""

    def page(
        self, place: str, title: str, content: Iterable[Html | None], notices: Iterable[Notice] = ()
    ) -> web.Response:
        """A whole page; `place` is where in the panel it stands."""
        told = [element("p", n.text, class_="notice " + ("good" if n.good else "bad"), role="status") for n in notices]
        bar = element("header", element("a", self.name, href="/", class_="name"), element("span", place))
        colors = f":root {{ --bar: {self.bar}; --edge: {self.edge}; --accent: {self.accent}; }}\n"
        main = element("main", *told, *content)
        return document(f"{title} · {self.name}", colors + _style() + self.style, bar, main)


def cell(label: str, *children: object) -> Html:
    """One cell of a table, which shows its label on a narrow screen."""
    return element("td", element("div", *children), data_label=label)


def table(heads: Sequence[str], rows: Iterable[Html]) -> Html:
    return element(
        "table",
        element("thead", element("tr", *(element("th", head) for head in heads))),
        element("tbody", *rows),
    )


def card(title: str, facts: Iterable[tuple[str, object]]) -> Html:
    return section(title, facts_of(facts))


def facts_of(facts: Iterable[tuple[str, object]]) -> Html:
    """Those that are known."""
    known = [(name, value) for name, value in facts if value not in (None, "")] or [("", "Nothing was sent.")]
    return element("dl", *(part for name, value in known for part in (element("dt", name), element("dd", value))))


def section(title: str, *content: object) -> Html:
    return element("section", element("h2", title), *content, class_="card")


def tick(name: str, label: str, *, ticked: bool = False) -> Html:
    return element("label", element("input", type="checkbox", name=name, value="1", checked=ticked), " ", label)


def filters(label: str, choices: Iterable[tuple[str, str]], chosen: str) -> Html:
    """Links to parts of a list, given as addresses and labels."""
    links = [
        element("a", text, href=address, aria_current="page" if address == chosen else None)
        for address, text in choices
    ]
    return element("nav", *links, class_="filters", aria_label=label)


def pager(shown: Sheet[Row], address: str = "/", query: Mapping[str, str] | None = None) -> Html | None:
    """Links to the pages beside this one, where there are any."""
    if shown.last < 2:
        return None

    def link(label: str, page: int) -> Html:
        if not 1 <= page <= shown.last:
            return element("span", label)
        return element("a", label, href=f"{address}?{urlencode({**(query or {}), 'page': page})}")

    return element(
        "nav",
        link("← Newer", shown.page - 1),
        element("span", f"Page {shown.page} of {shown.last}"),
        link("Older →", shown.page + 1),
        class_="pager",
        aria_label="Pages",
    )


@cache
def _style() -> str:
    return files(__package__).joinpath("panel.css").read_text("utf-8")
