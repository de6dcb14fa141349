"""How much is refunded, and when nothing is: Amazon may have paid already."""

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest

from retour.connectors.contract import Receipt, ReceiptState
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient, Unauthorized, Unavailable
from retour.core.model import Resolution
from retour.sandbox.amazon import US_SELLER, US_TOKEN

from .simulated import DE, NL
from .world import World, told

US = "ATVPDKIKX0DER"
TOLD = (Resolution.ACCEPT, Resolution.KEEP)
FEED = r"POST /feeds/2021-06-30/feeds$"


def state(outcome: Receipt | ConnectorError) -> ReceiptState | type[ConnectorError]:
    return outcome.state if isinstance(outcome, Receipt) else type(outcome)


def uploaded(world: World) -> list[Any]:
    """The documents that went to Amazon."""
    return [ElementTree.fromstring(sent.body) for sent in world.sent if sent.method == "PUT"]


async def one(world: World, **item: Any) -> Any:
    """A return of one product that a report has shown."""
    made = await world.open({"unit_price": "10.00"} | item)
    await world.report()
    return made


# Amounts


async def test_the_whole_document(world: World) -> None:
    made = await one(world, quantity=2)
    this = told(made, quantity=2)
    assert state(await world.end(this)) is ReceiptState.DONE
    [document] = uploaded(world)
    number = str(this.part.number)
    assert [(element.tag, element.text) for element in document.iter() if element.text] == [
        ("DocumentVersion", "1.01"),
        ("MerchantIdentifier", world.amazon._config.seller_id),
        ("MessageType", "OrderAdjustment"),
        ("MessageID", number),
        ("AmazonOrderID", made["order_id"]),
        ("ActionType", "Refund"),
        ("AmazonOrderItemCode", made["lines"][0]["order_item_id"]),
        ("MerchantAdjustmentItemID", f"RETOUR-{number}"),
        ("AdjustmentReason", "CustomerReturn"),
        ("Type", "Principal"),
        ("Amount", "20.00"),
        ("Quantity", "2"),
    ]
    assert document.find(".//Amount").attrib == {"currency": "EUR"}
    assert await world.paid() == [Decimal("20.00")], "the amount is the line's: the quantity does not multiply it"


async def test_parts_add_up_to_what_was_paid(world: World) -> None:
    made = await one(world, quantity=3, unit_price="3.35", discount="0.05")
    for _ in range(3):
        assert state(await world.end(told(made))) is ReceiptState.DONE
    assert await world.paid() == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")]
    assert sum(await world.paid()) == Decimal("10.00")


async def test_two_returns_of_one_order_line_add_up_too(world: World) -> None:
    first = await world.open({"unit_price": "3.35", "discount": "0.05", "ordered": 3})
    second = await world.open({"sku": first["lines"][0]["sku"], "quantity": 2}, order_id=first["order_id"])
    await world.report()
    assert state(await world.end(told(first))) is ReceiptState.DONE
    assert state(await world.end(told(second, quantity=2))) is ReceiptState.DONE
    assert sum(await world.paid()) == Decimal("10.00")


@pytest.mark.parametrize("negative", [True, False])
async def test_a_discount_is_not_refunded(world: World, negative: bool) -> None:
    await world.switch(discount_negative=negative)
    made = await one(world, discount="2.50")
    assert state(await world.end(told(made))) is ReceiptState.DONE
    assert await world.paid() == [Decimal("7.50")]


async def test_shipping_is_refunded_when_the_merchant_wants_it(world: World) -> None:
    first = await one(world, shipping="3.99", gift_wrap="1.00")
    assert state(await world.end(told(first))) is ReceiptState.DONE
    world.connect(refund_shipping=True)
    second = await one(world, shipping="3.99", gift_wrap="1.00")
    assert state(await world.end(told(second))) is ReceiptState.DONE
    assert await world.paid() == [Decimal("10.00"), Decimal("14.99")]


@pytest.mark.parametrize("apart", [True, False])
async def test_where_prices_hold_the_tax_it_is_refunded_with_them(world: World, apart: bool) -> None:
    await world.switch(tax_apart=apart)
    made = await one(world, tax="1.74")
    assert state(await world.end(told(made))) is ReceiptState.DONE
    assert await world.paid() == [Decimal("10.00")]


@pytest.mark.parametrize(("settings", "amount"), [({}, "10.00"), ({"tax_components": [US]}, "10.88")])
async def test_where_prices_are_net_tax_is_a_choice(world: World, settings: Any, amount: str) -> None:
    world.connect(refresh_token=US_TOKEN, seller_id=US_SELLER, marketplace_ids=[US], **settings)
    body = {"items": [{"unit_price": "10.00", "tax": "0.88"}]}
    made = await world.control("POST", f"returns?seller={US_SELLER}", body)
    await world.report()
    assert state(await world.end(told(made, marketplace=US))) is ReceiptState.DONE
    assert await world.paid() == [Decimal(amount)]


