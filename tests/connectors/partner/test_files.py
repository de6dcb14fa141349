"""Exchanging files with a partner, over HTTP: contract tobedressed 4."""

import asyncio
import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from retour.connectors.contract import ReceiptState
from retour.connectors.errors import OutcomeUnknown, Refused, Unauthorized, Unavailable
from retour.core.model import Reason, Resolution
from retour.sandbox.generic import PartnerSimulator
from retour.sandbox.generic.switches import Flaw
from tests.connectors.loopback import virtual_time

from .simulated import FILE_FLAWS
from .world import World, history, part, shown, walk, world_of

R = Resolution
PUT = "PUT /files/decisions/"
TOLD = [R.ACCEPT, R.KEEP, R.REJECT]
EFFECT = {R.ACCEPT: "refund", R.KEEP: "refund", R.REJECT: "settled"}
SHOWN = {R.ACCEPT: R.ACCEPT, R.KEEP: R.ACCEPT, R.REJECT: R.REJECT}
GET = "GET /files/{box}/{name}"


def export(world: World, scope: Any = "all", name: str | None = None) -> None:
    world.partner.export(scope, name) if name else world.partner.export(scope)


def files_of(world: World, box: str) -> dict[str, bytes]:
    folder = world.folder / box
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def decision_of(world: World) -> dict[str, str]:
    [(_, content)] = files_of(world, "decisions").items()
    [row] = csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter=";")
    return row


# --- what comes in ---


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"separator": ","},
        {"bom": True},
        {"line_ending": "lf"},
        {"shuffled_columns": True},
        {"quantity_style": "comma"},
        {"quantity_style": "point"},
        {"csv_times": "z"},
        {"csv_times": "offset"},
        {"csv_reason": "code"},
        {"file_index": "json"},
    ],
)
async def test_files_in_every_form_are_read(exchange: World, switches: dict[str, Any]) -> None:
    exchange.switch(**switches)
    refs = [exchange.announce(2, comment='Past "niet"; helaas\nEcht') for _ in range(3)]
    export(exchange)
    found = shown(await walk(exchange.exchange()))

    assert list(found) == refs
    for seen in found.values():
        [line] = seen.lines
        assert (line.quantity, line.awaits, line.handlings, line.sku) == (2, True, (), "SKU-1")
        assert line.reason is Reason.WRONG_SIZE_FIT
        assert line.comment == 'Past "niet"; helaas\nEcht'
        assert seen.customer is not None
        assert seen.customer.city == "Utrecht"
        assert abs(seen.opened_at - exchange.partner.clock.now()) < timedelta(minutes=1)


async def test_rows_of_a_return_become_its_lines(exchange: World) -> None:
    ref = exchange.announce(1, 2, 3)
    export(exchange)
    seen = shown(await walk(exchange.exchange()))[ref]
    assert [(line.ref, line.quantity) for line in seen.lines] == [("1", 1), ("2", 2), ("3", 3)]


async def test_a_file_is_read_once(exchange: World) -> None:
    partner, ref = exchange.exchange(), exchange.announce(1)
    export(exchange, name="returns_a.csv")
    assert shown(await walk(partner)).keys() == {ref}
    read = exchange.calls(GET)

    assert shown(await walk(partner)) == {}
    assert shown(await walk(exchange.exchange())) == {}, "another process knows it, too"
    assert exchange.calls(GET) == read
    assert "returns_a.csv" in files_of(exchange, "returns"), "nothing is removed"


async def test_a_known_name_with_other_content_is_read_again(exchange: World) -> None:
    partner = exchange.exchange()
    exchange.announce(1)
    export(exchange, name="returns_a.csv")
    await walk(partner)
    exchange.partner.clock.move(5)
    second = exchange.announce(1)
    export(exchange, name="returns_a.csv")
    assert second in shown(await walk(partner))


async def test_a_file_is_read_again_where_the_hub_did_not_record_it(exchange: World) -> None:
    """A crash after the page was handed over: nobody asked for more."""
    ref = exchange.announce(1)
    export(exchange)
    pages = exchange.exchange().returns(None, _knows_nothing)
    page = await anext(pages)
    await pages.aclose()  # type: ignore[attr-defined]
    assert [seen.ref for seen in page.seen] == [ref]
    assert shown(await walk(exchange.exchange())).keys() == {ref}


