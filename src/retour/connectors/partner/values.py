"""Single values as partners write them: texts, ids, quantities, prices and times. What cannot be read is None."""

import re
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

LONGEST_ID = 100
_NUMBER = re.compile(r"-?[\d.,]*\d")


def text(value: Any) -> str | None:
    """A text that any database can keep; ids now and then come as numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    if isinstance(value, int) and value.bit_length() > 256:
        return None
    return str(value).replace("\0", "").encode(errors="replace").decode().strip() or None


def ident(value: Any) -> str | None:
    """An id; one that is longer than any id is none, and so is one that a path would take for a folder."""
    found = text(value)
    return found if found is not None and len(found) <= LONGEST_ID and found not in {".", ".."} else None


def number(value: Any, style: str) -> Decimal | None:
    """A number as text or JSON number. `style`: what divides decimals, `point` or `comma`; `auto`, whichever of both
    stands last."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    written = str(value).strip() if isinstance(value, str) else repr(value)
    if not isinstance(value, str):
        style = "point"
    elif not _NUMBER.fullmatch(written):
        return None
    if style == "auto":
        style = "comma" if written.rfind(",") > written.rfind(".") else "point"
    decimal, thousands = (",", ".") if style == "comma" else (".", ",")
    try:
        found = Decimal(written.replace(thousands, "").replace(decimal, "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def quantity(value: Any, style: str) -> int | None:
    """A whole number, also where it is written 1,00."""
    found = number(value, style)
    if found is None or found != found.to_integral_value() or not 0 <= found < 2**31:
        return None
    return int(found)


def price(value: Any, style: str) -> Decimal | None:
    found = number(value, style)
    return found if found is not None and 0 <= found < 10**9 else None


def moment(value: Any, pattern: str, zone: str) -> datetime | None:
    """A time, in UTC. `zone` is that of times without an offset; `pattern` is `iso` or one of strptime's."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        written = value.strip()
        found = datetime.fromisoformat(written) if pattern == "iso" else datetime.strptime(written, pattern)  # noqa: DTZ007 - the zone follows
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone_of(zone))
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def written(at: datetime, pattern: str, zone: str) -> str:
    """A time as the partner writes it, on the clocks of its zone."""
    return at.astimezone(zone_of(zone)).strftime("%Y-%m-%d %H:%M:%S" if pattern == "iso" else pattern)


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo:
    return ZoneInfo(name)
