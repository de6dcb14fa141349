"""One list of one marketplace, known by reports: what was asked for, what was read, what is due (contract 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

XML: Final = "GET_XML_RETURNS_DATA_BY_RETURN_DATE"
FLAT: Final = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"
FBA: Final = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"

SELLER, WAREHOUSE = "mfn", "fba"

NEWEST: Final = 3
RHYTHMS: Final[Mapping[str, tuple[tuple[int, timedelta | None], ...]]] = MappingProxyType(
    {
        SELLER: ((59, timedelta(hours=20)), (30, timedelta(hours=6)), (NEWEST, None)),
        WAREHOUSE: ((59, timedelta(hours=20)), (30, timedelta(hours=11))),
    }
)
"""How many days back, and how often; None: as the settings say. The filter is the day of the request, so old days are
asked for again to see what has become of them. Amazon makes 60 days at most: a report that waits for its turn must not
become longer. What warehouses received changes daily."""
LONGEST: Final = 59
NOT_SOONER: Final = timedelta(minutes=10)
"""Asked again sooner, Amazon cancels the report."""

POLLS: Final = (15, 30, 60)
"""Seconds until a report under way is asked about."""
GIVEN_UP: Final = timedelta(hours=2)
REST: Final = timedelta(hours=1)
"""After a report that came to nothing."""
TRIES: Final = 3
"""How often one document is read that breaks off."""


@dataclass(slots=True)
class UnderWay:
    """A report that was asked for."""

    report_id: str
    kind: str
    start: datetime
    asked_at: datetime
    days: int
    polls: int = 0
    tries: int = 0

    @property
    def again(self) -> timedelta:
        return timedelta(seconds=POLLS[min(self.polls, len(POLLS) - 1)])


@dataclass(slots=True)
class Lane:
    """What is remembered of it."""

    marketplace: str
    name: str
    newest: timedelta = timedelta(minutes=25)
    """How often the newest days are asked for."""
    asked: dict[int, datetime] = field(default_factory=dict)
    """When the last report of so many days was asked for."""
    read: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)
    """From when to when the last one that was read reached."""
    under_way: UnderWay | None = None
    rests_until: datetime | None = None
    failures: int = 0
    """Reports that came to nothing since the last one that was read."""
    trouble: str | None = None

    @property
    def note_name(self) -> str:
        return f"lane:{self.marketplace}:{self.name}"

    @property
    def title(self) -> str:
        return f"{self.name}:{self.marketplace}"

    def kind(self, chosen: str) -> str:
        """The report to ask for; where the chosen one cannot be made, the other in turns."""
        if self.name == WAREHOUSE:
            return FBA
        first, second = (XML, FLAT) if chosen == "xml" else (FLAT, XML)
        return first if self.failures % 2 == 0 else second

    def due(self, now: datetime, *, everything: bool) -> int | None:
        """For how many days a report is to be asked for now, if any."""
        if self.under_way or (self.rests_until is not None and now < self.rests_until):
            return None
        for days, rhythm in RHYTHMS[self.name]:
            last = self.asked.get(days)
            wanted = NOT_SOONER if everything and days == LONGEST else rhythm or self.newest
            if last is None or now - last >= wanted:
                return days
        return None

    def begin(self, under_way: UnderWay) -> None:
        self.under_way = under_way
        for days, _ in RHYTHMS[self.name]:
            if days <= under_way.days:
                self.asked[days] = under_way.asked_at

    def end(self, as_of: datetime) -> None:
        """The report was read, or there was nothing to read."""
        if self.under_way is None:
            return
        for days, _ in RHYTHMS[self.name]:
            if days <= self.under_way.days:
                self.read[days] = (max(self.under_way.start, as_of - timedelta(days=days)), as_of)
        self.under_way, self.rests_until, self.failures, self.trouble = None, None, 0, None

    def fail(self, now: datetime, words: str) -> None:
        """Nothing came of it. The other kind is tried at once, then both rest, longer each time."""
        self.failures += 1
        if self.under_way is not None:
            for days in [days for days in self.asked if days <= self.under_way.days]:
                del self.asked[days]
        other = self.name == SELLER and self.failures % 2 == 1
        self.rests_until = now if other else now + REST * min(self.failures, 6)
        self.under_way, self.trouble = None, None if other else words

    def known_at(self, opened_at: datetime) -> datetime | None:
        """As of when a return that was asked for then is known. None: no report that was read reaches back to it."""
        return max((end for start, end in self.read.values() if start <= opened_at), default=None)

    def note(self) -> dict[str, Any]:
        way = self.under_way
        return {
            "asked": {str(days): at.isoformat() for days, at in self.asked.items()},
            "read": {str(days): [start.isoformat(), end.isoformat()] for days, (start, end) in self.read.items()},
            "rests_until": self.rests_until.isoformat() if self.rests_until else None,
            "failures": self.failures,
            "trouble": self.trouble,
            "under_way": None
            if way is None
            else {
                "report": way.report_id,
                "kind": way.kind,
                "start": way.start.isoformat(),
                "asked": way.asked_at.isoformat(),
                "days": way.days,
                "polls": way.polls,
                "tries": way.tries,
            },
        }

    def recall(self, note: Mapping[str, Any] | None) -> "Lane":
        if note is None:
            return self
        moment = datetime.fromisoformat
        self.asked = {int(days): moment(at) for days, at in note["asked"].items()}
        self.read = {int(days): (moment(start), moment(end)) for days, (start, end) in note["read"].items()}
        self.rests_until = moment(note["rests_until"]) if note["rests_until"] else None
        self.failures, self.trouble = note["failures"], note["trouble"]
        if way := note["under_way"]:
            self.under_way = UnderWay(
                way["report"],
                way["kind"],
                moment(way["start"]),
                moment(way["asked"]),
                way["days"],
                way["polls"],
                way["tries"],
            )
        return self


def lanes(marketplaces: tuple[str, ...], *, fba: bool, minutes: int) -> list[Lane]:
    """`minutes`: how often the newest days are asked for, by checks that may come a sixth of that too early."""
    names = (SELLER, WAREHOUSE) if fba else (SELLER,)
    newest = timedelta(minutes=minutes) * 5 / 6
    return [Lane(marketplace, name, newest) for marketplace in marketplaces for name in names]
