"""The resource `returns` (contract 3, 7, 8)."""

from typing import Any

import aiohttp
import pytest

from tests.sandbox.lightspeed.client import Client


async def test_a_return_has_the_documented_fields(shop: Client) -> None:
    order = await shop.order(lines=[{"sku": "CUP", "quantity": 3, "price": "14.50"}])
    texts = {
        "returnReason": "Te klein",
        "returnAction": "Refund",
        "customerComment": "Past niet <b>",
        "staffNote": "[rh:bol:41000001]",
        "mailMessage": "Dag",
    }
    got = await shop.create(order, 2, **texts)
    assert got.status == 201
    made = got.body["return"]
    assert (await shop.get(f"returns/{made['id']}")) == got.body
    moment = made["createdAt"]
    assert moment.endswith("+00:00")
    assert made == {
        "id": made["id"],
        "createdAt": moment,
        "updatedAt": moment,
        "customerId": False,
        "orderId": order["id"],
        "status": "new",
        "numProducts": 0,
        "priceExcl": "23.96",
        "priceIncl": "29.00",
        "isStockAdjusted": False,
        "notifyStatus": False,
        "orderProducts": [{"id": order["lines"][0]["id"], "quantity": 2}],
        **texts,
    }
    (entry,) = await shop.journal("created")
    assert (entry["ref"], entry["quantity"]) == (str(made["id"]), 2)
    assert entry["detail"] == {"order": order["number"], "status": "new", "source": "api"}


async def test_a_customer_with_an_account_is_named_a_guest_is_false(shop: Client) -> None:
    known = await shop.order(buyer={"guest": False})
    row = (await shop.create(known)).body["return"]
    assert row["customerId"] == known["customer"]["resource"]["id"]
    await shop.create(await shop.order())
    assert await shop.ids(customer=row["customerId"]) == [row["id"]]


@pytest.mark.parametrize(
    ("mode", "singular", "plural"),
    [("singular", 201, 422), ("plural", 422, 201), ("both", 201, 201), ("not_found", 404, 404)],
)
async def test_the_root_key_of_a_new_return(shop: Client, mode: str, singular: int, plural: int) -> None:
    order = await shop.order(lines=[{"quantity": 9}])
    await shop.switch(create=mode)
    assert (await shop.create(order, root="return")).status == singular
    assert (await shop.create(order, root="returns")).status == plural
    assert len(await shop.journal("created")) == [singular, plural].count(201)


async def test_post_may_be_off(shop: Client) -> None:
    await shop.switch(create="not_allowed")
    got = await shop.create(await shop.order())
    assert (got.status, got.body["error"]["message"]) == (405, "Method not allowed")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"orderId": None}, "orderId"),
        ({"orderId": 1}, "orderId"),
        ({"orderId": "ORD00101"}, "orderId"),
        ({"orderId": True}, "orderId"),
        ({"orderProducts": []}, "orderProducts"),
        ({"orderProducts": None}, "orderProducts"),
        ({"orderProducts": {"id": 1}}, "orderProducts"),
        ({"orderProducts": [{"id": 1, "quantity": 1}]}, "orderProducts"),
        ({"orderProducts": [1]}, "orderProducts"),
        ({"status": "credited"}, "status"),
        ({"status": 3}, "status"),
        ({"staffNote": 5}, "staffNote"),
        ({"notifyStatus": "false"}, "notifyStatus"),
        ({"isStockAdjusted": 0}, "isStockAdjusted"),
    ],
)
async def test_what_is_wrong_is_told_by_field(shop: Client, change: dict[str, Any], field: str) -> None:
    got = await shop.create(await shop.order(), **change)
    assert list(got.wrong) == [field]
    assert got.body["error"]["code"] == 422
    assert field in got.body["error"]["message"]
    assert not await shop.journal("created")


@pytest.mark.parametrize("quantity", [0, -1, "1", 1.0, True, None])
async def test_a_quantity_is_a_whole_number(shop: Client, quantity: Any) -> None:
    order = await shop.order()
    assert list((await shop.create(order, quantity)).wrong) == ["orderProducts"]


async def test_validation_can_answer_400_without_fields(shop: Client) -> None:
    await shop.switch(validation_status=400)
    got = await shop.api("POST", "returns", {"return": {}})
    assert got.status == 400
    assert set(got.body) == {"error"}


