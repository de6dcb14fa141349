"""The hook takes and refuses returns as the contract's Parts B and E say."""

import asyncio
import json
import time
from typing import Any

import aiohttp
import pytest

from retour.sandbox.magento1 import TOKEN
from tests.sandbox.magento1.conftest import GET, HOOK, Client, a_return

ADDRESS = "/channableapi/returns/index"


@pytest.mark.parametrize(
    "path",
    [
        HOOK,
        HOOK + "/",
        f"{ADDRESS}/store/1/code/{TOKEN}",
        f"{ADDRESS}?store=1&code={TOKEN}",
        f"{ADDRESS}/?store=1&code={TOKEN}",
        f"{ADDRESS}/store/2?code={TOKEN}",
    ],
)
async def test_parameters_in_path_or_query(shop: Client, path: str) -> None:
    assert await shop.push(a_return(), path) == {"validated": "true", "return_id": "1"}
    assert shop.journal("created") == [("1", 2)]


async def test_method_and_content_type_do_not_matter(shop: Client) -> None:
    body = json.dumps(a_return())
    assert (await shop.json("PUT", HOOK, data=body, headers={"Content-Type": "text/plain"}))["return_id"] == "1"
    assert (await shop.json("GET", HOOK, data=body))["return_id"] == "2"


async def test_the_headers(shop: Client) -> None:
    async with shop.http.post(HOOK, json=a_return()) as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.content_type == "application/json"


@pytest.mark.parametrize("path", [HOOK.replace("channable", "Channable"), HOOK.replace("index", "Index"), "/elsewhere"])
async def test_route_names_are_case_sensitive(shop: Client, path: str) -> None:
    assert (await shop.raw("POST", path, json=a_return()))[:2] == (404, "text/html")


@pytest.mark.parametrize(
    ("switches", "path", "text"),
    [
        ({"extension_enabled": False}, "", "Store param missing in request"),
        ({}, "/store/0", "Store param missing in request"),
        ({"extension_enabled": False, "token": None}, "/store/1", "Extension not enabled"),
        ({"token": None}, "/store/1", "Token not set in admin"),
        ({}, "/store/1", "Token param missing in request"),
        ({}, f"/store/1/code/{TOKEN.upper()}", "Invalid token"),
        ({}, f"/store/1/code/%20{TOKEN}", "Invalid token"),
        ({"ip_whitelist": ["192.0.2.1"]}, f"/store/1/code/{TOKEN}", "Not Access (ip restriction)"),
        ({"ip_whitelist": ["127.0.0.1"]}, f"/store/1/code/{TOKEN}", "Post data empty!"),
    ],
)
async def test_the_request_is_refused(shop: Client, switches: dict[str, Any], path: str, text: str) -> None:
    await shop.switch(**switches)
    assert await shop.push(None, ADDRESS + path) == {"validated": "false", "errors": text}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "Post data empty!"),
        (b"{oops", "Post not valid JSON-Data: Syntax error"),
        (b"{}", "No Order Data in post"),
        (b"[]", "No Order Data in post"),
        (b"0", "No Order Data in post"),
        (b'"text"', "Post missing channable_id"),
        (b'{"channable_id": "0"}', "Post missing channable_id"),
        (b'{"channable_id": 1, "channel_id": ""}', "Post missing channel_id"),
    ],
)
async def test_the_body_is_refused(shop: Client, body: bytes, text: str) -> None:
    assert await shop.json("POST", HOOK, data=body) == {"validated": "false", "errors": text}
    assert await shop.rows() == []
    assert shop.simulator.journal.entries == []


async def test_a_payload_with_errors_is_echoed(shop: Client) -> None:
    payload = {"channable_id": 1, "channel_id": "2", "errors": "mine"}
    assert await shop.push(payload) == payload
    assert await shop.rows() == []


async def test_missing_keys_are_null_and_logged(shop: Client) -> None:
    assert await shop.push({"channable_id": 1, "channel_id": "2"}) == {"validated": "true", "return_id": "1"}
    [row] = await shop.rows()
    assert (row["status"], row["reason"], row["comment"], row["customer_name"]) == (None, None, None, "")
    assert await shop.status(1) == {"validated": "true", "return_id": 1, "status": None}
    log = await shop.json("GET", "/_sandbox/log")
    assert any(line.startswith("Notice: Undefined index: reason") for line in log)


async def test_missing_keys_refuse_in_developer_mode(shop: Client) -> None:
    await shop.switch(developer_mode=True)
    answer = await shop.push({"channable_id": 1, "channel_id": "2"})
    assert answer["validated"] == "false"
    assert "/var/www/html/" in answer["errors"]
    assert await shop.rows() == []


