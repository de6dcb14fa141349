"""The one way a return changes: load it with all its facts, put in the new facts, save what follows from them.

One transaction holds the facts, the plan's outcome, the effects that are now wanted, and the timeline.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from retour.core import merge
from retour.core import model as core
from retour.core.capabilities import Capabilities
from retour.core.deadlines import next_of
from retour.core.model import EffectKind, EffectState, Source, Stage
from retour.core.plan import LinePlan, Outcome, Plan, Want, plan
from retour.store import bulk, facts, fits, rows, sql
from retour.store.models import Connection, Effect, Event, Line, Return
from retour.store.platforms import Sides, capabilities_between, sides_of
from retour.store.rows import EffectRow, EventRow, LineRow, ReturnRow


@dataclass(slots=True)
class Entry:
    """One return in the ledger: its rows, and its facts before and after."""

    row: ReturnRow
    sides: Sides
    before: core.Return | None
    known: core.Return
    lines: dict[str, LineRow] = field(default_factory=dict)
    effects: dict[str, EffectRow] = field(default_factory=dict)
    events: list[EventRow] = field(default_factory=list)
    touched: bool = False
    customer: str | None = None
    """Sealed; None: unchanged."""

    @property
    def capabilities(self) -> Capabilities:
        """What both sides can do."""
        return capabilities_between(self.sides)


class Ledger:
    """Some returns, loaded to be changed. Use inside a transaction; `save` ends it."""

    def __init__(self, at: datetime, actor: str = "") -> None:
        self.at = at
        self.actor = actor
        self.entries: dict[int, Entry] = {}

    def load(self, keys: Collection[int]) -> list[Entry]:
        """Loads returns with all their facts and holds their rows until the transaction ends."""
        return self._load(rows.returns(keys))

    def load_refs(self, marketplace: Connection, refs: Collection[str]) -> list[Entry]:
        """The same for returns that are known by their refs at a marketplace."""
        return self._load(rows.returns_by_ref(marketplace.pk, refs))

    def _load(self, found: Sequence[ReturnRow]) -> list[Entry]:
        keys = [row.pk for row in found]
        lines: dict[int, list[LineRow]] = {key: [] for key in keys}
        for line in rows.lines(keys):
            lines[line.of_id].append(line)
        effects: dict[int, list[EffectRow]] = {key: [] for key in keys}
        for effect in rows.effects(keys):
            effects[effect.of_id].append(effect)
        sides = sides_of({row.connection_id for row in found})
        loaded = []
        for row in found:
            known = facts.to_return(row, lines[row.pk], effects[row.pk])
            entry = Entry(
                row,
                sides[row.connection_id],
                known,
                known,
                {line.ref: line for line in lines[row.pk]},
                {effect.key: effect for effect in effects[row.pk]},
            )
            self.entries[row.pk] = entry
            loaded.append(entry)
        return loaded

    def add(self, marketplace: Connection, seen: Sequence[core.Seen]) -> list[Entry]:
        """Returns that were not known before."""
        added = []
        sides = sides_of([marketplace.pk])[marketplace.pk]
        for pk, item in zip(bulk.allocate(Return, len(seen)), seen, strict=True):
            row = ReturnRow(pk, marketplace.pk, item.ref, item.handler, item.opened_at, self.at, self.at)
            entry = Entry(row, sides, None, merge.first_seen(row.public_id, item, self.at), touched=True)
            self.entries[pk] = entry
            added.append(entry)
        return added

    def put(self, entry: Entry, known: core.Return) -> None:
        """The return's facts are now these."""
        entry.known = known
        entry.touched = True

    def put_effect(self, entry: Entry, effect: EffectRow) -> None:
        """An effect's row has changed."""
        others = tuple(e for e in entry.known.effects if e.key != effect.key)
        entry.known = replace(entry.known, effects=(*others, facts.to_effect(effect)))
        entry.touched = True

    def note(self, entry: Entry, kind: str, **params: Any) -> None:
        """Writes a line of the timeline."""
        texts = {name: fits.text(str(value)) for name, value in params.items() if value is not None}
        entry.events.append(EventRow(entry.row.pk, self.at, kind, texts, self.actor))

    def save(self) -> None:
        """Plans every touched return and writes what changed, in batches; connections with new work are due now."""
        touched = [entry for entry in self.entries.values() if entry.touched]
        for entry in touched:
            self._follow(entry)
        new = [entry for entry in touched if entry.before is None]
        known = [entry for entry in touched if entry.before is not None]
        bulk.insert([entry.row for entry in new], into=Return, with_ids=True)
        bulk.rewrite([entry.row for entry in known], of=Return)
        bulk.update([entry.row for entry in known if entry.customer is not None], ["customer"], of=Return)
        lines = [line for entry in touched for line in entry.lines.values()]
        bulk.insert([line for line in lines if not line.pk], into=Line)
        bulk.rewrite([line for line in lines if line.pk], of=Line)
        effects = [effect for entry in touched for effect in entry.effects.values()]
        bulk.insert([effect for effect in effects if not effect.pk], into=Effect)
        bulk.rewrite([effect for effect in effects if effect.pk], of=Effect)
        bulk.insert([event for entry in touched for event in entry.events], into=Event)
        self._hint(effects)

    def _follow(self, entry: Entry) -> None:
        """What follows from the facts: proofs, plan, effects, and the row's columns."""
        capabilities = entry.capabilities
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
                    marketplace=entry.sides.slug,
                    resolution=effect.resolution,
                    quantity=effect.quantity,
                )
                self.put_effect(entry, effect)
            followed = plan(entry.known, capabilities)
        if entry.before is not None and _history_grew(entry.before, entry.known):
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
                marketplace=entry.sides.slug,
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
                effect.state, effect.asks, effect.due_at = EffectState.WANTED, False, self.at
                _make_equal(effect, want)
            elif effect.state == EffectState.WANTED:
                _make_equal(effect, want)
        for key, effect in entry.effects.items():
            if effect.state == EffectState.WANTED and key not in wanted:
                effect.state, effect.due_at = EffectState.SUPERSEDED, None

    def _effect(self, entry: Entry, want: Want) -> EffectRow:
        target = entry.sides.shop if want.kind is EffectKind.CREATE else entry.sides.marketplace
        if target is None:
            raise RuntimeError(f"{entry.known.id} wants a request made in a shop that is not there")
        return EffectRow(
            pk=0,
            key=want.key,
            of_id=entry.row.pk,
            connection_id=target,
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
        row.deadline_at = next_of(followed.deadlines, self.at)
        row.look_at = (row.look_at or self.at) if followed.look else None
        row.changed_at = self.at
        if entry.customer is not None:
            row.customer = entry.customer
        merchants = known.handler is core.Handler.MERCHANT and followed.stage is not Stage.CLOSED
        for line, line_plan in zip(known.lines, followed.lines, strict=True):
            polls = line.shop is not None and not line.shop.gone and merchants and _counts(line_plan)
            line_row = entry.lines.get(line.item.ref)
            before = entry.before.line(line.item.ref) if entry.before else None
            if line_row is None or before is not line:
                entry.lines[line.item.ref] = facts.line_row(line, of_id=row.pk, polls=polls, known=line_row)
            else:
                line_row.polls = polls

    def _hint(self, effects: Iterable[EffectRow]) -> None:
        """A connection that has something to send is due now."""
        due = {e.connection_id for e in effects if e.state == EffectState.WANTED and e.due_at == self.at}
        if due:
            sql.change(
                f"UPDATE store_connection SET next_at = %s WHERE state = 'active' AND id IN {sql.marks(due)}",  # noqa: S608
                [sql.time(self.at), *due],
            )


def _make_equal(effect: EffectRow, want: Want) -> None:
    """What has not left says what is wanted now."""
    effect.quantity, effect.resolution, effect.changes = want.quantity, want.resolution, want.changes


def _history_grew(before: core.Return, after: core.Return) -> bool:
    if before.lines is after.lines:
        return False
    return [line.item.handlings for line in before.lines] != [line.item.handlings for line in after.lines]


def _theirs(followed: Plan) -> list[Outcome]:
    return [outcome for line in followed.lines for outcome in line.outcomes if outcome.source is Source.MARKETPLACE]


def _counts(line: LinePlan) -> bool:
    """Whether a word of the shop would change anything: units wait for it, or for its last one to leave."""
    return line.left > 0 or any(one.source is Source.SHOP and one.told is None for one in line.outcomes)


_EMPTY = core.Return("", "", datetime.min, core.Handler.MERCHANT, complete=False, lines=())  # noqa: DTZ901 - replaced at once
