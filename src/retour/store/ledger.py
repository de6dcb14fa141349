"""The one way a return changes: load it with all its facts, put in the new facts, save what follows from them.

One transaction holds the facts, the plan's outcome, the effects that are now wanted, and the timeline.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from retour.core import merge
from retour.core import model as core
from retour.core.capabilities import Capabilities
from retour.core.model import EffectKind, EffectState, Source, Stage
from retour.core.plan import Outcome, Plan, Want, plan
from retour.store import bulk, facts
from retour.store.models import Connection, Effect, Event, Line, Return
from retour.store.platforms import capabilities_of, shop_of

_RETURN_SEEN = ["handler", "opened_at", "complete", "stale", "gone", "digests"]
_RETURN_PLANNED = ["stage", "why", "why_params", "deadline_at", "look_at", "changed_at"]
_LINE_FIELDS = [f.name for f in Line._meta.concrete_fields if f.name not in {"id", "of", "ref"}]
_LINE_STANDING = ["awaits", "handlings", "seen_at", "shop", "shop_ref", "polls", "decisions"]
_EFFECT_FIELDS = [
    f.name
    for f in Effect._meta.concrete_fields
    if f.name not in {"id", "key", "of", "connection", "kind", "line_ref", "decision", "created_at"}
]


@dataclass(slots=True)
class Entry:
    """One return in the ledger: its rows, and its facts before and after."""

    row: Return
    marketplace: Connection
    before: core.Return | None
    known: core.Return
    lines: dict[str, Line] = field(default_factory=dict)
    effects: dict[str, Effect] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    touched: bool = False
    seen: bool = False
    """What the marketplace shows of the return itself may have changed."""
    customer: str | None = None
    """Sealed; None: unchanged."""
    dirty_effects: set[str] = field(default_factory=set)


class Ledger:
    """Some returns, loaded to be changed. Use inside a transaction; `save` ends it."""

    def __init__(self, at: datetime, actor: str = "") -> None:
        self.at = at
        self.actor = actor
        self.entries: dict[int, Entry] = {}
        self._shops: dict[int, Connection | None] = {}

    def load(self, returns: QuerySet[Return]) -> list[Entry]:
        """Loads returns with all their facts and holds their rows until the transaction ends."""
        rows = list(returns.select_for_update(of=("self",)).defer("customer").order_by("pk"))
        marketplaces = Connection.objects.in_bulk({row.connection_id for row in rows})
        for row in rows:
            self.entries[row.pk] = Entry(row, marketplaces[row.connection_id], None, _EMPTY)
        keys = [row.pk for row in rows]
        for line in Line.objects.filter(of_id__in=keys).order_by("pk"):
            self.entries[line.of_id].lines[line.ref] = line
        for effect in Effect.objects.filter(of_id__in=keys).select_for_update().order_by("pk"):
            self.entries[effect.of_id].effects[effect.key] = effect
        loaded = [self.entries[key] for key in keys]
        for entry in loaded:
            entry.known = facts.to_return(entry.row, entry.lines.values(), entry.effects.values())
            entry.before = entry.known
        return loaded

    def add(self, marketplace: Connection, seen: Sequence[core.Seen]) -> list[Entry]:
        """Returns that were not known before."""
        added = []
        for pk, item in zip(bulk.allocate(Return, len(seen)), seen, strict=True):
            row = Return(id=pk, connection=marketplace, ref=item.ref, created_at=self.at)
            entry = Entry(row, marketplace, None, merge.first_seen(row.public_id, item, self.at), touched=True)
            self.entries[pk] = entry
            added.append(entry)
        return added

    def put(self, entry: Entry, known: core.Return, *, seen: bool = False) -> None:
        """The return's facts are now these; `seen`: because the marketplace showed it."""
        entry.known = known
        entry.touched = True
        entry.seen = entry.seen or seen

    def put_effect(self, entry: Entry, effect: Effect) -> None:
        """An effect's row has changed."""
        others = tuple(e for e in entry.known.effects if e.key != effect.key)
        entry.known = replace(entry.known, effects=(*others, facts.to_effect(effect)))
        entry.dirty_effects.add(effect.key)
        entry.touched = True

    def note(self, entry: Entry, kind: str, **params: Any) -> None:
        """Writes a line of the timeline."""
        texts = {name: str(value) for name, value in params.items() if value is not None}
        entry.events.append(Event(of_id=entry.row.pk, at=self.at, kind=kind, params=texts, actor=self.actor))

    def save(self) -> None:
        """Plans every touched return and writes what changed, in batches; connections with new work are due now."""
        touched = [entry for entry in self.entries.values() if entry.touched]
        for entry in touched:
            self._follow(entry)
        new = [entry for entry in touched if entry.before is None]
        known = [entry for entry in touched if entry.before is not None]
        bulk.insert([entry.row for entry in new], with_ids=True)
        bulk.update([entry.row for entry in known if entry.seen], [*_RETURN_SEEN, *_RETURN_PLANNED])
        bulk.update([entry.row for entry in known if not entry.seen], _RETURN_PLANNED)
        bulk.update([entry.row for entry in known if entry.customer is not None], ["customer"])
        bulk.insert([line for entry in touched for line in entry.lines.values() if line.pk is None])
        described, standing = _changed_lines(known)
        bulk.update(described, _LINE_FIELDS)
        bulk.update(standing, _LINE_STANDING)
        effects = [effect for entry in touched for effect in entry.effects.values()]
        bulk.insert([effect for effect in effects if effect.pk is None])
        changed = [entry.effects[key] for entry in touched for key in entry.dirty_effects]
        bulk.update([effect for effect in changed if effect.pk is not None], _EFFECT_FIELDS)
        bulk.insert([event for entry in touched for event in entry.events])
        self._hint(effects)

    def _follow(self, entry: Entry) -> None:
        """What follows from the facts: proofs, plan, effects, and the row's columns."""
        capabilities = self._capabilities(entry)
        followed = plan(entry.known, capabilities)
        while True:
            shown = [entry.effects[key] for key in followed.proven if entry.known.effect(key)]
            fresh = [effect for effect in shown if EffectState(effect.state).in_flight]
            if not fresh:
                break
            for effect in fresh:
                effect.state, effect.done_at, effect.asks, effect.due_at = EffectState.DONE, self.at, False, None
                self.note(
                    entry,
                    "proven",
                    marketplace=entry.marketplace.slug,
                    resolution=effect.resolution,
                    quantity=effect.quantity,
                )
                self.put_effect(entry, effect)
            followed = plan(entry.known, capabilities)
        if entry.before is not None and _history(entry.before) != _history(entry.known):
            self._tell_of_the_marketplace(entry, plan(entry.before, capabilities), followed)
        self._match_effects(entry, followed)
        self._write_row(entry, followed)

    def _tell_of_the_marketplace(self, entry: Entry, before: Plan, after: Plan) -> None:
        told = _theirs(before)
        for outcome in _theirs(after):
            if outcome in told:
                told.remove(outcome)
                continue
            self.note(
                entry,
                "marketplace_says",
                marketplace=entry.marketplace.slug,
                words=outcome.resolution,
                quantity=outcome.quantity,
            )

    def _match_effects(self, entry: Entry, followed: Plan) -> None:
        """Makes the effect rows equal to what is wanted: adds, revives, and supersedes what has not left."""
        wanted = {want.key: want for want in followed.wants}
        for key, want in wanted.items():
            effect = entry.effects.get(key)
            if effect is None:
                entry.effects[key] = self._effect(entry, want)
            elif effect.state == EffectState.SUPERSEDED:
                effect.state, effect.due_at = EffectState.WANTED, self.at
                _make_equal(effect, want)
                entry.dirty_effects.add(key)
            elif effect.state == EffectState.WANTED and _make_equal(effect, want):
                entry.dirty_effects.add(key)
        for key, effect in entry.effects.items():
            if effect.state == EffectState.WANTED and key not in wanted:
                effect.state, effect.due_at = EffectState.SUPERSEDED, None
                entry.dirty_effects.add(key)

    def _effect(self, entry: Entry, want: Want) -> Effect:
        target = self._shop(entry.marketplace) if want.kind is EffectKind.CREATE else entry.marketplace
        return Effect(
            key=want.key,
            of_id=entry.row.pk,
            connection=target,
            kind=want.kind,
            state=EffectState.WANTED,
            line_ref=want.line_ref,
            quantity=want.quantity,
            resolution=want.resolution,
            decision=want.decision,
            changes=want.changes,
            due_at=self.at,
            created_at=self.at,
        )

    def _write_row(self, entry: Entry, followed: Plan) -> None:
        known, row = entry.known, entry.row
        row.handler = known.handler
        row.opened_at = known.opened_at
        row.complete, row.stale, row.gone = known.complete, known.stale, known.gone
        row.stage, row.why, row.why_params = followed.stage, followed.why.key, dict(followed.why.params)
        row.deadline_at = followed.deadline
        row.look_at = (row.look_at or self.at) if followed.look else None
        row.changed_at = self.at
        if entry.customer is not None:
            row.customer = entry.customer
        for line, line_plan in zip(known.lines, followed.lines, strict=True):
            line_row = entry.lines.get(line.item.ref)
            if line_row is None:
                line_row = entry.lines[line.item.ref] = Line(of_id=row.pk)
            line_row.polls = (
                line.shop is not None
                and not line.shop.gone
                and known.handler is core.Handler.MERCHANT
                and line_plan.left > 0
                and followed.stage is not Stage.CLOSED
            )
            before = entry.before.line(line.item.ref) if entry.before else None
            if before is not line:
                facts.write_line(line_row, line)

    def _capabilities(self, entry: Entry) -> Capabilities:
        return capabilities_of(entry.marketplace, self._shop(entry.marketplace))

    def _shop(self, marketplace: Connection) -> Connection | None:
        if marketplace.project_id not in self._shops:
            self._shops[marketplace.project_id] = shop_of(marketplace)
        return self._shops[marketplace.project_id]

    def _hint(self, effects: Iterable[Effect]) -> None:
        """A connection that has something to send is due now."""
        due = {e.connection_id for e in effects if e.state == EffectState.WANTED and e.due_at == self.at}
        if due:
            Connection.objects.filter(pk__in=due, state=Connection.State.ACTIVE).update(next_at=self.at)


