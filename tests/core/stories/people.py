"""What people and shops change, do by hand, and take away."""

from datetime import timedelta

from retour.core.model import Told
from tests.core.builders import ACCEPT, EXCHANGE, REJECT, REPAIR, handled
from tests.core.stories.case import ATTENTION, BY_HAND, CLOSED, CONFIRMED, SENDING, UNKNOWN, Case, in_shop, merchant

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
    Case(
        "told by hand, and the marketplace waits on: it may never learn of it",
        lambda: (
            merchant(capabilities=BY_HAND, quantity=2)
            .told(ACCEPT)
            .decides(REJECT)
            .tells_by_hand(2)
            .passes(timedelta(days=2))
            .look(handled(ACCEPT, minute=3))
        ),
        CLOSED,
        "done_by_hand",
        told=(CONFIRMED, Told.BY_HAND),
    ),
]

SHOP_NEWS = [
    Case(
        "the shop changes its mind to what the desk said of another unit",
        lambda: in_shop(2).told(ACCEPT).in_shop(REJECT).sends().answered().in_shop(ACCEPT),
        ATTENTION,
        "conflict_shop",
        told=(CONFIRMED, CONFIRMED),
    ),
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
