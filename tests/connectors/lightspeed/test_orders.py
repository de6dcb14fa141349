"""Which order of the shop is it: for certain, or not at all (contract lightspeed.md, 4)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from retour.connectors.errors import ConnectorError, Refused, Transient, Unavailable
from retour.connectors.shops.lightspeed import MANIFEST
from retour.core.model import Order, Party
from retour.sandbox.lightspeed import WantedBuyer, WantedLine
from retour.testing.opened import opened

from .conftest import Shop

ORDERS = r"GET /nl/orders\.json"


def carries(number: str) -> dict[str, Any]:
    return {"metafields": {"external_order_id": number}}


def mentions(number: str) -> dict[str, Any]:
    return {"comment": f"Besteld op bol met bestelnummer {number}"}


async def find(shop: Shop, ref: str = "C000TEST01", settings: dict[str, Any] | None = None, **order: Any) -> Any:
    async with opened(MANIFEST, shop.settings() | (settings or {})) as hub:
        found = await hub.connector.order(Order(ref, **order))
    return found and found.number


async def test_what_is_told_of_it(shop: Shop, lightspeed: Any) -> None:
    lines = (WantedLine("A", article_code="ART-A"), WantedLine("B", article_code=""), WantedLine("B", article_code="X"))
    order = shop.place("ORD00500", lines=lines, **carries("C000TEST01"))
    found = await lightspeed.order(Order("C000TEST01"))
    assert (found.number, found.id) == ("ORD00500", str(order.id))
    assert dict(found.products) == {
        "A": str(order.lines[0].id),
        "ART-A": str(order.lines[0].id),
        "X": str(order.lines[2].id),
    }, "two lines have the SKU B: neither for certain"


@pytest.mark.parametrize("wanted", [carries("C000TEST01"), mentions("C000TEST01"), {"memo": "bol C000TEST01."}])
async def test_where_the_number_may_stand(shop: Shop, wanted: dict[str, Any]) -> None:
    shop.place("ORD00500", **wanted)
    shop.place("ORD00501", **carries("C000TEST02"), comment="bol C000TEST012, XC000TEST01, C000TEST01-2, 1-C000TEST01")
    assert await find(shop) == "ORD00500"
    assert await find(shop, "another", numbers=("C000TEST01",)) == "ORD00500"
    assert await find(shop, "C000TEST0") is None
    assert await find(shop, "c000test01") is None
    assert await find(shop, " ") is None


async def test_a_metafield_counts_more_than_a_mention(shop: Shop) -> None:
    shop.place("ORD00500", **carries("C000TEST01"))
    shop.place("ORD00501", comment="Replaces what came broken with C000TEST01")
    assert await find(shop) == "ORD00500"
    assert await find(shop, settings={"order_metafield": ""}) == "ORD00501"
    assert await find(shop, settings={"order_metafield": "another"}) == "ORD00501"


@pytest.mark.parametrize("both", [carries("C000TEST01"), mentions("C000TEST01")])
async def test_of_two_orders_it_is_neither(shop: Shop, both: dict[str, Any]) -> None:
    shop.place("ORD00500", **both)
    shop.place("ORD00501", **both)
    assert await find(shop) is None


async def test_a_short_number_in_a_text_says_nothing(shop: Shop) -> None:
    shop.place("ORD00500", comment="Room 1234, ring twice")
    shop.place("ORD00501", **carries("5678"))
    assert await find(shop, "1234") is None
    assert await find(shop, "5678") == "ORD00501"


async def test_the_customers_own_orders_are_asked_first(shop: Shop) -> None:
    for number in range(200):
        wanted = carries("C000TEST01") if number == 3 else {}
        shop.place(f"B{number}", buyer=WantedBuyer(email=f"{number % 60}@example.org"), **wanted)
    shop.forget_calls()
    assert await find(shop, billing=Party(email="3@Example.org")) == "B3"
    assert shop.asked <= 8
    assert await find(shop, billing=Party(email="4@example.org")) is None


async def test_of_many_orders_the_nearest_are_asked(shop: Shop) -> None:
    """Each order's metafields are a call of their own."""
    begin = shop.simulator.shop.now()
    for number in range(100):
        shop.place(f"B{number}", **carries(f"C000TEST{number:02}"))
        shop.simulator.clock.move(60)
    shop.forget_calls()
    assert await find(shop, "C000TEST50", placed_at=begin + timedelta(minutes=48)) == "B50"
    assert await find(shop, "C000TEST95") == "B95", "the newest, when it is not told when it was placed"
    assert await find(shop, "C000TEST03") is None
    assert shop.asked <= 3 * (20 + 3)


