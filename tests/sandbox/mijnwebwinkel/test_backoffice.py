"""The pages for a person, and the control routes' manners."""

import re
from decimal import Decimal

import pytest

from retour.sandbox.mijnwebwinkel import Address, Bought, Debtor
from tests.sandbox.mijnwebwinkel.conftest import MACHINE_LINE, Client

KEY = "RH:bol:41000001"


async def page(shop: Client, path: str) -> str:
    status, content_type, text = await shop.raw("GET", path)
    assert (status, content_type) == (200, "text/html")
    assert "<script" not in text
    return text


async def press(shop: Client, path: str, **fields: str) -> tuple[int, str]:
    async with shop.http.post(path, data=fields, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", await answer.text())


async def test_a_person_sees_requests_with_address_and_invoice(shop: Client) -> None:
    invoice = Address("Ada <Example>", company="Example & Co", taxnumber="NL000000000B00")
    shop.place(debtor=Debtor("ada@example.org", invoice), comment="<script>alert(1)</script>", business=True)
    await shop.patch("1", status=20, comments={"internal": MACHINE_LINE})
    home = await page(shop, "/")
    for words in (KEY, "waits for you", "Retour aangemeld", "Ada &lt;Example&gt;", "&euro; 31.23"):
        assert words in home
    detail = await page(shop, "/orders/1")
    for words in ("Example &amp; Co", "NL000000000B00", "ada@example.org", "&lt;script&gt;", "MUG-BLUE", "38 in stock"):
        assert words in detail
    assert (await shop.raw("GET", "/orders/77"))[0] == 404


async def test_a_click_decides(shop: Client) -> None:
    shop.place()
    await shop.write_note("1", MACHINE_LINE)
    assert await press(shop, "/orders/1/decide", key=KEY, word="geaccepteerd") == (303, "/orders/1?done=decide")
    assert "decision: geaccepteerd" in (await shop.order())["comments"]["internal"]
    assert 'value="geaccepteerd" class="main"' in await page(shop, "/orders/1?done=decide")
    assert (await press(shop, "/orders/1/decide", key="RH:x", word="y"))[0] == 404
    assert (await press(shop, "/orders/1/decide"))[0] == 400


async def test_a_saved_note_is_the_forms_text(shop: Client) -> None:
    """As browsers send it, with CR LF; over whatever the hub wrote since the form was opened."""
    shop.place(internal="\nKlant belde")
    form = await page(shop, "/orders/1")
    shown = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", form, re.DOTALL)
    assert shown is not None
    assert shown[1] == "\nKlant belde"
    await shop.write_note("1", MACHINE_LINE)
    assert await press(shop, "/orders/1/note", text="Klant belde\r\ntwee keer") == (303, "/orders/1?done=note")
    assert (await shop.order())["comments"]["internal"] == "Klant belde\r\ntwee keer"
    assert shop.journal("erased") == [(KEY, 1)]


async def test_status_and_archive(shop: Client) -> None:
    shop.place()
    assert (await press(shop, "/orders/1/status", status="21"))[0] == 303
    assert (await press(shop, "/orders/1/status", status="many"))[0] == 400
    assert (await press(shop, "/orders/1/archive"))[0] == 303
    order = await shop.order()
    assert (order["status"], order["archived"]) == (21, True)
    shop.simulator.merchant.change_status("1", 777)
    assert "status 777" in await page(shop, "/orders/1")


async def test_credit_stock_and_money(shop: Client) -> None:
    shop.place(Bought(quantity=2), Bought(None, 1, "Los", Decimal("1.95")))
    form = await page(shop, "/orders/1")
    mugs, loose = re.findall(r'name="(units\.[0-9a-f-]+)"', form)
    assert await press(shop, "/orders/1/credit", status="10", **{mugs: "1", loose: "0"}) == (
        303,
        "/orders/2?done=credit",
    )
    assert "Put the goods back" in await page(shop, "/orders/2")
    assert (await press(shop, "/orders/2/stock"))[0] == 303
    assert "back in stock" in await page(shop, "/orders/2?done=stock")
    assert (await press(shop, "/orders/1/credit", status="10", stock="on", **{mugs: "2", loose: "1"}))[0] == 303
    assert (await shop.order("3"))["price"]["total"] == "-33.18", "all of it, with costs"
    for units in ("0", "3", "x"):
        assert (await press(shop, "/orders/1/credit", status="10", **{mugs: units}))[0] == 400
    assert (await press(shop, "/orders/2/credit", status="10"))[0] == 400
    assert shop.journal("goods") == [("2", 1), ("3", 2)]
    assert (await press(shop, "/orders/1/refund", amount="1,50"))[0] == 303
    for amount in ("", "much", "NaN", "-1", "9999"):
        assert (await press(shop, "/orders/1/refund", amount=amount))[0] == 400
    assert [entry.detail["amount"] for entry in shop.simulator.journal.of("refund")] == ["1.50"]


async def test_many_orders_have_pages(shop: Client) -> None:
    await shop.control("POST", "/orders/bulk", {"count": 51})
    assert "Page 1 of 2" in await page(shop, "/")
    for last in ("2", "99"):
        text = await page(shop, f"/?page={last}")
        assert "Page 2 of 2" in text
        assert 'href="/orders/1"' in text
        assert 'href="/orders/51"' not in text
    for odd in ("x", "0", "9" * 5000):
        assert "Page 1 of 2" in await page(shop, f"/?page={odd}")


async def test_a_waiting_credit_order_is_told_by_its_status(shop: Client) -> None:
    shop.place()
    shop.simulator.merchant.credit("1", status=10, note=MACHINE_LINE)
    assert "waits for you" not in await page(shop, "/")
    assert "Creditorder in behandeling" in await page(shop, "/")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/orders", {"number": 1}, 409),
        ("/orders", {"surely_unknown": 1}, 400),
        ("/orders", {"lines": [{"quantity": 0}]}, 400),
        ("/orders", {"debtor": {"invoice": {"name": "Ada Example"}}, "placed_at": "2026-03-02T09:15:30Z"}, 201),
        ("/orders/9/note", {"text": "x"}, 404),
        ("/orders/1/note", {}, 400),
        ("/orders/1/race", {"moment": "never", "edit": {}}, 400),
        ("/orders/1/archive", {}, 200),
        ("/requests/erase", {"key": "RH:x"}, 404),
        ("/tokens", {"token": ""}, 400),
    ],
)
async def test_control_routes_refuse_nonsense(shop: Client, path: str, body: object, status: int) -> None:
    shop.place()
    assert (await shop.control("POST", path, body))[0] == status


async def test_the_same_seed_gives_the_same_ids(shop: Client) -> None:
    shop.place()
    again = type(shop.simulator)(seed=1)
    assert again.shop.articles["MUG-BLUE"].stock == 40
    assert (await shop.order())["uuid"] == shop.simulator.merchant.order("1").uuid
