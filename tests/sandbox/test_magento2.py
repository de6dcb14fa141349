"""The simulated Magento 2 shop behaves as contract page `magento.md` says: Part E, then A, with D as the checklist."""

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import pytest
import yaml

from retour.sandbox.magento2 import INTEGRATION_TOKEN, SANDBOX, TOKEN, Magento2
from tests.sandbox.magento_plugin import PluginClient, a_return

HOOK = f"/channable/returns/hook/store/1/code/{TOKEN}"
SPEC = Path(__file__).parents[2].parent / "shared" / "specs" / "adobe-commerce-admin-schema-2.4.8.yaml"


def without(payload: dict[str, Any], path: str) -> dict[str, Any]:
    part, _, key = path.rpartition(".")
    del (payload[part] if part else payload)[key]
    return payload


class Client(PluginClient):
    """What a hub and a test do with the shop."""

    hook, get, token = HOOK, "/channable/returns/status", TOKEN
    simulator: Magento2

    async def order(self, **values: Any) -> Any:
        return await self.json("POST", "/_sandbox/orders", json={"increment_id": "000000012"} | values)

    async def rest(self, query: str, path: str = "/rest/V1/orders", token: str = INTEGRATION_TOKEN) -> Any:
        return await self.json("GET", f"{path}?{query}", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
async def shop() -> AsyncIterator[Client]:
    async with Client.of(SANDBOX) as client:
        yield client


# The hook's address (A1, E16)


@pytest.mark.parametrize(
    "path",
    [
        HOOK,
        HOOK + "/",
        f"/channable/returns/hook/code/{TOKEN}/store/1",
        f"/channable/returns/hook?store=1&code={TOKEN}",
        f"/channable/returns/hook/?store=1&code={TOKEN}",
        f"/channable/returns/hook/store/1?code={TOKEN}",
        f"/channable/returns/hook/code/{TOKEN}?store=2",
        f"/channable/returns/hook/store/1/code/%20{TOKEN[:9]}%20{TOKEN[9:]}",
    ],
)
async def test_the_hook_takes_path_pairs_and_query(shop: Client, path: str) -> None:
    assert await shop.push(a_return(), path) == {"validated": "true", "return_id": 1}


async def test_method_and_content_type_do_not_matter(shop: Client) -> None:
    body = json.dumps(a_return())
    assert (await shop.json("PUT", HOOK, data=body, headers={"Content-Type": "text/plain"}))["return_id"] == 1
    assert (await shop.json("GET", HOOK, data=body))["return_id"] == 2
    assert (await shop.json("POST", f"/channable/returns/status/id/2/code/{TOKEN}/"))["status"] == "new"


@pytest.mark.parametrize(
    "path",
    [f"/Channable/returns/hook?store=1&code={TOKEN}", f"/channable/Returns/status?id=1&code={TOKEN}", "/elsewhere"],
)
async def test_route_names_are_case_sensitive(shop: Client, path: str) -> None:
    status, content_type, _ = await shop.raw("POST", path, json=a_return())
    assert (status, content_type) == (404, "text/html")


# What the hook refuses, in its order (A4)


@pytest.mark.parametrize(
    ("switches", "path", "text"),
    [
        ({"extension_enabled": False}, "", "Store param missing in request"),
        ({}, "/store/0", "Store param missing in request"),
        ({"extension_enabled": False, "returns_enabled": {}}, "/store/1", "Extension not enabled"),
        ({"returns_enabled": {"1": False, "2": True}, "token": None}, "/store/1", "Returns not enabled"),
        ({"token": None}, "/store/1", "Token not set in admin"),
        ({"token": ""}, "/store/1", "Token not set in admin"),
        ({}, "/store/1", "Token param missing in request"),
        ({}, "/store/1/code/%20", "Token param missing in request"),
        ({}, f"/store/1/code/{TOKEN.upper()}", "Invalid token"),
        ({"token": "another"}, f"/store/1/code/{TOKEN}", "Invalid token"),
    ],
)
async def test_the_request_is_refused(shop: Client, switches: dict[str, Any], path: str, text: str) -> None:
    await shop.switch(**switches)
    answer = await shop.push(None, "/channable/returns/hook" + path)
    assert answer == {"validated": "false", "errors": text}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "Post data empty!"),
        (b"{oops", "Unable to unserialize value. Error: Syntax error"),
        (b"NaN", "Unable to unserialize value. Error: Syntax error"),
        (b'"\xff"', "Unable to unserialize value. Error: Malformed UTF-8 characters, possibly incorrectly encoded"),
        (rb'"\ud83d"', "Unable to unserialize value. Error: Single unpaired high surrogate in Unicode escape"),
        (b"{}", "No Returns Data in post"),
        (b"[]", "No Returns Data in post"),
        (b"0", "No Returns Data in post"),
        (b'""', "No Returns Data in post"),
        (b"null", "No Returns Data in post"),
        (b'"text"', "Post missing channable_id"),
        (b'{"channable_id": "0", "errors": "x"}', "Post missing channable_id"),
        (b'{"channable_id": 1, "channel_id": ""}', "Post missing channel_id"),
    ],
)
async def test_the_body_is_refused(shop: Client, body: bytes, text: str) -> None:
    assert await shop.json("POST", HOOK, data=body) == {"validated": "false", "errors": text}
    assert await shop.rows() == []


