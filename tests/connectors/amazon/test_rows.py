"""What the rows of a report say, in XML and in text."""

from decimal import Decimal
from typing import Any

import pytest

from retour.connectors.errors import Transient
from retour.connectors.marketplaces.amazon import documents, tables
from retour.core.model import Handling, Reason, Resolution

from .simulated import NL
from .world import World, line_ref

ODDITIES: list[dict[str, Any]] = [
    {},
    {"flat_bom": True, "flat_crlf": True},
    {"flat_dates": "iso", "flat_blank_cells": False},
    {"flat_decimal_comma": True},
    {"flat_renamed_columns": True, "flat_extra_columns": True},
    {"header_charset": False, "text_encoding": "windows-1252"},
    {"header_charset": False, "text_encoding": "UTF-8"},
]


@pytest.fixture(params=["xml", "flat"])
def form(request: pytest.FixtureRequest, world: World) -> str:
    form: str = request.param
    world.connect(report=form)
    return form


async def test_a_line(world: World, form: str) -> None:
    made = await world.open({"sku": "FRAME", "title": 'Frame 10" "Nørre"', "reason": "CR-SWITCHEROO"})
    await world.event(made, "deliver")
    [seen] = await world.seen()
    [line] = seen.lines
    assert (seen.ref, line.ref) == (f"{NL}:{made['rma_id']}", line_ref(made))
    assert (line.order_ref, line.sku, line.title) == (made["order_id"], "FRAME", 'Frame 10" "Nørre"')
    assert (line.reason, line.reason_text) == (Reason.WRONG_ITEM_SENT, "CR-SWITCHEROO")
    assert (line.quantity, line.awaits, line.handlings) == (1, True, ())
    assert (line.carrier, line.tracking is not None, line.received_at is not None) == ("DHL", True, True)
    assert seen.all_lines


async def test_identical_pieces_are_added_up(world: World, form: str) -> None:
    made = await world.open({"quantity": 3}, {"quantity": 1})
    [seen] = await world.seen()
    assert [(line.ref, line.quantity) for line in seen.lines] == [(line_ref(made), 3), (line_ref(made, 1), 1)]


async def test_without_an_rma_id_the_order_names_it(world: World, form: str) -> None:
    made = await world.open()
    await world.event(made, "garble", flaw="no_rma_id")
    first, again = await world.seen(), await world.seen()
    assert [seen.ref for seen in first] == [seen.ref for seen in again]
    assert made["order_id"] in first[0].ref
    assert first[0].lines[0].ref == first[0].ref


async def test_a_second_rma_is_a_second_return(world: World, form: str) -> None:
    made = await world.open({"quantity": 1, "ordered": 2})
    again = await world.open({"sku": made["lines"][0]["sku"]}, order_id=made["order_id"])
    assert {seen.ref for seen in await world.seen()} == {f"{NL}:{one['rma_id']}" for one in (made, again)}


async def test_words_that_nobody_knows_do_not_matter(world: World, form: str) -> None:
    made = await world.open()
    await world.event(made, "garble", flaw="unknown_values")
    line = await world.line(made)
    assert (line.awaits, line.reason, line.reason_text) == (True, None, "AMZ-PG-NEW-REASON")


@pytest.mark.parametrize(
    ("status", "resolution"),
    [
        ("Closed", Resolution.CANCEL),
        ("Completed", Resolution.CANCEL),
        ("Rejected", Resolution.REJECT),
        ("Declined", Resolution.REJECT),
        ("Cancelled", Resolution.CANCEL),
    ],
)
async def test_an_end_without_money(world: World, form: str, status: str, resolution: Resolution) -> None:
    made = await world.open({"quantity": 2})
    await world.event(made, "status", status=status)
    line = await world.line(made)
    assert (line.awaits, line.handlings) == (False, (Handling(2, resolution, status),))


async def test_how_a_closed_return_ended_can_be_left_open(world: World) -> None:
    world.connect(closed_without_refund="unclear")
    made = await world.open()
    await world.event(made, "status", status="Closed")
    line = await world.line(made)
    assert (line.awaits, line.handlings) == (False, (Handling(1, None, "Closed"),))


@pytest.mark.parametrize("status", ["Completed", "Closed", "unchanged"])
async def test_amazon_refunds_by_itself(world: World, form: str, status: str) -> None:
    await world.switch(status_after_refund=status)
    made = await world.open({"quantity": 2, "unit_price": "10.00"})
    await world.event(made, "refund")
    line = await world.line(made)
    assert not line.awaits
    assert [(one.quantity, one.resolution) for one in line.handlings] == [(1, Resolution.ACCEPT)] * 2
    assert "refunded 20.00" in line.handlings[0].raw


async def test_a_refund_of_some_units_ends_those(world: World, form: str) -> None:
    await world.switch(status_after_refund="unchanged")
    made = await world.open({"quantity": 3, "unit_price": "10.00"})
    await world.event(made, "refund", quantity=2)
    line = await world.line(made)
    assert line.awaits
    assert [(one.quantity, one.resolution) for one in line.handlings] == [(1, Resolution.ACCEPT)] * 2


