"""The one way a return changes: load it with all its facts, put in the new facts, save what follows from them.

One transaction holds the facts, the plan's outcome, the effects that are now wanted, and the timeline.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from retour.core import model as core
from retour.core.capabilities import Capabilities
from retour.core.model import EffectKind, EffectState, Source, Stage
from retour.core.plan import Outcome, Plan, Want, plan
from retour.store import facts
from retour.store.models import Connection, Effect, Event, Line, Return
from retour.store.platforms import capabilities_of, shop_of

_RETURN_FIELDS = [
    "handler",
    "opened_at",
    "complete",
    "stale",
    "gone",
    "customer",
    "digests",
    "stage",
    "why",
    "why_params",
    "deadline_at",
    "look_at",
    "changed_at",
]
_LINE_FIELDS = [f.name for f in Line._meta.concrete_fields if f.name not in {"id", "of", "ref"}]
_EFFECT_FIELDS = [
    f.name
    for f in Effect._meta.concrete_fields
    if f.name not in {"id", "key", "of", "connection", "kind", "line_ref", "created_at"}
]
_NO_ID = "r-new"


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
    dirty_lines: set[str] = field(default_factory=set)
    dirty_effects: set[str] = field(default_factory=set)
    plan: Plan | None = None


class Ledger:
    """Some returns, loaded to be changed. Use inside a transaction; `save` ends it."""

    def __init__(self, at: datetime, actor: str = "") -> None:
        self.at = at
        self.actor = actor
        self.entries: dict[int, Entry] = {}
        self._new: list[Entry] = []
        self._shops: dict[int, Connection | None] = {}

    def load(self, returns: QuerySet[Return]) -> list[Entry]:
        """Loads returns with all their facts and holds their rows until the transaction ends."""
        rows = list(returns.select_for_update(of=("self",)).select_related("connection").order_by("pk"))
        loaded = []
        for row in rows:
            entry = Entry(row, row.connection, None, _EMPTY)
            self.entries[row.pk] = entry
            loaded.append(entry)
        keys = [row.pk for row in rows]
        for line in Line.objects.filter(of_id__in=keys).order_by("pk"):
            self.entries[line.of_id].lines[line.ref] = line
        for effect in Effect.objects.filter(of_id__in=keys).select_for_update().order_by("pk"):
            self.entries[effect.of_id].effects[effect.key] = effect
        for entry in loaded:
            entry.known = facts.to_return(entry.row, entry.lines.values(), entry.effects.values())
            entry.before = entry.known
        return loaded

    def add(self, marketplace: Connection, known: core.Return) -> Entry:
        """A return that was not known before."""
        row = Return(connection=marketplace, ref=known.ref, created_at=self.at)
        entry = Entry(row, marketplace, None, known, touched=True)
        self._new.append(entry)
        return entry

    def put(self, entry: Entry, known: core.Return) -> None:
        """The return's facts are now these."""
        for line in known.lines:
            if entry.known.line(line.item.ref) is not line:
                entry.dirty_lines.add(line.item.ref)
        entry.known = known
        entry.touched = True

    def put_effect(self, entry: Entry, effect: Effect) -> None:
        """An effect's row has changed."""
        others = tuple(e for e in entry.known.effects if e.key != effect.key)
        entry.known = replace(entry.known, effects=(*others, facts.to_effect(effect)))
        entry.dirty_effects.add(effect.key)
        entry.touched = True

    def note(self, entry: Entry, kind: str, **params: Any) -> None:
        """Writes a line of the timeline."""
        texts = {name: str(value) for name, value in params.items() if value is not None}
        entry.events.append(Event(of=entry.row, at=self.at, kind=kind, params=texts, actor=self.actor))

    def save(self) -> None:
        """Plans every touched return and writes what changed, in batches; connections with new work are due now."""
        touched = [entry for entry in self.entries.values() if entry.touched]
        for entry in (*self._new, *touched):
            self._follow(entry)
        self._insert(self._new)
        _upsert(Return, [e.row for e in touched], _RETURN_FIELDS)
        every = [*self._new, *touched]
        fresh_lines = [line for e in every for line in e.lines.values() if line.pk is None]
        for line in fresh_lines:
            line.of_id = line.of.pk
        Line.objects.bulk_create(fresh_lines, batch_size=400)
        _upsert(Line, list(_changed_lines(touched)), _LINE_FIELDS)
        fresh = [effect for e in every for effect in e.effects.values() if effect.pk is None]
        Effect.objects.bulk_create(fresh, batch_size=400)
        _upsert(
            Effect, [e.effects[key] for e in touched for key in e.dirty_effects if e.effects[key].pk], _EFFECT_FIELDS
        )
        Event.objects.bulk_create([event for e in every for event in e.events], batch_size=800)
        self._hint(every)

    def _insert(self, entries: list[Entry]) -> None:
        """Writes new returns, and gives their effects the keys that only their ids make possible."""
        Return.objects.bulk_create([entry.row for entry in entries], batch_size=400)
        for entry in entries:
            for event in entry.events:
                event.of_id = entry.row.pk
            if entry.plan and entry.plan.wants:
                entry.known = replace(entry.known, id=entry.row.public_id)
                entry.plan = plan(entry.known, self._capabilities(entry))
                self._match_effects(entry, entry.plan)

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
        if entry.before is not None:
            self._tell_of_the_marketplace(entry, plan(entry.before, capabilities), followed)
            self._match_effects(entry, followed)
        entry.plan = followed
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
                effect.quantity = want.quantity
                entry.dirty_effects.add(key)
        for key, effect in entry.effects.items():
            if effect.state == EffectState.WANTED and key not in wanted:
                effect.state, effect.due_at = EffectState.SUPERSEDED, None
                entry.dirty_effects.add(key)

    def _effect(self, entry: Entry, want: Want) -> Effect:
        target = self._shop(entry.marketplace) if want.kind is EffectKind.CREATE else entry.marketplace
        return Effect(
            key=want.key,
            of=entry.row,
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
        for line, line_plan in zip(known.lines, followed.lines, strict=True):
            line_row = entry.lines.get(line.item.ref)
            if line_row is None:
                line_row = entry.lines[line.item.ref] = Line(of=row)
                entry.dirty_lines.add(line.item.ref)
            polls = (
                line.shop is not None
                and not line.shop.gone
                and known.handler is core.Handler.MERCHANT
                and line_plan.left > 0
                and followed.stage is not Stage.CLOSED
            )
            if line_row.polls != polls:
                line_row.polls = polls
                entry.dirty_lines.add(line.item.ref)
            if line.item.ref in entry.dirty_lines:
                facts.write_line(line_row, line)

    def _capabilities(self, entry: Entry) -> Capabilities:
        return capabilities_of(entry.marketplace, self._shop(entry.marketplace))

    def _shop(self, marketplace: Connection) -> Connection | None:
        if marketplace.project_id not in self._shops:
            self._shops[marketplace.project_id] = shop_of(marketplace)
        return self._shops[marketplace.project_id]

    def _hint(self, entries: Iterable[Entry]) -> None:
        """A connection that has something to send is due now."""
        due = {
            effect.connection_id
            for entry in entries
            for effect in entry.effects.values()
            if effect.state == EffectState.WANTED and effect.due_at == self.at
        }
        if due:
            Connection.objects.filter(pk__in=due, state=Connection.State.ACTIVE).update(next_at=self.at)


def _changed_lines(entries: Iterable[Entry]) -> Iterator[Line]:
    for entry in entries:
        for ref in entry.dirty_lines:
            line = entry.lines[ref]
            if line.pk is not None:
                yield line


def _theirs(followed: Plan) -> list[Outcome]:
    return [outcome for line in followed.lines for outcome in line.outcomes if outcome.source is Source.MARKETPLACE]


def _upsert(model: type[Any], rows: list[Any], fields: list[str]) -> None:
    """Writes known rows in one statement for each batch."""
    if len(rows) == 1:
        rows[0].save(update_fields=fields)
    elif rows:
        model.objects.bulk_create(
            rows, batch_size=400, update_conflicts=True, unique_fields=["id"], update_fields=fields
        )


_EMPTY = core.Return("", "", datetime.min, core.Handler.MERCHANT, complete=False, lines=())  # noqa: DTZ901 - replaced at once
