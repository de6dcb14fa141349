"""Lists with their pages and filters; orders, metafields, invoices and credit (contract 2, 4, 6)."""

from typing import Any

import pytest

from tests.sandbox.lightspeed.client import Client


async def returns(shop: Client, count: int) -> list[int]:
    order = await shop.order(lines=[{"quantity": count}])
    return [await shop.made(order) for _ in range(count)]


class TestLists:
    async def test_fifty_a_page_and_at_most_250(self, shop: Client) -> None:
        await shop.control("orders/bulk", {"count": 260})
        everything = await shop.ids("orders", limit=250) + await shop.ids("orders", limit=250, page=2)
        assert len(set(everything)) == 260
        assert everything == sorted(everything)
        assert await shop.ids("orders") == everything[:50]
        assert await shop.ids("orders", limit=260) == everything[:250]
        assert await shop.ids("orders", page=7) == []
        assert (await shop.get("orders/count")) == {"count": 260}
        await shop.switch(over_limit="refuse")
        assert list((await shop.api("GET", "orders", limit=251)).wrong) == ["limit"]

    async def test_since_id_rises_whatever_the_order_is(self, shop: Client) -> None:
        numbers = await returns(shop, 5)
        assert await shop.ids(since_id=numbers[1], limit=2) == numbers[2:4]
        await shop.switch(newest_first=True)
        assert await shop.ids(limit=2) == [numbers[4], numbers[3]]
        assert await shop.ids(limit=2, page=3) == [numbers[0]]
        assert await shop.ids(since_id=0, limit=2) == numbers[:2]

    async def test_a_new_row_shifts_the_pages_of_a_newest_first_list(self, shop: Client) -> None:
        await shop.switch(newest_first=True)
        numbers = await returns(shop, 3)
        seen = await shop.ids(limit=2)
        await shop.made(await shop.order())
        assert (seen, await shop.ids(limit=2, page=2)) == ([numbers[2], numbers[1]], [numbers[1], numbers[0]])

    async def test_deep_pages_are_capped(self, shop: Client) -> None:
        numbers = await returns(shop, 5)
        await shop.switch(deep_paging_rows=4)
        assert await shop.ids(limit=2, page=2) == numbers[2:4]
        assert list((await shop.api("GET", "returns", limit=2, page=3)).wrong) == ["page"]
        assert await shop.ids(limit=2, since_id=numbers[3]) == numbers[4:]
        await shop.switch(deep_paging="empty")
        assert await shop.ids(limit=2, page=3) == []

    @pytest.mark.parametrize("query", [{"page": 0}, {"limit": "x"}, {"since_id": -1}, {"updated_at_min": "soon"}])
    async def test_nonsense_is_refused(self, shop: Client, query: dict[str, Any]) -> None:
        assert list((await shop.api("GET", "returns", **query)).wrong) == list(query)

    async def test_dates_in_both_notations(self, shop: Client) -> None:
        old, new = await returns(shop, 2)
        await shop.wait(3600)
        await shop.control(f"returns/{new}/decide", {"status": "refunded"})
        at = (await shop.get(f"returns/{new}"))["return"]["updatedAt"]
        for text in (at, at[:19].replace("T", " "), at[:19] + "Z"):
            assert await shop.ids(updated_at_min=text) == [new], text
            assert await shop.ids(updated_at_max=text) == [old, new], text
            assert await shop.ids(created_at_min=text) == []
        assert (await shop.get("returns/count", updated_at_min=at)) == {"count": 1}
        bare = f"/nl/returns.json?updated_at_min={at}"  # the plus sign arrives as a space
        assert (await shop.raw("GET", bare, headers=shop.authorization)).status == 422
        await shop.switch(naive_date_offset=30)
        assert await shop.ids(updated_at_min=at[:19].replace("T", " ")) == [new]
        assert await shop.ids(updated_at_max=at[:19].replace("T", " ")) == [old]

    async def test_a_filter_may_be_ignored(self, shop: Client) -> None:
        first, second = await returns(shop, 2)
        other = await shop.order()
        assert await shop.ids(order=other["id"]) == []
        assert await shop.ids(order=other["number"]) == []
        await shop.switch(ignored_filters=["order", "updated_at_min"])
        assert await shop.ids(order=other["id"], updated_at_min="2999-01-01 00:00:00") == [first, second]
        assert await shop.ids(since_id=first) == [second]

    async def test_only_some_fields(self, shop: Client) -> None:
        (number,) = await returns(shop, 1)
        assert (await shop.get("returns", fields="id,status"))["returns"] == [{"id": number, "status": "new"}]


