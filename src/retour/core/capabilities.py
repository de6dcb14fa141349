"""What a platform can be told and asked, as data. A connector's tables are its capabilities, so no page, rule or
document can offer what the platform refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from retour.core.model import Resolution


class Granularity(StrEnum):
    """The smallest part of a return that can have a decision of its own at the marketplace."""

    RETURN = "return"
    LINE = "line"
    QUANTITY = "quantity"


class Starts(StrEnum):
    """Who can start a return at the marketplace. `seller`: the merchant reports what came back unannounced."""

    CUSTOMER = "customer"
    SELLER = "seller"


class Since(StrEnum):
    """What a deadline is counted from. `received`: the parcel's arrival, where the marketplace tells it. `stated`: the
    date that the marketplace names for each return; `after` is then what it allows beyond it, usually nothing."""

    OPENED = "opened"
    RECEIVED = "received"
    STATED = "stated"


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when the merchant must have answered, and what the marketplace does otherwise.

    `name` is a short word by which a connection's options override it (`deadlines = { name = hours }`);
    `consequence` is a sentence for the merchant; `source` says where the fact stands, and from when it is."""

    name: str
    after: timedelta
    consequence: str
    source: str
    since: Since = Since.OPENED


@dataclass(frozen=True, slots=True)
class ReasonChoice:
    """A reason that the marketplace offers for a decision: its own code, and what it means for the merchant."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class MarketplaceCapabilities:
    """A marketplace's abilities.

    `tells` maps each decision that can be told to the decision it reads back as in the marketplace's history.
    `by_hand` holds the words what to do there for a decision that cannot be told.
    `changes` maps a decision to the decisions that it may still become once it was told, or done by hand.
    """

    tells: Mapping[Resolution, Resolution]
    granularity: Granularity
    asynchronous: bool = False
    """`settle` answers with a receipt that `confirm` follows to its end."""
    serial: bool = True
    """Parts of one line are told one after the other, each confirmed before the next."""
    details_by_look: bool = False
    """Lists do not tell everything: a return is looked at once, with its order, before it goes to the shop; where
    nothing can be looked at, its order alone is fetched."""
    finds: bool = False
    """`find` tells what became of a settle whose answer was lost."""
    looks: bool = True
    """`look` asks for one return. Otherwise a return is seen again only when a list shows it."""
    together: int = 1
    """So many decisions at most go to the marketplace with one call (`settle_together`)."""
    proves_absence: bool = False
    """When neither history nor `find` shows it, it did not happen and may be sent again."""
    arrives_within: timedelta = timedelta(0)
    """A settle may take effect, or show, so long after it was sent: before that, absence proves nothing, and nobody is
    asked."""
    orders: bool = False
    """`order` gives billing details and seller references."""
    receives: bool = False
    """Answers are posted to the connection's address, and kept there for the connector."""
    starts: frozenset[Starts] = frozenset({Starts.CUSTOMER})
    changes: Mapping[Resolution, frozenset[Resolution]] = field(default_factory=dict)
    by_hand: Mapping[Resolution, str] = field(default_factory=dict)
    reason_required: frozenset[Resolution] = frozenset()
    """These are told only with a reason: in words, or one of `reasons`."""
    reasons: Mapping[Resolution, tuple[ReasonChoice, ...]] = field(default_factory=dict)
    """The reasons to choose from, where the marketplace has a list of its own."""
    deadlines: tuple[Deadline, ...] = ()


@dataclass(frozen=True, slots=True)
class ShopCapabilities:
    """A shop's abilities. Each return line is one request in the shop."""

    decides: frozenset[Resolution]
    """The decisions that the shop can give."""
    finds: bool = False
    """`find` reads back a create whose answer was lost; otherwise a person is asked."""
    orders: bool = False
    """`order` finds the shop's order of a marketplace order."""
    needs_order: bool = False
    """A request stands with its order: one whose order is not known waits for it."""
    candidates: bool = False
    """`candidates` offers orders that may be the one, for a person to choose from."""
    shows_own: bool = False
    """`own` shows returns that the merchant made in the shop: they are reported to the marketplace of their order."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a project's two sides of one return can do. No shop: decisions are made on the desk."""

    marketplace: MarketplaceCapabilities
    shop: ShopCapabilities | None = None
