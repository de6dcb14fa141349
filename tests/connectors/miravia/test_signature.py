"""How calls are signed: contract miravia 2, with all of its vectors."""

from typing import Any
from urllib.parse import urlencode

import pytest
from yarl import URL

from retour.connectors.call import Signs
from retour.connectors.errors import Misconfigured, Unauthorized
from retour.connectors.marketplaces.miravia.config import MiraviaConfig
from retour.connectors.marketplaces.miravia.signature import Signature, signature
from retour.core.model import Resolution

from .world import LIST, World, part

COMMON = {"access_token": "tok", "app_key": "123456", "sign_method": "sha256", "timestamp": "1700000000000"}


@pytest.mark.parametrize(
    ("secret", "path", "parameters", "sign"),
    [
        (
            "helloworld",
            "/order/get",
            {
                "order_id": "1234",
                "access_token": "test",
                "app_key": "123456",
                "sign_method": "sha256",
                "timestamp": "1517820392000",
            },
            "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A",
        ),
        (
            "testsecret",
            "/reverse/getreverseordersforseller",
            {"page_size": "100", "page_no": "1", **COMMON},
            "9F9165F6DF65B6DB98E813CB483D018C564FD3AC1FE7CA8C0D8232AA80374D51",
        ),
        (
            "testsecret",
            "/v2/order/returnRefund/reject",
            {
                "comment": "artículo usado",
                "OrderItemIdList": '["3001"]',
                "reasonId": "1007",
                "OrderId": "2001",
                **COMMON,
            },
            "C428AEB35655AC90CAAA471A039688456EE7895E16C3A2A4B6367EB0D90A5C8D",
        ),
    ],
)
def test_the_contracts_vectors(secret: str, path: str, parameters: dict[str, str], sign: str) -> None:
    assert signature(secret, path, parameters) == sign


def credentials(**settings: Any) -> Signature:
    given = {"client_id": "123456", "app_secret": "testsecret", "access_token": "tok1", "refresh_token": "ref1"}
    return Signature(MiraviaConfig.model_validate(given | settings))


@pytest.mark.parametrize("base", ["https://api.miravia.es/rest", "https://api.miravia.es/rest/mock", "http://host"])
async def test_the_apis_own_prefix_is_not_signed(base: str) -> None:
    auth = credentials(api_url=base)
    assert isinstance(auth, Signs)
    url, headers = await auth.sign("GET", URL(f"{base}/order/get?order_id=1234"), None)

    assert headers == {}
    assert str(url).startswith(f"{base}/order/get?")
    query = dict(url.query)
    assert signature("testsecret", "/order/get", {k: v for k, v in query.items() if k != "sign"}) == query["sign"]


async def test_forms_are_signed_with_their_raw_values_and_json_is_not() -> None:
    form = {"comment": "más & más = 100% «usado»", "OrderId": "2001", "empty": ""}
    url, _ = await credentials().sign("POST", URL("https://api.miravia.es/rest/x"), urlencode(form).encode())
    system = {name: value for name, value in url.query.items() if name != "sign"}
    assert url.query["sign"] == signature("testsecret", "/x", {**system, **form})
    assert "comment" not in url.query

    url, _ = await credentials().sign("POST", URL("https://api.miravia.es/rest/x"), b'{"order_id":"2001"}')
    system = {name: value for name, value in url.query.items() if name != "sign"}
    assert url.query["sign"] == signature("testsecret", "/x", system)


async def test_signatures_are_secret() -> None:
    auth = credentials()
    url, _ = await auth.sign("GET", URL("https://api.miravia.es/rest/x"), None)

    assert {"testsecret", url.query["sign"]} <= set(auth.secrets())
    for _ in range(500):
        await auth.sign("GET", URL("https://api.miravia.es/rest/x"), None)
    assert len(list(auth.secrets())) < 100


async def test_every_call_carries_the_systems_parameters(world: World) -> None:
    await world.walk()

    [call] = world.calls(LIST)
    assert {"app_key", "timestamp", "sign_method", "access_token", "sign"} < call.query.keys()
    assert call.query["sign_method"] == "sha256"
    assert len(call.query["timestamp"]) == 13
    assert call.query["marketplace"] == "miravia"


async def test_words_in_any_language_are_signed_right(world: World) -> None:
    announced = await world.platform.announce()
    await world.miravia.settle(announced.ref, [part(announced, Resolution.REJECT, reason="Ñandú & co = 100% «ça» 漢")])

    [entry] = await world.platform.journal("settled")
    assert entry["detail"]["comment"] == "Ñandú & co = 100% «ça» 漢"


async def test_a_wrong_secret_stops_the_connection(world: World) -> None:
    with pytest.raises(Unauthorized) as refused:
        await world.connect(app_secret="wrong-and-hidden").look("1")
    assert refused.value.code == "IncompleteSignature"
    assert refused.value.request_id


async def test_a_clock_that_is_hours_off_is_named(world: World) -> None:
    await world.platform.switch(timestamp_by_clock=True)
    world.platform.wait(3 * 3600)

    with pytest.raises(Misconfigured, match="clock"):
        await world.miravia.look("1")


async def test_nothing_that_is_kept_shows_a_token_or_a_signature(world: World) -> None:
    announced = await world.platform.announce()
    await world.platform.command("POST", "/_sandbox/tokens/expire")
    await world.miravia.settle(announced.ref, [part(announced, Resolution.ACCEPT)])

    assert world.exchanges
    secrets = {call.query[name] for call in world.sent for name in ("sign", "access_token") if name in call.query}
    secrets |= {call.form["refresh_token"] for call in world.sent if "refresh_token" in call.form}
    assert len(secrets) > 4
    assert not [secret for secret in secrets for exchange in world.exchanges if secret in repr(exchange)]
