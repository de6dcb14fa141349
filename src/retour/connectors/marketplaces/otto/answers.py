"""Reading an answer of OTTO's."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from retour.connectors.errors import Transient
from retour.connectors.http import Answer
from retour.connectors.shapes import Garbled, M, decode


def decoded(shape: type[M], answer: Answer) -> M:
    try:
        return decode(shape, answer.json())
    except Garbled as why:
        raise Transient(f"OTTO's answer cannot be read: {why}.", request_id=answer.request_id) from None


def told_at(answer: Answer) -> datetime | None:
    """OTTO's own time when it answered. None: it does not tell."""
    try:
        return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
    except (TypeError, ValueError):
        return None


def moment(answer: Answer) -> datetime:
    """OTTO's own time when it answered. Raises Transient where it does not tell."""
    if (at := told_at(answer)) is not None:
        return at
    raise Transient("OTTO's answer does not tell the time.", request_id=answer.request_id)
