"""The Feeds API 2021-06-30, for order adjustments (contract 6)."""

from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from aiohttp import web

from retour.sandbox.amazon.adjustments import Adjustment, Malformed, Refusal, read
from retour.sandbox.amazon.gate import Answer, Call, Gate, json_of, marketplaces_of
from retour.sandbox.amazon.jobs import Job, Jobs, Planned
from retour.sandbox.amazon.problems import Invalid, NotFound
from retour.sandbox.amazon.state import Order, Seller

if TYPE_CHECKING:
    from retour.sandbox.amazon.simulator import AmazonSimulator

ADJUSTMENT = "POST_PAYMENT_ADJUSTMENT_DATA"


class FeedsApi:
    """`/feeds/2021-06-30`. A feed that is told twice is carried out twice."""

    def __init__(self, simulator: "AmazonSimulator") -> None:
        self._simulator = simulator
        self._numbers = count(700000001)
        self._waiting: list[tuple[Seller, Job, bytes]] = []
        self.jobs = Jobs("feed", simulator.agenda, simulator.clock.now)

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        root = "/feeds/2021-06-30"
        return [
            web.post(f"{root}/documents", gate.open("createFeedDocument", self.place, "orders")),
            web.get(f"{root}/documents/{{document_id}}", gate.open("getFeedDocument", self.document, "orders")),
            web.post(f"{root}/feeds", gate.open("createFeed", self.create, "orders")),
            web.get(f"{root}/feeds", gate.open("getFeeds", self.list, "orders")),
            web.get(f"{root}/feeds/{{feed_id}}", gate.open("getFeed", self.get, "orders")),
            web.delete(f"{root}/feeds/{{feed_id}}", gate.open("cancelFeed", self.cancel, "orders")),
        ]

    async def place(self, call: Call) -> Answer:
        content_type = (await json_of(call.request)).get("contentType")
        if not isinstance(content_type, str) or not content_type:
            raise Invalid("contentType is missing.")
        upload = self._simulator.storage.place(call.seller.seller_id, content_type)
        url = self._simulator.storage.address(call.request, "PUT", upload.document_id)
        return Answer({"feedDocumentId": upload.document_id, "url": url}, 201)

    async def document(self, call: Call) -> Answer:
        storage = self._simulator.storage
        document = storage.document(call.request.match_info["document_id"], call.seller.seller_id)
        if document is None:
            raise NotFound("The feed document")
        encoded = call.request.query.get("enableContentEncodingUrlHeader") == "true"
        url = storage.address(call.request, "GET", document.document_id, encoded=encoded)
        body = {"feedDocumentId": document.document_id, "url": url}
        return Answer(body | ({"compressionAlgorithm": "GZIP"} if document.gzip else {}))

    async def create(self, call: Call) -> Answer:
        switches, seller = self._simulator.switches, call.seller
        body = await json_of(call.request)
        if body.get("feedType") != ADJUSTMENT:
            raise Invalid("feedType is unknown or not available.")
        marketplace_ids = marketplaces_of(body, call, switches.foreign_marketplace_status)
        document = self._simulator.storage.uploaded(str(body.get("inputFeedDocumentId")), seller.seller_id)
        if document is None:
            raise Invalid("inputFeedDocumentId names no uploaded document.")
        job = Job(str(next(self._numbers)), ADJUSTMENT, marketplace_ids, self._simulator.clock.now())
        plan = self.jobs.next_plan(seller.seller_id)
        seconds = (switches.feed_queue_seconds, switches.feed_seconds)
        self.jobs.begin(seller.seller_id, job, plan, seconds, lambda at: self._finish(seller, job, document, plan, at))
        return Answer({"feedId": job.job_id}, 202)

    async def list(self, call: Call) -> Answer:
        return Answer(self.jobs.listed(call.seller.seller_id, call.request.query))

    async def get(self, call: Call) -> Answer:
        return Answer(self._job(call).as_json("feed"))

    async def cancel(self, call: Call) -> Answer:
        job = self._job(call)
        if job.status != "IN_QUEUE":
            raise Invalid("Only a feed that is IN_QUEUE can be cancelled.")
        job.end("CANCELLED", self._simulator.clock.now())
        return Answer(None)

    def shipped(self, at: datetime) -> None:
        """Something was shipped: feeds that waited for it go on."""
        waiting, self._waiting = self._waiting, []
        for seller, job, document in waiting:
            self._finish(seller, job, document, Planned(), at)

    def _job(self, call: Call) -> Job:
        job = self.jobs.find(call.seller.seller_id, call.request.match_info["feed_id"])
        if job is None:
            raise NotFound("The feed")
        return job

    def _finish(self, seller: Seller, job: Job, document: bytes, plan: Planned, at: datetime) -> None:
        takes_effect = plan.outcome == "NORMAL" or plan.applied
        checked = self._simulator.switches.merchant_identifier_checked
        try:
            messages = read(document, seller.seller_id if checked else None)
            refusals = [message for message in messages if isinstance(message, Refusal)]
        except Malformed as malformed:
            messages, refusals = [], [malformed.refusal]
        adjustments = [message for message in messages if isinstance(message, Adjustment)]
        orders = {one.message_id: self._order(seller, job, one.order_id) for one in adjustments}
        if takes_effect and any(order and not order.shipped for order in orders.values()):
            self._waiting.append((seller, job, document))
            return
        if takes_effect:
            for one in adjustments:
                refusal = self._simulator.refunds.by_feed(seller, orders[one.message_id], one, job.job_id, at)
                refusals += [refusal] if refusal else []
        if plan.outcome in ("NORMAL", "FATAL"):
            report = _processing_report(seller.seller_id, job.job_id, len(messages), refusals).encode()
            if plan.outcome == "FATAL":
                report = _processing_report(seller.seller_id, job.job_id, 0, [_INTERNAL]).encode()
            document_id = self._simulator.storage.keep(
                seller.seller_id, "text/xml; charset=UTF-8", lambda: iter((report,))
            )
            job.end("DONE" if plan.outcome == "NORMAL" else "FATAL", at, document_id)
        elif plan.outcome == "FATAL_WITHOUT_DOCUMENT":
            job.end("FATAL", at)

    def _order(self, seller: Seller, job: Job, order_id: str) -> Order | None:
        order = self._simulator.order_of(seller, order_id)
        return order if order and order.marketplace.marketplace_id in job.marketplace_ids else None


