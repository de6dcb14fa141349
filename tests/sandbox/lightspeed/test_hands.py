"""The back office, the control routes, and what they share with the methods of the simulator."""

import json
import re
from decimal import Decimal

import pytest
from aiohttp import web

from retour.sandbox import lightspeed
from retour.sandbox.lightspeed import KEY, SANDBOX, LightspeedSimulator, Refused, WantedLine, WantedOrder, WantedReturn
from tests.sandbox.lightspeed.client import Client


async def test_a_customer_asks_in_the_shop_itself(shop: Client) -> None:
    await shop.order(number="ORD1", lines=[{"sku": "A", "quantity": 2}, {"sku": "B"}])
    made = await shop.control("returns", {"order": "ORD1", "lines": {"A": 2, "B": 1}, "comment": "Kapot"})
    assert [(line["sku"], line["quantity"]) for line in made["lines"]] == [("A", 2), ("B", 1)]
    row = (await shop.get(f"returns/{made['id']}"))["return"]
    assert (row["status"], row["staffNote"], row["customerComment"]) == ("new", "", "Kapot")
    (entry,) = await shop.journal("created")
    assert (entry["quantity"], entry["detail"]["source"]) == (3, "customer")
    assert (await shop.control("returns", method="GET")) == [made]


async def test_decide_all(shop: Client) -> None:
    order = await shop.order(lines=[{"quantity": 5}])
    numbers = [await shop.made(order) for _ in range(3)]
    await shop.control(f"returns/{numbers[0]}/decide", {"status": "rejected"})
    assert await shop.control("returns/decide-all", {"status": "repaired", "action": "Omruilen"}) == {"count": 2}
    assert await shop.ids(status="repaired") == numbers[1:]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "orders", {"number": "ORD1"}, 409),
        ("POST", "orders", {"lines": []}, 400),
        ("POST", "orders", {"colour": "red"}, 400),
        ("POST", "orders", {"lines": [{"quantity": 0}]}, 400),
        ("POST", "returns", {}, 400),
        ("POST", "returns", {"order": "none"}, 409),
        ("POST", "returns", {"order": "ORD1", "lines": {"NO": 1}}, 409),
        ("POST", "returns/1/decide", {"status": "refunded"}, 404),
        ("POST", "returns/1/garble", {"flaw": "upside_down"}, 400),
        ("POST", "returns/1/credit", None, 404),
        ("DELETE", "returns/1", None, 404),
        ("POST", "keys", {"key": "short", "secret": "short"}, 400),
        ("DELETE", "keys/none", None, 404),
        ("PATCH", "switches", {"no_such": 1}, 400),
    ],
)
async def test_control_refuses_nonsense(shop: Client, method: str, path: str, body: object, status: int) -> None:
    await shop.order(number="ORD1")
    assert (await shop.raw(method, f"/_sandbox/{path}", json=body)).status == status


async def test_calls_are_counted_by_endpoint(shop: Client) -> None:
    await shop.ids()
    await shop.api("GET", "returns/5")
    calls = (await shop.raw("GET", "/_sandbox/calls")).body
    assert calls == {"GET /{lang}/returns.json": 1, "GET /{lang}/returns/{id}.json": 1}


def test_the_methods_do_the_same() -> None:
    simulator = LightspeedSimulator()
    shop = simulator.shop
    order = shop.place_order(WantedOrder(number="ORD1", lines=(WantedLine("A", quantity=2),)))
    row = shop.add_return(WantedReturn("ORD1", {"A": 2}))
    shop.decide(row.id, "refunded", "Keep")
    invoice = shop.credit_return(row.id)
    shop.remove(row.id)
    assert [entry.kind for entry in simulator.journal.entries] == ["created", "decided", "credit_memo", "deleted"]
    assert (invoice.order, invoice.total) == (order, Decimal(-25))
    with pytest.raises(KeyError):
        shop.decide(row.id, "refunded")
    with pytest.raises(Refused):
        shop.place_order(WantedOrder(number="ORD1"))
    simulator.keys.revoke(KEY)
    with pytest.raises(KeyError):
        simulator.keys.revoke(KEY)


def test_old_settled_returns_are_forgotten_with_their_orders() -> None:
    simulator = LightspeedSimulator()
    simulator.switches.kept_returns = 3
    shop = simulator.shop
    waiting = shop.add_return(WantedReturn(shop.place_order().number))
    for _ in range(10):
        row = shop.add_return(WantedReturn(shop.place_order().number))
        shop.decide(row.id, "refunded")
    assert (len(shop.returns), len(shop.orders)) == (3, 3)
    assert shop.returns.get(waiting.id) is waiting
    assert shop.returns.get(row.id) is row


