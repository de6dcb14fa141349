"""Reports: the machine and the storage (contract 3)."""

import gzip
import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.amazon.world import DE, FLAT, NL, REPORTS, XML, World


class TestMachine:
    async def test_queued_in_progress_done(self, world: World) -> None:
        await world.open()
        report_id = (await world.ask()).body["reportId"]
        seen = []
        for _ in range(3):
            job = await world.job(report_id)
            seen.append(job["processingStatus"])
            await world.wait(2)
        assert seen == ["IN_QUEUE", "IN_PROGRESS", "IN_PROGRESS"]
        job = await world.job(report_id)
        assert job["processingStatus"] == "DONE"
        assert job["processingStartTime"] < job["processingEndTime"]
        assert job["marketplaceIds"] == [NL]

    async def test_no_rows_is_cancelled(self, world: World) -> None:
        assert await world.report() is None
        await world.open(marketplace_id=DE)
        assert await world.report(XML, NL) is None
        assert await world.report(XML, DE) is not None

    async def test_asking_the_same_too_soon_is_cancelled(self, world: World) -> None:
        await world.open()
        await world.switch(limits=True)
        assert await world.report() is not None
        assert await world.report() is None
        await world.open(marketplace_id=DE)
        assert await world.report(XML, DE) is not None  # another marketplace is another report
        await world.wait(300)
        assert await world.report() is not None

    async def test_only_a_queued_report_can_be_cancelled(self, world: World) -> None:
        await world.open()
        report_id = (await world.ask()).body["reportId"]
        assert (await world.api("DELETE", f"{REPORTS}/reports/{report_id}")).status == 200
        await world.wait(10)
        assert (await world.job(report_id))["processingStatus"] == "CANCELLED"
        assert (await world.api("DELETE", f"{REPORTS}/reports/{report_id}")).status == 400

    @pytest.mark.parametrize(
        ("plan", "status", "document"),
        [
            ({"outcome": "FATAL"}, "FATAL", True),
            ({"outcome": "FATAL_WITHOUT_DOCUMENT"}, "FATAL", False),
            ({"outcome": "CANCELLED"}, "CANCELLED", False),
            ({"outcome": "STUCK"}, "IN_PROGRESS", False),
            ({"delay": 3600}, "IN_PROGRESS", False),
        ],
    )
    async def test_planned_ends(self, world: World, plan: dict[str, Any], status: str, document: bool) -> None:
        await world.open()
        await world.control("jobs/next", {"kind": "report"} | plan)
        report_id = (await world.ask()).body["reportId"]
        await world.wait(10)
        job = await world.job(report_id)
        assert (job["processingStatus"], "reportDocumentId" in job) == (status, document)
        assert await world.report() is not None  # only the next one was planned

    @pytest.mark.parametrize(
        "fields",
        [
            {"reportType": "GET_SOMETHING_ELSE"},
            {"marketplaceIds": []},
            {"marketplaceIds": [NL] * 26},
            {"dataStartTime": "yesterday"},
            {"dataStartTime": "2026-01-01T00:00:00"},
            {"dataEndTime": "2020-01-01T00:00:00Z"},
            {"dataEndTime": "2100-01-01T00:00:00Z"},
            {"reportOptions": {"a": 1}},
        ],
    )
    async def test_bad_requests(self, world: World, fields: dict[str, Any]) -> None:
        assert (await world.ask(**fields)).error == (400, "InvalidInput")

    async def test_sixty_days_at_most(self, world: World) -> None:
        assert (await world.ask(days=60)).status == 202
        assert (await world.ask(days=60.1)).status == 400
        await world.switch(too_long_range="FATAL")
        report_id = (await world.ask(days=60.1)).body["reportId"]
        await world.wait(10)
        assert (await world.job(report_id))["processingStatus"] == "FATAL"

    async def test_the_list_and_its_token(self, world: World) -> None:
        await world.open()
        ids = [(await world.ask()).body["reportId"] for _ in range(3)]
        await world.wait(10)
        query = {"reportTypes": XML, "pageSize": "2", "processingStatuses": "DONE,FATAL", "marketplaceIds": NL}
        first = (await world.api("GET", f"{REPORTS}/reports", params=query)).body
        token = {"nextToken": first["nextToken"]}
        second = (await world.api("GET", f"{REPORTS}/reports", params=token)).body
        assert [job["reportId"] for page in (first, second) for job in page["reports"]] == ids[::-1]
        assert "nextToken" not in second
        for bad in ({**token, "pageSize": "2"}, {"nextToken": "x"}, {}, {"reportTypes": XML, "pageSize": "101"}):
            assert (await world.api("GET", f"{REPORTS}/reports", params=bad)).status == 400

    async def test_reports_are_kept_ninety_days(self, world: World) -> None:
        report_id = (await world.ask()).body["reportId"]
        await world.wait(timedelta(days=91).total_seconds())
        await world.sign_in()
        assert (await world.api("GET", f"{REPORTS}/reports/{report_id}")).status == 404
        assert (await world.api("GET", f"{REPORTS}/reports", params={"reportTypes": XML})).body == {"reports": []}


