"""What a return of Adobe Commerce says: the merchant's decision, or that a person must read it."""

from typing import Any

import pytest

from retour.connectors.errors import Misconfigured, Transient
from retour.connectors.shapes import decode
from retour.connectors.shops.magento_native import wire
from retour.connectors.shops.magento_native.config import MagentoNativeConfig
from retour.connectors.shops.magento_native.mapping import meaning, rma_says
from retour.core.model import Resolution

from .conftest import Shop, make, read, read_all

CONFIG = MagentoNativeConfig(base_url="https://shop.example.org", access_token="t", sign_in="bearer")
LABELS = {"1": "Refund", "2": "Exchange", "3": "Repair", "4": "Customer keeps it", "5": "Voucher"}
NOTHING, UNCLEAR = (None, False), (None, True)


def item(status: str, resolution: str = "1", requested: int = 2, approved: int = 0) -> dict[str, Any]:
    return {"status": status, "resolution": resolution, "qty_requested": requested, "qty_approved": approved}


@pytest.mark.parametrize(
    ("header", "items", "said"),
    [
        ("pending", [item("pending")], NOTHING),
        ("authorized", [item("authorized")], NOTHING),
        ("received", [item("received", "4")], NOTHING),
        ("processed_closed", [item("approved", "1", 2, 2)], (Resolution.ACCEPT, False)),
        ("processed_closed", [item("approved", "2", 2, 2)], (Resolution.EXCHANGE, False)),
        ("processed_closed", [item("approved", "3", 2, 2)], (Resolution.REPAIR, False)),
        ("processed_closed", [item("approved", "4", 2, 2)], (Resolution.KEEP, False)),
        ("processed_closed", [item("approved", "5", 2, 2)], UNCLEAR),
        ("processed_closed", [item("approved", "99", 2, 2)], UNCLEAR),
        ("processed_closed", [item("approved", "1", 2, 1)], UNCLEAR),
        ("processed_closed", [item("approved", "1", 2, 0)], UNCLEAR),
        ("closed", [item("rejected")], (Resolution.REJECT, False)),
        ("closed", [item("denied")], (Resolution.REJECT, False)),
        ("closed", [item("pending")], (Resolution.CANCEL, False)),
        ("closed", [item("received"), item("authorized")], (Resolution.CANCEL, False)),
        ("closed", [item("rejected"), item("denied")], (Resolution.REJECT, False)),
        ("closed", [item("rejected"), item("pending")], UNCLEAR),
        ("processed_closed", [item("approved", "1", 1, 1), item("rejected")], UNCLEAR),
        ("processed_closed", [item("approved", "1", 1, 1), item("approved", "1", 1, 1)], (Resolution.ACCEPT, False)),
        ("approved_on_item", [item("approved", "1", 1, 1), item("pending")], NOTHING),
        ("rejected", [item("rejected")], (Resolution.REJECT, False)),
        ("approved", [item("approved", "1", 2, 2)], (Resolution.ACCEPT, False)),
        ("approved", [item("approved", "1", 2, 2), item("pending")], NOTHING),
        ("processed_closed", [item("pending")], UNCLEAR),
        ("unconfirmed", [item("pending")], UNCLEAR),
        ("pending", [item("lost_in_space")], UNCLEAR),
    ],
)
def test_header_and_items_tell_the_decision(header: str, items: list[Any], said: Any) -> None:
    rma = decode(wire.Rma, {"entity_id": 7, "status": header, "items": items})
    says = rma_says(rma, LABELS, CONFIG)
    assert (says.resolution, says.unclear) == said
    assert says.word


@pytest.mark.parametrize(
    ("label", "means"),
    [
        ("Refund", Resolution.ACCEPT),
        (" store  CREDIT ", Resolution.ACCEPT),
        ("Partial refund", None),
        ("No refund", None),
        ("Exchange", Resolution.EXCHANGE),
        ("Omruilen", Resolution.EXCHANGE),
        ("Réparation", Resolution.REPAIR),
        ("Customer keeps it", Resolution.KEEP),
        ("Behouden zonder terugbetaling", None),
        ("Repair or exchange", None),
        ("Housekeeping", None),
        ("", None),
    ],
)
def test_a_resolutions_label(label: str, means: Resolution | None) -> None:
    assert meaning(label, CONFIG) is means


async def test_a_partial_approval_is_unclear_and_says_so(shop: Shop, commerce: Any) -> None:
    [ref] = await make(commerce)
    [rma] = await shop.rmas()
    body = {"status": "approved", "resolution": "Refund", "item_id": rma["items"][0]["entity_id"], "quantity": 1}
    await shop.command("POST", f"/_sandbox/returns/{ref}/decide", body)
    said = (await read(commerce, ref))[ref]
    assert (said.resolution, said.unclear) == (None, True)
    assert said.word == "processed_closed: Refund, 1 of 2 approved"


