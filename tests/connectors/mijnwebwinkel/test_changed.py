"""How requests stand: words, statuses, credit orders, and in how many calls."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from retour.connectors.errors import Misconfigured, Transient, Unauthorized
from retour.connectors.memory import Notebook
from retour.core.model import Resolution, ShopSays
from retour.sandbox.mijnwebwinkel import STORE_TOKEN
from tests.connectors.asked import read

from .conftest import STATUSES, WAITING, Shop, says
from .simulated import DECISIONS, full

BOTH = [pytest.param({}, id="notes"), pytest.param(WAITING | STATUSES, id="statuses")]
ONE_ORDER = "GET /v1/orders/{}$"


def now(shop: Shop) -> datetime:
    return shop.simulator.clock.now().astimezone(UTC)


async def make(store: Any, *numbers: int, order: int | None = None, **changes: Any) -> list[str]:
    """Requests of one return each; one order each, or all of `order`."""
    place = {} if order is None else {"shop_order": str(order)}
    return [(await store.create(full(n, **place, **changes), f"r-{n}:1:create")).ref for n in numbers]


class TestCalls:
    @pytest.mark.parametrize("settings", BOTH)
    async def test_a_hundred_open_requests_take_three_calls(self, shop: Shop, settings: dict[str, Any]) -> None:
        await shop.stock(100)
        memory = Notebook()
        async with shop.connector(memory, **settings) as store:
            refs = await make(store, *range(1, 101))
            await read(store, refs, now(shop))
            before = len(shop.sent)
            await shop.say(refs[50], "accept")  # no list of changes shows it
            shop.wait(300)
            await says(store, *refs, since=now(shop))
        assert len(shop.sent) - before <= 3

    async def test_words_in_notes_are_read_every_hour(self, shop: Shop) -> None:
        await shop.stock(3)
        async with shop.connector() as store:
            refs = await make(store, 1, 2)
            start = now(shop)
            await says(store, *refs, since=start)
            await shop.say(refs[1], "accept")
            assert await says(store, *refs, since=start + timedelta(minutes=59)) == {}
            told = await says(store, *refs, since=start + timedelta(minutes=60))
            assert told[refs[1]].resolution is Resolution.ACCEPT
            assert told[refs[0]] == ShopSays(refs[0], None, None)

    async def test_all_batches_of_one_check_are_read(self, shop: Shop) -> None:
        await shop.stock(3)
        async with shop.connector() as store:
            refs = await make(store, 1, 2)
            start = now(shop)
            for ref in refs:
                assert set(await says(store, ref, since=start)) == {ref}
            assert await says(store, *refs, since=start + timedelta(minutes=5)) == {}

    async def test_a_sweep_that_failed_is_made_again(self, shop: Shop) -> None:
        await shop.stock(3)
        async with shop.connector() as store:
            refs = await make(store, 1, 2)
            shop.fault("answer", ONE_ORDER.format(1001), times=3, status=500)
            pages, error = await read(store, refs, now(shop))
            assert type(error) is Transient
            assert [row.ref for page in pages for row in page.returns] == [refs[1]], "one that fails hides no other"
            shop.wait(300)
            assert set(await says(store, *refs, since=now(shop))) == set(refs)

    async def test_waiting_orders_show_their_notes_at_every_check(self, shop: Shop) -> None:
        await shop.stock(3)
        async with shop.connector(**WAITING) as store:
            refs = await make(store, 1, 2)
            await says(store, *refs, since=now(shop))
            await shop.say(refs[1], "accept")
            shop.wait(300)
            assert (await says(store, *refs, since=now(shop)))[refs[1]].resolution is Resolution.ACCEPT

    async def test_more_orders_than_fit_on_a_page(self, shop: Shop) -> None:
        await shop.place(1001)
        async with shop.connector(**WAITING | STATUSES) as store:
            [ref] = await make(store, 1)
            start = now(shop)
            await says(store, ref, since=start)
            await shop.set_status(1001, 21)
            await shop.command("POST", "/_sandbox/orders/bulk", {"count": 150})
            for number in range(1002, 1152):
                shop.simulator.merchant.change_status(str(number), 1)
            told = await says(store, ref, since=start + timedelta(minutes=5))
        assert told[ref].resolution is Resolution.ACCEPT

    async def test_a_store_that_is_down_is_not_asked_about_everything(self, shop: Shop) -> None:
        await shop.stock(20)
        async with shop.connector() as store:
            refs = await make(store, *range(1, 21))
            before = len(shop.sent)
            shop.fault("answer", Shop.reads, times=None, status=500)
            pages, error = await read(store, refs)
            assert (pages, type(error)) == ([], Transient)
            assert len(shop.sent) - before <= 3 * 4

    async def test_nothing_asked_is_no_call(self, shop: Shop) -> None:
        async with shop.connector(**WAITING) as store:
            assert await says(store) == {}
            pages, _ = await read(store, ["57", "1#x", "T-1#1", "1001#1#2", "../1#1"])
        assert [row.ref for page in pages for row in page.unreadable] == ["57", "1#x", "T-1#1", "1001#1#2", "../1#1"]
        assert shop.sent == []


class TestStatus:
    @pytest.mark.parametrize("archived", [False, True])
    @pytest.mark.parametrize("omitted", ["hidden", "shown"])
    @pytest.mark.parametrize("waiting", [{}, WAITING], ids=["", "waiting"])
    async def test_is_seen_at_the_next_check(
        self, shop: Shop, waiting: dict[str, Any], omitted: str, archived: bool
    ) -> None:
        await shop.switch(archived_when_omitted=omitted)
        await shop.stock(3)
        async with shop.connector(**waiting, **STATUSES) as store:
            [ref] = await make(store, 1)
            await says(store, ref, since=now(shop))
            shop.wait(300)
            await shop.set_status(1001, DECISIONS[Resolution.KEEP])
            if archived:
                await shop.command("POST", "/_sandbox/orders/1001/archive", {"archived": True})
            shop.wait(10)
            told = await says(store, ref, since=now(shop) - timedelta(seconds=20))
        assert told == {ref: ShopSays(ref, "status 25", Resolution.KEEP)}

    @pytest.mark.parametrize("zone", ["UTC", "Europe/Amsterdam"])
    async def test_whatever_the_stores_time_zone_is(self, shop: Shop, zone: str) -> None:
        await shop.switch(zone=zone)
        await self.test_is_seen_at_the_next_check(shop, {}, "hidden", False)

    async def test_another_status_is_no_decision(self, shop: Shop) -> None:
        """An order has many statuses that have nothing to do with returns."""
        await shop.stock(3)
        async with shop.connector(**WAITING, **STATUSES) as store:
            [ref] = await make(store, 1)
            await shop.set_status(1001, 3)
            assert await says(store, ref) == {ref: ShopSays(ref, None, None)}

    async def test_lines_of_one_return_are_decided_together(self, shop: Shop) -> None:
        await shop.place(1001)
        async with shop.connector(**WAITING, **STATUSES) as store:
            refs = await make(store, 1, 2, order=1001, ref="31000001")
            await shop.say(refs[0], "repair")
            await shop.set_status(1001, 21)
            told = await says(store, *refs)
        assert [told[ref].resolution for ref in refs] == [Resolution.REPAIR, Resolution.ACCEPT]

    async def test_several_returns_on_one_order_are_a_question(self, shop: Shop) -> None:
        await shop.place(1001)
        async with shop.connector(**WAITING, **STATUSES) as store:
            refs = await make(store, 1, 2, order=1001)
            await shop.set_status(1001, 21)
            told = await says(store, *refs)
            assert [(told[ref].resolution, told[ref].unclear) for ref in refs] == [(None, True)] * 2
            assert "several returns" in (told[refs[0]].word or "")
            await shop.say(refs[0], "reject")
            told = await says(store, *refs)
            assert [told[ref].resolution for ref in refs] == [Resolution.REJECT, Resolution.ACCEPT]


class TestCredits:
    @pytest.mark.parametrize("settings", BOTH)
    async def test_a_credit_order_for_all_units_accepts(self, shop: Shop, settings: dict[str, Any]) -> None:
        await shop.place(1001, ("MUG-BLUE", 2), ("SOCK-STRIPE", 1))
        async with shop.connector(**settings) as store:
            refs = [
                (await store.create(full(1, shop_order="1001", sku="MUG-BLUE"), "k1")).ref,
                (await store.create(full(2, shop_order="1001", sku="SOCK-STRIPE", quantity=1), "k2")).ref,
            ]
            await says(store, *refs, since=now(shop))
            shop.wait(300)
            number = await shop.credit(1001, MUG_BLUE=2)
            told = await says(store, *refs, since=now(shop))
        assert told[refs[0]] == ShopSays(refs[0], f"credit order {number}", Resolution.ACCEPT)
        assert told[refs[1]] == ShopSays(refs[1], None, None), "its article was not credited"

    async def test_credit_orders_from_before_are_no_answer(self, shop: Shop) -> None:
        await shop.place(1001, ("MUG-BLUE", 3))
        before = await shop.credit(1001, MUG_BLUE=1)
        async with shop.connector() as store:
            [ref] = await make(store, 1, order=1001, sku="MUG-BLUE", quantity=1)
            assert f"; credited before {before};" in await shop.note(1001)
            assert await says(store, ref) == {ref: ShopSays(ref, None, None)}
            await shop.credit(1001, MUG_BLUE=1)
            assert (await says(store, ref))[ref].resolution is Resolution.ACCEPT

    async def test_some_of_the_units_are_a_question(self, shop: Shop) -> None:
        await shop.place(1001)
        async with shop.connector() as store:
            [ref] = await make(store, 1, order=1001, sku="MUG-BLUE")
            await shop.credit(1001, MUG_BLUE=1)
            said = (await says(store, ref))[ref]
            assert (said.resolution, said.unclear) == (None, True)
            assert "1 of 2 units" in (said.word or "")
            await shop.credit(1001, MUG_BLUE=1)
            assert (await says(store, ref))[ref].resolution is Resolution.ACCEPT

    async def test_two_returns_of_one_article_share_no_credit_order(self, shop: Shop) -> None:
        await shop.place(1001)
        async with shop.connector() as store:
            refs = await make(store, 1, 2, order=1001, sku="MUG-BLUE", quantity=1)
            await shop.credit(1001, MUG_BLUE=1)
            told = await says(store, *refs)
            assert [told[ref].unclear for ref in refs] == [True, True]
            await shop.say(refs[0], "reject")
            told = await says(store, *refs)
            assert [told[ref].resolution for ref in refs] == [Resolution.REJECT, Resolution.ACCEPT]

    async def test_a_refusing_status_beside_a_credit_order_is_a_question(self, shop: Shop) -> None:
        await shop.place(1001)
        async with shop.connector(**STATUSES) as store:
            [ref] = await make(store, 1, order=1001, sku="MUG-BLUE")
            await shop.credit(1001, MUG_BLUE=2)
            await shop.set_status(1001, 22)
            said = (await says(store, ref))[ref]
            assert (said.resolution, said.unclear) == (None, True)
            await shop.set_status(1001, 25)
            assert (await says(store, ref))[ref].resolution is Resolution.KEEP

    async def test_a_credit_order_that_cannot_be_read_is_a_question(self, shop: Shop) -> None:
        await shop.place(1001)
        await shop.place(1002)
        async with shop.connector() as store:
            refs = await make(store, 1, 2, sku="MUG-BLUE")
            number = await shop.credit(1001, MUG_BLUE=2)
            await shop.switch(garbled_rows={number: "no_orderlines"})
            told = await says(store, *refs)
        assert told[refs[0]].unclear
        assert told[refs[1]] == ShopSays(refs[1], None, None)

    async def test_a_failing_credit_order_hides_no_other_request(self, shop: Shop) -> None:
        await shop.place(1001)
        await shop.place(1002)
        async with shop.connector(**WAITING) as store:
            refs = await make(store, 1, 2, sku="MUG-BLUE")
            number = await shop.credit(1001, MUG_BLUE=2)
            await shop.say(refs[1], "cancel")
            shop.fault("answer", ONE_ORDER.format(number), times=3, status=500)
            pages, error = await read(store, refs)
        assert type(error) is Transient
        assert [row.resolution for page in pages for row in page.returns] == [Resolution.CANCEL]


class TestGone:
    async def test_a_deleted_order(self, shop: Shop) -> None:
        await shop.stock(3)
        async with shop.connector(**WAITING) as store:
            refs = await make(store, 1, 2)
            await shop.command("DELETE", "/_sandbox/orders/1001")
            told = await says(store, *refs)
        assert [told[ref].gone for ref in refs] == [True, False]

    async def test_an_address_that_is_not_the_api_is_no_deleted_order(self, shop: Shop) -> None:
        await shop.stock(3)
        async with shop.connector() as store:
            refs = await make(store, 1)
            shop.fault("answer", ONE_ORDER.format(1001), status=404, body="<html>Not found</html>")
            pages, error = await read(store, refs)
        assert (pages, type(error)) == ([], Misconfigured)

    async def test_a_list_without_notes_makes_nothing_gone(self, shop: Shop) -> None:
        await shop.stock(3)
        async with shop.connector(**WAITING) as store:
            [ref] = await make(store, 1)
            rows = [{"number": "1001", "status": 20}]
            shop.fault("answer", "GET /v1/orders$", status=200, body=json.dumps(rows))
            assert await says(store, ref) == {ref: ShopSays(ref, None, None)}

    @pytest.mark.parametrize("body", ["null", "{}", '"x"', '{"number": "1002", "status": 2}'])
    async def test_another_answer_makes_nothing_gone(self, shop: Shop, body: str) -> None:
        await shop.stock(3)
        async with shop.connector() as store:
            refs = await make(store, 1)
            shop.fault("answer", ONE_ORDER.format(1001), times=3, status=200, body=body)
            pages, error = await read(store, refs)
        assert not [row for page in pages for row in page.returns]
        assert error is not None or pages[0].unreadable

    async def test_a_revoked_token_makes_nothing_gone(self, shop: Shop) -> None:
        await shop.stock(3)
        async with shop.connector(**WAITING) as store:
            refs = await make(store, 1)
            await shop.command("DELETE", f"/_sandbox/tokens/{STORE_TOKEN}")
            pages, error = await read(store, refs)
        assert (pages, type(error)) == ([], Unauthorized)


class TestUnreadable:
    @pytest.mark.parametrize("flaw", ["no_status", "comments_array", "not_an_object", "no_number"])
    @pytest.mark.parametrize("settings", BOTH)
    async def test_one_row_hides_no_other(self, shop: Shop, settings: dict[str, Any], flaw: str) -> None:
        await shop.stock(3)
        async with shop.connector(**settings) as store:
            refs = await make(store, 1, 2, 3)
            await shop.switch(garbled_rows={"1002": flaw})
            pages, error = await read(store, refs)
        assert error is None
        assert {row.ref for page in pages for row in page.returns} == {refs[0], refs[2]}
        unreadable = [row for page in pages for row in page.unreadable]
        assert refs[1] in [row.ref for row in unreadable]
        assert all(row.why and STORE_TOKEN not in row.raw for row in unreadable)

    async def test_unknown_values_are_data(self, shop: Shop) -> None:
        await shop.stock(3)
        async with shop.connector(**WAITING) as store:
            [ref] = await make(store, 1)
            await shop.switch(garbled_rows={"1001": "unknown_values"})
            assert set(await says(store, ref)) == {ref}

    @pytest.mark.parametrize(
        "switches",
        [
            {"number_as_string": False},
            {"linked_numbers_as_strings": True},
            {"amounts_as_numbers": True},
            {"tax_shape": "array"},
            {"negative_credit_quantities": False},
        ],
        ids=lambda value: next(iter(value)),
    )
    async def test_either_shape_of_an_answer(self, shop: Shop, switches: dict[str, Any]) -> None:
        await shop.switch(**switches)
        await shop.place(1001, pickup=True)
        async with shop.connector(**WAITING) as store:
            [ref] = await make(store, 1, order=1001, sku="MUG-BLUE")
            assert await says(store, ref) == {ref: ShopSays(ref, None, None)}
            await shop.credit(1001, MUG_BLUE=2)
            assert (await says(store, ref))[ref].resolution is Resolution.ACCEPT

    @pytest.mark.parametrize("word", ["naar leverancier", "accepted", "accept?", "niet geaccepteerd", "ja", "acc ept"])
    async def test_a_word_nobody_knows_is_a_question(self, shop: Shop, word: str) -> None:
        await shop.stock(3)
        async with shop.connector() as store:
            [ref] = await make(store, 1)
            await shop.say(ref, word)
            assert await says(store, ref) == {ref: ShopSays(ref, word, None, unclear=True)}

    async def test_a_line_that_lost_its_place_for_a_decision(self, shop: Shop) -> None:
        await shop.stock(3)
        async with shop.connector() as store:
            [ref] = await make(store, 1)
            await shop.write_note(1001, (await shop.note(1001)).replace("decision: ?", ""))
            assert (await says(store, ref))[ref].unclear
            await shop.write_note(1001, "[RH:bol:31000001:1] decision: accept\n[RH:bol:31000001:1] decision: reject")
            assert (await says(store, ref))[ref].unclear, "two copies that do not agree"
