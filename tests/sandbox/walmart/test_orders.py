"""`GET /v3/orders/{purchaseOrderId}`, the page and the control routes (contract 5.4)."""

from typing import Any

import pytest

from retour.sandbox.walmart import WalmartSimulator

from .world import World, units


async def test_an_order_has_what_a_return_has_not(world: World) -> None:
    made = await world.open(
        {"sku": "MUG", "title": "Mug", "ordered": 3, "quantity": 2}, customer={"first_name": "Ann", "last_name": "Li"}
    )
    number = made["lines"][0]["purchase_order_id"]
    order = (await world.api("GET", f"/v3/orders/{number}")).body["order"]
    address = order["shippingInfo"]["postalAddress"]
    assert (address["name"], address["country"], order["shippingInfo"]["phone"]) == ("Ann Li", "USA", "5550100001")
    assert isinstance(order["orderDate"], int)
    assert order["orderDate"] > 10**12
    [line] = order["orderLines"]["orderLine"]
    assert (line["lineNumber"], line["item"]) == ("1", {"productName": "Mug", "sku": "MUG"})
    assert line["orderLineQuantity"] == {"unitOfMeasurement": "EACH", "amount": "3"}
    assert line["orderLineStatuses"]["orderLineStatus"][0]["status"] == "Shipped"
    await world.switch(order_wrapper=False)
    assert (await world.api("GET", f"/v3/orders/{number}")).body == order
    row = await world.row(made)
    assert row["customerName"] == {"firstName": "Ann", "lastName": "Li"}
    assert "5550100001" not in str(row)


async def test_an_order_comes_as_xml_unless_json_is_asked_for(world: World) -> None:
    path = "/v3/orders/4790210000002"
    got = await world.api("GET", path, Accept="*/*")
    assert got.headers["Content-Type"].startswith("application/xml")
    assert got.text.count("<lineNumber>") == 3
    await world.control("orders/4790210000002", method="DELETE")
    assert (await world.api("GET", path)).status == 404


async def test_orders_can_be_placed(world: World) -> None:
    body = {"purchase_order_id": "5", "customer_order_id": "6", "seller_order_id": "S-1", "lines": [{"sku": "A"}]}
    assert (await world.control("orders", body))["lines"] == [{"line_number": 1, "sku": "A", "quantity": 1}]
    assert (await world.call("POST", "/_sandbox/orders", json=body)).status == 409
    row = await world.row(await world.open({"purchase_order_id": "5", "sku": "A"}, return_order_id="9"))
    line = row["returnOrderLines"][0]
    assert (row["customerOrderId"], line["sellerOrderId"], line["purchaseOrderLineNumber"]) == ("6", "S-1", 1)
    assert (await world.call("POST", "/_sandbox/returns", json={"return_order_id": "9"})).status == 409


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("returns", {"lines": []}, 400),
        ("returns", {"nonsense": 1}, 400),
        ("returns/1/ship", {}, 404),
        ("returns/NUMBER/ship", {"line": 2}, 404),
        ("returns/NUMBER/refund", {"by": "nobody"}, 400),
        ("returns/NUMBER/spoil", {"flaw": "rotten"}, 400),
        ("bulk", {"count": 0}, 400),
    ],
)
async def test_control_routes_refuse_nonsense(world: World, path: str, body: Any, status: int) -> None:
    path = path.replace("NUMBER", await world.number())
    assert (await world.call("POST", f"/_sandbox/{path}", json=body)).status == status


async def test_the_summary_and_one_line_at_a_time(world: World) -> None:
    made = await world.open({"sku": "A"}, {"sku": "B", "quantity": 2})
    await world.control(f"returns/{made['return_order_id']}/deliver", {"line": 2})
    await world.refund(made, units(2, 1))
    [one] = (await world.call("GET", "/_sandbox/returns?offset=0&limit=5")).body
    assert [line["status"] for line in one["lines"]] == ["INITIATED", "COMPLETED"]
    assert [(line["left"], line["refunded"]) for line in one["lines"]] == [(1, 0), (1, 1)]


async def test_methods_do_the_same_as_routes(world: World) -> None:
    simulator = world.running.simulator
    assert isinstance(simulator, WalmartSimulator)
    number = simulator.open_return().return_order_id
    assert simulator.ship(number)
    assert not simulator.ship(number), "it had left"
    assert simulator.deliver(number)
    assert simulator.refund(number)
    assert not simulator.cancel(number), "nothing is left"
    with pytest.raises(KeyError):
        simulator.ship(number, 2)
    assert [entry.kind for entry in simulator.journal.entries] == ["goods", "refund"]


async def test_a_customer_returns_and_is_refunded_on_the_page(world: World) -> None:
    form = {"purchase_order_id": "4790210000001", "line_number": "1", "quantity": "2", "reason": "WRONG_SIZE/POOR_FIT"}
    await world.call("POST", "/returns", data=form)
    [number] = await world.numbers()
    page = (await world.call("GET", "/")).text
    assert "2 &times; open, to be handed in" in page
    assert "Nothing left to return" in page
    assert (await world.call("POST", "/returns", data=form)).status == 400
    assert (await world.call("POST", f"/returns/{number}/deliver")).status == 200
    row = await world.row(number)
    made = {"return_order_id": number, "customer_order_id": row["customerOrderId"]}
    await world.refund(made, units(1, 1))
    await world.wait(301)
    assert (await world.call("POST", f"/returns/{number}/cancel")).status == 200
    page = (await world.call("GET", "/")).text
    assert "1 &times; refunded" in page
    assert "1 &times; you cancelled it" in page
    assert "<script" not in page
    assert "Sandbox — not Walmart" in page


async def test_the_page_escapes_and_refuses(world: World) -> None:
    await world.open({"title": "<b>x</b>", "sku": "<i>", "reason": "<u>"})
    page = (await world.call("GET", "/")).text
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert not {"<b>", "<i>", "<u>"} & {page[at : at + 3] for at in range(len(page))}
    for form in ({}, {"purchase_order_id": "4790210000001", "line_number": "x"}):
        assert (await world.call("POST", "/returns", data=form)).status == 400
    assert (await world.call("POST", "/returns/7/cancel")).status == 404
