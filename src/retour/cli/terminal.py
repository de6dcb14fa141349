"""What a person or a program reads: results on stdout, everything else on stderr.

At a terminal there are tables and progress bars; elsewhere plain columns, uncut, one line for each row.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any


def say(text: str, *, now: bool = False) -> None:
    """A line of the result. `now`: whoever reads a pipe gets it at once, from a command that goes on."""
    sys.stdout.write(clean(text) + "\n")
    if now:
        sys.stdout.flush()


def warn(text: str) -> None:
    """A line beside the result."""
    sys.stdout.flush()
    sys.stderr.write(clean(text) + "\n")
    sys.stderr.flush()


def say_json(value: Any) -> None:
    """The result as one JSON document."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def say_json_array(values: Iterable[Any]) -> None:
    """The result as one JSON array, written while it is read: any number of items, one line each."""
    sys.stdout.write("[")
    for count, value in enumerate(values):
        sys.stdout.write(",\n " if count else "\n ")
        sys.stdout.write(json.dumps(value))
    sys.stdout.write("\n]\n")


def say_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The result as a table."""
    cells = [[clean("" if cell is None else str(cell)) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _rich_table(headings, cells)
        return
    table = [[heading.upper() for heading in headings], *cells]
    widths = [max(map(len, column)) for column in zip_longest(*table, fillvalue="")]
    for row in table:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, at a terminal; yields the function that moves it on."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)


def clean(text: str) -> str:
    """Without control characters: a platform's words must not steer the terminal."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _rich_table(headings: Sequence[str], cells: Iterable[Sequence[str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=SIMPLE_HEAD, pad_edge=False)
    for row in cells:
        table.add_row(*map(Text, row))
    Console().print(table)
