"""The v2 XML order API keeps the facts of its contract page (sections named in each class)."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import aiohttp
import pytest
from yarl import URL

from retour.sandbox.fruugo import eastern
from retour.sandbox.fruugo.switches import Flaw, FruugoSwitches
from tests.sandbox.fruugo.world import ALL, DAY, NAMESPACE, World, basic, text

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SINCE = {"from": "2025-01-01T00:00:00Z", "to": "2025-02-01T00:00:00Z"}


class TestSigningIn:
    """2.1, 6"""

    @pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic !!!", basic(b"sandbox@example.org:wrong")])
    async def test_anything_but_the_login_is_401_in_plain_text(self, world: World, authorization: str) -> None:
        for method, path in (("GET", "/orders/download/v2"), ("POST", "/orders/return"), ("POST", "/v3/orders")):
            got = await world.call(method, path, headers={"Authorization": authorization})
            assert got.status == 401
            assert got.headers["WWW-Authenticate"].startswith("Basic ")
            assert got.headers["Content-Type"].startswith("text/plain")

    async def test_a_changed_password_ends_the_old_one(self, world: World) -> None:
        await world.control("credentials", {"username": "shop@example.org", "password": "new"}, "PUT")
        assert (await world.download()).status == 401
        world.authorization = basic(b"shop@example.org:new")
        assert (await world.download()).status == 200

    async def test_v3_reads_the_password_as_latin_1_only(self, world: World) -> None:
        await world.control("credentials", {"username": "shop", "password": "geheim-é"}, "PUT")
        asked = {"dateFrom": "2025-01-01T00:00:00Z"}
        seen = {}
        for charset in ("latin-1", "utf-8"):
            world.authorization = basic("shop:geheim-é".encode(charset))
            v3 = await world.api("POST", "/v3/orders", params=asked)
            seen[charset] = ((await world.download()).status, v3.status)
        assert seen == {"latin-1": (200, 200), "utf-8": (200, 401)}
        await world.switch(v2_charset="iso-8859-1")
        assert (await world.download()).status == 401

    async def test_a_password_that_is_not_latin_1_never_fits_v3(self, world: World) -> None:
        await world.control("credentials", {"username": "shop", "password": "żółw"}, "PUT")
        world.authorization = basic("shop:żółw".encode())
        assert (await world.download()).status == 200
        assert (await world.v3("orders/return", {})).status == 401

    async def test_a_refused_body_does_not_repeat_the_password(self, world: World) -> None:
        got = await world.call("PUT", "/_sandbox/credentials", json={"username": "", "password": ["hush"]})
        assert got.status == 400
        assert "hush" not in got.text


class TestLimits:
    """6: none published; the contract's figures can be switched on."""

    async def test_requests_and_downloads_are_counted_apart(self, world: World) -> None:
        await world.switch(limits=True, requests=2)
        await world.wait(5)
        assert [(await world.download()).status for _ in range(2)] == [200, 429]
        assert (await world.give_back("1")).status == 400
        assert (await world.give_back("1")).status == 429
        await world.wait(2)
        assert (await world.give_back("1")).status == 400
        assert (await world.download()).status == 429
        await world.wait(900)
        assert (await world.download()).status == 200

    async def test_a_refusal_can_say_when(self, world: World) -> None:
        await world.switch(limits=True, requests=9)
        await world.download()
        assert "Retry-After" not in (await world.download()).headers
        await world.switch(retry_after=True, limit_status=503)
        got = await world.download()
        assert (got.status, 0 < int(got.headers["Retry-After"]) <= 900) == (503, True)