_INTERNAL = Refusal(0, "5000", "The feed could not be processed.")


def _processing_report(seller_id: str, feed_id: str, messages: int, refusals: list[Refusal]) -> str:
    """Contract 6.6: a message without a result succeeded; message id 0 is the whole document."""
    failed = len(refusals) if messages else 0
    results = "".join(_result(refusal) for refusal in sorted(refusals, key=lambda one: one.message_id))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<AmazonEnvelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:noNamespaceSchemaLocation="amzn-envelope.xsd">\n'
        f"<Header><DocumentVersion>1.02</DocumentVersion><MerchantIdentifier>{escape(seller_id)}</MerchantIdentifier>"
        "</Header>\n<MessageType>ProcessingReport</MessageType>\n<Message><MessageID>1</MessageID>\n<ProcessingReport>"
        f"<DocumentTransactionID>{feed_id}</DocumentTransactionID><StatusCode>Complete</StatusCode>\n"
        f"<ProcessingSummary><MessagesProcessed>{messages}</MessagesProcessed>"
        f"<MessagesSuccessful>{messages - failed}</MessagesSuccessful>"
        f"<MessagesWithError>{len(refusals)}</MessagesWithError><MessagesWithWarning>0</MessagesWithWarning>"
        f"</ProcessingSummary>\n{results}</ProcessingReport></Message>\n</AmazonEnvelope>\n"
    )


def _result(refusal: Refusal) -> str:
    order = f"<AdditionalInfo><AmazonOrderID>{escape(refusal.order_id)}</AmazonOrderID></AdditionalInfo>"
    return (
        f"<Result><MessageID>{refusal.message_id}</MessageID><ResultCode>Error</ResultCode>"
        f"<ResultMessageCode>{escape(refusal.code)}</ResultMessageCode>"
        f"<ResultDescription>{escape(refusal.description)}</ResultDescription>"
        f"{order if refusal.order_id else ''}</Result>\n"
    )
