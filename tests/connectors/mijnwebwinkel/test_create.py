"""What a return request leaves in the store, whatever the merchant does at the same time."""

import asyncio
from typing import Any

import pytest

from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient, Unauthorized, Unavailable
from retour.connectors.memory import Notebook
from retour.core.model import Resolution, ShopSays
from retour.sandbox.mijnwebwinkel import STORE_TOKEN

from .conftest import STATUSES, WAITING, Shop, says
from .simulated import full

PATCH = Shop.writes
KEY = "r-1:86000001:create"


async def test_the_line_in_the_note(shop: Shop) -> None:
    await shop.place(1001)
    async with shop.connector() as store:
        said = await store.create(full(31, shop_order="1001", sku="MUG-BLUE"), KEY)
    assert said == ShopSays("1001#31", None, None)
    assert await shop.note(1001) == (
        "[RH:bol:310000031:31] RETURN REQUEST MUG-BLUE\u00d72; reason Te klein; comment Fits tight at the shoulders; "
        "from Example Bakery, Noor Example, Kanaalweg 12 B, 3526 KL Utrecht, NL, NL000000000B00; "
        "invoice Example Holding, Ada Example, Dorpsstraat 1 B, 3526 KL Utrecht, NL, NL000000000B00; decision: ?"
    )
    assert (await shop.order(1001))["status"] == 2, "nobody asked for another status"
    assert [(entry["ref"], entry["quantity"]) for entry in await shop.journal("created")] == [
        ("RH:bol:310000031:31", 2)
    ]


async def test_addresses_that_the_order_has_are_not_repeated(shop: Shop) -> None:
    address = {
        "name": "N. Example",
        "company": "Example Bakery",
        "street": "Kanaalweg",
        "number": "12B",
        "zipcode": "3526kl",
        "city": "Utrecht",
        "country_code": "NL",
        "taxnumber": "NL 000000000B00",
    }
    await shop.place(1001, debtor={"invoice": address, "email": "a@example.org"})
    async with shop.connector() as store:
        await store.create(full(), KEY)
    note = await shop.note(1001)
    assert "from" not in note
    assert "invoice Example Holding" in note


async def test_no_details_where_none_are_wished(shop: Shop) -> None:
    await shop.place(1001)
    async with shop.connector(note_details=False) as store:
        await store.create(full(), KEY)
    assert "Utrecht" not in await shop.note(1001)


@pytest.mark.parametrize("text", ["Klant gebeld", "regel 1\r\nregel 2\r\n", "\n\n  decision: accept\n", "ok\n"])
async def test_the_merchants_text_stays_letter_by_letter(shop: Shop, text: str) -> None:
    await shop.place(1001, internal=text)
    async with shop.connector(**WAITING, **STATUSES) as store:
        said = await store.create(full(), KEY)
        assert (await says(store, said.ref))[said.ref] == said, "the merchant's own words are no decision"
    assert (await shop.note(1001)).startswith(text)
    assert not [entry for entry in await shop.journal("note") if entry["detail"].get("removed")]


async def test_a_request_is_marked_in_the_order_status(shop: Shop) -> None:
    await shop.place(1001)
    async with shop.connector(**WAITING, **STATUSES) as store:
        await store.create(full(), KEY)
    assert (await shop.order(1001))["status"] == 20
    assert len([sent for sent in shop.sent if sent.method == "PATCH"]) == 1


@pytest.mark.parametrize("settings", [{}, WAITING | STATUSES], ids=["note", "status"])
async def test_what_the_marketplace_settled_asks_nothing(shop: Shop, settings: dict[str, Any]) -> None:
    await shop.place(1001)
    async with shop.connector(**settings) as store:
        said = await store.create(full(status="accepted"), KEY)
        assert said == ShopSays("1001#1", "accept", Resolution.ACCEPT)
        assert await says(store, said.ref) == {said.ref: said}
    assert "SETTLED BY MARKETPLACE" in await shop.note(1001)
    assert "?" not in await shop.note(1001)
    assert (await shop.order(1001))["status"] == 2


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (None, "not known"),
        ("", "not known"),
        ("T-7", "known by a number"),
        ("1/../2", "known by a number"),
        ("9999", "no order 9999"),
    ],
)
async def test_without_an_order_nothing_is_sent(shop: Shop, order: str | None, words: str) -> None:
    async with shop.connector() as store:
        with pytest.raises(Refused, match=words):
            await store.create(full(shop_order=order), KEY)
    assert not [sent for sent in shop.sent if sent.method != "GET"]


async def test_a_credit_order_takes_no_request(shop: Shop) -> None:
    await shop.place(1001)
    credit = await shop.credit(1001, MUG_BLUE=1)
    async with shop.connector() as store:
        with pytest.raises(Refused, match="credit order"):
            await store.create(full(shop_order=credit), KEY)