class TestOrders:
    async def test_an_order_is_found_by_number_and_email(self, shop: Client) -> None:
        await shop.order(number="ORD00500")
        wanted = await shop.order(
            number="ORD00501",
            buyer={"email": "b@example.org", "company": "B & Co", "vat_number": "NL0", "shipping": {"city": "Gent"}},
            comment="Besteld op bol met bestelnummer C1",
            memo="Memo",
        )
        (order,) = (await shop.get("orders", number="ORD00501"))["orders"]
        assert await shop.ids("orders", email="b@example.org", status="completed_shipped") == [order["id"]]
        assert await shop.ids("orders", number="ORD00501", paymentStatus="not_paid") == []
        assert await shop.ids("orders", number="ORD0050") == []
        assert order == {name: value for name, value in wanted.items() if name != "lines"}
        assert (await shop.get(f"orders/{order['id']}"))["order"] == order
        assert (order["comment"], order["memo"]) == ("Besteld op bol met bestelnummer C1", "Memo")
        assert (order["companyName"], order["companyVatNumber"]) == ("B & Co", "NL0")
        assert (order["addressBillingCity"], order["addressShippingCity"]) == ("Utrecht", "Gent")
        assert order["addressBillingCountry"]["code"] == "nl"
        assert order["priceIncl"] == 12.5

    async def test_what_is_absent_is_false(self, shop: Client) -> None:
        order = await shop.order()
        assert [order[name] for name in ("customer", "birthDate", "gender", "addressShippingCompany")] == [False] * 4
        products = order["products"]["resource"]
        assert products["id"] is False
        assert products["url"] == f"orders/{order['id']}/products"
        assert products["link"].endswith(f"/nl/orders/{order['id']}/products.json")

    async def test_lines(self, shop: Client) -> None:
        order = await shop.order(lines=[{"sku": "A", "quantity": 2, "ean": "0000000000024"}, {"sku": "B"}])
        lines = (await shop.get(f"orders/{order['id']}/products"))["orderProducts"]
        assert [(line["sku"], line["quantityOrdered"], line["variant"]) for line in lines] == [
            ("A", 2, False),
            ("B", 1, False),
        ]
        assert (lines[0]["ean"], lines[0]["priceIncl"], lines[0]["priceExcl"]) == ("0000000000024", 12.5, 10.33)
        assert (await shop.api("GET", "orders/1/products")).status == 404

    async def test_an_order_can_be_changed_but_not_made(self, shop: Client) -> None:
        order = await shop.order()
        body = {"order": {"memo": "x", "status": "on_hold", "paymentStatus": "not_paid", "email": "no@example.org"}}
        changed = (await shop.api("PUT", f"orders/{order['id']}", body)).body["order"]
        assert (changed["memo"], changed["status"], changed["paymentStatus"]) == ("x", "on_hold", "not_paid")
        assert changed["email"] == order["email"]
        assert (await shop.api("PUT", f"orders/{order['id']}", {"order": {"status": "gone"}})).wrong["status"]
        assert (await shop.api("POST", "orders", body)).status == 404

    async def test_metafields(self, shop: Client) -> None:
        order = await shop.order(metafields={"external_order_id": "C000TEST01"})
        path = f"orders/{order['id']}/metafields"
        (first,) = (await shop.get(path))["orderMetafields"]
        assert (first["key"], first["value"]) == ("external_order_id", "C000TEST01")
        got = await shop.api("POST", path, {"orderMetafield": {"key": "a", "value": "b"}})
        number = got.body["orderMetafield"]["id"]
        assert got.status == 201
        await shop.api("PUT", f"{path}/{number}", {"orderMetafield": {"value": "c"}})
        assert (await shop.get(f"{path}/{number}"))["orderMetafield"]["value"] == "c"
        assert (await shop.api("DELETE", f"{path}/{number}")).status == 204
        assert (await shop.api("GET", f"{path}/{number}")).status == 404
        assert (await shop.api("POST", path, {"orderMetafield": {"key": "a"}})).status == 422


