"""What happens at the marketplace without our doing."""

from dataclasses import replace
from datetime import timedelta

from tests.core.builders import ACCEPT, CANCEL, KEEP, REJECT, Story, handled
from tests.core.stories.case import (
    ATTENTION,
    CLOSED,
    CONFIRMED,
    NEW,
    NO_SHOP,
    OPEN,
    SENDING,
    Case,
    by_marketplace,
    in_shop,
    merchant,
)

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
