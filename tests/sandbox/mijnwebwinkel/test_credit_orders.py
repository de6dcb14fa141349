"""Strategy B: credit orders, their costs, their stock (contract 5, 6)."""

from decimal import Decimal
from typing import Any

import pytest

from retour.sandbox.mijnwebwinkel import Bought, Option
from tests.sandbox.mijnwebwinkel.conftest import MACHINE_LINE, Client

KEY = "RH:bol:41000001"
MUGS = {"type": "article", "quantity": 1, "articles": [{"id": 101, "options": []}]}
NO_COSTS = {"shipping_costs": "0", "payment_costs": "0"}


def body(*orderlines: Any, **changes: Any) -> dict[str, Any]:
    return {"credited_order_number": "1", "status": 10, "orderlines": list(orderlines or (MUGS,))} | NO_COSTS | changes


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


async def credit(shop: Client, posted: dict[str, Any], **query: Any) -> tuple[int, Any]:
    return await shop.asked("POST", "/v1/orders/credit", query, posted)


async def stock(shop: Client, sku: str = "MUG-BLUE") -> int:
    number = (await shop.control("GET", "/articles"))[1][sku]["stock"]
    assert isinstance(number, int)
    return number


async def test_a_request_is_a_waiting_credit_order(shop: Client) -> None:
    shop.place()
    status, made = await credit(shop, body(comments={"internal": MACHINE_LINE}), mutate_stock="false")
    assert (status, made["number"], made["credited_order_number"], made["status"]) == (200, "2", 1, 10)
    assert made["comments"] == {"internal": MACHINE_LINE}
    assert made["orderlines"][0]["quantity"] == -1
    assert made["price"]["total"] == "-12.95"
    assert (await shop.order())["credit_order_numbers"] == [2]
    assert (await shop.api("GET", "/v1/orders/2/payments"))["payments"] == []
    assert shop.journal("created") == [(KEY, 2)]
    assert shop.journal("credit_memo") == [("2", 1)]
    assert shop.journal("goods") == []
    shop.simulator.switches.negative_credit_quantities = False
    assert (await shop.order("2"))["orderlines"][0]["quantity"] == 1


async def test_the_merchant_decides_by_its_status(shop: Client) -> None:
    shop.place()
    await credit(shop, body(), mutate_stock="false")
    shop.simulator.merchant.change_status("2", 11)
    changed = await shop.api("GET", "/v1/orders", {"status_changed_start_date": "2020-01-01 00:00:00"})
    assert [(order["number"], order["status"], order["credited_order_number"]) for order in changed] == [("2", 11, 1)]


async def test_nothing_stops_a_second_credit_of_the_same_units(shop: Client) -> None:
    shop.place()
    both = body({**MUGS, "quantity": 2}, shipping_costs="4.09", payment_costs="0.31")
    assert [(await credit(shop, both))[0] for _ in range(2)] == [200, 200]
    assert shop.journal("credit_memo") == [("2", 2), ("3", 2)]
    shop.simulator.switches.count_earlier_credits = True
    assert (await credit(shop, both))[0] == 422


async def test_an_idempotency_key_is_overlooked(shop: Client) -> None:
    shop.place()
    for _ in range(2):
        async with shop.http.post(
            "/v1/orders/credit",
            params={"token": "sandbox-store-token", "partner_token": "sandbox-partner-token"},
            json=body(),
            headers={"Idempotency-Key": "the-same"},
        ) as answer:
            assert answer.status == 200
    assert len(shop.journal("credit_memo")) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": 2}, "status"),
        ({"status": 999}, "status"),
        ({"status": "10"}, "status"),
        ({"credited_order_number": "99"}, "credited_order_number"),
        ({"credited_order_number": "2"}, "credited_order_number"),
        ({"credited_order_number": 1}, "credited_order_number"),
        ({"orderlines": []}, "orderlines"),
        ({"orderlines": [{**MUGS, "quantity": 3}]}, "orderlines.0"),
        ({"orderlines": [{**MUGS, "quantity": 2}, MUGS]}, "orderlines.1"),
        ({"orderlines": [{**MUGS, "quantity": 0}]}, "orderlines.0.quantity"),
        ({"orderlines": [{**MUGS, "quantity": -1}]}, "orderlines.0.quantity"),
        ({"orderlines": [{**MUGS, "articles": [{"id": 102}]}]}, "orderlines.0"),
        ({"orderlines": [{**MUGS, "articles": [{"id": 101, "options": [{"list_option_id": 1}]}]}]}, "orderlines.0"),
        ({"orderlines": [{**MUGS, "type": "payment"}]}, "orderlines.0"),
        ({"orderlines": [{"quantity": 1}]}, "orderlines.0.type"),
        ({"shipping_costs": "4.10"}, "shipping_costs"),
        ({"shipping_costs": "-1"}, "shipping_costs"),
        ({"shipping_costs": "free"}, "shipping_costs"),
        ({"shipping_costs": 0}, "shipping_costs"),
        ({"payment_costs": "NaN"}, "payment_costs"),
        ({"orderlines": [{**MUGS, "quantity": 2}], "payment_costs": "0.31"}, "shipping_costs"),
    ],
)
async def test_a_wrong_credit_order_is_refused(shop: Client, changes: dict[str, Any], field: str) -> None:
    shop.place()
    shop.simulator.merchant.credit("1", {"MUG-BLUE": 1}, put_back_stock=False)
    before = len(shop.simulator.journal.entries)
    status, problem = await credit(shop, body() | changes)
    assert (status, list(problem["errors"])) == (422, [field])
    assert len(shop.simulator.journal.entries) == before
    assert await shop.numbers() == ["1", "2"]


