"""Adobe Commerce's returns (contract A2)."""

import asyncio
import base64
from typing import Any

import aiohttp
import pytest

from retour.sandbox.magento_native import MagentoNativeSimulator, rmas
from retour.sandbox.magento_native.derivation import header_of
from tests.sandbox.magento_native.conftest import EVERYTHING, Client, criteria, filled, paged


@pytest.mark.parametrize(
    ("items", "header"),
    [
        (["pending", "pending"], "pending"),
        (["pending", "denied"], "pending"),
        (["authorized", "authorized"], "authorized"),
        (["pending", "authorized"], "partially_authorized"),
        (["received", "received"], "received"),
        (["received", "pending"], "received_on_item"),
        (["received", "authorized"], "received_on_item"),
        (["approved", "pending"], "approved_on_item"),
        (["approved", "rejected", "pending"], "approved_on_item"),
        (["approved", "approved"], "processed_closed"),
        (["approved", "rejected", "denied"], "processed_closed"),
        (["rejected", "pending"], "rejected_on_item"),
        (["rejected", "denied"], "closed"),
        (["denied"], "closed"),
    ],
)
def test_the_header_follows_from_the_items(items: list[str], header: str) -> None:
    assert header_of(items) == header_of(reversed(items)) == header


# Making one


async def test_create(shop: Client) -> None:
    rma = await shop.made(shop.an_item(2), shop.an_item(3, 2), order_id=2)
    assert (rma["entity_id"], rma["increment_id"], rma["status"], rma["customer_id"]) == (1, "000000001", "pending", 7)
    assert [(item["order_item_id"], item["qty_requested"], item["qty_approved"]) for item in rma["items"]] == [
        (2, 1, 0),
        (3, 2, 0),
    ]
    assert rma["items"][0]["resolution"] == shop.option("Exchange")
    assert (rma["comments"], rma["tracks"], rma["date_requested"]) == ([], [], "2026-01-01 10:00:00")
    assert await shop.api("GET", "/returns/1") == rma
    assert shop.journal("created") == [("1", 3)]


async def test_nothing_notices_an_equal_return_while_units_are_left(shop: Client) -> None:
    assert [(await shop.made())["entity_id"] for _ in range(2)] == [1, 2]
    status, answer = await shop.create()
    assert (status, "error in quantities" in filled(answer)) == (400, True)
    assert shop.journal("created") == [("1", 1), ("2", 1)]
    await shop.switch(check_quantities=False)
    await asyncio.gather(*(shop.made() for _ in range(3)))
    assert len(shop.journal("created")) == 5


@pytest.mark.parametrize("ending", ["denied", "rejected", "closed", "deleted"])
async def test_what_ended_without_goods_can_be_asked_again(shop: Client, ending: str) -> None:
    await shop.made(shop.an_item(quantity=2))
    if ending == "deleted":
        assert await shop.api("DELETE", "/returns/1") is True
    elif ending == "closed":
        await shop.control("returns/1/close")
    else:
        await shop.control("returns/1/decide", {"status": ending})
    assert (await shop.create(shop.an_item(quantity=2)))[0] == 200


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"quantity": 3}, 400, "There is an error in quantities for item Mug, blue."),
        ({"quantity": 0}, 400, "There is an error in quantities for item Mug, blue."),
        ({"order_item_id": 2}, 400, "The order item 2 cannot be returned."),
        ({"resolution": "Refund"}, 400, '"Refund" is not an option of "resolution".'),
        ({"reason": ""}, 400, '"reason" is required. Enter and try again.'),
        ({"status": "lost"}, 400, 'The status "lost" is unknown.'),
    ],
)
async def test_items_that_are_refused(shop: Client, changes: dict[str, Any], status: int, words: str) -> None:
    got, answer = await shop.create(shop.an_item(**changes))
    assert (got, filled(answer)) == (status, words)
    assert shop.simulator.journal.entries == []
    assert await shop.ids("/returns", EVERYTHING) == []


