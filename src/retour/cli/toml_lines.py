"""Where the keys of a TOML document stand, so that a mistake can be shown with its line.

Only for documents that `tomllib` has accepted: the scanner walks the grammar and checks nothing.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

Path = tuple[str | int, ...]

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_BLANK: Final = re.compile(r"[ \t]*")
_BLANK_LINES: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*+")
_SCALAR: Final = re.compile(r"[^,\]}#\n]*")
_STRINGS: Final = (
    re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}', re.DOTALL),
    re.compile(r"'''(?:[^']|'(?!''))*'{3,5}"),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


class Lines:
    """The line of every key, header and array item of a document, counted from 1."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(hit.end() for hit in re.finditer("\n", text))]
        self._lines: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}
        self._document()

    def of(self, path: Path) -> int:
        """The line of a path; where it does not stand in the document, of what would hold it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def _document(self) -> None:
        table: Path = ()
        while self._next():
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        line = self._line()
        of_array = self._text.startswith("[[", self._at)
        self._at += 2 if of_array else 1
        *above, last = self._key()
        self._at += 2 if of_array else 1
        path: Path = ()
        for part in above:
            path = (*path, part)
            self._lines.setdefault(path, line)
            if path in self._arrays:
                path = (*path, self._arrays[path])
        path = (*path, last)
        if of_array:
            self._lines.setdefault(path, line)
            self._arrays[path] = self._arrays.get(path, -1) + 1
            path = (*path, self._arrays[path])
        self._lines[path] = line
        return path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for part in self._key():
            path = (*path, part)
            self._lines.setdefault(path, line)
        self._skip(_BLANK)
        self._at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _key(self) -> list[str]:
        parts = []
        while True:
            self._skip(_BLANK)
            quoted = self._string()
            if quoted is None:
                parts.append(self._skip(_BARE_KEY))
            else:
                parts.append(tomllib.loads(f"key = {quoted}")["key"])
            self._skip(_BLANK)
            if self._text[self._at] != ".":
                return parts
            self._at += 1

    def _value(self, path: Path) -> None:
        match self._text[self._at]:
            case "[":
                self._at += 1
                for count in self._items("]"):
                    self._lines[(*path, count)] = self._line()
                    self._value((*path, count))
            case "{":
                self._at += 1
                for _ in self._items("}"):
                    self._pair(path)
            case _ if self._string() is None:
                self._skip(_SCALAR)

    def _items(self, end: str) -> Iterator[int]:
        count = 0
        while self._next() and self._text[self._at] != end:
            yield count
            count += 1
            self._next()
            if self._text[self._at] == ",":
                self._at += 1
        self._at += 1

    def _string(self) -> str | None:
        for kind in _STRINGS:
            if found := kind.match(self._text, self._at):
                self._at = found.end()
                return found[0]
        return None

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _next(self) -> bool:
        """Goes to the next thing that is neither blank nor a comment; false at the end."""
        self._skip(_BLANK_LINES)
        return self._at < len(self._text)

    def _line(self) -> int:
        return bisect_right(self._starts, self._at)
