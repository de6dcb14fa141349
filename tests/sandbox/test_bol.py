"""The simulator of bol keeps the traps of its contract page (sections named in each class)."""

import asyncio
import base64
import http.client
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import pytest

from retour.sandbox.app import start
from retour.sandbox.bol import SANDBOX
from tests.sandbox.hands import Got, Hands

SPECS = Path(__file__).parents[2].parent / "shared" / "specs"
MEDIA_TYPE = "application/vnd.retailer.v10+json"
OPEN_FBR = {"handled": "false", "fulfilment-method": "FBR"}
HANDLED_FBR = {"handled": "true", "fulfilment-method": "FBR"}


class World(Hands[Got]):
    """A running simulator, the seller's client and the hands of everybody else."""

    got = Got
    token = ""

    async def sign_in(self, client_id: str = "sandbox-client", secret: str = "sandbox-secret") -> Got:
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        got = await self.call(
            "POST", "/token", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"}
        )
        if got.status == 200:
            self.token = got.body["access_token"]
        return got

    async def api(self, method: str, path: str, body: Any = None, **options: Any) -> Got:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": MEDIA_TYPE} | options.pop("headers", {})
        if body is not None:
            headers.setdefault("Content-Type", MEDIA_TYPE)
            options["data"] = json.dumps(body)
        return await self.call(method, path, headers=headers, **options)

    async def put(self, rma_id: str, handling: str = "RETURN_RECEIVED", quantity: int = 1) -> str:
        """Reports a decision, lets the process run, and gives its status and error message."""
        body = {"handlingResult": handling, "quantityReturned": quantity}
        got = await self.api("PUT", f"/retailer/returns/{rma_id}", body)
        assert got.status == 202, got.text
        await self.wait(1)
        status = (await self.api("GET", f"/shared/process-status/{got.body['processStatusId']}")).body
        return f"{status['status']} {status.get('errorMessage', '')}".strip()

    async def announce(self, *items: dict[str, Any], **fields: Any) -> Any:
        return await self.control("returns", {"items": list(items) or [{}], **fields})

    async def rma(self, **item: Any) -> str:
        return str((await self.announce(item))["items"][0]["rma_id"])

    async def journal(self, kind: str) -> list[dict[str, Any]]:
        return await self.entries(kind)

    async def item(self, rma_id: str) -> Any:
        entries = (await self.call("GET", "/_sandbox/returns")).body
        return next(entry for entry in entries if entry["rma_id"] == rma_id)

    async def listed(self, **query: str) -> list[str]:
        """The rma ids of one page."""
        got = await self.api("GET", "/retailer/returns", params=query)
        return [item["rmaId"] for row in got.body.get("returns", []) for item in row["returnItems"]]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    running = await start(SANDBOX.create(0))
    async with aiohttp.ClientSession() as session:
        world = World(running, session)
        await world.sign_in()
        await world.switch(limits=False)
        yield world
    await running.stop()


class TestTokens:
    """1.1"""

    async def test_says_how_long_it_lives_and_counts_its_calls(self, world: World) -> None:
        await world.switch(token_lifetime=299)
        got = await world.sign_in()
        assert got.body.keys() == {"access_token", "token_type", "expires_in", "scope"}
        assert got.body["expires_in"] == 299
        assert got.body["access_token"].count(".") == 2
        assert "x-ratelimit-limit" not in got.headers
        assert (await world.call("GET", "/_sandbox/calls")).body["POST /token"] == 2

    @pytest.mark.parametrize(("client_id", "secret"), [("sandbox-client", "wrong"), ("nobody", "sandbox-secret")])
    async def test_wrong_credentials(self, world: World, client_id: str, secret: str) -> None:
        got = await world.sign_in(client_id, secret)
        assert (got.status, got.body) == (401, {"error": "invalid_client"})

    async def test_grant_type_in_the_query_string_does_not_count(self, world: World) -> None:
        got = await world.call("POST", "/token?grant_type=client_credentials")
        assert got.status == 400

    async def test_expired_garbage_and_missing_tokens_are_told_apart(self, world: World) -> None:
        await world.wait(600)
        expired = await world.api("GET", "/retailer/returns")
        garbage = await world.api("GET", "/retailer/returns", headers={"Authorization": "Bearer garbage"})
        missing = await world.api("GET", "/retailer/returns", headers={"Authorization": ""})
        assert [got.status for got in (expired, garbage, missing)] == [401, 401, 401]
        assert expired.body["title"] == "Expired JWT"
        assert expired.body["detail"].startswith("JWT expired at ")
        assert garbage.body["title"] == "Malformed JWT"
        assert "type" not in expired.body

    async def test_inactive_account(self, world: World) -> None:
        await world.switch(account_active=False)
        got = await world.api("GET", "/retailer/returns")
        assert (got.status, got.body["title"]) == (403, "Forbidden")
        assert got.body["detail"].startswith("Account is not active, access denied")

    async def test_accounts_see_only_their_own(self, world: World) -> None:
        rma_id = await world.rma()
        await world.control("accounts", {"client_id": "other", "client_secret": "hush"})
        await world.sign_in("other", "hush")
        assert await world.listed(**OPEN_FBR) == []
        assert (await world.put(rma_id)).startswith("FAILURE")


