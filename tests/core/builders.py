"""Made-up returns, told as short stories: what was seen, decided and sent, one fact after the other.

A `Story` applies each fact with the functions that the store uses, a minute apart, and marks effects as the store does
when they leave. Nothing here knows what the plan should be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from retour.core import merge
from retour.core.capabilities import (
    Capabilities,
    Deadline,
    Granularity,
    MarketplaceCapabilities,
    ShopCapabilities,
)
from retour.core.model import (
    Decision,
    Effect,
    EffectKind,
    EffectState,
    Handler,
    Handling,
    Line,
    Resolution,
    Return,
    Seen,
    SeenLine,
    ShopSays,
    Source,
)
from retour.core.plan import Plan, Want, plan

ACCEPT, REJECT, REPAIR = Resolution.ACCEPT, Resolution.REJECT, Resolution.REPAIR
KEEP, CANCEL, EXCHANGE = Resolution.KEEP, Resolution.CANCEL, Resolution.EXCHANGE

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
UNSENT = {EffectState.WANTED, EffectState.SUPERSEDED}

SHOP = ShopCapabilities(frozenset({ACCEPT, REJECT, KEEP}), finds=True)
# Tells every decision, for single units, one after the other, and keeps a history.
TELLS_ALL = MarketplaceCapabilities(
    tells={ACCEPT: ACCEPT, REJECT: REJECT, REPAIR: REPAIR, EXCHANGE: EXCHANGE, KEEP: ACCEPT, CANCEL: CANCEL},
    granularity=Granularity.QUANTITY,
    asynchronous=True,
    details_by_look=True,
    finds=True,
    proves_absence=True,
    changes={REJECT: frozenset({ACCEPT, KEEP}), REPAIR: frozenset({ACCEPT, KEEP})},
)
# Can be told of refunds alone; a refusal is done there by hand, and in time.
REFUNDS_ONLY = MarketplaceCapabilities(
    tells={ACCEPT: ACCEPT, KEEP: ACCEPT},
    granularity=Granularity.QUANTITY,
    by_hand={REJECT: "Decline the return in the seller centre."},
    deadlines=(
        Deadline("answer", timedelta(hours=48), "the customer is refunded at your cost", "made up for tests"),
        Deadline("appeal", timedelta(days=14), "no appeal is possible any more", "made up for tests"),
    ),
)
ANY = Capabilities(TELLS_ALL, SHOP)


def handled(resolution: Resolution | None, quantity: int = 1, *, minute: int | None = None, **more: Any) -> Handling:
    """An entry of the marketplace's history, `minute` minutes after the start."""
    raw = more.pop("raw", resolution.upper() if resolution else "SOMETHING_ELSE")
    at = START + timedelta(minutes=minute) if minute is not None else None
    return Handling(quantity, resolution, raw, at, **more)


def item(ref: str = "L1", quantity: int = 1, *history: Handling, awaits: bool = True, **more: Any) -> SeenLine:
    return SeenLine(ref=ref, order_ref="O-1", quantity=quantity, awaits=awaits, handlings=history, **more)


def view(*items: SeenLine, complete: bool = True, handler: Handler = Handler.MERCHANT, ref: str = "R-1") -> Seen:
    return Seen(ref=ref, opened_at=START, handler=handler, lines=items, complete=complete)


def settle(
    state: EffectState, resolution: Resolution = ACCEPT, quantity: int = 1, *, decision: int = 1, **more: Any
) -> Effect:
    """A settle of line L1, sent at the start."""
    key = f"r-1:L1:settle:{decision}"
    more.setdefault("sent_at", START)
    return Effect(key, EffectKind.SETTLE, state, "L1", quantity, resolution, decision, **more)


def decided(seq: int, resolution: Resolution, quantity: int = 1, **more: Any) -> Decision:
    return Decision(seq, resolution, quantity, Source.DESK, START, **more)


def fresh(wants: Sequence[Want], known: Return) -> list[Want]:
    """The wants that have not left yet: what the store would send now."""
    found = []
    for want in wants:
        effect = known.effect(want.key)
        if effect is None or effect.state in UNSENT:
            found.append(want)
    return found


