"""Telling Zalando that a unit came back, exactly once, over HTTP: contract zalando 5, 7 and 9."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from retour.connectors.contract import CameBack, ReceiptState
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient, Unavailable
from retour.connectors.marketplaces.zalando import Zalando
from retour.core.model import Handler, Reason, Resolution

from .world import ORDER, PATCH, World, part, ref_of

R = Resolution
TELLS = [R.ACCEPT, R.KEEP]
PATCHED = "PATCH /merchants/{merchant_id}/orders/{order_id}/items/{item_id}/lines/{line_id}"


@pytest.fixture
def zalando(world: World) -> Zalando:
    """Both of its decisions are told."""
    return world.connect(keep_as_accept=True)


def reason_of(world: World, line: Any) -> Any:
    [refund] = [entry for entry in world.simulator.journal.of("refund") if entry.ref == line.line_id]
    return refund.detail["reason"]


@pytest.mark.parametrize("decision", TELLS)
async def test_a_unit_is_refunded_once_and_no_other(world: World, zalando: Zalando, decision: R) -> None:
    first, second = world.buy(2)
    receipt = await zalando.settle(ref_of(first), [part(first, decision)])

    assert receipt.state is ReceiptState.DONE
    assert world.refunds() == [(first.line_id, "api")]
    assert [entry.resolution for entry in (await world.line(first)).handlings] == [R.ACCEPT]
    assert (await world.line(second)).awaits


@pytest.mark.parametrize("decision", TELLS)
async def test_a_lost_answer_is_found_by_a_look(world: World, zalando: Zalando, decision: R) -> None:
    [line] = world.buy()
    world.fault("drop_after", PATCH)
    with pytest.raises(OutcomeUnknown):
        await zalando.settle(ref_of(line), [part(line, decision)])

    shown = await world.line(line)
    assert not shown.awaits
    assert [entry.resolution for entry in shown.handlings] == [R.ACCEPT]
    assert world.refunds() == [(line.line_id, "api")]


@pytest.mark.parametrize("decision", TELLS)
async def test_a_call_that_never_arrived_is_absent_and_sent_again(world: World, zalando: Zalando, decision: R) -> None:
    [line] = world.buy()
    world.fault("drop_before", PATCH)
    with pytest.raises(OutcomeUnknown):
        await zalando.settle(ref_of(line), [part(line, decision)])
    shown = await world.line(line)
    assert shown.awaits
    assert not shown.handlings
    assert not world.refunds()

    await zalando.settle(ref_of(line), [part(line, decision)])
    assert world.refunds() == [(line.line_id, "api")]


@pytest.mark.parametrize("decision", TELLS)
@pytest.mark.parametrize(
    ("status", "failure"), [(429, Unavailable), (500, OutcomeUnknown), (502, OutcomeUnknown), (503, OutcomeUnknown)]
)
async def test_a_failure_is_not_repeated(
    world: World, zalando: Zalando, decision: R, status: int, failure: type[ConnectorError]
) -> None:
    [line] = world.buy()
    world.fault("answer", PATCH, status=status, headers={"Retry-After": "7"})
    with pytest.raises(failure) as failed:
        await zalando.settle(ref_of(line), [part(line, decision)])

    assert world.calls(PATCHED) == 1
    assert not world.refunds()
    if isinstance(failed.value, Unavailable):
        assert failed.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("decision", TELLS)
async def test_a_token_that_ends_before_the_refund_is_renewed(world: World, zalando: Zalando, decision: R) -> None:
    [line] = world.buy()
    world.fault("answer", PATCH, status=401)
    receipt = await zalando.settle(ref_of(line), [part(line, decision)])

    assert receipt.state is ReceiptState.DONE
    assert world.refunds() == [(line.line_id, "api")]
    assert world.calls("POST /auth/token") == 2


@pytest.mark.parametrize("repeated", ["409", "403", "refunds_again"])
async def test_what_somebody_else_refunded_is_refused_before_it_is_sent(world: World, repeated: str) -> None:
    world.simulator.switches.repeated_return = repeated  # type: ignore[assignment]
    [line] = world.buy()
    world.simulator.return_by_zalando(line.line_id)
    with pytest.raises(Refused, match=r"returned and refunded already since .* nothing was sent"):
        await world.zalando.settle(ref_of(line), [part(line)])

    assert world.calls(PATCHED) == 0
    assert world.refunds() == [(line.line_id, "zalando")]


@pytest.mark.parametrize("repeated", ["409", "403"])
async def test_what_somebody_else_refunds_in_the_same_moment_is_refused_too(world: World, repeated: str) -> None:
    """Shipped when it was looked at, returned when the report arrived."""
    world.simulator.switches.repeated_return = repeated  # type: ignore[assignment]
    [line] = world.buy()
    world.fault("answer", ORDER, status=200, body=await before(world, line))
    world.simulator.return_by_zalando(line.line_id)
    with pytest.raises(Refused, match="returned and refunded already"):
        await world.zalando.settle(ref_of(line), [part(line)])

    assert world.calls(PATCHED) == 1
    assert world.refunds() == [(line.line_id, "zalando")]


async def before(world: World, line: Any) -> str:
    """The order as Zalando shows it now."""
    headers = dict(await world.zalando._auth.headers()) | {"Accept": "application/vnd.api+json"}
    path = f"/orders/{line.item.order.order_id}?include=order_items,order_lines"
    async with ClientSession() as session, session.get(world.zalando._url + path, headers=headers) as answer:
        assert answer.status == 200
        return await answer.text()


@pytest.mark.parametrize("switch", [{"zss_patch_refused": True}, {"scopes": ["orders/read"]}])
async def test_a_refused_report_says_what_may_be_wrong(world: World, switch: dict[str, Any]) -> None:
    """It is one unit's trouble: Zalando uses the same status for both (contract 5)."""
    for name, value in switch.items():
        setattr(world.simulator.switches, name, value)
    world.simulator.revoke_tokens()
    [line] = world.buy(returns="zalando")
    with pytest.raises(Refused, match="orders/write") as refused:
        await world.zalando.settle(ref_of(line), [part(line)])

    assert refused.value.code == "403"
    assert not world.refunds()


