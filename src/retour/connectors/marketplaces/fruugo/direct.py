"""Fruugo by its order API v2, in XML, which answers at once.

Orders are downloaded by the moment of their release. The one call there is, `return`, refunds the customer; it has no
key against repetition, so the order is read just before and just after it. Facts: contract fruugo 2.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from urllib.parse import urlencode

from retour.connectors.contract import Check, Known, Page, Part, Receipt, ReceiptState
from retour.connectors.errors import ConnectorError, OutcomeUnknown
from retour.connectors.http import Door
from retour.connectors.marketplaces.fruugo import mapping
from retour.connectors.marketplaces.fruugo.account import DEEP, Account, Found, readable, returns_of
from retour.connectors.marketplaces.fruugo.config import FruugoConfig
from retour.connectors.marketplaces.fruugo.document import NotOrders, whole
from retour.connectors.marketplaces.fruugo.downloads import API, Downloads
from retour.connectors.marketplaces.fruugo.ledger import Batch, Ref
from retour.connectors.marketplaces.fruugo.view import View, view, views
from retour.connectors.shapes import Garbled

DOCTORS_WINDOW = timedelta(days=7)


class Fruugo(Account):
    """An account that is asked and answers."""

    def __init__(self, config: FruugoConfig, door: Door) -> None:
        super().__init__(config, door)
        self._downloads = Downloads(config, door, self._auth)

    async def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """Every return of the orders that are watched: no download can be asked for what has changed."""
        now = await self._downloads.now()
        start = now - timedelta(days=self._config.window_days * (DEEP if since is None else 1))
        async with aclosing(self._downloads.since(start, now)) as glimpses:
            async for glimpse in glimpses:
                found, garbled = views(glimpse.orders)
                async with self._turn:
                    ledgers = await self._books.seen(found, glimpse.at)
                seen = tuple(seen for view in found for seen in returns_of(view, ledgers))
                if seen or garbled:
                    yield Page("orders", seen, tuple(garbled))
        await self._books.watched(start)

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        """Refunds so many units of the return."""
        name, part = self._one(ref, parts)
        async with self._turn:
            ready = await self._ready(name, part)
            batch = ready.batch
            await self._books.keep({name.note: ready.ledger.telling(name.number, part.quantity)})
            try:
                after = await self._told(name, part, batch)
            except OutcomeUnknown:
                raise
            except ConnectorError:
                await self._books.keep({name.note: ready.ledger})
                raise
            now = (await self._seen(Found(after, ready.found.at)))[name.note].batch(name.number)
        if now is None or now.refunded < batch.refunded + part.quantity:
            raise OutcomeUnknown("Fruugo took the return, but shows fewer units as returned than it was told.")
        return Receipt(ReceiptState.DONE)

    async def _told(self, name: Ref, part: Part, batch: Batch) -> View:
        """The order after the call."""
        answer = await self._door.write(
            "POST",
            f"{self._config.orders_url}/return",
            group=API,
            auth=self._auth,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            data=urlencode(mapping.body(self._config, name.order_id, name.key, part, batch.reason), safe=",").encode(),
        )
        try:
            for raw in whole(answer.body):
                if raw.order_id == name.order_id:
                    found = view(raw)
                    if name.key in found.lines:
                        return found
            why = "it does not show the order's line"
        except (NotOrders, Garbled) as flaw:
            why = str(flaw)
        raise OutcomeUnknown(
            f"Fruugo answered the return, but not so that it can be read: {why}.", request_id=answer.request_id
        )

    async def _found(self, order_id: str, key: str = "") -> Found | None:
        known = next(iter((await self._books.of_order(order_id)).values()), None)
        shown = await self._downloads.order(order_id, known.released_at if known else None)
        return Found(readable(shown[0]), shown[1]) if shown else None

    async def check(self) -> list[Check]:
        try:
            now = await self._downloads.now()
        except ConnectorError as error:
            return [Check("credentials", False, error.message)]
        checks = [Check("credentials", True, "Fruugo lets this user in.")]
        orders = unreadable = 0
        try:
            async with aclosing(self._downloads.since(now - DOCTORS_WINDOW, now)) as glimpses:
                async for glimpse in glimpses:
                    found, garbled = views(glimpse.orders)
                    orders += len(found)
                    unreadable += len(garbled)
        except ConnectorError as error:
            return [*checks, Check("orders", False, error.message)]
        said = f"Fruugo shows {orders} orders of the last {DOCTORS_WINDOW.days} days"
        return [
            *checks,
            Check("orders", not unreadable, f"{said}; {unreadable} parts of them cannot be read."),
            self._says(),
        ]
