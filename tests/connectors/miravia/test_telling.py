"""Telling Miravia a decision exactly once, over HTTP: contract miravia 5, 7 and 9."""

import json
from typing import Any

import pytest

from retour.connectors.contract import ReceiptState
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient, Unavailable
from retour.connectors.marketplaces.miravia import MANIFEST
from retour.connectors.marketplaces.miravia.config import MiraviaConfig
from retour.connectors.memory import Notebook
from retour.core.model import Resolution
from retour.testing import Announced

from .world import ACCEPT, LIST, REJECT, World, part

R = Resolution
TOLD = (R.ACCEPT, R.KEEP, R.REJECT, R.EXCHANGE)
WRITE = r"POST /rest/v2/"


async def opened(world: World, decision: Resolution, quantity: int = 2) -> Announced:
    """A return for which this decision can be told."""
    return await world.platform.open(quantity, request_type="REPLACEMENT" if decision is R.EXCHANGE else "RETURN")


async def failing(world: World, announced: Announced, decision: Resolution, **how: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as raised:
        await world.miravia.settle(announced.ref, [part(announced, decision, **how)])
    return raised.value


def effect(announced: Announced, decision: Resolution) -> list[tuple[str, str, int]]:
    return [("refund" if decision.refunds else "settled", announced.line_ref, announced.quantity)]


def capable(**settings: Any) -> Any:
    given = {"client_id": "1", "app_secret": "secret", "access_token": "access", "refresh_token": "refresh"}
    return MANIFEST.capabilities(MiraviaConfig.model_validate(given | settings))


# --- every decision, through every kind of weather ---


@pytest.mark.parametrize("decision", TOLD)
async def test_a_decision_is_told_once_and_reads_back(world: World, decision: Resolution) -> None:
    announced = await opened(world, decision)
    receipt = await world.miravia.settle(announced.ref, [part(announced, decision)])

    assert receipt.state is ReceiptState.DONE
    assert receipt.ref, "Miravia's own id of the call, for its support desk"
    assert await world.journal() == effect(announced, decision)
    line = await world.line(announced)
    assert (line.handlings[-1].resolution, line.handlings[-1].quantity) == (capable().tells[decision], 2)
    assert not line.awaits


@pytest.mark.parametrize("decision", TOLD)
@pytest.mark.parametrize(("fault", "happened"), [("drop_after", True), ("drop_before", False)])
async def test_a_lost_answer_is_unknown(world: World, decision: Resolution, fault: Any, happened: bool) -> None:
    announced = await opened(world, decision)
    world.platform.fault(fault, WRITE)
    assert isinstance(await failing(world, announced, decision), OutcomeUnknown)
    assert await world.journal() == (effect(announced, decision) if happened else [])

    # Told again, as the hub does once it has proven that nothing happened: never two effects.
    if happened:
        assert isinstance(await failing(world, announced, decision), Refused)
    else:
        await world.miravia.settle(announced.ref, [part(announced, decision)])
    assert await world.journal() == effect(announced, decision)
    assert len(world.calls(REJECT if decision is R.REJECT else ACCEPT)) == (1 if happened else 2)


ISV = {"type": "ISV", "code": "InvalidParameter", "message": "no", "request_id": "r-1"}
SYSTEM = {"type": "SYSTEM", "code": "ServiceUnavailable", "message": "oops", "request_id": "r-1"}
ISP = {"type": "ISP", "code": "SYSTEM_ERROR", "message": "oops", "request_id": "r-1"}
LIMIT = {"type": "ISP", "code": "SellerCallLimit", "message": "will last 5 seconds", "request_id": "r-1"}
E114 = {"type": "ISV", "code": 114, "message": "E0114: not allowed", "request_id": "r-1"}
E106 = {"code": 106, "message": "E0106: internal error", "request_id": "r-1"}
ODD = {"code": "WHATEVER", "message": "hm", "request_id": "r-1"}


@pytest.mark.parametrize("decision", TOLD)
@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (429, {}, Unavailable),
        (500, {}, OutcomeUnknown),
        (502, {}, OutcomeUnknown),
        (503, {}, OutcomeUnknown),
        (200, LIMIT, Unavailable),
        (200, SYSTEM, OutcomeUnknown),
        (200, ISP, OutcomeUnknown),
        (200, ODD, OutcomeUnknown),
        (200, E106, OutcomeUnknown),
        (200, ISV, Refused),
        (200, E114, Refused),
        (200, {"code": "0"}, OutcomeUnknown),
        (200, {"code": "0", "data": [], "errors": []}, OutcomeUnknown),
        (200, {"data": {"success": True}}, OutcomeUnknown),
    ],
)
async def test_a_failure_has_its_name_and_no_effect(
    world: World, decision: Resolution, status: int, answer: dict[str, Any], error: type
) -> None:
    announced = await opened(world, decision)
    world.platform.fault("answer", WRITE, status=status, body=json.dumps(answer))
    raised = await failing(world, announced, decision)

    assert type(raised) is error
    assert await world.journal() == []
    assert len(world.calls(ACCEPT) + world.calls(REJECT)) == 1, "no write is repeated"
    if status == 200 and "request_id" in answer:
        assert raised.request_id == "r-1"