class TestStorage:
    async def document(self, world: World, query: str = "") -> Any:
        await world.open({"title": "Nørre"})
        report_id = (await world.ask(FLAT)).body["reportId"]
        await world.wait(10)
        document_id = (await world.job(report_id))["reportDocumentId"]
        return (await world.api("GET", f"{REPORTS}/documents/{document_id}{query}")).body

    async def test_gzip_and_the_charset_of_the_marketplace(self, world: World) -> None:
        document = await self.document(world)
        assert document["compressionAlgorithm"] == "GZIP"
        got = await world.call("GET", document["url"])
        assert got.headers["Content-Type"] == "text/plain; charset=windows-1252"
        assert "Content-Encoding" not in got.headers
        assert "Nørre".encode("cp1252") in gzip.decompress(got.raw)

    async def test_the_http_client_can_be_told_to_unpack(self, world: World) -> None:
        document = await self.document(world, "?enableContentEncodingUrlHeader=true")
        assert document["compressionAlgorithm"] == "GZIP"
        got = await world.call("GET", document["url"])
        assert got.headers["Content-Encoding"] == "gzip"
        assert b"Order ID" in gzip.decompress(got.raw)

    async def test_plain(self, world: World) -> None:
        await world.switch(gzip=False, header_charset=False)
        document = await self.document(world)
        assert "compressionAlgorithm" not in document
        got = await world.call("GET", document["url"])
        assert got.headers["Content-Type"] == "text/plain"
        assert got.raw.startswith(b"Order ID\t")

    async def test_an_address_lapses_and_can_be_asked_anew(self, world: World) -> None:
        document = await self.document(world)
        await world.wait(299)
        assert (await world.call("GET", document["url"])).status == 200
        await world.wait(2)
        got = await world.call("GET", document["url"])
        assert got.status == 403
        assert ET.fromstring(got.raw).findtext("Code") == "AccessDenied"
        again = (await world.api("GET", f"{REPORTS}/documents/{document['reportDocumentId']}")).body
        assert (await world.call("GET", again["url"])).status == 200

    async def test_tokens_and_other_methods_are_refused(self, world: World) -> None:
        url = (await self.document(world))["url"]
        for name in ("x-amz-access-token", "Authorization"):
            assert (await world.call("GET", url, headers={name: world.token})).status == 400
        assert (await world.call("PUT", url, data=b"x")).status == 403
        assert (await world.call("GET", url.replace("Expires=300", "Expires=999"))).status == 403
        assert (await world.call("GET", url.partition("?")[0])).status == 403

    async def test_another_sellers_document(self, world: World) -> None:
        document = await self.document(world)
        await world.sign_in("Atzr|sandbox-us")
        got = await world.api("GET", f"{REPORTS}/documents/{document['reportDocumentId']}")
        assert got.error == (404, "NotFound")
