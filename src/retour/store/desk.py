"""What people do: decide, retry, answer the hub's questions, look after connections. Every act names its actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from retour.core import merge
from retour.core import model as core
from retour.core.capabilities import ReasonChoice
from retour.core.merge import Contradiction
from retour.core.model import EffectKind, EffectState
from retour.core.plan import plan
from retour.store import candidates, due
from retour.store.ledger import Entry, Ledger
from retour.store.models import Connection, Project
from retour.store.record import hear_shop
from retour.store.rows import EffectRow


class NothingToDo(Exception):
    """There is nothing of the kind that was asked for; the message says so to the person."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision for some units of a line. `quantity` None: all that is left. `reason` is the person's words, `code`
    one of the marketplace's own reasons. `known`: how many decisions of the line the person saw; None: not told."""

    line_ref: str
    resolution: core.Resolution
    quantity: int | None = None
    reason: str | None = None
    revises: bool = False
    code: str | None = None
    known: int | None = None


def decide(return_id: int, choices: Sequence[Choice], source: core.Source, at: datetime, actor: str) -> None:
    """Records a person's decisions, all or none. Raises Contradiction with a sentence when one does not fit: also when
    the line was decided since the person saw it, since the second of two clicks must not refund a second unit."""
    with transaction.atomic():
        ledger, entry = _open(return_id, at, actor)
        before = {line.item.ref: len(line.decisions) for line in entry.known.lines}
        for choice in choices:
            if choice.known is not None and choice.known != before.get(choice.line_ref, choice.known):
                raise Contradiction("This line was decided in the meantime. Look at it, then decide again if needed.")
            ask_for_reason(entry, choice.resolution, choice.reason, choice.code)
            quantity = choice.quantity if choice.quantity is not None else _left(entry, choice.line_ref)
            known = merge.decide(
                entry.known,
                choice.line_ref,
                choice.resolution,
                quantity,
                source,
                at,
                reason=choice.reason,
                code=choice.code,
                revises=choice.revises,
            )
            ledger.note(
                entry,
                "decided",
                resolution=choice.resolution,
                quantity=quantity,
                source=source,
                line=choice.line_ref,
            )
            ledger.put(entry, known)
        ledger.save()


def mark_done(return_id: int, at: datetime, actor: str, key: str | None = None, shop_return: str | None = None) -> int:
    """A person says that what waits for them is done: decisions told by hand, refused or unknown effects.

    `key` names one effect, otherwise all of the return are meant. A create needs `shop_return`, the shop's id of the
    request that the person found. Raises NothingToDo.
    """
    with transaction.atomic():
        ledger, entry = _open(return_id, at, actor)
        done = 0
        for effect in _open_questions(entry, key):
            if effect.kind == EffectKind.CREATE:
                if not shop_return:
                    raise NothingToDo("Say which return of the shop it is: its id there is needed.")
                hear_shop(ledger, entry, effect.line_ref, core.ShopSays(shop_return, None, None), at)
                ledger.note(entry, "said_there", shop_return=shop_return, line=effect.line_ref)
            else:
                ledger.note(entry, "done_by_hand", line=effect.line_ref)
            effect.state, effect.by_hand, effect.asks = EffectState.DONE, True, False
            effect.done_at, effect.due_at = at, None
            ledger.put_effect(entry, effect)
            done += 1
        if key is None:
            done += _told_by_hand(ledger, entry)
        if not done:
            raise NothingToDo("Nothing of this return waits to be done by hand.")
        ledger.save()
    return done


def retry(return_id: int, at: datetime, actor: str, key: str | None = None) -> int:
    """Sends again what was refused, given up, or asked about: for a create, the person says that it is not there.

    Raises NothingToDo.
    """
    with transaction.atomic():
        ledger, entry = _open(return_id, at, actor)
        again = _open_questions(entry, key)
        waiting = [e for e in entry.effects.values() if e.state == EffectState.WANTED and key in {None, e.key}]
        for effect in (*again, *waiting):
            effect.state, effect.asks, effect.due_at, effect.error = EffectState.WANTED, False, at, None
            ledger.note(entry, "retried", line=effect.line_ref)
            ledger.put_effect(entry, effect)
        if not again and not waiting:
            raise NothingToDo("Nothing of this return can be sent again.")
        ledger.save()
    return len(again) + len(waiting)