@pytest.mark.parametrize("decision", TOLD)
async def test_an_expired_token_is_renewed_on_the_way(world: World, decision: Resolution) -> None:
    announced = await opened(world, decision)
    await world.platform.command("POST", "/_sandbox/tokens/expire")
    await world.miravia.settle(announced.ref, [part(announced, decision)])

    assert await world.journal() == effect(announced, decision)


@pytest.mark.parametrize("decision", TOLD)
async def test_a_line_that_cannot_be_read_again_is_not_told(world: World, decision: Resolution) -> None:
    announced = await opened(world, decision)
    world.platform.fault("answer", LIST, status=500, times=None)

    assert isinstance(await failing(world, announced, decision), Transient)
    assert world.calls(ACCEPT) == world.calls(REJECT) == []


# --- what is sent ---


async def test_the_whole_amount_is_sent_as_it_is_now(world: World) -> None:
    made = await world.platform.command("POST", "/_sandbox/returns", {"lines": [{"quantity": 2, "cents": 1295}, {}]})
    first = made["lines"][0]
    announced = Announced(made["reverse_order_id"], first["line_id"], 2)
    await world.miravia.settle(announced.ref, [part(announced, R.ACCEPT)])

    [call] = world.calls(ACCEPT)
    assert call.form == {
        "OrderId": made["order_id"],
        "OrderItemIdList": json.dumps([item["order_item_id"] for item in first["items"]], separators=(",", ":")),
        "refundAmount": "2590",
    }
    [entry] = await world.platform.journal("refund")
    assert (entry["ref"], entry["quantity"], entry["detail"]["amount"]) == (announced.line_ref, 2, "25.90")


@pytest.mark.parametrize("written", ["number", "string", "comma"])
async def test_amounts_are_cents_however_they_are_written(world: World, written: str) -> None:
    await world.platform.switch(amounts=written)
    announced = await world.platform.open(lines=[{"cents": 1205}])
    await world.miravia.settle(announced.ref, [part(announced, R.ACCEPT)])

    assert world.calls(ACCEPT)[0].form["refundAmount"] == "1205"


async def test_amounts_can_be_sent_in_euros(world: World) -> None:
    await world.platform.switch(refund_amount_unit="euro")
    world.miravia = world.connect(refund_amount_unit="euro")
    announced = await world.platform.open(lines=[{"cents": 1205}])
    await world.miravia.settle(announced.ref, [part(announced, R.ACCEPT)])

    assert world.calls(ACCEPT)[0].form["refundAmount"] == "12.05"
    [entry] = await world.platform.journal("refund")
    assert entry["detail"]["amount"] == "12.05"


@pytest.mark.parametrize(
    ("said", "comment"),
    [
        ("Usado y sin etiqueta", "Usado y sin etiqueta"),
        (None, "Según las condiciones"),
        ("", "Según las condiciones"),
        ("  \n ", "Según las condiciones"),
        ("half \ud83d\x00 a pair", "half ? a pair"),
    ],
)
async def test_a_rejection_always_says_why(world: World, said: str | None, comment: str) -> None:
    world.miravia = world.connect(reject_comment="Según las condiciones")
    announced = await world.platform.announce()
    await world.miravia.settle(announced.ref, [part(announced, R.REJECT, reason=said)])

    assert world.calls(REJECT)[0].form["comment"] == comment
    assert world.calls(REJECT)[0].form["reasonId"] == "1007"
    [entry] = await world.platform.journal("settled")
    assert entry["detail"]["comment"] == comment


async def test_the_reason_is_miravias_own(world: World) -> None:
    world.miravia = world.connect(reject_reason_id="1099", cancellations=True)
    chosen, default = await world.platform.announce_many(2)
    cancelled = await world.platform.open(request_type="CANCEL")
    await world.miravia.settle(chosen.ref, [part(chosen, R.REJECT, code="1007")])
    with pytest.raises(Refused):
        await world.miravia.settle(default.ref, [part(default, R.REJECT)])
    await world.miravia.settle(cancelled.ref, [part(cancelled, R.REJECT)])

    assert [call.form["reasonId"] for call in world.calls(REJECT)] == ["1007", "1099", "1022"]
    assert [choice.code for choice in capable().reasons[R.REJECT]] == ["1007"]
    assert len(capable(cancellations=True).reasons[R.REJECT]) == 5