@dataclass
class Story:
    """One return's life so far."""

    capabilities: Capabilities = ANY
    quantity: int = 1
    handler: Handler = Handler.MERCHANT
    now: datetime = START
    known: Return = field(init=False)

    def __post_init__(self) -> None:
        self.known = Return("r-1", "R-1", START, self.handler, complete=False, lines=())

    # What the marketplace shows

    def look(self, *history: Handling, awaits: bool = True, quantity: int | None = None) -> Self:
        """A full look at a return of one line."""
        return self.sees(view(self._item(history, awaits, quantity), handler=self.handler))

    def listed(self, *history: Handling, awaits: bool = True, quantity: int | None = None) -> Self:
        """A list shows the line, without details."""
        return self.sees(view(self._item(history, awaits, quantity), complete=False, handler=self.handler))

    def sees(self, seen: Seen) -> Self:
        self.tick()
        self.known = merge.see(self.known, seen, self.now)
        return self

    def vanishes(self) -> Self:
        self.tick()
        self.known = merge.vanished(self.known, self.now)
        return self

    def is_missing(self) -> Self:
        self.tick()
        self.known = merge.missing(self.known, self.now)
        return self

    # What the shop and people say

    def in_shop(
        self, decision: Resolution | None = None, word: str = "pending", *, gone: bool = False, unclear: bool = False
    ) -> Self:
        self.tick()
        says = ShopSays("57", word, decision, gone, unclear)
        self.known = merge.shop_says(self.known, "L1", says, self.now)
        return self

    def decides(
        self,
        resolution: Resolution,
        quantity: int = 1,
        *,
        line: str = "L1",
        revises: bool = False,
        reason: str | None = None,
    ) -> Self:
        self.tick()
        self.known = merge.decide(
            self.known, line, resolution, quantity, Source.DESK, self.now, reason=reason, revises=revises
        )
        return self

    def tells_by_hand(self, seq: int = 1) -> Self:
        self.known = merge.told_by_hand(self.known, "L1", seq)
        return self

    # What is sent

    def sends(self) -> Self:
        """Everything that is wanted leaves."""
        self.tick()
        for want in fresh(self.plan.wants, self.known):
            self.effect(want, EffectState.SENDING)
        return self

    def answered(self, state: EffectState = EffectState.DONE, *, kind: EffectKind | None = None, **more: Any) -> Self:
        """The answer to all that is under way."""
        for effect in self.known.effects:
            if effect.state.in_flight and kind in {None, effect.kind}:
                self.known = merge.with_effect(self.known, replace(effect, state=state, **more))
        return self

    def told(self, resolution: Resolution, quantity: int = 1) -> Self:
        """Decided, sent, and confirmed by the marketplace's receipt."""
        return self.decides(resolution, quantity).sends().answered()

    def effect(self, want: Want, state: EffectState) -> Self:
        line = self.line(want.line_ref)
        effect = Effect(
            want.key,
            want.kind,
            state,
            want.line_ref,
            want.quantity,
            want.resolution,
            want.decision,
            sent_at=self.now,
            before=len(line.item.handlings),
        )
        self.known = merge.with_effect(self.known, effect)
        return self

    # What follows

    @property
    def plan(self) -> Plan:
        return plan(self.known, self.capabilities)

    @property
    def settles(self) -> list[tuple[Resolution | None, int]]:
        """What would be told now."""
        wants = fresh(self.plan.wants, self.known)
        return [(want.resolution, want.quantity) for want in wants if want.kind is EffectKind.SETTLE]

    @property
    def creates(self) -> list[tuple[Resolution | None, int]]:
        """What would be made in the shop now."""
        wants = fresh(self.plan.wants, self.known)
        return [(want.resolution, want.quantity) for want in wants if want.kind is EffectKind.CREATE]

    def line(self, ref: str = "L1") -> Line:
        line = self.known.line(ref)
        assert line is not None
        return line

    def passes(self, time: timedelta) -> Self:
        self.now += time
        return self

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def _item(self, history: tuple[Handling, ...], awaits: bool, quantity: int | None) -> SeenLine:
        return item("L1", quantity or self.quantity, *history, awaits=awaits)
