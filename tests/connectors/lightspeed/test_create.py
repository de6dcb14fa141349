"""What goes into the shop, once."""

import json
from typing import Any

import pytest

from retour.connectors.errors import (
    ConnectorError,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Transient,
    Unauthorized,
    Unavailable,
)
from retour.connectors.http import Door
from retour.connectors.memory import Notebook
from retour.connectors.shops.lightspeed import MANIFEST
from retour.core.model import Resolution, ShopSays
from retour.sandbox.lightspeed import KEY, SECRET, WantedLine, WantedReturn
from retour.testing.opened import opened
from retour.testing.samples import full_request

from .conftest import LIST, MAKE, Shop, read
from .simulated import linked_full_request

KEY_OF_IT = "r-1:86000001:create"


async def test_the_return_in_the_shop(shop: Shop, lightspeed: Any) -> None:
    shop.place("ORD00500", lines=(WantedLine(), WantedLine("JACKET-GREEN-M", quantity=3)))
    said = await lightspeed.create(full_request(shop_order="ORD00500"), KEY_OF_IT)
    [row] = shop.rows()
    assert said == ShopSays(ref=str(row.id), word="new", resolution=None)
    assert (row.order.number, [(line.sku, quantity) for line, quantity in row.lines]) == (
        "ORD00500",
        [("JACKET-GREEN-M", 2)],
    )
    assert (row.reason, row.customer_comment, row.action) == ("Te klein", "Fits tight at the shoulders", "")
    assert row.staff_note.splitlines() == [
        f"[rh:{KEY_OF_IT}]",
        "bol: return 31000001, order C000TEST01",
        "2 x Rain jacket, green, M SKU JACKET-GREEN-M EAN 0000000000017 49.95 EUR",
        "Invoice: INV00038",
        "Delivery: Example Bakery, Noor Example, Kanaalweg 12 B, Ring twice, 3526 KL Utrecht, NL, relay-1@example.org,"
        " +31 30 000 00 00, NL000000000B00",
        "Billing: Example Holding, Ada Example, Dorpsstraat 1 B, Ring twice, 3526 KL Utrecht, NL, relay-1@example.org,"
        " +31 30 000 00 00, NL000000000B00",
    ]


async def test_nobody_is_mailed_nothing_credited_nothing_put_in_stock(stocked: Shop, lightspeed: Any) -> None:
    await lightspeed.create(linked_full_request(), KEY_OF_IT)
    await lightspeed.create(linked_full_request(2, status="accepted"), "r-2:1:create")
    assert [entry["kind"] for entry in await stocked.command("GET", "/_sandbox/journal")] == ["created", "created"]
    assert not any(row.notify or row.stock_adjusted or row.mail_message for row in stocked.rows())


async def test_what_the_marketplace_settled_reads_as_accepted(stocked: Shop, lightspeed: Any) -> None:
    said = await lightspeed.create(linked_full_request(status="accepted"), KEY_OF_IT)
    assert (said.word, said.resolution) == ("refunded", Resolution.ACCEPT)
    assert await read(lightspeed, [said.ref]) == {said.ref: said}


async def test_the_shops_own_word_for_it(stocked: Shop) -> None:
    stocked.switch(status_words={"refunded": "gecrediteerd"})
    own = {"settled_status": "gecrediteerd", "status_words": {"Gecrediteerd": "refunded"}}
    async with opened(MANIFEST, stocked.settings() | own) as hub:
        said = await hub.connector.create(linked_full_request(status="accepted"), KEY_OF_IT)
    assert (said.word, said.resolution) == ("gecrediteerd", Resolution.ACCEPT)


