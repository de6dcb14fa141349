"""Fruugo (order API v2, XML): it has no returns, only counters on the lines of orders that go up.

Orders are downloaded by the moment of their release and compared with what is remembered of them (`ledger`); units that
are newly announced become a return of one line. The one call there is, `return`, refunds the customer; it has no key
against repetition, so the order is read just before and just after it. Facts: contract page fruugo.
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from retour.connectors.auth import Fixed
from retour.connectors.contract import CameBack, Check, Known, MarketplaceManifest, Page, Part, Receipt, ReceiptState
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient
from retour.connectors.http import Door, Limit
from retour.connectors.marketplaces.fruugo import mapping, wire
from retour.connectors.marketplaces.fruugo.books import Books
from retour.connectors.marketplaces.fruugo.config import FruugoConfig
from retour.connectors.marketplaces.fruugo.document import NotOrders, whole
from retour.connectors.marketplaces.fruugo.downloads import API, Downloads
from retour.connectors.marketplaces.fruugo.ledger import Batch, Ledger, Ref, note_name
from retour.connectors.marketplaces.fruugo.view import View, view, views
from retour.connectors.shapes import Garbled
from retour.core.model import Order, Resolution, Seen

DEEP = 2
"""How many times `window_days` a deep sweep reads: for returns that are still open when their order is that old."""

DOCTORS_WINDOW = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Found:
    """An order, and when Fruugo showed it."""

    view: View
    at: datetime


class Fruugo:
    """One retailer's account at Fruugo."""

    def __init__(self, config: FruugoConfig, door: Door) -> None:
        login = b64encode(config.login.encode(config.login_charset)).decode()
        self._auth = Fixed({"Authorization": f"Basic {login}"}, [login, config.password.get_secret_value()])
        self._config = config
        self._door = door
        self._downloads = Downloads(config, door, self._auth)
        self._books = Books(door.memory)
        # Two views of one line must be taken in one after the other, and none between a call and its answer. One call
        # a second is all there is, so that nothing is lost by doing so for all lines at once.
        self._turn = asyncio.Lock()

    async def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """Every return of the orders that are watched: no download can be asked for what has changed."""
        now = await self._downloads.now()
        start = now - timedelta(days=self._config.window_days * (DEEP if since is None else 1))
        async with aclosing(self._downloads.since(start, now)) as glimpses:
            async for glimpse in glimpses:
                found, garbled = views(glimpse.orders)
                async with self._turn:
                    ledgers = await self._books.seen(found, glimpse.at)
                seen = tuple(seen for view in found for seen in _returns(view, ledgers))
                if seen or garbled:
                    yield Page("orders", seen, tuple(garbled))
        await self._books.watched(start)

    async def look(self, ref: str) -> Seen | None:
        """From a download of what was released with its order. None also for an order that is no longer watched and
        of which nothing is remembered."""
        name = Ref.of(ref)
        if name is None:
            return None
        async with self._turn:
            found = await self._found(name.order_id)
            ledgers = await self._seen(found)
        line = _line(found.view, name.key) if found else None
        batch = ledgers[name.note].batch(name.number) if name.note in ledgers else None
        if found is None or line is None or batch is None:
            return None
        return mapping.seen(found.view.order, line, batch, name.number, found.view.customer, look=True)

    async def order(self, ref: str) -> Order | None:
        async with self._turn:
            found = await self._found(ref)
            ledgers = await self._seen(found)
        if found is None:
            return None
        lines = [
            mapping.order_line(found.view.order, line, ledgers.get(note_name(ref, key)))
            for key, line in found.view.lines.items()
        ]
        return mapping.order(found.view.order, lines, found.view.customer)

    async def declare(self, order: Order, units: Sequence[CameBack]) -> Sequence[Seen]:
        """Remembers them as returns; Fruugo is told nothing before they are decided, and would have no word for it."""
        async with self._turn:
            found = await self._found(order.ref)
            ledgers = await self._seen(found)
            if found is None:
                raise Refused("Fruugo does not show this order: it is older than what is watched, or not of this shop.")
            view, made = found.view, dict[str, Ledger]()
            seen: list[Seen] = []
            for back in units:
                line = _line(view, back.order_line_ref)
                if line is None:
                    raise Refused("Fruugo's order has no such line.")
                note = note_name(order.ref, line.key)
                ledger = made.get(note) or ledgers.get(note)
                most = mapping.returnable(view.order, line, ledger)
                if not 1 <= back.quantity <= most:
                    raise Refused(f"Of this product, {most} can still come back; {back.quantity} were given.")
                # A line without a ledger has nothing announced or returned.
                ledger = ledger or Ledger.opened(view.order.order_release_date, history=0)
                made[note] = ledger = ledger.declared(back.quantity, found.at, back.reason)
                number = len(ledger.batches)
                seen.append(mapping.seen(view.order, line, ledger.batches[-1], number, view.customer, look=True))
            await self._books.keep(made)
        return seen

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        """Refunds so many units of the return. The order is read first: what was refunded or withdrawn meanwhile is
        refused without a call."""
        name = Ref.of(ref)
        if len(parts) != 1 or name is None:
            raise Refused("Fruugo is told one decision at a time.")
        [part] = parts
        self._check(part)
        async with self._turn:
            found = await self._found(name.order_id)
            ledgers = await self._seen(found)
            line = _line(found.view, name.key) if found else None
            ledger = ledgers.get(name.note)
            batch = ledger.batch(name.number) if ledger else None
            if found is None or line is None or ledger is None or batch is None:
                raise Refused("Fruugo no longer shows the order of this return.")
            why_not = mapping.obstacle(found.view.order, line, batch, part.quantity)
            if why_not:
                raise Refused(why_not)
            await self._books.keep({name.note: ledger.telling(name.number, part.quantity)})
            try:
                after = await self._told(name, part, batch)
            except OutcomeUnknown:
                raise
            except ConnectorError:
                await self._books.keep({name.note: ledger})
                raise
            now = (await self._seen(Found(after, found.at)))[name.note].batch(name.number)
        if now is None or now.refunded < batch.refunded + part.quantity:
            raise OutcomeUnknown("Fruugo took the return, but shows fewer units as returned than it was told.")
        return Receipt(ReceiptState.DONE)

    def _check(self, part: Part) -> None:
        """What must never leave. Raises Refused."""
        if part.resolution not in mapping.told_as(self._config):
            raise Refused(f"Fruugo cannot be told {part.resolution}.")
        if part.quantity < 1:
            raise Refused("Fruugo is told at least one unit.")
        if part.code is not None and part.code not in {choice.code for choice in mapping.CODES}:
            raise Refused("Fruugo has no such reason.")

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
            for element in whole(answer.body):
                if wire.order_id_of(element) == name.order_id:
                    found = view(element)
                    if name.key in found.lines:
                        return found
            why = "it does not show the order's line"
        except (NotOrders, Garbled) as flaw:
            why = str(flaw)
        raise OutcomeUnknown(
            f"Fruugo answered the return, but not so that it can be read: {why}.", request_id=answer.request_id
        )

    async def _found(self, order_id: str) -> Found | None:
        """An order as it is now. Raises Transient where it cannot be read."""
        known = next(iter((await self._books.of_order(order_id)).values()), None)
        shown = await self._downloads.order(order_id, known.released_at if known else None)
        return Found(_view(shown[0]), shown[1]) if shown else None

    async def _seen(self, found: Found | None) -> Mapping[str, Ledger]:
        return await self._books.seen([found.view], found.at) if found else {}

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
        told = mapping.told_as(self._config)
        by_hand = ", ".join(resolution for resolution in Resolution if resolution not in told)
        said = f"Fruugo shows {orders} orders of the last {DOCTORS_WINDOW.days} days"
        return [
            *checks,
            Check("orders", not unreadable, f"{said}; {unreadable} parts of them cannot be read."),
            Check("decisions", True, f"{', '.join(told)} as Fruugo's return; by hand: {by_hand}."),
        ]


def _returns(found: View, ledgers: Mapping[str, Ledger]) -> Iterator[Seen]:
    """All returns of an order that can be seen."""
    for key, line in found.lines.items():
        ledger = ledgers.get(note_name(found.order.order_id, key))
        for number, batch in enumerate(ledger.batches if ledger else (), 1):
            yield mapping.seen(found.order, line, batch, number, found.customer, look=False)


def _view(element: Element) -> View:
    try:
        return view(element)
    except Garbled as why:
        raise Transient(f"Fruugo's order cannot be read: {why}.") from None


def _line(found: View, key: str) -> wire.Line | None:
    """None: the order has no such line. Raises Transient where it may have one that cannot be read."""
    line = found.lines.get(key)
    if line is None and found.garbled:
        raise Transient("Fruugo shows the order, but not so that the line of this return can be read.")
    return line


MANIFEST = MarketplaceManifest(
    key="fruugo",
    name="Fruugo",
    config=FruugoConfig,
    limits=(Limit(API, 1, timedelta(seconds=1)),),
    poll_every=timedelta(minutes=15),
    parallel=2,
    open=Fruugo,
    capabilities=mapping.capabilities,
)
