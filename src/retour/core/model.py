"""The words of the house: facts about returns, as frozen values.

A return is what the marketplace last said, what the shop last said, and what has been decided and told. Nothing here
is a status: stages are computed (`retour.core.plan`). Ids are strings, times are aware UTC, money is `Decimal` with a
currency.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Resolution(StrEnum):
    """The merchant's decision. Only `accept` and `keep` refund the customer."""

    ACCEPT = "accept"
    REJECT = "reject"
    REPAIR = "repair"
    EXCHANGE = "exchange"
    KEEP = "keep"
    CANCEL = "cancel"

    @property
    def refunds(self) -> bool:
        return self is Resolution.ACCEPT or self is Resolution.KEEP


class Handler(StrEnum):
    """Who handles the return. What the marketplace handles itself is never answered."""

    MERCHANT = "merchant"
    MARKETPLACE = "marketplace"


class Source(StrEnum):
    """Where a decision came from."""

    SHOP = "shop"
    DESK = "desk"
    CLI = "cli"
    API = "api"
    MARKETPLACE = "marketplace"
    RULE = "rule"


class Reason(StrEnum):
    """Why the customer returns it: one vocabulary beside each marketplace's own words."""

    DEFECTIVE = "defective"
    DAMAGED_IN_TRANSIT = "damaged_in_transit"
    WRONG_ITEM_SENT = "wrong_item_sent"
    NOT_AS_DESCRIBED = "not_as_described"
    WRONG_SIZE_FIT = "wrong_size_fit"
    CHANGED_MIND = "changed_mind"
    ORDERED_TOO_MANY = "ordered_too_many"
    ARRIVED_LATE = "arrived_late"
    MISSING_PARTS = "missing_parts"
    REFUSED = "refused"
    UNDELIVERABLE_ADDRESS = "undeliverable_address"
    NOT_COLLECTED = "not_collected"
    LOST = "lost"
    WARRANTY = "warranty"
    SUSPECTED_MISUSE = "suspected_misuse"
    OTHER = "other"


class EffectKind(StrEnum):
    """A remote call that must happen exactly once."""

    CREATE = "create"
    SETTLE = "settle"


class EffectState(StrEnum):
    """Where an effect stands.

    `unknown`: it may or may not have happened; it is looked up, never blindly repeated. `refused` and `dead` (given
    up): it did not happen. What may have happened is never given up.
    """

    WANTED = "wanted"
    SENDING = "sending"
    UNKNOWN = "unknown"
    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    DEAD = "dead"

    @property
    def in_flight(self) -> bool:
        return self in _IN_FLIGHT

    @property
    def may_have_happened(self) -> bool:
        return self in _MAY_HAVE_HAPPENED


_IN_FLIGHT = frozenset({EffectState.SENDING, EffectState.UNKNOWN, EffectState.PENDING})
_MAY_HAVE_HAPPENED = _IN_FLIGHT | {EffectState.DONE}


class Told(StrEnum):
    """How far a decision has come at the marketplace. `by_hand`: this marketplace cannot be told; a person does it."""

    CONFIRMED = "confirmed"
    PENDING = "pending"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    BY_HAND = "by_hand"


class Stage(StrEnum):
    """Where a return stands, computed from the facts."""

    NEW = "new"
    OPEN = "open"
    SENDING = "sending"
    CLOSED = "closed"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Party:
    """A person or company with an address. Personal data: every field may be missing, none may be logged."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    gender: str | None = None
    street: str | None = None
    house_number: str | None = None
    house_number_addition: str | None = None
    extra: str | None = None
    postcode: str | None = None
    city: str | None = None
    region: str | None = None
    """State or province, where addresses there have one."""
    country: str | None = None
    email: str | None = None
    phone: str | None = None
    vat_number: str | None = None


@dataclass(frozen=True, slots=True)
class Handling:
    """One entry of a marketplace's own history of a line: these units were handled like this.

    `resolution` is None while the marketplace has not ended it, or where its word (`raw`) is not one we know.
    `revises` marks a handling that changes units handled before (bol: a refund after a refusal). A history only grows:
    a platform that merely counts handled units shows one entry for each unit.
    """

    quantity: int
    resolution: Resolution | None
    raw: str
    at: datetime | None = None
    revises: bool = False


@dataclass(frozen=True, slots=True)
class SeenLine:
    """One product of a return, as the marketplace shows it. None: this view does not tell."""

    ref: str
    order_ref: str
    quantity: int
    awaits: bool
    """The marketplace still waits for the merchant's answer on this line; or, where it handles it itself, it may
    have units left to handle."""
    handlings: tuple[Handling, ...] = ()
    order_line_ref: str | None = None
    sku: str | None = None
    gtin: str | None = None
    title: str | None = None
    unit_price: Money | None = None
    reason: Reason | None = None
    reason_text: str | None = None
    comment: str | None = None
    tracking: str | None = None
    carrier: str | None = None
    received_at: datetime | None = None
    """When the parcel arrived, as the marketplace tells it."""
    answer_by: datetime | None = None
    """The marketplace's own date by which it wants the answer."""

    @property
    def handled(self) -> int:
        """How many units the history shows as ended."""
        return sum(h.quantity for h in self.handlings if h.resolution is not None and not h.revises)


