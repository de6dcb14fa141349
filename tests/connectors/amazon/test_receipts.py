"""What became of a feed: read from its report, or found again after a crash. Never twice, and never for certain when
it is not."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from retour.connectors.contract import Receipt, ReceiptState
from retour.connectors.errors import OutcomeUnknown, Transient
from retour.connectors.marketplaces.amazon import adjustments
from retour.connectors.memory import Notebook

from .test_refunds import FEED, one, state
from .world import World, told


async def sent(world: World, this: Any) -> str:
    outcome = (await world.tell(this))[this.part.key]
    assert isinstance(outcome, Receipt)
    assert outcome.ref
    return outcome.ref


async def found(world: World, this: Any) -> Receipt | None:
    return await world.amazon.find(this.ref, [this.part], world.running.simulator.clock.now())


async def test_a_feed_in_work_is_pending_however_long(world: World) -> None:
    made = await one(world)
    await world.next_jobs("feed", "STUCK")
    this = told(made)
    ref = await sent(world, this)
    for _ in range(3):
        world.wait(hours=3)
        assert await world.amazon.confirm([ref]) == {}
        again = await found(world, this)
        assert (again and again.state, again and again.ref) == (ReceiptState.PENDING, ref)
    assert await world.calls("POST /feeds/2021-06-30/feeds") == 1


@pytest.mark.parametrize("outcome", ["FATAL", "FATAL_WITHOUT_DOCUMENT", "CANCELLED"])
@pytest.mark.parametrize("applied", [True, False])
async def test_a_feed_that_failed_leaves_a_doubt(world: World, outcome: str, applied: bool) -> None:
    made = await one(world)
    await world.next_jobs("feed", outcome, applied=applied)
    this = told(made)
    ref = await sent(world, this)
    world.wait(minutes=1)
    end = (await world.amazon.confirm([ref]))[ref]
    assert end.state is ReceiptState.LOST
    assert "Look at the order" in (end.words or "")
    again = await found(world, this)
    assert again is not None
    assert again.state is ReceiptState.LOST
    line = await world.line(made)
    paid = applied and outcome != "CANCELLED"
    assert [one.resolution for one in line.handlings] == ([this.part.resolution] if paid else [])


async def test_a_feed_that_amazon_no_longer_knows_leaves_a_doubt(world: World) -> None:
    made = await one(world)
    ref = await sent(world, told(made))
    await world.fault("answer", "GET /feeds/2021-06-30/feeds/", status=404)
    assert (await world.amazon.confirm([ref]))[ref].state is ReceiptState.LOST


async def test_a_report_on_a_feed_that_cannot_be_read_leaves_a_doubt(world: World) -> None:
    await world.switch(gzip=False)
    made = await one(world)
    ref = await sent(world, told(made))
    world.wait(minutes=1)
    await world.fault("answer", "GET /storage/", status=200, body="<html>")
    assert (await world.amazon.confirm([ref]))[ref].state is ReceiptState.LOST
    assert (await world.amazon.confirm([ref]))[ref].state is ReceiptState.DONE


async def test_one_feed_that_cannot_be_asked_about_holds_up_no_other(world: World) -> None:
    made, other = await one(world), await one(world)
    refs = [await sent(world, told(made)), await sent(world, told(other))]
    world.wait(minutes=1)
    await world.fault("answer", f"GET /feeds/2021-06-30/feeds/{refs[0].partition('#')[0]}", status=500, times=3)
    ends = await world.amazon.confirm(refs)
    assert {ref: end.state for ref, end in ends.items()} == {refs[1]: ReceiptState.DONE}


async def test_paid_twice_after_a_doubt_is_no_plain_failure(world: World) -> None:
    """A person sends it again after the doubt; Amazon says that nothing is left to pay."""
    await world.switch(status_after_refund="unchanged", feed_refunds_shown=False)
    made = await one(world)
    await world.next_jobs("feed", "FATAL", applied=True)
    this = told(made)
    ref = await sent(world, this)
    world.wait(minutes=1)
    assert (await world.amazon.confirm([ref]))[ref].state is ReceiptState.LOST
    end = await world.end(this)
    assert isinstance(end, Receipt)
    assert end.state is ReceiptState.LOST
    assert "probably Amazon has refunded it already" in (end.words or "")
    assert await world.paid() == [Decimal("10.00")]


async def test_an_error_for_message_zero_is_everybodys() -> None:
    report = adjustments.processing_report(
        "<AmazonEnvelope><Message><ProcessingReport><StatusCode>Complete</StatusCode><ProcessingSummary>"
        "<MessagesProcessed>0</MessagesProcessed></ProcessingSummary><Result><MessageID>0</MessageID>"
        "<ResultCode>Error</ResultCode><ResultMessageCode>5000</ResultMessageCode></Result>"
        "<Result><MessageID>9</MessageID><ResultCode>Warning</ResultCode><ResultMessageCode>1</ResultMessageCode>"
        "</Result></ProcessingReport></Message></AmazonEnvelope>"
    )
    assert report is not None
    failure = report.failure("7")
    assert failure is not None
    assert (failure.code, report.processed) == ("5000", 0)
    assert "9" not in report.failures, "a warning is a success"


@pytest.mark.parametrize("document", ["", "<a/>", "no xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_what_is_no_report_says_nothing(document: str) -> None:
    assert adjustments.processing_report(document) is None


async def test_a_feed_that_was_found_must_hold_as_many_messages(world: World) -> None:
    """Somebody else's tool sends two refunds in the minute in which ours is lost."""
    made, others = await one(world), [await one(world) for _ in range(2)]
    ours, world.memory = world.amazon, Notebook()
    theirs = world.connect()
    await world.report()
    world.amazon = ours
    this = told(made)
    await world.fault("drop_before", FEED)
    assert isinstance((await world.tell(this))[this.part.key], OutcomeUnknown)
    await theirs.settle_together([told(other) for other in others])
    again = await found(world, this)
    assert again is not None
    assert (again.state, again.ref is not None) == (ReceiptState.PENDING, True)
    world.wait(minutes=1)
    assert (await world.amazon.confirm([again.ref or ""]))[again.ref or ""].state is ReceiptState.LOST
    end = await found(world, this)
    assert end is not None
    assert end.state is ReceiptState.LOST
    assert len(await world.paid()) == 2