async def test_an_action_to_begin_with(stocked: Shop) -> None:
    async with opened(MANIFEST, stocked.settings() | {"return_action": "Geld terug", "invoice_number": False}) as hub:
        await hub.connector.create(linked_full_request(), KEY_OF_IT)
        await hub.connector.create(linked_full_request(2, status="accepted"), "r-2:1:create")
    assert [row.action for row in stocked.rows()] == ["Geld terug", ""]
    assert "Invoice" not in stocked.rows()[0].staff_note


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "the shop's order of this one is not known"),
        ({"shop_order": "ORD99999"}, "The shop has no order with the number ORD99999"),
        ({"shop_order": "ORD0050"}, "The shop has no order with the number ORD0050"),
        ({"shop_order": "ORD00501", "sku": "OTHER", "gtin": None}, "more than one line"),
        ({"shop_order": "ORD00500", "quantity": 50}, "Often fewer of the product"),
    ],
)
async def test_what_the_shop_cannot_hold_is_refused_with_words(
    shop: Shop, lightspeed: Any, changes: dict[str, Any], words: str
) -> None:
    shop.place("ORD00500")
    shop.place("ORD00501", lines=(WantedLine("A", ean="1"), WantedLine("B", ean="2")))
    with pytest.raises(Refused, match=words):
        await lightspeed.create(full_request(**changes), KEY_OF_IT)
    assert not shop.rows()
    assert shop.posts <= 2


@pytest.mark.parametrize(
    ("numbers", "words"),
    [(("ORD00500", "ORD00500"), "more than one order"), (("ORD005001", "ORD00499"), "no order"), ((), "no order")],
)
async def test_an_order_number_that_is_not_certain(
    shop: Shop, lightspeed: Any, numbers: tuple[str, ...], words: str
) -> None:
    """A shop may have a number twice, or not listen to the question."""
    order = shop.place("ORD00500")
    rows = [{"id": order.id + place, "number": number} for place, number in enumerate(numbers)]
    shop.fault("answer", r"GET /nl/orders\.json", status=200, body=json.dumps({"orders": rows}))
    with pytest.raises(Refused, match=words):
        await lightspeed.create(full_request(shop_order="ORD00500"), KEY_OF_IT)
    assert shop.posts == 0


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"sku": "A"}, "A"),
        ({"sku": "ART-B"}, "B"),
        ({"sku": "else", "gtin": "00000000000024"}, "B"),
        ({"sku": None, "gtin": "17"}, "A"),
        ({"sku": "C"}, "C2"),
    ],
)
async def test_which_line_came_back(shop: Shop, lightspeed: Any, changes: dict[str, Any], line: str) -> None:
    lines = (
        WantedLine("A", ean="0000000000017", article_code="ART-A", quantity=2),
        WantedLine("B", ean="0000000000024", article_code="ART-B", quantity=2),
        WantedLine("C", ean="", title="C1", quantity=1),
        WantedLine("C", ean="", title="C2", quantity=2),
    )
    order = shop.place("ORD00500", lines=lines)
    ids = {(one.sku if one.sku != "C" else one.title): one.id for one in order.lines}
    await lightspeed.create(full_request(shop_order="ORD00500", **changes), KEY_OF_IT)
    [row] = shop.rows()
    assert [one.id for one, _ in row.lines] == [ids[line]]


async def test_the_line_that_the_order_search_found(shop: Shop, lightspeed: Any) -> None:
    order = shop.place("ORD00500", lines=(WantedLine("A", quantity=2), WantedLine("B", quantity=2)))
    wanted = full_request(shop_order="ORD00500", shop_product=str(order.lines[1].id))
    await lightspeed.create(wanted, KEY_OF_IT)
    assert [line.sku for line, _ in shop.rows()[0].lines] == ["B"]
    assert not [call for call in await shop.all_calls() if "products" in call], "the line is known already"


