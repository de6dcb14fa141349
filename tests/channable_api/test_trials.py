"""Test returns: made for an order, marked as such, decided without any marketplace."""

import pytest

from retour.core.model import OrderLine
from retour.store.models import Effect, Return
from retour.store.trials import KEPT, NUMBERS_FROM
from tests.channable_api.house import House, later

MUG, LAMP = OrderLine("1", 2, sku="MUG-BLUE", title="Mug, blue"), OrderLine("2", 1, sku="LAMP", gtin="0000000000031")


def test_one_for_each_product_of_the_order(acme: House) -> None:
    acme.order("C000TEST01", "8355", MUG, LAMP)
    answer = acme.client().post("/returns/test", {"order_id": 8355})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["status"], made["message"]) == ("success", "2 test returns created")
    numbers = [one.pop("id") for one in made["data"]]
    assert made["data"] == [{"status": "success", "message": "created", "response": "", "data": None}] * 2
    row = acme.client().row(int(numbers[1]))
    assert row["data"]["meta"] == {
        "channel_order_id": "C000TEST01", "channel_order_id_internal": "", "channel_return_id": f"TEST-{numbers[1]}",
        "platform_order_id": "8355", "is_test_return": True, "is_demo_return": False,
    }  # fmt: skip
    assert (row["channel_name"], row["status"]) == ("channable_sandbox", "new")
    assert (row["data"]["item"]["id"], row["data"]["item"]["gtin"]) == ("LAMP", "0000000000031")
    assert row["data"]["customer"]["email"].endswith("@example.org")


def test_a_trial_has_the_keys_of_a_row(acme: House) -> None:
    acme.order("C000TEST01", "8355", MUG)
    number = int(acme.client().post("/returns/test", {"order_id": "8355"}).json()["data"][0]["id"])
    trial, row = acme.client().row(number), acme.client().row(acme.offer_one())
    assert trial.keys() == row.keys()
    assert {name: part.keys() for name, part in trial["data"].items()} == {
        name: part.keys() for name, part in row["data"].items()
    }
    assert len(acme.client().listed("/anonymous_returns")["returns"]) == 2


def test_its_decision_ends_it_and_nothing_else_happens(acme: House) -> None:
    acme.order("C000TEST01", "8355", MUG)
    api = acme.client()
    number = int(api.post("/returns/test", {"order_id": 8355}).json()["data"][0]["id"])
    answer = api.post(f"/returns/{number}/status", {"status": "keeps"})
    assert (answer.status_code, answer.json()["message"]) == (200, f"Return {number} set to keeps")
    assert api.row(number)["status"] == "keeps"
    assert api.decide(number, "keeps") == 409
    assert (Return.objects.count(), Effect.objects.count()) == (0, 0)


@pytest.mark.parametrize("lines", [0, 5])
def test_trials_stand_among_the_rows_by_their_time(acme: House, lines: int) -> None:
    """Whatever the page, all pages together are the whole list."""
    acme.order("C000TEST01", "8355", MUG)
    api = acme.client()
    for number in range(lines):
        acme.offer_one(f"4100000{number}", later(days=number))
    made = [int(api.post("/returns/test", {"order_id": 8355}).json()["data"][0]["id"]) for _ in range(3)]
    future = [acme.offer_one(f"4200000{number}", later(days=3650 + number)) for number in range(lines)]
    whole = api.ids()
    assert whole[: len(future)] == future[::-1]
    assert whole[len(future) : len(future) + 3] == made[::-1]
    assert len(whole) == 2 * lines + 3
    for limit in range(1, 6):
        paged = [number for offset in range(0, 20, limit) for number in api.ids(limit=limit, offset=offset)]
        assert paged == whole


def test_filters_hold_for_trials_too(acme: House) -> None:
    acme.order("C000TEST01", "8355", MUG)
    api = acme.client()
    number = int(api.post("/returns/test", {"order_id": 8355}).json()["data"][0]["id"])
    assert api.ids(search="blue") == api.ids(search="C000TEST01") == api.ids(start_date="2026-03-02") == [number]
    assert api.ids(search="red") == api.ids(end_date="2020-01-01") == api.ids(errors="true") == []
    assert api.ids(last_modified_before="2020-01-01") == api.ids(retrieved_at_end="2020-01-01") == []


@pytest.mark.parametrize("order_id", [8356, 0, -1, 2**63, 10**30])
def test_an_order_that_is_not_known(acme: House, order_id: int) -> None:
    acme.order("C000TEST01", "8355", MUG)
    answer = acme.client().post("/returns/test", {"order_id": order_id})
    assert answer.status_code == 404
    assert answer.json() == {"status": "error", "message": f"There is no order {order_id}"}


def test_a_number_of_two_orders_is_neither(acme: House) -> None:
    acme.order("C000TEST01", "8355", MUG)
    acme.order("C000TEST02", "8355", MUG)
    assert acme.client().post("/returns/test", {"order_id": 8355}).status_code == 404


def test_an_order_without_products(acme: House) -> None:
    acme.order("C000TEST01", "8355")
    answer = acme.client().post("/returns/test", {"order_id": 8355})
    assert (answer.status_code, answer.json()["status"]) == (409, "error")


def test_orders_by_our_own_number(db: None) -> None:
    house = House("acme", order_numbers="hub")
    own = house.order("C000TEST01", "8355", MUG)
    assert house.client().post("/returns/test", {"order_id": 8355}).status_code == 404
    assert house.client().post("/returns/test", {"order_id": own}).status_code == 201


def test_an_order_of_another_company_is_not_known(acme: House, other: House) -> None:
    other.order("C000TEST01", "8355", MUG)
    assert acme.client().post("/returns/test", {"order_id": 8355}).status_code == 404


def test_only_the_latest_are_kept(acme: House) -> None:
    acme.order("C000TEST01", "8355", *[OrderLine(str(n), 1, sku=f"SKU-{n}") for n in range(KEPT)])
    acme.client().post("/returns/test", {"order_id": 8355})
    first = acme.client().ids()
    acme.order("C000TEST02", "8356", MUG)
    acme.client().post("/returns/test", {"order_id": 8356})
    rows = acme.client().ids()
    assert len(rows) == len(set(rows)) == KEPT
    assert set(rows) - set(first) == {max(rows)}
    assert min(rows) > NUMBERS_FROM