async def test_a_goodwill_payment_ends_no_unit(world: World, form: str) -> None:
    await world.switch(status_after_refund="unchanged")
    made = await world.open({"unit_price": "10.00"})
    await world.event(made, "refund", amount="4.00")
    line = await world.line(made)
    assert (line.awaits, line.handlings) == (True, ())


async def test_a_price_that_cannot_be_asked_for_is_asked_for_later(world: World) -> None:
    await world.switch(status_after_refund="unchanged")
    made = await world.open({"unit_price": "10.00"})
    await world.event(made, "refund")
    await world.fault("answer", "GET /orders/", status=500, times=3)
    assert (await world.line(made)).awaits
    assert not (await world.line(made)).awaits


async def test_returnless_is_keep(world: World, form: str) -> None:
    made = await world.open({"resolution": "ReturnlessRefund"})
    assert [one.resolution for one in (await world.line(made)).handlings] == [Resolution.KEEP]


@pytest.mark.parametrize("oddity", ODDITIES, ids=lambda oddity: "+".join(oddity) or "plain")
async def test_text_in_every_spelling(world: World, oddity: dict[str, Any]) -> None:
    world.connect(report="flat")
    await world.switch(**oddity)
    made = await world.open({"title": "Nørre café", "unit_price": "10.00"})
    await world.event(made, "refund", amount="10.00")
    line = await world.line(made)
    assert (line.title, line.awaits) == ("Nørre café", False)
    if oddity.get("flat_extra_columns"):
        assert line.order_line_ref == made["lines"][0]["order_item_id"]


@pytest.mark.parametrize("header", [True, False])
async def test_xml_in_other_letters(world: World, header: bool) -> None:
    await world.switch(xml_encoding="windows-1252", header_charset=header)
    made = await world.open({"title": "Nørre café €"})
    assert (await world.line(made)).title == "Nørre café €"


@pytest.mark.parametrize("form", ["xml", "flat"])
async def test_japanese(world: World, form: str) -> None:
    japan = "A1VC38T7YXB528"
    seller = {"seller_id": "A0JAPAN", "refresh_token": "Atzr|japan", "marketplace_ids": [japan]}
    await world.control("POST", "sellers", seller)
    body = {"items": [{"title": "マグカップ①"}]}
    await world.control("POST", "returns?seller=A0JAPAN", body)
    world.connect(report=form, refresh_token="Atzr|japan", seller_id="A0JAPAN", marketplace_ids=[japan])
    [seen] = await world.seen()
    assert seen.lines[0].title == "マグカップ①"


@pytest.mark.parametrize("flaw", ["no_order_id", "no_quantity", "wrong_type", "bad_date", "no_items"])
async def test_a_row_that_cannot_be_read_is_shown(world: World, form: str, flaw: str) -> None:
    broken, whole = await world.open(), await world.open()
    await world.event(broken, "garble", flaw=flaw)
    pages = await world.report()
    assert [seen.ref for page in pages for seen in page.seen] == [f"{NL}:{whole['rma_id']}"]
    [row] = [row for page in pages for row in page.unreadable]
    assert row.raw
    assert "cannot be read" in row.why


async def _pieces(*texts: str) -> Any:
    for text in texts:
        yield text


async def test_a_text_report_without_order_ids_is_shown_as_unreadable() -> None:
    [[row]] = [rows async for rows in tables.from_lines(_pieces("SKU\tASIN\nA\tB\n"))]
    assert row.flaw == "the report has no column for the order id"


async def test_xml_that_ends_too_early_shows_what_came_before() -> None:
    rows = tables.from_xml(_pieces("<a><return_details><x>1</x></return_details>", "<return_det"))
    assert [row.head for row in await anext(rows)] == [{"x": "1"}]
    with pytest.raises(Transient, match="no proper XML"):
        await anext(rows)


async def test_xml_that_expands_itself_is_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    with pytest.raises(Transient, match="no proper XML"):
        [rows async for rows in tables.from_xml(_pieces(bomb))]


@pytest.mark.parametrize("cut", range(1, 12))
def test_letters_are_read_wherever_the_pieces_are_cut(cut: int) -> None:
    for charset, content_type in (("utf-8", ""), ("cp1252", ""), ("cp932", "text/plain; charset=Shift_JIS")):
        words = "x" * 300 + ("マグ①" if charset == "cp932" else "Nørre café €")
        data, letters = words.encode(charset), documents.Letters(content_type)
        pieces = [data[at : at + cut] for at in range(0, len(data), cut)]
        assert "".join(map(letters.read, pieces)) + letters.read(b"", last=True) == words


async def test_an_order_shows_lines_prices_and_people(world: World) -> None:
    made = await world.open({"quantity": 2, "unit_price": "10.00"})
    order = await world.amazon.order(made["order_id"])
    assert order is not None
    [line] = order.lines
    assert (line.ref, line.quantity) == (made["lines"][0]["order_item_id"], 2)
    assert line.unit_price is not None
    assert (line.unit_price.amount, line.unit_price.currency) == (Decimal("10.00"), "EUR")
    assert order.shipping is not None
    assert (order.shipping.first_name, order.shipping.last_name) == ("Noor", "de Vries")
    await world.switch(personal_data_role=False)
    order = await world.amazon.order(made["order_id"])
    assert order is not None
    assert order.shipping is None