@pytest.mark.parametrize("missing", ["credited_order_number", "status", "orderlines"])
async def test_what_a_credit_order_must_have(shop: Client, missing: str) -> None:
    shop.place()
    status, problem = await credit(shop, without(body(), missing))
    assert (status, list(problem["errors"])) == (422, [missing])


async def test_costs_left_out_are_credited_in_full(shop: Client) -> None:
    shop.place()
    _, made = await credit(shop, without(body(), *NO_COSTS))
    assert made["price"]["total"] == "-18.28", "one mug, 4.09 and 0.31 with tax"
    _, made = await credit(shop, body(shipping_costs="1.00"))
    assert made["price"]["total"] == "-14.16"
    _, made = await credit(shop, without(body({**MUGS, "quantity": 2}), *NO_COSTS))
    assert made["price"]["total"] == "-31.23", "all of it"


async def test_lines_are_told_apart_by_options_and_price(shop: Client) -> None:
    size = Option(330830, "Maat: 39-42", Decimal("1.00"))
    shop.place(
        Bought("SOCK-STRIPE", 2), Bought("SOCK-STRIPE", 1, options=(size,)), Bought(None, 1, "Los", Decimal("1.95"))
    )
    plain = {"type": "article", "quantity": 1, "articles": [{"id": 103}]}
    sized = {"type": "article", "quantity": 1, "articles": [{"id": 103, "options": [{"list_option_id": "330830"}]}]}
    custom = {"type": "custom", "quantity": 1, "description": "Los", "unit_price": {"amount": "1.61", "rate": "21.00"}}
    _, made = await credit(shop, body(plain, sized, custom))
    totals = [line["price"]["amount_including_tax"] for line in made["orderlines"]]
    assert totals == ["-7.95", "-8.95", "-1.95"]
    dearer = {**custom, "unit_price": {"amount_including_tax": "2.95"}}
    elsewhere = {**custom, "description": "Vast"}
    other_rate = {**custom, "unit_price": {"amount": "1.61", "rate": "9.0"}}
    for wrong in (dearer, elsewhere, other_rate, {**custom, "unit_price": None}, {**sized, "quantity": 2}):
        assert (await credit(shop, body(wrong)))[0] == 422


async def test_the_same_article_on_two_lines(shop: Client) -> None:
    shop.place(Bought(quantity=1), Bought(quantity=2))
    _, made = await credit(shop, body({**MUGS, "quantity": 2}))
    assert [line["quantity"] for line in made["orderlines"]] == [-1, -1]


async def test_stock_goes_back_at_once_unless_told_otherwise(shop: Client) -> None:
    shop.place()
    assert await stock(shop) == 38
    await credit(shop, body())
    assert await stock(shop) == 39
    await credit(shop, body(), mutate_stock="false")
    assert await stock(shop) == 39
    await shop.patch("3", {"mutate_stock": "false"}, status=11)
    assert await stock(shop) == 39
    await shop.patch("3", comments={"internal": "only a note"})
    assert await stock(shop) == 40, "true by default, also when only a note is written"
    await shop.patch("3", {"mutate_stock": "true"}, status=12)
    await shop.patch("2", {"mutate_stock": "true"}, status=12)
    assert await stock(shop) == 40, "once"
    assert shop.journal("goods") == [("2", 1), ("3", 1)]
    assert (await shop.asked("PATCH", "/v1/orders/3", {"mutate_stock": "perhaps"}, {}))[0] == 422


async def test_a_patch_may_leave_stock_alone(shop: Client) -> None:
    shop.place()
    await credit(shop, body(), mutate_stock="false")
    shop.simulator.switches.patch_puts_stock_back = "never"
    await shop.patch("2", status=11)
    shop.simulator.switches.patch_puts_stock_back = "with_status"
    await shop.patch("2", comments={"internal": "x"})
    assert await stock(shop) == 38
    await shop.patch("2", status=12)
    assert await stock(shop) == 39
    await shop.patch("1", status=20)
    assert await stock(shop) == 39, "credit orders only"


async def test_statuses_of_credit_orders_are_their_own(shop: Client) -> None:
    shop.place()
    await credit(shop, body())
    assert (await shop.asked("PATCH", "/v1/orders/2", {}, {"status": 21}))[0] == 422
    assert (await shop.patch("2", status=12))["status"] == 12
    assert (await shop.patch("2", archived=True))["archived"] is True


async def test_the_merchant_credits_by_hand(shop: Client) -> None:
    shop.place()
    status, made = await shop.control("POST", "/orders/1/credit", {"units": {"MUG-BLUE": 1}, "put_back_stock": False})
    assert (status, made["status"], made["price"]["total"]) == (201, 11, "-12.95")
    assert await stock(shop) == 38
    assert (await shop.control("POST", "/orders/2/stock"))[1]["MUG-BLUE"]["stock"] == 39
    assert (await shop.control("POST", "/orders/1/credit", {}))[1]["price"]["total"] == "-31.23"
    assert [entry.detail["by"] for entry in shop.simulator.journal.of("credit_memo")] == ["merchant", "merchant"]
    assert (await shop.control("POST", "/orders/1/credit", {"units": {"CUP": 1}}))[0] == 404
    assert (await shop.control("POST", "/orders/2/refund", {"amount": 1}))[0] == 409


async def test_an_answer_that_is_lost_after_the_credit_was_booked(shop: Client) -> None:
    shop.place()
    await shop.control("POST", "/faults", {"kind": "drop_after", "match": "POST /v1/orders/credit"})
    with pytest.raises(Exception, match="disconnected"):
        await credit(shop, body(comments={"internal": MACHINE_LINE}))
    assert shop.journal("created") == [(KEY, 2)]
    assert (await shop.order())["credit_order_numbers"] == [2]
    assert (await shop.order("2"))["comments"]["internal"] == MACHINE_LINE
