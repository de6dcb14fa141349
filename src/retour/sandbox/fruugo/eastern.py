"""Eastern European time, as Fruugo writes its moments, and how it reads ours (contract 2.3, 6)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from retour.sandbox.fruugo.items import Refused
from retour.sandbox.fruugo.switches import FruugoSwitches

_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?")
_WINTER: Final = timezone(timedelta(hours=2))
_SUMMER: Final = timezone(timedelta(hours=3))


def _last_sunday(year: int, month: int) -> datetime:
    """01:00 UTC on the last Sunday of a month of 31 days: when European summer time begins and ends."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _zone(moment: datetime) -> timezone:
    """Computed and not looked up: a small container has no time zone database."""
    return _SUMMER if _last_sunday(moment.year, 3) <= moment < _last_sunday(moment.year, 10) else _WINTER


def write(moment: datetime) -> str:
    """ISO 8601 with milliseconds and +02:00 or +03:00."""
    return moment.astimezone(_zone(moment)).isoformat(timespec="milliseconds")


def read(name: str, text: str, switches: FruugoSwitches, *, zulu: bool = True) -> datetime:
    """The ISO 8601 date or date-time of a parameter, as aware UTC. A date is its first moment. Raises Refused.

    A plus sign that was not encoded arrives as a space, and is no ISO 8601.
    """
    if not _ISO.fullmatch(text) or (text.endswith("Z") and not zulu):
        raise Refused(f"Parameter {name} is not an ISO 8601 date or date-time.")
    try:
        return _utc(datetime.fromisoformat(text), switches)
    except (ValueError, OverflowError):
        raise Refused(f"Parameter {name} is no such moment.") from None


def _utc(moment: datetime, switches: FruugoSwitches) -> datetime:
    if moment.tzinfo is None:
        if switches.naive_times == "refused":
            raise Refused("A time without an offset is not accepted.")
        local = UTC if switches.naive_times == "utc" else _zone(moment.replace(tzinfo=_WINTER))
        moment = moment.replace(tzinfo=local)
    return moment.astimezone(UTC)