class TestRequests:
    """1.2 to 1.4"""

    @pytest.mark.parametrize("accept", ["*/*", "application/json", "application/vnd.retailer.v9+json"])
    async def test_accept_must_be_the_vendor_type(self, world: World, accept: str) -> None:
        got = await world.api("GET", "/retailer/returns", headers={"Accept": accept})
        assert got.status == 400
        assert got.headers["Content-Type"] == f"{MEDIA_TYPE};charset=UTF-8"
        await world.switch(media_type_status=406)
        assert (await world.api("GET", "/retailer/returns", headers={"Accept": accept})).status == 406

    async def test_a_body_must_be_the_vendor_type_but_for_a_new_return(self, world: World) -> None:
        plain = {"Content-Type": "application/json"}
        body = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 1}
        assert (await world.api("PUT", "/retailer/returns/1", body, headers=plain)).status == 400
        body = body | {"orderItemId": 2000000001}  # a number, as on the demo page
        assert (await world.api("POST", "/retailer/returns", body, headers=plain)).status == 202
        assert (await world.api("POST", "/retailer/returns", body)).status == 202

    async def test_bad_handling_result(self, world: World) -> None:
        got = await world.api("PUT", "/retailer/returns/7", {"handlingResult": "FOO", "quantityReturned": 1})
        assert got.status == 400
        assert got.body["violations"] == [
            {
                "name": "handlingResult",
                "reason": "Request contains invalid value(s): 'FOO', allowed values: RETURN_RECEIVED, "
                "EXCHANGE_PRODUCT, RETURN_DOES_NOT_MEET_CONDITIONS, REPAIR_PRODUCT, CUSTOMER_KEEPS_PRODUCT_PAID, "
                "STILL_APPROVED.",
            }
        ]
        assert got.body["instance"].endswith("/retailer/returns/7")
        valid(got, "retailer", "Problem")

    async def test_missing_handling_result_is_two_violations(self, world: World) -> None:
        got = await world.api("PUT", "/retailer/returns/7", {"quantityReturned": 1})
        assert [violation["name"] for violation in got.body["violations"]] == ["handlingResult"] * 2
        assert "invalid value(s): ''" in got.body["violations"][0]["reason"]

    @pytest.mark.parametrize("quantity", [0, 10000, -1, "1", True, 1.5, None])
    async def test_bad_quantity(self, world: World, quantity: object) -> None:
        body = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": quantity}
        got = await world.api("PUT", "/retailer/returns/7", body)
        assert (got.status, got.body["violations"][0]["name"]) == (400, "quantityReturned")
        assert await world.journal("put") == []

    async def test_not_json_and_not_a_number_in_the_path(self, world: World) -> None:
        headers = {"Content-Type": MEDIA_TYPE}
        assert (await world.api("PUT", "/retailer/returns/7", headers=headers, data="{")).status == 400
        body = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 1}
        assert (await world.api("PUT", "/retailer/returns/x7", body)).status == 400

    @pytest.mark.parametrize(("name", "value"), [("fulfilment-method", "FBX"), ("page", "0"), ("handled", "maybe")])
    async def test_bad_query(self, world: World, name: str, value: str) -> None:
        got = await world.api("GET", "/retailer/returns", params={name: value})
        assert (got.status, got.body["violations"][0]["name"]) == (400, name)
        if name == "fulfilment-method":
            reason = "Request contains invalid value(s): 'FBX', allowed values: FBR, FBB."
            assert got.body["violations"][0]["reason"] == reason

    async def test_unknown_return(self, world: World) -> None:
        got = await world.api("GET", "/retailer/returns/99")
        assert (got.status, got.body["title"]) == (404, "Not Found")
        assert got.body["detail"] == "Return for return id 99 not found."
        assert "violations" not in got.body

    async def test_limits(self, world: World) -> None:
        await world.switch(limits=True)
        for _ in range(20):
            got = await world.api("GET", "/retailer/returns")
        assert (got.status, got.headers["x-ratelimit-limit"], got.headers["x-ratelimit-remaining"]) == (200, "20", "0")
        body = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 1}
        got = await world.api("PUT", "/retailer/returns/7", body)
        assert (got.status, got.body["title"]) == (429, "Too Many Requests")
        seconds = int(got.headers["Retry-After"])
        assert 50 < seconds <= 60
        assert got.headers["x-ratelimit-reset"] == str(seconds)
        assert got.body["detail"] == f"Too many requests, retry in {seconds} seconds."
        assert (await world.api("GET", "/retailer/orders/C000TEST01")).status == 200
        await world.switch(retry_after=False)
        got = await world.api("GET", "/retailer/returns")
        assert got.status == 429
        assert "Retry-After" not in got.headers
        await world.wait(60)
        assert (await world.api("GET", "/retailer/returns")).status == 200
        assert await world.journal("put") == []

    async def test_process_status_has_its_own_narrow_limit(self, world: World) -> None:
        await world.switch(limits=True)
        statuses = [(await world.api("GET", "/shared/process-status/x")).status for _ in range(3)]
        assert statuses == [404, 404, 429]


