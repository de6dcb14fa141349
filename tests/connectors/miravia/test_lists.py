"""Reading returns and orders over HTTP, with all the ways in which Miravia writes them: contract miravia 4, 6, 7, 9."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from retour.connectors.errors import ConnectorError, Refused, Transient, Unauthorized, Unavailable
from retour.connectors.marketplaces.miravia.lists import Listed, walk
from retour.connectors.pages import Endless
from retour.core.model import Handler, Money, Reason, Resolution, SeenLine

from .world import LIST, World, knows_everything, now

R = Resolution
OPEN = ("REQUEST_INITIATE", "RETURN_PENDING", "REPLACE_PENDING", "BUYER_RETURN_ITEM")


def refs(pages: list[Any]) -> list[str]:
    return [seen.ref for page in pages for seen in page.seen]


def answers(world: World, match: str, **body: Any) -> None:
    world.platform.fault("answer", match, status=200, body=json.dumps(body), times=None)


# --- pages ---


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"list_wrapper": "result", "list_success": True},
        {"list_order": "shuffled"},
        {"list_order": "oldest", "code_as": "number"},
        {"repeat_rows_over_pages": True},
        {"ids": "strings", "booleans": "strings", "epochs": "milliseconds", "amounts": "comma"},
        {"ids": "numbers", "booleans": "json", "amounts": "string", "count_field": "refund_item_counts"},
        {"rtm_field": False, "actions_field": False, "unknown_values": True},
        {"withdrawn_between_pages": 3},
    ],
)
async def test_every_page_is_read_however_it_is_written(world: World, switches: dict[str, Any]) -> None:
    announced = await world.platform.announce_many(34)
    await world.platform.switch(**switches)
    pages = await world.walk(since=now() - timedelta(days=3), known=knows_everything)

    assert set(refs(pages)) == {one.ref for one in announced}
    assert not [row for page in pages for row in page.unreadable]
    lines = [line for page in pages for seen in page.seen for line in seen.lines]
    assert all(line.quantity == 1 and line.awaits for line in lines)
    assert all(abs(seen.opened_at - now()) < timedelta(minutes=1) for page in pages for seen in page.seen)


async def test_an_ordinary_check_asks_for_a_window_and_a_deep_one_for_all(world: World) -> None:
    for days in (1, 46, 60, 400):
        await world.platform.open(opened_at=(now() - timedelta(days=days)).isoformat())
    shallow, deep = await world.walk(since=now() - timedelta(days=3)), await world.walk()

    assert len(refs(shallow)) == 2
    assert not any(page.all_open for page in shallow), "older ones may be open too"
    assert len(refs(deep)) == 4
    assert [page.all_open for page in deep] == [False] * (len(deep) - 1) + [True]
    first, last = world.calls(LIST)
    start = datetime.fromtimestamp(int(first.query["reverse_order_line_time_range_start_time_stamp"]) / 1000, UTC)
    assert abs(start - (now() - timedelta(days=48))) < timedelta(minutes=1)
    assert "reverse_order_line_time_range_start_time_stamp" not in last.query


def rows(*numbers: int) -> tuple[Any, ...]:
    return tuple({"reverse_order_id": number, "reverse_order_lines": [{}]} for number in numbers)


async def walked(pages: dict[int, Listed], size: int = 10) -> list[Any]:
    async def fetch(number: int) -> Listed:
        return pages.get(number, pages.get(0, Listed((), 0)))

    return [row["reverse_order_id"] async for listed in walk(fetch, size) for row in listed.rows]


async def test_pages_smaller_than_asked_for_skip_nothing() -> None:
    pages = {n: Listed(rows(*range(5 * n - 4, 5 * n + 1)), 20) for n in (1, 2, 3, 4)}

    assert await walked(pages) == list(range(1, 21))


async def test_a_list_without_a_total_ends_with_an_empty_page() -> None:
    assert await walked({1: Listed(rows(1, 2)), 2: Listed(rows(3)), 3: Listed(())}) == [1, 2, 3]


async def test_a_total_that_counts_lines_ends_the_walk_too() -> None:
    row = {"reverse_order_id": 1, "reverse_order_lines": [{}, {}, {}]}

    assert await walked({1: Listed((row,), 3), 2: Listed(rows(99), 3)}) == [1]


async def test_a_list_that_shows_its_last_page_for_ever_ends() -> None:
    assert await walked({0: Listed(rows(1, 2), 5)}) == [1, 2]


async def test_a_list_that_ignores_the_page_number_is_not_taken_for_complete() -> None:
    with pytest.raises(Endless):
        await walked({0: Listed(rows(1, 2), 500)})


# --- what is not asked for ---


async def test_cancellations_are_no_returns(world: World) -> None:
    cancelled = await world.platform.open(request_type="CANCEL")

    assert await world.seen() == []
    assert await world.miravia.look(cancelled.ref) is None
    world.miravia = world.connect(cancellations=True)
    assert [seen.ref for seen in await world.seen()] == [cancelled.ref]
    assert await world.miravia.look(cancelled.ref) is not None


@pytest.mark.parametrize("filtered", [True, False])
async def test_rows_of_aliexpress_are_left_out(world: World, filtered: bool) -> None:
    theirs, ours = await world.platform.open(marketplace="ae"), await world.platform.announce()
    await world.platform.switch(marketplace_filter=filtered)

    assert [seen.ref for seen in await world.seen()] == [ours.ref]
    assert await world.miravia.look(theirs.ref) is None
    world.miravia = world.connect(aliexpress=True)
    assert {seen.ref for seen in await world.seen()} == {theirs.ref, ours.ref}
    assert await world.miravia.look(theirs.ref) is not None
    assert {page.lane for page in await world.walk()} == {"miravia", "ae"}


# --- a line ---


async def test_a_look_tells_what_the_shop_needs(world: World) -> None:
    opened = await world.platform.command(
        "POST",
        "/_sandbox/returns",
        {
            "lines": [
                {"sku": "MUG-BLUE", "ean": "0000000000017", "quantity": 2, "cents": 1295, "reason": "Ya no lo necesito"}
            ],
            "customer": {"first_name": "Noa", "last_name": "Ejemplo", "city": "Sevilla", "email": "noa@example.org"},
        },
    )
    seen = await world.miravia.look(opened["reverse_order_id"])

    assert seen is not None
    assert (seen.complete, seen.handler) == (True, Handler.MERCHANT)
    assert seen.customer is not None
    assert (seen.customer.first_name, seen.customer.last_name, seen.customer.city) == ("Noa", "Ejemplo", "Sevilla")
    assert seen.customer.email == "noa@example.org"
    [line] = seen.lines
    assert (line.order_ref, line.sku, line.gtin, line.quantity) == (opened["order_id"], "MUG-BLUE", "0000000000017", 2)
    assert line.order_line_ref == opened["lines"][0]["items"][0]["order_item_id"]
    assert line.unit_price == Money(Decimal("12.95"), "EUR")
    assert (line.reason, line.reason_text) == (Reason.CHANGED_MIND, "Ya no lo necesito")
    assert line.tracking is None

    order = await world.miravia.order(line.order_ref)
    assert order is not None
    assert [(item.sku, item.quantity, item.unit_price) for item in order.lines] == [
        ("MUG-BLUE", 1, Money(Decimal("12.95"), "EUR"))
    ] * 2
    assert all(item.title for item in order.lines)
    assert line.order_line_ref in {item.ref for item in order.lines}
    assert order.billing is not None
    assert order.shipping is not None
    assert order.placed_at is not None
    assert [call.path for call in world.sent].count("/rest/order/get") == 1, "the look has asked for it already"


async def test_a_reason_that_is_not_known_stays_text(world: World) -> None:
    announced = await world.platform.announce()
    await world.rewrite(announced.line_ref, reason_text="Al gato no le gusta", tracking_number="TRACK-1")
    line = await world.line(announced)

    assert (line.reason, line.reason_text, line.tracking) == (None, "Al gato no le gusta", "TRACK-1")


async def test_names_that_say_null_are_none(world: World) -> None:
    announced = await world.platform.announce()
    await world.platform.switch(null_names=True)
    seen = await world.miravia.look(announced.ref)

    assert seen is not None
    assert seen.customer is not None
    assert (seen.customer.first_name, seen.customer.last_name, seen.customer.street) == (None, None, None)


async def test_an_order_that_miravia_does_not_know(world: World) -> None:
    announced = await world.platform.announce()
    assert await world.miravia.order("999") is None
    answers(world, "GET /rest/order/get", type="ISV", code=106, message="E0106", request_id="1")
    seen = await world.miravia.look(announced.ref)
    assert seen is not None
    assert seen.customer is None


@pytest.mark.parametrize("kind", ["SYSTEM", "ISP"])
async def test_an_order_that_miravia_cannot_show_now_is_not_taken_for_none(world: World, kind: str) -> None:
    answers(world, "GET /rest/order/get", type=kind, code=106, message="E0106: internal", request_id="1")

    with pytest.raises(Transient):
        await world.miravia.order("300000000001")


# --- who handles it, and what it waits for ---


async def shown(world: World, **how: Any) -> tuple[Handler, SeenLine]:
    announced = await world.platform.open(**how)
    seen = await world.miravia.look(announced.ref)
    assert seen is not None
    return seen.handler, seen.lines[0]


def ends(line: SeenLine) -> list[Resolution]:
    return [entry.resolution for entry in line.handlings if entry.resolution]


@pytest.mark.parametrize("booleans", ["strings", "json"])
async def test_the_text_false_is_no_truth(world: World, booleans: str) -> None:
    await world.platform.switch(booleans=booleans)
    handler, line = await shown(world)

    assert (handler, line.awaits) == (Handler.MERCHANT, True)


@pytest.mark.parametrize("booleans", ["strings", "json"])
async def test_what_miravia_handles_itself(world: World, booleans: str) -> None:
    await world.platform.switch(booleans=booleans)
    for how, ended in (
        ({"is_rtm": False}, []),
        ({"instant_refund": True}, [R.ACCEPT]),
        ({"fast_refund": True, "request_type": "ONLY_REFUND"}, []),
    ):
        handler, line = await shown(world, **how)
        assert (handler, line.awaits, ends(line)) == (Handler.MARKETPLACE, False, ended)


async def test_a_fast_refund_is_accepted_once_miravia_refunds(world: World) -> None:
    announced = await world.platform.open(fast_refund=True)
    world.platform.wait(3600)
    line = await world.line(announced)

    assert ends(line) == [R.ACCEPT]
    assert await world.journal() == [("refund", announced.line_ref, 1)]


async def test_one_fast_line_does_not_take_the_others_from_the_merchant(world: World) -> None:
    made = await world.platform.command("POST", "/_sandbox/returns", {"lines": [{}, {"sku": "JUMPER-M"}]})
    fast, slow = (line["line_id"] for line in made["lines"])
    await world.rewrite(fast, is_fast_refund=True)
    seen = await world.miravia.look(made["reverse_order_id"])

    assert seen is not None
    assert seen.handler is Handler.MERCHANT
    assert {line.ref: line.awaits for line in seen.lines} == {fast: False, slow: True}


ENDED = {
    **dict.fromkeys(
        ("REFUND_AUTHORIZED", "REFUND_SUCCESS", "SELLER_AGREE_REFUND", "RETURN_SUCCESS", "SUCCESS"), R.ACCEPT
    ),
    "REPLACE_COMMIT": R.EXCHANGE,
    **dict.fromkeys(
        ("REQUEST_REJECT", "SELLER_REJECT", "SELLER_REJECT_REFUND", "REFUND_REJECT", "RETURN_SELLER_REJECT"), R.REJECT
    ),
    "REPLACE_REJECT": R.REJECT,
    "REQUEST_CANCEL": R.CANCEL,
    "CANCEL_CANCEL": R.CANCEL,
    "refund_success": R.ACCEPT,
}


@pytest.mark.parametrize(("status", "end"), ENDED.items())
async def test_how_a_line_has_ended(world: World, status: str, end: Resolution) -> None:
    announced = await world.platform.announce(quantity=2)
    await world.rewrite(announced.line_ref, reverse_status=status, actions=[])
    line = await world.line(announced)

    assert line.handlings[-1].resolution is end
    assert line.handlings[-1].quantity == 2
    assert line.handlings[-1].at is not None
    assert len(line.handlings) == 2, "an end is new whatever was seen before it"
    assert not line.awaits


@pytest.mark.parametrize("status", ["SUCCESS", "RETURN_SUCCESS"])
async def test_the_success_of_a_replacement_is_no_refund(world: World, status: str) -> None:
    announced = await world.platform.open(request_type="REPLACEMENT")
    await world.rewrite(announced.line_ref, reverse_status=status, actions=[])

    assert ends(await world.line(announced)) == [R.EXCHANGE]


@pytest.mark.parametrize("status", ["SELLER_AGREE", "SELLER_AGREE_RETURN"])
async def test_agreeing_to_the_parcel_moves_no_money(world: World, status: str) -> None:
    announced = await world.platform.announce()
    await world.rewrite(announced.line_ref, reverse_status=status, actions=[])
    line = await world.line(announced)
    assert (ends(line), line.awaits) == ([], False)

    await world.rewrite(announced.line_ref, reverse_status="RETURN_PENDING", actions=["agreeRefund", "refuseRefund"])
    assert (await world.line(announced)).awaits


@pytest.mark.parametrize(
    ("status", "actions", "waits"),
    [
        *((status, ["agreeRefund"], True) for status in OPEN),
        ("REQUEST_INITIATE", [], True),
        ("RETURN_PENDING", [], False),
        ("BUYER_RETURN_ITEM", [], False),
        ("REFUND_PENDING", ["agreeRefund"], True),
        ("REFUND_PENDING", [], False),
        ("SOMETHING_NEW", ["agreeRefund"], True),
        ("SOMETHING_NEW", [], False),
        ("SELLER_REJECT", ["agreeRefund"], True),
        ("REFUND_SUCCESS", ["agreeRefund"], False),
        ("CS_APPROVING", ["agreeRefund"], False),
        ("REPLACE_WAIT_AUDIT", [], False),
    ],
)
async def test_what_the_seller_may_do_goes_before_the_status(
    world: World, status: str, actions: list[str], waits: bool
) -> None:
    announced = await world.platform.announce()
    await world.rewrite(announced.line_ref, reverse_status=status, actions=actions)

    assert (await world.line(announced)).awaits is waits


@pytest.mark.parametrize(
    ("status", "waits"), [*((status, True) for status in OPEN), ("REFUND_PENDING", False), ("SOMETHING_NEW", True)]
)
async def test_without_actions_the_status_speaks(world: World, status: str, waits: bool) -> None:
    announced = await world.platform.announce()
    await world.rewrite(announced.line_ref, reverse_status=status)
    await world.platform.switch(actions_field=False)

    assert (await world.line(announced)).awaits is waits


async def test_a_dispute_is_shown_and_waits_for_nobody(world: World) -> None:
    announced = await world.platform.announce()
    await world.act(announced.line_ref, "dispute")
    line = await world.line(announced)
    assert (line.awaits, ends(line)) == (False, [])
    assert [entry.raw for entry in line.handlings] == ["CS_APPROVING, Miravia decides"]

    await world.act(announced.line_ref, "staff-refund")
    assert ends(await world.line(announced)) == [R.ACCEPT]


async def test_what_happens_elsewhere_is_seen(world: World) -> None:
    withdrawn, refunded, refused, late = await world.platform.announce_many(4)
    await world.act(withdrawn.line_ref, "withdraw")
    await world.act(refunded.line_ref, "staff-refund")
    await world.act(refused.line_ref, "staff-reject")
    assert [ends(await world.line(one)) for one in (withdrawn, refunded, refused)] == [
        [R.CANCEL],
        [R.ACCEPT],
        [R.REJECT],
    ]
    world.platform.wait(5 * 24 * 3600)
    assert ends(await world.line(late)) == [R.ACCEPT], "nobody answered in time"


async def test_the_deadline_is_the_same_whenever_it_is_asked(world: World) -> None:
    await world.platform.switch(sla_field=True)
    announced = await world.platform.announce()
    seen = await world.miravia.look(announced.ref)
    assert seen is not None
    assert seen.lines[0].answer_by == seen.opened_at + timedelta(days=3)
    listed = (await world.seen())[0].lines[0]
    assert listed.answer_by == seen.lines[0].answer_by


# --- what cannot be read ---


async def test_an_amount_that_cannot_be_shared_out_is_no_price(world: World) -> None:
    announced = await world.platform.announce(quantity=3)
    row = await listed_row(world)
    row["reverse_order_lines"][0]["refund_amount"] = 1000
    answers(world, LIST, code="0", data={"total": 1, "items": [row]})

    assert (await world.line(announced)).unit_price is None


async def listed_row(world: World) -> Any:
    """A row as Miravia writes it."""
    found: list[Any] = []
    original = world.miravia._read

    async def kept(path: str, params: Any) -> Any:
        answer, said = await original(path, params)
        found.append(said.content)
        return answer, said

    world.miravia._read = kept  # type: ignore[method-assign]
    await world.walk()
    world.miravia._read = original  # type: ignore[method-assign]
    return found[0]["items"][0]


@pytest.mark.parametrize(
    ("change", "quantity"),
    [
        ({"refund_Item_counts": "2"}, 2),
        ({"refund_Item_counts": None}, 2),
        ({"refund_Item_counts": 0}, 2),
        ({"refund_Item_counts": ""}, 2),
        ({"trade_order_line_id_list": None, "refund_Item_counts": None}, 1),
        ({"trade_order_line_id_list": "", "refund_Item_counts": None}, 1),
        ({"trade_order_line_id_list": 5, "refund_Item_counts": None}, 1),
        ({"refund_Item_counts": "two"}, None),
        ({"refund_Item_counts": 1.5}, None),
        ({"trade_order_line_id_list": [{"id": 1}]}, None),
        ({"trade_order_line_id_list": [], "trade_order_line_id": "null"}, None),
        ({"reverse_status": ""}, None),
        ({"reverse_order_line_id": None}, None),
        ({"return_order_line_gmt_create": "yesterday"}, None),
        ({"actions": "none", "refund_amount": "free", "is_dispute": "perhaps", "sla": {}}, 2),
    ],
)
async def test_money_depends_on_what_can_be_read(world: World, change: dict[str, Any], quantity: int | None) -> None:
    await world.platform.announce(quantity=2)
    row = await listed_row(world)
    row["reverse_order_lines"][0] |= change
    answers(world, LIST, code="0", data={"total": 1, "items": [row]})
    pages = await world.walk()

    lines = [line for page in pages for seen in page.seen for line in seen.lines]
    assert [line.quantity for line in lines] == ([] if quantity is None else [quantity])
    assert len([row for page in pages for row in page.unreadable]) == (1 if quantity is None else 0)


async def test_one_garbled_line_hides_no_other_and_leaves_the_return_incomplete(world: World) -> None:
    made = await world.platform.command("POST", "/_sandbox/returns", {"lines": [{}, {"sku": "JUMPER-M"}]})
    row = await listed_row(world)
    row["reverse_order_lines"][0]["reverse_status"] = None
    answers(world, LIST, code="0", data={"total": 1, "items": [row]})
    seen = await world.miravia.look(made["reverse_order_id"])

    assert seen is not None
    assert [line.ref for line in seen.lines] == [made["lines"][1]["line_id"]]
    assert not seen.complete


async def test_a_return_that_cannot_be_read_is_not_mistaken_for_none(world: World) -> None:
    announced = await world.platform.announce()
    await world.platform.spoil(announced, "no_lines")

    with pytest.raises(Transient, match="lines"):
        await world.miravia.look(announced.ref)


@pytest.mark.parametrize(
    "body",
    [
        *("[]", "{}", '"text"', "<html>", "", '{"code":"0"}', '{"code":"0","data":{}}'),
        '{"code":"0","data":{"items":7}}',
        '{"code":"0","data":{"success":"false","items":[],"total":0}}',
        '{"data":{"total":3,"items":null}}',
    ],
)
async def test_an_answer_that_is_no_list_is_not_taken_for_an_empty_one(world: World, body: str) -> None:
    world.platform.fault("answer", LIST, status=200, body=body, times=None)

    with pytest.raises(Transient):
        await world.walk()


@pytest.mark.parametrize("body", ['{"code":0,"data":{"total":0}}', '{"code":"0","result":{"total":"0","items":[]}}'])
async def test_an_empty_list_is_one(world: World, body: str) -> None:
    world.platform.fault("answer", LIST, status=200, body=body, times=None)

    assert refs(await world.walk()) == []


# --- errors, which come with status 200 ---


@pytest.mark.parametrize(
    ("kind", "code", "message", "error"),
    [
        ("SYSTEM", "ServiceUnavailable", "oops", Transient),
        ("ISP", "SYSTEM_ERROR", "oops", Transient),
        ("ISV", "InvalidParameter", "oops", Refused),
        ("", "Missing_Parameter", "oops", Refused),
        ("ISV", "IncompleteSignature", "oops", Unauthorized),
        ("ISV", "InvalidAppKey", "oops", Unauthorized),
        ("", "E_Something_Else", "oops", Transient),
    ],
)
async def test_an_error_has_its_name(
    world: World, kind: str, code: str, message: str, error: type[ConnectorError]
) -> None:
    answers(world, LIST, type=kind, code=code, message=message, request_id="r-1")
    with pytest.raises(error) as raised:
        await world.walk()

    assert type(raised.value) is error
    assert (raised.value.code, raised.value.words, raised.value.request_id) == (code, "oops", "r-1")


@pytest.mark.parametrize("code", ["SellerCallLimit", "ApiCallLimit", "app_call_limit"])
@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("the ban will last 37 seconds", 37),
        ("too many", 60),
        ("will last 0 seconds", 1),
        ("will last 999999999 seconds", 86400),
    ],
)
async def test_miravia_says_when_to_come_back(world: World, code: str, message: str, seconds: int) -> None:
    answers(world, LIST, type="ISP", code=code, message=message, request_id="1")
    with pytest.raises(Unavailable) as unavailable:
        await world.walk()

    assert unavailable.value.retry_after == timedelta(seconds=seconds)


async def test_the_simulators_own_limit_asks_for_a_pause(world: World) -> None:
    await world.platform.switch(limits=True, calls_per_minute=2)
    await world.walk()
    await world.walk()
    with pytest.raises(Unavailable) as unavailable:
        await world.walk()

    assert timedelta(0) < unavailable.value.retry_after <= timedelta(minutes=1)
