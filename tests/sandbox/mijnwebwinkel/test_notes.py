"""Strategy A: a note and a status on the order; and the merchant who saves at the wrong moment (contract 6, 8)."""

from typing import Any

import pytest

from retour.sandbox.mijnwebwinkel import MerchantEdit
from retour.sandbox.mijnwebwinkel.notes import requests_in, with_word, without
from tests.sandbox.mijnwebwinkel.conftest import MACHINE_LINE, Client

KEY = "RH:bol:41000001"


def lines(shop: Client, which: str) -> list[Any]:
    return [entry.detail[which] for entry in shop.simulator.journal.of("note")]


async def test_a_request_is_a_line_and_a_status(shop: Client) -> None:
    shop.place(internal="Klant belde")
    note = f"Klant belde\n{MACHINE_LINE}"
    answer = await shop.patch("1", status=20, comments={"internal": note, "customer": "read-only"})
    assert (answer["status"], answer["comments"]) == (20, {"internal": note})
    assert await shop.order() == answer
    assert shop.journal("created") == [(KEY, 2)]
    assert shop.journal("status") == [("1", 1)]
    assert lines(shop, "added") == [[MACHINE_LINE]]
    assert (await shop.control("GET", "/requests"))[1] == [
        {"key": KEY, "order": "1", "line": MACHINE_LINE, "word": "?"}
    ]


async def test_writing_the_same_again_is_no_effect(shop: Client) -> None:
    shop.place()
    for _ in range(2):
        await shop.patch("1", status=20, comments={"internal": MACHINE_LINE}, archived=True)
    assert [len(shop.journal(kind)) for kind in ("created", "status", "note", "archived")] == [1, 1, 1, 1]


async def test_a_marker_that_is_there_twice_is_made_twice(shop: Client) -> None:
    shop.place()
    await shop.write_note("1", MACHINE_LINE)
    await shop.write_note("1", f"{MACHINE_LINE}\n{MACHINE_LINE}")
    assert shop.journal("created") == [(KEY, 2), (KEY, 2)]


async def test_what_is_not_named_stays(shop: Client) -> None:
    shop.place(internal="Klant belde", business=True, reference="C1")
    before = await shop.order()
    bodies: tuple[dict[str, Any], ...] = (
        {},
        {"comments": {}},
        {"comments": {"internal": None}},
        {"something": "else"},
    )
    for body in bodies:
        assert await shop.patch("1", **body) == before
    assert (await shop.patch("1", reference="C2", offline_location_id="x"))["reference"] == "C2"
    assert (await shop.patch("1", comments={"internal": ""}))["comments"] == {}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": 999}, "status"),
        ({"status": 10}, "status"),
        ({"status": "20"}, "status"),
        ({"status": True}, "status"),
        ({"archived": "yes"}, "archived"),
        ({"comments": "words"}, "comments"),
        ({"comments": {"internal": 7}}, "comments.internal"),
        ({"reference": "C1"}, "reference"),
        ({"reference": "x" * 256}, "reference"),
    ],
)
async def test_a_wrong_field_changes_nothing(shop: Client, body: dict[str, Any], field: str) -> None:
    shop.place()
    before = await shop.order()
    whole = {"comments": {"internal": MACHINE_LINE}, "archived": True, **body}
    status, problem = await shop.asked("PATCH", "/v1/orders/1", {}, whole)
    assert (status, problem["status"], list(problem["errors"])) == (422, 422, [field])
    assert problem["type"].startswith("http")
    assert await shop.order() == before
    assert shop.simulator.journal.entries == []


async def test_an_unknown_order_is_not_patched(shop: Client) -> None:
    status, error = await shop.asked("PATCH", "/v1/orders/7", {}, {"archived": True})
    assert (status, error["code"]) == (404, 404)


async def test_the_merchant_answers_in_the_note(shop: Client) -> None:
    shop.place()
    shop.place()
    await shop.write_note("1", f"boven\n{MACHINE_LINE}\nonder")
    await shop.write_note("2", MACHINE_LINE.replace("41000001", "41000002"))
    assert (await shop.control("POST", "/requests/decide", {"key": KEY, "word": "geaccepteerd"}))[0] == 200
    note = (await shop.order())["comments"]["internal"]
    assert note == f"boven\n{MACHINE_LINE.replace('?', 'geaccepteerd')}\nonder"
    assert shop.journal("decided") == [(KEY, 2)]
    assert "decision: ?" in (await shop.order("2"))["comments"]["internal"]
    assert await shop.numbers(status_changed_start_date="2020-01-01 00:00:00") == [], "a note is no status"
    assert (await shop.control("POST", "/requests/decide", {"key": "RH:bol:9", "word": "x"}))[0] == 404


async def test_the_merchant_answers_with_a_status(shop: Client) -> None:
    shop.place()
    await shop.patch("1", status=20, comments={"internal": MACHINE_LINE})
    assert (await shop.control("POST", "/orders/1/status", {"status": 22}))[0] == 200
    assert (await shop.order())["status"] == 22
    assert await shop.numbers(status_changed_start_date="2020-01-01 00:00:00") == ["1"]
    assert [entry.detail["by"] for entry in shop.simulator.journal.of("status")] == ["Retour", "merchant"]
    assert (await shop.control("POST", "/orders/1/status", {"status": 777}))[1]["status"] == 777


