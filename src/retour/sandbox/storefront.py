"""The page on which a person plays a marketplace's customer: its frame, its parts, and how its forms are read.

Plain forms, no JavaScript. Every post answers with a redirect, so that a reload repeats nothing; what a form cannot
mean is 400, in words.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from aiohttp import web

from retour.sandbox.commands import Impossible
from retour.sandbox.markup import Html, document, element, join

Tone = Literal["good", "bad", "wait", "none"]


@dataclass(frozen=True, slots=True)
class Storefront:
    """A marketplace as its customers see it."""

    name: str
    """What it is not: the real one."""
    accent: str
    """Of the buttons, as a CSS color."""

    def page(self, title: str, *content: object) -> web.Response:
        banner = element(
            "div",
            element("strong", f"Sandbox — not {self.name}."),
            " A simulator for trying out returns. The orders, the people and the money are made up.",
            class_="sandbox",
        )
        style = f":root {{ --accent: {self.accent}; }}\n{_style()}"
        return document(f"{title} (sandbox)", style, banner, element("main", element("h1", title), *content))

    def home(
        self,
        lead: str,
        orders: Iterable[Html],
        returns: Iterable[Html],
        *more: object,
        notice: str | None = None,
        explained: str | None = None,
    ) -> web.Response:
        """The customer's orders and returns, each a card. `explained` stands above the returns."""
        return self.page(
            "My orders",
            element("p", lead),
            element("p", notice, class_="notice", role="status") if notice else None,
            element("h2", "Orders"),
            join(orders) or nothing("There are no orders yet."),
            element("h2", "My returns"),
            element("p", explained) if explained else None,
            join(returns) or nothing("Nothing yet. Choose a product above."),
            *more,
        )


def card(kind: str, number: str, about: str, rows: Iterable[Html]) -> Html:
    """An order or a return, and what belongs to it."""
    heading = element("span", f"{kind} ", element("strong", number))
    return element("section", element("header", heading, element("span", about)), *rows, class_="card")


def listing(rows: Iterable[Html]) -> Html:
    """A card without a heading; nothing without rows."""
    shown = join(rows)
    return element("section", shown, class_="card") if shown else shown


def nothing(text: str) -> Html:
    return listing([element("p", text, class_="row")])


def row(what: object, small: object, *beside: object) -> Html:
    """A product, with small print; beside it what became of it, or what can be done."""
    return element("div", element("div", what, element("small", small), class_="what"), *beside, class_="row")


def state(text: object, tone: Tone) -> Html:
    return element("span", text, class_=f"state {tone}")


def states(each: Iterable[Html]) -> Html:
    return element("div", Html("<br>".join(each)))


def return_form(
    title: str,
    left: int,
    ids: Mapping[str, str],
    reasons: Html,
    *more: Html,
    action: str = "/returns",
    button: str = "Return this",
) -> Html:
    """How many units of a product go back, at most `left`, and why; says so where none is left.

    `ids` say which product it is. The fields `reason` and `quantity` come with it, `more` are the marketplace's own.
    """
    if left < 1:
        return state("Nothing left to return", "none")
    number = element(
        "input",
        type="number",
        name="quantity",
        value="1",
        min="1",
        max=str(left),
        aria_label=f"Quantity of {title}",
    )
    return element(
        "form",
        *(element("input", type="hidden", name=name, value=value) for name, value in ids.items()),
        choice("reason", f"Reason for returning {title}", reasons),
        number,
        *more,
        element("button", button, element("span", f": {title}", class_="hidden")),
        method="post",
        action=action,
    )


def choice(name: str, label: str, offered: Html) -> Html:
    return element("select", offered, name=name, aria_label=label)


def comment(title: str, longest: int) -> Html:
    """A field for what the customer wants to add."""
    label = f"Comment on {title}"
    return element("input", name="comment", maxlength=str(longest), placeholder="Comment", aria_label=label)


def act_form(action: str, label: str, title: str, ids: Mapping[str, str] | None = None) -> Html:
    """One button that does something with a return; `title` says with which to who cannot see the page."""
    return element(
        "form",
        *(element("input", type="hidden", name=name, value=value) for name, value in (ids or {}).items()),
        element("button", label, element("span", f": {title}", class_="hidden"), class_="quiet"),
        method="post",
        action=action,
    )


def acts(forms: Iterable[Html]) -> Html:
    """What can be done with what stands above: a row of its own; nothing where nothing can."""
    shown = join(forms)
    return element("div", shown, class_="row") if shown else shown


@dataclass(frozen=True, slots=True)
class Form:
    """What the customer filled in."""

    fields: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.fields.get(name, "")

    def comment(self, longest: int) -> str:
        return self.text("comment").strip()[:longest]

    def reason(self, offered: Container[str]) -> str:
        """400 for one that the page does not offer."""
        reason = self.text("reason")
        if reason not in offered:
            raise unchosen()
        return reason

    def quantity(self, left: int) -> int:
        """400 for less than one and more than `left`."""
        text = self.text("quantity")
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise unchosen()
        if not 1 <= int(text) <= left:
            raise web.HTTPBadRequest(text=f"You can send back at most {left}.")
        return int(text)


async def filled(request: web.Request) -> Form:
    return Form({name: str(value) for name, value in (await request.post()).items()})


def unchosen() -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text="Please choose a product, a reason and a quantity.")


@contextmanager
def existing() -> Iterator[None]:
    """404 for a return that nobody has, 409 for what cannot be done with it."""
    try:
        yield
    except KeyError:
        raise web.HTTPNotFound(text="There is no such return.") from None
    except Impossible as impossible:
        raise web.HTTPConflict(text=str(impossible)) from None


@cache
def _style() -> str:
    return files(__package__).joinpath("storefront.css").read_text("utf-8")