class TestLists:
    """2 and 3.1"""

    async def test_empty_and_past_the_end_is_an_empty_object(self, world: World) -> None:
        assert (await world.api("GET", "/retailer/returns", params=OPEN_FBR)).body == {}
        await world.rma()
        got = await world.api("GET", "/retailer/returns", params=OPEN_FBR | {"page": "2"})
        assert (got.status, got.body) == (200, {})

    async def test_fifty_a_page_open_oldest_first_handled_newest_first(self, world: World) -> None:
        await world.control("bulk", {"count": 120, "seed": 3})
        pages = [await world.api("GET", "/retailer/returns", params=OPEN_FBR | {"page": str(n)}) for n in (1, 2, 3, 4)]
        rows = [row for page in pages for row in page.body.get("returns", [])]
        assert [len(page.body.get("returns", [])) for page in pages] == [50, 50, 20, 0]
        times = [row["registrationDateTime"] for row in rows]
        assert times == sorted(times)
        assert len({row["returnId"] for row in rows}) == 120
        for row in (rows[5], rows[60], rows[100]):
            for item in row["returnItems"]:
                await world.control(f"returns/{item['rmaId']}/dashboard", {"handling": "RETURN_RECEIVED"})
        got = await world.api("GET", "/retailer/returns", params=HANDLED_FBR)
        assert [row["returnId"] for row in got.body["returns"]] == [rows[n]["returnId"] for n in (100, 60, 5)]

    async def test_the_filter_works_per_item(self, world: World) -> None:
        made = await world.announce({"order_id": "C000ABC111"}, {"order_id": "C000ABC222"})
        first, second = (item["rma_id"] for item in made["items"])
        await world.put(first)
        assert await world.listed(**OPEN_FBR) == [second]
        assert await world.listed(**HANDLED_FBR) == [first]
        both = (await world.api("GET", f"/retailer/returns/{made['return_id']}")).body["returnItems"]
        assert [(item["rmaId"], item["handled"]) for item in both] == [(first, True), (second, False)]
        assert [item["orderId"] for item in both] == ["C000ABC111", "C000ABC222"]

    async def test_what_is_absent_is_left_out(self, world: World) -> None:
        await world.announce({}, {"detailed_reason": "Te klein", "comments": "Past niet"})
        (row,) = (await world.api("GET", "/retailer/returns", params=OPEN_FBR)).body["returns"]
        bare, full = row["returnItems"]
        assert bare["returnReason"] == {"mainReason": "Verkeerd besteld"}
        assert full["returnReason"] | {"mainReason": ""} == {
            "mainReason": "",
            "detailedReason": "Te klein",
            "customerComments": "Past niet",
        }
        assert "processingResults" not in bare
        assert not {"title", "customerDetails", "trackAndTrace"} & bare.keys()
        await world.switch(omit_absent=False)
        (row,) = (await world.api("GET", "/retailer/returns", params=OPEN_FBR)).body["returns"]
        assert row["returnItems"][0]["processingResults"] == []

    async def test_marketplace_returns_are_listed_apart(self, world: World) -> None:
        made = await world.announce(fulfilment_method="FBB")
        assert await world.listed(handled="false") == []
        await world.switch(default_fulfilment_method="FBB")
        assert await world.listed(handled="false") == [made["items"][0]["rma_id"]]

    async def test_order_has_what_a_return_lacks(self, world: World) -> None:
        await world.announce(
            {"order_id": "C000ABC333", "ean": "0000000000017", "sku": "MUG-BLUE", "quantity": 2, "unit_price": "9.95"},
            customer={"firstName": "Ada", "surname": "Test"},
        )
        order = (await world.api("GET", "/retailer/orders/C000ABC333")).body
        (item,) = order["orderItems"]
        assert (item["product"]["ean"], item["offer"]["reference"]) == ("0000000000017", "MUG-BLUE")
        assert (item["quantity"], item["unitPrice"], item["totalPrice"]) == (2, 9.95, 19.9)
        assert order["billingDetails"]["firstName"] == order["shipmentDetails"]["firstName"] == "Ada"
        await world.control("orders/C000ABC333", method="DELETE")
        assert (await world.api("GET", "/retailer/orders/C000ABC333")).status == 404

    async def test_times_are_amsterdam_times(self, world: World) -> None:
        for at in ("2026-03-02T09:15:30Z", "2026-07-02T09:15:30.5Z", "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"):
            await world.announce(registered_at=at)
        rows = (await world.api("GET", "/retailer/returns", params=OPEN_FBR)).body["returns"]
        assert [row["registrationDateTime"] for row in rows] == [
            "2026-03-02T10:15:30+01:00",
            "2026-03-29T03:00:00+02:00",
            "2026-07-02T11:15:30.500+02:00",
            "2026-10-25T02:00:00+01:00",
        ]