@pytest.mark.parametrize("data", ["", "{", "[]", "null", '"x"'])
async def test_a_body_must_be_a_json_object(shop: Client, data: str) -> None:
    headers = shop.authorization | {"Content-Type": "application/json"}
    assert (await shop.raw("POST", "/nl/returns.json", data=data, headers=headers)).status == 400
    form = headers | {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await shop.raw("POST", "/nl/returns.json", data="{}", headers=form)).status == 400


async def test_a_quantity_is_at_most_what_was_sent_and_did_not_come_back(shop: Client) -> None:
    order = await shop.order(lines=[{"quantity": 5, "shipped": 3}])
    line = order["lines"][0]["id"]
    assert "greater than 3" in (await shop.create(order, 4)).wrong["orderProducts"][0]
    twice = [{"id": line, "quantity": 2}, {"id": line, "quantity": 2}]
    assert (await shop.create(order, orderProducts=twice)).status == 422
    first = await shop.made(order, 2)
    assert await shop.made(order, 3), "units in a return that is still open can be asked for again"
    await shop.control(f"returns/{first}/decide", {"status": "authorized"})
    assert "greater than 1" in (await shop.create(order, 2)).wrong["orderProducts"][0]
    (told,) = (await shop.get(f"orders/{order['id']}/products"))["orderProducts"]
    assert (told["quantityOrdered"], told["quantityShipped"], told["quantityReturned"]) == (5, 3, 2)
    await shop.switch(quantity_basis="ordered")
    assert (await shop.create(order, 3)).status == 201
    await shop.switch(open_returns_count=True)
    assert "greater than 0" in (await shop.create(order, 1)).wrong["orderProducts"][0]
    await shop.switch(quantity_checked=False)
    assert (await shop.create(order, 99)).status == 201


async def test_the_same_return_can_be_made_twice(shop: Client) -> None:
    """No idempotency header, no unique field: the marker in staffNote is only text."""
    order = await shop.order(lines=[{"quantity": 1}])
    first = await shop.made(order, staffNote="[rh:bol:1]")
    second = await shop.made(order, staffNote="[rh:bol:1]")
    assert await shop.ids(order=order["id"]) == [first, second]
    assert len(await shop.journal("created")) == 2


async def test_put_changes_only_what_it_names_and_moves_updated_at(shop: Client) -> None:
    number = await shop.made(await shop.order(), staffNote="note", returnAction="Refund")
    before = (await shop.get(f"returns/{number}"))["return"]
    await shop.wait(60)
    body = {"return": {"status": "refunded", "orderId": 1, "unknown": 1}}
    after = (await shop.api("PUT", f"returns/{number}", body)).body["return"]
    assert after["updatedAt"] > before["updatedAt"]
    assert after == before | {"status": "refunded", "updatedAt": after["updatedAt"]}
    (decided,) = await shop.journal("decided")
    assert decided["detail"] == {"status": "refunded", "before": "new", "by": "api"}
    await shop.api("PUT", f"returns/{number}", body)
    assert len(await shop.journal("decided")) == 1
    await shop.switch(updates_move_updated_at=False)
    await shop.wait(60)
    got = await shop.api("PUT", f"returns/{number}", {"return": {"status": "cancelled"}})
    assert got.body["return"]["status"] == "cancelled"
    assert (await shop.get(f"returns/{number}"))["return"]["updatedAt"] < (await shop.journal("decided"))[1]["at"]


async def test_put_refuses_nonsense(shop: Client) -> None:
    number = await shop.made(await shop.order())
    assert (await shop.api("PUT", f"returns/{number}", {"return": {"status": "done"}})).wrong["status"]
    assert (await shop.api("PUT", f"returns/{number}", {"returns": {"status": "refunded"}})).wrong["return"]
    assert (await shop.api("PUT", "returns/1", {"return": {}})).status == 404
    assert not await shop.journal("decided")


async def test_mail_goes_out_unless_it_is_forbidden(shop: Client) -> None:
    order = await shop.order(lines=[{"quantity": 9}])
    quiet = await shop.made(order)
    await shop.control(f"returns/{quiet}/decide", {"status": "refunded"})
    assert not await shop.journal("mail")
    lines = [{"id": order["lines"][0]["id"], "quantity": 1}]
    got = await shop.api("POST", "returns", {"return": {"orderId": order["id"], "orderProducts": lines}})
    loud = got.body["return"]
    assert loud["notifyStatus"] is True
    await shop.control(f"returns/{loud['id']}/decide", {"status": "rejected"})
    mails = await shop.journal("mail")
    assert [(entry["ref"], entry["detail"]["status"]) for entry in mails] == [
        (str(loud["id"]), "new"),
        (str(loud["id"]), "rejected"),
    ]


