"""Where a value stands in what a partner shows: dotted names with indexes (`lines[0].price.amount`), and no more."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

PATH = r"[^.\[\]\s][^.\[\]]*(\[\d+\])*(\.[^.\[\]]+(\[\d+\])*)*"
_STEP = re.compile(r"[^.\[\]]+")


def value_at(raw: Any, path: str) -> Any:
    """The value at a path; an empty path is the whole. None: there is none."""
    for step in _steps(path):
        if isinstance(raw, Mapping):
            raw = raw.get(step)
        elif isinstance(raw, list) and step.isdecimal():
            raw = raw[int(step)] if int(step) < len(raw) else None
        else:
            return None
    return raw


def cell_at(raw: Any, column: str) -> Any:
    """The cell of a row of a table, by the name of its column."""
    return raw.get(column.strip().casefold())


@lru_cache(maxsize=512)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(_STEP.findall(path))