class TestEnvelope:
    """Contract lightspeed.md, 3: singular, and plural only after nothing was made."""

    @pytest.mark.parametrize("answers", [{}, {"validation_status": 400}, {"errors_as_200": True}])
    @pytest.mark.parametrize(("create", "first", "then"), [("singular", 1, 1), ("both", 1, 1), ("plural", 2, 1)])
    async def test_the_one_that_worked_is_remembered(
        self, stocked: Shop, lightspeed: Any, create: str, first: int, then: int, answers: dict[str, Any]
    ) -> None:
        stocked.switch(create=create, **answers)
        for number, posts in ((1, first), (2, then), (3, then)):
            stocked.forget_calls()
            await lightspeed.create(linked_full_request(number), f"r-{number}:1:create")
            assert stocked.posts == posts
        assert len(stocked.rows()) == 3

    async def test_it_is_learnt_anew_when_the_shop_changes(self, stocked: Shop, lightspeed: Any) -> None:
        for number, create in ((1, "plural"), (2, "singular"), (3, "plural")):
            stocked.switch(create=create)
            await lightspeed.create(linked_full_request(number), f"r-{number}:1:create")
        assert len(stocked.rows()) == 3

    @pytest.mark.parametrize("create", ["singular", "plural", "both"])
    async def test_a_refusal_is_shown_in_the_shops_words(self, stocked: Shop, lightspeed: Any, create: str) -> None:
        stocked.switch(create=create)
        await lightspeed.create(linked_full_request(), KEY_OF_IT)
        stocked.forget_calls()
        with pytest.raises(Refused) as caught:
            await lightspeed.create(linked_full_request(2, quantity=50), "r-2:1:create")
        assert "quantity" in (caught.value.words or "").lower()
        assert caught.value.code == "422"
        assert stocked.posts == 2
        assert len(stocked.rows()) == 1

    @pytest.mark.parametrize("create", ["not_found", "not_allowed"])
    @pytest.mark.parametrize("errors_as_200", [True, False])
    async def test_a_shop_that_takes_none(
        self, stocked: Shop, lightspeed: Any, create: str, errors_as_200: bool
    ) -> None:
        stocked.switch(create=create, errors_as_200=errors_as_200)
        with pytest.raises(Misconfigured, match="takes no new returns"):
            await lightspeed.create(linked_full_request(), KEY_OF_IT)
        assert stocked.posts == 1

    @pytest.mark.parametrize("fault", [{"kind": "drop_before"}, {"kind": "answer", "status": 500}])
    async def test_the_other_one_is_never_tried_after_a_lost_answer(
        self, stocked: Shop, lightspeed: Any, fault: dict[str, Any]
    ) -> None:
        stocked.switch(create="plural")
        stocked.fault(match=MAKE, skip=1, **fault)
        with pytest.raises(OutcomeUnknown):
            await lightspeed.create(linked_full_request(), KEY_OF_IT)
        assert stocked.posts == 2
        stocked.forget_calls()
        stocked.fault(match=MAKE, **fault)
        with pytest.raises(OutcomeUnknown):
            await lightspeed.create(linked_full_request(), KEY_OF_IT)
        assert stocked.posts == 1