async def test_a_payload_with_errors_is_echoed(shop: Client) -> None:
    payload = {"channable_id": 1, "channel_id": "2", "errors": "mine"}
    assert await shop.push(payload) == payload
    assert await shop.rows() == []


# The two failure kinds (A5, E8)


@pytest.mark.parametrize(
    "path",
    ["channel_name", "status", "item.reason", "item.comment", "customer.first_name", "customer.last_name"],
)
async def test_a_missing_key_is_a_soft_error_with_a_server_path(shop: Client, path: str) -> None:
    answer = await shop.push(without(a_return(), path))
    assert answer["validated"] == "false"
    assert answer["errors"].startswith(f'Warning: Undefined array key "{path.rpartition(".")[2]}" in /var/www/html/')


@pytest.mark.parametrize(
    "changes",
    [
        {"status": None},
        {"status": 5},
        {"item": "text"},
        {"item": 7},
        {"item__reason": None},
        {"item__reason": 3},
        {"item__comment": 3},
        {"customer": "text"},
        {"address": "text"},
        {"meta__channel_return_id": 31},
        {"meta__channel_order_id": 31},
    ],
)
async def test_a_wrong_type_is_http_500_and_not_json(shop: Client, changes: dict[str, Any]) -> None:
    status, content_type, _ = await shop.raw("POST", HOOK, json=a_return(**changes))
    assert (status, content_type) == (500, "text/plain")
    assert await shop.rows() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"item__comment": None},
        {"item__reason": ""},
        {"item__order_id": None},
        {"item__order_id": 12},
        {"customer__first_name": None},
        {"address": None},
        {"meta": None},
        {"meta": {"channel_return_id": None, "platform_order_id": ""}},
        {"channel_name": None},
        {"channel_id": 7},
        {"status": "anything at all"},
        {"errors": []},
    ],
)
async def test_what_is_tolerated(shop: Client, changes: dict[str, Any]) -> None:
    assert (await shop.push(a_return(**changes)))["validated"] == "true"


# What is stored (E3-E7)


async def test_the_row(shop: Client) -> None:
    order = await shop.order()
    await shop.push(a_return(customer__last_name=" Example "))
    [row] = await shop.rows()
    stored = {"entity_id": 1, "store_id": 1, "order_id": 12, "channable_id": 90412, "channel_id": "86127131"}
    stored |= {"magento_order_id": order["entity_id"], "magento_increment_id": "000000012", "status": "new"}
    stored |= {"customer_name": "Noor  Example", "channel_order_id_internal": None, "channel_return_id": "31"}
    assert row.items() >= stored.items()
    assert json.loads(row["item"]) == a_return()["item"]