class TestDownload:
    """2.1, 2.3, 6"""

    async def test_it_is_xml_of_the_merchant(self, world: World) -> None:
        got = await world.download()
        assert got.headers["Content-Type"].startswith("application/xml")
        assert 'merchantId="4099"' in got.text
        assert len(got.orders) == 4

    async def test_orders_are_found_by_the_moment_of_their_release(self, world: World) -> None:
        order = {"placed_at": "2025-01-05T00:00:00Z", "released_at": "2025-01-20T10:00:00Z"}
        (line,) = await world.order(**order)
        for since, until, found in [
            ("2025-01-20T10:00:00Z", "2025-01-21T00:00:00Z", 1),
            ("2025-01-19T00:00:00Z", "2025-01-20T10:00:00Z", 1),  # both windows have the order on their border
            ("2025-01-05", "2025-01-19", 0),
            ("2025-01-20T10:00:01Z", "2025-02-01T00:00:00Z", 0),
            ("2025-01-20T12:00:00+02:00", "2025-01-20T12:00:00.001+02:00", 1),
            ("2025-01-20T12:00:00", "2025-01-20T12:00:01", 1),  # Eastern European, when no offset says otherwise
            ("2025-02-01", "2025-01-01", 0),
        ]:
            got = await world.download(**{"from": since, "to": until})
            assert [text(one, "orderId") for one in got.orders] == [line.order_id] * found, since

    async def test_a_later_return_does_not_bring_an_old_order_back(self, world: World) -> None:
        (line,) = await world.order(released_at="2025-01-05T00:00:00Z")
        await world.announce(line)
        assert line.order_id not in {text(one, "orderId") for one in (await world.download(**_days_ago(60))).orders}
        assert (await world.download(**SINCE)).counters(line.order_id) == [("0", "1", "0")]

    async def test_an_order_is_hidden_until_it_is_released(self, world: World) -> None:
        soon = datetime.now(UTC) + timedelta(hours=1)
        (line,) = await world.order(released_at=soon.isoformat())
        later = {"from": "2025-01-01", "to": "2099-01-01"}
        assert len((await world.download(**later)).orders) == 4
        assert (await world.give_back(line.order_id, line.item())).status == 400
        await world.wait(3601)
        assert len((await world.download(**later)).orders) == 5

    @pytest.mark.parametrize(
        "query", ["", "?to=2025-01-01", "?from=yesterday", "?from=2025-13-01", "?from=20250101", "?from=2025-01-01&to="]
    )
    async def test_bad_periods(self, world: World, query: str) -> None:
        got = await world.api("GET", f"/orders/download/v2{query}")
        assert got.status == 400
        assert got.headers["Content-Type"].startswith("text/plain")

    async def test_a_plus_must_be_encoded(self, world: World) -> None:
        path = "/orders/download/v2?from=2025-01-01T00:00:00"
        for plus, status in (("%2B02:00", 200), ("+02:00", 400)):
            url = URL(f"{world.url}{path}{plus}", encoded=True)
            async with world.session.get(url, headers={"Authorization": world.authorization}) as answer:
                assert answer.status == status

    async def test_what_is_assumed_of_periods_can_be_otherwise(self, world: World) -> None:
        await world.switch(zulu=False, naive_times="refused", max_window_days=31)
        assert (await world.download(**SINCE)).status == 400
        assert (await world.download(**{"from": "2025-01-01"})).status == 400
        plus = {"from": "2025-01-01T00:00:00+00:00"}
        assert (await world.download(**plus)).status == 400
        assert (await world.download(**plus, to="2025-02-01T00:00:00+00:00")).status == 200

    @pytest.mark.parametrize("prefix", ["o", "ns2", ""])
    async def test_the_prefix_of_the_namespace_means_nothing(self, world: World, prefix: str) -> None:
        await world.switch(prefix=prefix)
        got = await world.download()
        assert len(got.orders) == 4
        assert (f"<{prefix}:orders " if prefix else "<orders ") in got.text

    async def test_an_order_has_its_fields(self, world: World) -> None:
        person = {"first_name": "Ann & <Bob>\x00", "province": "", "phone_number": ""}
        (line,) = await world.order(2, customer=person, placed_at="2025-07-01T10:00:00Z")
        order = (await world.download(**{"from": "2025-01-01"})).order(line.order_id)
        assert int(line.order_id) > 2**53
        assert text(order, "orderDate") == "2025-07-01T13:00:00.000+03:00"
        assert text(order, "orderStatus") == "PROCESSED"
        assert text(order, "shippingAddress/firstName") == "Ann & <Bob>"
        assert text(order, "shippingAddress/province") == ""
        assert text(order, "shippingCostInclVAT") == "4.95"
        assert text(order, "shippingCostVAT") == "0.86"
        assert text(order, "fruugoTax") == "false"
        assert text(order, "orderLines/orderLine/productId") == "MUG"
        assert text(order, "orderLines/orderLine/itemPriceInclVat") == "12.95"
        assert text(order, "orderLines/orderLine/totalPriceInclVat") == "25.90"
        assert text(order, "orderLines/orderLine/totalVat") == "4.50"
        assert text(order, "orderLines/orderLine/customer/customerCurrency") == "EUR"
        assert text(order, "shipments/shipment/shipmentLines/shipmentLine/quantity") == "2"
        assert text(order, "orderLines/orderLine/fruugoSkuId") == line.fruugo_sku_id != line.sku_id

    async def test_the_old_download_has_fewer_fields(self, world: World) -> None:
        order = (await world.api("GET", "/orders/download", params=ALL)).orders[0]
        assert order.find(f"{NAMESPACE}fruugoTax") is None
        assert next(order.iter(f"{NAMESPACE}customer"), None) is None
        assert text(order, "orderLines/orderLine/returnedItems") == "0"

    async def test_orders_may_come_twice(self, world: World) -> None:
        await world.switch(repeated_orders=2)
        assert len((await world.download()).orders) == 6

    @pytest.mark.parametrize("flaw", get_args(Flaw))
    async def test_a_garbled_order_is_one_among_sound_ones(self, world: World, flaw: str) -> None:
        (line,) = await world.order()
        before = await world.download()
        await world.switch(garbled={line.order_id: flaw})
        after = await world.download()
        assert len(after.orders) == len(before.orders) == 5
        assert after.text != before.text
        assert [text(one, "orderId") for one in after.orders[:4]] == [text(one, "orderId") for one in before.orders[:4]]

    async def test_the_oldest_orders_are_forgotten(self, world: World) -> None:
        await world.switch(keep_orders=3)
        await world.control("bulk", {"count": 10})
        assert len((await world.download()).orders) == 3
        assert len((await world.call("GET", "/_sandbox/lines")).body) == 3


