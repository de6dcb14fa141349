"""Orders, their comments, credit memos, and searching (contract A1, A3)."""

from typing import Any

import pytest

from tests.sandbox.magento_native.conftest import EVERYTHING, Client, Pairs, criteria, filled, paged


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (criteria((0, 0, "increment_id", "eq", "000000002")), [2]),
        (criteria((0, 0, "increment_id", "in", "000000003,000000001,none")), [1, 3]),
        (criteria((0, 0, "ext_order_id", "eq", "c000test02")), [2]),
        (criteria((0, 0, "increment_id", "eq", "000000001"), (0, 1, "ext_order_id", "eq", "C000TEST03")), [1, 3]),
        (criteria((0, 0, "entity_id", "gt", "1"), (1, 0, "status", "eq", "complete")), [2]),
        (criteria((0, 0, "entity_id", "nin", "1,2")), [3]),
        (criteria((0, 0, "ext_order_id", "like", "%TEST03")), [3]),
        (criteria((0, 0, "entity_id", "gteq", "2"), (1, 0, "entity_id", "lt", "3")), [2]),
        (criteria((0, 0, "entity_id", "from", "2"), (1, 0, "entity_id", "to", "3")), [2, 3]),
        (criteria((0, 0, "status", "neq", "complete")), [3]),
        (criteria((0, 0, "customer_id", "null", "1")), [1, 3]),
        (criteria((0, 0, "customer_id", "notnull", "1")), [2]),
        (criteria((0, 0, "updated_at", "gteq", "2999-01-01 00:00:00")), []),
        (
            [
                ("searchCriteria[sortOrders][0][field]", "entity_id"),
                ("searchCriteria[sortOrders][0][direction]", "DESC"),
            ],
            [3, 2, 1],
        ),
        (
            [
                ("searchCriteria[filterGroups][0][filters][0][field]", "entity_id"),
                ("searchCriteria[filterGroups][0][filters][0][conditionType]", "lteq"),
                ("searchCriteria[filterGroups][0][filters][0][value]", "2"),
            ],
            [1, 2],
        ),
    ],
)
async def test_search(shop: Client, query: Pairs, found: list[int]) -> None:
    assert await shop.ids("/orders", query) == found


async def test_pages(shop: Client) -> None:
    assert [await shop.ids("/orders", paged(2, number)) for number in (1, 2, 3)] == [[1, 2], [3], [3]]
    await shop.switch(repeat_last_page=False)
    answer = await shop.api("GET", "/orders", paged(2, 3))
    assert (answer["items"], answer["total_count"]) == ([], 3)
    await shop.switch(page_size_limit=2)
    assert await shop.ids("/orders", EVERYTHING) == [1, 2], "the limit is the default too"
    status, answer = await shop.call("GET", "/orders", paged(3))
    assert (status, filled(answer)) == (400, "Maximum SearchCriteria pageSize is 2")


async def test_search_refusals(shop: Client) -> None:
    status, answer = await shop.call("GET", "/orders")
    assert (status, filled(answer)) == (400, '"searchCriteria" is required. Enter and try again.')
    status, answer = await shop.call("GET", "/orders", criteria((0, 0, "items.sku", "eq", "X")))
    assert (status, "Report ID" in answer["message"]) == (500, True)
    assert (await shop.call("GET", "/orders/99"))[0] == 404


async def test_a_configurable_product_is_two_rows(shop: Client) -> None:
    parent, child = (await shop.api("GET", "/orders/3"))["items"]
    assert (parent["product_type"], parent["price"], parent["qty_shipped"]) == ("configurable", 8, 2)
    assert (child["product_type"], child["price"], child["qty_shipped"]) == ("simple", 0, 0)
    assert (child["parent_item_id"], child["sku"]) == (parent["item_id"], parent["sku"])


# Comments


def comment(text: str, **changes: Any) -> dict[str, Any]:
    sent = {"comment": text, "parent_id": 1, "is_customer_notified": 0, "is_visible_on_front": 0}
    return {"statusHistory": sent | changes}