async def test_two_feeds_that_may_be_it_are_a_persons(world: World) -> None:
    first, second = await one(world), await one(world)
    these = [told(first), told(second)]
    for this in these:
        await world.fault("drop_after", FEED)
        assert isinstance((await world.tell(this))[this.part.key], OutcomeUnknown)
    for this in these:
        again = await found(world, this)
        assert again is not None
        assert again.state is ReceiptState.LOST
    world.wait(minutes=1)
    assert len(await world.paid()) == 2


async def test_nobody_says_too_early_that_it_never_arrived(world: World) -> None:
    made = await one(world)
    this = told(made)
    await world.fault("drop_before", FEED)
    assert isinstance((await world.tell(this))[this.part.key], OutcomeUnknown)
    with pytest.raises(Transient):
        await found(world, this)
    world.wait(minutes=6)
    assert await found(world, this) is None


async def test_a_list_of_feeds_that_cannot_be_read_proves_nothing(world: World) -> None:
    made = await one(world)
    this = told(made)
    await world.fault("drop_after", FEED)
    await world.tell(this)
    await world.fault("answer", "GET /feeds/2021-06-30/feeds", status=200, body='{"feeds": [{"feedId": 7}]}')
    with pytest.raises(Transient):
        await found(world, this)


class Crash(BaseException):
    """The process dies."""


class Mortal(Notebook):
    """Dies at its nth write: before it, or just after."""

    def __init__(self, notes: Notebook) -> None:
        super().__init__()
        self._notes = notes._notes
        self.left: int | None = None
        self.after = False

    async def write(self, notes: Mapping[str, Any]) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                if self.after:
                    await super().write(notes)
                raise Crash
        await super().write(notes)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2])
async def test_a_crash_at_any_note_pays_once(world: World, at: int, after: bool) -> None:
    made = await one(world)
    mortal = Mortal(world.memory)  # type: ignore[arg-type]
    world.memory = mortal
    world.connect()
    mortal.left, mortal.after = at, after
    this = told(made)
    with pytest.raises(Crash):
        await world.tell(this)
    mortal.left = None
    world.connect()
    world.wait(minutes=6)
    again = await found(world, this)
    left = await world.calls("POST /feeds/2021-06-30/feeds")
    if left:
        assert again is not None
        assert again.ref
        assert (await world.amazon.confirm([again.ref]))[again.ref].state is ReceiptState.DONE
    else:
        assert again is None
        assert state(await world.end(this)) is ReceiptState.DONE
    assert await world.paid() == [Decimal("10.00")]
    assert left == (1 if at == 2 else 0), "the first note is written before, the second after the feed"


async def test_a_refund_is_confirmed_again_after_a_crash(world: World) -> None:
    made = await one(world)
    this = told(made)
    ref = await sent(world, this)
    world.wait(minutes=1)
    for _ in range(2):
        assert (await world.amazon.confirm([ref]))[ref].state is ReceiptState.DONE
        world.connect()
        again = await found(world, this)
        assert again == Receipt(ReceiptState.PENDING, ref), "what was paid is never reported absent"
