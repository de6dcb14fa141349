"""Which order and product of the shop a line is, as its page shows it: what is known, and what a person can say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from retour.core import match_line
from retour.core.capabilities import Capabilities
from retour.core.match_line import By, Fit, ShopLine
from retour.core.model import Stage
from retour.core.why import Why
from retour.store import aliases, candidates, facts, order_lines
from retour.store.candidates import Offered
from retour.store.models import Line, MarketplaceOrder, Return
from retour.web import words


@dataclass(frozen=True, slots=True)
class CandidatePart:
    """An order that may be the one."""

    row: Offered
    reasons: Sequence[SafeString]


@dataclass(frozen=True, slots=True)
class MatchPart:
    """Of one line. `searches`: the shop can be searched for its order."""

    shop_order: str
    candidates: Sequence[CandidatePart]
    searches: bool
    searched_at: datetime | None
    search_at: datetime | None
    product: str
    """What the shop calls it, where it is known and differs; empty: it is not, or the same."""
    learned_at: datetime | None
    choices: Sequence[ShopLine]
    """The products of the shop's order."""
    chosen: str
    uncertain: bool
    """Which of them it is, a person must say, as its request is still to be made."""


def match_parts(
    row: Return, lines: Sequence[Line], orders: Sequence[MarketplaceOrder], capabilities: Capabilities | None
) -> Mapping[int, MatchPart]:
    """By the key of the line."""
    project = row.connection.project_id
    by_ref = {order.ref: order for order in orders}
    found: dict[str, list[CandidatePart]] = {}
    for offered in candidates.offered(project, {line.order_ref for line in lines}):
        part = CandidatePart(offered, [_reason(why) for why in offered.reasons])
        found.setdefault(offered.ref, []).append(part)
    fits = order_lines.fits(project, list(orders))
    items = {line.pk: facts.to_line(line).item for line in lines}
    learned = aliases.known_for(project, items.values())
    shop = capabilities.shop if capabilities else None
    searches = shop is not None and (shop.orders or shop.candidates)
    parts = {}
    for line in lines:
        order, fit = by_ref.get(line.order_ref), fits.get(line.pk)
        known = fit.learned if fit is not None else match_line.learned(items[line.pk], learned)
        sku = fit.line.sku if fit and fit.line else known.sku if known else None
        by_hand = fit is not None and fit.by is By.CHOSEN
        parts[line.pk] = MatchPart(
            shop_order=order.shop_order if order else "",
            candidates=found.get(line.order_ref, []),
            searches=searches,
            searched_at=order.searched_at if order else None,
            search_at=order.search_at if order else None,
            product=sku if sku and sku != line.sku else "",
            learned_at=known.at if known and not by_hand else None,
            choices=order_lines.from_plain(order.shop_lines) if order and order.shop_order else (),
            chosen=fit.line.ref if fit and fit.line else "",
            uncertain=line.shop_ref is None and row.stage != Stage.CLOSED and _is_uncertain(fit),
        )
    return parts


def _is_uncertain(fit: Fit | None) -> bool:
    return fit is not None and fit.line is None


def _reason(why: Why) -> SafeString:
    params = dict(why.params)
    if (day := parse_date(params.get("day", ""))) is not None:
        params["day"] = date_format(day)
    return words.reason_of_match(why.key, params)
