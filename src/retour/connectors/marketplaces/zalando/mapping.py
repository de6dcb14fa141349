"""What Zalando's words mean in the words of the house, both ways: tables and pure functions.

Facts: contract zalando 3 (order, item, line), 5 (reasons), 7 (who handles a return), 9 (decisions).
"""

import re
from datetime import datetime
from types import MappingProxyType
from typing import Final

from retour.connectors.marketplaces.zalando import wire
from retour.connectors.marketplaces.zalando.config import ZalandoConfig
from retour.core.capabilities import Granularity, MarketplaceCapabilities, ReasonChoice, Starts
from retour.core.model import Handler, Handling, Money, Party, Reason, Resolution

SHIPPED: Final = "shipped"
RETURNED: Final = "returned"
CANCELED: Final = "canceled"
ENDED: Final = frozenset({RETURNED, CANCELED})
"""A unit in any other state may still come back."""

SENT_BY_ZALANDO: Final = "ZalandoFulfilled"
"""Zalando's own warehouse sent it and takes it back (ZFS)."""

UNKNOWN_CAUSE: Final = 0

GTIN: Final = re.compile(r"[0-9]{8}(?:[0-9]{4,6})?")

CODES: Final = MappingProxyType(
    {
        0: "No reason is known",
        1: "The customer does not like it",
        2: "Too big",
        3: "Too small",
        4: "Not worth its price",
        5: "Delivered too late",
        6: "Not as the customer imagined",
        9: "A wrong article was sent",
        10: "Defective",
    }
)
"""The reasons that Zalando takes with a returned unit (contract 5)."""

_FIT, _MIND, _AS = Reason.WRONG_SIZE_FIT, Reason.CHANGED_MIND, Reason.NOT_AS_DESCRIBED

WORDS: Final = MappingProxyType(
    {
        "UNKNOWN_CAUSE": (0, Reason.OTHER),
        "OTHER": (0, Reason.OTHER),
        "DISLIKE": (1, _MIND),
        "DONT_LIKE": (1, _MIND),
        "SIZE_BIG": (2, _FIT),
        "TOO_BIG": (2, _FIT),
        "TOO_LARGE": (2, _FIT),
        "SIZE_SMALL": (3, _FIT),
        "TOO_SMALL": (3, _FIT),
        "VALUE_FOR_MONEY": (4, _MIND),
        "TOO_EXPENSIVE": (4, _MIND),
        "DELIVERY_TOO_LATE": (5, Reason.ARRIVED_LATE),
        "TOO_LATE": (5, Reason.ARRIVED_LATE),
        "NOT_LIKE_IMAGINED": (6, _AS),
        "NOT_AS_EXPECTED": (6, _AS),
        "ARTICLE_WRONG": (9, Reason.WRONG_ITEM_SENT),
        "WRONG_ITEM": (9, Reason.WRONG_ITEM_SENT),
        "DEFECTIVE": (10, Reason.DEFECTIVE),
        "DAMAGED": (10, Reason.DAMAGED_IN_TRANSIT),
    }
)
"""Zalando's words, the announced returns' free ones included (contract 5, 6): code and meaning."""

FROM_REASON: Final = MappingProxyType(
    {
        Reason.DEFECTIVE: 10,
        Reason.DAMAGED_IN_TRANSIT: 10,
        Reason.WARRANTY: 10,
        Reason.WRONG_ITEM_SENT: 9,
        Reason.NOT_AS_DESCRIBED: 6,
        Reason.ARRIVED_LATE: 5,
        Reason.CHANGED_MIND: 1,
    }
)
"""For what the merchant declares. A wrong size is left out: Zalando wants to know whether big or small."""

_CARE: Final = "Zalando has no word for it, and refunds nothing; write to Zalando's partner care where needed."

BY_HAND: Final = MappingProxyType(
    {
        Resolution.KEEP: "Set the unit to returned in the zDirect portal, if the customer may keep it and be refunded.",
        Resolution.REJECT: f"{_CARE} Send the product back to the customer.",
        Resolution.EXCHANGE: f"{_CARE} Agree on the exchange with the customer.",
        Resolution.REPAIR: f"{_CARE} Agree on the repair with the customer.",
        Resolution.CANCEL: f"{_CARE} The customer keeps and pays the product.",
    }
)

