"""What the players share."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from retour.demo.world import World


class News(Protocol):
    """Takes one line of news: who did what."""

    def __call__(self, who: str, what: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Game:
    """Where they play, how fast, and whom they tell. `pace`: about how many seconds from one customer to the next."""

    world: World
    pace: float
    chance: random.Random
    tell: News
    pause: Path

    @property
    def resting(self) -> bool:
        """The players rest while the file `pause` is there."""
        return self.pause.exists()
