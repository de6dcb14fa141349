"""Seeing returns at bol, over HTTP: contract bol 2, 3.1, 3.2 and 8."""

import json
from datetime import timedelta
from typing import Any

import pytest

from retour.connectors.contract import Page
from retour.connectors.errors import Transient
from retour.connectors.pages import Endless
from retour.core.model import Handler, Resolution
from tests.connectors.asked import knows_nothing

from .world import World, now

LIST = "GET /retailer/returns"


def lines(pages: list[Page], lane: str) -> list[str]:
    return [line.ref for page in pages if page.lane == lane for seen in page.seen for line in seen.lines]


def numbers(world: World, method: str, handled: bool) -> list[int]:
    """The pages of one list that were asked for, in order."""
    asked = [sent.query for sent in world.sent if sent.path == "/retailer/returns"]
    wanted = {"fulfilment-method": method, "handled": str(handled).lower()}
    return [int(query["page"]) for query in asked if wanted.items() <= query.items()]


async def rmas(world: World, **having: Any) -> set[str]:
    return {item["rma_id"] for item in await world.items(**having)}


async def test_a_shop_without_returns(world: World) -> None:
    pages = await world.walk()

    assert [(page.lane, page.seen, page.unreadable, page.all_open) for page in pages] == [
        ("fbr-open", (), (), True),
        ("fbb-open", (), (), False),
    ]
    assert await world.calls(LIST) == 4
    assert await world.calls("POST /token") == 1


async def test_each_open_return_is_seen_once_over_many_pages(world: World) -> None:
    await world.bulk(120)
    pages = await world.walk()

    seen = lines(pages, "fbr-open")
    assert len(seen) == len(set(seen))
    assert set(seen) == await rmas(world, handled=False)
    open_pages = [page for page in pages if page.lane == "fbr-open"]
    assert [page.all_open for page in open_pages] == [False] * (len(open_pages) - 1) + [True]
    assert not any(page.all_open for page in pages if page.lane != "fbr-open")


async def test_the_next_walk_knows_where_the_list_ends(world: World) -> None:
    await world.bulk(120)
    first = await world.walk()
    del world.sent[:]
    second = await world.walk()

    assert numbers(world, "FBR", False) == [3, 2, 1]
    assert set(lines(second, "fbr-open")) == set(lines(first, "fbr-open"))

    await world.bulk(60, seed=1)
    del world.sent[:]
    third = await world.walk()
    assert numbers(world, "FBR", False) == [3, 4, 3, 2, 1]
    assert set(lines(third, "fbr-open")) == await rmas(world, handled=False)

    for rma in sorted(await rmas(world, handled=False))[3:]:
        await world.dashboard(rma, "RETURN_RECEIVED")
    del world.sent[:]
    fourth = await world.walk()
    assert numbers(world, "FBR", False) == [4, 3, 2, 1]
    assert len(lines(fourth, "fbr-open")) == 3
    del world.sent[:]
    await world.walk()
    assert numbers(world, "FBR", False) == [1]


@pytest.mark.parametrize("count", [50, 100])
async def test_a_last_page_that_is_full(world: World, count: int) -> None:
    for _ in range(count):
        await world.item()
    pages = await world.walk()

    assert len(set(lines(pages, "fbr-open"))) == count
    assert pages[0].lane == "fbr-open"
    assert sum(page.all_open for page in pages) == 1


async def test_what_leaves_the_list_during_a_walk_hides_nothing(world: World) -> None:
    await world.bulk(170)
    before = await rmas(world, handled=False)
    await world.switch(handled_between_pages=7)
    pages = await world.walk()

    still_open = await rmas(world, handled=False)
    assert len(still_open) < len(before)
    seen = lines(pages, "fbr-open")
    assert still_open <= set(seen) <= before
    assert len(seen) == len(set(seen))

    await world.switch(handled_between_pages=5)
    again = lines(await world.walk(), "fbr-open")
    assert await rmas(world, handled=False) <= set(again)


async def test_a_row_that_is_repeated_on_the_next_page_is_shown_once(world: World) -> None:
    await world.bulk(130)
    await world.switch(repeat_rows_over_pages=True)
    seen = lines(await world.walk(), "fbr-open")

    assert len(seen) == len(set(seen))
    assert set(seen) == await rmas(world, handled=False)


