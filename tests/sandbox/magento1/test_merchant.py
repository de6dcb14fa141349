"""What the merchant does in the back office, and what the hub reads of it."""

from typing import Any

import pytest

from retour.sandbox.magento.returns import DECISIONS
from retour.sandbox.magento1 import TOKEN
from retour.sandbox.magento1 import returns as table
from tests.sandbox.magento1.conftest import GET, Client, a_return


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (f"code={TOKEN}", "Missing ID"),
        (f"code={TOKEN}&id=0", "Missing ID"),
        ("code=wrong&id=1", "Unknown Token"),
        ("id=1", "Extension not enabled!"),
        (f"code={TOKEN}&id=12", "Return with id 12 not found"),
        (f"code={TOKEN}&id=abc", "Return with id 0 not found"),
    ],
)
async def test_a_question_is_refused(shop: Client, query: str, text: str) -> None:
    await shop.push(a_return())
    assert await shop.json("GET", f"{GET}?{query}") == {"validated": "false", "errors": text}


async def test_the_plugin_is_off(shop: Client) -> None:
    await shop.push(a_return())
    await shop.switch(extension_enabled=False)
    assert (await shop.status(1))["errors"] == "Extension not enabled!"


async def test_the_answer(shop: Client) -> None:
    await shop.push(a_return())
    assert await shop.status(1) == {"validated": "true", "return_id": 1, "status": "new"}
    assert (await shop.json("POST", f"{GET}/id/1abc/code/{TOKEN}/"))["status"] == "new"
    await shop.switch(status_id_as_text=True, create_id_as_text=False, ip_whitelist=["127.0.0.1"])
    assert (await shop.status(1))["return_id"] == "1"
    assert (await shop.push(a_return()))["return_id"] == 2
    await shop.switch(ip_whitelist=[])
    assert (await shop.status(1))["validated"] == "true", "the whitelist guards create only"


@pytest.mark.parametrize("status", [*DECISIONS, "whatever else"])
async def test_any_decision_is_stored_and_read(shop: Client, status: str) -> None:
    await shop.push(a_return())
    await shop.control("returns/1/decide", {"status": status})
    assert (await shop.status(1))["status"] == status
    assert shop.journal("decided") == [("1", 2)]


async def test_a_status_of_the_hubs_own_is_read_back(shop: Client) -> None:
    await shop.push(a_return(status="my own"))
    assert (await shop.status(1))["status"] == "my own"


async def test_delete_of_one_only_empties_its_status(shop: Client) -> None:
    await shop.push(a_return())
    shop.simulator.shop.decide(1, "accepted")
    await shop.control("returns/1/delete")
    assert await shop.status(1) == {"validated": "true", "return_id": 1, "status": None}
    assert shop.journal("cleared") == [("1", 2)]
    assert shop.journal("deleted") == []


async def test_delete_of_many_really_deletes(shop: Client) -> None:
    for _ in range(3):
        await shop.push(a_return())
    assert await shop.control("returns/mass-delete", {"ids": [1, 3]}) == {"count": 2}
    assert (await shop.status(1))["errors"] == "Return with id 1 not found"
    assert (await shop.push(a_return()))["return_id"] == "4", "an id is not used again"
    assert shop.journal("deleted") == [("1", 2), ("3", 2)]


async def test_mass_decisions_touch_only_what_is_new(shop: Client) -> None:
    for _ in range(3):
        await shop.push(a_return())
    shop.simulator.shop.decide(2, "rejected")
    assert await shop.control("returns/decide-all", {"status": "keeps", "ids": [1, 2]}) == {"count": 1}
    assert [row["status"] for row in await shop.rows()] == ["keeps", "rejected", "new"]
    assert await shop.control("returns/decide-all", {"status": "accepted"}) == {"count": 1}


async def test_a_merchant_who_answers_at_once(shop: Client) -> None:
    await shop.push(a_return())
    await shop.switch(auto_decide="repaired")
    assert (await shop.status(1))["status"] == (await shop.status(1))["status"] == "repaired"
    assert shop.journal("decided") == [("1", 2)]


async def test_a_renewed_token(shop: Client) -> None:
    renewed = (await shop.control("token"))["token"]
    assert (await shop.push(a_return()))["errors"] == "Invalid token"
    assert (await shop.push(a_return(), f"/channableapi/returns/index?store=1&code={renewed}"))["validated"] == "true"


