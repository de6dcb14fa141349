"""The merchant, who decides in the shop's back office. What the visitor sends back is the visitor's to decide."""

import asyncio
from dataclasses import dataclass, field

from retour.demo.game import Game
from retour.sandbox.magento2.returns import PENDING, ReturnRow

STATUSES = {"accepted": 72, "rejected": 9, "repaired": 6, "exchanged": 6, "keeps": 4, "cancelled": 3}
"""What is decided, and how often of a hundred. The words are the shop's own."""
LEFT_FOR_VISITOR = 0.12
"""How often the merchant lets one lie, in case the visitor wants it."""
_LIES_FOR = 240.0
"""Seconds until the merchant decides on it after all."""
_GLANCE = 0.5
_VERBS = {
    "accepted": "accepts",
    "rejected": "rejects",
    "repaired": "repairs",
    "exchanged": "exchanges",
    "keeps": "refunds, and lets the customer keep,",
    "cancelled": "cancels",
}


@dataclass(slots=True)
class Merchant:
    """Decides on what the players sent back."""

    game: Game
    _due: dict[int, float] = field(default_factory=dict)

    async def play(self) -> None:
        """Decides on one after the other."""
        while True:
            await asyncio.sleep(min(_GLANCE, self.game.pace))
            if self.game.resting:
                continue
            row = self._next()
            if row is not None:
                self._decide(row)

    async def catch_up(self, players: frozenset[str], seconds: float) -> None:
        """Decides at once on the rows of these return items, as they come in, for at most so many seconds."""
        ends = asyncio.get_running_loop().time() + seconds
        waiting = set(players)
        while waiting and asyncio.get_running_loop().time() < ends:
            for row in self.game.world.magento.shop.returns:
                if row.status == PENDING and row.channel_id in waiting:
                    waiting.remove(row.channel_id)
                    self._decide(row, quietly=True)
            await asyncio.sleep(0.2)

    def _next(self) -> ReturnRow | None:
        now = asyncio.get_running_loop().time()
        pending = {row.entity_id: row for row in self.game.world.magento.shop.returns if row.status == PENDING}
        self._due = {number: at for number, at in self._due.items() if number in pending}
        for number, row in pending.items():
            if number not in self._due and self._is_players(row):
                self._due[number] = now + self._patience()
        due = [number for number, at in self._due.items() if at <= now]
        return pending[min(due)] if due else None

    def _is_players(self, row: ReturnRow) -> bool:
        item = self.game.world.return_item(row.channel_id)
        return item is not None and not self.game.world.is_visitors(item)

    def _patience(self) -> float:
        leaves = self.game.chance.random() < LEFT_FOR_VISITOR
        return _LIES_FOR if leaves else self.game.pace * self.game.chance.uniform(1.5, 5)

    def _decide(self, row: ReturnRow, *, quietly: bool = False) -> None:
        status = self.game.chance.choices(list(STATUSES), list(STATUSES.values()))[0]
        self.game.world.magento.shop.decide(row, status)
        if not quietly:
            item = row.item_fields()
            what = f"{row.quantity}x {item.get('title')} (return {row.entity_id} in the shop)"
            self.game.tell("merchant", f"{_VERBS[status]} {what}")
