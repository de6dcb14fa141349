"""A running simulator of Amazon, a seller's client, and the hands of everybody else."""

import gzip
import json
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
import jsonschema

from retour.sandbox.amazon import CLIENT_ID, CLIENT_SECRET, EU_SELLER, EU_TOKEN, AmazonSimulator
from retour.sandbox.app import Running

SPECS = Path(__file__).parents[3].parent / "shared" / "specs"
NL, DE, US, JP = "A1805IZSGTT6HS", "A1PA6795UKMFR9", "ATVPDKIKX0DER", "A1VC38T7YXB528"
XML = "GET_XML_RETURNS_DATA_BY_RETURN_DATE"
FLAT = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"
FBA = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
ADJUSTMENT = "POST_PAYMENT_ADJUSTMENT_DATA"
REPORTS, FEEDS = "/reports/2021-06-30", "/feeds/2021-06-30"
CONTENT_TYPE = "text/xml; charset=UTF-8"


@dataclass
class Got:
    status: int
    headers: Any
    raw: bytes

    @property
    def text(self) -> str:
        return self.raw.decode()

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def error(self) -> tuple[int, str]:
        return self.status, self.body["errors"][0]["code"]


class World:
    def __init__(self, running: Running, session: aiohttp.ClientSession) -> None:
        self.running = running
        self.session = session
        self.token = ""

    @property
    def simulator(self) -> AmazonSimulator:
        return cast(AmazonSimulator, self.running.simulator)

    async def call(self, method: str, path: str, **options: Any) -> Got:
        url = path if path.startswith("http") else self.running.url + path
        async with self.session.request(method, url, **options) as answer:
            return Got(answer.status, answer.headers, await answer.read())

    async def sign_in(self, refresh_token: str = EU_TOKEN, **changes: str) -> Got:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        } | changes
        got = await self.call("POST", "/auth/o2/token", data=form)
        if got.status == 200:
            self.token = got.body["access_token"]
        return got

    async def api(self, method: str, path: str, body: Any = None, **options: Any) -> Got:
        headers = {"x-amz-access-token": self.token, "User-Agent": "Tests/1.0 (Language=Python/3.11; Platform=Linux)"}
        headers |= options.pop("headers", {})
        if body is not None:
            options["json"] = body
        return await self.call(method, path, headers=headers, **options)

    async def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        got = await self.call(method, f"/_sandbox/{path}", json=body or {})
        assert got.status < 300, got.text
        return got.body if got.raw else None

    async def switch(self, **switches: Any) -> None:
        await self.control("switches", switches, "PATCH")

    async def wait(self, seconds: float) -> None:
        await self.control("clock", {"seconds": seconds})

    async def open(self, *items: dict[str, Any], **fields: Any) -> Any:
        """A customer's return."""
        return await self.control("returns", {"items": list(items) or [{}], **fields})

    async def journal(self, kind: str = "refund") -> list[dict[str, Any]]:
        entries = await self.control("journal", method="GET")
        return [entry for entry in entries if entry["kind"] == kind]

    async def ask(self, report_type: str = XML, *marketplaces: str, days: float = 3, **fields: Any) -> Got:
        now = self.simulator.clock.now()
        times = {"dataStartTime": (now - timedelta(days=days)).isoformat(), "dataEndTime": now.isoformat()}
        body = {"reportType": report_type, "marketplaceIds": list(marketplaces or (NL,)), **times, **fields}
        return await self.api("POST", f"{REPORTS}/reports", body)

    async def job(self, report_id: str) -> Any:
        return (await self.api("GET", f"{REPORTS}/reports/{report_id}")).body

    async def report(self, report_type: str = XML, *marketplaces: str, days: float = 3) -> Got | None:
        """Asks, waits and downloads, unpacked; None when it was CANCELLED."""
        asked = await self.ask(report_type, *marketplaces, days=days)
        assert asked.status == 202, asked.text
        await self.wait(10)
        job = await self.job(asked.body["reportId"])
        if job["processingStatus"] == "CANCELLED":
            return None
        assert job["processingStatus"] == "DONE"
        return await self.fetch(f"{REPORTS}/documents/{job['reportDocumentId']}")

    async def fetch(self, path: str) -> Got:
        document = (await self.api("GET", path)).body
        got = await self.call("GET", document["url"])
        if "compressionAlgorithm" in document:
            got.raw = gzip.decompress(got.raw)
        return got

    async def rows(self, *marketplaces: str) -> list[ET.Element]:
        got = await self.report(XML, *marketplaces)
        return ET.fromstring(got.raw).findall("Message/return_details") if got else []

    async def lines(self, report_type: str = FLAT, encoding: str = "cp1252") -> list[dict[str, str]]:
        got = await self.report(report_type)
        head, *lines = got.raw.decode(encoding).splitlines() if got else [""]
        return [dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines]

    async def upload(self, document: str) -> str:
        """The id of an uploaded document."""
        place = (await self.api("POST", f"{FEEDS}/documents", {"contentType": CONTENT_TYPE})).body
        put = await self.call("PUT", place["url"], data=document.encode(), headers={"Content-Type": CONTENT_TYPE})
        assert put.status == 200, put.text
        return str(place["feedDocumentId"])

    async def submit(self, document: str, *marketplaces: str) -> str:
        body = {
            "feedType": ADJUSTMENT,
            "marketplaceIds": list(marketplaces or (NL,)),
            "inputFeedDocumentId": await self.upload(document),
        }
        got = await self.api("POST", f"{FEEDS}/feeds", body)
        assert got.status == 202, got.text
        return str(got.body["feedId"])

    async def feed(self, document: str, *marketplaces: str) -> dict[int, str]:
        """Submits, waits, and gives the code of each message that failed."""
        feed_id = await self.submit(document, *marketplaces)
        await self.wait(10)
        return await self.result(feed_id)

    async def result(self, feed_id: str) -> dict[int, str]:
        job = (await self.api("GET", f"{FEEDS}/feeds/{feed_id}")).body
        assert job["processingStatus"] in ("DONE", "FATAL"), job
        root = ET.fromstring((await self.fetch(f"{FEEDS}/documents/{job['resultFeedDocumentId']}")).raw)
        assert root.findtext("Message/ProcessingReport/DocumentTransactionID") == feed_id
        results = root.findall("Message/ProcessingReport/Result")
        return {int(one.findtext("MessageID") or ""): one.findtext("ResultMessageCode") or "" for one in results}