HANDLES_ITSELF: Final = "Zalando handles this return itself."


def capabilities(config: ZalandoConfig) -> MarketplaceCapabilities:
    """What Zalando can be told under these settings. It asks nothing of a merchant, so there is no deadline."""
    if config.returns_handled_by_zalando:
        tells = dict[Resolution, Resolution]()
        by_hand = dict.fromkeys(Resolution, HANDLES_ITSELF)
    else:
        tells = {Resolution.ACCEPT: Resolution.ACCEPT}
        if config.keep_as_accept:
            tells[Resolution.KEEP] = Resolution.ACCEPT
        by_hand = {resolution: words for resolution, words in BY_HAND.items() if resolution not in tells}
    starts = {Starts.CUSTOMER} if config.returns_handled_by_zalando else {Starts.CUSTOMER, Starts.SELLER}
    choices = tuple(ReasonChoice(str(code), words) for code, words in CODES.items())
    return MarketplaceCapabilities(
        tells=tells,
        granularity=Granularity.LINE,
        details_by_look=True,
        proves_absence=True,
        orders=True,
        starts=frozenset(starts),
        changes={decision: frozenset(tells) for decision in by_hand if tells and not decision.refunds},
        by_hand=by_hand,
        reasons=dict.fromkeys(tells, choices),
    )


def handler(config: ZalandoConfig, order: wire.Order) -> Handler:
    theirs = config.returns_handled_by_zalando or order.order_type == SENT_BY_ZALANDO
    return Handler.MARKETPLACE if theirs else Handler.MERCHANT


def history(line: wire.Line) -> tuple[Handling, ...]:
    """Zalando shows a state, not a history; `returned` is its only end that refunds."""
    return (Handling(1, Resolution.ACCEPT, RETURNED, line.modified_at),) if line.status == RETURNED else ()


def reason(words: str | None) -> Reason | None:
    known = WORDS.get(_plain(words))
    return known[1] if known else None


def code_of(words: str | None) -> int | None:
    """Zalando's code for one of its words. None: not a word that is known."""
    known = WORDS.get(_plain(words))
    return known[0] if known else None


def _plain(words: str | None) -> str:
    return "_".join((words or "").replace("-", " ").replace("_", " ").split()).upper()


def money(price: wire.Price | None) -> Money | None:
    return Money(price.amount, price.currency) if price else None


def gtin(external_id: str | None) -> str | None:
    """The merchant's own id of an article where it is a GTIN: by its length and check digit."""
    if (
        not external_id
        or not external_id.isascii()
        or not external_id.isdigit()
        or len(external_id) not in {8, 12, 13, 14}
    ):
        return None
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(external_id)))
    return external_id if total % 10 == 0 else None


def party(address: wire.Address | None, email: str | None = None) -> Party | None:
    """A customer's name and address; None when nothing of them is there. Zalando does not take the house number apart
    from the street."""
    if address is None:
        return None
    further = [line for line in (address.address_line_2, address.address_line_3) if line]
    found = Party(
        first_name=address.first_name or None,
        last_name=address.last_name or None,
        street=address.address_line_1 or None,
        extra=", ".join(further) or None,
        postcode=address.zip_code or None,
        city=address.city or None,
        country=address.country_code or None,
        email=email or None,
    )
    return None if found == Party() else found


def why_not(status: str, since: datetime | None) -> str:
    """Why a unit in this state cannot be reported as returned, for the merchant."""
    if status == RETURNED:
        when = f" since {since:%Y-%m-%d %H:%M} UTC" if since else ""
        return f"Zalando shows this unit as returned and refunded already{when}; nothing was sent."
    if status == CANCELED:
        return "Zalando shows this unit as cancelled before it was sent; nothing was sent."
    return f"Zalando takes a return only of a unit that was shipped; this one is {status!r}. Nothing was sent."
