"""Without returns, a request is an internal comment at its order; words, statuses and credit memos decide."""

from typing import Any

import pytest

from retour.connectors.errors import OutcomeUnknown, Refused, Unauthorized, Unavailable
from retour.connectors.memory import Notebook
from retour.core.model import Resolution
from retour.sandbox.faults import FaultKind
from retour.sandbox.magento_native import Bought

from .conftest import KEY, Shop, make, make_two_of_one_order, read, read_all, second_request
from .simulated import bare, full

MAKE = r"POST /rest/all/V1/orders/\d+/comments$"
STATUSES: dict[str, Any] = {
    "requested_status": "return_requested",
    "reject_status": "return_rejected",
    "repair_status": "return_repaired",
    "exchange_status": "return_exchanged",
    "keep_status": "return_kept",
}


@pytest.fixture(autouse=True)
def _without_returns(shop: Shop) -> None:
    shop.switch(edition="open_source")


async def test_the_comment_is_internal_and_tells_everything(shop: Shop, open_source: Any) -> None:
    said = await open_source.create(full(), KEY)
    order = shop.order_of(said.ref)
    [remark] = order.history
    assert (remark.notified, remark.visible, remark.status, order.status) == (False, False, "complete", "complete")
    wanted = ("31000001", "C000TEST01", "JACKET-GREEN-M", "Te klein", "Kanaalweg 12 B", "Dorpsstraat 1", "#accept")
    assert [text for text in wanted if text not in remark.comment] == []
    assert (said.ref, said.word, said.resolution) == (f"{order.entity_id}#1", "complete", None)
    assert await read(open_source, said.ref) == {said.ref: said}, "our own words decide nothing"


async def test_a_requested_status_is_set_where_it_fits(shop: Shop) -> None:
    async with shop.connector(**STATUSES) as connector:
        said = await connector.create(full(), KEY)
        assert said.word == shop.order_of(said.ref).status == "return_requested"
        closed = shop.add_order("77", Bought(), state="closed", status="closed")
        said = await connector.create(bare(2, shop_order="77"), "r-2:1:create")
        assert said.word == closed.status == "closed"
        assert len(closed.history) == 1


async def test_what_the_marketplace_settled_asks_nothing(shop: Shop) -> None:
    async with shop.connector(**STATUSES) as connector:
        said = await connector.create(full(status="accepted"), KEY)
        assert shop.order_of(said.ref).status == "complete"
        assert "nothing is to be decided" in shop.order_of(said.ref).history[0].comment
        await shop.staff(_id(said.ref), "#reject")
        assert (await read(connector, said.ref))[said.ref].resolution is None


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_lost_answer_is_found_and_made_once(shop: Shop, kind: FaultKind) -> None:
    memory = Notebook()
    async with shop.connector(memory) as connector:
        shop.fault(kind, MAKE)
        with pytest.raises(OutcomeUnknown):
            await connector.create(full(), KEY)
    async with shop.connector(memory) as after_a_crash:
        found = await after_a_crash.find(KEY)
        assert (found is not None) == (kind == "drop_after")
        made = await after_a_crash.create(full(), KEY)
        assert found in {None, made}
    assert len(shop.order_of(made.ref).history) == 1


@pytest.mark.parametrize(("status", "error"), [(429, Unavailable), (400, Refused), (401, Unauthorized)])
async def test_a_refusal_makes_nothing(shop: Shop, open_source: Any, status: int, error: type[Exception]) -> None:
    shop.fault("answer", MAKE, status=status, body="{}")
    with pytest.raises(error):
        await open_source.create(full(), KEY)
    assert await open_source.find(KEY) is None
    said = await open_source.create(full(), KEY)
    assert len(shop.order_of(said.ref).history) == 1


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("#accept", Resolution.ACCEPT),
        ("#Reject, it was used", Resolution.REJECT),
        ("#repair", Resolution.REPAIR),
        ("#omruilen", Resolution.EXCHANGE),
        ("#keep 1", Resolution.KEEP),
        ("  #cancel", Resolution.CANCEL),
    ],
)
async def test_a_word_decides(shop: Shop, open_source: Any, word: str, means: Resolution) -> None:
    [ref] = await make(open_source)
    await shop.staff(_id(ref), word)
    assert (await read(open_source, ref))[ref].resolution is means


@pytest.mark.parametrize("words", ["we will #reject it", "# reject", "#1 fan", "#accept 2", "hello"])
async def test_other_words_decide_nothing(shop: Shop, open_source: Any, words: str) -> None:
    [ref] = await make(open_source)
    await shop.staff(_id(ref), words)
    said = (await read(open_source, ref))[ref]
    assert (said.resolution, said.unclear) == (None, False)


async def test_a_word_from_before_the_request_decides_nothing(shop: Shop, open_source: Any) -> None:
    order = shop.simulator.shop.orders.numbered(str(full().shop_order))
    assert order is not None
    await shop.staff(order.entity_id, "#reject")
    [ref] = await make(open_source)
    assert (await read(open_source, ref))[ref].resolution is None


async def test_the_last_word_counts(shop: Shop, open_source: Any) -> None:
    [ref] = await make(open_source)
    await shop.staff(_id(ref), "#reject")
    await shop.staff(_id(ref), "#accept")
    assert (await read(open_source, ref))[ref].resolution is Resolution.ACCEPT


async def test_of_two_requests_a_word_needs_the_number(shop: Shop, open_source: Any) -> None:
    first, second = await make_two_of_one_order(open_source)
    await shop.staff(_id(first), "#reject 2")
    said = await read(open_source, first, second)
    assert (said[first].resolution, said[second].resolution) == (None, Resolution.REJECT)
    await shop.staff(_id(first), "#repair")
    said = await read(open_source, first, second)
    assert (said[first].resolution, said[second].resolution) == (Resolution.REPAIR, Resolution.REJECT)


