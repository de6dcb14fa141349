"""Signatures, tokens, errors and limits (contract 2, 3, 9)."""

import json

import aiohttp
import pytest
from yarl import URL

from retour.sandbox.app import start
from retour.sandbox.miravia import APP_KEY, REFRESH_TOKEN, MiraviaSimulator
from retour.sandbox.miravia.signature import signature, string_to_sign
from tests.sandbox.miravia.conftest import ACCEPT, LIST, REJECT, World, sign

PAGE = {"page_no": "1", "page_size": "100"}
OFFICIAL = {
    "access_token": "test",
    "app_key": "123456",
    "order_id": "1234",
    "sign_method": "sha256",
    "timestamp": "1517820392000",
}
SYSTEM = {"access_token": "tok", "app_key": "123456", "sign_method": "sha256", "timestamp": "1700000000000"}
REJECTED = {"OrderId": "2001", "OrderItemIdList": '["3001"]', "comment": "artículo usado", "reasonId": "1007"}
VECTORS = [
    (
        "helloworld",
        "/order/get",
        OFFICIAL,
        "/order/getaccess_tokentestapp_key123456order_id1234sign_methodsha256timestamp1517820392000",
        "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A",
    ),
    (
        "testsecret",
        LIST,
        SYSTEM | PAGE,
        "/reverse/getreverseordersforselleraccess_tokentokapp_key123456page_no1page_size100"
        "sign_methodsha256timestamp1700000000000",
        "9F9165F6DF65B6DB98E813CB483D018C564FD3AC1FE7CA8C0D8232AA80374D51",
    ),
    (
        "testsecret",
        REJECT,
        SYSTEM | REJECTED,
        '/v2/order/returnRefund/rejectOrderId2001OrderItemIdList["3001"]access_tokentokapp_key123456'
        "commentartículo usadoreasonId1007sign_methodsha256timestamp1700000000000",
        "C428AEB35655AC90CAAA471A039688456EE7895E16C3A2A4B6367EB0D90A5C8D",
    ),
]


class TestSignatures:
    """2"""

    @pytest.mark.parametrize(("secret", "path", "parameters", "text", "expected"), VECTORS)
    def test_vectors(self, secret: str, path: str, parameters: dict[str, str], text: str, expected: str) -> None:
        assert string_to_sign(path, parameters | {"sign": "?"}) == text
        assert signature(secret, path, parameters | {"sign": "?"}) == expected

    @pytest.mark.parametrize(("secret", "path", "parameters", "text", "expected"), VECTORS)
    async def test_vectors_over_http(
        self, secret: str, path: str, parameters: dict[str, str], text: str, expected: str
    ) -> None:
        """A right signature gets as far as the token, which is not known here; another does not."""
        running = await start(MiraviaSimulator(app_secret=secret))
        running.simulator.switches.timestamp_tolerance = 1e12  # type: ignore[attr-defined]
        async with aiohttp.ClientSession() as session:
            world = World(running, session)
            form = REJECTED if path == REJECT else None
            query = {name: value for name, value in parameters.items() if not form or name not in form}
            method = "POST" if form else "GET"
            right = await world.raw(method, path, query | {"sign": expected}, form)
            wrong = await world.raw(method, path, query | {"sign": expected[::-1]}, form)
            lower = await world.raw(method, path, query | {"sign": expected.lower()}, form)
        await running.stop()
        assert right["code"] == "IllegalAccessToken", text
        assert (wrong["code"], lower["code"]) == ("IncompleteSignature", "IncompleteSignature")

    async def test_what_is_sent_is_what_is_signed(self, world: World) -> None:
        query = world.system() | PAGE
        signed = sign(LIST, query)
        for changed in (query | {"page_size": "10"}, query | {"extra": "1"}):
            assert (await world.raw("GET", LIST, changed | {"sign": signed}))["code"] == "IncompleteSignature"
        with_rest = sign(f"/rest{LIST}", query)
        assert (await world.raw("GET", LIST, query | {"sign": with_rest}))["code"] == "IncompleteSignature"
        assert (await world.raw("GET", LIST, query | {"sign": signed}))["code"] == "0"

    @pytest.mark.parametrize("name", ["app_key", "timestamp", "sign_method", "sign", "access_token"])
    async def test_missing(self, world: World, name: str) -> None:
        query = world.system() | PAGE
        query.pop(name, None)
        query |= {} if name == "sign" else {"sign": sign(LIST, query)}
        got = await world.raw("GET", LIST, query)
        assert (got["type"], got["code"], got["detail"]) == ("ISV", "MissingParameter", [name])
        assert got["request_id"]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"app_key": "654321"}, "InvalidParameter"),
            ({"sign_method": "md5"}, "InvalidParameter"),
            ({"timestamp": "1700000000000"}, "InvalidTimestamp"),
            ({"timestamp": "1700000000"}, "InvalidTimestamp"),
            ({"timestamp": "2023-11-14T22:13:20Z"}, "InvalidTimestamp"),
        ],
    )
    async def test_refused(self, world: World, changes: dict[str, str], code: str) -> None:
        query = world.system() | changes | PAGE
        assert (await world.raw("GET", LIST, query | {"sign": sign(LIST, query)}))["code"] == code

    async def test_timestamp_window_and_its_clock(self, world: World) -> None:
        await world.wait(3 * 3600)
        assert (await world.get(LIST, **PAGE))["code"] == "0"
        await world.switch(timestamp_by_clock=True)
        assert (await world.get(LIST, **PAGE))["code"] == "InvalidTimestamp"
        await world.switch(timestamp_tolerance=4 * 3600)
        assert (await world.get(LIST, **PAGE))["code"] == "0"

    async def test_a_post_may_have_all_in_the_query(self, world: World) -> None:
        returned = await world.opened()
        line = returned["lines"][0]
        items = json.dumps([line["items"][0]["order_item_id"]])
        fields = {"OrderId": returned["order_id"], "OrderItemIdList": items, "refundAmount": str(line["cents"])}
        query = world.system() | fields
        await world.switch(business_in_query=False)
        got = await world.raw("POST", ACCEPT, query | {"sign": sign(ACCEPT, query)})
        assert (got["code"], got["detail"]) == ("MissingParameter", ["OrderId"])
        await world.switch(business_in_query=True)
        got = await world.raw("POST", ACCEPT, query | {"sign": sign(ACCEPT, query)})
        assert got["data"][0]["status"] == "SUCCESS"

    async def test_system_parameters_belong_in_the_query(self, world: World) -> None:
        fields = world.system()
        got = await world.raw("POST", ACCEPT, {}, fields | {"sign": sign(ACCEPT, fields)})
        assert got["code"] == "MissingParameter"

    async def test_unknown_path_and_method(self, world: World) -> None:
        assert (await world.get("/reverse/getnothing"))["code"] == "UnsupportedAction"
        assert (await world.get(ACCEPT))["code"] == "UnsupportedAction"
        assert (await world.post(LIST))["code"] == "UnsupportedAction"

    async def test_spelling_of_codes(self, world: World) -> None:
        await world.switch(code_spelling="snake", code_as="number")
        world.token = "nobody's"
        assert (await world.get(LIST, **PAGE))["code"] == "ILLEGAL_ACCESS_TOKEN"
        await world.switch(code_spelling="lower")
        assert (await world.get(LIST, **PAGE))["code"] == "illegalaccesstoken"
        world.token = "sandbox-access-token"
        assert (await world.get(LIST, **PAGE))["code"] == 0


