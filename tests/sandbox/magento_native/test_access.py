"""Who may pass, and how errors are said (contract A1)."""

from typing import Any

import pytest

from retour.sandbox.magento.integration import base_string
from retour.sandbox.magento_native import ACCESS_TOKEN
from tests.sandbox.magento_native.conftest import EVERYTHING, Client, criteria, filled, paged

NO_ROUTE = {"message": "Request does not match any route."}
FORBIDDEN = "The consumer isn't authorized to access %resources."


def test_the_base_string_of_the_standard() -> None:
    """The example of RFC 5849, section 3.4.1.1."""
    pairs = [
        ("b5", "=%3D"), ("a3", "a"), ("c@", ""), ("a2", "r b"), ("c2", ""), ("a3", "2 q"),
        ("oauth_consumer_key", "9djdj82h48djs9d2"), ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "137131201"), ("oauth_nonce", "7d8f3e4a"),
    ]  # fmt: skip
    assert base_string("post", "http://example.com/request", pairs) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26"
        "c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26"
        "oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


@pytest.mark.parametrize("path", ["/orders", "/rest/V1/orders", "/rest/default/V1/orders", "/rest/all/V1/orders"])
async def test_a_signed_request_passes(shop: Client, path: str) -> None:
    query = criteria((0, 0, "customer_firstname", "in", "Noor,Élise & co+1"))
    assert (await shop.api("GET", path, query))["total_count"] == 2


async def test_a_query_that_was_not_signed_is_refused(shop: Client) -> None:
    path = "/rest/V1/orders"
    header = shop.authorization("GET", path, paged(1))
    status, answer = await shop.call("GET", path, paged(2), authorization=header)
    assert (status, answer["message"]) == (401, "The signature is invalid. Verify and try again.")
    for method, other in (("POST", path), ("GET", "/rest/all/V1/orders")):
        header = shop.authorization(method, other, paged(1))
        assert (await shop.call("GET", path, paged(1), authorization=header))[0] == 401


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"oauth_signature": "AAAA"}, 401, "The signature is invalid. Verify and try again."),
        ({"oauth_consumer_key": "another"}, 401, "A consumer having the specified key does not exist"),
        ({"oauth_token": "another"}, 401, "Specified token does not exist"),
        ({"oauth_signature_method": "HMAC-SHA1"}, 400, 'The signature method "HMAC-SHA1" isn\'t supported.'),
        ({"oauth_version": "2.0"}, 400, 'The "2.0" Oauth version isn\'t supported.'),
        ({"oauth_nonce": None}, 400, '"oauth_nonce" is required. Enter and try again.'),
        ({"oauth_timestamp": "1700000000"}, 401, "Incorrect timestamp value in the oauth_timestamp parameter"),
        ({"oauth_timestamp": "soon"}, 401, "Incorrect timestamp value in the oauth_timestamp parameter"),
    ],
)
async def test_refused_signatures(shop: Client, changes: dict[str, str | None], status: int, words: str) -> None:
    header = shop.authorization("GET", "/rest/V1/orders", EVERYTHING, **changes)
    got, answer = await shop.call("GET", "/orders", EVERYTHING, authorization=header)
    assert (got, filled(answer)) == (status, words)


async def test_several_missing_parameters_are_listed(shop: Client) -> None:
    header = shop.authorization("GET", "/rest/V1/orders", EVERYTHING, oauth_nonce=None, oauth_token=None)
    status, answer = await shop.call("GET", "/orders", EVERYTHING, authorization=header)
    assert (status, [filled(error) for error in answer["errors"]]) == (
        400,
        ['"oauth_token" is required. Enter and try again.', '"oauth_nonce" is required. Enter and try again.'],
    )


async def test_a_nonce_serves_once(shop: Client) -> None:
    header = shop.authorization("GET", "/rest/V1/orders", EVERYTHING)
    assert (await shop.call("GET", "/orders", EVERYTHING, authorization=header))[0] == 200
    status, answer = await shop.call("GET", "/orders", EVERYTHING, authorization=header)
    assert (status, answer["parameters"]) == (401, ["1"])
    assert filled(answer) == "The nonce is already being used by the consumer with ID 1."


async def test_the_window_of_time(shop: Client) -> None:
    header = shop.authorization("GET", "/rest/V1/orders", EVERYTHING)
    await shop.control("clock", {"seconds": 700})
    assert (await shop.call("GET", "/orders", EVERYTHING, authorization=header))[0] == 401
    await shop.switch(timestamp_window_seconds=None)
    assert (await shop.call("GET", "/orders", EVERYTHING, authorization=header))[0] == 200