class TestOddities:
    """7 and 8"""

    async def test_rows_repeat_over_pages_and_none_is_lost(self, world: World) -> None:
        await world.switch(repeat_rows_over_pages=True)
        await world.control("bulk", {"count": 75})
        pages = [await world.listed(**OPEN_FBR, page=str(n)) for n in (1, 2)]
        assert pages[0][-1] in pages[1]
        assert len({*pages[0], *pages[1]}) == len((await world.call("GET", "/_sandbox/returns")).body)

    async def test_pages_shift_while_being_walked(self, world: World) -> None:
        await world.control("bulk", {"count": 60})
        before = await world.listed(**OPEN_FBR)
        await world.switch(handled_between_pages=1)
        assert await world.listed(**OPEN_FBR) == before
        assert (await world.item(before[0]))["handled"]
        assert before[1] == (await world.listed(**OPEN_FBR))[0]
        assert (await world.journal("settled"))[0]["detail"]["source"] == "dashboard"

    async def test_garbled_rows(self, world: World) -> None:
        first, second, third, fine = [await world.rma() for _ in range(4)]
        garbled = {first: "no_rma_id", second: "wrong_type", third: "not_an_object"}
        await world.switch(garbled_rows=garbled)
        rows = (await world.api("GET", "/retailer/returns", params=OPEN_FBR)).body["returns"]
        items = [row["returnItems"][0] for row in rows]
        assert "rmaId" not in items[0]
        assert (items[1]["expectedQuantity"], items[2]) == ("twee", "?")
        assert items[3]["rmaId"] == fine

    async def test_unknown_values(self, world: World) -> None:
        made = await world.announce()
        await world.switch(unknown_values=True)
        (item,) = (await world.api("GET", f"/retailer/returns/{made['return_id']}")).body["returnItems"]
        assert item["processingResults"][0]["handlingResult"] == "HANDED_TO_CHARITY"
        assert item["customerDetails"]["salutation"] == "MX"

    async def test_a_connection_reset_after_the_put_was_applied(self, world: World) -> None:
        rma_id = await world.rma()
        await world.control("faults", {"kind": "drop_after", "match": "PUT /retailer"})
        with pytest.raises(ConnectionError):
            await asyncio.to_thread(self.put_once, world, rma_id)
        await world.wait(1)
        assert len(await world.journal("put")) == len(await world.journal("refund")) == 1

    @staticmethod
    def put_once(world: World, rma_id: str) -> None:
        """Without aiohttp's client: it sends a PUT again by itself when its answer is lost."""
        connection = http.client.HTTPConnection(world.running.url.removeprefix("http://"))
        headers = {"Authorization": f"Bearer {world.token}", "Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
        body = '{"handlingResult": "RETURN_RECEIVED", "quantityReturned": 1}'
        connection.request("PUT", f"/retailer/returns/{rma_id}", body, headers)
        try:
            connection.getresponse()
        finally:
            connection.close()


class TestHandling:
    """3.3, 4"""

    async def test_a_refund_happens_when_the_process_runs(self, world: World) -> None:
        rma_id = await world.rma(quantity=2, unit_price="12.95")
        body = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 2}
        got = await world.api("PUT", f"/retailer/returns/{rma_id}", body)
        assert (got.status, got.body["status"], got.body["entityId"]) == (202, "PENDING", rma_id)
        assert got.body["eventType"] == "HANDLE_RETURN_ITEM"
        assert await world.journal("refund") == []
        await world.wait(1)
        (refund,) = await world.journal("refund")
        assert (refund["ref"], refund["quantity"], refund["detail"]["amount"]) == (rma_id, 2, "25.90")
        (put,) = await world.journal("put")
        assert put["detail"]["process_status_id"] == got.body["processStatusId"]
        assert put["detail"]["handling"] == "RETURN_RECEIVED"
        (item,) = (await world.api("GET", "/retailer/returns", params=HANDLED_FBR)).body["returns"][0]["returnItems"]
        (entry,) = item["processingResults"]
        assert (entry["quantity"], entry["processingResult"], entry["handlingResult"]) == (
            2,
            "ACCEPTED",
            "RETURN_RECEIVED",
        )

    async def test_a_double_send_refunds_twice_and_is_seen(self, world: World) -> None:
        rma_id = await world.rma()
        assert await world.put(rma_id) == "SUCCESS"
        assert await world.put(rma_id) == "SUCCESS"
        assert len(await world.journal("refund")) == 2
        await world.switch(repeated_refund_fails=True)
        assert (await world.put(rma_id)).startswith("FAILURE")
        assert len(await world.journal("refund")) == 2
        assert len(await world.journal("put")) == 3

    @pytest.mark.parametrize(
        ("handling", "result"),
        [
            ("EXCHANGE_PRODUCT", "ACCEPTED"),
            ("REPAIR_PRODUCT", "ACCEPTED"),
            ("RETURN_DOES_NOT_MEET_CONDITIONS", "REJECTED"),
            ("CUSTOMER_KEEPS_PRODUCT_PAID", "CANCELLED"),
        ],
    )
    async def test_the_others_refund_nobody(self, world: World, handling: str, result: str) -> None:
        rma_id = await world.rma()
        assert await world.put(rma_id, handling) == "SUCCESS"
        (settled,) = await world.journal("settled")
        assert (settled["detail"]["handling"], settled["detail"]["result"]) == (handling, result)
        assert await world.journal("refund") == []

    async def test_what_is_impossible_is_found_only_when_the_process_runs(self, world: World) -> None:
        rma_id = await world.rma()
        warehouse = (await world.announce(fulfilment_method="FBB"))["items"][0]["rma_id"]
        for unknown in ("41000001", "1"):  # a return id is not an rma id
            assert (await world.put(unknown)).endswith("not found.")
        assert "fulfilled by bol" in await world.put(warehouse)
        assert "exceeds the expected quantity" in await world.put(rma_id, quantity=2)
        assert (await world.put(rma_id, "STILL_APPROVED")).startswith("FAILURE")
        assert await world.journal("refund") == []
        await world.switch(fbb_put_fails=False, over_quantity_fails=False)
        assert await world.put(warehouse) == await world.put(rma_id, quantity=2) == "SUCCESS"

    async def test_still_approved_comes_after_a_refusal_and_once(self, world: World) -> None:
        rma_id = await world.rma()
        assert await world.put(rma_id, "RETURN_DOES_NOT_MEET_CONDITIONS") == "SUCCESS"
        assert await world.put(rma_id, "RETURN_DOES_NOT_MEET_CONDITIONS") == "SUCCESS"
        assert len((await world.item(rma_id))["history"]) == 1
        assert (await world.put(rma_id, "REPAIR_PRODUCT")).startswith("FAILURE")
        assert await world.put(rma_id, "STILL_APPROVED") == "SUCCESS"
        assert (await world.put(rma_id, "STILL_APPROVED")).startswith("FAILURE")
        assert (await world.put(rma_id, "RETURN_DOES_NOT_MEET_CONDITIONS")).startswith("FAILURE")
        assert len(await world.journal("refund")) == 1

    async def test_still_approved_within_ninety_days(self, world: World) -> None:
        rma_id = await world.rma()
        await world.put(rma_id, "RETURN_DOES_NOT_MEET_CONDITIONS")
        await world.wait(91 * 86400)
        await world.sign_in()
        assert "90 days" in await world.put(rma_id, "STILL_APPROVED")

    @pytest.mark.parametrize("after_first_put", [True, False])
    async def test_parts(self, world: World, after_first_put: bool) -> None:
        await world.switch(handled_after_first_put=after_first_put)
        rma_id = await world.rma(quantity=3)
        assert await world.put(rma_id, "RETURN_DOES_NOT_MEET_CONDITIONS", 1) == "SUCCESS"
        assert (await world.item(rma_id))["handled"] is after_first_put
        assert await world.put(rma_id, "RETURN_RECEIVED", 1) == "SUCCESS"
        assert await world.put(rma_id, "RETURN_DOES_NOT_MEET_CONDITIONS", 1) == "SUCCESS"
        item = await world.item(rma_id)
        assert (item["handled"], item["open"], item["refunded"], len(item["history"])) == (True, 0, 1, 3)

    async def test_what_others_do(self, world: World) -> None:
        cancelled, expired, changed = [await world.rma() for _ in range(3)]
        await world.control(f"returns/{cancelled}/cancel")
        await world.control(f"returns/{expired}/expire")
        await world.control(f"returns/{changed}/quantity", {"quantity": 4})
        await world.control(f"returns/{changed}/reason", {"main_reason": "Geen reden"})
        assert await world.listed(**OPEN_FBR) == [changed]
        results = {entry["ref"]: entry["detail"] for entry in await world.journal("settled")}
        assert (results[cancelled]["handling"], results[cancelled]["source"]) == ("CANCELLED_BY_CUSTOMER", "customer")
        assert (results[expired]["handling"], results[expired]["result"]) == ("EXPIRED", "CANCELLED")
        assert (await world.put(expired)).startswith("FAILURE")
        (row,) = (await world.api("GET", "/retailer/returns", params=OPEN_FBR)).body["returns"]
        (item,) = row["returnItems"]
        assert (item["expectedQuantity"], item["returnReason"]["mainReason"]) == (4, "Geen reden")

    async def test_the_warehouse_accepts_by_itself_when_told_to(self, world: World) -> None:
        await world.switch(warehouse_seconds=60)
        await world.announce(fulfilment_method="FBB")
        assert await world.journal("refund") == []
        await world.wait(61)
        (refund,) = await world.journal("refund")
        assert refund["detail"]["source"] == "bol"


