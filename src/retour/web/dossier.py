"""Everything the hub knows of one return, and what a person can do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from retour.connectors.registry import UnknownConnector
from retour.core import model as core
from retour.core.capabilities import Capabilities, Deadline
from retour.core.deadlines import dated
from retour.core.model import Handler
from retour.core.plan import Plan, plan
from retour.store import facts
from retour.store.models import Event, Line, MarketplaceOrder, Return
from retour.store.platforms import capabilities_of, flaws, shop_of
from retour.store.sealed import CannotOpen, unseal
from retour.web.exchanges import Sent, sent_for
from retour.web.line_part import Decided, LinePart, part
from retour.web.match_part import MatchPart, match_parts
from retour.web.platform import Platform, platform_of

OTHERS = 50
"""So many other returns of the same orders are shown at most."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another return, as a link to it."""

    row: Return
    title: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """A return with everything that belongs to it. `trouble`: why no plan can be made just now."""

    row: Return
    platform: Platform
    lines: Sequence[LinePart]
    matches: Mapping[int, MatchPart]
    """By line: which order and product of the shop it is."""
    others: Sequence[Other]
    """More returns of the same orders."""
    plan: Plan | None
    trouble: str
    deadline: tuple[datetime, Deadline] | None
    customer: core.Party | None
    billing: Sequence[tuple[str, core.Party]]
    sealed_trouble: str
    events: Sequence[Event]
    exchanges: Sequence[Sent]
    capabilities: Capabilities | None

    @property
    def marketplace(self) -> str:
        """Its name."""
        return self.platform.name

    @property
    def several(self) -> Sequence[LinePart]:
        """The lines that can be decided with one click; none, where there is only one."""
        waiting = [line for line in self.lines if line.options and line.left]
        return waiting if len(waiting) > 1 else []

    @property
    def by_marketplace(self) -> bool:
        return self.row.handler == Handler.MARKETPLACE

    @property
    def asks(self) -> bool:
        """Some effect waits for a person."""
        return any(line.questions for line in self.lines)

    @property
    def told_by_hand(self) -> Sequence[Decided]:
        """Decisions that a person must still tell, there."""
        return [decided for line in self.lines for decided in line.decided if decided.waits]

    @property
    def overtaken(self) -> Sequence[Decided]:
        """Decisions that the marketplace has overtaken: a person must see to what is left of them."""
        return [decided for line in self.lines for decided in line.decided if decided.overtaken]

    def line(self, key: int) -> LinePart | None:
        return next((line for line in self.lines if line.row.pk == key), None)


def dossier(row: Return) -> Dossier:
    """Reads everything of a return. What cannot be unsealed or planned is said, not raised."""
    lines = list(row.lines.order_by("pk"))
    effects = list(row.effects.order_by("pk"))
    known = facts.to_return(row, lines, effects)
    capabilities, trouble = _capabilities(row)
    followed = plan(known, capabilities) if capabilities else None
    platform, orders = platform_of(row.connection), _orders(row, lines)
    party, billing, sealed_trouble = _people(row, orders)
    plans = {line.ref: line for line in followed.lines} if followed else {}
    numbers = {order.ref: order.shop_order for order in orders}
    parts = [
        part(known, line, plans.get(line.ref), effects, capabilities, platform.name, numbers.get(line.order_ref, ""))
        for line in lines
    ]
    deadlines = capabilities.marketplace.deadlines if capabilities else ()
    together = capabilities is not None and capabilities.marketplace.together > 1
    return Dossier(
        row=row,
        platform=platform,
        lines=parts,
        matches=match_parts(row, lines, orders, capabilities),
        others=_others(row, lines),
        plan=followed,
        trouble=trouble,
        deadline=next((one for one in dated(known, deadlines) if one[0] == row.deadline_at), None),
        customer=party,
        billing=billing,
        sealed_trouble=sealed_trouble,
        events=list(row.events.order_by("pk")),
        exchanges=sent_for(row, effects, together=together),
        capabilities=capabilities,
    )


def _capabilities(row: Return) -> tuple[Capabilities | None, str]:
    try:
        return capabilities_of(row.connection, shop_of(row.connection)), ""
    except (UnknownConnector, CannotOpen) as error:
        return None, str(error)
    except ValidationError as error:
        return None, flaws(error)


def _others(row: Return, lines: Sequence[Line]) -> list[Other]:
    """The marketplace makes a return of each unit, perhaps, or the customer has announced two."""
    orders = {line.order_ref for line in lines}
    same = Return.objects.filter(connection=row.connection_id, lines__order_ref__in=orders).exclude(pk=row.pk)
    found = list(same.distinct().order_by("pk").only("stage")[:OTHERS])
    titles: dict[int, str] = {}
    for line in Line.objects.filter(of__in=[other.pk for other in found]).only("of", "title", "ref").order_by("-pk"):
        titles[line.of_id] = line.title or line.ref
    return [Other(other, titles.get(other.pk, "")) for other in found]


def _orders(row: Return, lines: Sequence[Line]) -> list[MarketplaceOrder]:
    refs = {line.order_ref for line in lines}
    return list(MarketplaceOrder.objects.filter(project=row.connection.project_id, ref__in=refs).order_by("ref"))


def _people(
    row: Return, orders: Sequence[MarketplaceOrder]
) -> tuple[core.Party | None, list[tuple[str, core.Party]], str]:
    try:
        customer = facts.party_from_plain(unseal(row.customer))
        known = [(order.ref, facts.order_from_plain(unseal(order.sealed))) for order in orders if order.sealed]
    except CannotOpen as error:
        return None, [], str(error)
    return customer, [(ref, order.billing) for ref, order in known if order.billing], ""