async def test_a_bearer_token_only_where_it_is_allowed(shop: Client) -> None:
    bearer = f"Bearer {ACCESS_TOKEN}"
    status, answer = await shop.call("GET", "/orders", EVERYTHING, authorization=bearer)
    assert (status, answer) == (401, {"message": FORBIDDEN, "parameters": {"resources": "Magento_Sales::actions_view"}})
    await shop.switch(bearer_enabled=True)
    assert (await shop.call("GET", "/orders", EVERYTHING, authorization=bearer))[0] == 200
    for wrong in ("Bearer wrong", "", "Basic eDp5"):
        assert (await shop.call("GET", "/orders", EVERYTHING, authorization=wrong))[0] == 401


async def test_revoked_and_made_anew(shop: Client) -> None:
    await shop.control("integration/revoke")
    status, answer = await shop.call("GET", "/orders", EVERYTHING)
    assert (status, answer["message"]) == (401, "Access token has been revoked")
    await shop.switch(bearer_enabled=True)
    assert (await shop.call("GET", "/orders", EVERYTHING, authorization=f"Bearer {ACCESS_TOKEN}"))[0] == 401
    made = await shop.control("integration/reauthorize")
    assert (await shop.call("GET", "/orders", EVERYTHING))[1]["message"] == "Specified token does not exist"
    shop.keys |= {"token": made["access_token"], "token_secret": made["access_token_secret"]}
    assert (await shop.call("GET", "/orders", EVERYTHING))[0] == 200


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("/orders", "Magento_Sales::actions_view"),
        ("/creditmemos", "Magento_Sales::sales_creditmemo"),
        ("/returns", "Magento_Rma::rma"),
    ],
)
async def test_what_the_integration_may_do(shop: Client, path: str, resource: str) -> None:
    await shop.switch(resources=[known for known in shop.simulator.switches.resources if known != resource])
    status, answer = await shop.call("GET", path, EVERYTHING)
    assert (status, filled(answer)) == (401, FORBIDDEN.replace("%resources", resource))


async def test_open_source_has_no_returns(shop: Client) -> None:
    await shop.made()
    await shop.switch(edition="open_source")
    for method, path in (
        ("GET", "/returns"),
        ("POST", "/returns"),
        ("GET", "/returns/1"),
        ("GET", "/returnsAttributeMetadata/resolution"),
    ):
        assert await shop.call(method, path, EVERYTHING, authorization="") == (404, NO_ROUTE), "before any question"
    assert (await shop.call("GET", "/orders", EVERYTHING))[0] == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing"), ("DELETE", "/orders"), ("GET", "/rest/nowhere/V1/orders"), ("GET", "/rest/V2/orders")],
)
async def test_no_such_route(shop: Client, method: str, path: str) -> None:
    assert await shop.call(method, path) == (404, NO_ROUTE)


async def test_errors_can_carry_a_trace(shop: Client) -> None:
    await shop.switch(developer_mode=True)
    assert "/var/www/html/" in (await shop.call("GET", "/orders/99"))[1]["trace"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, '"rmaDataObject" is required. Enter and try again.'),
        ({"rmaDataObject": {"items": []}}, '"order_id" is required. Enter and try again.'),
        ([], "Decoding error: an object is expected"),
    ],
)
async def test_a_body_that_lacks_something(shop: Client, body: Any, words: str) -> None:
    status, answer = await shop.call("POST", "/returns", body=body)
    assert (status, filled(answer)) == (400, words)


async def test_wrong_types_and_unknown_fields(shop: Client) -> None:
    status, answer = await shop.create(order_id=1, store_id="x")
    assert (status, answer["parameters"]["fieldName"]) == (400, "store_id")
    assert (await shop.create(updated_at="2026"))[0] == 400
    assert shop.journal("created") == []


@pytest.mark.parametrize(
    ("switches", "status"),
    [({"maintenance": True}, 503), ({"php_down": True}, 502), ({"database_down": True}, 500), ({"body_limit": 5}, 413)],
)
async def test_a_shop_that_is_down(shop: Client, switches: dict[str, Any], status: int) -> None:
    await shop.switch(**switches)
    async with shop.http.post("/rest/V1/returns", json={"rmaDataObject": {}}) as answer:
        assert (answer.status, answer.content_type) == (status, "text/html")
