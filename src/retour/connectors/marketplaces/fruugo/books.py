"""The ledgers of an account's lines, kept in the connection's memory (contract fruugo 3)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from retour.connectors.marketplaces.fruugo.ledger import Ledger, note_name
from retour.connectors.marketplaces.fruugo.view import View
from retour.connectors.memory import Memory

BASELINE = "baseline"


class Books:
    """Only lines of which units were announced, returned or declared have a ledger."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def of_order(self, order_id: str) -> dict[str, Ledger]:
        """An order's ledgers, by line."""
        begin = note_name(order_id)
        notes = await self._memory.begins(begin)
        return {name.removeprefix(begin): Ledger.model_validate(note) for name, note in notes.items()}

    async def seen(self, views: Iterable[View], at: datetime, asked: int = 0) -> Mapping[str, Ledger]:
        """Takes in what was seen at that moment, and keeps it. The ledgers of all these lines, by the notes' names.
        `asked`: the number of the question that it answers, where answers may overtake each other.

        What was returned before the first whole download is history; so is what was returned of an order that is older
        than all downloads so far."""
        views = list(views)
        names = [note_name(view.order.order_id, key) for view in views for key in view.lines]
        notes = await self._memory.read(*names, BASELINE)
        since = notes.get(BASELINE)
        watched = datetime.fromisoformat(since) if since else None
        before = {name: Ledger.model_validate(note) for name, note in notes.items() if name != BASELINE}
        ledgers = dict(before)
        for view in views:
            released_at = view.order.order_release_date
            old = watched is None or released_at < watched
            for key, line in view.lines.items():
                name = note_name(view.order.order_id, key)
                announced, returned = line.return_announced_items, line.returned_items
                if name not in ledgers and not announced and not returned:
                    continue
                if name not in ledgers:
                    ledgers[name] = Ledger.opened(released_at, history=returned if old else 0)
                ledgers[name] = ledgers[name].seen(announced, returned, at, asked)
        await self.keep({name: ledger for name, ledger in ledgers.items() if ledger != before.get(name)})
        return ledgers

    async def keep(self, ledgers: Mapping[str, Ledger]) -> None:
        """When it returns, they survive a crash."""
        if ledgers:
            await self._memory.write({name: ledger.model_dump(mode="json") for name, ledger in ledgers.items()})

    async def watched(self, start: datetime) -> None:
        """A whole download since then is taken in: what is returned from now on is news."""
        known = (await self._memory.read(BASELINE)).get(BASELINE)
        if known is None or start < datetime.fromisoformat(known):
            await self._memory.write({BASELINE: start.isoformat()})