async def test_the_resolution_counts_that_it_is_approved_with(shop: Shop, commerce: Any) -> None:
    [ref] = await make(commerce)
    await shop.decide(ref, Resolution.EXCHANGE)
    assert (await read(commerce, ref))[ref].resolution is Resolution.EXCHANGE


async def test_denied_is_a_rejection(shop: Shop, commerce: Any) -> None:
    [ref] = await make(commerce)
    await shop.command("POST", f"/_sandbox/returns/{ref}/decide", {"status": "denied"})
    assert (await read(commerce, ref))[ref].resolution is Resolution.REJECT


async def test_on_its_way_nothing_is_decided(shop: Shop, commerce: Any) -> None:
    [ref] = await make(commerce)
    [rma] = await shop.rmas()
    for status in ("authorized", "received"):
        await shop.step(ref, item_id=rma["items"][0]["entity_id"], status=status)
        said = (await read(commerce, ref))[ref]
        assert (said.word, said.resolution, said.unclear) == (status, None, False)


async def test_a_hundred_are_one_call_and_their_labels_one_more_a_day(shop: Shop, commerce: Any) -> None:
    refs = await make(commerce, 60)
    await shop.command("POST", "/_sandbox/returns/decide-all", {"status": "approved", "resolution": "Refund"})
    async with shop.connector() as fresh:
        shop.sent.clear()
        said = await read(fresh, *refs)
        assert {one.resolution for one in said.values()} == {Resolution.ACCEPT}
        assert len(shop.sent) == 2
        await read(fresh, *refs)
        assert len(shop.sent) == 3


async def test_a_new_label_is_learned_when_it_is_met(shop: Shop, commerce: Any) -> None:
    [ref] = await make(commerce)
    shop.simulator.options.add("resolution", "Exchange for another size")
    body = {"status": "approved", "resolution": "Exchange for another size"}
    await shop.command("POST", f"/_sandbox/returns/{ref}/decide", body)
    assert (await read(commerce, ref))[ref].resolution is Resolution.EXCHANGE


async def test_a_shop_that_cannot_search_by_id_is_asked_one_by_one(shop: Shop) -> None:
    shop.switch(entity_id_filterable=False)
    async with shop.connector(search_by_id=False) as connector:
        refs = await make(connector, 3)
        await shop.remove(refs[0])
        said = await read(connector, *refs)
    assert [said[ref].gone for ref in refs] == [True, False, False]
    async with shop.connector() as connector:
        with pytest.raises(Transient):
            await read(connector, *refs)


@pytest.mark.parametrize("search_by_id", [True, False])
async def test_a_shop_that_lost_its_returns_has_not_lost_each(shop: Shop, search_by_id: bool) -> None:
    async with shop.connector(search_by_id=search_by_id) as connector:
        [ref] = await make(connector)
        shop.switch(edition="open_source")
        with pytest.raises(Misconfigured):
            await read(connector, ref)


@pytest.mark.parametrize("flaw", ["no_id", "text_id", "no_items", "items_null", "no_status", "not_an_object"])
async def test_one_bad_row_hides_no_other(shop: Shop, commerce: Any, flaw: str) -> None:
    refs = await make(commerce, 3)
    await shop.garble(refs[1], flaw)
    said, unreadable = await read_all(commerce, *refs)
    assert said.keys() == {refs[0], refs[2]}
    assert [row.ref for row in unreadable] == [refs[1]]
    assert "example.org" not in f"{unreadable}"


async def test_a_page_that_is_not_magentos_is_no_proof_of_absence(shop: Shop, commerce: Any) -> None:
    [ref] = await make(commerce)
    await shop.garble(ref, "no_id")
    shop.fault("answer", rf"GET /rest/all/V1/returns/{ref}$", status=404, body="<h1>Not found</h1>")
    with pytest.raises(Misconfigured):
        await read_all(commerce, ref)


async def test_an_items_unknown_word_is_shown(shop: Shop, commerce: Any) -> None:
    [ref] = await make(commerce)
    await shop.garble(ref, "unknown_item_status")
    said = (await read(commerce, ref))[ref]
    assert said.unclear
    assert said.resolution is None


async def test_refs_of_another_kind_are_unreadable(commerce: Any) -> None:
    said, unreadable = await read_all(commerce, "12abc", "")
    assert not said
    assert {row.ref for row in unreadable} == {"12abc", ""}