class TestReturning:
    """2.2"""

    async def test_announced_units_are_returned_before_others(self, world: World) -> None:
        (line,) = await world.order(3)
        await world.announce(line, 1)
        got = await world.give_back(line.order_id, line.item(2), reason="damaged_item")
        assert got.status == 200
        assert got.counters(line.order_id) == [("1", "0", "2")]
        (entry,) = await world.journal("refund")
        assert (entry["ref"], entry["quantity"]) == (line.ref, 2)
        assert entry["detail"] | {"amount": "25.90", "announced": 1, "reason": "damaged_item"} == entry["detail"]

    async def test_messages_are_kept(self, world: World) -> None:
        (line,) = await world.order()
        await world.post("return", ("orderId", line.order_id), ("messageToFruugo", "customer keeps item"))
        (entry,) = await world.journal("refund")
        assert entry["detail"]["message_to_fruugo"] == "customer keeps item"

    @pytest.mark.parametrize("comma", [",", "%2C", "%2c"])
    async def test_commas_may_be_encoded_and_item_repeats(self, world: World, comma: str) -> None:
        first, second = await world.order(1, 2)
        items = "&".join(f"item={line.item(1)}".replace(",", comma) for line in (first, second))
        body = f"orderId={first.order_id}&{items}&returnReason=other"
        got = await world.api("POST", "/orders/return", data=body, headers=FORM)
        assert got.counters(first.order_id) == [("0", "0", "1"), ("1", "0", "1")]

    async def test_no_item_is_the_whole_order(self, world: World) -> None:
        first, second = await world.order(2, 3)
        await world.announce(first, 1)
        got = await world.give_back(first.order_id)
        assert got.counters(first.order_id) == [("0", "0", "2"), ("0", "0", "3")]
        assert await world.refunds() == [(first.ref, 2, "v2"), (second.ref, 3, "v2")]
        assert (await world.give_back(first.order_id)).status == 400

    async def test_the_same_return_twice_takes_what_is_left_and_then_fails(self, world: World) -> None:
        (line,) = await world.order(2)
        await world.announce(line)
        answers = [(await world.give_back(line.order_id, line.item())).status for _ in range(3)]
        assert answers == [200, 200, 400]
        assert await world.refunds() == [(line.ref, 1, "v2")] * 2

    async def test_a_lost_answer_is_a_return_all_the_same(self, world: World) -> None:
        (line,) = await world.order()
        await world.control("faults", {"kind": "drop_after", "match": "POST /orders/return"})
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await world.give_back(line.order_id, line.item())
        assert (await world.download()).counters(line.order_id) == [("0", "0", "1")]
        assert len(await world.refunds()) == 1

    async def test_a_refused_request_changes_nothing(self, world: World) -> None:
        first, second = await world.order(1, 1)
        ours = f"{first.product_id},{first.sku_id},1"
        for got in [
            await world.give_back(first.order_id, first.item(), second.item(2)),  # one of two is too many
            await world.give_back(first.order_id, first.item(), first.item()),  # as is one twice
            await world.give_back(first.order_id, ours),
            await world.give_back(first.order_id, first.item(0)),
            await world.give_back(first.order_id, first.item().replace(",", ", ")),
            await world.give_back(first.order_id, ""),
            await world.give_back(first.order_id, first.item(), reason="broken"),
            await world.give_back("60883646001010000", first.item()),
            await world.post("return", ("item", first.item())),
            await world.api("POST", "/orders/return", params={"orderId": first.order_id}, headers=FORM),
            await world.api("POST", "/orders/return", json={"orderId": first.order_id}),
        ]:
            assert got.status == 400
            assert got.headers["Content-Type"].startswith("text/plain")
            assert got.text
        assert await world.journal("refund", "shipping_refund") == []
        assert (await world.download()).counters(first.order_id) == [("1", "0", "0")] * 2

    async def test_a_reason_may_be_left_out_unless_told_otherwise(self, world: World) -> None:
        """Also the slip of a client in the wild: the reason under another name."""
        (line,) = await world.order(2)
        fields = (("orderId", line.order_id), ("item", line.item()), ("cancellationReason", "other"))
        assert (await world.post("return", *fields)).status == 200
        await world.switch(reason_required=True)
        assert (await world.post("return", *fields)).status == 400

    @pytest.mark.parametrize(("too_many", "paid"), [("clipped", [1]), ("refunded_again", [1, 2])])
    async def test_too_many_units_may_be_treated_otherwise(self, world: World, too_many: str, paid: list[int]) -> None:
        (line,) = await world.order(1)
        await world.switch(too_many=too_many)
        await world.give_back(line.order_id, line.item())
        got = await world.give_back(line.order_id, line.item(2))
        assert got.status == 200
        assert got.counters(line.order_id) == [("0", "0", "1")]
        assert [quantity for _, quantity, _ in await world.refunds()] == paid

    async def test_lines_that_share_their_ids_are_one(self, world: World) -> None:
        made = await world.control("orders", {"items": [{"quantity": 1}, {"quantity": 2}]})
        ref = made["lines"][0]["ref"]
        assert ref == made["lines"][1]["ref"]
        await world.control("returns", {"items": [{"ref": ref, "quantity": 2}]})
        item = ref.partition(":")[2].replace(":", ",") + ",3"
        got = await world.give_back(made["order_id"], item)
        assert got.counters(made["order_id"]) == [("0", "0", "1"), ("0", "0", "2")]
        assert sum(quantity for _, quantity, _ in await world.refunds()) == 3

    async def test_the_shipping_goes_back_once_with_the_last_unit(self, world: World) -> None:
        first, second = await world.order(1, 1)
        await world.give_back(first.order_id, first.item())
        assert await world.journal("shipping_refund") == []
        await world.give_back(first.order_id, second.item())
        assert [entry["detail"]["amount"] for entry in await world.journal("shipping_refund")] == ["4.95"]

    async def test_the_answer_may_be_the_bare_order(self, world: World) -> None:
        (line,) = await world.order()
        await world.switch(post_root="order", prefix="")
        got = await world.give_back(line.order_id, line.item())
        assert "<order xmlns=" in got.text
        assert got.counters(line.order_id) == [("0", "0", "1")]


