"""What the hub says of itself: one line for each thing, on standard error. Standard output belongs to answers."""

import logging
import re
import sys
from typing import Final

import stamina.instrumentation
import structlog

SECRET_ADDRESS: Final = re.compile(r"(/hooks/\d+/)[^/\s]+")


class NoSecretAddress(logging.Filter):
    """For Django's lines about requests: who knows the address of a hook can post there."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                SECRET_ADDRESS.sub(r"\1...", one) if isinstance(one, str) else one for one in record.args
            )
        return True


def configure(level: str) -> None:
    """Sets the level of the hub's own lines. A read that is repeated is no news: it is told when it fails for good."""
    stamina.instrumentation.set_on_retry_hooks([])
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping().get(level.upper(), 30)),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        cache_logger_on_first_use=False,
    )