def message(made: dict[str, Any], amount: str = "14.95", number: int = 1, **fields: Any) -> str:
    """One refund of the first line of a made return or order."""
    [line, *_] = made.get("lines") or made["items"]
    kind, currency = fields.get("kind", "Principal"), fields.get("currency", "EUR")
    quantity = f"<Quantity>{fields['quantity']}</Quantity>" if "quantity" in fields else ""
    return (
        f"<Message><MessageID>{number}</MessageID><OrderAdjustment>"
        f"<AmazonOrderID>{made['order_id']}</AmazonOrderID><ActionType>{fields.get('action', 'Refund')}</ActionType>"
        f"<AdjustedItem><AmazonOrderItemCode>{line['order_item_id']}</AmazonOrderItemCode>"
        f"<MerchantAdjustmentItemID>HUB-{number}</MerchantAdjustmentItemID>"
        f"<AdjustmentReason>{fields.get('reason', 'CustomerReturn')}</AdjustmentReason><ItemPriceAdjustments>"
        f'<Component><Type>{kind}</Type><Amount currency="{currency}">{amount}</Amount></Component>'
        f"{fields.get('more', '')}</ItemPriceAdjustments>{quantity}</AdjustedItem></OrderAdjustment></Message>"
    )


def component(kind: str, amount: str) -> str:
    return f'<Component><Type>{kind}</Type><Amount currency="EUR">{amount}</Amount></Component>'


def envelope(*messages: str, merchant: str = EU_SELLER) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><AmazonEnvelope>'
        f"<Header><DocumentVersion>1.01</DocumentVersion><MerchantIdentifier>{merchant}</MerchantIdentifier></Header>"
        f"<MessageType>OrderAdjustment</MessageType>{''.join(messages)}</AmazonEnvelope>"
    )


def complaints(body: Any, model: str, schema: str) -> list[str]:
    """What the official specification says against an answer, and the names in it that it does not declare."""
    definitions = json.loads((SPECS / f"amazon-{model}.json").read_text())["definitions"]
    validator = jsonschema.Draft4Validator({"$ref": f"#/definitions/{schema}", "definitions": definitions})
    wrong = [error.message for error in validator.iter_errors(body)]
    return wrong + sorted(_names(body) - _declared(definitions, schema, set()))


def _names(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_names(part) for part in value))
    if isinstance(value, dict):
        return set(value).union(*(_names(part) for part in value.values()))
    return set()


def _declared(definitions: dict[str, Any], schema: str, seen: set[str]) -> set[str]:
    if schema in seen:
        return set()
    seen.add(schema)
    definition = definitions[schema]
    names = set(definition.get("properties", {}))
    parts = [*definition.get("properties", {}).values(), definition]
    for part in parts:
        reference = part.get("$ref") or part.get("items", {}).get("$ref")
        if reference:
            names |= _declared(definitions, reference.rpartition("/")[2], seen)
    return names
