"""Lists, filters and the shapes of an order (contract 3, 4, 7)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from retour.sandbox.mijnwebwinkel import Address, Bought, Debtor, Option
from retour.sandbox.mijnwebwinkel.local_time import local, read_datetime
from tests.sandbox.mijnwebwinkel.conftest import Client


async def test_a_list_is_bare_and_paged(shop: Client) -> None:
    for _ in range(12):
        shop.place()
    assert await shop.numbers() == [str(number) for number in range(1, 11)], "ten by default, lowest number first"
    assert await shop.numbers(offset=10) == ["11", "12"]
    assert await shop.numbers(limit=2, offset=1, ordering="desc") == ["11", "10"]
    assert await shop.numbers(offset=99) == []
    assert await shop.api("GET", "/v1/orders/count") == {"count": 12}


async def test_more_than_a_hundred_is_cut_or_refused(shop: Client) -> None:
    assert (await shop.control("POST", "/orders/bulk", {"count": 103}))[1] == {
        "count": 103,
        "first": "1",
        "last": "103",
    }
    assert len(await shop.numbers(limit=500)) == 100
    shop.simulator.switches.limit_over_100 = "refuse"
    status, problem = await shop.asked("GET", "/v1/orders", {"limit": 101})
    assert (status, list(problem["errors"])) == (422, ["limit"])
    assert len(await shop.numbers(limit=100)) == 100


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "many"},
        {"offset": "-1"},
        {"ordering": "up"},
        {"start_date": "02-03-2026"},
        {"status_changed_start_date": "2026-03-02T10:00:00"},
        {"status_changed_end_date": "2026-03-02"},
        {"status_id": "sent"},
        {"archived": "maybe"},
    ],
)
async def test_a_filter_that_cannot_be_read(shop: Client, query: dict[str, str]) -> None:
    shop.place()
    status, problem = await shop.asked("GET", "/v1/orders", query)
    assert (status, list(problem["errors"])) == (422, list(query))
    shop.simulator.switches.bad_filters = "ignore"
    assert await shop.numbers(**query) == ["1"]


async def test_status_changes_are_found_to_the_second(shop: Client) -> None:
    for _ in range(3):
        shop.place()
    shop.simulator.merchant.change_status("2", 21)
    order = await shop.order("2")
    changed = f"{order['status_changed_date']} {order['status_changed_time']}"
    moment = read_datetime(changed)
    later, earlier = (str(moment + timedelta(seconds=step)) for step in (1, -1))
    assert await shop.numbers(status_changed_start_date=changed) == ["2"]
    assert await shop.numbers(status_changed_start_date=later) == []
    assert await shop.numbers(status_changed_end_date=changed) == ["2"]
    assert await shop.numbers(status_changed_end_date=earlier) == []
    assert await shop.api("GET", "/v1/orders/count", {"status_changed_start_date": changed}) == {"count": 1}


async def test_what_is_no_change_of_status(shop: Client) -> None:
    shop.place()
    await shop.write_note("1", "a word")
    await shop.patch("1", archived=False, status=2)
    shop.simulator.merchant.credit("1")
    assert await shop.numbers(status_changed_start_date="2020-01-01 00:00:00") == []
    assert "status_changed_date" not in await shop.order()
    shop.simulator.switches.creation_is_a_status_change = True
    shop.place()
    assert await shop.numbers(status_changed_start_date="2020-01-01 00:00:00") == ["3"]


async def test_a_new_credit_order_is_found_by_its_date(shop: Client) -> None:
    shop.place(placed_at=shop.simulator.clock.now() - timedelta(days=40))
    credit = shop.simulator.merchant.credit("1", {"MUG-BLUE": 1})
    today = str(local(credit.placed_at, "Europe/Amsterdam").date())
    assert await shop.numbers(start_date=today) == ["2"]
    assert await shop.numbers(end_date="2020-01-01") == []
    assert await shop.numbers(status_id=11) == ["2"]


async def test_archived_orders_may_be_hidden(shop: Client) -> None:
    shop.place()
    shop.place()
    await shop.patch("1", archived=True)
    assert (await shop.order("1"))["archived"] is True
    assert await shop.numbers() == ["2"]
    assert await shop.numbers(archived="true") == ["1"]
    assert await shop.numbers(archived="false") == ["2"]
    shop.simulator.switches.archived_when_omitted = "shown"
    assert await shop.numbers() == ["1", "2"]


async def test_test_orders_are_apart(shop: Client) -> None:
    shop.place()
    assert shop.place(test=True) == "T-2"
    assert await shop.numbers() == ["1"]
    assert await shop.numbers(test="true") == ["1", "T-2"]
    assert await shop.api("GET", "/v1/orders/count", {"test": "true"}) == {"count": 2}
    for number in ("T-2", "2"):
        assert (await shop.asked("GET", f"/v1/orders/{number}"))[0] == 404
    shop.simulator.switches.test_orders_addressable = True
    assert (await shop.order("T-2"))["number"] == "T-2"


async def test_debtors_are_either_or(shop: Client) -> None:
    account = "6f1c9a2e-4b7d-4e5f-8a90-0000000000b2"
    shop.place(debtor=Debtor(email="a@example.org"))
    shop.place(debtor=Debtor(email="b@example.org", id=account))
    shop.place(debtor=Debtor(email="c@example.org"))
    assert await shop.numbers(debtor_email="A@example.org") == ["1"]
    assert await shop.numbers(debtor_email="a@example.org", debtor_id=account) == ["1", "2"]
    assert await shop.api("GET", "/v1/orders/count", {"debtor_email": "a@example.org"}) == {"count": 3}


async def test_numbers_are_strings_where_the_specification_has_integers(shop: Client) -> None:
    shop.place()
    shop.simulator.merchant.credit("1")
    assert ((await shop.order())["number"], (await shop.order())["credit_order_numbers"]) == ("1", [2])
    assert (await shop.order("2"))["credited_order_number"] == 1
    shop.simulator.switches.number_as_string = False
    shop.simulator.switches.linked_numbers_as_strings = True
    assert ((await shop.order())["number"], (await shop.order())["credit_order_numbers"]) == (1, ["2"])
    assert (await shop.order("001"))["number"] == 1
    assert (await shop.asked("GET", "/v1/orders/" + "9" * 5000))[0] == 404


async def test_prices_have_two_shapes(shop: Client) -> None:
    shop.place(Bought("MUG-BLUE", 2))
    shop.place(Bought("MUG-BLUE"), Bought("BOOK-COOK"))
    one, two = await shop.order("1"), await shop.order("2")
    assert one["price"] == {"tax": {"rate": "21.0", "amount": "5.43"}, "total": "31.23"}
    assert [tax["rate"] for tax in two["price"]["tax"]] == ["9.0", "21.0"]
    goods, payment, shipping = one["orderlines"]
    assert goods["price"] == {"amount": "21.404959", "amount_including_tax": "25.90", "rate": "21.0"}
    assert (payment["type"], shipping["type"]) == ("payment", "payment")
    assert isinstance(payment["price"], list)
    assert isinstance(shipping["price"], dict)
    shop.simulator.switches.tax_shape = "array"
    shop.simulator.switches.amounts_as_numbers = True
    assert (await shop.order())["price"] == {"tax": [{"rate": 21.0, "amount": 5.43}], "total": 31.23}


async def test_a_line_tells_article_options_and_custom_items(shop: Client) -> None:
    shop.place(
        Bought("SOCK-STRIPE", 3, options=(Option(330830, "Maat: 39-42", Decimal("1.00")),)),
        Bought(None, 1, "Cadeauverpakking", Decimal("2.50")),
        shipping_costs=Decimal(0),
        payment_costs=Decimal(0),
    )
    socks, wrapping = (await shop.order())["orderlines"]
    assert (socks["type"], socks["quantity"], socks["price"]["amount_including_tax"]) == ("article", 3, "26.85")
    assert socks["articles"][0]["sku"] == "SOCK-STRIPE"
    assert socks["articles"][0]["options"][0]["list_option_id"] == 330830
    assert (wrapping["type"], wrapping["description"]) == ("custom", "Cadeauverpakking")
    assert "articles" not in wrapping


async def test_an_empty_country_is_an_array(shop: Client) -> None:
    shop.place()
    shop.place(pickup=True)
    assert (await shop.order("1"))["shipping"] == [{"country": {"description": "Nederland", "isocode": "NL"}}]
    assert (await shop.order("2"))["shipping"] == [{"country": []}]


async def test_times_are_the_shops_own(shop: Client) -> None:
    shop.place(placed_at=datetime(2026, 7, 1, 22, 30, 5, tzinfo=UTC))
    shop.place(placed_at=datetime(2026, 1, 1, 22, 30, 5, tzinfo=UTC))
    assert [((await shop.order(n))["date"], (await shop.order(n))["time"]) for n in ("1", "2")] == [
        ("2026-07-02", "00:30:05"),
        ("2026-01-01", "23:30:05"),
    ]
    assert await shop.numbers(start_date="2026-07-02") == ["1"]
    shop.simulator.switches.zone = "UTC"
    assert ((await shop.order())["date"], (await shop.order())["time"]) == ("2026-07-01", "22:30:05")


async def test_addresses_and_who_made_it(shop: Client) -> None:
    invoice = Address("Ada Example", company="Example BV", taxnumber="NL000000000B00")
    shop.place(debtor=Debtor("ada@example.org", invoice), business=True, reference="C000TEST01", partner="Channel")
    order = await shop.order()
    assert order["debtor"]["address"]["invoice"]["company"] == "Example BV"
    assert order["debtor"]["address"].keys() == {"invoice"}
    assert (order["business_model"], order["reference"], order["partner"]) == ("B2B", "C000TEST01", {"name": "Channel"})


@pytest.mark.parametrize(
    ("flaw", "broken"),
    [
        ("no_number", lambda row: "number" not in row),
        ("no_status", lambda row: "status" not in row),
        ("status_text", lambda row: row["status"] == "Verzonden"),
        ("comments_array", lambda row: row["comments"] == []),
        ("no_orderlines", lambda row: row["orderlines"] is None),
        ("not_an_object", lambda row: row == "order 1"),
        ("unknown_values", lambda row: row["payment_status"] == "on_the_moon" and row["number"] == "1"),
    ],
)
async def test_one_garbled_row_among_others(shop: Client, flaw: str, broken: Any) -> None:
    shop.place()
    shop.place()
    assert (await shop.control("PATCH", "/switches", {"garbled_rows": {"1": flaw}}))[0] == 200
    first, second = await shop.api("GET", "/v1/orders")
    assert broken(first)
    assert broken(await shop.order())
    assert second["number"] == "2"


async def test_payments_tell_of_refunds(shop: Client) -> None:
    shop.place()
    (payment,) = (await shop.api("GET", "/v1/orders/1/payments"))["payments"]
    assert (payment["price"], "mutations" in payment) == (3123, False)
    assert (await shop.control("POST", "/orders/1/refund", {"amount": "12.95"}))[0] == 200
    (payment,) = (await shop.api("GET", "/v1/orders/1/payments", {"embed": "order,mutations"}))["payments"]
    assert [(one["type"], one["price"]) for one in payment["mutations"]] == [("capture", 3123), ("refund", 1295)]
    assert (await shop.order())["payment_status"] == "captured"
    assert (await shop.control("POST", "/orders/1/refund", {"amount": "99"}))[0] == 409
    assert (await shop.control("POST", "/orders/1/refund", {}))[0] == 200
    assert (await shop.order())["payment_status"] == "refunded"
    assert [entry.detail["amount"] for entry in shop.simulator.journal.of("refund")] == ["12.95", "18.28"]


async def test_statuses_are_listed_in_two_languages(shop: Client) -> None:
    assert (await shop.control("POST", "/statuses", {"status": 99, "description": "Naar leverancier"}))[0] == 201
    dutch = {row["status"]: row for row in await shop.api("GET", "/v1/orderstatuses")}
    english = {row["status"]: row for row in await shop.api("GET", "/v1/orderstatuses", {"language": "en_GB"})}
    assert english[1] == {"status": 1, "description": "Order Pending", "credit_order": False}
    assert dutch[10]["credit_order"] is True
    assert dutch[99] == {"status": 99, "description": "Naar leverancier", "credit_order": False}


async def test_the_oldest_orders_are_forgotten(shop: Client) -> None:
    shop.simulator.switches.orders_kept = 3
    for _ in range(2):
        shop.place()
    shop.simulator.merchant.credit("1")
    await shop.write_note("1", "[RH:bol:1] decision: ?")
    assert [(order["number"]) for order in await shop.api("GET", "/v1/orders")] == ["1", "2", "3"]
    shop.place()
    assert await shop.numbers() == ["2", "3", "4"]
    assert (await shop.control("GET", "/requests"))[1] == []
    assert (await shop.order("3"))["credited_order_number"] == 1


async def test_the_merchant_deletes_an_order(shop: Client) -> None:
    shop.place()
    shop.simulator.merchant.credit("1")
    assert (await shop.control("DELETE", "/orders/2"))[0] == 200
    assert (await shop.asked("GET", "/v1/orders/2"))[0] == 404
    assert (await shop.order())["credit_order_numbers"] == []
    assert (await shop.control("DELETE", "/orders/2"))[0] == 404
    assert shop.journal("deleted") == [("2", 2)]
