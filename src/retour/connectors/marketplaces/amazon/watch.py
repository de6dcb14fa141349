"""Returns of a report as the hub sees them, and what is kept of each open line for the guards before a refund."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from retour.connectors.contract import Unreadable
from retour.connectors.errors import ConnectorError, Stopped
from retour.connectors.marketplaces.amazon import lines, mapping, orders, tables
from retour.connectors.marketplaces.amazon.api import Api
from retour.connectors.marketplaces.amazon.config import AmazonConfig
from retour.connectors.marketplaces.amazon.lines import Ledger, Shown
from retour.connectors.memory import Memory
from retour.connectors.shapes import Garbled
from retour.core.model import Seen

PRICED: int = 10
"""So many orders at most are asked for while a page is read, to tell how many units a refund paid."""


LINE = "line:"


def line_note(line_ref: str) -> str:
    return f"{LINE}{line_ref}"


def external_note(ref: str) -> str:
    """Of a return that External Fulfillment Returns shows."""
    return f"external:{ref}"


def ledger_note(marketplace: str, order: str, product: str | None) -> str:
    """Of one product of an order: several returns may share it."""
    return mapping.fitting(f"paid:{marketplace}:{order}:{product}")


class Watch:
    """Keeps a note of each line that is still open; of ended ones too, while another list may show them as open."""

    def __init__(self, config: AmazonConfig, memory: Memory, api: Api) -> None:
        self._config, self._memory, self._api = config, memory, api

    async def taken(
        self, marketplace: str, rows: Sequence[tables.Raw]
    ) -> tuple[tuple[Seen, ...], tuple[Unreadable, ...]]:
        """The returns of these rows, and those that cannot be read."""
        returns: list[mapping.Return] = []
        unreadable: list[Unreadable] = []
        for row in rows:
            try:
                returns.append(mapping.Return(marketplace, row))
            except Garbled as why:
                unreadable.append(mapping.unreadable(row, why))
        shown = {ref: line for one in returns for ref, line in one.lines.items()}
        notes = await self._memory.read(
            *map(line_note, shown),
            *dict.fromkeys(ledger_of(marketplace, line) for line in shown.values()),
        )
        ledgers = {ref: Ledger.of(notes.get(ledger_of(marketplace, line))).of_line(ref) for ref, line in shown.items()}
        await self._priced(marketplace, returns, notes, ledgers)
        seen = tuple(one for each in returns for one in each.seen(ledgers, self._config.closed_without_refund))
        await self._kept(returns, notes)
        return seen, tuple(unreadable)

    async def _priced(
        self,
        marketplace: str,
        returns: Sequence[mapping.Return],
        notes: Any,
        ledgers: dict[str, Ledger],
    ) -> None:
        """Tells the lines their price: from their notes; where an open one was refunded by others, from its order.
        What cannot be asked for now is asked for with the next report."""
        asked = 0
        for one in returns:
            for ref, shown in one.lines.items():
                line = shown
                if note := notes.get(line_note(ref)):
                    remembered = lines.Line.of(note)
                    line = replace(line, unit=remembered.unit, item=line.item or remembered.item)
                foreign = Shown.of(line, ledgers[ref]).theirs >= lines.CENT
                if foreign and line.unit is None and not lines.ended(line.status) and asked < PRICED:
                    asked += 1
                    line = replace(line, **await self._price(marketplace, line))
                one.lines[ref] = line

    async def _price(self, marketplace: str, line: lines.Line) -> dict[str, Any]:
        try:
            order = await orders.fetched(self._api, line.order, "PROCEEDS")
            if order is None:
                return {}
            paid = orders.paid(self._config, marketplace, order, sku=line.sku, asin=line.asin, item=line.item)
        except Stopped:
            raise
        except ConnectorError:
            return {}
        return {"unit": paid.unit, "item": paid.item}

    async def _kept(self, returns: Sequence[mapping.Return], notes: Any) -> None:
        changed: dict[str, Any] = {}
        for one in returns:
            for ref, line in one.lines.items():
                name = line_note(ref)
                kept = self._config.external_returns or not lines.ended(line.status)
                note = line.note() if kept else None
                if notes.get(name) != note:
                    changed[name] = note
        if changed:
            await self._memory.write(changed)


def ledger_of(marketplace: str, line: lines.Line) -> str:
    """The note of our refunds of this line's product."""
    return ledger_note(marketplace, line.order, line.sku or line.asin)
