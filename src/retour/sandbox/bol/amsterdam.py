"""Amsterdam's clock, as bol writes its times."""

from datetime import datetime, timezone

from retour.sandbox.summer_time import ahead_of_utc


def amsterdam(moment: datetime) -> str:
    """ISO 8601 with +01:00 or +02:00, and milliseconds when there are any (contract 2.1)."""
    local = moment.astimezone(timezone(ahead_of_utc(moment)))
    return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")