async def test_a_comment_with_a_status(shop: Client) -> None:
    sent = comment("[rh:1] return", status="return_requested")
    assert await shop.api("POST", "/orders/1/comments", body=sent) is True
    order = await shop.api("GET", "/orders/1")
    assert (order["status"], order["state"]) == ("return_requested", "complete")
    [entry] = (await shop.api("GET", "/orders/1/comments"))["items"]
    assert (entry["comment"], entry["status"], entry["parent_id"]) == ("[rh:1] return", "return_requested", 1)
    assert order["status_histories"] == [entry]
    assert (shop.journal("comment"), shop.journal("status")) == ([("1", 1)], [("1", 1)])
    assert shop.journal("mail") == []


async def test_a_status_must_be_of_the_state(shop: Client) -> None:
    for status in ("processing", "nobody_knows"):
        got, _ = await shop.call("POST", "/orders/1/comments", body=comment("x", status=status))
        assert got == 400
    assert shop.simulator.journal.entries == []
    await shop.switch(status_must_fit_state=False)
    assert await shop.api("POST", "/orders/1/comments", body=comment("x", status="processing")) is True


async def test_a_comment_that_mails(shop: Client) -> None:
    await shop.api("POST", "/orders/1/comments", body=comment("x", is_customer_notified=1))
    assert shop.journal("mail") == [("1", 1)]


async def test_the_newest_comment_comes_first_and_the_order_is_touched(shop: Client) -> None:
    await shop.control("clock", {"seconds": 60})
    now = shop.simulator.shop.now()
    await shop.control("orders/2/comment", {"text": "first"})
    await shop.control("orders/2/comment", {"text": "#reject", "status": "return_rejected"})
    texts = [entry["comment"] for entry in (await shop.api("GET", "/orders/2/comments"))["items"]]
    assert texts == ["#reject", "first"]
    assert await shop.ids("/orders", criteria((0, 0, "updated_at", "gteq", now))) == [2]
    await shop.switch(touch_updated_at=False)
    await shop.control("clock", {"seconds": 60})
    await shop.control("orders/1/comment", {"text": "#reject"})
    assert await shop.ids("/orders", criteria((0, 0, "updated_at", "gteq", shop.simulator.shop.now()))) == []


async def test_a_comment_for_another_order_is_refused(shop: Client) -> None:
    assert (await shop.call("POST", "/orders/2/comments", body=comment("x")))[0] == 400


# Credit memos


async def test_staff_refunds(shop: Client) -> None:
    memo = await shop.control("orders/2/credit-memo", {"lines": {"GLASS-6": 2}, "shipping": 0, "restock": True})
    assert (memo["state"], memo["grand_total"], memo["items"][0]["qty"]) == (2, 48, 2)
    assert shop.journal("credit_memo") == shop.journal("stock") == [("2", 2)]
    [found] = (await shop.api("GET", "/creditmemos", criteria((0, 0, "order_id", "eq", "2"))))["items"]
    assert found == await shop.api("GET", "/creditmemo/1") == memo
    assert [item["qty_refunded"] for item in (await shop.api("GET", "/orders/2"))["items"]] == [0, 2]


async def test_everything_refunded_closes_the_order(shop: Client) -> None:
    memo = await shop.control("orders/2/credit-memo", {})
    assert memo["grand_total"] == pytest.approx(39.5 + 72 + 4.95)
    assert (await shop.api("GET", "/orders/2"))["state"] == "closed"
    amounts = [entry.detail["amount"] for entry in shop.simulator.journal.of("credit_memo")]
    assert amounts == ["39.50", "72.00", "4.95"]
    async with shop.http.post("/_sandbox/orders/2/credit-memo", json={"lines": {"GLASS-6": 1}}) as answer:
        assert answer.status == 409


