"""Pages of the lines that were handed over to a shop (`retour.store.offered`), newest first, with its trials.

An index holds the lines in the order of the list. A list of those that changed of late, of failures, or of what was
searched, begins at their returns instead: they are few.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from django.db import models

from retour.store import sql, terms, trials
from retour.store.models import Connection, Effect
from retour.store.offered import Key, Offer, offers
from retour.store.terms import Term
from retour.store.trials import Trial

FEW: Final = 2000
"""So many returns are put in order faster than the whole list is walked through for them."""

_FAILED: Final = "(f.state IN ('refused', 'dead') OR (f.state = 'unknown' AND f.asks))"
"""Telling the marketplace went wrong. Literals, as the database's partial indexes want them."""


@dataclass(frozen=True, slots=True)
class Between:
    """A stretch of time: from `since` on, and before `before`. None: open."""

    since: datetime | None = None
    before: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.before is None or at < self.before)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines, and which page of them. `terms`: each must be a whole number of the return, its order or product,
    or a whole word of the title, in this spelling; None: no search."""

    limit: int
    offset: int = 0
    terms: tuple[str, ...] | None = None
    failed: bool = False
    offered: Between = field(default_factory=Between)
    seen: Between = field(default_factory=Between)
    changed: Between = field(default_factory=Between)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page. `failed`: of how many lines, on all pages together, telling the marketplace went wrong."""

    rows: list[Offer | Trial]
    failed: int


def listing(shop: Connection, wanted: Wanted, *, billing: bool = False) -> Listing:
    """The wanted page of what was handed over to this shop. `billing`: with invoice addresses."""
    marketplaces = Connection.objects.filter(project=shop.project_id, role=Connection.Role.MARKETPLACE)
    ours = list(marketplaces.values_list("pk", flat=True))
    searched = None
    few = _changed(ours, wanted.changed)
    if wanted.terms is not None:
        searched = terms.found(wanted.terms, shop.project_id, ours, FEW)
        few = _narrower(few, terms.returns(searched, FEW) if searched else set())
    failing = _failing(ours)
    count = 0
    if failing:
        count = _Conditions(shop, wanted, _both(few, failing), searched, failed=True).count()
    if wanted.failed:
        few = _both(few, failing)
    conditions = _Conditions(shop, wanted, few, searched, failed=wanted.failed)
    return Listing(_page(shop, conditions, wanted, billing=billing), count)


def _page(shop: Connection, conditions: "_Conditions", wanted: Wanted, *, billing: bool) -> list[Offer | Trial]:
    """The page, trials among the lines by their time. They are so few that they are all at hand: the lines are read
    from so much earlier, and what of the trials stands before those is counted."""
    tried = [trial for trial in trials.trials(shop.project_id) if _is_wanted(trial, wanted)]
    start = max(0, wanted.offset - len(tried))
    keys = conditions.keys(wanted.limit + len(tried), start)
    if not tried:
        return [*offers(shop, keys, billing=billing)]
    if start and not keys:
        return []
    before = sum(trial.made_at > keys[0].offered_at for trial in tried) if start else 0
    merged: list[Key | Trial] = sorted([*tried[before:], *keys], key=_made_at, reverse=True)
    page = merged[wanted.offset - start - before :][: wanted.limit]
    made = iter(offers(shop, [row for row in page if isinstance(row, Key)], billing=billing))
    shown = [row if isinstance(row, Trial) else next(made, None) for row in page]
    return [row for row in shown if row is not None]


def _made_at(row: Key | Trial) -> datetime:
    return row.made_at if isinstance(row, Trial) else row.offered_at


def _is_wanted(trial: Trial, wanted: Wanted) -> bool:
    if wanted.failed or not (wanted.offered.holds(trial.made_at) and wanted.seen.holds(trial.made_at)):
        return False
    numbers = {trial.order_ref, trial.sku, trial.gtin}
    fits = wanted.terms is None or terms.matches(wanted.terms, numbers, trial.title)
    return fits and wanted.changed.holds(trial.changed_at)