async def test_equal_posts_make_rows_with_rising_ids_also_at_once(shop: Client) -> None:
    answers = await asyncio.gather(*(shop.push(a_return()) for _ in range(5)))
    assert sorted(answer["return_id"] for answer in answers) == [1, 2, 3, 4, 5]
    assert sorted(shop.journal("created")) == [(str(n), 1) for n in range(1, 6)]
    created = shop.simulator.journal.of("created")[0].detail
    assert created == {"channable_id": 90412, "channel_id": "86127131", "order": "000000012", "status": "new"}


async def test_a_deleted_id_is_not_given_out_again(shop: Client) -> None:
    await shop.push(a_return())
    await shop.json("DELETE", "/_sandbox/returns/1")
    assert (await shop.push(a_return()))["return_id"] == 2


async def test_an_unknown_order_stays_unlinked(shop: Client) -> None:
    assert (await shop.push(a_return(item__order_id="BOL-1")))["validated"] == "true"
    [row] = await shop.rows()
    assert (row["magento_order_id"], row["magento_increment_id"], row["order_id"]) == (None, "BOL-1", 0)


async def test_texts_are_cut_and_numbers_clipped(shop: Client) -> None:
    emoji = "\N{TEACUP WITHOUT HANDLE}"
    await shop.push(a_return(item__comment="x" * 300, item__reason=f"é{emoji}", channable_id=99999999999))
    long = a_return(item__title="t" * 70_000, channable_id="12abc", channel_id="ABC-1", item__reason=emoji * 99)
    await shop.push(long)
    first, second = await shop.rows()
    assert (len(first["comment"]), first["reason"], first["channable_id"]) == (255, "é????", 4294967295)
    assert (len(second["item"]), second["channable_id"], second["channel_id"]) == (65_535, 12, "ABC-1")
    assert second["reason"] == "?" * 255
    with pytest.raises(json.JSONDecodeError):
        json.loads(second["item"])


# Store scope, and the plugin switched off (A1, E9, E11)


async def test_an_unknown_store_is_http_500_html(shop: Client) -> None:
    path = f"/channable/returns/hook/store/9/code/{TOKEN}"
    status, content_type, text = await shop.raw("POST", path, json=a_return())
    assert (status, content_type) == (500, "text/html")
    assert "error" in text


async def test_returns_are_on_per_store_and_status_reads_the_default_one(shop: Client) -> None:
    await shop.switch(returns_enabled={"1": False, "2": True})
    answer = await shop.push(a_return(), f"/channable/returns/hook/store/2/code/{TOKEN}")
    assert answer["validated"] == "true"
    assert await shop.status(answer["return_id"]) == {"validated": "false", "errors": "Extension not enabled!"}


async def test_the_main_switch_refuses_create_but_answers_status(shop: Client) -> None:
    await shop.push(a_return())
    await shop.switch(extension_enabled=False)
    assert (await shop.push(a_return()))["errors"] == "Extension not enabled"
    assert (await shop.status(1))["status"] == "new"


# The status question (A7, E16)


async def test_status(shop: Client) -> None:
    await shop.push(a_return())
    assert await shop.status(1) == {"validated": "true", "return_id": 1, "status": "new"}
    assert (await shop.json("GET", f"/channable/returns/status/id/1abc/code/{TOKEN}"))["return_id"] == 1
    assert (await shop.status("abc"))["errors"] == 'The return with id "0" does not exist.'
    assert (await shop.status(6))["errors"] == 'The return with id "6" does not exist.'
    assert (await shop.status(0))["errors"] == "Missing ID"
    assert (await shop.status(""))["errors"] == "Missing ID"
    assert (await shop.status(1, code="wrong"))["errors"] == "Unknown Token"
    assert (await shop.status(1, code=f"%20{TOKEN}"))["errors"] == "Unknown Token"
    assert (await shop.status(1, code=""))["errors"] == "Extension not enabled!"


