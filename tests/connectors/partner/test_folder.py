"""Exchanging files in a folder of this server: contract tobedressed 4, and the guard around it."""

import os
from pathlib import Path
from typing import Any

import pytest

from retour.connectors.contract import ReceiptState
from retour.connectors.errors import Misconfigured
from retour.connectors.partner.files import FilesPartner
from retour.connectors.partner.folder import ALLOWED
from retour.core.model import Resolution
from retour.testing.walking import nothing_known

from .world import World, history, part, shown, walk

R = Resolution
HEADINGS = "return_id;order_id;line_id;sku;ean;quantity;reason;comment;status;created_at;updated_at"


@pytest.fixture(autouse=True)
def _allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(ALLOWED, str(tmp_path))


def folder(exchange: World, path: Path | None = None, **files: Any) -> FilesPartner:
    where = path or exchange.folder
    (where / "decisions").mkdir(parents=True, exist_ok=True)
    (where / "returns").mkdir(parents=True, exist_ok=True)
    return exchange.exchange({"files": files}, base_url=where.as_uri(), api_key=None)


def fill(exchange: World, name: str, *rows: str) -> None:
    (exchange.folder / "returns").mkdir(exist_ok=True)
    (exchange.folder / "returns" / name).write_text("\n".join([HEADINGS, *rows, ""]), encoding="utf-8")


def row(ref: str = "R-1", line: str = "1", status: str = "requested", updated: str = "2026-03-02 10:00:00") -> str:
    return f"{ref};TBD-1;{line};SKU-1;;1;Te klein;;{status};2026-03-02 09:00:00;{updated}"


@pytest.mark.parametrize("decision", [R.ACCEPT, R.KEEP, R.REJECT])
async def test_a_decision_there_and_back(exchange: World, decision: Resolution) -> None:
    partner, ref = folder(exchange), exchange.announce(1)
    exchange.partner.export("all")
    assert shown(await walk(partner))[ref].lines[0].awaits

    told = part(decision)
    assert await partner.find(ref, [told], exchange.partner.clock.now()) is None
    receipt = await partner.settle(ref, [told])
    assert [path.name for path in (exchange.folder / "decisions").glob("*.csv")] == [receipt.ref]
    assert await partner.settle(ref, [told]) == receipt
    assert await partner.find(ref, [told], exchange.partner.clock.now()) == receipt

    assert exchange.journal() == [("refund" if decision.refunds else "settled", "1", 1)]
    exchange.partner.clock.move(5)
    exchange.partner.export("all")
    shows = R.ACCEPT if decision.refunds else R.REJECT
    assert history(shown(await walk(partner))[ref].lines[0]) == [(shows, 1)]


async def test_a_file_that_was_taken_is_found_where_the_partner_puts_it(exchange: World) -> None:
    exchange.switch(after_reading="moved")
    partner, ref, told = folder(exchange, taken_folder="decisions/done"), exchange.announce(1), part(R.ACCEPT)
    receipt = await partner.settle(ref, [told])
    assert exchange.journal() == [("refund", "1", 1)]
    assert (exchange.folder / "decisions" / "done" / str(receipt.ref)).is_file()

    found = await partner.find(ref, [told], exchange.partner.clock.now())
    assert found is not None
    assert found.state is ReceiptState.DONE
    await partner.settle(ref, [told])
    assert exchange.journal() == [("refund", "1", 1)]
    assert not list((exchange.folder / "decisions").glob("*.csv")), "not written a second time"


async def test_a_decision_of_another_hub_with_the_same_numbers_is_another_file(exchange: World) -> None:
    partner, first, second = folder(exchange), exchange.announce(1), exchange.announce(1)
    await partner.settle(first, [part(R.ACCEPT, number=1, key="r-1:1:settle:1")])
    await partner.settle(second, [part(R.ACCEPT, number=1, key="r-1:1:settle:1")])
    assert len(exchange.journal("refund")) == 2


async def test_what_cannot_be_written_is_not_told_and_leaves_nothing(exchange: World) -> None:
    partner, ref = folder(exchange, outgoing_folder="not-there"), exchange.announce(1)
    with pytest.raises(Misconfigured):
        await partner.settle(ref, [part(R.ACCEPT)])
    assert exchange.journal() == []


# --- what comes in, in any order and of any quality ---


async def test_an_older_file_that_comes_later_undoes_nothing(exchange: World) -> None:
    partner = folder(exchange)
    fill(exchange, "returns_2.csv", row(status="accepted", updated="2026-03-02 12:00:00"), row("R-2"))
    assert history(shown(await walk(partner))["R-1"].lines[0]) == [(R.ACCEPT, 1)]
    fill(exchange, "returns_1.csv", row(updated="2026-03-02 11:00:00"), row("R-3"))
    assert shown(await walk(partner)).keys() == {"R-3"}