async def test_the_second_way_to_write_a_rejection(world: World) -> None:
    await world.platform.switch(reject_style="json")
    world.miravia = world.connect(reject_style="json")
    announced = await world.platform.announce(quantity=2)
    await world.miravia.settle(announced.ref, [part(announced, R.REJECT, reason="Usado")])

    [call] = world.calls(REJECT)
    assert [item["comment"] for item in json.loads(call.body)["reject_input_data_list"]] == ["Usado", "Usado"]
    assert await world.journal() == [("settled", announced.line_ref, 1)] * 2, "each of its order items"


# --- what must not be sent ---


@pytest.mark.parametrize("decision", TOLD)
@pytest.mark.parametrize("what", ["staff-refund", "staff-reject", "withdraw", "dispute"])
async def test_what_is_over_at_miravia_is_not_told(world: World, decision: Resolution, what: str) -> None:
    announced = await opened(world, decision)
    await world.miravia.look(announced.ref)
    await world.act(announced.line_ref, what)
    before = await world.journal()
    raised = await failing(world, announced, decision)

    assert isinstance(raised, Refused)
    assert "Nothing was sent" in raised.message
    assert await world.journal() == before
    assert world.calls(ACCEPT) == world.calls(REJECT) == []


@pytest.mark.parametrize("how", [{"is_rtm": False}, {"fast_refund": True}, {"instant_refund": True}])
async def test_what_miravia_handles_is_never_told(world: World, how: dict[str, Any]) -> None:
    announced = await world.platform.open(**how)

    assert isinstance(await failing(world, announced, R.REJECT), Refused)
    assert world.calls(REJECT) == []


async def test_accepting_a_replacement_is_no_refund(world: World) -> None:
    announced = await world.platform.open(request_type="REPLACEMENT")
    for decision in (R.ACCEPT, R.KEEP):
        raised = await failing(world, announced, decision)
        assert isinstance(raised, Refused)
        assert "Seller Center" in raised.message
    assert world.calls(ACCEPT) == []


@pytest.mark.parametrize("request_type", ["RETURN", "ONLY_REFUND"])
async def test_an_exchange_is_told_only_where_the_customer_asked_for_one(world: World, request_type: str) -> None:
    announced = await world.platform.open(request_type=request_type)
    raised = await failing(world, announced, R.EXCHANGE)

    assert isinstance(raised, Refused)
    assert "Send the replacement by yourself" in raised.message
    assert world.calls(ACCEPT) == []


async def test_what_the_settings_say_is_done_by_hand_is_not_told(world: World) -> None:
    world.miravia = world.connect(keep_as="by_hand", exchange_as="by_hand")
    announced = await world.platform.announce()
    for decision in (R.KEEP, R.EXCHANGE, R.REPAIR, R.CANCEL):
        assert isinstance(await failing(world, announced, decision), Refused)
    assert set(capable(keep_as="by_hand", exchange_as="by_hand").by_hand) == {R.KEEP, R.EXCHANGE, R.REPAIR, R.CANCEL}
    assert world.calls(ACCEPT) == world.calls(REJECT) == []


async def test_some_units_of_a_line_are_not_told(world: World) -> None:
    announced = await world.platform.announce(quantity=3)

    assert isinstance(await failing(world, announced, R.ACCEPT, quantity=1), Refused)
    for unknown in (Announced(announced.ref, "9"), Announced("9", "9")):
        assert isinstance(await failing(world, unknown, R.ACCEPT), Refused)
    with pytest.raises(Refused):
        await world.miravia.settle(announced.ref, [part(announced, R.ACCEPT)] * 2)
    assert world.calls(ACCEPT) == []


async def test_without_an_amount_nothing_is_refunded(world: World) -> None:
    announced = await world.platform.announce()
    item = {
        "reverse_order_line_id": announced.line_ref,
        "trade_order_line_id": "4",
        "reverse_status": "REQUEST_INITIATE",
        "refund_amount": "12,95",
        "return_order_line_gmt_create": 1_750_000_000,
    }
    row = {"reverse_order_id": announced.ref, "trade_order_id": "3", "reverse_order_lines": [item]}
    body = json.dumps({"code": "0", "data": {"total": 1, "items": [row]}})
    world.platform.fault("answer", LIST, status=200, body=body, times=None)
    raised = await failing(world, announced, R.ACCEPT)

    assert isinstance(raised, Refused)
    assert "how much" in raised.message


# --- each order item has an answer of its own ---


def named(items: list[str], *outcomes: dict[str, Any]) -> str:
    data = [{"order_id": "3", "order_item_id": item, **outcome} for item, outcome in zip(items, outcomes, strict=False)]
    return json.dumps({"code": "0", "request_id": "r-7", "data": data, "errors": []})