class TestCreating:
    """3.4"""

    async def create(self, world: World, quantity: int, order_item_id: str = "2000000001") -> Any:
        body = {"orderItemId": order_item_id, "quantityReturned": quantity, "handlingResult": "RETURN_RECEIVED"}
        got = await world.api("POST", "/retailer/returns", body)
        assert got.status == 202
        assert "entityId" not in got.body
        await world.wait(1)
        return (await world.api("GET", f"/shared/process-status/{got.body['processStatusId']}")).body

    async def test_the_new_return_id_comes_with_success(self, world: World) -> None:
        status = await self.create(world, 1)
        assert (status["status"], status["eventType"]) == ("SUCCESS", "CREATE_RETURN_ITEM")
        made = (await world.api("GET", f"/retailer/returns/{status['entityId']}")).body
        (item,) = made["returnItems"]
        assert (item["orderId"], item["handled"]) == ("C000TEST01", True)
        assert len(await world.journal("refund")) == 1

    async def test_never_more_than_ordered_and_not_after_ninety_days(self, world: World) -> None:
        assert [(await self.create(world, 1))["status"] for _ in range(3)] == ["SUCCESS", "SUCCESS", "FAILURE"]
        assert (await self.create(world, 1, "1"))["status"] == "FAILURE"
        await world.wait(100 * 86400)
        await world.sign_in()
        assert "90 days" in (await self.create(world, 1, "2000000002"))["errorMessage"]

    async def test_still_approved_makes_no_return(self, world: World) -> None:
        body = {"orderItemId": "2000000001", "quantityReturned": 1, "handlingResult": "STILL_APPROVED"}
        assert (await world.api("POST", "/retailer/returns", body)).status == 400