async def _knows_nothing(page: Any) -> bool:
    return False


@virtual_time
async def test_a_file_that_grows_waits_until_it_is_whole() -> None:
    """However old it says it is."""
    with TemporaryDirectory() as folder:
        async with world_of(PartnerSimulator(folder=Path(folder)), Path(folder)) as exchange:
            exchange.switch(growing_files=True, file_age_seconds=3600)
            refs = {exchange.announce(1) for _ in range(3)}
            export(exchange, name="returns_a.csv")
            partner = exchange.exchange({"files": {"quiet_seconds": 60}})
            for _ in range(3):
                pages = await walk(partner)
                assert (shown(pages), [page.again for page in pages]) == ({}, [timedelta(seconds=60)])
                await asyncio.sleep(61)
            exchange.switch(growing_files=False)
            await walk(partner)
            assert shown(await walk(partner)) == {}, "whole, but nobody can know yet"
            await asyncio.sleep(61)
            pages = await walk(partner)
            assert shown(pages).keys() == refs
            assert not [page for page in pages if page.unreadable or page.again]


async def test_a_file_that_an_earlier_process_saw_as_it_is_now_is_whole(exchange: World) -> None:
    """`retour sync` is a process of its own each time."""
    ref = exchange.announce(1)
    export(exchange)
    slow = {"files": {"quiet_seconds": 60}}
    assert shown(await walk(exchange.exchange(slow))) == {}
    assert shown(await walk(exchange.exchange(slow))).keys() == {ref}


@pytest.mark.parametrize("flaw", FILE_FLAWS)
async def test_a_bad_row_is_told_and_hides_no_other(exchange: World, flaw: Flaw) -> None:
    first, bad, last = (exchange.announce(1) for _ in range(3))
    exchange.partner.garble(bad, flaw)
    export(exchange, name="returns_a.csv")
    pages = await walk(exchange.exchange())

    assert shown(pages).keys() == {first, last}
    [row] = [row for page in pages for row in page.unreadable]
    assert row.ref == {"no_id": None, "open_quote": "R-OPEN"}.get(flaw, bad)
    assert "returns_a.csv" in row.why
    assert row.raw


async def test_many_returns_come_in_several_pages(exchange: World) -> None:
    refs = {exchange.announce(1) for _ in range(205)}
    export(exchange)
    pages = await walk(exchange.exchange())
    assert [len(page.seen) for page in pages] == [200, 5]
    assert shown(pages).keys() == refs


# --- what goes out ---


@pytest.mark.parametrize("decision", TOLD)
async def test_a_decision_is_one_file_with_one_row(exchange: World, decision: Resolution) -> None:
    partner, ref, told = exchange.exchange(), exchange.announce(2), part(decision, 2, number=17)
    receipt = await partner.settle(ref, [told])

    assert receipt.state is ReceiptState.DONE
    assert re.fullmatch(r"decisions_000000000017_[0-9a-f]{12}\.csv", receipt.ref or "")
    row = decision_of(exchange)
    assert list(row) == ["return_id", "line_id", "quantity", "decision", "reason", "comment", "decided_at"]
    word = "reject" if decision is R.REJECT else "accept"
    assert (row["return_id"], row["line_id"], row["quantity"], row["decision"]) == (ref, "1", "2", word)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row["decided_at"])
    assert exchange.journal() == [(EFFECT[decision], "1", 2)]
    export(exchange)
    assert history(shown(await walk(partner))[ref].lines[0]) == [(SHOWN[decision], 2)]


async def test_the_customer_keeps_it_is_said(exchange: World) -> None:
    partner, ref = exchange.exchange(), exchange.announce(1)
    await partner.settle(ref, [part(R.KEEP, reason=None)])
    assert decision_of(exchange)["comment"] == "customer keeps item"


async def test_what_the_merchant_writes_runs_in_no_spreadsheet(exchange: World) -> None:
    partner, ref = exchange.exchange(), exchange.announce(1)
    await partner.settle(ref, [part(R.REJECT, reason='=HYPERLINK("https://example.org")')])
    assert decision_of(exchange)["comment"] == '\'=HYPERLINK("https://example.org")'