async def test_more_that_is_refused(shop: Client) -> None:
    status, answer = await shop.create(shop.an_item(), order_id=99)
    assert (status, filled(answer)) == (404, "No such entity with order_id = 99")
    assert (await shop.create(items=[]))[0] == 400
    assert (await shop.create(status="lost"))[0] == 400
    await shop.switch(create_refused=True)
    assert (await shop.create())[0] == 400


async def test_switched_leniency(shop: Client) -> None:
    await shop.switch(check_options=False, required_options=[], guest_customer_id=True)
    rma = await shop.made(shop.an_item(resolution="Refund", reason=""))
    assert (rma["items"][0]["resolution"], rma["items"][0]["reason"], rma["customer_id"]) == ("Refund", "", 0)


async def test_only_the_shipped_row_of_a_configurable_product_returns(shop: Client) -> None:
    assert (await shop.create(shop.an_item(5), order_id=3))[0] == 400
    assert (await shop.create(shop.an_item(4), order_id=3))[0] == 200
    await shop.switch(configurable_row="child")
    made = await shop.control("orders", {"lines": [{"sku": "S", "configurable": True}]})
    parent, child = (item["item_id"] for item in made["items"])
    assert (await shop.create(shop.an_item(parent), order_id=4))[0] == 400
    assert (await shop.create(shop.an_item(child), order_id=4))[0] == 200


async def test_a_lost_answer_leaves_the_return(shop: Client) -> None:
    await shop.control("faults", {"kind": "drop_after", "match": "POST /rest/V1/returns"})
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await shop.create()
    assert await shop.ids("/returns", criteria((0, 0, "order_id", "eq", "1"))) == [1]


# The attributes


async def test_options_have_arbitrary_ids(shop: Client) -> None:
    resolution = await shop.api("GET", "/returnsAttributeMetadata/resolution")
    assert resolution["options"][0] == {"label": " ", "value": ""}
    options = {option["label"]: option["value"] for option in resolution["options"][1:]}
    assert list(options) == ["Exchange", "Refund", "Store Credit", "Repair", "Customer keeps it"]
    assert options["Refund"] == shop.option("Refund")
    assert MagentoNativeSimulator(seed=7).options.id_of("resolution", "Refund") != options["Refund"]
    everything = await shop.api("GET", "/returnsAttributeMetadata")
    assert [attribute["attribute_code"] for attribute in everything] == ["reason", "condition", "resolution"]
    assert await shop.api("GET", "/returnsAttributeMetadata/form/default") == everything
    assert await shop.api("GET", "/returnsAttributeMetadata/custom") == []
    assert (await shop.call("GET", "/returnsAttributeMetadata/colour"))[0] == 404


async def test_a_merchant_adds_an_option(shop: Client) -> None:
    value = (await shop.control("options", {"attribute": "resolution", "label": "Omruilen"}))["value"]
    assert (await shop.control("options", method="GET"))["resolution"][value] == "Omruilen"
    assert (await shop.made(shop.an_item(resolution=value)))["items"][0]["resolution"] == value


# Reading


async def test_many_in_one_call(shop: Client) -> None:
    await shop.control("orders", {"lines": [{"quantity": 9}]})
    for _ in range(5):
        await shop.made(shop.an_item(6), order_id=4)
    assert await shop.ids("/returns", criteria((0, 0, "entity_id", "in", "4,2,99"))) == [2, 4]
    assert [await shop.ids("/returns", paged(2, number)) for number in (1, 3, 4)] == [[1, 2], [5], [5]]
    await shop.control("returns/3/decide", {"status": "denied"})
    assert await shop.ids("/returns", criteria((0, 0, "status", "eq", "closed"))) == [3]
    assert (await shop.call("GET", "/returns", criteria((0, 0, "updated_at", "gteq", "2020"))))[0] == 500
    await shop.switch(entity_id_filterable=False)
    assert (await shop.call("GET", "/returns", criteria((0, 0, "entity_id", "in", "1"))))[0] == 500
    status, answer = await shop.call("GET", "/returns/99")
    assert (status, filled(answer)) == (404, "No such entity with rma_id = 99")


