"""The merchant, who decides in each shop's back office. What the visitor sends back is the visitor's to decide."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from retour.demo.company import Project
from retour.demo.game import Game
from retour.demo.platforms import Request
from retour.demo.world import Sale

RESOLUTIONS = {"accept": 72, "reject": 9, "repair": 6, "exchange": 6, "keep": 4, "cancel": 3}
"""What is decided, and how often of a hundred."""
MOST_BY_HAND = 2
"""Decisions of each marketplace that only a person can tell it. They stay until the visitor does: a few are enough."""
LEFT_FOR_VISITOR = 0.12
"""How often the merchant lets one lie, in case the visitor wants it."""
_LIES_FOR = 240.0
"""Seconds until the merchant decides on it after all."""
_GLANCE = 0.5
_VERBS = {
    "accept": "accepts",
    "reject": "rejects",
    "repair": "repairs",
    "exchange": "exchanges",
    "keep": "refunds, and lets the customer keep,",
    "cancel": "cancels",
}

Key = tuple[str, str]
"""A project, and a request of its shop."""


@dataclass(slots=True)
class Merchant:
    """Decides on what the players sent back."""

    game: Game
    _due: dict[Key, float] = field(default_factory=dict)
    _by_hand: dict[str, int] = field(default_factory=dict)

    async def play(self) -> None:
        """Decides on one after the other."""
        while True:
            await asyncio.sleep(min(_GLANCE, self.game.pace))
            if not self.game.resting:
                self._decide_next()

    async def catch_up(self, past: dict[Sale, str], seconds: float) -> None:
        """Decides on these as they come in, quietly and as it is said here, for at most so many seconds."""
        ends = asyncio.get_running_loop().time() + seconds
        left = dict(past)
        while left and asyncio.get_running_loop().time() < ends:
            for project, request, sale in self._players():
                if resolution := left.pop(sale, ""):
                    self._decide(project, request, sale, resolution)
            await asyncio.sleep(0.2)

    def _players(self) -> Iterator[tuple[Project, Request, Sale]]:
        for project in self.game.world.projects:
            for request in list(project.shop.waiting()):
                sale = self.game.world.sale(project, request)
                if sale is not None:
                    yield project, request, sale

    def _decide_next(self) -> None:
        now = asyncio.get_running_loop().time()
        waiting = {(project.key, request.ref): (project, request, sale) for project, request, sale in self._players()}
        self._due = {key: self._due.get(key, now + self._patience()) for key in waiting}
        due = [key for key, at in self._due.items() if at <= now]
        if due:
            project, request, sale = waiting[min(due, key=self._due.__getitem__)]
            resolution = self._decide(project, request, sale, self._wish(sale))
            words = f"{_VERBS[resolution]} {request.what} ({request.where} in {project.shop.title})"
            by_hand = f"; {sale.marketplace.title} has to be told by hand" if sale.by_hand else ""
            self.game.tell("merchant", words + by_hand)

    def _patience(self) -> float:
        leaves = self.game.chance.random() < LEFT_FOR_VISITOR
        return _LIES_FOR if leaves else self.game.pace * self.game.chance.uniform(1.5, 5)

    def _wish(self, sale: Sale) -> str:
        """What the merchant would like best."""
        if sale.by_hand:
            return "accept"
        return self.game.chance.choices(list(RESOLUTIONS), list(RESOLUTIONS.values()))[0]

    def _decide(self, project: Project, request: Request, sale: Sale, resolution: str) -> str:
        """Decides; what would have to be told by hand is accepted instead once there is enough of it. What it was."""
        marketplace = sale.marketplace
        told = self._by_hand.get(marketplace.connection, 0)
        if resolution in marketplace.by_hand and told >= MOST_BY_HAND:
            resolution = "accept"
        if resolution in marketplace.by_hand:
            self._by_hand[marketplace.connection] = told + 1
            sale.by_hand = True
        project.shop.decide(request, resolution)
        return resolution