class TestProcesses:
    """3.5"""

    async def start(self, world: World, rma_id: str) -> str:
        body = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 1}
        return str((await world.api("PUT", f"/retailer/returns/{rma_id}", body)).body["processStatusId"])

    async def test_kept_for_48_hours(self, world: World) -> None:
        process = await self.start(world, await world.rma())
        await world.wait(1)
        got = await world.api("GET", f"/shared/process-status/{process}")
        assert got.body["status"] == "SUCCESS"
        assert "links" not in got.body
        await world.wait(49 * 3600)
        await world.sign_in()
        assert (await world.api("GET", f"/shared/process-status/{process}")).status == 404
        queries = {"processStatusQueries": [{"processStatusId": process}]}
        assert (await world.api("POST", "/shared/process-status", queries)).body == {}

    async def test_bulk_leaves_out_the_unknown(self, world: World) -> None:
        ids = [await self.start(world, await world.rma()) for _ in range(3)]
        queries = [{"processStatusId": process} for process in [*ids, "unknown"]]
        got = await world.api("POST", "/shared/process-status", {"processStatusQueries": queries})
        assert [status["processStatusId"] for status in got.body["processStatuses"]] == ids
        bodies: tuple[Any, ...] = ([], [{"processStatusId": "x"}] * 1001, [{}], None)
        for bad in bodies:
            got = await world.api("POST", "/shared/process-status", {"processStatusQueries": bad})
            assert got.status == 400

    async def test_by_entity_newest_first(self, world: World) -> None:
        rma_id = await world.rma()
        ids = [await self.start(world, rma_id) for _ in range(2)]
        query = {"entity-id": rma_id, "event-type": "HANDLE_RETURN_ITEM"}
        got = await world.api("GET", "/shared/process-status", params=query)
        assert [status["processStatusId"] for status in got.body["processStatuses"]] == ids[::-1]
        got = await world.api("GET", "/shared/process-status", params={"entity-id": rma_id})
        assert (got.status, got.body["violations"][0]["name"]) == (400, "event-type")

    @pytest.mark.parametrize(
        ("plan", "status", "refunds"),
        [
            ({"outcome": "TIMEOUT"}, "TIMEOUT", 0),
            ({"outcome": "TIMEOUT", "applied": True}, "TIMEOUT", 1),
            ({"outcome": "FAILURE", "message": "No."}, "FAILURE", 0),
            ({"outcome": "LOST"}, "404", 1),
            ({"outcome": "LOST", "applied": False}, "404", 0),
            ({"delay": 3600}, "PENDING", 0),
        ],
    )
    async def test_planned_outcomes(self, world: World, plan: dict[str, Any], status: str, refunds: int) -> None:
        rma_id = await world.rma()
        await world.control("processes/next", plan)
        process = await self.start(world, rma_id)
        await world.wait(2)
        got = await world.api("GET", f"/shared/process-status/{process}")
        assert str(got.body["status"]) == status
        assert got.body.get("errorMessage") == plan.get("message")
        assert len(await world.journal("refund")) == refunds
        assert await world.put(await world.rma()) == "SUCCESS"  # only the next one was planned