async def test_what_zalando_sent_is_never_reported(world: World) -> None:
    [line] = world.buy(order_type="ZalandoFulfilled")
    with pytest.raises(Refused, match="Zalando handles this return itself"):
        await world.zalando.settle(ref_of(line), [part(line)])

    seen = await world.zalando.look(ref_of(line))
    order = await world.zalando.order(line.item.order.order_id)
    assert seen is not None
    assert order is not None
    assert seen.handler is Handler.MARKETPLACE
    assert [one.returnable for one in order.lines] == [0]
    assert world.calls(PATCHED) == 0


async def test_nothing_is_told_where_zalando_handles_the_returns(world: World) -> None:
    zalando = world.connect(returns_handled_by_zalando=True)
    [line] = world.buy()
    with pytest.raises(Refused):
        await zalando.settle(ref_of(line), [part(line)])

    seen, order = await zalando.look(ref_of(line)), await zalando.order(line.item.order.order_id)
    assert seen is not None
    assert order is not None
    assert seen.handler is Handler.MARKETPLACE
    assert [one.returnable for one in order.lines] == [0]
    with pytest.raises(Refused):
        await zalando.declare(order, [CameBack(line.line_id, 1)])
    assert world.calls(PATCHED) == 0


async def test_a_unit_that_was_not_sent_cannot_come_back(world: World) -> None:
    [line] = world.buy(status="reserved")
    with pytest.raises(Refused, match="'reserved'"):
        await world.zalando.settle(ref_of(line), [part(line)])
    order = await world.zalando.order(line.item.order.order_id)
    assert order is not None
    with pytest.raises(Refused, match="'reserved'"):
        await world.zalando.declare(order, [CameBack(line.line_id, 1)])


async def test_after_a_year_zalando_knows_nothing(world: World) -> None:
    [line] = world.buy()
    world.simulator.clock.move(timedelta(days=380).total_seconds())
    assert await world.zalando.look(ref_of(line)) is None
    assert await world.zalando.order(line.item.order.order_id) is None
    with pytest.raises(Refused, match="older than a year"):
        await world.zalando.settle(ref_of(line), [part(line)])


@pytest.mark.parametrize("ref", ["", "a", "a/b", "a/b/c/d", "//", "no/such/unit"])
async def test_a_ref_that_is_none_of_zalandos(world: World, ref: str) -> None:
    assert await world.zalando.look(ref) is None


async def test_a_unit_is_told_alone_and_under_its_own_name(world: World) -> None:
    first, second = world.buy(2)
    for parts in ([], [part(first), part(second)], [part(second)]):
        with pytest.raises(Refused, match="one unit at a time"):
            await world.zalando.settle(ref_of(first), parts)
    assert not world.refunds()


async def test_what_is_not_told_is_refused(world: World) -> None:
    [line] = world.buy()
    for decision in (R.KEEP, R.REJECT, R.EXCHANGE, R.REPAIR, R.CANCEL):
        with pytest.raises(Refused):
            await world.zalando.settle(ref_of(line), [part(line, decision)])
    assert not world.refunds()