@pytest.mark.parametrize("status", ["accepted", "accept", "keeps", "complete", "", "no such word <b>"])
async def test_any_text_becomes_the_status(shop: Client, status: str) -> None:
    await shop.push(a_return(item__quantity=2))
    await shop.json("POST", "/_sandbox/returns/1/decide", json={"status": status})
    assert (await shop.status(1))["status"] == status
    assert shop.journal("decided") == [("1", 2)]


async def test_decide_all_touches_what_is_new(shop: Client) -> None:
    for _ in range(3):
        await shop.push(a_return())
    await shop.json("POST", "/_sandbox/returns/2/decide", json={"status": "rejected"})
    answer = await shop.json("POST", "/_sandbox/returns/decide-all", json={"status": "keeps"})
    assert answer == {"count": 2}
    assert [row["status"] for row in await shop.rows()] == ["keeps", "rejected", "keeps"]


async def test_auto_decide_answers_when_asked(shop: Client) -> None:
    await shop.switch(auto_decide="exchanged")
    await shop.push(a_return())
    assert (await shop.rows())[0]["status"] == "new"
    assert (await shop.status(1))["status"] == "exchanged"
    assert (await shop.status(1))["status"] == "exchanged"
    assert shop.journal("decided") == [("1", 1)]


# Failures of the shop (E9, E10, E15, A1)


@pytest.mark.parametrize(
    ("switches", "status", "content_type"),
    [
        ({"maintenance": True}, 503, "text/html"),
        ({"php_down": True}, 502, "text/html"),
        ({"database_down": True}, 500, "text/plain"),
        ({"plugin_missing": True}, 404, "text/html"),
        ({"body_limit": 10}, 413, "text/html"),
        ({"post_redirects": True}, 302, "application/octet-stream"),
    ],
)
async def test_the_shop_is_down(shop: Client, switches: dict[str, Any], status: int, content_type: str) -> None:
    await shop.switch(**switches)
    assert (await shop.raw("POST", HOOK, json=a_return()))[:2] == (status, content_type)
    assert await shop.rows() == []


async def test_a_body_over_the_web_servers_own_limit(shop: Client) -> None:
    assert (await shop.raw("POST", HOOK, data=io.BytesIO(b"x" * 1_048_577)))[0] == 413


async def test_the_database_refuses(shop: Client) -> None:
    await shop.push(a_return())
    await shop.switch(save_error="Deadlock found")
    assert (await shop.push(a_return()))["errors"] == "Could not save the return: Deadlock found"
    await shop.switch(missing_table=True)
    assert "SQLSTATE[42S02]" in (await shop.push(a_return()))["errors"]
    assert (await shop.raw("GET", f"/channable/returns/status?id=1&code={TOKEN}"))[0] == 500


async def test_another_base_url_redirects_get_with_the_token_but_not_post(shop: Client) -> None:
    await shop.switch(base_url="https://shop.example/")
    assert (await shop.push(a_return()))["return_id"] == 1
    path = f"/channable/returns/status?id=1&code={TOKEN}"
    async with shop.http.get(path, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "https://shop.example" + path)


async def test_the_first_call_is_slow_once(shop: Client) -> None:
    await shop.switch(first_call_seconds=0.3)
    started = time.monotonic()
    await shop.push(a_return())
    cold = time.monotonic()
    await shop.push(a_return())
    assert cold - started >= 0.3 > time.monotonic() - cold


async def test_an_answer_lost_after_the_insert(shop: Client) -> None:
    await shop.json("POST", "/_sandbox/faults", json={"kind": "drop_after", "match": "returns/hook"})
    with pytest.raises(aiohttp.ClientError):
        await shop.push(a_return())
    assert len(await shop.rows()) == 1


# Credit memos (A8, A9, E14)


