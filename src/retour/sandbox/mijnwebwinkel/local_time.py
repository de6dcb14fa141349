"""The shop's clock: dates and times go over the wire in local time and without a zone (contract 4)."""

from datetime import UTC, date, datetime, timedelta

from retour.sandbox.summer_time import ahead_of_utc


def local(moment: datetime, zone: str) -> datetime:
    """The wall clock at an aware moment, to the second, without a zone."""
    ahead = ahead_of_utc(moment) if zone == "Europe/Amsterdam" else timedelta()
    return (moment.astimezone(UTC) + ahead).replace(microsecond=0, tzinfo=None)


def read_datetime(text: str) -> datetime:
    """yyyy-mm-dd hh:mm:ss. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the platform's own form has no zone


def read_date(text: str) -> date:
    """yyyy-mm-dd. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a date