async def test_comments(shop: Client) -> None:
    await shop.made()
    sent = {
        "comment": "[rh:1] Kanaalweg 12",
        "rma_entity_id": 1,
        "created_at": "",
        "entity_id": 0,
        "customer_notified": False,
        "visible_on_front": False,
        "status": "pending",
        "admin": True,
    }
    assert await shop.api("POST", "/returns/1/comments", body={"data": sent}) is True
    [comment] = (await shop.api("GET", "/returns/1"))["comments"]
    assert (comment["comment"], comment["admin"], comment["visible_on_front"]) == (sent["comment"], True, False)
    assert (await shop.api("GET", "/returns/1/comments"))["items"] == [comment]
    assert (shop.journal("comment"), shop.journal("mail")) == ([("1", 1)], [])
    await shop.api("POST", "/returns/1/comments", body={"data": sent | {"customer_notified": True}})
    assert shop.journal("mail") == [("1", 1)]
    assert (await shop.call("POST", "/returns/1/comments", body={"data": sent | {"rma_entity_id": 2}}))[0] == 400
    assert (await shop.call("POST", "/returns/9/comments", body={"data": sent}))[0] == 404


async def test_tracks_and_labels(shop: Client) -> None:
    await shop.made()
    assert await shop.api("GET", "/returns/1/labels") == ""
    track = {"carrier_code": "custom", "carrier_title": "Fiets", "track_number": "3S1"}
    assert await shop.api("POST", "/returns/1/tracking-numbers", body={"track": track}) is True
    [found] = (await shop.api("GET", "/returns/1/tracking-numbers"))["items"]
    assert found == (await shop.api("GET", "/returns/1"))["tracks"][0]
    assert base64.b64decode(await shop.api("GET", "/returns/1/labels")).startswith(b"%PDF")
    assert await shop.api("DELETE", "/returns/1/tracking-numbers/1") is True
    assert (await shop.call("DELETE", "/returns/1/tracking-numbers/1"))[0] == 404


# Decisions


@pytest.mark.parametrize(
    ("status", "resolution", "header"),
    [("approved", "Refund", "processed_closed"), ("rejected", None, "closed"), ("denied", None, "closed")],
)
async def test_staff_decides(shop: Client, status: str, resolution: str | None, header: str) -> None:
    await shop.made(shop.an_item(quantity=2))
    await shop.control("returns/1/decide", {"status": status, "resolution": resolution})
    rma = await shop.api("GET", "/returns/1")
    assert (rma["status"], rma["items"][0]["status"]) == (header, status)
    assert rma["items"][0]["resolution"] == shop.option(resolution or "Exchange")
    assert shop.journal("decided") == [("1", 2)]


async def test_a_part_is_approved(shop: Client) -> None:
    await shop.made(shop.an_item(quantity=2))
    await shop.control("returns/1/decide", {"status": "approved", "item_id": 1, "quantity": 1})
    [item] = (await shop.api("GET", "/returns/1"))["items"]
    assert (item["qty_requested"], item["qty_returned"], item["qty_approved"]) == (2, 2, 1)
    assert shop.journal("decided") == [("1", 1)]


async def test_step_by_step(shop: Client) -> None:
    await shop.made(shop.an_item(2), shop.an_item(3, 3), order_id=2)
    seen = []
    for item_id, status, resolution in (
        (1, "authorized", None),
        (2, "denied", None),
        (1, "received", None),
        (1, "approved", "Repair"),
    ):
        step = {"item_id": item_id, "status": status, "resolution": resolution}
        seen.append((await shop.control("returns/1/step", step))["status"])
    assert seen == ["partially_authorized", "authorized", "received", "processed_closed"]
    assert shop.journal("decided") == [("1", 3), ("1", 1)]
    assert shop.journal("mail") == [("1", 1)], "authorized mails the customer"


@pytest.mark.parametrize(
    "body",
    [
        {"item_id": 1, "status": "approved"},
        {"item_id": 1, "status": "authorized", "quantity": 5},
        {"item_id": 1, "status": "never"},
    ],
)
async def test_steps_that_are_not_offered(shop: Client, body: dict[str, Any]) -> None:
    await shop.made()
    async with shop.http.post("/_sandbox/returns/1/step", json=body) as answer:
        assert answer.status == 409
    assert [entry.kind for entry in shop.simulator.journal.entries] == ["created"]


