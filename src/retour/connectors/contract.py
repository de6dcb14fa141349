"""The contract of a connector: protocols, the values that cross the border, and the manifest.

A connector never sleeps, logs, retries, reads the clock or touches the database. It says what is true and raises what
went wrong (`retour.connectors.errors`). Optional verbs are switched on by a capability; the conformance suite in
`retour.testing` checks that declared and present agree.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel

from retour.connectors.errors import ConnectorError
from retour.connectors.http import Door, Limit, RateHeaders
from retour.core.capabilities import MarketplaceCapabilities, ShopCapabilities
from retour.core.match_line import ShopLine
from retour.core.match_order import Candidate, Clues
from retour.core.model import Money, Order, Party, Reason, Resolution, Seen, ShopSays


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that could not be read. It is kept and shown; it hides no other row."""

    ref: str | None
    why: str
    raw: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of what a marketplace shows. `lane` names the list it came from. `all_open` is set on the last page of
    a walk that has shown every return that still waits for an answer: what is missing is looked at (and is ignored
    where no single return can be asked for).

    `as_of`: the lane is known as it was then, where the marketplace makes reports and does not show the present.
    `again`: there is more to come, but not yet (a report is being made): the hub asks again after that time."""

    lane: str
    seen: tuple[Seen, ...]
    unreadable: tuple[Unreadable, ...] = ()
    all_open: bool = False
    as_of: datetime | None = None
    again: timedelta | None = None


class Known(Protocol):
    """Asks the hub whether it knows every row of a page as it stands there: the sign that a newest-first list holds
    nothing more to learn. Always answers no during a deep sweep."""

    async def __call__(self, page: Page) -> bool: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A decision for some units of one line, to be told.

    `key` and `number` are the hub's own for this one call: both unique and the same whenever it is asked for again;
    `number` is positive and fits 63 bits. `reason` is the person's words, `code` one of the marketplace's `reasons`."""

    line_ref: str
    resolution: Resolution
    quantity: int
    key: str
    number: int
    reason: str | None = None
    code: str | None = None
    changes: Resolution | None = None
    """What these units were told before, when this changes it."""
    order_ref: str | None = None
    order_line_ref: str | None = None


class ReceiptState(StrEnum):
    """How far the platform is with what it was told."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"
    LOST = "lost"
    """The platform can no longer say. The return itself is looked at."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's answer to a settle. `ref` is its own id for it, for `confirm` and for its support desk."""

    state: ReceiptState
    ref: str | None = None
    words: str | None = None
    """The platform's reason, where it refused."""


@runtime_checkable
class Marketplace(Protocol):
    """A marketplace's verbs. Each raises only `ConnectorError`s."""

    def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """What was opened or changed since then, may repeat itself. `since` None: everything there is (deep sweep)."""
        ...

    async def look(self, ref: str) -> Seen | None:
        """That return as it is now, complete. None: the marketplace does not know it."""
        ...

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        """Tells decisions with one remote call."""
        ...


@dataclass(frozen=True, slots=True)
class ToTell:
    """A decision on its way to its marketplace: the return, and what is told about it."""

    ref: str
    part: Part


@runtime_checkable
class SettlesTogether(Protocol):
    """Switched on by `together`, when it is more than one."""

    async def settle_together(self, told: Sequence[ToTell]) -> Mapping[str, Receipt | ConnectorError]:
        """Tells several decisions, of different returns, with one remote call. The answer holds each by its part's
        key. What is missing from it may have happened or not. Raises what holds for all of them."""
        ...


@dataclass(frozen=True, slots=True)
class CameBack:
    """Units of an order's line that came back and that nobody had announced."""

    order_line_ref: str
    quantity: int
    reason: Reason | None = None
    reason_text: str | None = None
    """The same in somebody's words."""
    key: str | None = None
    """The hub's own for this report, where it has one: what was declared under it before is that return."""


@runtime_checkable
class Declares(Protocol):
    """Switched on by `Starts.SELLER`: the merchant reports returns that nobody announced. Needs `orders`."""

    async def declare(self, order: Order, units: Sequence[CameBack]) -> Sequence[Seen]:
        """The returns that these units are, with the refs under which the marketplace would show them, waiting for
        their answer. Nothing is told: that is `settle`'s, once they are decided. Raises Refused, with words for the
        merchant, for units that cannot come back."""
        ...


@runtime_checkable
class Confirms(Protocol):
    """Switched on by `asynchronous`."""

    async def confirm(self, receipts: Sequence[str]) -> dict[str, Receipt]:
        """How far these receipts are, in bulk. A receipt that is missing from the answer is still pending."""
        ...


@runtime_checkable
class FindsSettle(Protocol):
    """Switched on by `finds` of a marketplace."""

    async def find(self, ref: str, parts: Sequence[Part], sent_at: datetime) -> Receipt | None:
        """What became of a settle whose answer was lost. None: the platform knows of no such call."""
        ...


@runtime_checkable
class HasOrders(Protocol):
    """Switched on by `orders` of a marketplace."""

    async def order(self, ref: str) -> Order | None:
        """The order behind a return. None: the marketplace does not know it, or no longer."""
        ...