class TestRaces:
    async def test_an_edit_between_read_and_write_is_kept(self, shop: Shop) -> None:
        await shop.place(1001, internal="Klant gebeld")
        await shop.race(1001, "after_read", append="Pakket is binnen")
        async with shop.connector() as store:
            await store.create(full(), KEY)
        lines = (await shop.note(1001)).splitlines()
        assert lines[:2] == ["Klant gebeld", "Pakket is binnen"]
        assert len(lines) == 3
        assert await shop.kinds() == ["created"]
        assert not [entry for entry in await shop.journal("note") if entry["detail"].get("removed")]

    async def test_an_edit_right_after_each_read_ends_when_it_ends(self, shop: Shop) -> None:
        await shop.place(1001)
        for number in range(4):
            await shop.race(1001, "after_read", append=f"regel {number}", skip=number)
        async with shop.connector() as store:
            await store.create(full(), KEY)
        note = await shop.note(1001)
        assert all(f"regel {number}" in note for number in range(4))
        assert await shop.kinds() == ["created"]

    async def test_a_note_that_is_never_at_rest_is_left_alone(self, shop: Shop) -> None:
        await shop.place(1001)
        for number in range(10):
            await shop.race(1001, "after_read", append=f"regel {number}", skip=number)
        async with shop.connector() as store:
            with pytest.raises(Transient, match="keeps saving"):
                await store.create(full(), KEY)
        assert await shop.kinds() == []
        assert not [sent for sent in shop.sent if sent.method == "PATCH"]

    async def test_a_form_that_was_opened_before_takes_the_line_with_it(self, shop: Shop) -> None:
        await shop.place(1001, internal="oud")
        await shop.race(1001, "after_write", note="oud, en nieuw")
        async with shop.connector() as store:
            said = await store.create(full(), KEY)
            assert not (await says(store, said.ref))[said.ref].gone
        assert (await shop.note(1001)).startswith("oud, en nieuw\n[RH:")
        assert await shop.kinds() == ["created", "erased", "created"]

    async def test_a_decision_while_it_is_written_is_no_part_of_it(self, shop: Shop) -> None:
        """The status changes between read and write: it is another return's answer, or none, but not overwritten."""
        await shop.place(1001)
        async with shop.connector(**WAITING, **STATUSES) as store:
            first = await store.create(full(1, shop_order="1001"), KEY)
            await shop.race(1001, "after_read", status=21)
            second = await store.create(full(2, shop_order="1001"), "r-2:1:create")
            told = await says(store, first.ref, second.ref)
        assert told[first.ref].resolution is Resolution.ACCEPT
        assert (told[second.ref].resolution, told[second.ref].unclear) == (None, False)

    async def test_requests_of_one_order_do_not_write_over_each_other(self, shop: Shop) -> None:
        await shop.place(1001)
        async with shop.connector(**WAITING) as store:
            made = await asyncio.gather(
                *(store.create(full(n, shop_order="1001"), f"r-{n}:1:create") for n in range(1, 9))
            )
            told = await says(store, *(said.ref for said in made))
        assert len(told) == 8
        assert not any(said.gone for said in told.values())
        assert await shop.kinds() == ["created"] * 8


