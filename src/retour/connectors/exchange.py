"""What was sent and received, kept for people: a return's page and a platform's support desk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog

SHOWN = 16 * 1024
"""Characters of a body that are kept."""
_log = structlog.get_logger(__name__)
_concern: ContextVar[str | None] = ContextVar("concern", default=None)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was sent and received, redacted: for the return's page and a platform's support desk."""

    about: str | None
    """What the caller was doing (`concerning`): an effect's key."""
    method: str
    url: str
    status: int | None
    """None: no answer came."""
    sent: str
    received: str
    request_id: str | None


@contextmanager
def concerning(about: str) -> Iterator[None]:
    """Names what the calls inside are about (an effect's key), for the exchanges that they leave behind.
    Concurrent tasks each have their own."""
    token = _concern.set(about)
    try:
        yield
    finally:
        _concern.reset(token)


def concern() -> str | None:
    """What the current task is about."""
    return _concern.get()


def hand_over(exchange: Exchange, record: Callable[[Exchange], None]) -> None:
    """Records an exchange. A record that fails must not turn a call that succeeded into one that did not."""
    try:
        record(exchange)
    except Exception as error:
        _log.warning("exchange not recorded", error=type(error).__name__)
