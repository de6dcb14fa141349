"""Returns that the seller makes at bol, over HTTP: contract bol 3.4 and 3.5, judged by bol's journal."""

import json
from dataclasses import replace

import pytest

from retour.connectors.contract import CameBack, Part, Receipt, ReceiptState
from retour.connectors.errors import OutcomeUnknown, Refused, Transient, Unavailable
from retour.connectors.pages import Endless
from retour.core.model import Reason, Resolution

from .world import World, now, part

R = Resolution
POST = "POST /retailer/returns"


async def told(world: World, ref: str, resolution: Resolution = R.ACCEPT, units: int = 1, **changes: R) -> Receipt:
    """Decided, and followed to its end."""
    return await followed(world, await world.bol.settle(ref, [decision(ref, resolution, units, **changes)]))


def decision(ref: str, resolution: Resolution, units: int = 1, **changes: R) -> Part:
    """One for each word: a hub has a key of its own for each."""
    told = part(ref, resolution, units, **changes)
    return replace(told, key=f"{told.key}:{resolution}")


async def followed(world: World, receipt: Receipt) -> Receipt:
    assert receipt.ref
    await world.later(minutes=1)
    return (await world.bol.confirm([receipt.ref]))[receipt.ref]


async def refunds(world: World) -> list[int]:
    return [quantity for _, _, quantity in await world.journal("refund")]


async def lose(world: World, kind: str = "drop_after") -> str:
    """A report whose decision got no answer."""
    ref = await world.report(await world.sell())
    await world.fault(kind, POST)
    with pytest.raises(OutcomeUnknown):
        await world.bol.settle(ref, [decision(ref, R.ACCEPT)])
    return ref


# --- what is reported ---


async def test_a_report_costs_nothing_and_is_seen_until_it_is_decided(world: World) -> None:
    order = await world.sell(3)
    ref = await world.report(order, 2, Reason.DEFECTIVE)

    assert await world.journal("post", "refund", "settled") == []
    world.bol = world.connect(world.doors[0])
    line = (await world.shown())[ref]
    assert (line.quantity, line.awaits, line.reason, line.order_ref) == (2, True, Reason.DEFECTIVE, order)
    assert await world.line(ref) == line
    assert [one.returnable for one in (await world.order(order)).lines] == [1]


@pytest.mark.parametrize(
    ("resolution", "word"),
    [
        (R.ACCEPT, "RETURN_RECEIVED"),
        (R.KEEP, "RETURN_RECEIVED"),
        (R.REJECT, "RETURN_DOES_NOT_MEET_CONDITIONS"),
        (R.REPAIR, "REPAIR_PRODUCT"),
        (R.EXCHANGE, "EXCHANGE_PRODUCT"),
        (R.CANCEL, "CUSTOMER_KEEPS_PRODUCT_PAID"),
    ],
)
async def test_each_decision_makes_one_return_that_is_the_report(world: World, resolution: R, word: str) -> None:
    ref = await world.report(await world.sell(2), 2)
    assert (await told(world, ref, resolution, 2)).state is ReceiptState.DONE

    [made] = await world.items()
    assert [(one["handling"], one["quantity"]) for one in made["history"]] == [(word, 2)]
    assert set(await world.shown()) == {ref}, "bol's own return is no second one"
    line = await world.line(ref)
    assert [one.quantity for one in line.handlings] == [2]
    assert not line.awaits


async def test_units_may_be_decided_apart(world: World) -> None:
    ref = await world.report(await world.sell(3), 3)
    await told(world, ref, R.ACCEPT, 1)
    world.bol = world.connect(world.doors[0])
    assert (await world.line(ref)).awaits
    await told(world, ref, R.REJECT, 2)

    assert set(await world.shown()) == {ref}
    line = await world.line(ref)
    assert [(one.resolution, one.quantity) for one in line.handlings] == [(R.ACCEPT, 1), (R.REJECT, 2)]
    assert (line.quantity, line.awaits) == (3, False)
    with pytest.raises(Refused, match="so many open units"):
        await world.bol.settle(ref, [decision(ref, R.EXCHANGE)])


async def test_a_refusal_can_become_a_refund(world: World) -> None:
    ref = await world.report(await world.sell())
    await told(world, ref, R.REJECT)
    receipt = await told(world, ref, R.ACCEPT, changes=R.REJECT)

    assert receipt.state is ReceiptState.DONE
    assert await refunds(world) == [1]
    assert [one.revises for one in (await world.line(ref)).handlings] == [False, True]
    assert await world.bol.find(ref, [decision(ref, R.ACCEPT, changes=R.REJECT)], now()) == receipt