async def test_stock_moves_once(shop: Client) -> None:
    number = await shop.made(await shop.order(lines=[{"quantity": 2}]), 2)
    assert not await shop.journal("stock")
    for _ in range(2):
        await shop.api("PUT", f"returns/{number}", {"return": {"isStockAdjusted": True}})
    assert [entry["quantity"] for entry in await shop.journal("stock")] == [2]


async def test_a_deleted_return_is_gone(shop: Client) -> None:
    number = await shop.made(await shop.order())
    got = await shop.api("DELETE", f"returns/{number}")
    assert (got.status, got.text) == (204, "")
    assert (await shop.api("GET", f"returns/{number}")).status == 404
    assert (await shop.api("DELETE", f"returns/{number}")).status == 404
    assert await shop.ids() == []
    assert [entry["ref"] for entry in await shop.journal("deleted")] == [str(number)]


@pytest.mark.parametrize("status", ["new", "pending", "authorized", "repaired", "refunded", "rejected", "cancelled"])
async def test_the_seven_statuses(shop: Client, status: str) -> None:
    number = await shop.made(await shop.order())
    await shop.control(f"returns/{number}/decide", {"status": status, "action": "Behouden"})
    row = (await shop.get(f"returns/{number}"))["return"]
    assert (row["status"], row["returnAction"]) == (status, "Behouden")
    assert await shop.ids(status=status) == [number]
    assert len(await shop.journal("decided")) == (status != "new")


async def test_the_wire_may_call_statuses_otherwise(shop: Client) -> None:
    await shop.switch(status_words={"refunded": "Items_Refunded", "new": "requested"})
    order = await shop.order()
    number = await shop.made(order, status="Requested")
    assert (await shop.get(f"returns/{number}"))["return"]["status"] == "requested"
    await shop.control(f"returns/{number}/decide", {"status": "refunded"})
    assert (await shop.get(f"returns/{number}"))["return"]["status"] == "Items_Refunded"
    assert (await shop.create(order, status="refunded")).status == 422
    await shop.control(f"returns/{number}/decide", {"status": "sent-to-supplier"})
    assert (await shop.get(f"returns/{number}"))["return"]["status"] == "sent-to-supplier"


@pytest.mark.parametrize(
    ("flaw", "check"),
    [
        ("no_id", lambda row: "id" not in row),
        ("text_id", lambda row: row["id"] == "unknown"),
        ("no_status", lambda row: "status" not in row),
        ("number_status", lambda row: row["status"] == 3),
        ("lines_false", lambda row: row["orderProducts"] is False),
        ("false", lambda row: row is False),
    ],
)
async def test_a_row_can_be_spoiled_and_mended(shop: Client, flaw: str, check: Any) -> None:
    order = await shop.order(lines=[{"quantity": 3}])
    numbers = [await shop.made(order) for _ in range(3)]
    await shop.control(f"returns/{numbers[1]}/garble", {"flaw": flaw})
    rows = (await shop.get("returns"))["returns"]
    assert [rows[0]["id"], rows[2]["id"]] == [numbers[0], numbers[2]]
    assert check(rows[1])
    assert check((await shop.get(f"returns/{numbers[1]}"))["return"])
    assert (await shop.api("GET", "returns", fields="id,status")).status == 200
    await shop.control(f"returns/{numbers[1]}/garble", {"flaw": None})
    assert await shop.ids() == numbers


async def test_fields_of_another_client_can_come_along(shop: Client) -> None:
    await shop.switch(extra_fields=True)
    order = await shop.order()
    row = (await shop.create(order)).body["return"]
    assert row["order"]["resource"]["id"] == order["id"]
    assert row["customer"] is False


async def test_a_merchant_who_decides_at_once(shop: Client) -> None:
    await shop.switch(auto_decide="refunded")
    number = await shop.made(await shop.order())
    assert (await shop.get(f"returns/{number}"))["return"]["status"] == "refunded"
    assert len(await shop.journal("decided")) == 1


async def test_an_answer_can_be_lost_after_the_deed(shop: Client) -> None:
    order = await shop.order()
    await shop.control("faults", {"kind": "drop_after", "match": "POST .*/returns.json"})
    with pytest.raises(aiohttp.ClientError):
        await shop.create(order)
    assert len(await shop.journal("created")) == 1
    assert len(await shop.ids(order=order["id"])) == 1