# --- why it came back ---


async def test_the_customers_reason_travels_from_the_announcement(world: World) -> None:
    [large, plain] = [world.buy()[0], world.buy()[0]]
    world.announce(large, reason="TOO_LARGE")
    world.announce(plain, reason="my dog ate it")
    await world.walk()
    for line in (large, plain):
        await world.zalando.settle(ref_of(line), [part(line)])

    assert (reason_of(world, large), reason_of(world, plain)) == (2, 0)


@pytest.mark.parametrize(
    ("said", "code"), [({"code": "10"}, 10), ({"reason": "wrong item"}, 9), ({"reason": "came back"}, 2), ({}, 2)]
)
async def test_what_a_person_says_goes_before_what_the_customer_said(
    world: World, said: dict[str, Any], code: int
) -> None:
    [line] = world.buy()
    world.announce(line)
    await world.walk()
    await world.zalando.settle(ref_of(line), [part(line, **said)])

    assert reason_of(world, line) == code


@pytest.mark.parametrize("code", ["7", "8", "11", "-1", "TOO_LARGE", ""])
async def test_a_reason_that_zalando_does_not_have_is_refused(world: World, code: str) -> None:
    [line] = world.buy()
    with pytest.raises(Refused, match="no reason"):
        await world.zalando.settle(ref_of(line), [part(line, code=code)])
    assert world.calls(PATCHED) == 0


# --- what the merchant reports himself ---


async def test_a_declared_unit_is_the_return_that_was_announced(world: World) -> None:
    first, second = world.buy(2)
    world.announce(first)
    [announced] = await world.shown()
    order = await world.zalando.order(first.item.order.order_id)
    assert order is not None
    declared = await world.zalando.declare(order, [CameBack(first.line_id, 1), CameBack(second.line_id, 1)])

    assert [seen.ref for seen in declared] == [ref_of(first), ref_of(second)]
    assert declared[0].ref == announced.ref
    assert all(seen.complete and seen.lines[0].awaits for seen in declared)
    assert not world.refunds()


async def test_a_declared_reason_is_told(world: World) -> None:
    [line] = world.buy()
    order = await world.zalando.order(line.item.order.order_id)
    assert order is not None
    [seen] = await world.zalando.declare(order, [CameBack(line.line_id, 1, Reason.DEFECTIVE)])
    assert seen.lines[0].reason is Reason.DEFECTIVE
    await world.zalando.settle(seen.ref, [part(line)])
    assert reason_of(world, line) == 10


async def test_no_unit_is_declared_twice_or_after_its_refund(world: World) -> None:
    first, second = world.buy(2)
    order = await world.zalando.order(first.item.order.order_id)
    assert order is not None
    world.simulator.return_by_zalando(second.line_id)
    wrong = [
        [CameBack(first.line_id, 2)],
        [CameBack(first.line_id, 1), CameBack(first.line_id, 1)],
        [CameBack("no-such-line", 1)],
        [CameBack(first.line_id, 1), CameBack(second.line_id, 1)],
    ]
    for units in wrong:
        with pytest.raises(Refused):
            await world.zalando.declare(order, units)


# --- what cannot be read ---


@pytest.mark.parametrize("flaw", ["no_id", "not_an_object"])
async def test_a_unit_that_cannot_be_read_is_not_taken_for_gone(world: World, flaw: Any) -> None:
    first, second = world.buy(2)
    world.simulator.garble(first.line_id, flaw)
    with pytest.raises(Transient):
        await world.zalando.look(ref_of(first))
    with pytest.raises(Transient):
        await world.zalando.settle(ref_of(first), [part(first)])
    assert (await world.line(second)).awaits
    assert not world.refunds()


async def test_a_state_that_is_not_known_is_no_end_and_no_way_to_a_refund(world: World) -> None:
    [line] = world.buy()
    body = (await before(world, line)).replace('"shipped"', '"inspected"')
    world.fault("answer", ORDER, status=200, body=body, times=2)
    assert (await world.line(line)).awaits
    with pytest.raises(Refused, match="only of a unit that was shipped"):
        await world.zalando.settle(ref_of(line), [part(line)])


async def test_a_kind_of_order_that_is_not_known_is_the_merchants(world: World) -> None:
    [line] = world.buy()
    world.simulator.garble(line.item.order.order_id, "unknown_values")
    seen = await world.zalando.look(ref_of(line))
    assert seen is not None
    assert seen.handler is Handler.MERCHANT