def test_the_docstring_names_every_control_route() -> None:
    told = {(method, path) for method, path in re.findall(r"(\w+) +(/_sandbox/[^\s]*)", lightspeed.__doc__ or "")}
    there = {
        (route.method, re.sub(r":\\d\+", "", route.path))
        for route in LightspeedSimulator().routes()
        if isinstance(route, web.RouteDef) and route.path.startswith("/_sandbox/")
    }
    assert there == told - {("POST", "/_sandbox/clock")}


class TestBackOffice:
    async def test_a_person_sees_who_bought_what_and_decides(self, shop: Client) -> None:
        order = await shop.order(
            lines=[{"title": "<b>Mug</b>"}], buyer={"company": "B & Co", "billing": {"street": "Dorpstraat"}}
        )
        number = await shop.made(order, customerComment="<script>", returnAction="Refund")
        page = await shop.raw("GET", "/")
        assert f"Return {number}" in page.text
        detail = (await shop.raw("GET", f"/returns/{number}")).text
        for text in ("&lt;b&gt;Mug", "&lt;script&gt;", "B &amp; Co", "Dorpstraat 12 B", "INV00038", order["number"]):
            assert text in detail
        assert "<script" not in detail + page.text
        form = {"status": "refunded", "action": "Keep"}
        answer = await shop.raw("POST", f"/returns/{number}/decide", data=form)
        assert (answer.status, answer.headers["Location"]) == (303, f"/returns/{number}")
        row = (await shop.get(f"returns/{number}"))["return"]
        assert (row["status"], row["returnAction"], row["notifyStatus"]) == ("refunded", "Keep", False)
        assert not await shop.journal("mail", "stock")
        assert "Item(s) refunded" in (await shop.raw("GET", f"/returns/{number}")).text

    async def test_mail_and_stock_are_ticked(self, shop: Client) -> None:
        number = await shop.made(await shop.order())
        form = {"status": "repaired", "action": "Exchange", "notify": "1", "stock_adjusted": "1"}
        await shop.raw("POST", f"/returns/{number}/decide", data=form)
        assert [entry["kind"] for entry in await shop.journal("mail", "stock")] == ["mail", "stock"]

    async def test_credit_and_delete(self, shop: Client) -> None:
        number = await shop.made(await shop.order())
        for _ in range(2):
            await shop.raw("POST", f"/returns/{number}/credit")
        assert "Not credited" in (await shop.raw("GET", f"/returns/{number}")).text
        assert len(await shop.journal("credit_memo")) == 1
        assert (await shop.raw("POST", f"/returns/{number}/delete")).headers["Location"] == "/"
        assert (await shop.raw("GET", f"/returns/{number}")).status == 404
        assert (await shop.raw("POST", f"/returns/{number}/decide", data={"status": "refunded"})).status == 404

    async def test_it_knows_only_the_seven_statuses(self, shop: Client) -> None:
        number = await shop.made(await shop.order())
        assert (await shop.raw("POST", f"/returns/{number}/decide", data={"status": "gone"})).status == 400
        await shop.control(f"returns/{number}/decide", {"status": "<i>odd"})
        assert "&lt;i&gt;odd" in (await shop.raw("GET", "/")).text

    async def test_pages_and_filters(self, shop: Client) -> None:
        order = await shop.order(lines=[{"quantity": 60}])
        numbers = [await shop.made(order) for _ in range(51)]
        await shop.control(f"returns/{numbers[0]}/decide", {"status": "rejected"})
        first, second = [(await shop.raw("GET", f"/?page={page}")).text for page in (1, 2)]
        assert (f'id="return-{numbers[50]}"' in first, f'id="return-{numbers[0]}"' in first) == (True, False)
        assert f'id="return-{numbers[0]}"' in second
        rejected = (await shop.raw("GET", "/?status=rejected&page=x")).text
        assert re.findall(r'id="return-(\d+)"', rejected) == [str(numbers[0])]


def test_a_newcomer_finds_orders_and_a_return() -> None:
    simulator = SANDBOX.create(0)
    assert isinstance(simulator, LightspeedSimulator)
    assert len(simulator.shop.orders) == 2
    assert [row.action for row in simulator.shop.returns] == ["Exchange"]
    assert json.dumps(simulator.journal.as_json())
