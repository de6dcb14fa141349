"""The list of announced returns (contract 6)."""

import base64
import binascii
from bisect import bisect_left
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.zalando.gate import Answer, Gate
from retour.sandbox.zalando.problems import Problem
from retour.sandbox.zalando.query import link, moment_of, number_of, word_of
from retour.sandbox.zalando.resources import Resources
from retour.sandbox.zalando.state import AnnouncedReturn, Merchant

if TYPE_CHECKING:
    from retour.sandbox.zalando.simulator import ZalandoSimulator


class AnnouncedApi:
    """`GET /merchants/{mid}/announced-returns`; a cursor is a place in the list, which shifts when it is descending."""

    def __init__(self, simulator: "ZalandoSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        path = "/merchants/{merchant_id}/announced-returns"
        return [web.get(path, gate.open("announced", "orders/read", self.list_announced))]

    async def list_announced(self, request: web.Request, merchant: Merchant) -> Answer:
        switches = self._simulator.switches
        limit = number_of(request, "limit", 50, 1, switches.max_page_size)
        rows = self._select(request, merchant)
        start = _place(request)
        page = rows[start : start + limit]
        links = {"self": str(request.url)}
        if start:
            links["prev"] = link(request, cursor=_cursor(max(0, start - limit)))
        # A full page may be the last one, and then the next is empty.
        if len(page) == limit or (page and switches.trailing_empty_page):
            links["next"] = link(request, cursor=_cursor(start + len(page)))
        resources = Resources(str(request.url.origin()), merchant.merchant_id, switches.garbled)
        body: dict[str, Any] = {"data": [resources.announced(row) for row in page], "links": links}
        return Answer(body)

    def _select(self, request: web.Request, merchant: Merchant) -> list[AnnouncedReturn]:
        """`after` inclusive, `before` exclusive."""
        after, before = moment_of(request, "after"), moment_of(request, "before")
        names = ("return_registered_at", "+return_registered_at", " return_registered_at", "-return_registered_at")
        sort = word_of(request, "sort", names) or "-return_registered_at"
        channel = request.query.get("sales_channel_id")
        ordered = merchant.by_registration
        low = bisect_left(ordered, after, key=_registered) if after else 0
        high = bisect_left(ordered, before, key=_registered) if before else len(ordered)
        rows = [row for row in ordered[low:high] if channel in (None, row.sales_channel_id)]
        return rows[::-1] if sort.startswith("-") else rows


def _registered(announced: AnnouncedReturn) -> datetime:
    return announced.registered_at


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"place:{place}".encode()).rstrip(b"=").decode()


def _place(request: web.Request) -> int:
    cursor = request.query.get("cursor", "")
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        text = ""
    name, _, place = text.partition(":")
    if name != "place" or not place.isdecimal():
        raise Problem(400, "The cursor is not valid.", parameter="cursor")
    return int(place)
