"""Fruugo's only way to see anything: orders by the moment of their release (contract fruugo 2.1)."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from retour.connectors.auth import Fixed
from retour.connectors.errors import Transient
from retour.connectors.http import Answer, Door, Stream
from retour.connectors.marketplaces.fruugo import wire
from retour.connectors.marketplaces.fruugo.config import FruugoConfig
from retour.connectors.marketplaces.fruugo.document import NotOrders, Orders, whole

API = "api"
"""One budget for all calls: Fruugo publishes no limit (6)."""

A_PAGE = 100
"""So many orders are handed over together."""

BEFORE_FRUUGO = datetime(2000, 1, 1, tzinfo=UTC)

MARGINS = (timedelta(minutes=1), timedelta(days=1))
"""How far around its release an order is looked for; the second, should Fruugo read our times as another zone's."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """Orders, as Fruugo showed them at a moment of its own clock."""

    at: datetime
    orders: list[wire.Raw]


class Downloads:
    """Downloads of one account. Each raises `Transient` for an answer that is no document of orders."""

    def __init__(self, config: FruugoConfig, door: Door, auth: Fixed) -> None:
        self._config = config
        self._door = door
        self._auth = auth

    async def now(self) -> datetime:
        """Fruugo's own clock, by an empty download; it tells, too, whether we are let in."""
        return (await self._read(BEFORE_FRUUGO, BEFORE_FRUUGO)).at

    async def order(self, order_id: str, released_at: datetime | None) -> tuple[wire.Raw, datetime] | None:
        """An order as it is now, and when that is: with one small download where its release is known, else out of all
        that is watched."""
        if released_at is None:
            now = await self.now()
            glimpses = self.since(now - timedelta(days=self._config.window_days), now)
        else:
            glimpses = self._around(released_at)
        async with aclosing(glimpses):
            async for glimpse in glimpses:
                for raw in glimpse.orders:
                    if raw.order_id == order_id:
                        return raw, glimpse.at
        return None

    async def since(self, start: datetime, now: datetime) -> AsyncGenerator[Glimpse, None]:
        """All that was released since then, slice by slice. The last slice has no end: whoever's clock is wrong,
        nothing is missed. An order on the border of two slices may be shown twice."""
        for begin, end in slices(start, now, timedelta(days=self._config.slice_days)):
            async for glimpse in self._stream(begin, end):
                yield glimpse

    async def _around(self, released_at: datetime) -> AsyncGenerator[Glimpse, None]:
        for margin in MARGINS:
            yield await self._read(released_at - margin, released_at + margin)

    async def _read(self, start: datetime, end: datetime) -> Glimpse:
        answer = await self._door.read("GET", self._address(start, end), group=API, auth=self._auth)
        try:
            return Glimpse(_date(answer), whole(answer.body))
        except NotOrders as why:
            flaw = f"Fruugo's download cannot be read: {why}."
        raise Transient(flaw, request_id=answer.request_id)

    async def _stream(self, start: datetime, end: datetime | None) -> AsyncGenerator[Glimpse, None]:
        orders, found = Orders(), list[wire.Raw]()
        flaw: str | None = None
        plain = {"Accept-Encoding": "identity"}
        async with self._door.stream(self._address(start, end), group=API, auth=self._auth, headers=plain) as stream:
            at = _date(stream)
            try:
                async for piece in stream.pieces:
                    found += orders.feed(piece)
                    while len(found) >= A_PAGE:
                        yield Glimpse(at, found[:A_PAGE])
                        del found[:A_PAGE]
                found += orders.close()
            except NotOrders as why:
                flaw = f"Fruugo's download cannot be read: {why}."
        if found:
            yield Glimpse(at, found)
        if flaw:
            raise Transient(flaw)

    def _address(self, start: datetime, end: datetime | None) -> str:
        """`from` and `to` as they must be: a plus sign that is not encoded would be a space (6)."""
        window = {"from": self._moment(start)} | ({} if end is None else {"to": self._moment(end)})
        return f"{self._config.orders_url}/download/v2?{urlencode(window)}"

    def _moment(self, at: datetime) -> str:
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + self._config.zone_as


def slices(start: datetime, now: datetime, step: timedelta) -> Iterator[tuple[datetime, datetime | None]]:
    """What is asked for at once (6); the last slice has no end."""
    while start + step < now:
        yield start, start + step
        start += step
    yield start, None


def _date(answer: Answer | Stream) -> datetime:
    """When it was answered. Fruugo's orders tell no time of a return, and our own clock is not asked."""
    try:
        at = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        raise Transient("Fruugo's answer does not tell the time.") from None
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