async def test_closed_by_hand_leaves_the_items(shop: Client) -> None:
    await shop.made()
    rma = await shop.control("returns/1/close")
    assert (rma["status"], rma["items"][0]["status"]) == ("closed", "pending")
    assert (shop.journal("closed"), shop.journal("decided")) == ([("1", 1)], [])
    for path in ("close", "decide"):
        async with shop.http.post(f"/_sandbox/returns/1/{path}", json={"status": "denied"}) as answer:
            assert answer.status == 409


async def test_put_moves_items_and_is_journaled_as_the_clients(shop: Client) -> None:
    await shop.made(shop.an_item(2), shop.an_item(3, 2), order_id=2)

    async def put(*items: dict[str, Any]) -> int:
        return (await shop.call("PUT", "/returns/1", body={"rmaDataObject": {"items": list(items)}}))[0]

    assert await put({"entity_id": 1, "status": "denied"}, {"entity_id": 2, "status": "approved"}) == 400
    assert shop.journal("decided") == [], "all or nothing"
    assert await put({"entity_id": 1, "status": "denied"}, {"entity_id": 2, "status": "authorized"}) == 200
    assert await put({"entity_id": 2, "status": "received", "qty_returned": 1}) == 200
    assert await put({"entity_id": 9, "status": "denied"}) == 404
    rma = await shop.api("GET", "/returns/1")
    assert (rma["status"], rma["items"][1]["qty_returned"]) == ("received", 1)
    [decided] = shop.simulator.journal.of("decided")
    assert (decided.detail["by"], decided.detail["status"]) == ("api", "denied")
    assert shop.journal("mail") == [("1", 2)]


async def test_a_customer_returns_in_the_shop_itself(shop: Client) -> None:
    rma = await shop.control("returns", {"order_id": 2, "lines": {"GLASS-6": 2}, "comment": "Eén is gebarsten"})
    assert (rma["items"][0]["qty_requested"], rma["comments"][0]["admin"]) == (2, False)
    assert (await shop.control("returns/decide-all", {"status": "denied"})) == {"count": 1}
    assert [row["status"] for row in await shop.control("returns", method="GET")] == ["closed"]
    await shop.control("returns/1", method="DELETE")
    assert shop.journal("deleted") == [("1", 2)]


@pytest.mark.parametrize(
    ("flaw", "shown"),
    [
        ("no_id", lambda rma: "entity_id" not in rma),
        ("text_id", lambda rma: rma["entity_id"] == "R1"),
        ("no_items", lambda rma: "items" not in rma),
        ("items_null", lambda rma: rma["items"] is None),
        ("no_status", lambda rma: "status" not in rma),
        ("unknown_status", lambda rma: rma["status"] == "unconfirmed"),
        ("unknown_item_status", lambda rma: rma["items"][0]["status"] == "never_heard_of"),
        ("not_an_object", lambda rma: rma == "garbled"),
    ],
)
async def test_garbled_rows(shop: Client, flaw: str, shown: Any) -> None:
    await shop.made()
    await shop.made()
    await shop.control("returns/1/garble", {"flaw": flaw})
    bad, good = (await shop.api("GET", "/returns", EVERYTHING))["items"]
    assert (shown(bad), good["entity_id"]) == (True, 2)
    await shop.control("returns/1/garble", {"flaw": None})
    assert (await shop.api("GET", "/returns/1"))["entity_id"] == 1


async def test_old_closed_returns_are_forgotten(shop: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rmas, "_KEPT", 2)
    await shop.control("orders", {"lines": [{"quantity": 9}]})
    for number in range(1, 5):
        await shop.made(shop.an_item(6), order_id=4)
        if number == 1:
            await shop.control("returns/1/decide", {"status": "denied"})
    assert await shop.ids("/returns", EVERYTHING) == [2, 3, 4], "what is open is kept"