GOOD = {"status": "SUCCESS", "baseErrorList": None}
BAD = {"status": "FAILED", "baseErrorList": [{"code": "114", "message": "not allowed"}]}
BROKEN = {"status": "FAILED", "hasSystemError": "true", "errorCode": "106", "errorMessage": "oops"}
FAILED = {"status": "FAILED", "hasSystemError": False, "errorCode": "125", "errorMessage": "not yours"}
STRANGE = {"status": "PROCESSING"}


async def items_of(world: World, announced: Announced) -> list[str]:
    [line] = (await world.platform.command("GET", "/_sandbox/returns"))[-1:]
    assert line["line_id"] == announced.line_ref
    return [item["order_item_id"] for item in line["items"]]


@pytest.mark.parametrize(
    ("outcomes", "error", "words"),
    [
        ([BAD, BAD], Refused, "114 not allowed"),
        ([FAILED, FAILED], Refused, "125 not yours"),
        ([BROKEN, BROKEN], OutcomeUnknown, None),
        ([STRANGE, STRANGE], OutcomeUnknown, None),
        ([BAD], OutcomeUnknown, "114 not allowed"),
        ([BAD, STRANGE], OutcomeUnknown, "114 not allowed"),
    ],
)
async def test_only_a_named_failure_is_one(
    world: World, outcomes: list[dict[str, Any]], error: type, words: str | None
) -> None:
    announced = await world.platform.announce(quantity=2)
    body = named(await items_of(world, announced), *outcomes)
    world.platform.fault("answer", WRITE, status=200, body=body)
    raised = await failing(world, announced, R.ACCEPT)

    assert type(raised) is error
    assert (raised.words, raised.request_id) == (words, "r-7")


@pytest.mark.parametrize("form", ["base_error_list", "error_code"])
@pytest.mark.parametrize("decision", TOLD)
async def test_a_line_that_was_told_in_part_is_never_told_again(world: World, decision: Resolution, form: str) -> None:
    """Even where Miravia would let it: what of the amount was paid, it does not say."""
    memory = Notebook()
    world.miravia = world.connect(memory)
    announced = await opened(world, decision)
    good, bad = await items_of(world, announced)
    await world.platform.switch(failing_items={bad: 125}, item_errors=form, second_decision="applied")
    raised = await failing(world, announced, decision)
    assert isinstance(raised, OutcomeUnknown)
    assert good in raised.message
    assert bad in raised.message
    before = await world.journal()

    await world.platform.switch(failing_items={})
    for _ in range(2):
        again = await failing(world, announced, decision)
        assert isinstance(again, Refused)
        assert "Seller Center" in again.message
        world.miravia = world.connect(memory)
    assert await world.journal() == before
    assert len(world.calls(ACCEPT) + world.calls(REJECT)) == 1


async def test_one_line_of_a_return_leaves_the_others_alone(world: World) -> None:
    made = await world.platform.command(
        "POST", "/_sandbox/returns", {"lines": [{}, {"sku": "JUMPER-M", "quantity": 2}]}
    )
    first, second = (Announced(made["reverse_order_id"], line["line_id"], line["quantity"]) for line in made["lines"])
    await world.miravia.settle(second.ref, [part(second, R.REJECT)])
    assert (await world.line(first)).awaits
    await world.miravia.settle(first.ref, [part(first, R.ACCEPT)])

    assert await world.journal() == [("settled", second.line_ref, 2), ("refund", first.line_ref, 1)]


# --- money that comes later ---


async def test_a_refund_that_takes_its_time_is_told_all_the_same(world: World) -> None:
    await world.platform.switch(refund_seconds=3600)
    announced = await world.platform.announce()
    await world.miravia.settle(announced.ref, [part(announced, R.ACCEPT)])
    assert await world.journal("refund") == []
    line = await world.line(announced)
    assert (line.handlings[-1].raw, line.handlings[-1].resolution, line.awaits) == (
        "REFUND_AUTHORIZED",
        R.ACCEPT,
        False,
    )
    world.platform.wait(7200)

    assert await world.journal("refund") == [("refund", announced.line_ref, 1)]
    assert (await world.line(announced)).handlings[-1].raw == "REFUND_SUCCESS"


async def test_a_refund_that_waits_for_the_parcel_is_not_shown_as_paid(world: World) -> None:
    await world.platform.switch(refund_waits_for_parcel=True, parcel_seconds=3600)
    announced = await world.platform.announce()
    receipt = await world.miravia.settle(announced.ref, [part(announced, R.ACCEPT)])
    line = await world.line(announced)
    assert receipt.state is ReceiptState.DONE
    assert not line.awaits
    assert [entry.resolution for entry in line.handlings] == [None]
    world.platform.wait(24 * 3600)

    assert await world.journal("refund") == [("refund", announced.line_ref, 1)]
    assert (await world.line(announced)).handlings[-1].resolution is R.ACCEPT
