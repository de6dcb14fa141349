"""Rows, key by key (contract channable-api.md, 3)."""

from typing import Any

import pytest

from retour.core.model import Handler, OrderLine, Resolution
from retour.store.models import Return
from tests.channable_api.house import AT, PERSONAL, House, handled, line

ROW = {
    "project_id", "id", "status", "channel_name", "channel_id", "platform_name", "platform_id", "error", "obfuscated",
    "log", "created", "modified", "retrieved_at", "data",
}  # fmt: skip


def test_a_row(acme: House) -> None:
    number = acme.offer_one()
    acme.order("C000TEST01", "8355")
    row = acme.client().row(number)
    assert row == {
        "id": number,
        "project_id": acme.project.pk,
        "status": "new",
        "channel_name": "bol",
        "channel_id": "71000001",
        "platform_name": "channable",
        "platform_id": None,
        "error": False,
        "obfuscated": False,
        "log": [{"created": "2026-03-02T09:15:30+00:00", "message": "Offered"}],
        "created": "2026-03-02T09:15:30+00:00",
        "modified": "2026-03-02T09:15:30+00:00",
        "retrieved_at": "2026-03-02T09:15:30+00:00",
        "data": {
            "item": {
                "id": "MUG-BLUE",
                "gtin": "0000000000017",
                "title": "Mug, blue",
                "quantity": 1,
                "reason": "Te klein",
                "comment": "Past niet.",
                "delivery_period": "",
            },
            "customer": {
                "gender": "female",
                "first_name": "Sanne",
                "last_name": "de Vries",
                "email": "sanne@example.org",
            },
            "address": {
                "first_name": "Sanne",
                "last_name": "de Vries",
                "company": "Vries Keramiek",
                "email": "sanne@example.org",
                "street": "Voorbeeldstraat",
                "house_number": "12",
                "house_number_ext": "B",
                "address_supplement": "achter",
                "address1": "Voorbeeldstraat 12 B",
                "zip_code": "1234 AB",
                "city": "Utrecht",
                "region_code": "",
                "country_code": "NL",
            },
            "meta": {
                "channel_order_id": "C000TEST01",
                "channel_order_id_internal": "",
                "channel_return_id": "41000001",
                "platform_order_id": "8355",
                "is_test_return": False,
                "is_demo_return": False,
            },
        },
    }
    assert acme.client().listed()["returns"] == [row]


def test_an_anonymous_row(acme: House) -> None:
    number = acme.offer_one()
    whole = acme.client().row(number)
    [row] = acme.client().listed("/anonymous_returns")["returns"]
    assert row.keys() == ROW - {"obfuscated"}
    assert {name: value for name, value in row.items() if name != "data"} == {
        name: value for name, value in whole.items() if name not in {"data", "obfuscated"}
    }
    assert row["data"] == {
        "item": {name: value for name, value in whole["data"]["item"].items() if name != "comment"},
        "customer": {"gender": "female"},
        "address": {"city": "Utrecht", "country_code": "NL", "company": "Vries Keramiek", "region_code": ""},
        "meta": whole["data"]["meta"],
    }


def test_no_personal_data_is_in_the_anonymous_list(acme: House) -> None:
    number = acme.offer_one()
    acme.order("C000TEST01", "8355")
    acme.client().decide(number, "accepted")
    text = acme.client().get("/anonymous_returns").content.decode().replace("Vries Keramiek", "")
    assert [word for word in PERSONAL if word in text] == []
    whole = acme.client().get("/returns").content.decode()
    assert all(word in whole for word in PERSONAL)


def test_what_is_not_known_is_null_or_empty(acme: House) -> None:
    bare = line(
        "71000001", sku=None, gtin=None, title=None, reason=None, reason_text=None, comment=None, unit_price=None
    )
    [number] = acme.offer("41000001", bare, customer=None)
    data = acme.client().row(number)["data"]
    assert data["item"] == {
        "id": "", "gtin": None, "title": None, "quantity": 1, "reason": None, "comment": None, "delivery_period": "",
    }  # fmt: skip
    assert data["customer"] == {"gender": "unknown", "first_name": "", "last_name": "", "email": ""}
    assert set(data["address"].values()) == {""}
    assert data["meta"]["platform_order_id"] is None


def test_a_reason_without_words_is_our_own(acme: House) -> None:
    number = acme.offer_one(reason_text=None)
    assert acme.client().row(number)["data"]["item"]["reason"] == "wrong size fit"


def test_a_customer_that_the_return_does_not_tell_is_the_orders(acme: House) -> None:
    acme.order("C000TEST01", "", OrderLine("1", 1, sku="MUG-BLUE"))
    [number] = acme.offer("41000001", line("71000001"), customer=None)
    assert acme.client().row(number)["data"]["customer"]["first_name"] == "Ada"


def test_the_invoice_address_is_there_where_it_was_asked_for(db: None) -> None:
    house = House("acme", invoice_address=True)
    number = house.offer_one()
    assert house.client().row(number)["data"]["billing"] is None
    house.order("C000TEST01", "", OrderLine("1", 1, sku="MUG-BLUE"))
    data = house.client().row(number)["data"]
    assert data["billing"]["address1"] == "Dorpsstraat 1"
    assert data["address"]["address1"] == "Voorbeeldstraat 12 B"
    assert "billing" not in house.client().listed("/anonymous_returns")["returns"][0]["data"]


def test_an_order_may_have_our_own_number(db: None) -> None:
    house = House("acme", order_numbers="hub")
    number = house.offer_one()
    own = house.order("C000TEST01", "8355")
    assert house.client().row(number)["data"]["meta"]["platform_order_id"] == str(own)


@pytest.mark.parametrize(("terms", "name"), [({}, "bol"), ({"channel_names": {"bol": "bol_plaza"}}, "bol_plaza")])
def test_a_marketplace_may_have_another_name(db: None, terms: dict[str, Any], name: str) -> None:
    house = House("acme", **terms)
    assert house.client().row(house.offer_one())["channel_name"] == name


def test_what_the_marketplace_handled_itself_arrives_accepted(acme: House) -> None:
    ended = line("71000001", awaits=False, handlings=handled(Resolution.ACCEPT))
    [number] = acme.offer("41000001", ended, handler=Handler.MARKETPLACE)
    assert acme.client().row(number)["status"] == "accepted"
    assert acme.client().decide(number, "rejected") == 409
    assert acme.told(number) == []


def test_a_single_row_is_the_lists(acme: House) -> None:
    numbers = acme.offer("41000001", line("70000001"), line("70000002", quantity=3))
    rows = {row["id"]: row for row in acme.client().listed()["returns"]}
    assert rows == {number: acme.client().row(number) for number in numbers}
    assert rows[numbers[1]]["data"]["item"]["quantity"] == 3


def test_the_number_of_a_row_stays(acme: House) -> None:
    number = acme.offer_one()
    acme.see("41000001", line("71000001"), line("71000002"), at=AT.replace(hour=12))
    assert number in acme.client().ids()
    assert acme.client().row(number)["channel_id"] == "71000001"
    assert Return.objects.count() == 1
