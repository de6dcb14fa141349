"""The hub's return requests inside a merchant's note: lines with a marker, and words after `decision:` (contract 6)."""

import re
from dataclasses import dataclass
from typing import Final

OPEN: Final = "?"

_DECISION: Final = re.compile(r"decision:[^\S\r\n]*(?P<word>[^\r\n]*)", re.IGNORECASE)
_TIMES: Final = re.compile(r"\u00d7\s?(\d{1,6})\b")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class NoteRequest:
    """One machine line. `word` is what stands behind `decision:`; `quantity` is None where the line tells none."""

    key: str
    line: str
    word: str
    quantity: int | None


def lines_of(note: str) -> list[str]:
    """Browsers end a line of a form with CR LF, programs with LF: both are here."""
    return [line.rstrip("\r\n") for line in _LINE.findall(note)]


def requests_in(note: str, marker: str) -> list[NoteRequest]:
    """Every line with a marker, from the top; one marker may stand there twice."""
    found = []
    for line in lines_of(note):
        if marked := re.search(marker, line):
            decided = _DECISION.search(line, marked.end())
            times = _TIMES.search(line, marked.end())
            word = decided["word"].strip() if decided else ""
            found.append(NoteRequest(marked[1], line, word, int(times[1]) if times else None))
    return found


def with_word(note: str, marker: str, key: str, word: str) -> str:
    """The note with another word behind `decision:` of that request; a line without one gets it at its end."""

    def rewritten(line: str) -> str:
        body = line.rstrip("\r\n")
        marked = re.search(marker, body)
        if marked is None or marked[1] != key:
            return line
        head, ending = body, line[len(body) :]
        if decided := _DECISION.search(body, marked.end()):
            return f"{head[: decided.start('word')].rstrip()} {word}{ending}"
        return f"{head} decision: {word}{ending}"

    return "".join(map(rewritten, _LINE.findall(note)))


def without(note: str, marker: str, key: str) -> str:
    """The note without the lines of that request."""

    def stays(line: str) -> bool:
        marked = re.search(marker, line)
        return marked is None or marked[1] != key

    return "".join(filter(stays, _LINE.findall(note)))