class TestCounters:
    """2.1, 2.3"""

    async def test_units_go_from_pending_to_shipped_and_are_one_place_each(self, world: World) -> None:
        (line,) = await world.order(5, shipped=False)
        item = ("orderId", line.order_id)
        assert (await world.give_back(line.order_id, line.item())).status == 400  # not shipped, nothing to return
        assert (await world.call("POST", "/_sandbox/returns", json={"items": [{"ref": line.ref}]})).status == 409
        await world.post("confirm", item, ("item", line.item(3)))
        assert (await world.post("cancel", item, ("item", line.item(1)))).status == 400  # wants a reason
        await world.post("cancel", item, ("item", line.item(1)), ("cancellationReason", "out_of_stock"))
        await world.post("ship", item, ("item", line.item(3)), ("trackingCode", "3STEST"))
        assert (await world.post("ship", item, ("item", line.item(2)))).status == 400
        await world.announce(line, 2)
        await world.give_back(line.order_id, line.item())
        await world.control("exceptions", {"ref": line.ref})
        order = (await world.download()).order(line.order_id)
        names = ["pending", "confirmed", "shipped", "cancelled", "returnAnnounced", "returned"]
        counters = {name: text(order, f"orderLines/orderLine/{name}Items") for name in names}
        assert counters == dict(zip(names, "100111", strict=True))
        assert text(order, "orderLines/orderLine/itemsWithException") == "1"
        assert text(order, "orderLines/orderLine/totalNumberOfItems") == "5"
        assert text(order, "orderStatus") == "EXCEPTION"
        assert len(order.findall(f"{NAMESPACE}shipments/{NAMESPACE}shipment")) == 1

    async def test_announced_units_may_still_count_as_shipped(self, world: World) -> None:
        (line,) = await world.order(3)
        await world.announce(line, 2)
        await world.give_back(line.order_id, line.item())
        assert (await world.download()).counters(line.order_id) == [("1", "1", "1")]
        await world.switch(shipped_keeps_counting=True)
        assert (await world.download()).counters(line.order_id) == [("3", "1", "1")]

    async def test_a_withdrawal_lets_the_counter_fall(self, world: World) -> None:
        (line,) = await world.order(3)
        number = await world.announce(line, 3)
        await world.control(f"returns/{number}/withdraw", {"quantity": 1})
        assert (await world.download()).counters(line.order_id) == [("1", "2", "0")]
        await world.control(f"returns/{number}/withdraw")
        assert (await world.download()).counters(line.order_id) == [("3", "0", "0")]
        assert (await world.call("POST", f"/_sandbox/returns/{number}/withdraw", json={})).status == 409
        assert (await world.call("POST", "/_sandbox/returns/99/withdraw", json={})).status == 404
        await world.wait(15 * DAY)
        assert await world.refunds() == []

    @pytest.mark.parametrize("source", ["fruugo", "portal"])
    async def test_others_refund_announced_units_and_others(self, world: World, source: str) -> None:
        (line,) = await world.order(3)
        await world.announce(line, 1)
        await world.control("refunds", {"ref": line.ref, "quantity": 2, "source": source})
        assert (await world.download()).counters(line.order_id) == [("1", "0", "2")]
        assert await world.refunds() == [(line.ref, 2, source)]


