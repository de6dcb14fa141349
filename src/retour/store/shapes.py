"""Returns as JSON: the shape that programs rely on. Keys are only ever added."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet

from retour.core import model as core
from retour.core.capabilities import Capabilities
from retour.core.match_order import reason_text
from retour.core.plan import LinePlan, plan
from retour.store import candidates, facts
from retour.store.events import sentence
from retour.store.models import Connection, Effect, Event, Line, MarketplaceOrder, Return
from retour.store.platforms import capabilities_of

BATCH = 500
Shape = dict[str, Any]


def shapes(returns: QuerySet[Return], batch: int = BATCH) -> Iterator[Shape]:
    """Each of these returns in its shape, in the query's order, with four queries for each batch.

    Holds one batch at a time, so that any number can be written out. A return that goes away meanwhile is left out.
    """
    keys = list(returns.values_list("pk", flat=True))
    platforms = _Platforms()
    for start in range(0, len(keys), batch):
        yield from _shapes(keys[start : start + batch], platforms)


def shape_with_timeline(returns: QuerySet[Return]) -> Iterator[Shape]:
    """The same, with `timeline`: what happened to each, oldest first; and `candidates`: the orders of the shop that its
    orders may be. For a few returns."""
    for shape in shapes(returns):
        key = int(shape["id"].removeprefix("r-"))
        events = Event.objects.filter(of=key).order_by("pk")
        timeline = [
            {"at": utc(event.at), "kind": event.kind, "text": sentence(event.kind, event.params), "actor": event.actor}
            for event in events
        ]
        yield {**shape, "candidates": _candidates(key), "timeline": timeline}


def _candidates(key: int) -> list[Shape]:
    row = Return.objects.select_related("connection").get(pk=key)
    refs = set(row.lines.values_list("order_ref", flat=True))
    return [
        {
            "order_ref": one.ref,
            "shop_order": one.shop_order,
            "placed_at": utc(one.placed_at),
            "score": one.score,
            "reasons": [reason_text(why) for why in one.reasons],
        }
        for one in candidates.offered(row.connection.project_id, refs)
    ]


def utc(at: datetime | None) -> str | None:
    """A time as programs read it: UTC, in seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


class _Platforms:
    """The connections, and what each marketplace and its project's shop can do; each asked for once."""

    def __init__(self) -> None:
        self.connections = Connection.objects.select_related("project__company").in_bulk()
        current = (one for one in self.connections.values() if one.role == Connection.Role.SHOP and not one.removed)
        self._shops = {shop.project_id: shop for shop in current}
        self._abilities: dict[int, Capabilities] = {}

    def of(self, marketplace: Connection) -> Capabilities:
        if marketplace.pk not in self._abilities:
            self._abilities[marketplace.pk] = capabilities_of(marketplace, self._shops.get(marketplace.project_id))
        return self._abilities[marketplace.pk]


def _shapes(keys: Sequence[int], platforms: _Platforms) -> Iterator[Shape]:
    rows = Return.objects.defer("customer", "digests", "why_params").in_bulk(keys)
    lines: dict[int, list[Line]] = {key: [] for key in keys}
    for line in Line.objects.filter(of_id__in=keys).order_by("pk"):
        lines[line.of_id].append(line)
    effects: dict[int, list[Effect]] = {key: [] for key in keys}
    for effect in Effect.objects.filter(of_id__in=keys).order_by("pk"):
        effects[effect.of_id].append(effect)
    orders = _shop_orders([line.order_ref for many in lines.values() for line in many])
    for key in keys:
        if key in rows:
            connection = platforms.connections[rows[key].connection_id]
            known = facts.to_return(rows[key], lines[key], effects[key])
            yield _shape(connection, known, rows[key].deadline_at, platforms.of(connection), orders)


def _shop_orders(refs: Sequence[str]) -> dict[tuple[int, str], str]:
    links = MarketplaceOrder.objects.filter(ref__in=set(refs)).exclude(shop_order="")
    return {(project, ref): order for project, ref, order in links.values_list("project_id", "ref", "shop_order")}


def _shape(
    connection: Connection,
    known: core.Return,
    deadline_at: datetime | None,
    abilities: Capabilities,
    orders: dict[tuple[int, str], str],
) -> Shape:
    followed = plan(known, abilities)
    project = connection.project
    return {
        "id": known.id,
        "company": project.company.slug,
        "project": project.slug,
        "connection": connection.slug,
        "connector": connection.connector,
        "ref": known.ref,
        "stage": followed.stage.value,
        "why": {"key": followed.why.key, "text": followed.why.text},
        "handler": known.handler.value,
        "opened_at": utc(known.opened_at),
        "next_deadline": utc(deadline_at),
        "lines": [
            _line(line, line_plan, orders.get((project.pk, line.item.order_ref)))
            for line, line_plan in zip(known.lines, followed.lines, strict=True)
        ],
        "effects": [
            {
                "kind": effect.kind.value,
                "key": effect.key,
                "state": effect.state.value,
                "attempts": effect.attempts,
                "error": effect.error,
            }
            for effect in known.effects
        ],
    }


def _line(line: core.Line, line_plan: LinePlan, shop_order: str | None) -> Shape:
    item = line.item
    return {
        "ref": item.ref,
        "order_ref": item.order_ref,
        "shop_order": shop_order,
        "sku": item.sku,
        "gtin": item.gtin,
        "title": item.title,
        "quantity": item.quantity,
        "left": line_plan.left,
        "reason": item.reason.value if item.reason else None,
        "reason_text": item.reason_text,
        "shop_return": line.shop.ref if line.shop else None,
        "decisions": [
            {
                "resolution": outcome.resolution.value,
                "quantity": outcome.quantity,
                "source": outcome.source.value,
                "told": outcome.told.value if outcome.told else None,
            }
            for outcome in line_plan.outcomes
        ],
    }