@pytest.mark.parametrize(
    ("flaw", "answer"),
    [
        ("no_id", {"validated": "true", "status": "new"}),
        ("no_status", {"validated": "true", "return_id": 1}),
        ("number_status", {"validated": "true", "return_id": 1, "status": 1}),
        ("list", []),
    ],
)
async def test_garbled_answers(shop: Client, flaw: str, answer: Any) -> None:
    await shop.push(a_return())
    await shop.control("returns/1/garble", {"flaw": flaw})
    assert await shop.status(1) == answer
    await shop.control("returns/1/garble", {"flaw": None})
    assert (await shop.status(1))["status"] == "new"


async def test_a_garbled_page(shop: Client) -> None:
    await shop.push(a_return())
    shop.simulator.shop.garble(1, "html")
    assert (await shop.raw("GET", f"{GET}?id=1&code={TOKEN}"))[:2] == (200, "text/html")


async def test_old_decided_rows_are_forgotten(shop: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_KEPT", 2)
    await shop.push(a_return())
    shop.simulator.shop.decide(1, "accepted")
    for _ in range(3):
        await shop.push(a_return())
    assert [row["entity_id"] for row in await shop.rows()] == [2, 3, 4], "what is new is kept"


async def test_control_routes_refuse_nonsense(shop: Client) -> None:
    assert (await shop.raw("POST", "/_sandbox/orders", json={"hub_order_id": 315}))[0] == 409
    assert (await shop.raw("POST", "/_sandbox/orders", json={}))[0] == 400
    assert (await shop.raw("POST", "/_sandbox/returns/1/decide", json={"status": "keeps"}))[0] == 404
    assert (await shop.raw("POST", "/_sandbox/returns/1/garble", json={"flaw": "none such"}))[0] == 400
    made = await shop.control("orders", {"hub_order_id": 7, "lines": [{"sku": "CUP", "quantity": 3}]})
    assert (made["increment_id"], made["lines"][0]["quantity"]) == ("100000003", 3)
    assert await shop.control("orders/bulk", {"count": 50, "start": 1000}) == {"count": 50}


# The page


async def test_a_person_decides_on_the_page(shop: Client) -> None:
    assert "No returns here yet" in (await shop.raw("GET", "/"))[2]
    for title in ("<b>Mug</b>", "Cup"):
        await shop.push(a_return(item__title=title))
    _, _, grid = await shop.raw("GET", "/")
    assert "&lt;b&gt;Mug" in grid
    assert "<b>Mug" not in grid
    assert (grid.count('value="accepted"'), "Delete return 1" in grid) == (3, False)
    _, _, detail = await shop.raw("GET", "/returns/1")
    for shown in ("Kanaalweg", "100000315", "000000001", "EUR 25.00", "noor@example.org"):
        assert shown in detail
    assert (await shop.raw("POST", "/returns/1/decide", data={"status": "repaired"}))[0] == 303
    _, _, detail = await shop.raw("GET", "/returns/1")
    assert ("new status: repaired" in detail, "Delete return 1" in detail, "Accept" in detail) == (True, True, False)
    await shop.raw("POST", "/returns/1/delete")
    assert (await shop.status(1))["status"] is None


async def test_mass_actions_on_the_page(shop: Client) -> None:
    for _ in range(2):
        await shop.push(a_return())
    await shop.raw("POST", "/returns/mass", data={"action": "accepted"})
    assert "Tick the returns first" in (await shop.raw("GET", "/"))[2]
    await shop.raw("POST", "/returns/mass", data={"action": "accepted", "id": "1"})
    assert (await shop.status(1))["status"] == "accepted"
    await shop.raw("POST", "/returns/mass", data=[("action", "delete"), ("id", "1"), ("id", "2")])
    assert await shop.rows() == []
    assert (await shop.raw("POST", "/returns/mass", data={"action": "burn", "id": "1"}))[0] == 400
    assert (await shop.raw("GET", "/returns/1"))[0] == 404


async def test_an_unlinked_return_says_so_and_the_list_has_pages(shop: Client) -> None:
    for _ in range(51):
        await shop.push(a_return(item__order_id="9"))
    first, last = (await shop.raw("GET", "/"))[2], (await shop.raw("GET", "/?page=2"))[2]
    assert ('id="return-51"' in first, 'id="return-1"' in first, 'id="return-1"' in last) == (True, False, True)
    assert "the shop has no such order" in (await shop.raw("GET", "/returns/1"))[2]