async def test_the_orders_of_that_day_are_asked(shop: Shop) -> None:
    begin = shop.simulator.shop.now()
    for day in range(60):
        shop.place(f"D{day}", **carries(f"C000TEST{day:02}"))
        shop.simulator.clock.move(86400)
    for day in (2, 30, 59):
        placed_at = begin + timedelta(days=day, hours=-2)
        shop.forget_calls()
        assert await find(shop, f"C000TEST{day:02}", placed_at=placed_at) == f"D{day}"
        assert shop.asked <= 7
    assert await find(shop, "C000TEST40", placed_at=begin) is None, "weeks after it was placed, it is another one"


async def test_a_large_shop_takes_a_call_for_each_250_orders(shop: Shop) -> None:
    for number in range(1200):
        shop.place(f"B{number}", **(mentions("C000TEST01") if number == 700 else {}))
    shop.forget_calls()
    assert await find(shop, settings={"order_metafield": ""}) == "B700"
    assert shop.asked == 1 + 5 + 1


async def test_more_than_can_be_read_is_not_certain(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retour.connectors.shops.lightspeed.orders.MOST_PAGES", 2)
    shop.place("ORD00500", **mentions("C000TEST01"))
    await shop.command("POST", "/_sandbox/orders/bulk", {"count": 500})
    assert await find(shop) is None


async def test_no_personal_data_is_asked_with(shop: Shop) -> None:
    """Addresses of calls that failed are kept and shown."""
    shop.place("ORD00500", **carries("C000TEST01"))
    shop.fault("answer", "GET", times=9, status=500)
    noor = Party(email="noor@example.org", last_name="Example", postcode="3526 KL")
    async with opened(MANIFEST, shop.settings()) as hub:
        with pytest.raises(Transient):
            await hub.connector.order(Order("C000TEST01", billing=noor, placed_at=shop.simulator.shop.now()))
        [exchange] = hub.traffic.exchanges
    assert "created_at_min" in exchange.url
    assert not [value for value in ("noor", "example", "3526") if value in exchange.url.casefold()]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 500}, Transient),
        ({"status": 503}, Unavailable),
        ({"status": 200, "body": "<html>"}, Transient),
        ({"status": 422, "body": '{"error": {"code": 422, "message": "bad filter"}}'}, Refused),
    ],
)
async def test_a_failing_search(
    shop: Shop, lightspeed: Any, answer: dict[str, Any], kind: type[ConnectorError]
) -> None:
    shop.fault("answer", ORDERS, times=9, **answer)
    with pytest.raises(ConnectorError) as caught:
        await lightspeed.order(Order("C000TEST01"))
    assert type(caught.value) is kind


async def test_an_order_that_cannot_be_read_hides_no_other(shop: Shop, lightspeed: Any) -> None:
    order = shop.place("ORD00500", **mentions("C000TEST01"))
    row = {"id": order.id, "number": "ORD00500", "comment": "C000TEST01", "memo": False, "email": False}
    shop.fault("answer", ORDERS, skip=1, status=200, body=json.dumps({"orders": [False, {"id": "x"}, row]}))
    found = await lightspeed.order(Order("C000TEST01"))
    assert found.number == "ORD00500"
