"""A list of orders in CSV, as spreadsheets write it."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from retour.cli.endings import Mistake

COLUMNS: Final = ("marketplace_order", "shop_order")
LONGEST: Final = 200
Links = Iterator[tuple[str, str]]
Slips = list[tuple[int, str]]


@contextmanager
def open_list(path: Path) -> Iterator[tuple[Links, Slips]]:
    """The links of a list, the marketplace's order to the shop's, and the rows that cannot be taken.

    Those are known when the links have been read to their end. Raises Mistake for a file that is no such list.
    """
    try:
        with path.open("rb") as raw:
            if raw.read(2) in {b"\xff\xfe", b"\xfe\xff"}:
                raise Mistake(f"{path} is in UTF-16. Save it as CSV in UTF-8.")
        # Only numbers are read: what other columns hold in another encoding does no harm.
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            slips: Slips = []
            yield _links(file, path, slips), slips
    except OSError as error:
        raise Mistake(f"{path} cannot be read: {error.strerror}.") from None


def _links(file: TextIO, path: Path, slips: Slips) -> Links:
    heading = file.readline()
    separator = max(",;\t", key=heading.count)
    names = [_plain(name) for name in next(csv.reader([heading], delimiter=separator), [])]
    for column in COLUMNS:
        if names.count(column) != 1:
            raise Mistake(
                f"{path}:1: The first row must name the columns {' and '.join(COLUMNS)}, each once. "
                f"It names: {', '.join(filter(None, names)) or 'nothing'}."
            )
    places = [names.index(column) for column in COLUMNS]
    seen: dict[str, tuple[str, int]] = {}
    rows = csv.reader(file, delimiter=separator)
    while True:
        line = rows.line_num + 2
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            slips.append((line, f"This row cannot be read: {error}."))
            continue
        if not any(cell.strip() for cell in row):
            continue
        order, shop_order = (row[place].strip() if place < len(row) else "" for place in places)
        if words := _flaw(order, shop_order) or _contradiction(order, shop_order, seen):
            slips.append((line, words))
        elif order not in seen:
            seen[order] = (shop_order, line)
            yield order, shop_order


def _flaw(order: str, shop_order: str) -> str | None:
    hint = " Save the list as CSV in UTF-8."
    return next(filter(None, (flaw(*pair, hint) for pair in zip(COLUMNS, (order, shop_order), strict=True))), None)


def flaw(column: str, value: str, hint: str = "") -> str | None:
    """What is wrong with a number, in a sentence; `hint`: what to do about letters that cannot be read."""
    if not value:
        return f"{column} is empty."
    if len(value) > LONGEST:
        return f"{column} is longer than {LONGEST} characters."
    if "\N{REPLACEMENT CHARACTER}" in value or not value.isprintable():
        return f"{column} holds characters that cannot be read.{hint}"
    return None


def _contradiction(order: str, shop_order: str, seen: dict[str, tuple[str, int]]) -> str | None:
    if order in seen and seen[order][0] != shop_order:
        return f"{order} is {seen[order][0]} in line {seen[order][1]} and {shop_order} here. The first one is taken."
    return None


def _plain(name: str) -> str:
    return "_".join(name.strip().lower().replace("-", " ").replace("_", " ").split())
