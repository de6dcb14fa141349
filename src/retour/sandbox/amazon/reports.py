"""The Reports API 2021-06-30, for returns (contract 2, 3)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, count
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.amazon import rows_text, rows_xml
from retour.sandbox.amazon.gate import Answer, Call, Gate, json_of, marketplaces_of, moment_of
from retour.sandbox.amazon.jobs import Job, Jobs, Planned
from retour.sandbox.amazon.marketplaces import MARKETPLACES, codec
from retour.sandbox.amazon.problems import Invalid, NotFound
from retour.sandbox.amazon.state import Return, Seller

if TYPE_CHECKING:
    from retour.sandbox.amazon.simulator import AmazonSimulator

XML = "GET_XML_RETURNS_DATA_BY_RETURN_DATE"
FLAT = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"
FBA = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
LONGEST = timedelta(days=60)
CLOCKS_DIFFER = timedelta(minutes=5)


class ReportsApi:
    """`/reports/2021-06-30`. What a report says is what was true when it ended."""

    def __init__(self, simulator: "AmazonSimulator") -> None:
        self._simulator = simulator
        self._numbers = count(50000000001)
        self.jobs = Jobs("report", simulator.agenda, simulator.clock.now)

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        root = "/reports/2021-06-30"
        return [
            web.post(f"{root}/reports", gate.open("createReport", self.create, "returns")),
            web.get(f"{root}/reports", gate.open("getReports", self.list, "returns")),
            web.get(f"{root}/reports/{{report_id}}", gate.open("getReport", self.get, "returns")),
            web.delete(f"{root}/reports/{{report_id}}", gate.open("cancelReport", self.cancel, "returns")),
            web.get(f"{root}/documents/{{document_id}}", gate.open("getReportDocument", self.document, "returns")),
        ]

    async def create(self, call: Call) -> Answer:
        switches, now = self._simulator.switches, self._simulator.clock.now()
        body = await json_of(call.request)
        report_type = body.get("reportType")
        if report_type not in (XML, FLAT, FBA):
            raise Invalid("reportType is unknown or not available.")
        options = body.get("reportOptions", {})
        if not isinstance(options, dict) or not all(isinstance(value, str) for value in options.values()):
            raise Invalid("reportOptions must map names to texts.")
        marketplace_ids = marketplaces_of(body, call, switches.foreign_marketplace_status)
        start = moment_of(body.get("dataStartTime"), "dataStartTime") or now
        end = moment_of(body.get("dataEndTime"), "dataEndTime") or now
        if start > end or (switches.future_end_refused and end > now + CLOCKS_DIFFER):
            raise Invalid("dataStartTime must not be after dataEndTime, nor dataEndTime in the future.")
        plan = self.jobs.next_plan(call.seller.seller_id)
        if end - start > LONGEST:
            if switches.too_long_range == "refused":
                raise Invalid("The range between dataStartTime and dataEndTime must not exceed 60 days.")
            plan = Planned(outcome="FATAL")
        last = self.jobs.last(call.seller.seller_id, report_type, marketplace_ids)
        if switches.limits and last and now - last.created_at < timedelta(minutes=switches.repeat_minutes):
            plan = Planned(outcome="CANCELLED")
        job = Job(str(next(self._numbers)), report_type, marketplace_ids, now, start, end)
        seconds = (switches.report_queue_seconds, switches.report_seconds)
        self.jobs.begin(call.seller.seller_id, job, plan, seconds, lambda at: self._finish(call.seller, job, plan, at))
        return Answer({"reportId": job.job_id}, 202)

    async def list(self, call: Call) -> Answer:
        return Answer(self.jobs.listed(call.seller.seller_id, call.request.query))

    async def get(self, call: Call) -> Answer:
        return Answer(self._job(call).as_json("report"))

    async def cancel(self, call: Call) -> Answer:
        job = self._job(call)
        if job.status != "IN_QUEUE":
            raise Invalid("Only a report that is IN_QUEUE can be cancelled.")
        job.end("CANCELLED", self._simulator.clock.now())
        return Answer(None)

    async def document(self, call: Call) -> Answer:
        storage = self._simulator.storage
        document = storage.document(call.request.match_info["document_id"], call.seller.seller_id)
        if document is None:
            raise NotFound("The report document")
        encoded = call.request.query.get("enableContentEncodingUrlHeader") == "true"
        url = storage.address(call.request, "GET", document.document_id, encoded=encoded)
        body = {"reportDocumentId": document.document_id, "url": url}
        return Answer(body | ({"compressionAlgorithm": "GZIP"} if document.gzip else {}))

    def _job(self, call: Call) -> Job:
        job = self.jobs.find(call.seller.seller_id, call.request.match_info["report_id"])
        if job is None:
            raise NotFound("The report")
        return job

    def _finish(self, seller: Seller, job: Job, plan: Planned, at: datetime) -> None:
        if plan.outcome == "STUCK":
            return
        if plan.outcome == "FATAL_WITHOUT_DOCUMENT":
            job.end("FATAL", at)
        elif plan.outcome == "FATAL":
            reason = b'{"errorDetails":"The report could not be generated."}'
            job.end("FATAL", at, self._keep(seller, "application/json", lambda: iter((reason,))))
        elif (chunks := self._chunks(seller, job, at)) is None:
            job.end("CANCELLED", at)
        else:
            job.end("DONE", at, self._keep(seller, self._content_type(job), chunks))

    def _keep(self, seller: Seller, content_type: str, chunks: Callable[[], Iterator[bytes]]) -> str:
        return self._simulator.storage.keep(seller.seller_id, content_type, chunks)

    def _chunks(self, seller: Seller, job: Job, at: datetime) -> Callable[[], Iterator[bytes]] | None:
        """What makes the report's bytes, or None when there are no rows."""
        start, end = job.data_start or at, job.data_end or at
        fba = job.job_type == FBA
        stored = tuple(
            returned
            for returned in seller.returns.values()
            if returned.reported
            and returned.order.marketplace.marketplace_id in job.marketplace_ids
            and (returned.order.fulfilled_by == "AMAZON") is fba
            and (moment := returned.delivered_at if fba else returned.requested_at) is not None
            and start <= moment <= end
        )
        bulk = None if fba else self._simulator.bulk_of(seller, job.marketplace_ids)
        numbers = bulk.numbers(start, end) if bulk else range(0)
        real = frozenset(bulk.real) if bulk else frozenset()
        if not stored and all(number in real for number in numbers):
            return None
        settings = self._simulator.switches.model_copy()
        encoding = codec(self._charset(job))
        render = {XML: rows_xml.report, FLAT: rows_text.report, FBA: rows_text.fba_report}[job.job_type]

        def rows() -> Iterable[Return]:
            return chain(stored, bulk.returns(numbers, real) if bulk else ())

        return lambda: render(rows(), settings, at, encoding)

    def _charset(self, job: Job) -> str:
        switches = self._simulator.switches
        if job.job_type == XML:
            return switches.xml_encoding
        return switches.text_encoding or MARKETPLACES[job.marketplace_ids[0]].charset

    def _content_type(self, job: Job) -> str:
        media = "text/xml" if job.job_type == XML else "text/plain"
        return f"{media}; charset={self._charset(job)}" if self._simulator.switches.header_charset else media