async def test_what_was_refused_may_come_back_once_more(world: World) -> None:
    order = await world.sell()
    first = await world.report(order)
    await told(world, first, R.REJECT)
    assert [one.returnable for one in (await world.order(order)).lines] == [1]
    await world.switch(over_quantity_fails=False)
    assert await world.report(order) == first[:-1] + "2"


async def test_no_more_than_was_sent_and_nothing_of_bols_own_warehouse(world: World) -> None:
    order = await world.sell(2)
    await world.report(order)
    for units in (0, 2):
        with pytest.raises(Refused, match="1 can still come back"):
            await world.report(order, units)
    with pytest.raises(Refused, match="0 can still come back"):
        await world.report(await world.sell(fulfilment_method="FBB"))
    gone = await world.order(order)
    await world.control("DELETE", f"orders/{order}")
    with pytest.raises(Refused, match="does not show this order"):
        await world.bol.declare(gone, [])


async def test_what_bol_will_not_make_is_refused_in_its_words(world: World) -> None:
    order = await world.sell(placed_at="2025-01-01T00:00:00Z")
    ref = await world.report(order)
    receipt = await told(world, ref)
    assert receipt.state is ReceiptState.REFUSED
    assert "more than 90 days" in (receipt.words or "")
    assert (await world.line(ref)).awaits


# --- the customer announces it after all ---


async def test_an_announced_return_and_a_reported_one_are_one(world: World) -> None:
    order = await world.sell()
    ref = await world.report(order)
    item = (await world.order(order)).lines[0]
    announced = await world.announce({"order_id": order, "ean": item.gtin})

    assert set(await world.shown()) == {ref}
    assert await world.bol.look(announced["return_id"]) is None
    assert (await told(world, ref)).state is ReceiptState.DONE
    assert len(await world.items()) == 1
    assert await refunds(world) == [1]
    assert not (await world.line(ref)).awaits


async def test_what_was_announced_a_moment_ago_is_looked_for_before_a_return_is_made(world: World) -> None:
    order = await world.sell()
    item = (await world.order(order)).lines[0]
    await world.bulk(60)
    await world.announce({"order_id": order, "ean": item.gtin})
    ref = await world.report(order)  # nobody has seen it yet
    await told(world, ref)
    assert len(await world.items(order_id=order)) == 1
    assert await refunds(world) == [1]


async def test_a_list_that_ignores_the_page_ends_the_search(world: World) -> None:
    ref = await world.report(await world.sell())
    item = {"rmaId": "1", "orderId": "C1", "expectedQuantity": 1, "handled": False}
    head = {"registrationDateTime": "2026-03-02T10:15:30+01:00", "fulfilmentMethod": "FBR", "returnItems": [item]}
    rows = [head | {"returnId": str(number)} for number in range(50)]
    await world.answers("^GET /retailer/returns$", json.dumps({"returns": rows}), times=5)
    with pytest.raises(Endless):
        await world.bol.settle(ref, [decision(ref, R.ACCEPT)])
    assert await world.calls(POST) == 0


async def test_more_units_than_reported_are_announced(world: World) -> None:
    order = await world.sell(3)
    ref = await world.report(order)
    item = (await world.order(order)).lines[0]
    await world.announce({"order_id": order, "ean": item.gtin, "quantity": 2})
    assert (await world.shown())[ref].quantity == 2
    assert [one.returnable for one in (await world.order(order)).lines] == [1]


async def test_another_unit_that_was_announced_before_stays_a_return_of_its_own(world: World) -> None:
    order = await world.sell(2)
    item = (await world.order(order)).lines[0]
    announced = await world.announce({"order_id": order, "ean": item.gtin})
    known = replace(await world.order(order), lines=(replace(item, returnable=1),))  # as the hub knows it
    [seen] = await world.bol.declare(known, [CameBack(item.ref or "", 1)])
    assert set(await world.shown()) == {announced["return_id"], seen.ref}
    await told(world, seen.ref)
    assert len(await world.items()) == 2


# --- what gets lost ---


async def test_a_lost_answer_is_found_among_what_was_handled(world: World) -> None:
    ref = await lose(world)
    receipt = await world.bol.find(ref, [decision(ref, R.ACCEPT)], now())
    assert receipt is not None
    assert receipt.state is ReceiptState.PENDING, "bol may still be at it"
    assert (await followed(world, receipt)).state is ReceiptState.DONE
    assert set(await world.shown()) == {ref}
    assert await refunds(world) == [1]


