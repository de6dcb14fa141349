"""What must hold whatever a return lives through: hypothesis plays marketplace, shop, merchant and bad luck."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from retour.core import merge
from retour.core.capabilities import Capabilities
from retour.core.merge import Contradiction
from retour.core.model import Effect, EffectKind, EffectState, Resolution, Return, Seen, ShopSays, Source, Stage, Told
from retour.core.plan import Plan, Want, plan
from tests.core.builders import ACCEPT, EXCHANGE, KEEP, REJECT, REPAIR, SHOP, TELLS_ALL, UNSENT, Story, fresh, view
from tests.core.world import World

IN_FLIGHT = [state for state in EffectState if state.in_flight]
resolutions = st.sampled_from([ACCEPT, REJECT, REPAIR, KEEP, EXCHANGE])
units = st.integers(1, 3)
TELLS = {resolution: same for resolution, same in TELLS_ALL.tells.items() if resolution is not EXCHANGE}


class ReturnOfOneLine(RuleBasedStateMachine):
    """A return of one line lives through anything. The hub learns of it only by what it is shown."""

    @initialize(
        quantity=units,
        by_first=st.booleans(),
        unit_entries=st.booleans(),
        times=st.booleans(),
        serial=st.booleans(),
        shop=st.booleans(),
    )
    def begin(self, quantity: int, by_first: bool, unit_entries: bool, times: bool, serial: bool, shop: bool) -> None:
        self.world = World(quantity, by_first, unit_entries, times)
        self.story = Story(
            Capabilities(replace(TELLS_ALL, serial=serial, tells=TELLS), SHOP if shop else None), quantity
        )
        self.journal: list[Callable[[Return], Return]] = []
        self.views: list[Seen] = []
        self.keys: dict[str, tuple[Any, ...]] = {}
        self.nothing = self.story.known
        self.look()

    # What the marketplace shows, at once or late

    @rule()
    def look(self) -> None:
        self._see(view(self.world.shows()))

    @rule(history=st.booleans())
    def listed(self, history: bool) -> None:
        self._see(view(self.world.shows(history=history), complete=False))

    @rule(data=st.data())
    def late_list(self, data: st.DataObject) -> None:
        """A list shows how things were some time ago."""
        self._see(replace(data.draw(st.sampled_from(self.views)), complete=False))

    @rule()
    def vanish(self) -> None:
        at = self._tick()
        self._learn(lambda known: merge.vanished(known, at))

    # What the merchant does

    @rule(resolution=resolutions, quantity=units, revises=st.booleans())
    def decide(self, resolution: Resolution, quantity: int, revises: bool) -> None:
        at = self._tick()
        with suppress(Contradiction):
            self._learn(lambda known: merge.decide(known, "L1", resolution, quantity, Source.DESK, at, revises=revises))

    @rule(resolution=st.none() | resolutions, gone=st.booleans())
    def shop_speaks(self, resolution: Resolution | None, gone: bool) -> None:
        at, says = self._tick(), ShopSays("57", "word", resolution, gone)
        self._learn(lambda known: merge.shop_says(known, "L1", says, at))

    @precondition(lambda self: self.world.remaining > 0)
    @rule(resolution=resolutions, quantity=units)
    def handle_elsewhere(self, resolution: Resolution, quantity: int) -> None:
        """In the marketplace's own desk."""
        self.world.apply(resolution, min(quantity, self.world.remaining), self._tick())
        self.look()

    @precondition(lambda self: self.world.changeable > 0 and not self._settles(*IN_FLIGHT))
    @rule()
    def change_elsewhere(self) -> None:
        """In the marketplace's own desk, a refusal becomes a refund."""
        self.world.apply(ACCEPT, 1, self._tick(), revises=True)
        self.look()

    @rule()
    def tell_by_hand(self) -> None:
        """Somebody carries out a waiting decision in the marketplace's own desk, and says so here."""
        waiting = {o.seq for o in self._plan().lines[0].outcomes if o.told in {None, Told.BY_HAND}}
        waiting -= {e.decision for e in self._settles() if e.state not in UNSENT}
        for decision in self.story.line().standing:
            possible = not (decision.told_by_hand or decision.revises) and decision.quantity <= self.world.remaining
            if possible and decision.seq in waiting:
                self.world.apply(decision.resolution, decision.quantity, self._tick())
                self._learn(partial(merge.told_by_hand, line_ref="L1", seq=decision.seq))
                return

    @precondition(lambda self: self.world.quantity < 4)
    @rule()
    def one_more_comes_back(self) -> None:
        self.world.quantity += 1

    # What is sent, and what becomes of it

    @rule(fate=st.sampled_from(["done", "pending", "lost, happened", "lost, did not", "did not", "refused"]))
    def send(self, fate: str) -> None:
        at = self._tick()
        for want in fresh(self._plan().wants, self.story.known):
            self._effect(want, EffectState.SENDING, sent_at=at, before=len(self.story.line().item.handlings))
            if want.kind is EffectKind.CREATE:
                self._effect(want, EffectState.DONE, by_hand=True)
                continue
            assert want.resolution is not None
            if fate in {"done", "pending", "lost, happened"}:
                revises = want.changes is not None
                self.world.take_in(want.key, want.resolution, want.quantity, at, revises=revises)
            if fate in {"done", "lost, happened"}:
                self.world.carry_out(want.key)
            self._effect(want, _STATES[fate])

    @rule()
    def confirm(self) -> None:
        for effect in self._settles(EffectState.PENDING):
            self.world.carry_out(effect.key)
            self._state(effect, EffectState.DONE)
        self.look()

    @rule(asks=st.booleans())
    def look_up(self, asks: bool) -> None:
        """The return is looked at, then the marketplace or a person says what became of the call."""
        self.look()
        for effect in self._settles(EffectState.UNKNOWN):
            if asks and not effect.asks:
                self._state(effect, EffectState.UNKNOWN, asks=True)
            elif effect.key in self.world.calls:
                self._state(effect, EffectState.DONE, by_hand=asks)
            else:
                self._state(effect, EffectState.WANTED)

    @rule()
    def retry(self) -> None:
        for effect in self._settles(EffectState.REFUSED):
            self._state(effect, EffectState.WANTED)

    # What must hold

    @invariant()
    def nobody_is_refunded_twice(self) -> None:
        assert self.world.refunded <= self.world.quantity
        assert self.world.remaining >= 0

    @invariant()
    def told_never_exceeds_returned(self) -> None:
        known, followed = self.story.known, self._plan()
        line = self.story.line()
        news = [w for w in fresh(followed.wants, known) if w.kind is EffectKind.SETTLE and w.changes is None]
        if news:
            revising = {d.seq for d in line.decisions if d.revises}
            told = [e for e in self._settles() if e.state.may_have_happened and e.decision not in revising]
            theirs = [o for o in followed.lines[0].outcomes if o.source is Source.MARKETPLACE and not o.revises]
            units = [x.quantity for x in news] + [x.quantity for x in told] + [x.quantity for x in theirs]
            assert sum(units) <= line.item.quantity

    @invariant()
    def nothing_is_called_told_that_was_not(self) -> None:
        claimed: Counter[Resolution] = Counter()
        for outcome in self._plan().lines[0].outcomes:
            if outcome.told is Told.CONFIRMED:
                claimed[TELLS_ALL.tells[outcome.resolution]] += outcome.quantity
        for resolution, quantity in claimed.items():
            assert quantity <= self.world.told(resolution)

    @invariant()
    def nothing_is_lost(self) -> None:
        """Once looked at, a return that waits for an answer is not closed."""
        seen = self.story.line().item
        known = (seen.awaits, seen.quantity, len(seen.handlings))
        if known == (True, self.world.quantity, len(self.world.entries)) and self.world.awaits:
            assert self._plan().stage is not Stage.CLOSED

    @invariant()
    def the_books_balance(self) -> None:
        line, followed = self.story.line(), self._plan().lines[0]
        decided = sum(d.quantity for d in line.standing if not d.revises)
        theirs = sum(o.quantity for o in followed.outcomes if o.source is Source.MARKETPLACE and not o.revises)
        assert followed.left >= 0
        if decided + theirs <= line.item.quantity:
            assert followed.left + decided + theirs <= line.item.quantity
        assert decided <= self.world.quantity

    @invariant()
    def a_key_means_one_thing_for_ever(self) -> None:
        wants = self._plan().wants
        assert len({want.key for want in wants}) == len(wants)
        for want in wants:
            quantity = want.quantity if want.kind is EffectKind.SETTLE else None
            meaning = (want.kind, want.line_ref, want.resolution, want.decision, quantity)
            assert self.keys.setdefault(want.key, meaning) == meaning

    @invariant()
    def every_why_is_a_sentence(self) -> None:
        for why in (self._plan().why, *(line.why for line in self._plan().lines)):
            assert why.text
            assert "{" not in why.text

    def teardown(self) -> None:
        if hasattr(self, "journal"):
            known = self.nothing
            for fact in self.journal:
                known = fact(known)
            assert known == self.story.known

    # How the store does it

    def _plan(self) -> Plan:
        return plan(self.story.known, self.story.capabilities)

    def _learn(self, fact: Callable[[Return], Return]) -> None:
        """A new fact; what it proves is done, and what is no longer wanted and has not left is superseded."""
        self.story.known = fact(self.story.known)
        self.journal.append(fact)
        for key in self._plan().proven:
            effect = self.story.known.effect(key)
            if effect is not None and effect.state.in_flight:
                self._state(effect, EffectState.DONE)
        wanted = {want.key for want in self._plan().wants}
        for effect in self.story.known.effects:
            if effect.state is EffectState.WANTED and effect.key not in wanted:
                self._state(effect, EffectState.SUPERSEDED)

    def _see(self, seen: Seen) -> None:
        at = self._tick()
        self.views.append(seen)
        self._learn(lambda known: merge.see(known, seen, at))

    def _effect(self, want: Want, state: EffectState, **more: Any) -> None:
        known = self.story.known.effect(want.key) or Effect(
            want.key, want.kind, state, want.line_ref, want.quantity, want.resolution, want.decision
        )
        self._state(known, state, **more)

    def _state(self, effect: Effect, state: EffectState, **more: Any) -> None:
        effect = replace(effect, state=state, asks=more.pop("asks", False), **more)
        self._learn(lambda known: merge.with_effect(known, effect))

    def _settles(self, *states: EffectState) -> list[Effect]:
        found = [e for e in self.story.known.effects if e.kind is EffectKind.SETTLE]
        return [e for e in found if not states or e.state in states]

    def _tick(self) -> datetime:
        return self.story.tick()


_STATES = {
    "done": EffectState.DONE,
    "pending": EffectState.PENDING,
    "lost, happened": EffectState.UNKNOWN,
    "lost, did not": EffectState.UNKNOWN,
    "did not": EffectState.WANTED,
    "refused": EffectState.REFUSED,
}

TestReturnOfOneLine = ReturnOfOneLine.TestCase
TestReturnOfOneLine.settings = settings(
    max_examples=200,
    stateful_step_count=30,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
