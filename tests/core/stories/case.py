"""What a story must lead to, and how the stories begin."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from retour.core.capabilities import Capabilities, Granularity
from retour.core.model import EffectState, Handler, Resolution, Stage, Told
from tests.core.builders import (
    REFUNDS_ONLY,
    REJECT,
    TELLS_ALL,
    Story,
)

NEW, OPEN, SENDING, CLOSED, ATTENTION = Stage.NEW, Stage.OPEN, Stage.SENDING, Stage.CLOSED, Stage.ATTENTION
DONE, PENDING, UNKNOWN = EffectState.DONE, EffectState.PENDING, EffectState.UNKNOWN
WANTED, REFUSED, DEAD = EffectState.WANTED, EffectState.REFUSED, EffectState.DEAD

NO_SHOP = Capabilities(TELLS_ALL)
WHOLE_LINES = Capabilities(replace(TELLS_ALL, granularity=Granularity.LINE))
WHOLE_RETURNS = Capabilities(replace(TELLS_ALL, granularity=Granularity.RETURN))
TOGETHER = Capabilities(replace(TELLS_ALL, serial=False))
WANTS_REASONS = Capabilities(replace(TELLS_ALL, reason_required=frozenset({REJECT})))
BY_HAND = Capabilities(REFUNDS_ONLY)


def merchant(*, quantity: int = 1, capabilities: Capabilities = NO_SHOP) -> Story:
    """A return of a project without a shop, known in full."""
    return Story(capabilities, quantity).look()


def in_shop(quantity: int = 1) -> Story:
    """A return whose request was made in the shop."""
    return Story(quantity=quantity).look().in_shop()


def by_marketplace(quantity: int = 1) -> Story:
    return Story(quantity=quantity, handler=Handler.MARKETPLACE)


@dataclass(frozen=True)
class Case:
    """What must follow from a story. `told`: how far each decision has come, the marketplace's own last."""

    name: str
    story: Callable[[], Story]
    stage: Stage
    why: str
    left: int = 0
    told: tuple[Told | None, ...] = ()
    settles: tuple[tuple[Resolution, int], ...] = ()
    creates: tuple[tuple[Resolution | None, int], ...] = ()
    look: bool = False


CONFIRMED = Told.CONFIRMED
