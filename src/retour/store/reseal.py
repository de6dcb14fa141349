"""Seals everything anew with the hub's newest key."""

from collections.abc import Callable
from typing import Any, Final

from django.db import models, transaction

from retour.store.models import Connection, Exchange, MarketplaceOrder, Note, Posted, Return, ShopReport, UnreadableRow
from retour.store.sealed import reseal

SEALED: Final[tuple[tuple[type[models.Model], str], ...]] = (
    (Connection, "secrets"),
    (Return, "customer"),
    (MarketplaceOrder, "sealed"),
    (Exchange, "sealed"),
    (UnreadableRow, "sealed"),
    (Note, "sealed"),
    (Posted, "sealed"),
    (ShopReport, "sealed"),
)
"""Every column that holds something sealed."""
BATCH = 500


def count_sealed() -> int:
    """How many values are sealed."""
    return sum(_rows(model, column).count() for model, column in SEALED)


def reseal_all(progress: Callable[[int], None]) -> int:
    """Goes through all sealed values in batches and returns their number; safe to stop at any time and to run again.

    What changes meanwhile is left as it is: it was sealed a moment ago. Raises `sealed.CannotOpen`.
    """
    done = 0
    for model, column in SEALED:
        last = 0
        while batch := list(_rows(model, column).filter(pk__gt=last).values_list("pk", column)[:BATCH]):
            with transaction.atomic():
                for key, old in batch:
                    model._default_manager.filter(**{"pk": key, column: old}).update(**{column: reseal(old)})
            last = batch[-1][0]
            done += len(batch)
            progress(len(batch))
    return done


def _rows(model: type[models.Model], column: str) -> models.QuerySet[Any]:
    return model._default_manager.exclude(**{column: ""}).order_by("pk")