async def test_tax_that_amazon_gives_back_is_nobody_elses_refund(world: World) -> None:
    world.connect(refresh_token=US_TOKEN, seller_id=US_SELLER, marketplace_ids=[US])
    body = {"items": [{"unit_price": "10.00", "tax": "1.60", "quantity": 2}]}
    made = await world.control("POST", f"returns?seller={US_SELLER}", body)
    await world.switch(status_after_refund="unchanged", balance_checked=False)
    await world.report()
    assert state(await world.end(told(made, marketplace=US))) is ReceiptState.DONE
    tax = {"source": "amazon", "amount": "0.80"}
    await world.control("POST", f"returns/{made['rma_id']}/refund?seller={US_SELLER}", tax)
    world.wait(hours=4)
    await world.report()
    assert state(await world.end(told(made, marketplace=US))) is ReceiptState.DONE
    assert await world.paid("feed") == [Decimal("10.00")] * 2


async def test_a_discount_may_be_left_to_amazon(world: World) -> None:
    await world.switch(balance_checked=False)
    world.connect(subtract_discounts=False)
    made = await one(world, discount="2.50")
    assert state(await world.end(told(made))) is ReceiptState.DONE
    assert await world.paid() == [Decimal("10.00")]


async def test_a_line_is_not_refunded_for_more_units_than_came_back(world: World) -> None:
    made = await one(world, ordered=3)
    assert state(await world.end(told(made))) is ReceiptState.DONE
    assert isinstance(await world.end(told(made)), Refused | Unavailable)
    assert await world.paid() == [Decimal("10.00")]


async def test_yen_have_no_cents(world: World) -> None:
    japan = "A1VC38T7YXB528"
    seller = {"seller_id": "A0JAPAN", "refresh_token": "Atzr|japan", "marketplace_ids": [japan]}
    await world.control("POST", "sellers", seller)
    world.connect(refresh_token="Atzr|japan", seller_id="A0JAPAN", marketplace_ids=[japan])
    body = {"items": [{"unit_price": "500", "discount": "1", "quantity": 2}]}
    made = await world.control("POST", "returns?seller=A0JAPAN", body)
    await world.report()
    for _ in range(2):
        assert state(await world.end(told(made, marketplace=japan))) is ReceiptState.DONE
    assert await world.paid() == [Decimal(500), Decimal(499)]


async def test_keep_may_have_a_reason_of_its_own(world: World) -> None:
    world.connect(keep_reason="GeneralAdjustment")
    made = await one(world)
    assert state(await world.end(told(made, Resolution.KEEP))) is ReceiptState.DONE
    assert uploaded(world)[0].findtext(".//AdjustmentReason") == "GeneralAdjustment"
    assert [one.resolution for one in (await world.line(made)).handlings] == [Resolution.KEEP]


async def test_which_of_two_equal_lines_is_asked_of_a_person_unless_the_report_says(world: World) -> None:
    made = await world.open({"sku": "MUG", "unit_price": "10.00"}, {"sku": "MUG", "unit_price": "12.00"})
    await world.report()
    assert isinstance(await world.end(told(made)), Refused)
    assert await world.paid() == []


# Guards


async def test_what_amazon_refunded_is_not_refunded_again(world: World) -> None:
    await world.switch(status_after_refund="unchanged")
    made = await one(world)
    await world.event(made, "refund")
    await world.report()
    outcome = await world.end(told(made))
    assert isinstance(outcome, Refused)
    assert "already refunded" in outcome.message
    assert await world.calls("POST /feeds/2021-06-30/feeds") == 0


async def test_even_when_no_report_has_shown_it_yet(world: World) -> None:
    await world.switch(status_after_refund="unchanged")
    made = await one(world)
    await world.event(made, "refund")
    outcome = await world.end(told(made))
    assert isinstance(outcome, Receipt)
    assert (outcome.state, "25161" in (outcome.words or "")) == (ReceiptState.REFUSED, True)
    assert await world.paid("feed") == []
    await world.report()
    assert isinstance(await world.end(told(made)), Refused), "the ledger holds nothing of it"


async def test_of_a_part_that_amazon_refunded_only_the_rest_is(world: World) -> None:
    await world.switch(status_after_refund="unchanged")
    made = await one(world)
    await world.event(made, "refund", amount="4.00")
    await world.report()
    assert state(await world.end(told(made))) is ReceiptState.DONE
    assert await world.paid() == [Decimal("4.00"), Decimal("6.00")]