class TestTime:
    """1: fourteen days after proof of return"""

    async def test_fruugo_refunds_what_nobody_answered(self, world: World) -> None:
        (line,) = await world.order(2)
        await world.announce(line, 2)
        await world.give_back(line.order_id, line.item())
        await world.wait(14 * DAY - 60)
        assert await world.refunds() == [(line.ref, 1, "v2")]
        await world.wait(120)
        assert (await world.download()).counters(line.order_id) == [("0", "0", "2")]
        assert await world.refunds() == [(line.ref, 1, "v2"), (line.ref, 1, "fruugo")]
        await world.wait(100 * DAY)
        assert len(await world.refunds()) == 2

    async def test_the_days_begin_with_the_proof(self, world: World) -> None:
        await world.switch(proof_after_days=None)
        (line,) = await world.order()
        number = await world.announce(line)
        await world.wait(30 * DAY)
        assert await world.journal("refund", "goods") == []
        for _ in range(2):
            await world.control(f"returns/{number}/proof")
        await world.wait(14 * DAY + 1)
        assert [entry["kind"] for entry in await world.journal("goods", "refund")] == ["goods", "refund"]

    async def test_a_refused_parcel_shows_only_when_it_is_refunded(self, world: World) -> None:
        (line,) = await world.order(2)
        await world.control("refused-parcels", {"ref": line.ref})
        assert (await world.download()).counters(line.order_id) == [("2", "0", "0")]
        await world.announce(line)
        got = await world.call("POST", "/_sandbox/returns", json={"items": [{"ref": line.ref}]})
        assert got.status == 409  # the other unit is not with the customer
        await world.wait(14 * DAY + 1)
        assert (await world.download()).counters(line.order_id) == [("0", "0", "2")]
        assert await world.refunds() == [(line.ref, 1, "fruugo")] * 2

    async def test_what_the_seller_returned_is_not_refunded_again(self, world: World) -> None:
        (line,) = await world.order(2)
        await world.control("refused-parcels", {"ref": line.ref, "quantity": 2})
        await world.give_back(line.order_id)
        await world.wait(15 * DAY)
        assert await world.refunds() == [(line.ref, 2, "v2")]


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2023, 1, 8, 5, 37, 1, 610_000, UTC), "2023-01-08T07:37:01.610+02:00"),
        (datetime(2025, 3, 30, 0, 59, 59, 0, UTC), "2025-03-30T02:59:59.000+02:00"),
        (datetime(2025, 3, 30, 1, 0, 0, 0, UTC), "2025-03-30T04:00:00.000+03:00"),
        (datetime(2025, 10, 26, 1, 0, 0, 0, UTC), "2025-10-26T03:00:00.000+02:00"),
    ],
)
def test_eastern_european_time(moment: datetime, written: str) -> None:
    assert eastern.write(moment) == written
    assert eastern.read("from", written, FruugoSwitches()) == moment


def _days_ago(days: int) -> dict[str, str]:
    return {"from": (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")}