class TestTokens:
    """3"""

    CREATE, REFRESH = "/auth/token/create", "/auth/token/refresh"

    async def test_a_code_is_good_once(self, world: World) -> None:
        code = (await world.control("codes"))["code"]
        got = await world.auth(self.CREATE, code=code)
        assert (got["code"], got["expires_in"], got["refresh_expires_in"]) == ("0", 7_776_000, 31_536_000)
        assert "data" not in got
        world.token = got["access_token"]
        assert (await world.get(LIST, **PAGE))["code"] == "0"
        assert (await world.auth(self.CREATE, code=code))["code"] == "InvalidCode"

    async def test_an_old_code_is_worth_nothing(self, world: World) -> None:
        code = (await world.control("codes"))["code"]
        await world.wait(1801)
        assert (await world.auth(self.CREATE, code=code))["code"] == "InvalidCode"

    async def test_auth_calls_are_signed(self, world: World) -> None:
        query = world.app() | {"refresh_token": REFRESH_TOKEN}
        assert (await world.raw("POST", self.REFRESH, query | {"sign": "0" * 64}))["code"] == "IncompleteSignature"
        assert (await world.raw("POST", self.REFRESH, query | {"sign": sign(self.REFRESH, query)}))["code"] == "0"

    async def test_a_refresh_token_is_good_once(self, world: World) -> None:
        first = await world.auth(self.REFRESH, refresh_token=REFRESH_TOKEN)
        assert first["refresh_token"] != REFRESH_TOKEN
        got = await world.auth(self.REFRESH, refresh_token=REFRESH_TOKEN)
        assert (got["type"], got["code"]) == ("ISV", "IllegalRefreshToken")
        again = await world.auth(self.REFRESH, refresh_token=first["refresh_token"])
        assert again["code"] == "0"
        await world.switch(old_refresh_token_dies=False)
        for _ in range(2):
            got = await world.auth(self.REFRESH, refresh_token=again["refresh_token"])
            assert got["code"] == "0"

    async def test_access_tokens_end(self, world: World) -> None:
        await world.wait(7_776_001)
        assert (await world.get(LIST, **PAGE))["code"] == "IllegalAccessToken"
        await world.switch(stale_token_code="AccessTokenExpired")
        assert (await world.get(LIST, **PAGE))["code"] == "AccessTokenExpired"
        world.token = (await world.auth(self.REFRESH, refresh_token=REFRESH_TOKEN))["access_token"]
        assert (await world.get(LIST, **PAGE))["code"] == "0"
        await world.control("tokens/expire")
        assert (await world.get(LIST, **PAGE))["code"] == "AccessTokenExpired"

    async def test_the_old_access_token_may_die_at_the_refresh(self, world: World) -> None:
        await world.switch(old_access_token_dies=True)
        await world.auth(self.REFRESH, refresh_token=REFRESH_TOKEN)
        assert (await world.get(LIST, **PAGE))["code"] == "IllegalAccessToken"

    async def test_refresh_tokens_end(self, world: World) -> None:
        await world.switch(refresh_lifetime_restarts=False)
        await world.wait(31_000_000)
        got = await world.auth(self.REFRESH, refresh_token=REFRESH_TOKEN)
        assert 535_990 <= got["refresh_expires_in"] <= 536_000
        await world.wait(536_001)
        got = await world.auth(self.REFRESH, refresh_token=got["refresh_token"])
        assert got["code"] == "IllegalRefreshToken"

    async def test_revoked(self, world: World) -> None:
        await world.control("tokens/revoke")
        assert (await world.get(LIST, **PAGE))["code"] == "IllegalAccessToken"
        got = await world.auth(self.REFRESH, refresh_token=REFRESH_TOKEN)
        assert got["code"] == "IllegalRefreshToken"

    async def test_the_authorisation_page(self, world: World) -> None:
        query = {"response_type": "code", "force_auth": "true", "client_id": APP_KEY, "state": "a b"}
        url = f"{world.running.url}/apps/oauth/authorize"
        callback = {"redirect_uri": "https://hub.example.org/callback?x=1"}
        async with world.session.get(url, params=query | callback) as answer:
            assert answer.status == 200
            assert "https://hub.example.org" in await answer.text()
        async with world.session.post(url, params=query | callback, allow_redirects=False) as answer:
            target = URL(answer.headers["Location"])
        assert (answer.status, target.host, target.query["x"], target.query["state"]) == (
            303,
            "hub.example.org",
            "1",
            "a b",
        )
        assert (await world.auth(self.CREATE, code=target.query["code"]))["code"] == "0"
        for wrong in ({"redirect_uri": "javascript:alert(1)"}, callback | {"client_id": "1"}):
            async with world.session.get(url, params=query | wrong) as answer:
                assert answer.status == 400

    async def test_sellers_see_only_their_own(self, world: World) -> None:
        returned = await world.opened()
        await world.control("sellers", {"seller_id": "1000000002"})
        world.token = (await world.control("tokens?seller=1000000002"))["access_token"]
        assert await world.listed() == []
        got = await world.accept(returned)
        assert (got["code"], got["message"][:5]) == (127, "E0127")
        assert await world.journal("refund") == []