async def test_a_list_that_ignores_the_page_ends(world: World) -> None:
    rows = [
        {
            "returnId": str(number),
            "registrationDateTime": "2026-03-02T10:15:30+01:00",
            "fulfilmentMethod": "FBR",
            "returnItems": [{"rmaId": str(number), "orderId": "C1", "expectedQuantity": 1, "handled": False}],
        }
        for number in range(50)
    ]
    await world.answers("^GET /retailer/returns$", json.dumps({"returns": rows}), times=None)

    with pytest.raises(Endless):
        await world.walk()
    assert await world.calls(LIST) <= 6


async def test_a_list_shows_some_items_and_a_look_shows_all(world: World) -> None:
    told = await world.announce({"quantity": 1}, {"quantity": 2}, return_id="41000077")
    handled, waiting = (item["rma_id"] for item in told["items"])
    await world.dashboard(handled, "RETURN_RECEIVED")
    pages = {page.lane: page for page in await world.walk()}

    [part_open] = pages["fbr-open"].seen
    [part_handled] = pages["fbr-handled"].seen
    assert [(line.ref, line.awaits) for line in part_open.lines] == [(waiting, True)]
    assert [(line.ref, line.awaits) for line in part_handled.lines] == [(handled, False)]
    assert [entry.resolution for entry in part_handled.lines[0].handlings] == [Resolution.ACCEPT]
    assert not part_open.complete
    assert not part_handled.complete

    whole = await world.bol.look("41000077")
    assert whole is not None
    assert whole.complete
    assert {line.ref: (line.awaits, line.quantity) for line in whole.lines} == {handled: (False, 1), waiting: (True, 2)}


async def test_a_look_tells_what_the_shop_needs(world: World) -> None:
    told = await world.announce(
        {
            "quantity": 2,
            "order_id": "C000SHOP01",
            "ean": "0000000000017",
            "title": "Mug, blue",
            "main_reason": "Verkeerde maat of afmeting",
            "detailed_reason": "Te klein",
            "comments": "Past niet in de kast.",
        },
        registered_at="2026-03-02T10:15:30+01:00",
        customer={"first_name": "Noor", "surname": "Example", "email": "relay-1@example.org", "city": "Utrecht"},
    )
    seen = await world.bol.look(told["return_id"])

    assert seen is not None
    assert (seen.ref, seen.handler) == (told["return_id"], Handler.MERCHANT)
    assert seen.opened_at.isoformat() == "2026-03-02T09:15:30+00:00"
    assert seen.customer is not None
    assert (seen.customer.first_name, seen.customer.last_name, seen.customer.city) == ("Noor", "Example", "Utrecht")
    assert seen.customer.email == "relay-1@example.org"
    [line] = seen.lines
    assert (line.order_ref, line.gtin, line.title, line.quantity) == ("C000SHOP01", "0000000000017", "Mug, blue", 2)
    assert (line.reason, line.reason_text) == ("wrong_size_fit", "Verkeerde maat of afmeting: Te klein")
    assert line.comment == "Past niet in de kast."
    assert line.tracking
    assert line.carrier


@pytest.mark.parametrize("ref", ["99999999", "no such / return?", "../orders"])
async def test_a_return_that_bol_does_not_know(world: World, ref: str) -> None:
    assert await world.bol.look(ref) is None


async def test_a_return_that_cannot_be_read_is_not_mistaken_for_none(world: World) -> None:
    ref, _ = await world.item()
    await world.answers(f"^GET /retailer/returns/{ref}$", '{"returnId": "41"}', times=None)

    with pytest.raises(Transient, match="registrationDateTime"):
        await world.bol.look(ref)


# --- what was handled ---


async def handle_all(world: World, count: int) -> None:
    for _ in range(count):
        _, rma = await world.item()
        await world.dashboard(rma, "RETURN_DOES_NOT_MEET_CONDITIONS", result="REJECTED")


async def test_handled_pages_are_read_until_one_holds_nothing_new(world: World) -> None:
    await handle_all(world, 120)
    asked: list[int] = []

    async def known(page: Page) -> bool:
        asked.append(len(page.seen))
        return len(asked) == 2

    pages = await world.walk(since=now() - timedelta(days=1), known=known)

    assert numbers(world, "FBR", True) == [1, 2]
    assert asked == [50, 50]
    assert [len(page.seen) for page in pages if page.lane == "fbr-handled"] == [50, 50]


