"""What the hub says of itself: one line for each thing, on standard error. Standard output belongs to answers."""

import logging
import sys

import stamina.instrumentation
import structlog


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
