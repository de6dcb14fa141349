"""What must hold for any sequence of facts: hypothesis makes them up, a minute apart."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from retour.core import merge
from retour.core.merge import Contradiction
from retour.core.model import (
    Effect,
    EffectKind,
    EffectState,
    Handler,
    Handling,
    Resolution,
    Return,
    Seen,
    SeenLine,
    ShopSays,
    Source,
    Stage,
)
from retour.core.plan import plan
from tests.core.builders import ACCEPT, ANY, START, fresh, handled, item, view

Fact = Callable[[Return], Return]
NOTHING = Return("r-1", "R-1", START, Handler.MERCHANT, complete=False, lines=())
BOUNDED = settings(max_examples=150, deadline=None, print_blob=True)

resolutions = st.sampled_from(Resolution)
refs = st.sampled_from(["L1", "L2"])
quantities = st.integers(1, 3)
histories = {
    "L1": (handled(ACCEPT, minute=1), handled(None), handled(Resolution.REJECT, 2), handled(ACCEPT, revises=True)),
    "L2": (handled(Resolution.CANCEL, 3), handled(ACCEPT)),
}


@st.composite
def items(draw: st.DrawFn, ref: str, quantities: st.SearchStrategy[int] = quantities) -> SeenLine:
    """A line as some view shows it; of its history, which only grows, the view may show just the beginning."""
    history: tuple[Handling, ...] = histories[ref][: draw(st.integers(0, len(histories[ref])))]
    title = draw(st.sampled_from([None, "Mug"]))
    return item(ref, draw(quantities), *history, awaits=draw(st.booleans()), title=title)


@st.composite
def views(draw: st.DrawFn, quantities: st.SearchStrategy[int] = quantities) -> Seen:
    shown = [draw(items(ref, quantities)) for ref in draw(st.lists(refs, min_size=1, max_size=2, unique=True))]
    handler = draw(st.sampled_from([Handler.MERCHANT] * 7 + [Handler.MARKETPLACE]))
    return view(*shown, complete=draw(st.booleans()), handler=handler)


def _saw(seen: Seen, at: datetime) -> Fact:
    return partial(merge.see, seen=seen, at=at)


def _decides(
    known: Return, ref: str, resolution: Resolution, quantity: int, source: Source, at: datetime, revises: bool
) -> Return:
    with suppress(Contradiction):
        return merge.decide(known, ref, resolution, quantity, source, at, revises=revises)
    return known


def _sends(known: Return, state: EffectState, asks: bool, at: datetime) -> Return:
    """Everything that the plan wants stands like this."""
    for want in fresh(plan(known, ANY).wants, known):
        effect = Effect(
            want.key,
            want.kind,
            state,
            want.line_ref,
            want.quantity,
            want.resolution,
            want.decision,
            sent_at=at,
            asks=asks,
            error="{odd}",
        )
        known = merge.with_effect(known, effect)
    return known


says = st.builds(
    ShopSays,
    ref=st.just("57"),
    word=st.none() | st.just("{odd}"),
    resolution=st.none() | resolutions,
    gone=st.booleans(),
    unclear=st.booleans(),
)


@st.composite
def lives(
    draw: st.DrawFn, handler: Handler | None = None, quantities: st.SearchStrategy[int] = quantities
) -> tuple[list[Fact], list[Fact]]:
    """Facts in their order, and those among them that observe and do not act."""
    minutes = count(1)
    facts = [_saw(view(draw(items("L1", quantities)), draw(items("L2", quantities))), START)]
    observed = [*facts]
    for kind in draw(st.lists(st.sampled_from("ssssvmhhddbe"), min_size=1, max_size=14)):
        at = START + timedelta(minutes=next(minutes))
        if kind == "s":
            fact = _saw(draw(views(quantities)), at)
        elif kind == "v":
            fact = partial(merge.vanished, at=at)
        elif kind == "m":
            fact = partial(merge.missing, at=at)
        elif kind == "h":
            fact = partial(merge.shop_says, line_ref=draw(refs), says=draw(says), at=at)
        elif kind == "b":
            fact = partial(merge.told_by_hand, line_ref=draw(refs), seq=draw(st.integers(1, 3)))
        elif kind == "d":
            what = {"ref": draw(refs), "resolution": draw(resolutions), "quantity": draw(st.integers(1, 3))}
            fact = partial(_decides, **what, source=Source.DESK, at=at, revises=draw(st.booleans()))
        else:
            fact = partial(_sends, state=draw(st.sampled_from(EffectState)), asks=draw(st.booleans()), at=at)
        facts.append(fact)
        if kind not in "bde":
            observed.append(fact)
    if handler is not None:
        facts.append(_saw(view(item("L1", 2), handler=handler), START + timedelta(minutes=next(minutes))))
    return facts, observed


def lived(facts: list[Fact], known: Return = NOTHING) -> Return:
    for fact in facts:
        known = fact(known)
    return known


@BOUNDED
@given(lives(quantities=st.just(3)))
def test_all_that_was_observed_once_more_changes_nothing(life: tuple[list[Fact], list[Fact]]) -> None:
    facts, observed = life
    known = lived(facts)
    assert lived(observed, known) == known


@BOUNDED
@given(lives(), st.lists(views(), min_size=1, max_size=5), st.data())
def test_an_old_view_changes_nothing(
    life: tuple[list[Fact], list[Fact]], seen: list[Seen], data: st.DataObject
) -> None:
    """So what is closed stays closed until something newer is seen."""
    start = START + timedelta(days=1)
    saw = [_saw(one, start + timedelta(minutes=minute)) for minute, one in enumerate(seen)]
    known = lived([*life[0], *saw])
    again = data.draw(st.sampled_from(saw))
    assert again(known) == known
    later = merge.missing(known, start + timedelta(days=1))
    assert again(later) == later


@BOUNDED
@given(lives())
def test_the_same_facts_give_the_same_plan(life: tuple[list[Fact], list[Fact]]) -> None:
    one, other = lived(life[0]), lived(life[0])
    assert one == other
    assert plan(one, ANY) == plan(other, ANY)


@BOUNDED
@given(lives(), st.randoms(use_true_random=False))
def test_the_order_of_effects_means_nothing(life: tuple[list[Fact], list[Fact]], random: object) -> None:
    known = lived(life[0])
    shuffled = list(known.effects)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = Return(**{**{n: getattr(known, n) for n in Return.__slots__}, "effects": tuple(shuffled)})
    assert plan(again, ANY) == plan(known, ANY)


@BOUNDED
@given(items("L1"), items("L2"), items("L1"), items("L2"))
def test_the_order_of_observations_of_different_lines_means_nothing(
    one: SeenLine, other: SeenLine, one_later: SeenLine, other_later: SeenLine
) -> None:
    known = merge.first_seen("r-1", view(one, other), START)
    saw = [
        _saw(view(one_later, complete=False), START + timedelta(minutes=1)),
        _saw(view(other_later, complete=False), START + timedelta(minutes=2)),
    ]
    assert lived(saw, known) == lived(saw[::-1], known)


@BOUNDED
@given(lives(Handler.MARKETPLACE))
def test_what_the_marketplace_handles_is_never_answered(life: tuple[list[Fact], list[Fact]]) -> None:
    followed = plan(lived(life[0]), ANY)
    assert all(want.kind is EffectKind.CREATE for want in followed.wants)
    assert all(line.left == 0 for line in followed.lines)


@BOUNDED
@given(lives())
def test_any_plan_can_be_shown_and_carried_out(life: tuple[list[Fact], list[Fact]]) -> None:
    known = lived(life[0])
    followed = plan(known, ANY)
    assert len({want.key for want in followed.wants}) == len(followed.wants)
    assert [line.ref for line in followed.lines] == [line.item.ref for line in known.lines]
    for line, facts in zip(followed.lines, known.lines, strict=True):
        assert 0 <= line.left <= facts.item.quantity
        assert "{" not in line.why.text.replace("{odd}", "")
        assert len({outcome.seq for outcome in line.outcomes if outcome.seq}) == len(facts.standing)
    assert (followed.stage is Stage.CLOSED) == bool(
        followed.lines and all(line.stage is Stage.CLOSED for line in followed.lines)
    )


@BOUNDED
@given(lives())
def test_what_may_have_happened_is_never_forgotten(life: tuple[list[Fact], list[Fact]]) -> None:
    """A decision that has left stays in force, and its effect stays wanted."""
    known = lived(life[0])
    wanted = {want.key for want in plan(known, ANY).wants}
    for effect in known.effects:
        if effect.kind is EffectKind.SETTLE and effect.state.may_have_happened:
            line = known.line(effect.line_ref)
            assert line is not None
            assert effect.decision in {d.seq for d in line.standing}
            assert effect.key in wanted or known.handler is Handler.MARKETPLACE
