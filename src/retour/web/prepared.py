"""Reports that the shop's own returns have begun, and that a person completes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from retour.connectors.contract import ReturnedUnits
from retour.store import shop_reports
from retour.store.models import ShopReport
from retour.web.person import person


@dataclass(frozen=True, slots=True)
class Prepared:
    """One of them, as the page shows it."""

    row: ShopReport
    shop_order: str
    order: str
    """By which a marketplace may know it."""
    units: Sequence[ReturnedUnits]

    @property
    def is_open(self) -> bool:
        return self.row.state == ShopReport.State.PREPARED


def prepared(request: HttpRequest) -> list[Prepared]:
    """What waits for this person."""
    return [_shown(row) for row in shop_reports.prepared_for(person(request))]


def named(request: HttpRequest, text: str) -> Prepared | None:
    """The one with this number, if the person may see it, whatever has become of it."""
    key = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
    row = shop_reports.seen_by(person(request)).filter(pk=key).first()
    return _shown(row) if row else None


def _shown(row: ShopReport) -> Prepared:
    made = shop_reports.made_there(row)
    return Prepared(row, made.shop_order, row.order_ref or next(iter(made.order_refs), ""), made.units)
