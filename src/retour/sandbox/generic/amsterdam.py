"""Moments as the partner writes them."""

from datetime import UTC, datetime, timedelta, timezone

from retour.sandbox.generic.switches import TimeStyle


def amsterdam(moment: datetime) -> datetime:
    """Amsterdam's clock. Computed and not looked up: a small container has no time zone database."""
    summer = _last_sunday(moment.year, 3) <= moment < _last_sunday(moment.year, 10)
    return moment.astimezone(timezone(timedelta(hours=2 if summer else 1)))


def written(moment: datetime, style: TimeStyle, between: str = "T") -> str:
    """To the second: in UTC with Z, or Amsterdam's with its offset, or Amsterdam's without one (contract 3, 4)."""
    if style == "z":
        return f"{moment.astimezone(UTC):%Y-%m-%d{between}%H:%M:%SZ}"
    local = amsterdam(moment).replace(microsecond=0)
    return (local if style == "offset" else local.replace(tzinfo=None)).isoformat(between)


def _last_sunday(year: int, month: int) -> datetime:
    """01:00 UTC on the last Sunday of a month of 31 days: when European summer time begins and ends."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)
