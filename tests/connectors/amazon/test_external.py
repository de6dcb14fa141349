"""External Fulfillment Returns: shown like others, never answered, and one with what a report shows."""

import json
from typing import Any

import pytest

from retour.connectors.contract import Page
from retour.connectors.errors import ConnectorError, Refused, Transient, Unavailable
from retour.core.model import Handling, Resolution, Seen
from tests.connectors.asked import knows_nothing

from .simulated import DE, NL
from .world import World, line_ref, told

LIST = "GET /externalFulfillment/2024-09-11/returns"


async def external(world: World, **how: Any) -> list[Seen]:
    """What the list shows now; reports that were asked for may be read as well."""
    return [seen for page in await world.walk(**how) if page.lane == "external" for seen in page.seen]


async def walked(world: World, fault: dict[str, Any] | None = None) -> tuple[list[Page], ConnectorError | None]:
    """The pages that came before a failure, and the failure. `fault`: strikes after the list's first page."""
    pages: list[Page] = []
    try:
        async for page in world.amazon.returns(world.running.simulator.clock.now(), knows_nothing):
            pages.append(page)
            if fault and page.lane == "external":
                await world.fault("answer", LIST, **fault)
                fault = None
    except ConnectorError as error:
        return pages, error
    return pages, None


async def held_up(world: World, **fault: Any) -> tuple[list[int], ConnectorError | None]:
    pages, failure = await walked(world, fault)
    return [seen.lines[0].quantity for page in pages if page.lane == "external" for seen in page.seen], failure


async def reported(world: World) -> Seen:
    """The only return, as the newest report shows it."""
    [seen] = [seen for page in await world.report() if page.lane != "external" for seen in page.seen]
    return seen


@pytest.fixture
async def world(world: World) -> World:
    """The list was read once, and reports as well: whatever comes now is new."""
    world.connect(external_returns=True, fba=False)
    await world.report()
    world.wait(minutes=5)
    return world


async def test_off_by_default(world: World) -> None:
    world.connect(fba=False)
    await world.open(external=True, reported=False)
    before = await world.calls(LIST)
    await world.report()
    assert await world.calls(LIST) == before
    assert "external" not in {check.name.split()[0] for check in await world.amazon.check()}


async def test_a_return_that_no_report_shows(world: World) -> None:
    made = await world.open({"quantity": 2, "reason": "CR-DEFECTIVE"}, external=True, reported=False)
    [seen] = await external(world)
    [line] = seen.lines
    assert (seen.ref, line.ref) == (f"{NL}:{made['rma_id']}", line_ref(made))
    assert (line.order_ref, line.quantity, line.awaits, line.handlings) == (made["order_id"], 2, True, ())
    assert (line.reason_text, line.carrier, line.received_at) == ("CR-DEFECTIVE", "ATS", None)
    world.wait(minutes=5)
    await world.event(made, "deliver")
    [seen] = await external(world)
    assert seen.lines[0].received_at is not None
    assert seen.lines[0].awaits


@pytest.mark.parametrize("status", ["PROCESSED", "REJECTED", "CANCELLED"])
async def test_how_it_ends_is_not_told(world: World, status: str) -> None:
    made = await world.open(external=True, reported=False)
    await world.event(made, "external", status=status)
    [seen] = await external(world)
    assert (seen.lines[0].awaits, seen.lines[0].handlings) == (False, (Handling(1, None, status),))


async def test_a_word_that_is_not_known_ends_nothing(world: World) -> None:
    made = await world.open(external=True, reported=False, flaw="unknown_values")
    [seen] = await external(world)
    assert (seen.ref, seen.lines[0].awaits) == (f"{NL}:{made['rma_id']}", True)


async def test_pieces_on_different_pages_are_one_line(world: World) -> None:
    await world.switch(external_split=True)
    await world.open({"quantity": 130}, external=True, reported=False)
    shown = await external(world)
    assert [seen.lines[0].quantity for seen in shown] == [100, 130]
    assert {seen.ref for seen in shown} == {shown[0].ref}


async def test_one_and_the_same_as_the_report_shows(world: World) -> None:
    made = await world.open(external=True, label=False)
    [first] = await external(world)
    by_report = await reported(world)
    assert (first.ref, first.lines[0].ref) == (by_report.ref, by_report.lines[0].ref)
    await world.event(made, "refund", source="amazon")
    by_report = await reported(world)
    assert [one.resolution for one in by_report.lines[0].handlings] == [Resolution.ACCEPT]