async def test_auto_process_books_a_memo_during_create(shop: Client) -> None:
    await shop.order(items=[{"sku": "MUG-BLUE", "qty": 3, "price": 5}], shipping_amount=4)
    await shop.switch(auto_process_complete=True)
    await shop.push(a_return(status="new"))
    assert shop.journal("credit_memo") == []
    await shop.push(a_return(status="complete", item__quantity=2))
    await shop.push(a_return(status="accepted"))
    assert shop.journal("credit_memo") == [("2", 2), ("3", 1)]
    rows = await shop.rows()
    assert [row["magento_creditmemo_increment_id"] for row in rows] == [None, "000000001", "000000002"]
    assert [row["status"] for row in rows] == ["new", "complete", "accepted"]
    amounts = [entry.detail["amount"] for entry in shop.simulator.journal.of("credit_memo")]
    assert amounts == ["14.00", "5.00"], "the shipping costs go with the first memo"
    [order] = (await shop.rest("searchCriteria"))["items"]
    assert order["status"] == "closed"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"item__order_id": "unknown"}, "Return not linked to an order."),
        ({"item__gtin": None, "item__id": None}, "GTIN and product ID are both missing in return item data."),
        ({"item__gtin": None, "item__id": "99"}, "Unable to find SKU for GTIN."),
        ({"item__gtin": "CUP"}, "Unable to locate the order Item-ID for imported return."),
        ({"item__quantity": None}, "Missing quantity for credit memo item."),
        ({"item__quantity": "two"}, "Invalid quantity value."),
        ({"item__quantity": -1}, "Invalid quantity value."),
        ({"item__quantity": 9}, "Creditmemo Document Validation Error(s)"),
    ],
)
async def test_a_refused_memo_leaves_the_create_a_success(shop: Client, changes: dict[str, Any], reason: str) -> None:
    await shop.order()
    await shop.switch(auto_process_complete=True)
    assert (await shop.push(a_return(status="complete", **changes)))["validated"] == "true"
    assert shop.journal("credit_memo") == []
    [logged] = await shop.json("GET", "/_sandbox/log")
    assert logged.startswith(f"Creditmemo on ImportReturn: {reason}")


async def test_a_gtin_that_is_a_number_fails_the_call_after_the_row_is_in(shop: Client) -> None:
    await shop.order()
    await shop.switch(auto_process_complete=True)
    assert (await shop.raw("POST", HOOK, json=a_return(status="complete", item__gtin=17)))[0] == 500
    assert len(await shop.rows()) == 1


@pytest.mark.parametrize(
    ("attribute", "gtin", "product_id"),
    [
        ("sku", "MUG-BLUE", None),
        ("sku", None, "41"),
        ("id", "41", None),
        ("ean", "0000000000017", None),
        ("ean", "41", None),
        ("ean", "unknown", "41"),
    ],
)
async def test_the_six_ways_to_a_sku(shop: Client, attribute: str, gtin: str | None, product_id: str | None) -> None:
    await shop.order(items=[{"sku": "MUG-BLUE", "ean": "0000000000017", "product_id": 41}])
    await shop.switch(ean_attribute=attribute)
    await shop.push(a_return(item__gtin=gtin, item__id=product_id))
    memo = await shop.json("POST", "/_sandbox/returns/1/credit-memo", json={})
    assert memo["items"][0]["sku"] == "MUG-BLUE"


async def test_auto_update_accepts_one_pending_return_per_sku(shop: Client) -> None:
    await shop.order(items=[{"sku": "MUG-BLUE", "qty": 5}, {"sku": "CUP", "qty": 1}])
    for gtin in ("MUG-BLUE", "MUG-BLUE", "CUP"):
        await shop.push(a_return(item__gtin=gtin))
    memo = {"sku": "MUG-BLUE"}
    await shop.json("POST", "/_sandbox/orders/000000012/credit-memo", json=memo)
    assert [row["status"] for row in await shop.rows()] == ["new", "new", "new"]
    await shop.switch(auto_update=True)
    await shop.json("POST", "/_sandbox/orders/000000012/credit-memo", json=memo)
    assert [row["status"] for row in await shop.rows()] == ["new", "accepted", "new"]
    await shop.switch(auto_update=False)
    await shop.json("POST", "/_sandbox/orders/000000012/credit-memo", json=memo | {"ticked": True})
    assert [row["status"] for row in await shop.rows()] == ["accepted", "accepted", "new"]


