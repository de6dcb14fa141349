"""The Shared API v10: process status (contract 3.5)."""

from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.bol import shapes
from retour.sandbox.bol.gate import Answer, Gate
from retour.sandbox.bol.problems import MEDIA_TYPE, Invalid, NotFound, Violations, invalid_value
from retour.sandbox.bol.processes import Process
from retour.sandbox.bol.requests import json_of, page_of
from retour.sandbox.bol.shelf import PAGE_SIZE

if TYPE_CHECKING:
    from retour.sandbox.bol.simulator import Account, BolSimulator

MAX_QUERIES = 1000
EVENT_TYPES = (
    "CREATE_SHIPMENT",
    "CANCEL_ORDER",
    "CHANGE_TRANSPORT",
    "HANDLE_RETURN_ITEM",
    "CREATE_RETURN_ITEM",
    "CREATE_INBOUND",
    "DELETE_OFFER",
    "CREATE_OFFER",
    "UPDATE_OFFER",
    "UPDATE_OFFER_STOCK",
    "UPDATE_OFFER_PRICE",
    "CREATE_OFFER_EXPORT",
    "UNPUBLISHED_OFFER_REPORT",
    "CREATE_PRODUCT_CONTENT",
    "CREATE_SUBSCRIPTION",
    "UPDATE_SUBSCRIPTION",
    "DELETE_SUBSCRIPTION",
    "SEND_SUBSCRIPTION_TST_MSG",
    "CREATE_SHIPPING_LABEL",
    "CREATE_REPLENISHMENT",
    "UPDATE_REPLENISHMENT",
    "REQUEST_PRODUCT_DESTINATIONS",
    "CREATE_SOV_SEARCH_TERM_REPORT",
    "CREATE_SOV_CATEGORY_REPORT",
    "UPLOAD_INVOICE",
    "CREATE_CAMPAIGN_PERFORMANCE_REPORT",
)


class ProcessStatusApi:
    """`/shared/process-status`; one account never sees another's."""

    def __init__(self, simulator: "BolSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        return [
            web.get("/shared/process-status", gate.open("process-status", self.of_entity)),
            web.post("/shared/process-status", gate.open("process-status", self.bulk, (MEDIA_TYPE,))),
            web.get("/shared/process-status/{process_status_id}", gate.open("process-status", self.one)),
        ]

    async def one(self, request: web.Request, account: "Account") -> Answer:
        process_status_id = request.match_info["process_status_id"]
        process = account.processes.find(process_status_id, self._simulator.clock.now())
        if process is None:
            raise NotFound(f"Process status for process status id {process_status_id} not found.")
        return Answer(shapes.process_status(process, str(request.url.origin())))

    async def of_entity(self, request: web.Request, account: "Account") -> Answer:
        """Newest first, 50 a page."""
        violations: Violations = []
        entity_id = request.query.get("entity-id", "")
        if not entity_id:
            violations.append(("entity-id", "Request contains a required value that is empty."))
        event_type = request.query.get("event-type", "")
        if event_type not in EVENT_TYPES:
            violations.append(("event-type", invalid_value(event_type, EVENT_TYPES)))
        page = page_of(request, violations)
        if violations:
            raise Invalid(violations)
        found = account.processes.of_entity(event_type, entity_id, self._simulator.clock.now())
        return self._list(request, found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])

    async def bulk(self, request: web.Request, account: "Account") -> Answer:
        """Unknown and expired ids are missing from the answer."""
        queries = (await json_of(request)).get("processStatusQueries")
        if not isinstance(queries, list) or not 1 <= len(queries) <= MAX_QUERIES:
            raise Invalid([("processStatusQueries", f"Request must contain 1 to {MAX_QUERIES} queries.")])
        ids = [
            query["processStatusId"]
            for query in queries
            if isinstance(query, dict) and isinstance(query.get("processStatusId"), str)
        ]
        if len(ids) < len(queries):
            raise Invalid([("processStatusId", "Request contains a required value that is empty.")])
        now = self._simulator.clock.now()
        found = (account.processes.find(process_status_id, now) for process_status_id in ids)
        return self._list(request, [process for process in found if process is not None])

    def _list(self, request: web.Request, processes: list[Process]) -> Answer:
        """That an empty list is left out here too is INFERRED from the list of returns."""
        if not processes and self._simulator.switches.omit_empty_lists:
            return Answer({})
        base_url = str(request.url.origin())
        return Answer({"processStatuses": [shapes.process_status(process, base_url) for process in processes]})