async def test_units_that_amazon_refunded_leave_the_others(world: World) -> None:
    await world.switch(status_after_refund="unchanged")
    made = await one(world, quantity=3)
    await world.event(made, "refund", quantity=1)
    await world.report()
    assert state(await world.end(told(made, quantity=2))) is ReceiptState.DONE
    assert await world.paid() == [Decimal("10.00"), Decimal("20.00")]
    assert [one.quantity for one in (await world.line(made)).handlings] == [1, 2]


async def test_a_refund_of_ours_is_not_taken_for_amazons(world: World) -> None:
    await world.switch(status_after_refund="unchanged")
    made = await one(world, quantity=2)
    assert state(await world.end(told(made))) is ReceiptState.DONE
    await world.report()
    assert state(await world.end(told(made))) is ReceiptState.DONE
    assert await world.paid() == [Decimal("10.00")] * 2
    line = await world.line(made)
    assert [one.quantity for one in line.handlings] == [1, 1]
    assert not line.awaits


async def test_what_can_be_read_in_two_ways_waits_for_the_next_report(world: World) -> None:
    await world.switch(status_after_refund="unchanged", feed_refunds_shown=True, refund_lag_seconds=0)
    made = await one(world, quantity=3)
    assert state(await world.end(told(made))) is ReceiptState.DONE
    await world.event(made, "refund", amount="5.00")
    await world.report()
    assert isinstance(await world.end(told(made)), Unavailable), "15.00: ours, or half of it?"
    world.wait(hours=4)
    await world.report()
    assert state(await world.end(told(made))) is ReceiptState.DONE
    assert sum(await world.paid()) == Decimal("25.00")


async def test_refunded_and_shown_without_an_amount(world: World) -> None:
    await world.switch(refund_amount="never")
    made = await one(world)
    assert state(await world.end(told(made))) is ReceiptState.DONE
    line = await world.line(made)
    assert (line.awaits, [one.resolution for one in line.handlings]) == (False, [Resolution.ACCEPT])


async def test_an_open_claim_is_a_persons(world: World) -> None:
    made = await one(world)
    await world.event(made, "claim", open=True)
    await world.report()
    outcome = await world.end(told(made))
    assert isinstance(outcome, Refused)
    assert "A-to-z" in outcome.message


@pytest.mark.parametrize("resolution", ["Replacement", "Exchange"])
async def test_a_replacement_is_not_refunded_too(world: World, resolution: str) -> None:
    made = await one(world, resolution=resolution)
    assert isinstance(await world.end(told(made)), Refused)


async def test_a_refund_at_first_scan_is_waited_for_and_then_a_persons(world: World) -> None:
    made = await one(world, resolution="RefundAtFirstScan")
    this = told(made)
    assert isinstance(await world.end(this), Unavailable)
    world.wait(hours=25)
    await world.report()
    assert isinstance(await world.end(this), Refused)
    await world.switch(status_after_refund="unchanged")
    await world.event(made, "scan")
    await world.report()
    outcome = await world.end(told(made))
    assert isinstance(outcome, Refused)
    assert "already refunded" in outcome.message
    assert await world.paid("feed") == []


async def test_what_amazon_closed_is_not_refunded(world: World) -> None:
    made = await one(world)
    await world.event(made, "status", status="Closed")
    await world.report()
    assert isinstance(await world.end(told(made)), Unavailable)
    assert await world.paid() == []


async def test_what_no_report_has_shown_waits(world: World) -> None:
    made = await world.open()
    assert isinstance(await world.end(told(made)), Unavailable)


async def test_what_was_read_long_ago_waits_and_what_is_too_old_is_a_persons(world: World) -> None:
    made = await one(world)
    world.wait(days=3)
    assert isinstance(await world.end(told(made)), Unavailable)
    world.wait(days=58)
    await world.report()
    outcome = await world.end(told(made))
    assert isinstance(outcome, Refused)
    assert "59 days" in outcome.message
    assert await world.paid() == []


async def test_an_order_of_amazons_warehouse_is_amazons(world: World) -> None:
    made = await one(world)
    order = world.running.simulator.seller().orders[made["order_id"]]  # type: ignore[attr-defined]
    order.fulfilled_by = "AMAZON"
    assert isinstance(await world.end(told(made)), Refused)


@pytest.mark.parametrize("decision", sorted(set(Resolution) - set(TOLD)))
async def test_what_cannot_be_told_is_never_sent(world: World, decision: Resolution) -> None:
    made = await one(world)
    assert isinstance(await world.end(told(made, decision)), Refused)
    assert await world.calls("POST /feeds/2021-06-30/documents") == 0


# Together