async def test_the_merchant_erases_a_request(shop: Client) -> None:
    shop.place()
    await shop.write_note("1", f"boven\n{MACHINE_LINE}\nonder")
    assert (await shop.control("POST", "/requests/erase", {"key": KEY}))[0] == 200
    assert (await shop.order())["comments"]["internal"] == "boven\nonder"
    assert shop.journal("erased") == [(KEY, 1)]


async def test_race_the_merchant_saves_between_read_and_write(shop: Client) -> None:
    """The platform keeps the last text: words of the merchant that the hub has not read are lost, and it shows."""
    shop.place(internal="Klant belde")
    edit = {"moment": "after_read", "edit": {"append": "Stuur nieuwe doos"}}
    assert (await shop.control("POST", "/orders/1/race", edit))[0] == 201
    read = (await shop.order())["comments"]["internal"]
    assert read == "Klant belde", "the answer was written before the merchant saved"
    await shop.write_note("1", f"{read}\n{MACHINE_LINE}")
    assert (await shop.order())["comments"]["internal"] == f"Klant belde\n{MACHINE_LINE}"
    assert lines(shop, "added") == [["Stuur nieuwe doos"], [MACHINE_LINE]]
    assert lines(shop, "removed") == [[], ["Stuur nieuwe doos"]]


async def test_race_an_old_form_is_saved_over_the_hubs_line(shop: Client) -> None:
    shop.place(internal="Klant belde")
    shop.simulator.merchant.race("1", "after_write", MerchantEdit(note="Klant belde twee keer"))
    answer = await shop.write_note("1", f"Klant belde\n{MACHINE_LINE}")
    assert MACHINE_LINE in answer["comments"]["internal"], "the answer to the write still shows it"
    assert (await shop.order())["comments"]["internal"] == "Klant belde twee keer"
    assert (shop.journal("created"), shop.journal("erased")) == ([(KEY, 2)], [(KEY, 1)])
    await shop.write_note("1", MACHINE_LINE)
    assert (await shop.order())["comments"]["internal"] == MACHINE_LINE, "a race happens once"


async def test_race_a_decision_is_overwritten_by_the_hub(shop: Client) -> None:
    shop.place()
    await shop.write_note("1", MACHINE_LINE)
    decided = MACHINE_LINE.replace("?", "afgewezen")
    shop.simulator.merchant.race("1", "after_read", MerchantEdit(note=decided), skip=1)
    for _ in range(2):
        read = (await shop.order())["comments"]["internal"]
    await shop.write_note("1", f"{read}\n[RH:bol:2] RETURN REQUEST A\u00d71; decision: ?")
    words = [(entry.detail["word"], entry.detail["by"]) for entry in shop.simulator.journal.of("decided")]
    assert words == [("afgewezen", "merchant"), ("?", "Retour")]


async def test_race_a_list_shifts_between_its_pages(shop: Client) -> None:
    for _ in range(4):
        shop.place()
    shop.simulator.merchant.race("1", "after_list", MerchantEdit(archived=True, status=26))
    first = await shop.numbers(limit=2)
    second = await shop.numbers(limit=2, offset=2)
    assert (first, second) == (["1", "2"], ["4"]), "number 3 slipped through"


async def test_a_list_shows_an_order_too(shop: Client) -> None:
    shop.place()
    shop.simulator.merchant.race("1", "after_read", MerchantEdit(status=21))
    assert [order["status"] for order in await shop.api("GET", "/v1/orders")] == [2]
    assert (await shop.order())["status"] == 21


def test_requests_inside_notes() -> None:
    marker = r"\[(RH:[^\]\n]*)\]"
    note = "hallo\r\n[RH:a:1] SKU\u00d73; decision: ?\r\n[RH:a:2] no field\n\x1c[RH:a:3] DECISION:accept "
    found = requests_in(note, marker)
    assert [(one.key, one.word, one.quantity) for one in found] == [
        ("RH:a:1", "?", 3),
        ("RH:a:2", "", None),
        ("RH:a:3", "accept", None),
    ]
    changed = with_word(with_word(note, marker, "RH:a:1", "keep"), marker, "RH:a:2", "reject")
    assert changed.startswith("hallo\r\n[RH:a:1] SKU\u00d73; decision: keep\r\n[RH:a:2] no field decision: reject\n")
    assert without(note, marker, "RH:a:2") == note.replace("[RH:a:2] no field\n", "")


async def test_the_marker_is_a_setting(shop: Client) -> None:
    assert (await shop.control("PATCH", "/switches", {"marker": "(["}))[0] == 400
    assert (await shop.control("PATCH", "/switches", {"marker": "no group"}))[0] == 400
    assert (await shop.control("PATCH", "/switches", {"marker": r"<(hub \d+)>"}))[0] == 200
    shop.place()
    await shop.write_note("1", "<hub 7> decision: ?")
    assert shop.journal("created") == [("hub 7", 1)]


async def test_odd_texts_are_kept(shop: Client) -> None:
    shop.place()
    odd = "a\x00b\x1bc\u2028 half \ud83d <script> 返品" + "long " * 14_000
    await shop.write_note("1", odd)
    assert (await shop.order())["comments"]["internal"] == odd
    assert (await shop.raw("GET", "/orders/1"))[0] == 200