# The back office (A11)


async def test_a_person_decides_and_deletes(shop: Client) -> None:
    await shop.order()
    await shop.push(a_return(item__title="<script>alert(1)</script>", item__comment='"><img src=x>'))
    async with shop.http.get("/") as answer:
        grid = await answer.text()
        assert answer.url.path == "/admin"
    assert "Sandbox shop — not Magento" in grid
    assert "1x &lt;script&gt;alert(1)&lt;/script&gt; (GTIN: MUG-BLUE)" in grid
    assert "<script" not in grid
    assert "<img" not in grid
    for label in ("Accept", "Reject", "Repair", "Exchange", "Keep", "Cancel", "Delete"):
        assert f'aria-label="{label} return 1"' in grid
    form = {"status": "repaired", "back": "/admin"}
    async with shop.http.post("/admin/returns/1/decide", data=form) as answer:
        grid = await answer.text()
    assert "new status: repaired" in grid
    assert 'aria-label="Accept return 1"' not in grid
    assert (await shop.status(1))["status"] == "repaired"
    async with shop.http.post("/admin/returns/1/delete", data={"back": "/admin/returns/1"}) as answer:
        assert (answer.status, answer.url.path) == (200, "/admin")
    assert (await shop.status(1))["errors"] == 'The return with id "1" does not exist.'
    assert shop.journal("deleted") == [("1", 1)]
    assert (await shop.raw("GET", "/admin/returns/1"))[0] == 404


async def test_the_detail_page_shows_address_billing_and_invoice(shop: Client) -> None:
    await shop.order(billing={"company": "Mugs & Co", "vat_id": "NL000000000B00"})
    await shop.push(a_return())
    _, _, page = await shop.raw("GET", "/admin/returns/1")
    for text in ("Kanaalweg 12 B", "Mugs &amp; Co", "NL000000000B00", "000000001", "house_number".title()[:5]):
        assert text in page


async def test_the_mass_action_stores_the_literal_accept(shop: Client) -> None:
    await shop.order(items=[{"sku": "MUG-BLUE", "qty": 2}])
    for _ in range(3):
        await shop.push(a_return())
    form = [("action", "credit_memo_accept"), ("id", "1"), ("id", "2"), ("id", "3")]
    async with shop.http.post("/admin/returns/mass", data=form) as answer:
        page = await answer.text()
    assert [row["status"] for row in await shop.rows()] == ["accept", "accept", "new"]
    assert "must not be greater than the unrefunded quantity" in page
    async with shop.http.post("/admin/returns/mass", data=[("action", "delete"), ("id", "3")]):
        assert len(await shop.rows()) == 2