async def test_one_feed_for_many_and_one_refusal_hides_no_other(world: World) -> None:
    await world.switch(status_after_refund="unchanged")
    made = [await world.open({"unit_price": f"{10 + number}.00"}) for number in range(5)]
    await world.event(made[1], "refund")
    await world.report()
    await world.event(made[3], "refund")  # no report has shown this one
    several = [told(each) for each in made]
    outcomes = await world.tell(*several)
    assert [state(outcomes[this.part.key]) for this in several] == [
        ReceiptState.PENDING,
        Refused,
        ReceiptState.PENDING,
        ReceiptState.PENDING,
        ReceiptState.PENDING,
    ]
    assert await world.calls("POST /feeds/2021-06-30/feeds") == 1
    world.wait(minutes=1)
    refs = [outcome.ref or "" for outcome in outcomes.values() if isinstance(outcome, Receipt)]
    ends = await world.amazon.confirm(refs)
    assert sorted(end.state for end in ends.values()) == [*[ReceiptState.DONE] * 3, ReceiptState.REFUSED]
    assert await world.calls("GET /feeds/2021-06-30/documents/{document_id}") == 1
    assert sorted(await world.paid("feed")) == [Decimal("10.00"), Decimal("12.00"), Decimal("14.00")]


async def test_a_failure_in_one_marketplace_leaves_what_was_sent_in_another(world: World) -> None:
    world.connect(marketplace_ids=[NL, DE])
    here, there = await world.open(), await world.open(marketplace_id=DE)
    await world.report()
    await world.fault("answer", FEED, skip=1, status=429, headers={"Retry-After": "1"})
    several = [told(here), told(there, marketplace=DE)]
    outcomes = await world.tell(*several)
    assert [state(outcomes[this.part.key]) for this in several] == [ReceiptState.PENDING, Unavailable]
    world.wait(minutes=1)
    assert len(await world.paid()) == 1
    assert state(await world.end(several[1])) is ReceiptState.DONE
    assert len(await world.paid()) == 2


async def test_a_return_of_another_marketplace_is_refused(world: World) -> None:
    made = await world.open(marketplace_id=DE)
    assert isinstance(await world.end(told(made, marketplace=DE)), Refused)


# Failures, for each decision that can be told


@pytest.mark.parametrize("decision", TOLD)
@pytest.mark.parametrize(
    ("fault", "error", "paid"),
    [
        ({"kind": "drop_after"}, OutcomeUnknown, 1),
        ({"kind": "drop_before"}, OutcomeUnknown, 0),
        ({"kind": "answer", "status": 429}, Unavailable, 0),
        ({"kind": "answer", "status": 500}, OutcomeUnknown, 0),
        ({"kind": "answer", "status": 503}, OutcomeUnknown, 0),
        ({"kind": "answer", "status": 400, "body": "{}"}, Refused, 0),
        ({"kind": "answer", "status": 403, "body": "{}"}, Unauthorized, 0),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else None,
)
async def test_no_failure_pays_twice(
    world: World, decision: Resolution, fault: dict[str, Any], error: type[ConnectorError], paid: int
) -> None:
    made = await one(world)
    this = told(made, decision)
    await world.fault(match=FEED, **fault)
    outcome = (await world.tell(this))[this.part.key]
    assert type(outcome) is error
    assert await world.calls("POST /feeds/2021-06-30/feeds") == 1
    world.wait(minutes=10)
    assert len(await world.paid()) == paid
    now = world.running.simulator.clock.now()
    found = await world.amazon.find(this.ref, [this.part], now)
    if paid:
        assert found is not None
        assert found.state is ReceiptState.PENDING
        assert found.ref
        assert (await world.amazon.confirm([found.ref]))[found.ref].state is ReceiptState.DONE
    else:
        assert found is None
        assert state(await world.end(this)) is ReceiptState.DONE
    assert await world.paid() == [Decimal("10.00")]
    assert [one.resolution for one in (await world.line(made)).handlings] == [decision]


@pytest.mark.parametrize("decision", TOLD)
async def test_an_expired_token_does_not_stop_a_refund(world: World, decision: Resolution) -> None:
    made = await one(world)
    await world.fault(
        "answer", FEED, status=403, body='{"errors": [{"code": "Unauthorized", "details": "The token has expired."}]}'
    )
    assert state(await world.end(told(made, decision))) is ReceiptState.DONE
    assert await world.paid() == [Decimal("10.00")]


@pytest.mark.parametrize("match", ["POST /feeds/2021-06-30/documents", "PUT /storage/"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "answer"])
async def test_a_document_that_does_not_arrive_is_no_doubt(world: World, match: str, kind: str) -> None:
    made = await one(world)
    this = told(made)
    refused = "PUT" in match and kind == "answer"  # a signed address that has lapsed: not tried again
    await world.fault(kind, match, times=1 if refused else 3, status=403 if refused else 500)
    outcome = (await world.tell(this))[this.part.key]
    assert isinstance(outcome, Transient)
    assert await world.amazon.find(this.ref, [this.part], world.running.simulator.clock.now()) is None
    assert state(await world.end(this)) is ReceiptState.DONE
    assert await world.paid() == [Decimal("10.00")]