class TestDemo:
    """6"""

    async def test_the_table_of_the_contract(self, world: World) -> None:
        rmas = {}
        for method in ("FBR", "FBB"):
            for handled in ("true", "false"):
                query = {"handled": handled, "fulfilment-method": method}
                got = await world.api("GET", "/retailer-demo/returns", params=query)
                rmas[method, handled] = [item["rmaId"] for row in got.body["returns"] for item in row["returnItems"]]
        assert rmas == {
            ("FBR", "false"): ["60283608"],
            ("FBR", "true"): ["60283607", "60282944", "60282945", "60278123"],
            ("FBB", "true"): ["86127199"],
            ("FBB", "false"): ["86127131"],
        }
        assert (await world.api("GET", "/retailer-demo/returns", params={"page": "2"})).body == {}
        items = (await world.api("GET", "/retailer-demo/returns/15896813")).body["returnItems"]
        assert {item["rmaId"]: item["processingResults"][0]["handlingResult"] for item in items} == {
            "60282945": "EXPIRED",
            "60282944": "RETURN_RECEIVED",
        }
        statuses = [(await world.api("GET", f"/shared-demo/process-status/{n}")).body for n in (1, 2, 3, 4)]
        assert [status["status"] for status in statuses] == ["PENDING", "SUCCESS", "TIMEOUT", "FAILURE"]
        assert [status["entityId"] for status in statuses] == ["555551", "555552", "555553", "555554"]

    async def test_nothing_changes(self, world: World) -> None:
        body: dict[str, Any] = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 3}
        got = await world.api("PUT", "/retailer-demo/returns/86123452", body)
        assert (got.status, got.body["processStatusId"], got.body["entityId"]) == (202, "1", "86123452")
        body = {"orderItemId": 1044796550, "handlingResult": "RETURN_RECEIVED", "quantityReturned": 1}
        got = await world.api("POST", "/retailer-demo/returns", body)
        assert (got.status, got.body["eventType"]) == (202, "CREATE_RETURN_ITEM")
        assert "entityId" not in got.body
        assert (await world.call("GET", "/_sandbox/journal")).body == []


class TestPage:
    """The customer's page."""

    async def test_a_customer_returns_and_is_refunded(self, world: World) -> None:
        form = {"order_item_id": "2000000001", "reason": "Verkeerd besteld|Dubbel besteld", "quantity": "2"}
        got = await world.call("POST", "/returns", data=form | {"comments": "<script>x</script>"})
        assert "is announced" in got.text
        assert "&lt;script&gt;x&lt;/script&gt;" in got.text
        assert "<script" not in got.text
        (rma_id,) = await world.listed(**OPEN_FBR)
        await world.put(rma_id, quantity=2)
        page = (await world.call("GET", "/")).text
        assert "2 &times; refunded" in page
        assert "€ 25.90" in page
        assert "Sandbox — not bol" in page

    async def test_no_more_than_was_ordered_and_cancelling_once(self, world: World) -> None:
        form = {"order_item_id": "2000000001", "reason": "Elders goedkoper|", "quantity": "2"}
        assert (await world.call("POST", "/returns", data=form)).status == 200
        assert (await world.call("POST", "/returns", data=form)).status == 400
        (rma_id,) = await world.listed(**OPEN_FBR)
        for _ in range(2):
            assert (await world.call("POST", f"/returns/{rma_id}/cancel")).status == 200
        assert len(await world.journal("settled")) == 1