class _Conditions:
    """What the lines of a list have in common. `few`: the only returns that come into question, where that is known."""

    def __init__(
        self,
        shop: Connection,
        wanted: Wanted,
        few: Collection[int] | None,
        searched: Sequence[Term] | None,
        *,
        failed: bool,
    ) -> None:
        self._where = ["e.kind = 'create'", "e.state = 'done'", "e.done_at IS NOT NULL"]
        self._values: list[Any] = []
        # With a plus before it, the column asks for no index: the one of the returns is the better one then.
        self._and("e.connection_id = %s" if few is None else "+e.connection_id = %s", shop.pk)
        if few is not None:
            self._and(f"e.of_id IN {sql.marks(few)}", *few)
        for term in searched or ():
            condition, values = term.condition()
            self._and(condition, *values)
        if failed:
            settles = "SELECT 1 FROM store_effect AS f WHERE f.of_id = e.of_id AND f.line_ref = e.line_ref"
            self._and(f"EXISTS ({settles} AND f.kind = 'settle' AND {_FAILED})")
        self._times("e.done_at", wanted.offered)
        # A line is seen before it is handed over, and has changed then at the earliest: the index helps with both.
        self._times("e.done_at", Between(wanted.seen.since, wanted.changed.before))
        for column, between in (("r.created_at", wanted.seen), ("r.changed_at", wanted.changed)):
            if between != Between():
                self._times(column, between)

    def keys(self, limit: int, offset: int) -> list[Key]:
        """Which lines are on the page, newest first."""
        column = cast("models.Field[Any, Any]", Effect._meta.get_field("done_at"))
        convert = sql.converter(column)
        found = sql.rows(
            f"SELECT e.of_id, e.line_ref, {sql.selected(column)} {self._text}"
            " ORDER BY e.done_at DESC, e.id DESC LIMIT %s OFFSET %s",
            [*self._values, limit, offset],
        )
        return [Key(of, ref, convert(at) if convert else at) for of, ref, at in found]

    def count(self) -> int:
        """How many lines there are on all pages."""
        ((count,),) = sql.rows(f"SELECT count(*) {self._text}", self._values)
        return int(count)

    @property
    def _text(self) -> str:
        tables, where = ["store_effect AS e"], list(self._where)
        if any(condition.startswith("r.") for condition in self._where):
            tables.append("store_return AS r")
            where.append("r.id = e.of_id")
        if any(condition.startswith("(l.") for condition in self._where):
            tables.append("store_line AS l")
            where.append("l.of_id = e.of_id AND l.ref = e.line_ref")
        return f"FROM {' CROSS JOIN '.join(tables)} WHERE {' AND '.join(where)}"

    def _times(self, column: str, between: Between) -> None:
        if between.since is not None:
            self._and(f"{column} >= %s", sql.time(between.since))
        if between.before is not None:
            self._and(f"{column} < %s", sql.time(between.before))

    def _and(self, condition: str, *values: Any) -> None:
        self._where.append(condition)
        self._values += values


def _changed(marketplaces: Sequence[int], changed: Between) -> set[int] | None:
    """The returns that changed since then; None where no time is given, or where they are many."""
    if changed.since is None:
        return None
    found = sql.rows(
        f"SELECT id FROM store_return WHERE connection_id IN {sql.marks(marketplaces)} AND changed_at >= %s"  # noqa: S608
        " LIMIT %s",
        [*marketplaces, sql.time(changed.since), FEW + 1],
    )
    return {pk for (pk,) in found} if len(found) <= FEW else None


def _failing(marketplaces: Sequence[int]) -> set[int]:
    """The returns that have a line of which the marketplace could not be told, and where a person is asked. Whatever
    waits for a person is little: it is gone through for all connections, by the index of the stages."""
    found = sql.rows(
        f"""
        SELECT DISTINCT a.id FROM store_return AS a CROSS JOIN store_effect AS f
        WHERE f.of_id = a.id AND a.stage = 'attention' AND +a.connection_id IN {sql.marks(marketplaces)}
        AND f.kind = 'settle' AND {_FAILED}
        """,  # noqa: S608
        [*marketplaces],
    )
    return {pk for (pk,) in found}


def _narrower(some: set[int] | None, others: set[int] | None) -> set[int] | None:
    """Both of two limits, where there are any."""
    if some is None or others is None:
        return others if some is None else some
    return some & others


def _both(some: set[int] | None, others: set[int]) -> set[int]:
    return others if some is None else some & others