async def test_an_open_memo_is_paid_or_canceled(shop: Client) -> None:
    for _ in range(2):
        memo = await shop.control("orders/1/credit-memo", {"lines": {"MUG-BLUE": 1}, "still_open": True})
        assert memo["state"] == 1
    assert shop.journal("credit_memo") == []
    assert await shop.api("PUT", "/creditmemo/1", body={}) is True
    assert (await shop.api("GET", "/creditmemo/1"))["state"] == 3
    assert (await shop.control("credit-memos/2/refund"))["state"] == 2
    assert (await shop.call("PUT", "/creditmemo/2", body={}))[0] == 500, "what is paid out stays so"
    assert (shop.journal("credit_memo"), shop.journal("memo_canceled")) == ([("1", 1)], [("1", 1)])


@pytest.mark.parametrize("path", ["/order/1/refund", "/invoice/1/refund"])
async def test_refund_over_the_api(shop: Client, path: str) -> None:
    body = {
        "items": [{"order_item_id": 1, "qty": 1}],
        "notify": True,
        "appendComment": True,
        "comment": {"comment": "back", "is_visible_on_front": 0},
        "arguments": {
            "shipping_amount": 0,
            "adjustment_negative": 2.5,
            "extension_attributes": {"return_to_stock_items": [1]},
        },
    }
    number = await shop.api("POST", path, body=body)
    memo = await shop.api("GET", f"/creditmemo/{number}")
    assert (number, memo["grand_total"], memo["comments"][0]["comment"]) == (1, 10, "back")
    assert shop.journal("credit_memo") == [("1", 1), ("1", 0)]
    assert shop.journal("stock") == shop.journal("mail") == [("1", 1)]
    assert await shop.api("POST", path, body=body) == 2, "nothing notices an equal refund while units are left"
    status, answer = await shop.call("POST", path, body=body)
    assert (status, "Creditmemo Document Validation Error(s)" in answer["message"]) == (400, True)
    assert len(shop.journal("credit_memo")) == 4


@pytest.mark.parametrize(
    ("flaw", "shown"),
    [
        ("no_id", lambda order: "entity_id" not in order),
        ("text_id", lambda order: order["entity_id"] == "1"),
        ("no_items", lambda order: "items" not in order),
        ("items_null", lambda order: order["items"] is None),
        ("quantity_text", lambda order: order["items"][0]["qty_ordered"] == "2.0000"),
        ("unknown_status", lambda order: order["status"] == "never_heard_of"),
    ],
)
async def test_garbled_orders(shop: Client, flaw: str, shown: Any) -> None:
    await shop.control("orders/1/garble", {"flaw": flaw})
    assert shown((await shop.api("GET", "/orders", EVERYTHING))["items"][0])
    await shop.control("orders/1/garble", {"flaw": None})
    assert (await shop.api("GET", "/orders/1"))["items"][0]["qty_ordered"] == 2


async def test_times_of_a_shop_elsewhere(shop: Client) -> None:
    before = shop.simulator.shop.now()
    await shop.switch(times_ahead_hours=-5)
    await shop.control("orders/1/comment", {"text": "x"})
    assert (await shop.api("GET", "/orders/1"))["updated_at"] < before


async def test_orders_over_the_control_routes(shop: Client) -> None:
    made = await shop.control("orders", {"lines": [{"sku": "CUP", "quantity": 3, "shipped": 1}], "customer_id": 5})
    assert (made["entity_id"], made["items"][0]["qty_shipped"], made["customer_id"]) == (4, 1, 5)
    assert await shop.control("orders/bulk", {"count": 30, "ext_prefix": "X"}) == {"count": 30}
    assert await shop.ids("/orders", criteria((0, 0, "ext_order_id", "eq", "X000030"))) == [34]
    for path, body, status in (
        ("orders", {"increment_id": "000000001"}, 409),
        ("orders", {"nonsense": 1}, 400),
        ("orders/99/comment", {"text": "x"}, 404),
        ("orders/1/credit-memo", {"lines": {"NOTHING": 1}}, 404),
        ("credit-memos/9/refund", {}, 404),
    ):
        async with shop.http.post(f"/_sandbox/{path}", json=body) as answer:
            assert answer.status == status