class TestLost:
    """Judged by the journal: one effect, or an honest unknown that is found."""

    async def test_after_the_effect(self, shop: Shop) -> None:
        await shop.place(1001)
        memory = Notebook()
        shop.fault("drop_after", PATCH)
        async with shop.connector(memory) as store:
            with pytest.raises(OutcomeUnknown):
                await store.create(full(), KEY)
        async with shop.connector(memory) as store:  # after a restart
            assert await store.find(KEY) == ShopSays("1001#1", None, None)
            assert await store.find("r-2:1:create") is None
        assert await shop.kinds() == ["created"]

    async def test_before_the_effect(self, shop: Shop) -> None:
        await shop.place(1001)
        shop.fault("drop_before", PATCH)
        async with shop.connector() as store:
            with pytest.raises(OutcomeUnknown):
                await store.create(full(), KEY)
            assert await store.find(KEY) is None
            assert (await store.create(full(), KEY)).ref == "1001#1"
        assert await shop.kinds() == ["created"]

    async def test_a_request_that_is_asked_for_again_is_not_made_again(self, shop: Shop) -> None:
        """Even with a hub that has forgotten everything."""
        await shop.place(1001)
        for _ in range(2):
            async with shop.connector() as store:
                assert (await store.create(full(), KEY)).ref == "1001#1"
        assert await shop.kinds() == ["created"]

    async def test_what_is_found_was_decided_meanwhile(self, shop: Shop) -> None:
        await shop.place(1001)
        shop.fault("drop_after", PATCH)
        async with shop.connector() as store:
            with pytest.raises(OutcomeUnknown):
                await store.create(full(), KEY)
            await shop.say("1001#1", "afgewezen")
            assert await store.find(KEY) == ShopSays("1001#1", "afgewezen", Resolution.REJECT)

    async def test_the_order_is_gone_meanwhile(self, shop: Shop) -> None:
        await shop.place(1001)
        async with shop.connector() as store:
            await store.create(full(), KEY)
            await shop.command("DELETE", "/_sandbox/orders/1001")
            assert await store.find(KEY) is None

    async def test_the_last_look_may_fail(self, shop: Shop) -> None:
        """The write's own answer has shown the line."""
        await shop.place(1001)
        shop.fault("answer", "GET /v1/orders/1001", skip=2, times=None, status=500)
        async with shop.connector() as store:
            assert (await store.create(full(), KEY)).ref == "1001#1"
        assert await shop.kinds() == ["created"]

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            ({"status": 429, "headers": {"Retry-After": "7"}}, Unavailable),
            ({"status": 500}, OutcomeUnknown),
            ({"status": 503}, OutcomeUnknown),
            ({"status": 401, "body": '{"code": 401, "message": "Unauthorized"}'}, Unauthorized),
            ({"status": 422, "body": '{"title": "Invalid", "errors": {"status": "unknown"}}'}, Refused),
            ({"status": 200, "body": "<html>"}, OutcomeUnknown),
            ({"status": 200, "body": "[]"}, OutcomeUnknown),
            ({"status": 200, "body": '{"number": "1001", "status": 2, "comments": {"internal": ""}}'}, OutcomeUnknown),
        ],
    )
    async def test_a_failing_write(self, shop: Shop, fault: dict[str, Any], kind: type[ConnectorError]) -> None:
        await shop.place(1001, internal="Klant gebeld")
        shop.fault("answer", PATCH, **fault)
        memory = Notebook()
        async with shop.connector(memory) as store:
            with pytest.raises(kind) as caught:
                await store.create(full(), KEY)
        assert type(caught.value) is kind
        assert await shop.kinds() == []
        async with shop.connector(memory) as store:  # one that need not wait out a pause
            assert await store.find(KEY) is None
            await store.create(full(), KEY)
        assert await shop.kinds() == ["created"]
        assert (await shop.note(1001)).startswith("Klant gebeld\n")

    async def test_a_revoked_token(self, shop: Shop) -> None:
        await shop.place(1001)
        async with shop.connector() as store:
            await shop.command("DELETE", f"/_sandbox/tokens/{STORE_TOKEN}")
            with pytest.raises(Unauthorized):
                await store.create(full(), KEY)
        assert await shop.kinds() == []

    async def test_the_stores_own_words_for_a_refusal(self, shop: Shop) -> None:
        await shop.place(1001)
        async with shop.connector(requested_status=999) as store:
            with pytest.raises(Refused) as caught:
                await store.create(full(), KEY)
        assert caught.value.code == "422"
        assert "status" in (caught.value.words or "")
        assert await shop.kinds() == []

    @pytest.mark.parametrize("flaw", ["no_number", "no_status", "comments_array", "not_an_object"])
    async def test_an_order_that_cannot_be_read_is_not_written(self, shop: Shop, flaw: str) -> None:
        """A note that is not where it belongs is not an empty one."""
        await shop.place(1001, internal="Klant gebeld")
        await shop.switch(garbled_rows={"1001": flaw})
        async with shop.connector() as store:
            with pytest.raises(Transient):
                await store.create(full(), KEY)
        await shop.switch(garbled_rows={})
        assert await shop.note(1001) == "Klant gebeld"


class TestSeveralReturns:
    async def test_a_status_that_decided_is_written_down_before_it_is_overwritten(self, shop: Shop) -> None:
        await shop.place(1001)
        async with shop.connector(**WAITING, **STATUSES) as store:
            first = await store.create(full(1, shop_order="1001"), KEY)
            await shop.set_status(1001, 22)
            second = await store.create(full(2, shop_order="1001"), "r-2:1:create")
            assert (await shop.order(1001))["status"] == 20
            told = await says(store, first.ref, second.ref)
        assert told[first.ref] == ShopSays(first.ref, "reject", Resolution.REJECT)
        assert told[second.ref] == ShopSays(second.ref, None, None)

    async def test_a_status_that_is_left_alone_decides_nothing_that_comes_later(self, shop: Shop) -> None:
        await shop.place(1001, status=21)
        async with shop.connector(**STATUSES) as store:
            said = await store.create(full(), KEY)
            assert "; status was 21;" in await shop.note(1001)
            assert await says(store, said.ref) == {said.ref: said}
            await shop.set_status(1001, 22)
            assert (await says(store, said.ref))[said.ref].resolution is Resolution.REJECT

    async def test_a_status_for_several_open_returns_is_not_overwritten(self, shop: Shop) -> None:
        """Nobody knows yet which of the two it decides."""
        await shop.place(1001)
        async with shop.connector(**WAITING, **STATUSES) as store:
            made = [await store.create(full(n, shop_order="1001"), f"r-{n}:1:create") for n in (1, 2)]
            await shop.set_status(1001, 21)
            third = await store.create(full(3, shop_order="1001"), "r-3:1:create")
            told = await says(store, *(said.ref for said in made), third.ref)
        assert (await shop.order(1001))["status"] == 21
        assert all(told[said.ref].unclear for said in made)
        assert told[third.ref] == third
