"""The files of decisions that the hub lays down, `decisions/decisions_*.csv` (contract 4).

The partner takes a file the moment it sees its name: whoever writes under the final name is read half.
"""

import csv
import hashlib
import io
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from retour.sandbox.clock import Clock
from retour.sandbox.generic.cells import FORMULA
from retour.sandbox.generic.decisions import Asked, Decisions
from retour.sandbox.generic.problems import Problem, invalid
from retour.sandbox.generic.state import Book
from retour.sandbox.generic.switches import PartnerSwitches

COLUMNS = ("return_id", "line_id", "quantity", "decision", "reason", "comment", "decided_at")


@dataclass(frozen=True, slots=True)
class Complaint:
    """A row that was not carried out, or one that was although something is wrong with it."""

    row: int
    """The header is row 1; 0 is the whole file."""
    code: str
    message: str


@dataclass(slots=True)
class Report:
    """What became of one file."""

    name: str
    sha256: str
    at: datetime
    carried_out: int = 0
    refused: list[Complaint] = field(default_factory=list)
    warnings: list[Complaint] = field(default_factory=list)


class Inbox:
    """Reads each file once, by name and content; the same name with other content is another file."""

    def __init__(self, folder: Path, book: Book, decisions: Decisions, clock: Clock, switches: PartnerSwitches) -> None:
        self._folder = folder
        self._book = book
        self._decisions = decisions
        self._clock = clock
        self._switches = switches
        self._read: set[tuple[str, str]] = set()
        self._seen: dict[str, tuple[int, int]] = {}
        self.reports: deque[Report] = deque(maxlen=200)
        (folder / "done").mkdir(parents=True, exist_ok=True)

    def act(self) -> None:
        """Takes what is new, by name."""
        for path in sorted(self._folder.glob("decisions_*.csv")):
            stat = path.stat()
            if self._seen.get(path.name) == (stat.st_size, stat.st_mtime_ns):
                continue
            self._seen[path.name] = (stat.st_size, stat.st_mtime_ns)
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            if (path.name, digest) not in self._read:
                self._read.add((path.name, digest))
                report = Report(path.name, digest, self._clock.now())
                self.reports.append(report)
                self._carry_out(content, report)
            self._clear(path)

    def _clear(self, path: Path) -> None:
        if self._switches.after_reading == "left":
            return
        del self._seen[path.name]
        if self._switches.after_reading == "moved":
            path.rename(self._folder / "done" / path.name)
        else:
            path.unlink()

    def _carry_out(self, content: bytes, report: Report) -> None:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            report.refused.append(Complaint(0, "encoding", "The file is not UTF-8."))
            return
        header = text.partition("\n")[0]
        separator = ";" if header.count(";") >= header.count(",") else ","
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            report.refused.append(Complaint(0, "header", f"The header lacks {', '.join(missing)}."))
            return
        try:
            for number, cells in enumerate(rows, 2):
                self._row(number, {name: cells.get(name) or "" for name in COLUMNS}, report)
        except csv.Error as error:
            report.refused.append(Complaint(0, "format", f"The file breaks off: {error}."))

    def _row(self, number: int, cells: Mapping[str, str], report: Report) -> None:
        report.warnings += [
            Complaint(number, "formula", f"The cell {name} would calculate in a spreadsheet.")
            for name, cell in cells.items()
            if cell.startswith(FORMULA)
        ]
        try:
            self._decide({name: _unescaped(cell) for name, cell in cells.items()})
        except Problem as problem:
            report.refused.append(Complaint(number, problem.code, problem.message))
        else:
            report.carried_out += 1

    def _decide(self, cells: Mapping[str, str]) -> None:
        returned = self._book.returns.get(cells["return_id"])
        if returned is None:
            raise Problem(404, "not_found", "There is no such return.")
        verdict = self._decisions.verdict(cells["decision"])
        if verdict == "reject" and not cells["comment"].strip():
            raise invalid("comment", "is required for reject")
        if not (cells["quantity"].isascii() and cells["quantity"].isdecimal()):
            raise invalid("quantity", "must be a whole number")
        _check_time(cells["decided_at"])
        portions = self._decisions.portions(returned, [Asked(cells["line_id"], int(cells["quantity"]), "")])
        self._decisions.carry_out(
            returned,
            verdict,
            portions,
            by="file",
            comment=cells["comment"],
            reason_code=cells["reason"] or None,
        )


def _unescaped(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from calculating."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _check_time(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise invalid("decided_at", "must be a date and time") from None
