"""Amsterdam's clock, as bol writes its times."""

from datetime import UTC, datetime, timedelta, timezone


def _last_sunday(year: int, month: int) -> datetime:
    """01:00 UTC on the last Sunday of a month of 31 days: when European summer time begins and ends."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def amsterdam(moment: datetime) -> str:
    """ISO 8601 with +01:00 or +02:00, and milliseconds when there are any (contract 2.1).

    Computed and not looked up: a small container has no time zone database.
    """
    summer = _last_sunday(moment.year, 3) <= moment < _last_sunday(moment.year, 10)
    local = moment.astimezone(timezone(timedelta(hours=2 if summer else 1)))
    return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")
