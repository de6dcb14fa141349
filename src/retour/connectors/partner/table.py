"""Tables as partners write them: rows of a CSV file, read one by one, so that a broken one hides no other, and the file
of a decision (contract tobedressed 4)."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

SEPARATORS = (";", ",", "\t")
LONGEST_ROW = 50
"""Lines of a file that one row may fill: customers write comments of several lines."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class NoTable(ValueError):
    """The file has no row of headings; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by their columns' names, in small letters. `flaw` says why they cannot be trusted."""

    line: int
    cells: Mapping[str, str]
    raw: str
    flaw: str | None = None


def rows(content: bytes, needed: str) -> Iterator[Row]:
    """The rows of a file in UTF-8, with or without a mark at its beginning. `needed` is a column by which the headings
    are known. Raises NoTable."""
    lines = content.decode("utf-8-sig", "surrogateescape").splitlines(keepends=True)
    lines = _joined_at_odd_breaks(lines)
    start = next((number for number, line in enumerate(lines) if line.strip()), None)
    if start is None:
        raise NoTable("it is empty")
    separator = max(SEPARATORS, key=lines[start].count)
    headings = [name.strip().casefold() for name in _cells(lines[start], separator)]
    if needed.strip().casefold() not in headings:
        raise NoTable(f"it has no column {needed!r}")
    number = start + 1
    while number < len(lines):
        if not lines[number].strip():
            number += 1
            continue
        row, taken = _row(lines, number, separator, headings)
        yield row
        number += taken


def _joined_at_odd_breaks(lines: list[str]) -> list[str]:
    """Only line feeds and carriage returns end a line; Python's `splitlines` knows more."""
    whole: list[str] = []
    for line in lines:
        if whole and not whole[-1].endswith(("\n", "\r")):
            whole[-1] += line
        else:
            whole.append(line)
    return whole


def _row(lines: Sequence[str], start: int, separator: str, headings: Sequence[str]) -> tuple[Row, int]:
    """The row that begins in this line, and how many lines it fills. A quote that nobody closed takes only its own
    line with it."""
    text = ""
    for taken, line in enumerate(lines[start : start + LONGEST_ROW], 1):
        text += line
        if _is_open(text, separator):
            continue
        try:
            cells = _cells(text, separator)
        except csv.Error:
            break
        if taken > 1 and len(cells) != len(headings):
            break
        told = dict(zip(headings, cells, strict=False))
        return Row(start + 1, told, _shown(text), _flaw(text, cells, headings)), taken
    only = lines[start]
    return Row(start + 1, _guessed(only, separator, headings), _shown(only), "its quotes do not match"), 1


def _is_open(text: str, separator: str) -> bool:
    """Whether a quoted cell goes on in the next line. A quote within a cell that did not begin with one is a letter."""
    quoted, begins = False, True
    for letter in text.replace('""', "") if '"' in text else "":
        if quoted:
            quoted = letter != '"'
        elif letter == '"' and begins:
            quoted = True
        begins = not quoted and letter in {separator, "\n", "\r"}
    return quoted


def _flaw(text: str, cells: Sequence[str], headings: Sequence[str]) -> str | None:
    if len(cells) != len(headings):
        return f"it has {len(cells)} cells, not {len(headings)}"
    if any("\udc80" <= letter <= "\udcff" for letter in text):
        return "it is not UTF-8"
    return None


def _cells(text: str, separator: str) -> list[str]:
    """Raises csv.Error where something follows a closing quote."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), [])


def _guessed(text: str, separator: str, headings: Sequence[str]) -> Mapping[str, str]:
    """As much as can be told of a broken row: enough to name its return."""
    return dict(zip(headings, text.rstrip("\r\n").split(separator), strict=False))


def _shown(text: str) -> str:
    return text.rstrip("\r\n").encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def written(cells: Mapping[str, str], *, separator: str, escape: bool) -> bytes:
    """A file with one row under its headings. `escape`: for files that a person may open."""
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    table.writerow(cells)
    table.writerow([_cell(text, escape=escape) for text in cells.values()])
    return out.getvalue().encode("utf-8", "replace")


def _cell(text: str, *, escape: bool) -> str:
    """On one line. A spreadsheet takes what begins like a formula for one."""
    plain = text.replace("\0", "")
    guarded = f"'{plain}" if escape and plain.startswith(FORMULA) else plain
    return " ".join(guarded.split())