async def test_what_a_report_tells_as_well_is_not_shown_again(world: World) -> None:
    made = await world.open({"quantity": 2}, external=True)
    await reported(world)
    world.wait(minutes=5)
    assert await external(world) == [], "nothing to add"
    await world.event(made, "refund", source="amazon", quantity=1)
    await world.event(made, "deliver")
    by_report = await reported(world)
    world.wait(minutes=5)
    assert await external(world) == [], "the report tells the arrival, too"
    assert by_report.lines[0].received_at is not None


async def test_what_it_adds_changes_nothing_else(world: World) -> None:
    made = await world.open({"quantity": 2}, external=True)
    await world.event(made, "refund", source="amazon", quantity=1)
    by_report = await reported(world)
    await world.event(made, "deliver")
    world.wait(minutes=5)
    [seen] = await external(world)
    [line], [known] = seen.lines, by_report.lines
    assert (line.ref, line.quantity, line.awaits, line.handlings) == (
        known.ref,
        known.quantity,
        known.awaits,
        known.handlings,
    )
    assert (line.received_at is not None, line.tracking, line.title) == (True, None, None)


@pytest.mark.parametrize("end", ["Closed", "Rejected", "Cancelled"])
async def test_what_a_report_ended_stays_ended(world: World, end: str) -> None:
    made = await world.open(external=True)
    await world.event(made, "status", status=end)
    await world.report()
    await world.event(made, "deliver")
    world.wait(minutes=5)
    assert [seen.lines[0].awaits for seen in await external(world)] == [False]


async def test_what_ended_before_the_list_was_read_is_not_shown_as_open(world: World) -> None:
    world.connect(fba=False)
    await world.report()
    made = await world.open(external=True)
    open_one = await world.open(external=True, reported=False)
    await world.event(made, "status", status="Closed")
    await world.report()
    world.connect(external_returns=True, fba=False)
    world.wait(minutes=5)
    assert await external(world) == [], "no report was read since the list is: none of it is certain"
    world.wait(days=1)
    shown: list[Seen] = []
    for _ in range(3):
        shown += await external(world)
        world.wait(minutes=15)
    awaits = {seen.ref: seen.lines[0].awaits for seen in shown}
    assert awaits == {f"{NL}:{open_one['rma_id']}": True}, f"{made['rma_id']} is closed, as the report says"


async def test_it_is_never_answered(world: World) -> None:
    made = await world.open(external=True, reported=False)
    await external(world)
    decision = told(made)
    outcome = (await world.tell(decision))[decision.part.key]
    assert isinstance(outcome, Unavailable), "a report may still show it"
    world.wait(hours=7)
    await world.report()
    outcome = (await world.tell(decision))[decision.part.key]
    assert isinstance(outcome, Refused)
    assert "Seller Central" in outcome.message
    assert await world.paid() == []


async def test_what_a_report_shows_as_well_is_refunded_once(world: World) -> None:
    made = await world.open({"unit_price": "10.00"}, external=True)
    await external(world)
    await world.report()
    world.wait(minutes=5)
    await external(world)
    await world.end(told(made, Resolution.ACCEPT))
    world.wait(hours=4)
    await world.report()
    await world.event(made, "deliver")
    [seen] = await external(world)
    assert [str(amount) for amount in await world.paid()] == ["10.00"]
    assert [one.resolution for one in seen.lines[0].handlings] == [Resolution.ACCEPT]


async def test_without_the_role_other_lists_go_on(world: World) -> None:
    await world.switch(external_role=False)
    made = await world.open()
    before = await world.calls(LIST)
    pages = await world.report()
    assert [seen.ref for page in pages for seen in page.seen] == [f"{NL}:{made['rma_id']}"]
    [said] = [row.why for page in pages for row in page.unreadable]
    assert "role Direct to Consumer Shipping" in said
    for _ in range(5):
        world.wait(minutes=5)
        assert not any(page.unreadable for page in await world.walk())
    assert await world.calls(LIST) == before + 1, "it rests"