class TestLostAnswers:
    """Whatever is lost, the journal shows one return."""

    @pytest.mark.parametrize("ignored", [[], ["order"]])
    @pytest.mark.parametrize(
        ("fault", "made"),
        [
            ({"kind": "drop_after"}, 1),
            ({"kind": "drop_before"}, 0),
            ({"kind": "answer", "status": 500, "body": "oops"}, 0),
            ({"kind": "answer", "status": 503, "body": "<html>"}, 0),
            ({"kind": "answer", "status": 200, "body": "<html>"}, 0),
            ({"kind": "answer", "status": 201, "body": "{}"}, 0),
            ({"kind": "answer", "status": 201, "body": '{"return": false}'}, 0),
            ({"kind": "answer", "status": 200, "body": '{"error": {"code": 500, "message": "x"}}'}, 0),
            ({"kind": "answer", "status": 200, "body": '{"error": "x"}'}, 0),
        ],
    )
    async def test_is_looked_up_and_made_once(
        self, stocked: Shop, lightspeed: Any, fault: dict[str, Any], made: int, ignored: list[str]
    ) -> None:
        stocked.switch(ignored_filters=ignored)
        stocked.others(300)
        stocked.fault(match=MAKE, **fault)
        with pytest.raises(OutcomeUnknown):
            await lightspeed.create(linked_full_request(), KEY_OF_IT)
        assert stocked.posts == 1
        stocked.others(1)
        found = await lightspeed.find(KEY_OF_IT)
        assert (found is not None) == bool(made)
        again = await lightspeed.create(linked_full_request(), KEY_OF_IT)
        assert found in {None, again}
        assert [str(row.id) for row in stocked.rows() if KEY_OF_IT in row.staff_note] == [again.ref]
        assert stocked.posts == 2 - made

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            ({"kind": "answer", "status": 429, "headers": {"Retry-After": "3"}}, Unavailable),
            ({"kind": "answer", "status": 200, "body": '{"error": {"code": 429, "message": "x"}}'}, Unavailable),
            ({"kind": "answer", "status": 200, "body": '{"error": {"code": 403, "message": "x"}}'}, Unauthorized),
            ({"kind": "answer", "status": 200, "body": '{"error": {"code": 409, "message": "x"}}'}, Refused),
            ({"kind": "answer", "status": 401}, Unauthorized),
        ],
    )
    async def test_what_did_not_happen_is_made_later(
        self, stocked: Shop, lightspeed: Any, fault: dict[str, Any], kind: type[ConnectorError]
    ) -> None:
        stocked.fault(match=MAKE, **fault)
        with pytest.raises(ConnectorError) as caught:
            await lightspeed.create(linked_full_request(), KEY_OF_IT)
        assert type(caught.value) is kind
        assert not stocked.rows()
        async with opened(MANIFEST, stocked.settings()) as later:
            await later.connector.create(linked_full_request(), KEY_OF_IT)
        assert len(stocked.rows()) == 1

    async def test_a_key_that_was_withdrawn(self, stocked: Shop, lightspeed: Any) -> None:
        stocked.simulator.keys.revoke(KEY)
        with pytest.raises(Unauthorized):
            await lightspeed.create(linked_full_request(), KEY_OF_IT)
        stocked.simulator.keys.add(KEY, SECRET)
        await lightspeed.create(linked_full_request(), KEY_OF_IT)
        assert len(stocked.rows()) == 1

    async def test_a_crash_forgets_nothing(self, stocked: Shop) -> None:
        """Another process, the same notes."""
        notebook = Notebook()
        stocked.fault("drop_after", MAKE)
        config = MANIFEST.config.model_validate(stocked.settings())
        for attempt in range(2):
            async with Door(name="Shop", memory=notebook, allow_private=True) as door:
                connector: Any = MANIFEST.open(config, door)
                if attempt == 0:
                    with pytest.raises(OutcomeUnknown):
                        await connector.create(linked_full_request(), KEY_OF_IT)
                else:
                    found = await connector.find(KEY_OF_IT)
        assert found.ref == str(stocked.rows()[0].id)

    @pytest.mark.parametrize("ignored", [[], ["order"]])
    async def test_a_restored_backup_makes_nothing_twice(self, stocked: Shop, ignored: list[str]) -> None:
        """The hub remembers nothing of it, the shop does."""
        stocked.switch(ignored_filters=ignored)
        stocked.others(260)
        for _ in range(2):
            async with opened(MANIFEST, stocked.settings()) as hub:
                said = await hub.connector.create(linked_full_request(), KEY_OF_IT)
                await stocked.decide(said.ref, Resolution.REJECT)
        assert stocked.posts == 1
        assert said.resolution is Resolution.REJECT, "what was decided since is told with it"
        assert [entry["kind"] for entry in await stocked.journal("created")].count("created") == 261

    async def test_a_key_that_begins_alike_is_another(self, stocked: Shop, lightspeed: Any) -> None:
        for key in ("r-1:11:create", "r-1:1:create", "r-11:1:create", "r-1:[1]:create", "r-1: 1:create"):
            await lightspeed.create(linked_full_request(quantity=1), key)
        assert len(stocked.rows()) == 5
        notes = [row.staff_note.splitlines()[0] for row in stocked.rows()]
        assert notes[3:] == ["[rh:r-1:%5B1%5D:create]", "[rh:r-1:%201:create]"]

    @pytest.mark.parametrize("row", ["false", "{}", '{"id": 7, "orderId": ORDER}', '{"staffNote": 5}'])
    async def test_what_may_be_ours_is_not_taken_for_absent(self, shop: Shop, lightspeed: Any, row: str) -> None:
        order = shop.place("ORD00500")
        shop.fault("drop_before", MAKE)
        with pytest.raises(OutcomeUnknown):
            await lightspeed.create(full_request(shop_order="ORD00500", quantity=1), KEY_OF_IT)
        body = f'{{"returns": [{row.replace("ORDER", str(order.id))}]}}'
        shop.fault("answer", LIST, status=200, body=body)
        with pytest.raises(Transient, match="may be the one"):
            await lightspeed.find(KEY_OF_IT)
        assert await lightspeed.find(KEY_OF_IT) is None

    async def test_one_that_can_be_read_in_part_is_found(self, stocked: Shop, lightspeed: Any) -> None:
        stocked.fault("drop_after", MAKE)
        with pytest.raises(OutcomeUnknown):
            await lightspeed.create(linked_full_request(), KEY_OF_IT)
        [row] = stocked.rows()
        stocked.simulator.shop.garble(row.id, "number_status")
        assert await lightspeed.find(KEY_OF_IT) == ShopSays(str(row.id), None, None, unclear=True)
        stocked.simulator.shop.garble(row.id, "no_id")
        with pytest.raises(Transient, match="was made"):
            await lightspeed.find(KEY_OF_IT)

    async def test_what_never_left_is_absent(self, stocked: Shop, lightspeed: Any) -> None:
        assert await lightspeed.find("r-9:9:create") is None
        assert stocked.asked == 0

    async def test_a_shop_that_refuses_the_filter_is_read_all_the_same(self, stocked: Shop, lightspeed: Any) -> None:
        stocked.fault("drop_after", MAKE)
        with pytest.raises(OutcomeUnknown):
            await lightspeed.create(linked_full_request(), KEY_OF_IT)
        stocked.fault("answer", LIST, status=422, body='{"error": {"code": 422, "message": "unknown filter"}}')
        assert (await lightspeed.find(KEY_OF_IT)).ref == str(stocked.rows()[0].id)

    async def test_a_shop_that_ignores_the_filter_is_read_once(self, stocked: Shop, lightspeed: Any) -> None:
        stocked.switch(ignored_filters=["order"])
        stocked.others(1500)
        await lightspeed.create(linked_full_request(), KEY_OF_IT)
        stocked.forget_calls()
        await lightspeed.create(linked_full_request(2), "r-2:1:create")
        assert stocked.asked <= 6, "only what came since is looked through"

    async def test_returns_of_the_customer_are_none_of_ours(self, shop: Shop, lightspeed: Any) -> None:
        shop.place("ORD00500", lines=(WantedLine("JACKET-GREEN-M", quantity=9),))
        for _ in range(3):
            shop.simulator.shop.add_return(WantedReturn("ORD00500", staff_note="[rh:"))
        await lightspeed.create(full_request(shop_order="ORD00500"), KEY_OF_IT)
        assert len(shop.rows()) == 4


async def test_an_invoice_that_is_not_shown_is_no_reason_to_fail(stocked: Shop, lightspeed: Any) -> None:
    stocked.fault("answer", r"GET /nl/invoices", status=403, body='{"error": {"code": 403, "message": "x"}}')
    await lightspeed.create(linked_full_request(), KEY_OF_IT)
    assert "Invoice" not in stocked.rows()[0].staff_note


async def test_only_the_orders_own_invoice_is_named(shop: Shop, lightspeed: Any) -> None:
    """A shop may not listen to the question, and credit notes are invoices too."""
    order = shop.place("ORD00500", lines=(WantedLine("JACKET-GREEN-M", quantity=2),))

    def invoice(number: str, order_id: int, *, credit: bool = False) -> dict[str, Any]:
        return {"number": number, "isCreditNote": credit, "order": {"resource": {"id": order_id}}}

    rows = [False, invoice("A", order.id + 1), invoice("B", order.id, credit=True), invoice("C", order.id)]
    shop.fault("answer", r"GET /nl/invoices", status=200, body=json.dumps({"invoices": rows}))
    await lightspeed.create(full_request(shop_order="ORD00500"), KEY_OF_IT)
    assert "\nInvoice: C\n" in shop.rows()[0].staff_note
