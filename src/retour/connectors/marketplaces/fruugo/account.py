"""What is the same whichever way Fruugo is reached: ledgers, the returns that they are, and the guards before a refund.

Fruugo has no returns, only counters on the lines of orders that go up. Orders are compared with what is remembered of
them (`ledger`); units that are newly announced become a return of one line (contract fruugo 3).
"""

import asyncio
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from retour.connectors.auth import Fixed
from retour.connectors.contract import CameBack, Check, Part
from retour.connectors.errors import Refused, Transient
from retour.connectors.http import Door
from retour.connectors.marketplaces.fruugo import mapping, wire
from retour.connectors.marketplaces.fruugo.books import Books
from retour.connectors.marketplaces.fruugo.config import FruugoConfig
from retour.connectors.marketplaces.fruugo.ledger import Batch, Ledger, Ref, note_name
from retour.connectors.marketplaces.fruugo.view import View, view
from retour.connectors.shapes import Garbled
from retour.core.model import Order, Resolution, Seen

DEEP = 2
"""How many times `window_days` a deep sweep reads: for returns that are still open when their order is that old."""


@dataclass(frozen=True, slots=True)
class Found:
    """An order, and when Fruugo showed it; `asked`: as the answer to which question, where they are numbered."""

    view: View
    at: datetime
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Ready:
    """A return about which Fruugo may be told, as it stands just now."""

    found: Found
    line: wire.Line
    ledger: Ledger
    batch: Batch


class Account(ABC):
    """One retailer's account at Fruugo."""

    def __init__(self, config: FruugoConfig, door: Door) -> None:
        login = b64encode(config.login.encode(config.login_charset)).decode()
        self._auth = Fixed({"Authorization": f"Basic {login}"}, [login, config.password.get_secret_value()])
        self._config = config
        self._door = door
        self._books = Books(door.memory)
        # Two views of one line must be taken in one after the other, and none between a call and its answer. One call
        # a second is all there is, so that nothing is lost by doing so for all lines at once.
        self._turn = asyncio.Lock()

    @abstractmethod
    async def _found(self, order_id: str, key: str = "") -> Found | None:
        """An order as it is now; `key` names the decision for which it must have been asked. Raises Transient where it
        cannot be read, or not yet. Called when it is our turn."""

    async def look(self, ref: str) -> Seen | None:
        """None also for an order that is no longer watched and of which nothing is remembered."""
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
                number = ledger.known_as(back.key) if ledger else None
                if ledger is None or number is None:
                    most = mapping.returnable(view.order, line, ledger)
                    if not 1 <= back.quantity <= most:
                        raise Refused(f"Of this product, {most} can still come back; {back.quantity} were given.")
                    # A line without a ledger has nothing announced or returned.
                    ledger = ledger or Ledger.opened(view.order.order_release_date, history=0)
                    made[note] = ledger = ledger.declared(back.quantity, found.at, back.reason, back.key)
                    number = len(ledger.batches)
                batch = ledger.batches[number - 1]
                seen.append(mapping.seen(view.order, line, batch, number, view.customer, look=True))
            await self._books.keep(made)
        return seen

    def _one(self, ref: str, parts: Sequence[Part]) -> tuple[Ref, Part]:
        """What is to be told, where it may leave at all. Raises Refused."""
        name = Ref.of(ref)
        if len(parts) != 1 or name is None:
            raise Refused("Fruugo is told one decision at a time.")
        [part] = parts
        if part.resolution not in mapping.told_as(self._config):
            raise Refused(f"Fruugo cannot be told {part.resolution}.")
        if part.quantity < 1:
            raise Refused("Fruugo is told at least one unit.")
        if part.code is not None and part.code not in {choice.code for choice in mapping.CODES}:
            raise Refused("Fruugo has no such reason.")
        return name, part

    async def _ready(self, name: Ref, part: Part) -> Ready:
        """The order is read first: what was refunded or withdrawn meanwhile is refused without a call."""
        found = await self._found(name.order_id, part.key)
        ledgers = await self._seen(found)
        line = _line(found.view, name.key) if found else None
        ledger = ledgers.get(name.note)
        batch = ledger.batch(name.number) if ledger else None
        if found is None or line is None or ledger is None or batch is None:
            raise Refused("Fruugo no longer shows the order of this return.")
        why_not = mapping.obstacle(found.view.order, line, batch, part.quantity)
        if why_not:
            raise Refused(why_not)
        return Ready(found, line, ledger, batch)

    async def _seen(self, found: Found | None) -> Mapping[str, Ledger]:
        return await self._books.seen([found.view], found.at, found.asked) if found else {}

    def _says(self) -> Check:
        """What the doctor says of the decisions."""
        told = mapping.told_as(self._config)
        by_hand = ", ".join(resolution for resolution in Resolution if resolution not in told)
        return Check("decisions", True, f"{', '.join(told)} as Fruugo's return; by hand: {by_hand}.")


def returns_of(found: View, ledgers: Mapping[str, Ledger]) -> Iterator[Seen]:
    """All returns of an order that can be seen."""
    for key, line in found.lines.items():
        ledger = ledgers.get(note_name(found.order.order_id, key))
        for number, batch in enumerate(ledger.batches if ledger else (), 1):
            yield mapping.seen(found.order, line, batch, number, found.customer, look=False)


def readable(raw: wire.Raw) -> View:
    """An order that was asked for. Raises Transient."""
    try:
        return view(raw)
    except Garbled as why:
        raise Transient(f"Fruugo's order cannot be read: {why}.") from None


def _line(found: View, key: str) -> wire.Line | None:
    """None: the order has no such line. Raises Transient where it may have one that cannot be read."""
    line = found.lines.get(key)
    if line is None and found.garbled:
        raise Transient("Fruugo shows the order, but not so that the line of this return can be read.")
    return line