async def test_numbers_where_text_is_meant_are_taken(shop: Client) -> None:
    await shop.push(a_return(status=5, item__reason=3, item__comment=["x"], address="somewhere"))
    [row] = await shop.rows()
    assert (row["status"], row["reason"], row["comment"]) == ("5", "3", "Array")


@pytest.mark.parametrize(
    ("sent", "stored"),
    [("RMA-7", 0), ("86127131", 86127131), ("12AB", 12), (2**63, 2**63 - 1), ("99999999999", 99999999999)],
)
async def test_ids_are_bigint(shop: Client, sent: str | int, stored: int) -> None:
    await shop.push(a_return(channel_id=sent, channable_id=sent, item__order_id=sent))
    [row] = await shop.rows()
    assert (row["channel_id"], row["channable_id"], row["order_id"]) == (stored, stored, stored)


@pytest.mark.parametrize(
    ("order_id", "linked"),
    [("315", "100000315"), (316, "100000316"), ("100000315", None), ("7", None), (None, None), ("", None)],
)
async def test_an_order_is_found_by_the_hubs_number_only(shop: Client, order_id: object, linked: str | None) -> None:
    assert (await shop.push(a_return(item__order_id=order_id)))["validated"] == "true"
    assert (await shop.rows())[0]["magento_increment_id"] == linked


async def test_long_and_strange_texts(shop: Client) -> None:
    await shop.push(a_return(item__comment="x" * 300, item__reason="nice 😀", item__title="y" * 70_000))
    [row] = await shop.rows()
    assert (len(row["comment"]), row["reason"], len(row["item"])) == (255, "nice ????", 65_535)
    with pytest.raises(json.JSONDecodeError):
        json.loads(row["item"])


async def test_equal_posts_make_equal_rows(shop: Client) -> None:
    answers = await asyncio.gather(*(shop.push(a_return()) for _ in range(5)))
    assert sorted(answer["return_id"] for answer in answers) == ["1", "2", "3", "4", "5"]
    assert len(shop.journal("created")) == 5


async def test_a_lost_answer_leaves_the_row(shop: Client) -> None:
    await shop.control("faults", {"kind": "drop_after", "match": "POST /channableapi"})
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await shop.push(a_return())
    assert shop.journal("created") == [("1", 2)]


@pytest.mark.parametrize(
    ("switches", "created", "asked"),
    [
        ({"php_down": True}, (502, "text/html"), (502, "text/html")),
        ({"maintenance": True}, (503, "text/html"), (503, "text/html")),
        ({"database_down": True}, (503, "text/html"), (503, "text/html")),
        ({"missing_table": True}, (200, "application/json"), (503, "text/html")),
        ({"plugin_missing": True}, (404, "text/html"), (404, "text/html")),
        ({"body_limit": 10}, (413, "text/html"), (200, "application/json")),
        ({"base_url": "http://shop.example.org/"}, (200, "application/json"), (302, "application/octet-stream")),
    ],
)
async def test_failures(
    shop: Client, switches: dict[str, Any], created: tuple[int, str], asked: tuple[int, str]
) -> None:
    await shop.push(a_return())
    await shop.switch(**switches)
    assert (await shop.raw("POST", HOOK, json=a_return()))[:2] == created
    assert (await shop.raw("GET", f"{GET}?id=1&code={TOKEN}"))[:2] == asked


async def test_sql_text_of_a_missing_table(shop: Client) -> None:
    await shop.switch(missing_table=True)
    answer = await shop.push(a_return())
    assert (answer["validated"], "SQLSTATE" in answer["errors"]) == ("false", True)
    assert shop.journal("created") == []


async def test_an_unknown_store_is_a_page(shop: Client) -> None:
    assert (await shop.raw("POST", f"{ADDRESS}/store/9/code/{TOKEN}", json=a_return()))[:2] == (404, "text/html")


async def test_a_get_at_another_host_goes_to_the_home_page(shop: Client) -> None:
    await shop.switch(base_url="https://shop.example.org")
    async with shop.http.get(f"{GET}?id=1&code={TOKEN}", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "https://shop.example.org/"


async def test_the_first_call_can_be_slow(shop: Client) -> None:
    await shop.switch(first_call_seconds=0.1)
    started = time.monotonic()
    await shop.push(a_return())
    assert time.monotonic() - started > 0.05
    assert shop.simulator.switches.first_call_seconds == 0
