"""Keys, languages, errors, permissions and rate limits (contract 2)."""

import pytest

from retour.sandbox.lightspeed import KEY, SECRET, app_secret
from tests.sandbox.lightspeed.client import Client, basic


@pytest.mark.parametrize(
    ("key", "secret"), [(KEY, "x" * 32), ("x" * 32, SECRET), (KEY[:-1], SECRET), ("", ""), ("sändbox", "kéy")]
)
async def test_a_wrong_key_is_refused(shop: Client, key: str, secret: str) -> None:
    got = await shop.raw("GET", "/nl/returns.json", headers=basic(key, secret))
    assert got.status == 401
    assert got.body == {
        "error": {"code": 401, "method": "GET", "request": "/nl/returns.json", "message": "Unauthorized"}
    }
    assert "X-RateLimit-Limit" not in got.headers


@pytest.mark.parametrize("header", [None, "Bearer abc", "Basic", "Basic !!!", "Basic /w=="])
async def test_so_is_no_key_at_all(shop: Client, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    assert (await shop.raw("GET", "/nl/returns.json", headers=headers)).status == 401


async def test_a_revoked_key_is_refused_until_it_is_given_again(shop: Client) -> None:
    assert (await shop.api("GET", "returns")).status == 200
    await shop.control(f"keys/{KEY}", method="DELETE")
    assert (await shop.api("GET", "returns")).status == 401
    await shop.control("keys", {"key": KEY, "secret": SECRET})
    assert (await shop.api("GET", "returns")).status == 200


async def test_an_installed_app_signs_in_with_its_own_key(shop: Client) -> None:
    shop.key, shop.secret = "a" * 32, app_secret("token-of-the-installation", "secret-of-the-app")
    shop.simulator.keys.add(shop.key, shop.secret)
    assert (await shop.api("GET", "returns")).status == 200


@pytest.mark.parametrize(
    "path", ["/returns.json", "/fr/returns.json", "/nld/returns.json", "/n/returns.json", "/nl/returns", "/nl/no.json"]
)
async def test_the_language_must_be_one_of_the_shop(shop: Client, path: str) -> None:
    got = await shop.raw("GET", path, headers=shop.authorization)
    assert (got.status, got.body["error"]["code"], got.body["error"]["request"]) == (404, 404, path)
    assert (await shop.raw("GET", "/en/returns.json", headers=shop.authorization)).status == 200


async def test_permissions_are_per_area_read_and_write(shop: Client) -> None:
    order = await shop.order()
    await shop.control("keys", {"key": KEY, "secret": SECRET, "permissions": {"orders": {"write": False}}})
    told = (await shop.get("account/permissions"))["accountPermissions"]
    assert told["orders"] == {"read": True, "write": False}
    assert set(told) == {"content", "products", "customers", "orders", "settings", "tracking"}
    assert (await shop.api("GET", "returns")).status == 200
    assert (await shop.create(order)).status == 403
    assert not await shop.journal("created")
    await shop.switch(permission_status=401)
    assert (await shop.create(order)).status == 401
    await shop.control("keys", {"key": KEY, "secret": SECRET, "permissions": {"orders": {"read": False}}})
    assert (await shop.api("GET", "returns")).status == 401


async def test_errors_can_hide_in_a_200(shop: Client) -> None:
    await shop.switch(errors_as_200=True)
    got = await shop.api("GET", "returns/1")
    assert (got.status, got.body["error"]["code"]) == (200, 404)
    shop.secret = "x" * 32
    assert (await shop.api("GET", "returns/1")).status == 401


async def begin_window(shop: Client) -> None:
    """Windows follow the clock: a test that counts begins where none of them can end soon."""
    windows = (await shop.get("account/ratelimit"))["accountRatelimit"]
    await shop.wait(windows["limitDay"]["reset"] + 1)


async def test_every_answer_tells_three_windows(shop: Client) -> None:
    await begin_window(shop)
    first = await shop.api("GET", "returns")
    second = await shop.api("GET", "returns/1")
    assert (first.status, second.status) == (200, 404)
    assert first.headers["X-RateLimit-Limit"] == "1000/12000/288000"
    assert first.headers["X-RateLimit-Remaining"] == "999/11999/287999"
    assert second.headers["X-RateLimit-Remaining"] == "998/11998/287998"
    reset = [int(seconds) for seconds in first.headers["X-RateLimit-Reset"].split("/")]
    assert 290 < reset[0] <= 300
    assert 3590 < reset[1] <= 3600
    assert 86_390 < reset[2] <= 86_400


async def test_429_when_a_window_is_empty(shop: Client) -> None:
    await shop.switch(limit_5min=2)
    await begin_window(shop)
    assert [(await shop.api("GET", "returns")).status for _ in range(3)] == [200, 200, 429]
    order = await shop.order()
    got = await shop.create(order)
    assert (got.status, got.body["error"]["code"]) == (429, 429)
    assert got.headers["X-RateLimit-Remaining"].startswith("0/11998/")
    assert "Retry-After" not in got.headers
    await shop.switch(retry_after=True)
    wait = int((await shop.create(order)).headers["Retry-After"])
    assert 0 < wait <= 300
    assert not await shop.journal("created")
    await shop.wait(wait)
    assert (await shop.create(order)).status == 201


async def test_the_hour_can_be_empty_while_the_five_minutes_are_not(shop: Client) -> None:
    await shop.switch(limit_hour=1)
    await begin_window(shop)
    assert (await shop.api("GET", "returns")).status == 200
    await shop.wait(600)
    got = await shop.api("GET", "returns")
    assert got.status == 429
    assert got.headers["X-RateLimit-Remaining"].split("/")[:2] == ["1000", "0"]
    assert int(got.headers["X-RateLimit-Reset"].split("/")[1]) > 2000


async def test_budgets_belong_to_a_key(shop: Client) -> None:
    await shop.switch(limit_5min=1)
    shop.simulator.keys.add("b" * 32, "c" * 32)
    assert [(await shop.api("GET", "returns")).status for _ in range(2)] == [200, 429]
    shop.key, shop.secret = "b" * 32, "c" * 32
    assert (await shop.api("GET", "returns")).status == 200


async def test_the_account_tells_its_budget(shop: Client) -> None:
    await begin_window(shop)
    told = (await shop.get("account/ratelimit"))["accountRatelimit"]
    assert set(told) == {"limit5Min", "limitHour", "limitDay"}
    assert (told["limit5Min"]["limit"], told["limit5Min"]["remaining"]) == (1000, 999)
    assert told["limitDay"]["resetTime"].endswith("T00:00:00+00:00")


async def test_without_limits_there_are_no_headers(shop: Client) -> None:
    await shop.switch(limits=False)
    assert "X-RateLimit-Limit" not in (await shop.api("GET", "returns")).headers
