"""Finding returns by what people have at hand: a number, or a word of the product's title.

Names and addresses are sealed and are not searched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection as database
from django.db.models import Exists, OuterRef, Q, QuerySet

from retour.store.models import Connection, Line, MarketplaceOrder, Return

MOST = 1000
"""How many matches of each kind are taken: exact ones first, newest first."""
SHORTEST_WORD = 3
_LAST_LETTER = "\U0010ffff"
_PUBLIC_ID = re.compile(r"r-(\d{1,18})", re.IGNORECASE)
_LINE_NUMBERS = ("order_ref", "sku", "gtin", "shop_ref")


@dataclass(frozen=True, slots=True)
class Found:
    """Keys of returns. `more`: there are others."""

    returns: frozenset[int]
    more: bool = False


def search(text: str, connections: frozenset[int] | None) -> Found:
    """The returns with a number that begins like this: of the return, its order here or there, its product, the shop's
    return. Words, and what is no such number, are also looked for inside the titles. `connections` None: all."""
    found: set[int] = set()
    more = False
    for wanted in _by_number(text, connections):
        keys = list(wanted[: MOST + 1])
        more |= len(keys) > MOST
        found.update(keys[:MOST])
    a_word = len(text) >= SHORTEST_WORD and any(letter.isalpha() for letter in text)
    if a_word and (not found or not any(letter.isdigit() for letter in text)):
        titled = _of(Line.objects.filter(title__icontains=text), connections).order_by("-pk")
        keys = list(titled.values_list("of", flat=True)[: MOST + 1])
        more |= len(keys) > MOST
        found.update(keys[:MOST])
    return Found(frozenset(found), more)


def _by_number(text: str, connections: frozenset[int] | None) -> Iterator[QuerySet[Any, int]]:
    """One query for each kind of number and spelling, each answered by an index."""
    if public_id := _PUBLIC_ID.fullmatch(text):
        yield _scoped(Return.objects.filter(pk=int(public_id[1])), connections).values_list("pk", flat=True)
    marketplaces = Connection.objects.filter(role=Connection.Role.MARKETPLACE)
    scope = sorted(connections) if connections is not None else list(marketplaces.values_list("pk", flat=True))
    for spelling in sorted({text, text.upper()}):
        refs = Return.objects.filter(_begins("ref", spelling), connection__in=scope)
        yield refs.values_list("pk", flat=True)
        for column in _LINE_NUMBERS:
            lines = _of(Line.objects.filter(_begins(column, spelling)), connections)
            yield lines.order_by(column, "-pk").values_list("of", flat=True)
        orders = MarketplaceOrder.objects.filter(_begins("shop_order", spelling)).order_by("shop_order", "-pk")
        shown = list(orders.values_list("ref", flat=True)[:MOST])
        yield _of(Line.objects.filter(order_ref__in=shown), connections).values_list("of", flat=True)


def _scoped(returns: QuerySet[Return], connections: frozenset[int] | None) -> QuerySet[Return]:
    return returns if connections is None else returns.filter(connection__in=sorted(connections))


def _of(lines: QuerySet[Line], connections: frozenset[int] | None) -> QuerySet[Line]:
    """Asked line by line: a join would make SQLite begin at the returns, and walk through all of them."""
    if connections is None:
        return lines
    return lines.filter(Exists(Return.objects.filter(pk=OuterRef("of_id"), connection__in=sorted(connections))))


def _begins(column: str, text: str) -> Q:
    """Begins like this, in a form that the database's index answers."""
    if database.vendor == "sqlite":
        return Q(**{f"{column}__gte": text, f"{column}__lt": text + _LAST_LETTER})
    return Q(**{f"{column}__startswith": text})
