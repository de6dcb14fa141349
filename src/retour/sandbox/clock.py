"""A clock that tests can move."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The simulator's time: the machine's own, shifted by what `move` was told. Always aware UTC."""

    def __init__(self) -> None:
        self._shift = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def move(self, seconds: float) -> None:
        self._shift += timedelta(seconds=seconds)