def link_order(
    project_id: int, ref: str, shop_order: str, by: str, at: datetime | None = None, actor: str = ""
) -> None:
    """Notes which order of the shop a marketplace's order is. Creates that wait are sent with it. `at` None: now."""
    candidates.link(Project.objects.get(pk=project_id), ref, shop_order, by, at or timezone.now(), actor)


def pause(connection: Connection, at: datetime) -> None:
    """Nothing is asked or sent until it is resumed."""
    Connection.objects.filter(pk=connection.pk).update(state=Connection.State.PAUSED, state_words="", state_since=at)


def resume(connection: Connection, at: datetime) -> None:
    """Works again from now. Where it was stopped as a precaution, a person hereby says that all is well for today."""
    allowed = {}
    if connection.state == Connection.State.STOPPED:
        allowed = {"valve_day": at.date(), "vanish_allowed": True}
    Connection.objects.filter(pk=connection.pk).update(
        state=Connection.State.ACTIVE,
        state_words="",
        state_since=at,
        next_at=at,
        observe_at=at,
        trouble="",
        trouble_since=None,
        failures=0,
        **allowed,
    )
    due.effects_at_once(connection, at, EffectState.WANTED)  # what kept them from leaving has been mended


def check_now(connection: Connection, at: datetime) -> None:
    """Its next check is due at once, unless it is stopped or waits to be let in again."""
    Connection.objects.filter(pk=connection.pk, state=Connection.State.ACTIVE).update(next_at=at, observe_at=at)


def _open(return_id: int, at: datetime, actor: str) -> tuple[Ledger, Entry]:
    ledger = Ledger(at, actor)
    entries = ledger.load([return_id])
    if not entries:
        raise NothingToDo(f"There is no return r-{return_id}.")
    return ledger, entries[0]


def ask_for_reason(entry: Entry, resolution: core.Resolution, reason: str | None, code: str | None) -> None:
    """A marketplace that wants a reason gets one with the decision, not after it. Raises Contradiction."""
    able = entry.capabilities.marketplace
    offered = able.reasons.get(resolution, ())
    if code is not None and code not in {known.code for known in offered}:
        raise Contradiction(f"{code} is none of this marketplace's reasons{_listed(offered)}.")
    if resolution in able.reason_required and not (reason or code):
        raise Contradiction(f"The marketplace wants a reason with this decision{_listed(offered)}.")


def _listed(offered: Sequence[ReasonChoice]) -> str:
    return f" ({', '.join(reason.code for reason in offered)})" if offered else ""


def _left(entry: Entry, line_ref: str) -> int:
    followed = plan(entry.known, entry.capabilities)
    left = next((line.left for line in followed.lines if line.ref == line_ref), None)
    if left is None:
        raise Contradiction(f"This return has no line {line_ref}.")
    if left == 0:
        raise Contradiction("Nothing of this line is left to decide.")
    return left


def _open_questions(entry: Entry, key: str | None) -> list[EffectRow]:
    """Effects that wait for a person."""
    waiting = {EffectState.REFUSED, EffectState.DEAD}
    return [
        effect
        for effect in entry.effects.values()
        if (effect.state in waiting or (effect.state == EffectState.UNKNOWN and effect.asks))
        and key in {None, effect.key}
    ]


def _told_by_hand(ledger: Ledger, entry: Entry) -> int:
    """Decisions that this marketplace cannot be told, or that it has overtaken, now seen to by a person."""
    followed = plan(entry.known, entry.capabilities)
    done = 0
    for line in followed.lines:
        overtaken = line.why.key in {"conflict", "gone"}
        for outcome in line.outcomes:
            waits = outcome.told is core.Told.BY_HAND or (outcome.told is None and overtaken)
            if outcome.seq is None or not waits or _has_an_effect(entry, line.ref, outcome.seq):
                continue
            known = merge.told_by_hand(entry.known, line.ref, outcome.seq)
            if known != entry.known:
                ledger.note(entry, "done_by_hand", line=line.ref)
                ledger.put(entry, known)
                done += 1
    return done


def _has_an_effect(entry: Entry, line_ref: str, seq: int) -> bool:
    return any(
        effect.decision == seq and effect.line_ref == line_ref and effect.state != EffectState.SUPERSEDED
        for effect in entry.effects.values()
    )