class TestControl:
    async def test_what_cannot_be_read_is_refused(self, world: World) -> None:
        for path, body in (("returns", {"items": []}), ("bulk", {"count": 0}), ("processes/next", {"outcome": "X"})):
            assert (await world.call("POST", f"/_sandbox/{path}", json=body)).status == 400
        assert (await world.call("POST", "/_sandbox/returns/1/cancel")).status == 404
        assert (await world.call("POST", "/_sandbox/bulk?account=nobody", json={"count": 1})).status == 404

    async def test_an_order_can_hold_two_lines_of_one_ean(self, world: World) -> None:
        lines = [{"ean": "0000000000017", "order_item_id": n} for n in ("91", "92")]
        await world.control("orders", {"order_id": "C000TWICE1", "items": lines})
        made = await world.announce(lines[1] | {"order_id": "C000TWICE1"})
        assert made["items"][0]["order_item_id"] == "92"
        order = (await world.api("GET", "/retailer/orders/C000TWICE1")).body
        assert [item["orderItemId"] for item in order["orderItems"]] == ["91", "92"]


ALLOWED_ABSENCES = {
    "processingResults": "left out of unhandled items (2.2)",
    "customerComments": "often missing (2.3)",
    "returns": "an empty list is {} (3.1)",
    "processStatuses": "an empty list is {}, as INFERRED from 3.1",
    "links": "left out on SUCCESS (3.5)",
    "violations": "left out of a 404 (1.4)",
}
UNDECLARED = {"method"}  # of a link: live has it, the specification does not (3.5)


def valid(got: Got, resource: str, schema: str) -> None:
    """Holds an answer to the official specification, but for the deviations that the contract names."""
    if not SPECS.is_dir():
        return
    spec = json.loads((SPECS / f"bol-{resource}-v10.json").read_text())
    validator = jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{schema}", **spec})
    complaints = [
        error.message
        for error in validator.iter_errors(got.body)
        if not (error.validator == "required" and any(f"'{name}'" in error.message for name in ALLOWED_ABSENCES))
    ]
    assert complaints == []
    assert _names(got.body) <= _declared(spec, schema) | UNDECLARED


def _names(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_names(part) for part in value))
    if isinstance(value, dict):
        return set(value).union(*(_names(part) for part in value.values()))
    return set()


def _declared(spec: dict[str, Any], schema: str) -> set[str]:
    properties = spec["components"]["schemas"][schema].get("properties", {})
    references = [part.get("$ref") or part.get("items", {}).get("$ref") for part in properties.values()]
    return set(properties).union(*(_declared(spec, ref.rpartition("/")[2]) for ref in references if ref))


@pytest.mark.skipif(not SPECS.is_dir(), reason="the official specifications are not here")
async def test_answers_fit_the_official_specification(world: World) -> None:
    made = await world.announce({"detailed_reason": "Te klein", "comments": "Past niet", "quantity": 2}, {})
    await world.control("bulk", {"count": 20})
    first, second = (item["rma_id"] for item in made["items"])
    await world.put(first)
    await world.put(second, quantity=2)
    for query in (OPEN_FBR, HANDLED_FBR, OPEN_FBR | {"page": "9"}):
        valid(await world.api("GET", "/retailer/returns", params=query), "retailer", "ReturnsResponse")
    valid(await world.api("GET", f"/retailer/returns/{made['return_id']}"), "retailer", "Return")
    order_id = made["items"][0]["order_id"]
    valid(await world.api("GET", f"/retailer/orders/{order_id}"), "retailer", "Order")
    valid(await world.api("GET", "/retailer/orders/C000TEST04"), "retailer", "Order")
    valid(await world.api("GET", "/retailer/orders/unknown"), "retailer", "Problem")
    for rma_id in (first, second, "1"):
        query = {"entity-id": rma_id, "event-type": "HANDLE_RETURN_ITEM"}
        valid(await world.api("GET", "/shared/process-status", params=query), "shared", "ProcessStatusResponse")
    body = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 1}
    accepted = await world.api("PUT", f"/retailer/returns/{first}", body)
    valid(accepted, "retailer", "ProcessStatus")
    queries = {"processStatusQueries": [{"processStatusId": accepted.body["processStatusId"]}]}
    valid(await world.api("POST", "/shared/process-status", queries), "shared", "ProcessStatusResponse")
    for path in ("returns/15896813", "returns/15892026"):
        valid(await world.api("GET", f"/retailer-demo/{path}"), "retailer", "Return")