class TestLimits:
    """9"""

    async def test_a_minute(self, world: World) -> None:
        await world.switch(calls_per_minute=2)
        codes = [(await world.get(LIST, **PAGE))["code"] for _ in range(3)]
        assert codes == ["0", "0", "SellerCallLimit"]
        got = await world.get(LIST, **PAGE)
        assert got["type"] == "ISP"
        assert got["message"].endswith(" seconds")
        assert "This ban will last " in got["message"]
        await world.wait(61)
        assert (await world.get(LIST, **PAGE))["code"] == "0"

    async def test_a_day(self, world: World) -> None:
        await world.switch(calls_per_day=1, limit_code="ApiCallLimit", limit_says_seconds=False)
        await world.get(LIST, **PAGE)
        await world.wait(3600)
        got = await world.get(LIST, **PAGE)
        assert got["code"] == "ApiCallLimit"
        assert "seconds" not in got["message"]
        await world.wait(82_801)
        assert (await world.get(LIST, **PAGE))["code"] == "0"

    async def test_of_each_seller_apart(self, world: World) -> None:
        await world.switch(calls_per_minute=1)
        await world.get(LIST, **PAGE)
        await world.control("sellers", {"seller_id": "1000000002"})
        world.token = (await world.control("tokens?seller=1000000002"))["access_token"]
        assert (await world.get(LIST, **PAGE))["code"] == "0"

    async def test_an_error_of_the_platform_is_a_200_too(self, world: World) -> None:
        error = {"type": "SYSTEM", "code": "ServiceUnavailable", "message": "later", "request_id": "1"}
        fault = {"kind": "answer", "status": 200, "match": "getreverse", "body": json.dumps(error)}
        await world.control("faults", fault | {"headers": {"Content-Type": "application/json"}})
        assert await world.get(LIST, **PAGE) == error
        assert (await world.get(LIST, **PAGE))["code"] == "0"
