"""The safety valve: a day that would refund far more than the usual one stops, and a person is asked."""

from datetime import datetime, timedelta

from retour.core.model import Resolution
from retour.store import sql
from retour.store.models import Connection, Effect

WITHOUT_EXPERIENCE = 2500
"""Refunds of one day that are allowed while there is less than a week to learn from."""
AT_LEAST = 50
TIMES_THE_USUAL = 10
_REFUNDS = [Resolution.ACCEPT, Resolution.KEEP]


def too_many_refunds(connection: Connection, now: datetime) -> str | None:
    """Why this connection must not send what is due: the sentence for a person. None: go on.

    Counts what refunds: accepts and keeps told to a marketplace, and requests made in a shop as accepted. The limit
    of a day is the connection's own (`refund_limit`), else ten times the usual day, at least 50.
    """
    due = _count(connection, "state = 'wanted' AND due_at <= %s", now)
    if not due:
        return None
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = _count(connection, "state <> 'wanted' AND sent_at >= %s", day)
    if today + due <= min(AT_LEAST, connection.options.get("refund_limit", AT_LEAST)):
        return None
    row = Connection.objects.only("valve_day", "options").get(pk=connection.pk)
    if row.valve_day == now.date():
        return None
    own = row.options.get("refund_limit")
    limit = _usual_limit(connection, day) if own is None else own
    if today + due <= limit:
        return None
    return (
        f"{due} refunds are waiting and {today} have been sent today; more than {limit} in a day is unusual here. "
        "Look whether these decisions are right. Resuming sends them."
    )


def _count(connection: Connection, which: str, at: datetime) -> int:
    refunds = f"connection_id = %s AND resolution IN {sql.marks(_REFUNDS)}"
    statement = f"SELECT count(*) FROM store_effect WHERE {refunds} AND {which}"  # noqa: S608
    ((count,),) = sql.rows(statement, [connection.pk, *_REFUNDS, sql.time(at)])
    return int(count)


def _usual_limit(connection: Connection, day: datetime) -> int:
    sent = Effect.objects.filter(connection=connection, resolution__in=_REFUNDS, sent_at__lt=day)
    first = sent.order_by("sent_at").values_list("sent_at", flat=True).first()
    if first is None or first > day - timedelta(days=7):
        return WITHOUT_EXPERIENCE
    days = min(14, (day - first).days)
    usual = sent.filter(sent_at__gte=day - timedelta(days=days)).count() // days
    return max(AT_LEAST, TIMES_THE_USUAL * usual)