async def test_the_latest_row_of_a_line_counts_wherever_it_stands(exchange: World) -> None:
    fill(exchange, "returns_1.csv", row(status="rejected", updated="2026-03-02 12:00:00"), row())
    assert history(shown(await walk(folder(exchange)))["R-1"].lines[0]) == [(R.REJECT, 1)]


async def test_lines_of_one_return_may_have_words_of_their_own(exchange: World) -> None:
    fill(exchange, "returns_1.csv", row(status="accepted"), row(line="2", status="rejected"), row(line="3"))
    lines = shown(await walk(folder(exchange)))["R-1"].lines
    assert [history(line) for line in lines] == [[(R.ACCEPT, 1)], [(R.REJECT, 1)], []]
    assert [line.awaits for line in lines] == [False, False, True]


async def test_times_are_amsterdams_in_summer_and_winter(exchange: World) -> None:
    fill(
        exchange,
        "returns_1.csv",
        row("R-1").replace("2026-03-02 09:00:00", "2026-01-05 09:00:00"),
        row("R-2").replace("2026-03-02 09:00:00", "2026-07-05 09:00:00"),
        row("R-3").replace("2026-03-02 09:00:00", "2026-07-05T09:00:00+05:00"),
    )
    found = shown(await walk(folder(exchange)))
    assert [found[ref].opened_at.isoformat() for ref in ("R-1", "R-2", "R-3")] == [
        "2026-01-05T08:00:00+00:00",
        "2026-07-05T07:00:00+00:00",
        "2026-07-05T04:00:00+00:00",
    ]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"<html>Sign in</html>"])
async def test_what_is_no_table_is_told_once_and_hides_no_other_file(exchange: World, content: bytes) -> None:
    partner = folder(exchange)
    (exchange.folder / "returns" / "returns_1.csv").write_bytes(content)
    fill(exchange, "returns_2.csv", row())
    pages = await walk(partner)
    assert ["returns_1.csv" in entry.why for page in pages for entry in page.unreadable] == [True]
    assert shown(pages).keys() == {"R-1"}
    assert await walk(partner) == []


async def test_only_files_of_returns_are_read(exchange: World) -> None:
    partner = folder(exchange)
    for name in ("orders_1.csv", "returns_1.csv.part", ".returns_1.csv"):
        fill(exchange, name, row())
    (exchange.folder / "returns" / "returns_folder.csv").mkdir()
    assert await walk(partner) == []


async def test_a_file_is_read_again_where_the_hub_did_not_record_it(exchange: World) -> None:
    """A crash after the page was handed over: nobody asked for more."""
    fill(exchange, "returns_1.csv", row())
    pages: Any = folder(exchange).returns(None, nothing_known)
    page = await anext(pages)
    await pages.aclose()
    assert [seen.ref for seen in page.seen] == ["R-1"]
    assert shown(await walk(folder(exchange))).keys() == {"R-1"}


# --- nowhere else ---


async def test_no_folder_that_the_operator_did_not_allow(
    exchange: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    beside = tmp_path / "beside"
    for allowed in ("", str(tmp_path / "exchange"), str(tmp_path / "besid")):
        monkeypatch.setenv(ALLOWED, allowed)
        with pytest.raises(Misconfigured, match=ALLOWED):
            await walk(folder(exchange, beside))
    monkeypatch.setenv(ALLOWED, str(tmp_path / "exchange"))
    dots = folder(exchange, beside)
    dots = exchange.exchange(base_url=f"file://{tmp_path}/exchange/../beside", api_key=None)
    with pytest.raises(Misconfigured, match=ALLOWED):
        await walk(dots)
    [check] = await dots.check()
    assert not check.ok


async def test_no_link_leads_out_of_the_folder(exchange: World, tmp_path: Path) -> None:
    """Within what is allowed, a connection sees its own folder only."""
    secret = tmp_path / "returns_secret.csv"
    secret.write_text("\n".join([HEADINGS, row("R-SECRET"), ""]), encoding="utf-8")
    mine = tmp_path / "mine"
    partner = folder(exchange, mine)
    (mine / "returns" / "returns_link.csv").symlink_to(secret)
    assert await walk(partner) == []

    (mine / "decisions").rmdir()
    (mine / "decisions").symlink_to(tmp_path)
    with pytest.raises(Misconfigured, match="leads out"):
        await partner.settle("R-1", [part(R.ACCEPT)])
    assert not [name for name in os.listdir(tmp_path) if name.startswith("decisions_")]