async def test_it_never_redirects_elsewhere(shop: Client) -> None:
    await shop.push(a_return())
    for back in ("//elsewhere.example", "https://elsewhere.example", "/admin/returns/99"):
        form = {"status": "keeps", "back": back}
        async with shop.http.post("/admin/returns/1/decide", data=form, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/admin")


async def test_the_grid_has_pages_and_filters(shop: Client) -> None:
    for _ in range(51):
        await shop.push(a_return())
    await shop.json("POST", "/_sandbox/returns/51/decide", json={"status": "keeps"})
    _, _, first = await shop.raw("GET", "/admin")
    _, _, last = await shop.raw("GET", "/admin?page=2")
    _, _, kept = await shop.raw("GET", "/admin?status=keeps")
    assert ('id="return-51"' in first, 'id="return-1"' in first, 'id="return-1"' in last) == (True, False, True)
    assert kept.count("<tr id=") == 1


# REST: orders (magento-native A1)


def criteria(*filters: tuple[int, int, str, str, str]) -> str:
    """A query from (group, filter, field, condition, value)."""
    return "&".join(
        f"searchCriteria[filter_groups][{g}][filters][{f}][{name}]={value}"
        for g, f, field, condition, value in filters
        for name, value in (("field", field), ("condition_type", condition), ("value", value))
    )


async def test_rest_wants_the_integration_token(shop: Client) -> None:
    refused = {
        "message": "The consumer isn't authorized to access %resources.",
        "parameters": {"resources": "Magento_Sales::actions_view"},
    }
    assert (await shop.raw("GET", "/rest/V1/orders?searchCriteria"))[0] == 401
    assert await shop.rest("searchCriteria", token="wrong") == refused
    await shop.switch(bearer_enabled=False)
    assert await shop.rest("searchCriteria") == refused


async def test_rest_errors(shop: Client) -> None:
    missing = await shop.rest("")
    assert missing == {
        "message": '"%fieldName" is required. Enter and try again.',
        "parameters": {"fieldName": "searchCriteria"},
    }
    no_route = {"message": "Request does not match any route."}
    assert await shop.rest("", path="/rest/V1/returns") == no_route
    assert await shop.rest("searchCriteria", path="/rest/nowhere/V1/orders") == no_route
    assert "Internal Error" in (await shop.rest(criteria((0, 0, "no_such_column", "eq", "1"))))["message"]
    assert "doesn't exist" in (await shop.rest("", path="/rest/V1/orders/5"))["message"]
    await shop.switch(maintenance=True)
    assert (await shop.raw("GET", "/rest/V1/orders?searchCriteria"))[:2] == (503, "text/html")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (criteria((0, 0, "increment_id", "eq", "B000002")), [2]),
        (criteria((0, 0, "increment_id", "eq", "b000002")), [2]),
        (criteria((0, 0, "increment_id", "in", "B000003,B000001,none")), [1, 3]),
        (criteria((0, 0, "ext_order_id", "eq", "X000004")), [4]),
        (criteria((0, 0, "increment_id", "eq", "B000001"), (0, 1, "ext_order_id", "eq", "X000002")), [1, 2]),
        (criteria((0, 0, "increment_id", "eq", "B000001"), (1, 0, "entity_id", "gt", "1")), []),
        (criteria((0, 0, "entity_id", "nin", "1,2,3")), [4, 5]),
        (criteria((0, 0, "increment_id", "like", "%250003")), [3]),
        (criteria((0, 0, "entity_id", "gt", "3"), (1, 0, "entity_id", "lt", "5")), [4]),
        (criteria((0, 0, "entity_id", "gteq", "3"), (1, 0, "entity_id", "lteq", "4")), [3, 4]),
        (criteria((0, 0, "entity_id", "from", "2"), (1, 0, "entity_id", "to", "3")), [2, 3]),
        (criteria((0, 0, "entity_id", "neq", "2")), [1, 3, 4, 5]),
        (criteria((0, 0, "ext_order_id", "null", "1")), [5]),
        (criteria((0, 0, "ext_order_id", "notnull", "1")), [1, 2, 3, 4]),
        (criteria((0, 0, "updated_at", "gteq", "2999-01-01 00:00:00")), []),
        ("searchCriteria[sortOrders][0][field]=entity_id"
         "&searchCriteria[sortOrders][0][direction]=DESC", [5, 4, 3, 2, 1]),
        ("searchCriteria[filterGroups][0][filters][0][field]=increment_id"
         "&searchCriteria[filterGroups][0][filters][0][conditionType]=like"
         "&searchCriteria[filterGroups][0][filters][0][value]=solo", [5]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/rest/V1/orders", "/rest/default/V1/orders", "/rest/all/V1/orders"])
async def test_search(shop: Client, query: str, found: list[int], path: str) -> None:
    await shop.json("POST", "/_sandbox/orders/bulk", json={"count": 4, "prefix": "B", "ext_prefix": "X"})
    await shop.order(increment_id="SOLO")
    answer = await shop.rest(query, path=path)
    assert [order["entity_id"] for order in answer["items"]] == found
    assert answer["total_count"] == len(found)


async def test_pages(shop: Client) -> None:
    await shop.json("POST", "/_sandbox/orders/bulk", json={"count": 5})

    async def page(number: int) -> list[int]:
        answer = await shop.rest(f"searchCriteria[pageSize]=2&searchCriteria[currentPage]={number}")
        assert (answer["total_count"], answer["search_criteria"]["page_size"]) == (5, 2)
        return [order["entity_id"] for order in answer["items"]]

    assert [await page(number) for number in (1, 3, 4)] == [[1, 2], [5], [5]]
    await shop.switch(repeat_last_page=False)
    assert await page(4) == []
    await shop.switch(page_size_limit=1)
    assert "Maximum" in (await shop.rest("searchCriteria[pageSize]=2"))["message"]


async def test_an_order_has_what_the_hub_needs(shop: Client) -> None:
    items = [{"sku": "CUP", "name": "Cup", "ean": "0000000000024", "qty": 2, "price": 3.5}]
    await shop.order(ext_order_id="C000TEST01", items=items)
    order = await shop.rest("", path="/rest/V1/orders/1")
    assert order["increment_id"] == "000000012"
    assert order["ext_order_id"] == "C000TEST01"
    assert (order["items"][0]["sku"], order["items"][0]["qty_ordered"], order["grand_total"]) == ("CUP", 2, 7)
    time.strptime(order["created_at"], "%Y-%m-%d %H:%M:%S")


async def test_answers_follow_the_official_schema(shop: Client) -> None:
    if not SPEC.exists():
        pytest.skip(f"the official schema is not there: {SPEC}")
    definitions = yaml.load(SPEC.read_text(), Loader=yaml.CSafeLoader)["definitions"]
    await shop.order(ext_order_id="C1", billing={"company": "Mugs & Co", "vat_id": "NL0"}, shipping_amount=2)
    await shop.push(a_return())
    await shop.json("POST", "/_sandbox/returns/1/credit-memo", json={})
    query = criteria((0, 0, "entity_id", "gteq", "1")) + "&searchCriteria[pageSize]=5"

    def check(name: str, answer: Any) -> None:
        schema = {"definitions": definitions, "$ref": f"#/definitions/{name}"}
        jsonschema.validate(answer, schema, cls=jsonschema.Draft4Validator)

    orders, memos = await shop.rest(query), await shop.rest(query, path="/rest/V1/creditmemos")
    check("sales-data-order-search-result-interface", orders)
    check("sales-data-creditmemo-search-result-interface", memos)
    for document, name in (
        (orders["items"][0], "sales-data-order-interface"),
        (orders["items"][0]["items"][0], "sales-data-order-item-interface"),
        (orders["items"][0]["billing_address"], "sales-data-order-address-interface"),
        (orders["items"][0]["payment"], "sales-data-order-payment-interface"),
        (memos["items"][0], "sales-data-creditmemo-interface"),
        (memos["items"][0]["items"][0], "sales-data-creditmemo-item-interface"),
    ):
        assert set(document) <= set(definitions[name]["properties"]), name


# Control routes


async def test_control_routes_refuse_nonsense(shop: Client) -> None:
    await shop.order()
    assert (await shop.raw("POST", "/_sandbox/orders", json={"increment_id": "000000012"}))[0] == 409
    assert (await shop.raw("POST", "/_sandbox/orders", json={"increment": "1"}))[0] == 400
    assert (await shop.raw("POST", "/_sandbox/returns/1/decide", json={"status": "keeps"}))[0] == 404
    assert (await shop.raw("DELETE", "/_sandbox/returns/1"))[0] == 404
    assert (await shop.raw("PATCH", "/_sandbox/switches", json={"no_such": 1}))[0] == 400


async def test_bulk_orders_are_fast_and_distinct(shop: Client) -> None:
    started = time.monotonic()
    answer = await shop.json("POST", "/_sandbox/orders/bulk", json={"count": 20_000, "prefix": "BENCH-"})
    assert answer == {"count": 20_000, "first": "BENCH-000001", "last": "BENCH-020000"}
    assert time.monotonic() - started < 5
    found = await shop.rest(criteria((0, 0, "increment_id", "eq", "BENCH-019999")))
    assert [order["entity_id"] for order in found["items"]] == [19_999]