async def test_a_return_that_a_list_shows_before_it_is_asked_for_is_no_second_one(world: World) -> None:
    ref = await lose(world)
    await world.later(minutes=1)
    assert set(await world.shown()) == {ref}
    found = await world.bol.find(ref, [decision(ref, R.ACCEPT)], now())
    assert found == Receipt(ReceiptState.DONE)


async def test_a_call_that_never_arrived_is_asked_of_a_person_when_bol_has_had_its_time(world: World) -> None:
    ref = await lose(world, "drop_before")
    receipt = await world.bol.find(ref, [decision(ref, R.ACCEPT)], now())
    assert receipt is not None
    assert receipt.ref is not None
    await world.later(hours=3)
    assert (await world.bol.find(ref, [decision(ref, R.ACCEPT)], now())) == receipt, "it may still show"
    await world.later(hours=1)
    assert await world.bol.confirm([receipt.ref]) == {}, "that it does not show is no end"
    with pytest.raises(Refused, match="bol shows no return"):
        await world.bol.find(ref, [decision(ref, R.ACCEPT)], now())
    # The person says: send it again.
    assert (await told(world, ref)).state is ReceiptState.DONE
    assert await refunds(world) == [1]


async def test_what_arrived_after_all_is_not_sent_again(world: World) -> None:
    await world.control("POST", "processes/next", {"delay": 3 * 3600 + 3000})
    ref = await lose(world)
    await world.later(hours=3, minutes=40)
    with pytest.raises(Refused, match="bol shows no return"):
        await world.bol.find(ref, [decision(ref, R.ACCEPT)], now())
    await world.later(hours=1)
    receipt = await world.bol.settle(ref, [decision(ref, R.ACCEPT)])
    assert receipt.state is ReceiptState.DONE
    assert await refunds(world) == [1]


async def test_the_answer_arrived_and_what_followed_is_known_from_it(world: World) -> None:
    """Killed after the answer: the call's own process is asked."""
    ref = await world.report(await world.sell())
    sent = await world.bol.settle(ref, [decision(ref, R.ACCEPT)])
    world.bol = world.connect(world.doors[0])
    await world.later(minutes=1)
    found = await world.bol.find(ref, [decision(ref, R.ACCEPT)], now())
    assert found is not None
    assert (found.state, found.ref) == (ReceiptState.DONE, sent.ref)
    assert (await world.line(ref)).handlings


async def test_killed_before_the_call_nothing_is_known_of_it(world: World) -> None:
    ref = await world.report(await world.sell())
    assert await world.bol.find(ref, [decision(ref, R.ACCEPT)], now()) is None


@pytest.mark.parametrize("applied", [True, False])
async def test_a_timeout_at_bol_is_looked_for_and_never_repeated(world: World, applied: bool) -> None:
    await world.control("POST", "processes/next", {"outcome": "TIMEOUT", "applied": applied})
    ref = await world.report(await world.sell())
    assert (await told(world, ref)).state is ReceiptState.LOST
    await world.later(hours=4)
    if applied:
        found = await world.bol.find(ref, [decision(ref, R.ACCEPT)], now())
        assert found is not None
        assert found.state is ReceiptState.DONE
    else:
        with pytest.raises(Refused):
            await world.bol.find(ref, [decision(ref, R.ACCEPT)], now())
    assert len(await world.journal("post")) == 1


@pytest.mark.parametrize("status", [429, 400])
async def test_a_call_that_bol_turns_away_did_nothing(world: World, status: int) -> None:
    ref = await world.report(await world.sell())
    await world.answers(POST, "{}", status, headers={"Retry-After": "1"})
    with pytest.raises((Unavailable, Refused)):
        await world.bol.settle(ref, [decision(ref, R.ACCEPT)])
    assert await world.bol.find(ref, [decision(ref, R.ACCEPT)], now()) is None
    assert (await told(world, ref)).state is ReceiptState.DONE
    assert await refunds(world) == [1]


async def test_the_same_under_the_hubs_key_is_the_same_report(world: World) -> None:
    order = await world.order(await world.sell(2))
    back = CameBack(order.lines[0].ref or "", 1, key="shop-report-1:a")
    [one] = await world.bol.declare(order, [back])
    [again] = await world.bol.declare(order, [back])
    [other] = await world.bol.declare(order, [replace(back, key="shop-report-2:a")])
    assert one == again
    assert other.ref != one.ref