@dataclass(frozen=True, slots=True)
class ReturnRequest:
    """One return line, ready for the shop's back office."""

    number: int
    """The hub's number of the line: positive, fits 31 bits."""
    marketplace: str
    """The name that the merchant reads."""
    ref: str
    line_ref: str
    order_ref: str
    status: Literal["new", "accepted"]
    """`accepted` when the marketplace handled it itself."""
    quantity: int
    opened_at: datetime
    title: str | None = None
    sku: str | None = None
    gtin: str | None = None
    reason: Reason | None = None
    reason_text: str | None = None
    comment: str | None = None
    unit_price: Money | None = None
    customer: Party | None = None
    billing: Party | None = None
    shop_order: str | None = None
    """The shop's own number of the order."""
    shop_product: str | None = None
    """The shop's own id of the product."""


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """The shop's order of a marketplace's order."""

    number: str
    id: str | None = None
    products: tuple[tuple[str, str], ...] = ()
    """SKU and the shop's own product id, for each line."""
    lines: tuple[ShopLine, ...] = ()
    """The lines, where the shop tells their quantities: then the hub says which one comes back (`shop_product`)."""


@dataclass(frozen=True, slots=True)
class ShopPage:
    """Some of the shop's answers."""

    returns: tuple[ShopSays, ...]
    unreadable: tuple[Unreadable, ...] = ()


@runtime_checkable
class Shop(Protocol):
    """A shop's verbs. Each raises only `ConnectorError`s."""

    async def create(self, request: ReturnRequest, key: str) -> ShopSays:
        """Makes the return request, marked with our key where the platform has room for it."""
        ...

    def changed(self, refs: Sequence[str], since: datetime | None) -> AsyncIterator[ShopPage]:
        """How these requests stand, in as few calls as the platform allows."""
        ...


@runtime_checkable
class FindsCreate(Protocol):
    """Switched on by `finds` of a shop."""

    async def find(self, key: str) -> ShopSays | None:
        """Reads back a create whose answer was lost. None: it did not happen."""
        ...


@runtime_checkable
class FindsOrder(Protocol):
    """Switched on by `orders` of a shop."""

    async def order(self, order: Order) -> ShopOrder | None:
        """Which order of the shop is it. None: not found, or not for certain."""
        ...


@runtime_checkable
class OffersOrders(Protocol):
    """Switched on by `candidates` of a shop."""

    async def candidates(self, clues: Clues) -> Sequence[Candidate]:
        """Orders of the shop that may be the one, found with few calls whatever the size of the shop. The hub says what
        speaks for each, and a person chooses: none of them need be certain. Raises Refused where the shop cannot be
        asked like this."""
        ...


@dataclass(frozen=True, slots=True)
class ReturnedUnits:
    """So many units of one product, as a return of the shop's own tells them."""

    quantity: int
    sku: str | None = None
    gtin: str | None = None
    reason: Reason | None = None
    reason_text: str | None = None


@dataclass(frozen=True, slots=True)
class OwnReturn:
    """A return that somebody made in the shop, and not the hub. `says`: how it stands, as `changed` would tell it."""

    says: ShopSays
    shop_order: str
    """The shop's own number of the order."""
    order_refs: tuple[str, ...] = ()
    """Numbers by which a marketplace may know the order, as far as the shop's order tells any."""
    units: tuple[ReturnedUnits, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Some of the returns that the merchant made."""

    returns: tuple[OwnReturn, ...]
    unreadable: tuple[Unreadable, ...] = ()


@runtime_checkable
class ShowsOwn(Protocol):
    """Switched on by `shows_own` of a shop, which is a setting of the merchant's."""

    def own(self, since: datetime) -> AsyncIterator[OwnPage]:
        """The returns that were made there since then, by somebody else than the hub. None that the hub has made, or
        may just be making. May repeat itself; what was shown counts as taken when the next page is asked for."""
        ...


class Maturity(StrEnum):
    """How far a connector has been proven."""

    STABLE = "stable"
    BETA = "beta"
    EXPERIMENTAL = "experimental"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `retour doctor`: what was tried, whether it is well, and what to do otherwise."""

    name: str
    ok: bool
    words: str


@runtime_checkable
class Checks(Protocol):
    """Every connector: what `retour doctor` asks, with reads only."""

    async def check(self) -> list[Check]: ...


def _no_limits(_: Any) -> tuple[Limit, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The one record that describes a connector; an entry point names it."""

    key: str
    name: str
    config: type[BaseModel]
    """Form, validation and secrets (`SecretStr`) in one: each field has a description."""
    limits: tuple[Limit, ...] = ()
    """The platform's, the same for everybody."""
    account_limits: Callable[[Any], tuple[Limit, ...]] = _no_limits
    """And those of one account alone, by its config."""
    rate_headers: RateHeaders | None = None
    poll_every: timedelta = timedelta(minutes=5)
    maturity: Maturity = Maturity.BETA
    parallel: int = 8
    """How many calls may be under way at once. The door sees to it, whatever is asked of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceManifest(Manifest):
    open: Callable[[Any, Door], Marketplace]
    """Makes the connector from its config and its door."""
    capabilities: Callable[[Any], MarketplaceCapabilities]
    """What it can be told, under this config."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopManifest(Manifest):
    open: Callable[[Any, Door], Shop]
    capabilities: Callable[[Any], ShopCapabilities]
