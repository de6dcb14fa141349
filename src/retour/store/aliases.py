"""What a project's shop calls the products that its marketplaces call otherwise: learned, used, and forgotten again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet

from retour.core.match_line import Aliases, Kind, Learned, ShopLine, key, keys, to_learn
from retour.core.model import SeenLine
from retour.store import fits
from retour.store.models import LearnedSku

MOST = 20_000
"""So many are kept for each project; what was learned longest ago gives way."""


def learn(project_id: int, item: SeenLine, line: ShopLine, at: datetime, by: str) -> int:
    """Remembers what a line of the shop's order shows of its product. The number of words that are new or differ.

    `by` is a person, whose word stands against what a link shows; empty: a certain link.
    """
    keepable = line.sku is not None and fits.is_id(line.sku)
    return _remember(project_id, to_learn(item, line), line.sku or "", at, by) if keepable else 0


def say(project_id: int, theirs: str, sku: str, at: datetime, by: str, *, kind: Kind = Kind.SKU) -> int:
    """A person says what the shop calls the product with this SKU or GTIN of the marketplaces."""
    return _remember(project_id, [key(kind, theirs)], sku.strip(), at, by)


def _remember(project_id: int, words: Sequence[tuple[Kind, str]], sku: str, at: datetime, by: str) -> int:
    known = _of(project_id, words)
    fresh = [
        LearnedSku(project_id=project_id, kind=kind, theirs=theirs, sku=sku, at=at, by=by)
        for kind, theirs in words
        if _is_news(known.get((kind, theirs)), sku, by)
    ]
    if fresh:
        LearnedSku.objects.bulk_create(
            fresh, update_conflicts=True, unique_fields=["project", "kind", "theirs"], update_fields=["sku", "at", "by"]
        )
        _forget_the_oldest(project_id)
    return len(fresh)


def known_for(project_id: int, items: Iterable[SeenLine]) -> Aliases:
    """What was learned of the products of these lines."""
    words = {word for item in items for word in keys(item)}
    return _of(project_id, words) if words else {}


def listed(project_id: int) -> QuerySet[LearnedSku]:
    """All that a project has learned, the newest first."""
    return LearnedSku.objects.filter(project=project_id).order_by("-at", "-pk")


def forget(project_id: int, theirs: str) -> int:
    """Forgets what this SKU or GTIN of the marketplaces is called in the shop. How many were forgotten: 0, 1 or 2."""
    words = [key(kind, theirs) for kind in Kind]
    found = (LearnedSku.objects.filter(project=project_id, kind=kind, theirs=word) for kind, word in words)
    return sum(rows.delete()[0] for rows in found)


def _of(project_id: int, words: Iterable[tuple[Kind, str]]) -> dict[tuple[Kind, str], Learned]:
    wanted = set(words)
    rows = LearnedSku.objects.filter(project=project_id, theirs__in={theirs for _, theirs in wanted})
    found = (Learned(Kind(row.kind), row.theirs, row.sku, row.at, row.by) for row in rows)
    return {(one.kind, one.theirs): one for one in found if (one.kind, one.theirs) in wanted}


def _is_news(known: Learned | None, sku: str, by: str) -> bool:
    return known is None or (known.sku != sku and bool(by or not known.by))


def _forget_the_oldest(project_id: int) -> None:
    too_old = listed(project_id).values_list("pk", flat=True)[MOST:]
    if keys := list(too_old):
        LearnedSku.objects.filter(pk__in=keys).delete()