@pytest.mark.parametrize("decision", TOLD)
async def test_a_lost_answer_is_found_by_the_files_name(exchange: World, decision: Resolution) -> None:
    partner, ref, told = exchange.exchange(), exchange.announce(1), part(decision)
    exchange.fault("drop_after", PUT)
    with pytest.raises(OutcomeUnknown):
        await partner.settle(ref, [told])

    found = await exchange.exchange().find(ref, [told], exchange.partner.clock.now())
    assert found is not None
    assert found.state is ReceiptState.DONE
    assert exchange.journal() == [(EFFECT[decision], "1", 1)]


@pytest.mark.parametrize("decision", TOLD)
@pytest.mark.parametrize(
    ("kind", "details", "failure"),
    [
        ("drop_before", {}, OutcomeUnknown),
        ("answer", {"status": 429, "headers": {"Retry-After": "7"}}, Unavailable),
        ("answer", {"status": 500}, OutcomeUnknown),
        ("answer", {"status": 401}, Unauthorized),
        (
            "answer",
            {"status": 200, "headers": {"Content-Type": "text/html"}, "body": "<h1>Sign in</h1>"},
            OutcomeUnknown,
        ),
    ],
)
async def test_a_file_that_did_not_arrive_is_written_again_and_counts_once(
    exchange: World, decision: Resolution, kind: Any, details: dict[str, Any], failure: type[Exception]
) -> None:
    partner, ref, told = exchange.exchange(), exchange.announce(1), part(decision)
    exchange.fault(kind, PUT, **details)
    with pytest.raises(failure):
        await partner.settle(ref, [told])
    later = exchange.exchange()  # the first one's door keeps the pause that a 429 asked for
    assert await later.find(ref, [told], exchange.partner.clock.now()) is None
    assert exchange.journal() == []

    await later.settle(ref, [told])
    await later.settle(ref, [told])
    assert exchange.journal() == [(EFFECT[decision], "1", 1)]
    assert len(files_of(exchange, "decisions")) == 1


async def test_a_file_is_the_same_to_the_byte_when_it_is_written_again(exchange: World) -> None:
    exchange.switch(after_reading="removed")
    partner, ref, told = exchange.exchange(), exchange.announce(2), part(R.ACCEPT, 1)
    exchange.fault("drop_after", PUT)
    with pytest.raises(OutcomeUnknown):
        await partner.settle(ref, [told])
    assert exchange.journal() == [("refund", "1", 1)]
    assert await partner.find(ref, [told], exchange.partner.clock.now()) is None, "taken away, and nobody can say"

    await partner.settle(ref, [told])
    assert exchange.journal() == [("refund", "1", 1)], "the partner knows name and content"


async def test_what_has_no_word_is_not_written(exchange: World) -> None:
    partner, ref = exchange.exchange(), exchange.announce(1)
    for decision in (R.REPAIR, R.EXCHANGE, R.CANCEL):
        with pytest.raises(Refused):
            await partner.settle(ref, [part(decision)])
    with pytest.raises(Refused, match="needs a comment"):
        await partner.settle(ref, [part(R.REJECT, reason=None)])
    assert files_of(exchange, "decisions") == {}


async def test_what_the_partner_refuses_still_waits(exchange: World) -> None:
    """A file that was taken is no decision that was carried out: the next file shows what it made of it."""
    partner, ref = exchange.exchange(), exchange.announce(1)
    await partner.settle(ref, [part(R.ACCEPT, 5)])
    assert exchange.journal() == []
    export(exchange)
    line = shown(await walk(partner))[ref].lines[0]
    assert (line.awaits, line.handlings) == (True, ())


async def test_the_doctor_counts_files(exchange: World) -> None:
    exchange.announce(1)
    export(exchange)
    partner = exchange.exchange()
    [files, decisions] = await partner.check()
    assert files.ok
    assert re.match(r"\d+ files are called returns_\*\.csv", files.words)
    assert "By hand: repair, exchange, cancel" in decisions.words
