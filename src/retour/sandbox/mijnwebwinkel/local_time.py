"""The shop's clock: dates and times go over the wire in local time and without a zone (contract 4)."""

from datetime import UTC, date, datetime, timedelta


def local(moment: datetime, zone: str) -> datetime:
    """The wall clock at an aware moment, to the second, without a zone.

    Computed and not looked up: a small container has no time zone database.
    """
    ahead = timedelta()
    if zone == "Europe/Amsterdam":
        summer = _last_sunday(moment.year, 3) <= moment < _last_sunday(moment.year, 10)
        ahead = timedelta(hours=2 if summer else 1)
    return (moment.astimezone(UTC) + ahead).replace(microsecond=0, tzinfo=None)


def read_datetime(text: str) -> datetime:
    """yyyy-mm-dd hh:mm:ss. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the platform's own form has no zone


def read_date(text: str) -> date:
    """yyyy-mm-dd. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a date


def _last_sunday(year: int, month: int) -> datetime:
    """01:00 UTC on the last Sunday of a month of 31 days: when European summer time begins and ends."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)