def _make_equal(effect: Effect, want: Want) -> bool:
    """What has not left says what is wanted now. True if that changed anything."""
    wanted = (want.quantity, want.resolution, want.changes)
    if (effect.quantity, effect.resolution, effect.changes) == wanted:
        return False
    effect.quantity, effect.resolution, effect.changes = wanted
    return True


def _changed_lines(entries: Iterable[Entry]) -> tuple[list[Line], list[Line]]:
    """Rows of lines whose description changed, and of those where only their standing did."""
    described: list[Line] = []
    standing: list[Line] = []
    for entry in entries:
        for line in entry.known.lines:
            row = entry.lines[line.item.ref]
            before = entry.before.line(line.item.ref) if entry.before else None
            if row.pk is None or before is None:
                continue
            same = before.item is line.item or replace(before.item, awaits=True, handlings=()) == replace(
                line.item, awaits=True, handlings=()
            )
            (standing if same else described).append(row)
    return described, standing


def _history(known: core.Return) -> list[tuple[core.Handling, ...]]:
    return [line.item.handlings for line in known.lines]


def _theirs(followed: Plan) -> list[Outcome]:
    return [outcome for line in followed.lines for outcome in line.outcomes if outcome.source is Source.MARKETPLACE]


_EMPTY = core.Return("", "", datetime.min, core.Handler.MERCHANT, complete=False, lines=())  # noqa: DTZ901 - replaced at once
