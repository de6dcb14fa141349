"""Made-up returns for whoever builds on the API: no marketplace knows them, and nothing follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from retour.core.model import OrderLine
from retour.store.models import Project, TrialReturn

NUMBERS_FROM: Final = 1_000_000_000
"""Their numbers begin here, far beyond those of any line: who stores both can tell them apart."""
KEPT: Final = 100
"""In a project, so many of the latest."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A made-up return. `status` is the shop's own word."""

    number: int
    project_id: int
    channel: str
    order_ref: str
    order_number: str
    sku: str | None
    gtin: str | None
    title: str | None
    status: str
    made_at: datetime
    changed_at: datetime


def make(
    project_id: int,
    channel: str,
    order_ref: str,
    order_number: str,
    lines: Sequence[OrderLine],
    status: str,
    at: datetime,
) -> list[Trial]:
    """One for each of these lines of an order."""
    with transaction.atomic():
        rows = [
            TrialReturn.objects.create(
                project_id=project_id,
                channel=channel,
                order_ref=order_ref,
                order_number=order_number,
                sku=line.sku,
                gtin=line.gtin,
                title=line.title,
                status=status,
                made_at=at,
                changed_at=at,
            )
            for line in lines[:KEPT]
        ]
        every = TrialReturn.objects.filter(project=project_id).order_by("-pk")
        TrialReturn.objects.filter(pk__in=list(every.values_list("pk", flat=True)[KEPT:])).delete()
    return [_trial(row) for row in rows]


def trials(project_id: int) -> list[Trial]:
    """Those of a project, newest first."""
    return [_trial(row) for row in TrialReturn.objects.filter(project=project_id).order_by("-made_at", "-pk")]


def one(project_id: int, number: int) -> Trial | None:
    """The one of this number, if it is this project's."""
    row = TrialReturn.objects.filter(project=project_id, pk=number - NUMBERS_FROM).first()
    return _trial(row) if row else None


def decide(project_id: int, number: int, waits: str, status: str, at: datetime) -> bool:
    """It has this status now. False where it no longer `waits`. Raises LookupError where there is none."""
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project_id)
        rows = TrialReturn.objects.filter(project=project_id, pk=number - NUMBERS_FROM)
        if not rows.exists():
            raise LookupError(f"there is no trial {number}")
        return rows.filter(status=waits).update(status=status, changed_at=at) == 1


def _trial(row: TrialReturn) -> Trial:
    return Trial(
        NUMBERS_FROM + row.pk,
        row.project_id,
        row.channel,
        row.order_ref,
        row.order_number,
        row.sku,
        row.gtin,
        row.title,
        row.status,
        row.made_at,
        row.changed_at,
    )
