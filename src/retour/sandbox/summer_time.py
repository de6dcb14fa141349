"""Amsterdam's clock. Computed and not looked up: a small container has no time zone database."""

from datetime import UTC, datetime, timedelta


def ahead_of_utc(moment: datetime) -> timedelta:
    """How far Amsterdam is ahead at an aware moment: an hour, or two in summer."""
    summer = _last_sunday(moment.year, 3) <= moment < _last_sunday(moment.year, 10)
    return timedelta(hours=2 if summer else 1)


def _last_sunday(year: int, month: int) -> datetime:
    """01:00 UTC on the last Sunday of a month of 31 days: when European summer time begins and ends."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)