async def test_whether_a_page_is_known_is_asked_before_it_is_handed_over(world: World) -> None:
    await handle_all(world, 60)
    recorded: set[Page] = set()

    async def known(page: Page) -> bool:
        return page in recorded

    async for page in world.bol.returns(now() - timedelta(days=1), known):
        recorded.add(page)

    assert len(lines(list(recorded), "fbr-handled")) == 60


async def test_handled_pages_have_a_cap_and_a_deep_sweep_a_larger_one(world: World) -> None:
    await handle_all(world, 120)
    world.bol = world.connect(handled_pages=1)

    shallow = await world.walk(since=now() - timedelta(days=1))
    assert numbers(world, "FBR", True) == [1]
    assert len(lines(shallow, "fbr-handled")) == 50

    del world.sent[:]
    deep = await world.walk(since=None)
    assert numbers(world, "FBR", True) == [1, 2, 3]
    assert len(lines(deep, "fbr-handled")) == 120


async def test_what_was_over_long_before_is_left_to_the_deep_sweep(world: World) -> None:
    await handle_all(world, 110)

    await world.walk(since=now() + timedelta(days=29))
    assert numbers(world, "FBR", True) == [1, 2, 3]
    del world.sent[:]
    await world.walk(since=now() + timedelta(days=31))
    assert numbers(world, "FBR", True) == [1]


# --- what bol's warehouse handles ---


async def test_bols_own_returns_are_seen_and_never_wait_for_the_merchant(world: World) -> None:
    _, rma = await world.item(fulfilment_method="FBB")
    ref, accepted = await world.item(fulfilment_method="FBB")
    await world.dashboard(accepted, "RETURN_RECEIVED")
    pages = {page.lane: page for page in await world.walk()}

    assert pages["fbr-open"].seen == ()
    [waiting] = pages["fbb-open"].seen
    assert waiting.handler is Handler.MARKETPLACE
    assert [(line.ref, line.awaits, line.handlings) for line in waiting.lines] == [(rma, False, ())]
    [done] = pages["fbb-handled"].seen
    assert (done.ref, done.handler) == (ref, Handler.MARKETPLACE)
    assert [entry.resolution for entry in done.lines[0].handlings] == [Resolution.ACCEPT]


async def test_bols_own_returns_can_be_left_out(world: World) -> None:
    await world.item(fulfilment_method="FBB")
    world.bol = world.connect(fbb=False)
    pages = await world.walk()

    assert {page.lane for page in pages} == {"fbr-open"}
    assert numbers(world, "FBB", False) == numbers(world, "FBB", True) == []


# --- oddities ---


async def test_one_garbled_row_hides_no_other(world: World) -> None:
    rmas_of = [(await world.item())[1] for _ in range(5)]
    await world.switch(garbled_rows={rmas_of[0]: "no_rma_id", rmas_of[2]: "wrong_type", rmas_of[4]: "not_an_object"})
    pages = [page for page in await world.walk() if page.lane == "fbr-open"]

    assert lines(pages, "fbr-open") == [rmas_of[1], rmas_of[3]]
    garbled = [row for page in pages for row in page.unreadable]
    assert len(garbled) == 3
    assert all(row.why.endswith(".") and row.raw for row in garbled)


async def test_history_left_out_of_lists_is_told_by_a_look(world: World) -> None:
    ref, rma = await world.item()
    await world.dashboard(rma, "RETURN_RECEIVED")
    await world.switch(omit_history_in_lists=True)
    pages = {page.lane: page for page in await world.walk()}

    [listed] = pages["fbr-handled"].seen
    assert listed.lines[0].handlings == ()
    assert [entry.resolution for entry in (await world.line(ref, rma)).handlings] == [Resolution.ACCEPT]