class TestInvoices:
    async def test_every_order_has_one(self, shop: Client) -> None:
        order = await shop.order(lines=[{"quantity": 2}], shipment_price="4.95")
        (invoice,) = (await shop.get("invoices", order=order["id"]))["invoices"]
        assert (invoice["isCreditNote"], invoice["creditNote"], invoice["invoice"]) == (False, False, False)
        assert (invoice["priceIncl"], invoice["order"]["resource"]["id"]) == (29.95, order["id"])
        assert (await shop.get(f"invoices/{invoice['id']}"))["invoice"] == invoice
        (item,) = (await shop.get(f"invoices/{invoice['id']}/items"))["invoiceItems"]
        assert (item["orderProductId"], item["quantity"]) == (order["lines"][0]["id"], 2)
        assert (await shop.api("GET", "invoices/1")).status == 404

    async def test_a_credit_invoice_is_money(self, shop: Client) -> None:
        order = await shop.order(lines=[{"quantity": 2}], shipment_price="4.95")
        line = order["lines"][0]["id"]
        body = {"credit": {"orderProducts": [{"id": line, "quantity": 1}], "creditShipment": True, "updateStock": True}}
        got = await shop.api("POST", f"orders/{order['id']}/credit", body)
        credit = got.body["invoice"]
        assert (got.status, credit["isCreditNote"], credit["priceIncl"]) == (201, True, -17.45)
        (entry,) = await shop.journal("credit_memo")
        assert (entry["ref"], entry["quantity"], entry["detail"]["amount"]) == (credit["number"], 1, "17.45")
        assert len(await shop.journal("stock")) == 1
        original = (await shop.get(f"invoices/{credit['invoice']['resource']['id']}"))["invoice"]
        assert original["creditNote"]["resource"]["id"] == credit["id"]
        (told,) = (await shop.get(f"orders/{order['id']}/products"))["orderProducts"]
        assert told["quantityRefunded"] == 1

    async def test_no_unit_is_credited_twice_unless_the_shop_lets_it(self, shop: Client) -> None:
        order = await shop.order()
        body = {"credit": {"orderProducts": [{"id": order["lines"][0]["id"], "quantity": 1}]}}
        path = f"orders/{order['id']}/credit"
        twice = {"credit": {"orderProducts": body["credit"]["orderProducts"] * 2}}
        assert (await shop.api("POST", path, twice)).status == 422
        assert (await shop.api("POST", path, body)).status == 201
        assert (await shop.api("POST", path, body)).status == 422
        assert (await shop.api("POST", path, {"credit": {}})).status == 422
        assert len(await shop.journal("credit_memo")) == 1
        await shop.switch(credit_checked=False)
        assert (await shop.api("POST", path, body)).status == 201
        assert len(await shop.journal("credit_memo")) == 2

    async def test_a_return_pays_nothing(self, shop: Client) -> None:
        number = await shop.made(await shop.order())
        await shop.api("PUT", f"returns/{number}", {"return": {"status": "refunded"}})
        assert not await shop.journal("credit_memo")
        await shop.control(f"returns/{number}/credit")
        assert [entry["ref"] for entry in await shop.journal("credit_memo")] == [str(number)]
        assert (await shop.raw("POST", f"/_sandbox/returns/{number}/credit")).status == 409
