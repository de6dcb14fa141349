"""Every stage and every sentence, reached by a story; and what is told, left and sent at that point."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from retour.core.capabilities import Capabilities, Granularity
from retour.core.model import EffectKind, EffectState, Handler, Resolution, Stage, Told
from retour.core.plan import create_key
from retour.core.why import SENTENCES
from tests.core.builders import (
    ACCEPT,
    ANY,
    CANCEL,
    EXCHANGE,
    KEEP,
    REFUNDS_ONLY,
    REJECT,
    REPAIR,
    SHOP,
    START,
    TELLS_ALL,
    Story,
    handled,
    item,
    view,
)

NEW, OPEN, SENDING, CLOSED, ATTENTION = Stage.NEW, Stage.OPEN, Stage.SENDING, Stage.CLOSED, Stage.ATTENTION
DONE, PENDING, UNKNOWN = EffectState.DONE, EffectState.PENDING, EffectState.UNKNOWN
WANTED, REFUSED, DEAD = EffectState.WANTED, EffectState.REFUSED, EffectState.DEAD

NO_SHOP = Capabilities(TELLS_ALL)
TWO_UNITS = {"capabilities": NO_SHOP, "quantity": 2}
WHOLE_LINES = Capabilities(replace(TELLS_ALL, granularity=Granularity.LINE))
WHOLE_RETURNS = Capabilities(replace(TELLS_ALL, granularity=Granularity.RETURN))
TOGETHER = Capabilities(replace(TELLS_ALL, serial=False))
WANTS_REASONS = Capabilities(replace(TELLS_ALL, reason_required=frozenset({REJECT})))
BY_HAND = Capabilities(REFUNDS_ONLY)


def merchant(**more: object) -> Story:
    """A return of a project without a shop, known in full."""
    return Story(**{"capabilities": NO_SHOP, **more}).look()  # type: ignore[arg-type]


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

BEGINNINGS = [
    Case("listed, details to be fetched", lambda: Story().listed(), NEW, "details", 1, look=True),
    Case("known in full, to the shop", lambda: Story().look(), NEW, "to_shop", 1, creates=((None, 1),)),
    Case("being made in the shop", lambda: Story().look().sends(), NEW, "to_shop", 1),
    Case("the shop's answer was lost", lambda: Story().look().sends().answered(UNKNOWN), NEW, "looking_up", 1),
    Case(
        "the shop cannot say whether it was made",
        lambda: Story().look().sends().answered(UNKNOWN, asks=True),
        ATTENTION,
        "ask_create",
        1,
    ),
    Case(
        "the shop refused it",
        lambda: Story().look().sends().answered(REFUSED, error="no such order"),
        ATTENTION,
        "refused_create",
        1,
    ),
    Case("making it was given up", lambda: Story().look().sends().answered(DEAD), ATTENTION, "refused_create", 1),
    Case(
        "a refused request, decided on the desk: the refusal is no longer in the way",
        lambda: Story().look().sends().answered(REFUSED).told(ACCEPT),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case(
        "decided while making the request is looked up: still looked up",
        lambda: Story().look().sends().answered(UNKNOWN).decides(ACCEPT).sends().answered(kind=EffectKind.SETTLE),
        NEW,
        "looking_up",
        told=(CONFIRMED,),
    ),
    Case(
        "a person found it in the shop",
        lambda: Story().look().sends().answered(DONE, by_hand=True),
        OPEN,
        "waits_for_merchant",
        1,
    ),
    Case("waits for the shop's decision", lambda: in_shop(2), OPEN, "waits_for_merchant", 2),
    Case("no shop: waits for the desk", merchant, OPEN, "waits_for_merchant", 1),
    Case("decided before it reached the shop", lambda: Story().look().told(ACCEPT), CLOSED, "done", told=(CONFIRMED,)),
    Case("first seen when it was over", lambda: Story().listed(awaits=False), CLOSED, "closed_before"),
    Case("no lines yet", lambda: Story().sees(view(complete=False)), NEW, "details", look=True),
]

TELLING = [
    Case(
        "the shop accepts",
        lambda: in_shop(2).in_shop(ACCEPT),
        SENDING,
        "telling",
        told=(None,),
        settles=((ACCEPT, 2),),
    ),
    Case("it leaves", lambda: in_shop().in_shop(ACCEPT).sends(), SENDING, "telling", told=(Told.PENDING,)),
    Case(
        "taken in, not yet carried out",
        lambda: in_shop().in_shop(ACCEPT).sends().answered(PENDING),
        SENDING,
        "confirming",
        told=(Told.PENDING,),
    ),
    Case(
        "confirmed by its receipt",
        lambda: in_shop().in_shop(ACCEPT).sends().answered(DONE),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case(
        "shown in the history, its own answer still to come",
        lambda: in_shop().in_shop(ACCEPT).sends().answered(PENDING).look(handled(ACCEPT, minute=5), awaits=False),
        SENDING,
        "confirming",
        told=(Told.PENDING,),
    ),
    Case(
        "shown in the history, its own answer lost",
        lambda: in_shop().in_shop(ACCEPT).sends().answered(UNKNOWN).look(handled(ACCEPT, minute=5), awaits=False),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case(
        "keep reads back as accept",
        lambda: merchant().decides(KEEP).sends().answered(UNKNOWN).look(handled(ACCEPT), awaits=False),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case(
        "a lost answer is looked up",
        lambda: merchant().decides(ACCEPT).sends().answered(UNKNOWN),
        SENDING,
        "looking_up",
        told=(Told.UNKNOWN,),
    ),
    Case(
        "nobody can say: a person is asked",
        lambda: merchant().decides(ACCEPT).sends().answered(UNKNOWN, asks=True),
        ATTENTION,
        "ask_settle",
        told=(Told.UNKNOWN,),
    ),
    Case(
        "a person says that it arrived",
        lambda: merchant().decides(ACCEPT).sends().answered(UNKNOWN, asks=True).answered(DONE, by_hand=True),
        CLOSED,
        "done_by_hand",
        told=(Told.BY_HAND,),
    ),
    Case(
        "it certainly did not happen: once more",
        lambda: merchant().decides(ACCEPT).sends().answered(UNKNOWN).answered(WANTED),
        SENDING,
        "telling",
        told=(None,),
        settles=((ACCEPT, 1),),
    ),
    Case(
        "refused",
        lambda: merchant().decides(ACCEPT).sends().answered(REFUSED, error="too late"),
        ATTENTION,
        "refused_settle",
        told=(Told.REFUSED,),
    ),
    Case(
        "given up",
        lambda: merchant().decides(ACCEPT).sends().answered(DEAD),
        ATTENTION,
        "refused_settle",
        told=(Told.REFUSED,),
    ),
    Case(
        "refused, then decided anew",
        lambda: merchant().decides(ACCEPT).sends().answered(REFUSED).decides(REJECT),
        SENDING,
        "telling",
        told=(None,),
        settles=((REJECT, 1),),
    ),
    Case(
        "given up, then decided anew",
        lambda: merchant().decides(ACCEPT).sends().answered(DEAD).decides(REJECT),
        SENDING,
        "telling",
        told=(None,),
        settles=((REJECT, 1),),
    ),
    Case(
        "the marketplace wants a reason",
        lambda: merchant(capabilities=WANTS_REASONS).decides(REJECT),
        ATTENTION,
        "reason_missing",
        told=(None,),
    ),
    Case(
        "with a reason it goes",
        lambda: merchant(capabilities=WANTS_REASONS).decides(REJECT).decides(REJECT, reason="worn"),
        SENDING,
        "telling",
        told=(None,),
        settles=((REJECT, 1),),
    ),
]

PARTS = [
    Case(
        "one of two is accepted, one waits",
        lambda: merchant(quantity=2).told(ACCEPT),
        OPEN,
        "waits_for_merchant",
        1,
        told=(CONFIRMED,),
    ),
    Case(
        "the marketplace calls it handled after the first part; we do not",
        lambda: merchant(quantity=2).told(ACCEPT).look(handled(ACCEPT, minute=3), awaits=False),
        OPEN,
        "waits_for_merchant",
        1,
        told=(CONFIRMED,),
    ),
    Case(
        "two decisions: the second waits for the first",
        lambda: merchant(quantity=2).decides(ACCEPT).decides(REJECT),
        SENDING,
        "telling",
        told=(None, None),
        settles=((ACCEPT, 1),),
    ),
    Case(
        "the first is under way: the second still waits",
        lambda: merchant(quantity=2).decides(ACCEPT).decides(REJECT).sends().answered(PENDING),
        SENDING,
        "confirming",
        told=(Told.PENDING, None),
    ),
    Case(
        "the history proves the first: the second goes",
        lambda: merchant(quantity=2).decides(ACCEPT).decides(REJECT).sends().answered(UNKNOWN).look(handled(ACCEPT)),
        SENDING,
        "telling",
        told=(CONFIRMED, None),
        settles=((REJECT, 1),),
    ),
    Case(
        "both at once, where the marketplace can take it",
        lambda: merchant(quantity=2, capabilities=TOGETHER).decides(ACCEPT).decides(REJECT),
        SENDING,
        "telling",
        told=(None, None),
        settles=((ACCEPT, 1), (REJECT, 1)),
    ),
    Case(
        "a part of a line that can only be told as a whole",
        lambda: merchant(quantity=2, capabilities=WHOLE_LINES).decides(ACCEPT),
        ATTENTION,
        "tell_by_hand",
        1,
        told=(Told.BY_HAND,),
    ),
    Case(
        "a line as a whole",
        lambda: merchant(quantity=2, capabilities=WHOLE_LINES).decides(ACCEPT, 2),
        SENDING,
        "telling",
        told=(None,),
        settles=((ACCEPT, 2),),
    ),
    Case(
        "the quantity grew after all was told",
        lambda: merchant().told(ACCEPT).look(handled(ACCEPT, minute=3), quantity=2),
        OPEN,
        "waits_for_merchant",
        1,
        told=(CONFIRMED,),
    ),
    Case(
        "the quantity shrank below what was decided",
        lambda: merchant(quantity=2).decides(ACCEPT, 2).look(quantity=1),
        ATTENTION,
        "conflict",
        told=(None,),
    ),
]

BY_MARKETPLACE = [
    Case("not finished", lambda: by_marketplace().look(), OPEN, "marketplace_handles"),
    Case("not finished, seen in a list", lambda: by_marketplace().listed(), OPEN, "marketplace_handles", look=True),
    Case(
        "refunded: to the shop as accepted",
        lambda: by_marketplace().look(handled(ACCEPT), awaits=False),
        NEW,
        "to_shop",
        told=(CONFIRMED,),
        creates=((ACCEPT, 1),),
    ),
    Case(
        "refunded, details to be fetched first",
        lambda: by_marketplace().listed(handled(ACCEPT), awaits=False),
        NEW,
        "details",
        told=(CONFIRMED,),
        look=True,
    ),
    Case(
        "refunded and in the shop",
        lambda: by_marketplace().look(handled(ACCEPT), awaits=False).in_shop(),
        CLOSED,
        "marketplace_accepted",
        told=(CONFIRMED,),
    ),
    Case(
        "refunded, no shop",
        lambda: replace(by_marketplace(), capabilities=NO_SHOP).look(handled(ACCEPT), awaits=False),
        CLOSED,
        "marketplace_accepted",
        told=(CONFIRMED,),
    ),
    Case(
        "refused: nothing for the shop",
        lambda: by_marketplace().look(handled(REJECT), awaits=False),
        CLOSED,
        "marketplace_ended",
        told=(CONFIRMED,),
    ),
    Case(
        "one of two refunded, the other still with it",
        lambda: by_marketplace(2).look(handled(ACCEPT)),
        OPEN,
        "marketplace_handles",
        told=(CONFIRMED,),
    ),
    Case(
        "one of two refunded, one refused: one to the shop",
        lambda: by_marketplace(2).look(handled(ACCEPT), handled(REJECT)),
        NEW,
        "to_shop",
        told=(CONFIRMED, CONFIRMED),
        creates=((ACCEPT, 1),),
    ),
    Case("no longer known", lambda: by_marketplace().look().is_missing(), CLOSED, "gone"),
    Case(
        "the shop's word is no decision there",
        lambda: by_marketplace().look(handled(ACCEPT), awaits=False).in_shop(REJECT),
        CLOSED,
        "marketplace_accepted",
        told=(CONFIRMED,),
    ),
]

ELSEWHERE = [
    Case(
        "handled elsewhere before a decision",
        lambda: in_shop().look(handled(ACCEPT), awaits=False),
        CLOSED,
        "marketplace_closed",
        told=(CONFIRMED,),
    ),
    Case(
        "one of two handled elsewhere, one still waits",
        lambda: merchant(quantity=2).look(handled(ACCEPT)),
        OPEN,
        "waits_for_merchant",
        1,
        told=(CONFIRMED,),
    ),
    Case(
        "one of two handled elsewhere, and the marketplace waits no longer",
        lambda: merchant(quantity=2).look(handled(ACCEPT), awaits=False),
        CLOSED,
        "marketplace_closed",
        told=(CONFIRMED,),
    ),
    Case(
        "the same decision, carried out elsewhere: absorbed",
        lambda: merchant().decides(ACCEPT).look(handled(ACCEPT), awaits=False),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case(
        "keep, where somebody accepted: absorbed",
        lambda: merchant().decides(KEEP).look(handled(ACCEPT), awaits=False),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case(
        "another decision than the marketplace's: a person looks",
        lambda: merchant().decides(REJECT).look(handled(ACCEPT), awaits=False),
        ATTENTION,
        "conflict",
        told=(None, CONFIRMED),
    ),
    Case(
        "withdrawn by the customer after the decision: nothing is refunded",
        lambda: merchant().decides(ACCEPT).look(handled(CANCEL, raw="CANCELLED_BY_CUSTOMER"), awaits=False),
        ATTENTION,
        "conflict",
        told=(None, CONFIRMED),
    ),
    Case(
        "a late accept of what was refunded already",
        lambda: merchant().look(handled(ACCEPT), awaits=False).decides(ACCEPT),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case(
        "closed with a word that is not known here",
        lambda: in_shop().look(handled(None, raw="VAPORISED"), awaits=False),
        CLOSED,
        "marketplace_closed",
    ),
    Case(
        "the decision does not leave when the marketplace waits no longer",
        lambda: merchant().decides(ACCEPT).look(awaits=False),
        ATTENTION,
        "conflict",
        told=(None,),
    ),
    Case(
        "gone from the list of open ones: looked at first",
        lambda: in_shop().vanishes(),
        OPEN,
        "look",
        1,
        look=True,
    ),
    Case(
        "gone from the list while a decision waits: nothing leaves before the look",
        lambda: in_shop().in_shop(ACCEPT).vanishes(),
        OPEN,
        "look",
        told=(None,),
        look=True,
    ),
    Case(
        "looked at, and it waits after all",
        lambda: in_shop().in_shop(ACCEPT).vanishes().look(),
        SENDING,
        "telling",
        told=(None,),
        settles=((ACCEPT, 1),),
    ),
    Case(
        "a list without history calls it handled: looked at",
        lambda: in_shop().listed(awaits=False),
        OPEN,
        "look",
        1,
        look=True,
    ),
    Case(
        "the same, of what was told to its end: nothing to look at",
        lambda: merchant().told(ACCEPT).listed(awaits=False),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case("no longer known, no request", lambda: merchant().is_missing(), CLOSED, "gone"),
    Case("no longer known, the shop still has it", lambda: in_shop().is_missing(), ATTENTION, "gone"),
    Case("no longer known anywhere", lambda: in_shop().is_missing().in_shop(gone=True), CLOSED, "gone"),
    Case(
        "no longer known, a decision waits: it does not leave",
        lambda: in_shop().in_shop(ACCEPT).is_missing(),
        ATTENTION,
        "gone",
        told=(None,),
    ),
    Case(
        "no longer known, after it was told",
        lambda: merchant().told(ACCEPT).is_missing(),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case("known again", lambda: in_shop().is_missing().look(), OPEN, "waits_for_merchant", 1),
    Case(
        "a late list, from before our settle",
        lambda: merchant().told(ACCEPT).look(handled(ACCEPT, minute=3), awaits=False).listed(),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case(
        "reopened by a newer view",
        lambda: Story().listed(awaits=False).look().in_shop(),
        OPEN,
        "waits_for_merchant",
        1,
    ),
    Case(
        "an appeal: a day after it was told everything, the marketplace waits again",
        lambda: (
            merchant()
            .told(REJECT)
            .look(handled(REJECT, minute=3), awaits=False)
            .passes(timedelta(days=1))
            .look(handled(REJECT, minute=3))
        ),
        ATTENTION,
        "still_waits",
        told=(CONFIRMED,),
    ),
    Case("waits for an answer about nothing", lambda: merchant(quantity=0), ATTENTION, "still_waits"),
]

CHANGES = [
    Case(
        "a refusal is told, then accepted after all",
        lambda: merchant().told(REJECT).decides(ACCEPT, revises=True),
        SENDING,
        "telling",
        told=(CONFIRMED, None),
        settles=((ACCEPT, 1),),
    ),
    Case(
        "the change is confirmed",
        lambda: merchant().told(REJECT).decides(ACCEPT, revises=True).sends().answered(),
        CLOSED,
        "done",
        told=(CONFIRMED, CONFIRMED),
    ),
    Case(
        "one of two refusals is changed, the other unit is not decided",
        lambda: merchant(quantity=3).told(REJECT, 2).decides(ACCEPT, revises=True),
        SENDING,
        "telling",
        1,
        told=(CONFIRMED, None),
        settles=((ACCEPT, 1),),
    ),
    Case(
        "a refund cannot be taken back",
        lambda: merchant().told(ACCEPT).decides(REJECT, revises=True),
        ATTENTION,
        "tell_by_hand",
        told=(CONFIRMED, Told.BY_HAND),
    ),
    Case(
        "somebody else changed it already, alike: absorbed",
        lambda: (
            merchant()
            .told(REJECT)
            .decides(ACCEPT, revises=True)
            .look(handled(REJECT, minute=3), handled(ACCEPT, revises=True), awaits=False)
        ),
        CLOSED,
        "done",
        told=(CONFIRMED, CONFIRMED),
    ),
    Case(
        "somebody else changed it already, otherwise: a person looks",
        lambda: (
            merchant()
            .told(REJECT)
            .decides(ACCEPT, revises=True)
            .look(handled(REJECT, minute=3), handled(REPAIR, revises=True), awaits=False)
        ),
        ATTENTION,
        "conflict",
        told=(CONFIRMED, None, CONFIRMED),
    ),
]

HANDWORK = [
    Case(
        "a decision that cannot be told",
        lambda: merchant(capabilities=BY_HAND).decides(REJECT),
        ATTENTION,
        "tell_by_hand",
        told=(Told.BY_HAND,),
    ),
    Case(
        "a person told it",
        lambda: merchant(capabilities=BY_HAND).decides(REJECT).tells_by_hand(),
        CLOSED,
        "done_by_hand",
        told=(Told.BY_HAND,),
    ),
    Case(
        "a person told it, and the marketplace shows it",
        lambda: merchant().decides(EXCHANGE).tells_by_hand().look(handled(EXCHANGE), awaits=False),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case(
        "the marketplace shows it before anybody ticked it off",
        lambda: merchant(capabilities=BY_HAND).decides(REJECT).look(handled(REJECT), awaits=False),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case(
        "the marketplace refunded before it was told by hand",
        lambda: merchant(capabilities=BY_HAND).decides(REJECT).look(handled(ACCEPT), awaits=False),
        ATTENTION,
        "conflict",
        told=(None, CONFIRMED),
    ),
    Case(
        "one told by hand, the other by us",
        lambda: (
            merchant(capabilities=BY_HAND, quantity=2)
            .decides(REJECT)
            .decides(ACCEPT)
            .tells_by_hand()
            .look(handled(REJECT), awaits=False)
        ),
        SENDING,
        "telling",
        told=(CONFIRMED, None),
        settles=((ACCEPT, 1),),
    ),
]

SHOP_NEWS = [
    Case(
        "deleted in the shop before it was decided",
        lambda: in_shop().in_shop(gone=True),
        ATTENTION,
        "shop_gone",
        1,
    ),
    Case(
        "deleted in the shop, decided on the desk",
        lambda: in_shop().in_shop(gone=True).told(ACCEPT),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
    Case(
        "a status that is not known here",
        lambda: in_shop().in_shop(word="sent_to_mars", unclear=True),
        ATTENTION,
        "shop_unclear",
        1,
    ),
    Case(
        "the shop changes its mind before anything left",
        lambda: in_shop().in_shop(ACCEPT).in_shop(REJECT),
        SENDING,
        "telling",
        told=(None,),
        settles=((REJECT, 1),),
    ),
    Case(
        "the shop changes its mind afterwards",
        lambda: in_shop().in_shop(REJECT).sends().answered().in_shop(ACCEPT),
        ATTENTION,
        "conflict_shop",
        told=(CONFIRMED,),
    ),
    Case(
        "the shop changes its mind while it is being told",
        lambda: in_shop().in_shop(ACCEPT).sends().answered(UNKNOWN).in_shop(REJECT),
        ATTENTION,
        "conflict_shop",
        told=(Told.UNKNOWN,),
    ),
    Case(
        "the shop changed its mind, and so it was told",
        lambda: (
            in_shop()
            .in_shop(REJECT)
            .sends()
            .answered()
            .in_shop(ACCEPT)
            .decides(ACCEPT, revises=True)
            .sends()
            .answered()
        ),
        CLOSED,
        "done",
        told=(CONFIRMED, CONFIRMED),
    ),
    Case(
        "the shop changed its mind, and a person dealt with it",
        lambda: in_shop().in_shop(REJECT).sends().answered().in_shop(ACCEPT).tells_by_hand(),
        CLOSED,
        "done",
        told=(CONFIRMED,),
    ),
]

CASES = [
    *BEGINNINGS,
    *TELLING,
    *PARTS,
    *BY_MARKETPLACE,
    *ELSEWHERE,
    *CHANGES,
    *HANDWORK,
    *SHOP_NEWS,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_follows(case: Case) -> None:
    story = case.story()
    plan = story.plan
    assert (plan.stage, plan.why.key) == (case.stage, case.why)
    assert sum(line.left for line in plan.lines) == case.left
    assert tuple(outcome.told for line in plan.lines for outcome in line.outcomes) == case.told
    assert tuple(story.settles) == case.settles
    assert tuple(story.creates) == case.creates
    assert plan.look is case.look
    assert "{" not in plan.why.text


def test_every_stage_and_every_sentence_is_reached() -> None:
    assert {case.why for case in CASES} == set(SENTENCES)
    assert {case.stage for case in CASES} == set(Stage)
    assert len({case.name for case in CASES}) == len(CASES)


def test_the_sentences_name_what_they_are_about() -> None:
    conflict = merchant().decides(REJECT).look(handled(ACCEPT, raw="RETURN_RECEIVED"), awaits=False).plan.why
    assert conflict.text == "Decided here: reject. The marketplace says: RETURN_RECEIVED. Nothing was sent"
    by_hand = merchant(capabilities=BY_HAND).decides(REJECT).plan.why
    assert by_hand.text.endswith("do it there by hand. Decline the return in the seller centre.")
    changed = in_shop().in_shop(REJECT).sends().answered().in_shop(ACCEPT).plan.why
    assert changed.text == "The shop now says accept, but reject was told to the marketplace before"
    odd = merchant().decides(ACCEPT).sends().answered(REFUSED, error="{odd} 100%").plan.why
    assert odd.text == "The marketplace refused the decision: {odd} 100%"


def test_the_most_urgent_line_speaks_for_the_return() -> None:
    story = Story(NO_SHOP).sees(view(item("L1"), item("L2"), item("L3"))).decides(ACCEPT, line="L2")
    assert (story.plan.stage, story.plan.why.key) == (SENDING, "telling")
    story.sends().answered(REFUSED, error="no")
    assert story.plan.why.key == "refused_settle"
    story.decides(REJECT, line="L2").sends().answered()
    assert (story.plan.stage, [line.stage for line in story.plan.lines]) == (OPEN, [OPEN, CLOSED, OPEN])


def test_lines_of_one_return_are_told_independently() -> None:
    story = Story(NO_SHOP).sees(view(item("L1"), item("L2"))).decides(ACCEPT).decides(REJECT, line="L2")
    assert story.settles == [(ACCEPT, 1), (REJECT, 1)]


def test_a_return_that_can_only_be_told_as_a_whole_is_never_told_by_one_of_its_lines() -> None:
    one = Story(WHOLE_RETURNS).sees(view(item("L1", 2))).decides(ACCEPT, 2)
    assert one.settles == [(ACCEPT, 2)]
    two = Story(WHOLE_RETURNS).sees(view(item("L1"), item("L2"))).decides(ACCEPT)
    assert two.settles == []
    assert two.plan.why.key == "tell_by_hand"


def test_keys_stay_the_same_for_a_lifetime() -> None:
    story = in_shop().in_shop(ACCEPT)
    keys = [want.key for want in story.plan.wants]
    assert keys == ["r-1:L1:settle:1"]
    assert [want.key for want in story.sends().answered().look(handled(ACCEPT), awaits=False).plan.wants] == keys
    assert create_key(story.known, story.line()) == "r-1:L1:create"


def test_a_change_says_what_it_changes() -> None:
    story = merchant(quantity=2).told(ACCEPT).told(REJECT).decides(ACCEPT, revises=True)
    assert [want.changes for want in story.plan.wants] == [None, None, REJECT]


def test_the_deadline_counts_until_the_marketplace_waits_no_longer() -> None:
    due = START + timedelta(hours=48)
    story = merchant(capabilities=Capabilities(REFUNDS_ONLY, SHOP))
    assert story.plan.deadline == due
    assert story.in_shop(REJECT).plan.why.key == "tell_by_hand"
    assert story.plan.deadline == due
    assert story.tells_by_hand().plan.deadline is None
    assert story.look(awaits=False).plan.deadline is None


def test_there_is_no_deadline_for_what_the_marketplace_handles() -> None:
    assert Story(Capabilities(REFUNDS_ONLY), handler=Handler.MARKETPLACE).look().plan.deadline is None
    assert Story(ANY).look().plan.deadline is None