async def test_the_doctor_says_that_the_role_is_missing(world: World) -> None:
    await world.switch(external_role=False)
    checks = {check.name: check for check in await world.amazon.check()}
    assert (checks["returns"].ok, checks["refunds"].ok, checks["external returns"].ok) == (True, True, False)
    assert "external_returns" in checks["external returns"].words
    await world.switch(external_role=True)
    assert all(check.ok for check in await world.amazon.check())


async def test_asked_too_often_it_rests_and_goes_on_where_it_was(world: World) -> None:
    await world.switch(external_split=True, external_empty_pages=False)
    await world.open({"quantity": 250}, external=True, reported=False)
    assert await held_up(world, status=429, headers={"Retry-After": "120"}) == ([100], None)
    assert await external(world, deep=False) == []
    # The connection's own pause is on the machine's clock: a new one knows of none.
    world.connect(external_returns=True, fba=False)
    world.wait(minutes=3)
    assert [seen.lines[0].quantity for seen in await external(world, deep=False)] == [200, 250]


async def test_a_mark_that_has_lapsed_is_forgotten(world: World) -> None:
    await world.switch(external_split=True, external_empty_pages=False)
    await world.open({"quantity": 150}, external=True, reported=False)
    quantities, failure = await held_up(world, status=500, times=3)
    assert (quantities, type(failure)) == ([100], Transient)
    await world.fault("answer", LIST, status=400)
    with pytest.raises(Refused):
        await external(world, deep=False)
    assert [seen.lines[0].quantity for seen in await external(world, deep=False)] == [100, 150], "from the start"


@pytest.mark.parametrize("flaw", ["no_order_id", "no_quantity", "wrong_type", "bad_date", "no_items"])
async def test_a_row_that_cannot_be_read_is_kept_and_hides_no_other(world: World, flaw: str) -> None:
    await world.open(external=True, reported=False, flaw=flaw)
    good = await world.open(external=True, reported=False)
    pages = [page for page in await world.walk() if page.lane == "external"]
    assert [seen.ref for page in pages for seen in page.seen] == [f"{NL}:{good['rma_id']}"]
    [row] = [row for page in pages for row in page.unreadable]
    assert row.ref


async def test_the_carriers_password_is_not_kept(world: World) -> None:
    made = await world.open(external=True, reported=False, flaw="no_items")
    await world.event(made, "external", status="OUT_FOR_DELIVERY")
    [row] = [row for page in await world.walk() if page.lane == "external" for row in page.unreadable]
    kept = json.loads(row.raw)
    assert (kept["status"], "otpDetails" in kept) == ("OUT_FOR_DELIVERY", False)


@pytest.mark.parametrize(
    ("marketplaces", "name", "shown", "flawed"),
    [
        ([NL, DE], None, 1, 0),
        ([NL, DE], "AMAZON_NL", 1, 0),
        ([NL, DE], "AMAZON_FR", 0, 0),
        ([NL, DE], "ELSEWHERE", 0, 1),
        ([NL, DE], "AMAZON", 0, 1),
        ([NL], "AMAZON", 1, 0),
        ([NL], "ELSEWHERE", 0, 1),
    ],
)
async def test_whose_marketplace_it_is(
    world: World, marketplaces: list[str], name: str | None, shown: int, flawed: int
) -> None:
    world.connect(external_returns=True, fba=False, marketplace_ids=marketplaces)
    await world.switch(external_marketplace_name=name)
    await world.open(external=True, reported=False)
    pages = [page for page in await world.walk() if page.lane == "external"]
    assert (sum(len(page.seen) for page in pages), sum(len(page.unreadable) for page in pages)) == (shown, flawed)


async def test_without_an_rma_id_order_product_and_day_name_it(world: World) -> None:
    await world.open(external=True, flaw="no_rma_id")
    [first] = await external(world)
    by_report = await reported(world)
    assert first.ref == by_report.ref
    assert first.lines[0].ref == by_report.lines[0].ref


async def test_what_is_old_is_forgotten(world: World) -> None:
    await world.open(external=True, reported=False)
    await external(world)
    assert await world.memory.begins("external:")
    world.wait(days=70)
    await world.report()
    assert not await world.memory.begins("external:")


async def test_turned_off_it_leaves_nothing_behind(world: World) -> None:
    made = await world.open(external=True)
    await world.event(made, "status", status="Closed")
    await world.report()
    world.connect(fba=False)
    world.wait(minutes=5)
    await world.walk()
    assert not await world.memory.begins("external")
    assert not await world.memory.begins("line:")
