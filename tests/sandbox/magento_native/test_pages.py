"""A person plays the merchant."""

from tests.sandbox.magento_native.conftest import Client


async def test_a_return_is_decided_on_its_page(shop: Client) -> None:
    assert "No returns here yet." in (await shop.page("/"))[1]
    await shop.made(shop.an_item(quantity=2))
    await shop.control("returns/1/comment", {"text": "<script>Kanaalweg</script>"})
    assert 'href="/returns/1"' in (await shop.page("/"))[1]
    _, page = await shop.page("/returns/1")
    assert "&lt;script&gt;Kanaalweg" in page
    for shown in ("Mug, blue", "Wrong Size", "Exchange", "3526 KL", "EUR 25.00", "C000TEST01", 'value="denied"'):
        assert shown in page
    address = "/returns/1/items/1"
    assert (await shop.page(address, {"status": "authorized", "quantity": "2"}))[0] == 303
    await shop.page(address, {"status": "received", "quantity": "2"})
    await shop.page(address, {"status": "approved", "quantity": "1", "resolution": shop.option("Refund")})
    _, page = await shop.page("/returns/1")
    assert ("processed_closed" in page, "Saved: approved." in page, 'value="rejected"' in page) == (True, True, False)
    assert shop.journal("decided") == [("1", 1)]
    await shop.page(address, {"status": "denied"})
    assert "The return is closed." in (await shop.page("/returns/1"))[1]


async def test_close_and_comment(shop: Client) -> None:
    await shop.made()
    await shop.page("/returns/1/comment", {"comment": "We look at it", "visible": "1", "notify": "1"})
    await shop.page("/returns/1/close", {})
    rma = await shop.api("GET", "/returns/1")
    assert (rma["status"], rma["comments"][0]["visible_on_front"]) == ("closed", True)
    assert shop.journal("mail") == [("1", 1)]


async def test_open_source_has_orders_only(shop: Client) -> None:
    await shop.switch(edition="open_source")
    _, home = await shop.page("/")
    assert ('href="/orders/3"' in home, "Returns" in home) == (True, False)
    _, page = await shop.page("/orders/2")
    for shown in ("Peeters &amp; Zoon", "BE0000000000", "EUR 116.45", 'value="return_rejected"', 'name="qty-3"'):
        assert shown in page
    form = {"comment": "#reject <b>", "status": "return_rejected"}
    assert (await shop.page("/orders/2/comment", form))[0] == 303
    await shop.page("/orders/2/credit-memo", {"qty-3": "2", "restock": "1"})
    _, page = await shop.page("/orders/2")
    assert ("#reject &lt;b&gt;" in page, "EUR 48.00 refunded: 2x GLASS-6" in page) == (True, True)
    assert shop.journal("credit_memo") == shop.journal("stock") == [("2", 2)]
    await shop.page("/orders/2/credit-memo", {"qty-3": "2"})
    assert "must not be greater" in (await shop.page("/orders/2"))[1]


async def test_pages_of_a_long_list_and_what_is_not_there(shop: Client) -> None:
    await shop.control("orders/bulk", {"count": 60})
    assert ("Page 1 of 2" in (await shop.page("/orders"))[1], "B000001" in (await shop.page("/orders?page=2"))[1]) == (
        True,
        True,
    )
    for path in ("/orders/99", "/returns/99", "/elsewhere"):
        assert (await shop.page(path))[0] == 404
    assert (await shop.page("/returns/99/close", {}))[0] == 404
