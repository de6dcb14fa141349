"""What a search of handed-over lines looks for: terms, each a whole number of a line, its return, its order or its
product, or else a whole word of titles, in this spelling.

Numbers have indexes. Only for what is no number of the project's, titles are gone through, and matched here: what a
word is, and how it is spelt, databases see differently.
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection as database

from retour.store import sql

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Term:
    """Where a term was found. `orders`: the marketplace's numbers of the shop's order of this number. `of`: the returns
    of this number. `titles`: those with this word. `returns`: all that may have a line with it; None: many."""

    text: str
    orders: Collection[str]
    of: Collection[int]
    titles: Collection[str]
    returns: Collection[int] | None

    def condition(self) -> tuple[str, list[Any]]:
        """What a line `l` must be like, with its parameters."""
        if self.titles:
            among, titles = _among("l.title", self.titles)
            return f"({among})", titles
        orders = (self.text, *self.orders)
        return (
            f"(l.ref = %s OR l.sku = %s OR l.gtin = %s OR l.order_ref IN {sql.marks(orders)}"
            f" OR l.of_id IN {sql.marks(self.of)})",
            [self.text, self.text, self.text, *orders, *self.of],
        )


def found(texts: Sequence[str], project_id: int, marketplaces: Sequence[int], most: int) -> list[Term]:
    """Each of these texts, once. Returns are many where they are more than `most`."""
    if not texts or any("\0" in text for text in texts):  # a letter that no database keeps
        return []
    numbers = [_number(text, project_id, marketplaces, most) for text in dict.fromkeys(texts)]
    words = [term.text for term in numbers if term.returns is not None and not term.returns]
    if not words:
        return numbers
    titles, titled = _titles(words, most)
    return [_word(term.text, titles, titled) if term.text in words else term for term in numbers]


def returns(terms: Sequence[Term], most: int) -> set[int] | None:
    """The returns that may have a line with all these terms; None: they are more than `most`."""
    known = [set(term.returns) for term in terms if term.returns is not None]
    if known:
        return set.intersection(*known)
    conditions = [term.condition() for term in terms]
    where = " AND ".join(condition for condition, _ in conditions)
    parameters = [value for _, values in conditions for value in values]
    rows = sql.rows(f"SELECT l.of_id FROM store_line AS l WHERE {where} LIMIT %s", [*parameters, most + 1])  # noqa: S608
    return {of for (of,) in rows} if len(rows) <= most else None


def matches(texts: Collection[str], numbers: Collection[str | None], title: str | None) -> bool:
    """Whether each text is one of the numbers, or a whole word of the title. Without a text nothing is."""
    words = _words(title or "")
    return bool(texts) and all(text in numbers or text in words for text in texts)


def _words(title: str) -> set[str]:
    return set(_WORD.findall(title))


def _titles(texts: Sequence[str], most: int) -> tuple[Collection[str], dict[str, set[int]] | None]:
    """Titles among which those with the texts are, and which returns have each; None: they are too many."""
    position = "strpos" if database.vendor == "postgresql" else "instr"
    where = " OR ".join([f"{position}(title, %s) > 0"] * len(texts))
    rows = sql.rows(f"SELECT title, of_id FROM store_line WHERE {where} LIMIT %s", [*texts, most + 1])  # noqa: S608
    if len(rows) > most:
        distinct = sql.rows(f"SELECT DISTINCT title FROM store_line WHERE {where}", texts)  # noqa: S608
        return [title for (title,) in distinct], None
    titled: dict[str, set[int]] = {}
    for title, of in rows:
        titled.setdefault(title, set()).add(of)
    return titled, titled


def _orders(text: str, project_id: int) -> list[str]:
    where = "project_id = %s AND shop_order = %s"
    return [ref for (ref,) in sql.rows(f"SELECT ref FROM store_marketplaceorder WHERE {where}", [project_id, text])]  # noqa: S608


def _returns(text: str, marketplaces: Sequence[int]) -> list[int]:
    where = f"connection_id IN {sql.marks(marketplaces)} AND ref = %s"
    return [pk for (pk,) in sql.rows(f"SELECT id FROM store_return WHERE {where}", [*marketplaces, text])]  # noqa: S608


def _number(text: str, project_id: int, marketplaces: Sequence[int], most: int) -> Term:
    """One query for each kind of number: the database uses their indexes so."""
    orders, of = _orders(text, project_id), _returns(text, marketplaces)
    found = set(of)
    ours = f"r.id = of_id AND r.connection_id IN {sql.marks(marketplaces)}"
    for column in ("ref", "sku", "gtin", "order_ref"):
        numbers = (text, *orders) if column == "order_ref" else (text,)
        where = f"{column} IN {sql.marks(numbers)} AND EXISTS (SELECT 1 FROM store_return AS r WHERE {ours})"  # noqa: S608
        parameters = [*numbers, *marketplaces, most + 1]
        rows = sql.rows(f"SELECT of_id FROM store_line WHERE {where} LIMIT %s", parameters)  # noqa: S608
        found |= {pk for (pk,) in rows}
        if len(rows) > most:
            return Term(text, orders, of, (), None)
    return Term(text, orders, of, (), found)


def _word(text: str, titles: Collection[str], titled: dict[str, set[int]] | None) -> Term:
    ours = [title for title in titles if text in _words(title)]
    if titled is None:
        return Term(text, (), (), ours, None if ours else ())
    return Term(text, (), (), ours, {of for title in ours for of in titled[title]})


def _among(column: str, values: Collection[str]) -> tuple[str, list[Any]]:
    """That a column is one of so many texts as no list of parameters may hold."""
    if database.vendor == "postgresql":
        return f"{column} = ANY(%s)", [list(values)]
    return f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(list(values))]  # noqa: S608