@pytest.mark.parametrize(
    "switches",
    [
        {"unknown_values": True},
        {"omit_absent": False, "omit_empty_lists": False},
        {"sparse_customers": True},
        {"history_newest_first": True},
    ],
)
async def test_oddities_cost_no_return(world: World, switches: dict[str, Any]) -> None:
    await world.bulk(20)
    await world.bulk(5, fulfilment_method="FBB", seed=1)
    for rma in sorted(await rmas(world))[:6]:
        await world.dashboard(rma, "RETURN_RECEIVED")
    await world.switch(**switches)
    pages = await world.walk()

    assert {line for page in pages for line in lines([page], page.lane)} == await rmas(world)
    assert not any(page.unreadable for page in pages)
    looked = [await world.bol.look(seen.ref) for page in pages for seen in page.seen]
    assert all(seen is not None and seen.complete for seen in looked)


async def test_history_is_oldest_first_however_bol_shows_it(world: World) -> None:
    ref, rma = await world.item(quantity=2)
    await world.dashboard(rma, "RETURN_DOES_NOT_MEET_CONDITIONS", quantity=2, result="REJECTED")
    await world.later(hours=1)
    await world.dashboard(rma, "STILL_APPROVED", quantity=1, result="ACCEPTED")
    await world.switch(history_newest_first=True)
    history = (await world.line(ref, rma)).handlings

    assert [(entry.resolution, entry.quantity, entry.revises) for entry in history] == [
        (Resolution.REJECT, 2, False),
        (Resolution.ACCEPT, 1, True),
    ]


async def test_what_happens_elsewhere_is_seen(world: World) -> None:
    cancelled, expired, changed = [await world.item(quantity=3) for _ in range(3)]
    await world.control("POST", f"returns/{cancelled[1]}/cancel")
    await world.control("POST", f"returns/{expired[1]}/expire")
    await world.control("POST", f"returns/{changed[1]}/quantity", {"quantity": 1})
    await world.control("POST", f"returns/{changed[1]}/reason", {"main_reason": "Kat lust het niet"})

    assert (await world.line(*cancelled)).handlings[-1].resolution is Resolution.CANCEL
    assert (await world.line(*expired)).handlings[-1].raw == "CANCELLED/EXPIRED"
    line = await world.line(*changed)
    assert (line.quantity, line.reason, line.reason_text, line.awaits) == (1, None, "Kat lust het niet", True)


@pytest.mark.parametrize("body", ["[]", '"text"', '{"returns": {}}', "<html>", ""])
async def test_an_answer_that_is_no_list_is_not_taken_for_an_empty_one(world: World, body: str) -> None:
    await world.item()
    await world.answers("^GET /retailer/returns$", body, times=None)

    with pytest.raises(Transient):
        await anext(aiter(world.bol.returns(None, knows_nothing)))


# --- orders ---


async def test_the_order_behind_a_return(world: World) -> None:
    await world.control(
        "POST",
        "orders",
        {
            "order_id": "C000SHOP02",
            "items": [
                {"ean": "0000000000017", "title": "Mug, blue", "quantity": 2, "sku": "MUG-BLUE", "unit_price": "12.99"},
                {"ean": "0000000000024", "sku": "", "unit_price": "0.10"},
            ],
            "customer": {"first_name": "Noor", "surname": "Example", "company": "Example BV", "vat_number": "NL1B01"},
            "placed_at": "2026-03-01T10:00:00+01:00",
        },
    )
    order = await world.bol.order("C000SHOP02")

    assert order is not None
    assert (order.ref, order.placed_at and order.placed_at.isoformat()) == ("C000SHOP02", "2026-03-01T09:00:00+00:00")
    assert order.billing is not None
    assert (order.billing.last_name, order.billing.company, order.billing.vat_number) == (
        "Example",
        "Example BV",
        "NL1B01",
    )
    assert order.shipping is not None
    assert order.shipping.city
    blue, other = order.lines
    assert (blue.sku, blue.gtin, blue.title, blue.quantity) == ("MUG-BLUE", "0000000000017", "Mug, blue", 2)
    assert blue.ref
    assert [line.unit_price and str(line.unit_price.amount) for line in order.lines] == ["12.99", "0.1"]
    assert (other.sku, other.gtin) == (None, "0000000000024")


async def test_an_order_that_bol_no_longer_shows(world: World) -> None:
    told = await world.announce({"order_id": "C000SHOP03"})
    assert await world.bol.order("C000SHOP03") is not None
    await world.control("DELETE", "orders/C000SHOP03")

    assert await world.bol.order("C000SHOP03") is None
    assert await world.bol.look(told["return_id"]) is not None
