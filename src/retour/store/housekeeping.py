"""What is thrown away when its time has come."""

from datetime import datetime, timedelta

from retour.store.models import Exchange, Posted, UnreadableRow

KEEP_UNREADABLE = timedelta(days=30)


def clean(now: datetime) -> int:
    """Removes expired exchanges and callbacks, and unreadable rows that were not met again for a month. The number
    removed."""
    exchanges, _ = Exchange.objects.filter(expires_at__lte=now).delete()
    posted, _ = Posted.objects.filter(expires_at__lte=now).delete()
    rows, _ = UnreadableRow.objects.filter(last_at__lte=now - KEEP_UNREADABLE).delete()
    return exchanges + posted + rows