async def test_a_return_that_cannot_be_seen_yet_leaves_its_process_pending(world: World) -> None:
    ref = await world.report(await world.sell())
    receipt = await world.bol.settle(ref, [decision(ref, R.ACCEPT)])
    assert receipt.ref
    await world.later(minutes=1)
    await world.answers("GET /retailer/returns/", "{}")
    assert await world.bol.confirm([receipt.ref]) == {}
    assert (await followed(world, receipt)).state is ReceiptState.DONE


async def test_two_reports_of_one_product_whose_answers_are_lost_are_two_returns(world: World) -> None:
    order = await world.sell(2)
    refs = [await world.report(order), await world.report(order)]
    for ref in refs:
        await world.fault("drop_after", POST)
        with pytest.raises(OutcomeUnknown):
            await world.bol.settle(ref, [decision(ref, R.ACCEPT)])
    await world.later(minutes=1)
    assert set(await world.shown()) == set(refs)
    assert all([(await world.line(ref)).handlings for ref in refs])
    assert await refunds(world) == [1, 1]


async def test_what_the_seller_does_at_bol_by_himself_is_another_return(world: World) -> None:
    order = await world.sell(2)
    ref = await world.report(order)
    item = (await world.order(order)).lines[0]
    announced = await world.announce({"order_id": order, "ean": item.gtin}, registered_at="2026-01-01T00:00:00Z")
    await world.dashboard(announced["items"][0]["rma_id"], "RETURN_RECEIVED")
    assert set(await world.shown()) == {ref, announced["return_id"]}


async def test_what_is_announced_once_bol_was_told_is_another_return(world: World) -> None:
    order = await world.sell(2)
    ref = await world.report(order)
    await world.fault("drop_after", POST)
    with pytest.raises(OutcomeUnknown):
        await world.bol.settle(ref, [decision(ref, R.ACCEPT)])
    item = (await world.order(order)).lines[0]
    announced = await world.announce({"order_id": order, "ean": item.gtin})
    assert set(await world.shown()) == {ref, announced["return_id"]}
    await world.later(minutes=1)
    shown = await world.shown()
    assert {name: line.awaits for name, line in shown.items()} == {ref: False, announced["return_id"]: True}


@pytest.mark.parametrize(
    ("units", "handled", "word"),
    [(2, 2, "RETURN_RECEIVED"), (2, 1, "RETURN_RECEIVED"), (1, 1, "RETURN_DOES_NOT_MEET_CONDITIONS")],
)
async def test_a_call_that_never_arrived_has_not_made_what_is_handled_otherwise(
    world: World, units: int, handled: int, word: str
) -> None:
    order = await world.sell(3)
    ref = await world.report(order)
    await world.fault("drop_before", POST)
    with pytest.raises(OutcomeUnknown):
        await world.bol.settle(ref, [decision(ref, R.ACCEPT)])
    item = (await world.order(order)).lines[0]
    announced = await world.announce({"order_id": order, "ean": item.gtin, "quantity": units})
    await world.dashboard(announced["items"][0]["rma_id"], word, quantity=handled)
    assert set(await world.shown()) == {ref, announced["return_id"]}
    found = await world.bol.find(ref, [decision(ref, R.ACCEPT)], now())
    assert found is not None
    assert found.state is ReceiptState.PENDING
    await world.later(hours=4)
    with pytest.raises(Refused, match="bol shows no return"):
        await world.bol.find(ref, [decision(ref, R.ACCEPT)], now())


async def test_what_a_hub_did_before_it_was_restored_is_not_done_again(world: World) -> None:
    memory = world.doors[0].memory
    ref = await world.report(await world.sell(2))
    backup = await memory.begins("")
    assert (await told(world, ref)).state is ReceiptState.DONE
    await memory.write({**dict.fromkeys(await memory.begins("")), **backup})
    with pytest.raises(Refused, match="nothing was sent"):
        await told(world, ref)
    assert (await told(world, ref, R.REJECT)).state is ReceiptState.DONE, "that is another"
    assert await refunds(world) == [1]


async def test_without_its_note_a_report_is_unknown(world: World) -> None:
    assert await world.bol.look("C000TEST01:2000000001:1") is None
    with pytest.raises(Refused):
        await world.bol.settle("C000TEST01:2000000001:1", [decision("C000TEST01:2000000001:1", R.ACCEPT)])


async def test_bols_time_must_be_told(world: World) -> None:
    """By it, what a call has made is known from what was there before."""
    order = await world.order(await world.sell())
    world.bol = world.connect()
    await world.answers("GET /retailer/orders/", '{"orderId": "x"}', headers={"Date": "soon"}, times=3)
    with pytest.raises(Transient, match="do not tell the time"):
        await world.bol.declare(order, [])
