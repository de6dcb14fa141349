"""The page on which a person plays the customer."""

import re

from tests.sandbox.fruugo.world import World


async def page(world: World) -> str:
    got = await world.call("GET", "/")
    assert got.status == 200
    return got.text


async def test_a_customer_sends_back_and_gets_the_money(world: World) -> None:
    ref = re.findall(r'name="ref" value="([^"]+)"', await page(world))[0]
    form = {"ref": ref, "quantity": "2", "reason": "Damaged", "comment": "<b>Chipped</b>"}
    shown = await world.call("POST", "/announcements", data=form)  # follows the redirect
    assert "2 &times; waiting for the seller" in shown.text
    assert "&lt;b&gt;Chipped&lt;/b&gt;" in shown.text
    assert "<b>" not in shown.text
    order_id, product, sku = ref.split(":")
    await world.give_back(order_id, f"{product},{sku},1")
    assert "1 &times; refunded" in await page(world)
    number = re.findall(r"/announcements/(\d+)/withdraw", await page(world))[0]
    after = await world.call("POST", f"/announcements/{number}/withdraw")
    assert "1 &times; withdrawn" in after.text
    assert "waiting for the seller" not in after.text
    assert (await world.call("POST", f"/announcements/{number}/withdraw")).status == 409


async def test_bad_forms(world: World) -> None:
    ref = re.findall(r'name="ref" value="([^"]+)"', await page(world))[0]
    good = {"ref": ref, "quantity": "1", "reason": "Damaged"}
    for bad in ({"ref": "1:2:3"}, {"quantity": "0"}, {"quantity": "99"}, {"quantity": "²"}, {"reason": "x"}):
        assert (await world.call("POST", "/announcements", data=good | bad)).status == 400
    assert (await world.call("POST", "/announcements/77/withdraw")).status == 404
    assert await world.journal("announced") == []


async def test_titles_are_escaped_and_the_page_needs_no_script(world: World) -> None:
    item = {"title": "<script>alert(1)</script>", "sku_id": '"><i>'}
    await world.control("returns", {"items": [item], "reason": "<u>", "comment": "x"})
    html = await page(world)
    assert "<script" not in html
    assert "<i>" not in html
    assert "<u>" not in html
    assert "width=device-width" in html
    assert "src=" not in html


async def test_many_returns_at_once(world: World) -> None:
    made = await world.control("bulk", {"count": 50, "seed": 7})
    assert made["count"] == 50
    lines = (await world.call("GET", "/_sandbox/lines?offset=5&limit=100")).body
    assert sum(line["announced"] for line in lines) == 50
    assert lines[-1]["ref"] == made["last_ref"]