@dataclass(frozen=True, slots=True)
class Seen:
    """A return as a marketplace shows it in one view. A list may show only some lines and no customer: `complete`
    says that nothing is missing; `all_lines`, that every line is here as it is now and only details may be missing."""

    ref: str
    opened_at: datetime
    handler: Handler
    lines: tuple[SeenLine, ...]
    complete: bool
    customer: Party | None = None
    all_lines: bool = False


@dataclass(frozen=True, slots=True)
class ShopSays:
    """What the shop last said of a line: its return request there."""

    ref: str
    word: str | None
    """The shop's own status word."""
    resolution: Resolution | None
    gone: bool = False
    """The shop no longer has it. Not a decision."""
    unclear: bool = False
    """The shop's word is not one we know: a person reads it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for some units of a line. `seq` counts the decisions of the line from 1."""

    seq: int
    resolution: Resolution
    quantity: int
    source: Source
    at: datetime
    reason: str | None = None
    """Why, in the person's words."""
    code: str | None = None
    """Why, as one of the marketplace's own reasons."""
    void: bool = False
    """Replaced before it was told."""
    changes: Resolution | None = None
    """What its units were told as before, where it changes that."""
    told_by_hand: bool = False
    """A person has told the marketplace."""
    before: int = 0
    """How many handlings the marketplace's history held when it was made: those are not this decision."""

    @property
    def revises(self) -> bool:
        """Whether it is about units that were told otherwise before."""
        return self.changes is not None


@dataclass(frozen=True, slots=True)
class Effect:
    """A remote call as the store knows it. For a settle, `line_ref` and `decision` name the decision that it tells."""

    key: str
    kind: EffectKind
    state: EffectState
    line_ref: str
    quantity: int
    resolution: Resolution | None = None
    decision: int | None = None
    sent_at: datetime | None = None
    before: int = 0
    """How many handlings the marketplace's history held when it was sent."""
    asks: bool = False
    """Looked up without an answer: a person is asked."""
    by_hand: bool = False
    """A person says it is done."""
    attempts: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line with all its facts."""

    item: SeenLine
    seen_at: datetime
    shop: ShopSays | None = None
    decisions: tuple[Decision, ...] = ()

    @property
    def standing(self) -> tuple[Decision, ...]:
        """The decisions in force, oldest first."""
        return tuple(d for d in self.decisions if not d.void)


@dataclass(frozen=True, slots=True)
class Return:
    """A return with all its facts: what marketplace and shop last said, what was decided, what was sent."""

    id: str
    ref: str
    opened_at: datetime
    handler: Handler
    complete: bool
    lines: tuple[Line, ...]
    effects: tuple[Effect, ...] = ()
    gone: bool = False
    """The marketplace no longer knows it."""
    stale: bool = False
    """Something was seen that only a full look explains."""

    def line(self, ref: str) -> Line | None:
        return next((line for line in self.lines if line.item.ref == ref), None)

    def effect(self, key: str) -> Effect | None:
        return next((effect for effect in self.effects if effect.key == key), None)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of the marketplace's order, to learn what a return line does not tell."""

    ref: str | None
    quantity: int
    sku: str | None = None
    gtin: str | None = None
    title: str | None = None
    unit_price: Money | None = None
    returnable: int | None = None
    """How many units can still come back; None: the marketplace does not tell."""


@dataclass(frozen=True, slots=True)
class Order:
    """The marketplace's order: billing details, seller references and prices."""

    ref: str
    lines: tuple[OrderLine, ...] = ()
    billing: Party | None = None
    shipping: Party | None = None
    placed_at: datetime | None = None
    numbers: tuple[str, ...] = ()
    """Other numbers that the marketplace has for it."""