async def test_a_word_that_may_mean_either_is_unclear(shop: Shop, open_source: Any) -> None:
    first, second = await make_two_of_one_order(open_source)
    await shop.staff(_id(first), "#accept")
    said = await read(open_source, first, second)
    assert {(one.resolution, one.unclear, one.word) for one in said.values()} == {(None, True, "#accept")}


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("return_rejected", Resolution.REJECT),
        ("return_repaired", Resolution.REPAIR),
        ("return_exchanged", Resolution.EXCHANGE),
        ("return_kept", Resolution.KEEP),
        ("complete", None),
    ],
)
async def test_a_status_decides(shop: Shop, status: str, means: Resolution | None) -> None:
    async with shop.connector(**STATUSES) as connector:
        [ref] = await make(connector)
        await shop.staff(_id(ref), "", status)
        assert (await read(connector, ref))[ref].resolution is means


async def test_a_later_request_does_not_inherit_the_status(shop: Shop) -> None:
    settings = {name: status for name, status in STATUSES.items() if name != "requested_status"}
    async with shop.connector(**settings) as connector:
        first = (await connector.create(full(quantity=1), KEY)).ref
        await shop.staff(_id(first), "", "return_rejected")
        second = (await connector.create(second_request(), "r-2:1:create")).ref
        said = await read(connector, first, second)
        assert (said[first].resolution, said[second].resolution) == (Resolution.REJECT, None)


async def test_a_credit_memo_for_all_units_accepts(shop: Shop, open_source: Any) -> None:
    [ref] = await make(open_source)
    await shop.credit(_id(ref), lines={"JACKET-GREEN-M": 1}, shipping=0)
    said = (await read(open_source, ref))[ref]
    assert (said.resolution, said.unclear, said.word) == (None, True, "credit memo for 1 of 2")
    await shop.credit(_id(ref), lines={"JACKET-GREEN-M": 1}, shipping=0)
    assert (await read(open_source, ref))[ref].resolution is Resolution.ACCEPT


async def test_a_credit_memo_that_is_not_paid_out_is_none(shop: Shop, open_source: Any) -> None:
    [ref] = await make(open_source)
    await shop.credit(_id(ref), lines={"JACKET-GREEN-M": 2}, still_open=True)
    assert (await read(open_source, ref))[ref].resolution is None


async def test_credit_memos_may_be_left_alone(shop: Shop) -> None:
    async with shop.connector(credit_memos=False) as connector:
        [ref] = await make(connector)
        await shop.credit(_id(ref))
        assert (await read(connector, ref))[ref].resolution is None


@pytest.mark.parametrize(("word", "said"), [("#keep", (Resolution.KEEP, False)), ("#reject", (None, True))])
async def test_word_and_credit_memo(shop: Shop, open_source: Any, word: str, said: Any) -> None:
    [ref] = await make(open_source)
    await shop.staff(_id(ref), word)
    await shop.credit(_id(ref), lines={"JACKET-GREEN-M": 2})
    found = (await read(open_source, ref))[ref]
    assert (found.resolution, found.unclear) == said


async def test_a_credit_memo_from_before_is_none(shop: Shop, open_source: Any) -> None:
    order = shop.simulator.shop.orders.numbered(str(full().shop_order))
    assert order is not None
    await shop.credit(order.entity_id, lines={"JACKET-GREEN-M": 2})
    shop.switch(timestamp_window_seconds=None)
    shop.wait(5)
    [ref] = await make(open_source)
    assert (await read(open_source, ref))[ref].resolution is None


async def test_one_bad_row_hides_no_other(shop: Shop, open_source: Any) -> None:
    refs = await make(open_source, 3)
    await shop.command("POST", f"/_sandbox/orders/{_id(refs[1])}/garble", {"flaw": "no_id"})
    said, unreadable = await read_all(open_source, *refs)
    assert said.keys() == {refs[0], refs[2]}
    assert [row.ref for row in unreadable] == [refs[1]]


@pytest.mark.parametrize("flaw", ["text_id", "no_items", "items_null", "quantity_text"])
async def test_an_orders_rows_do_not_matter_to_its_story(shop: Shop, open_source: Any, flaw: str) -> None:
    [ref] = await make(open_source)
    await shop.command("POST", f"/_sandbox/orders/{_id(ref)}/garble", {"flaw": flaw})
    assert ref in await read(open_source, ref)


async def test_a_hundred_are_two_calls(shop: Shop, open_source: Any) -> None:
    refs = await make(open_source, 60)
    shop.sent.clear()
    assert (await read(open_source, *refs)).keys() == set(refs)
    assert len(shop.sent) == 2


async def test_both_kinds_are_read_after_an_upgrade(shop: Shop, open_source: Any) -> None:
    [comment] = await make(open_source)
    shop.switch(edition="commerce")
    async with shop.connector() as upgraded:
        rma = (await upgraded.create(full(2), "r-2:1:create")).ref
        await shop.staff(_id(comment), "#repair")
        await shop.decide(rma, Resolution.KEEP)
        said = await read(upgraded, comment, rma)
    assert (said[comment].resolution, said[rma].resolution) == (Resolution.REPAIR, Resolution.KEEP)


async def test_nothing_but_comments_is_ever_made(shop: Shop, open_source: Any) -> None:
    await make(open_source, 3)
    assert len(shop.posts()) == len(shop.posts("/comments")) == 3
    assert {entry.kind for entry in shop.simulator.journal.entries} == {"comment"}


def _id(ref: str) -> int:
    return int(ref.partition("#")[0])
