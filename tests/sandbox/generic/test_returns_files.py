"""The partner's files of returns, over HTTP and in the folder (contract 4)."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from retour.sandbox.app import start
from retour.sandbox.generic import PartnerSimulator
from tests.sandbox.generic.world import World

COLUMNS = (
    "return_id;order_id;line_id;sku;ean;quantity;reason;comment;status;created_at;updated_at;first_name;last_name;"
    "email;street;zip;city;country"
)


def rows(content: bytes, separator: str = ";") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator))


async def test_a_row_for_each_line(world: World) -> None:
    ref = await world.open(2, 1, created_at="2026-03-02T09:15:30Z")
    name = await world.export()
    assert re.fullmatch(r"returns_\d{8}T\d{6}Z\.csv", name)
    content = world.written(name)
    assert content.startswith(f"{COLUMNS}\r\n".encode())
    first, second = rows(content)
    assert (first["return_id"], first["line_id"], first["quantity"], second["line_id"]) == (ref, "1", "2", "2")
    assert (first["created_at"], first["reason"], first["status"]) == ("2026-03-02 10:15:30", "Te klein", "requested")
    assert (first["street"], first["zip"], first["country"]) == ("Lindelaan 14 B", "3512 AB", "NL")


async def test_what_changed_what_is_open_and_all(world: World) -> None:
    one, two = await world.open(), await world.open()
    assert len(rows(world.written(await world.export()))) == 2
    await world.decide(one, "reject")
    told = {scope: rows(world.written(await world.export(scope=scope))) for scope in ("changed", "open", "all")}
    assert [(row["return_id"], row["status"]) for row in told["changed"]] == [(one, "rejected")]
    assert [row["return_id"] for row in told["open"]] == [two]
    assert {row["return_id"] for row in told["all"]} == {one, two}


async def test_a_file_after_each_change(world: World) -> None:
    await world.switch(export="each_change")
    await world.open()
    await world.control("bulk", {"count": 20})
    files = await world.control("files", method="GET")
    assert [len(rows(world.written(file["name"]))) for file in files] == [1, 20]
    await world.returns()
    assert len(await world.control("files", method="GET")) == 2


class TestForms:
    async def test_byte_order_mark_separator_and_columns(self, world: World) -> None:
        ref = await world.open(comment='Te klein, "echt"; jammer')
        await world.switch(bom=True, separator=",", line_ending="lf", shuffled_columns=True)
        content = world.written(await world.export())
        assert content.startswith(b"\xef\xbb\xbfcountry,")
        assert b"\r" not in content
        (row,) = rows(content, ",")
        assert (row["return_id"], row["comment"]) == (ref, 'Te klein, "echt"; jammer')
        assert set(row) - set(COLUMNS.split(";")) == {"warehouse_code", "colour"}

    @pytest.mark.parametrize(("style", "cell"), [("whole", "2"), ("comma", "2,00"), ("point", "2.00")])
    async def test_quantities(self, world: World, style: str, cell: str) -> None:
        await world.open(2)
        await world.switch(quantity_style=style)
        assert rows(world.written(await world.export()))[0]["quantity"] == cell

    @pytest.mark.parametrize(
        ("style", "winter", "summer"),
        [
            ("local", "2026-03-29 01:59:59", "2026-03-29 03:00:00"),
            ("offset", "2026-03-29 01:59:59+01:00", "2026-03-29 03:00:00+02:00"),
            ("z", "2026-03-29 00:59:59Z", "2026-03-29 01:00:00Z"),
        ],
    )
    async def test_times(self, world: World, style: str, winter: str, summer: str) -> None:
        await world.switch(csv_times=style)
        for at in ("2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"):
            await world.open(created_at=at)
        assert [row["created_at"] for row in rows(world.written(await world.export()))] == [winter, summer]

    async def test_reasons_as_codes(self, world: World) -> None:
        await world.open()
        await world.switch(csv_reason="code", status_words={"requested": "aangevraagd"})
        (row,) = rows(world.written(await world.export()))
        assert (row["reason"], row["status"]) == ("too_small", "aangevraagd")

    @pytest.mark.parametrize("comment", ["=1+1", "+31", "-1", "@SUM(A1)"])
    async def test_cells_that_calculate(self, world: World, comment: str) -> None:
        await world.open(comment=comment)
        assert rows(world.written(await world.export()))[0]["comment"] == f"'{comment}"
        await world.switch(escape_formulas=False)
        assert rows(world.written(await world.export(scope="all")))[0]["comment"] == comment


class TestBadRows:
    @pytest.mark.parametrize(
        ("flaw", "column", "cell"),
        [
            ("no_id", "return_id", ""),
            ("no_order_id", "order_id", ""),
            ("no_status", "status", ""),
            ("no_updated_at", "updated_at", ""),
            ("line_no_id", "line_id", ""),
            ("line_no_product", "ean", ""),
            ("wrong_type", "quantity", "two"),
            ("bad_time", "updated_at", "yesterday"),
            ("unknown_status", "status", "awaiting_pickup"),
            ("bare", "email", ""),
            ("not_an_object", "return_id", "*** end of batch 1 ***"),
            ("too_few_cells", "ean", None),
            ("too_many_cells", None, ["1", "2"]),
        ],
    )
    async def test_a_spoiled_row_spoils_no_other(
        self, world: World, flaw: str, column: str | None, cell: object
    ) -> None:
        before, spoiled, after = [await world.open() for _ in range(3)]
        await world.control("garble", {"return_id": spoiled, "flaw": flaw})
        told = {index: dict(row) for index, row in enumerate(rows(world.written(await world.export())))}
        assert (told[0]["return_id"], told[2]["return_id"]) == (before, after)
        spoilt: dict[Any, Any] = told[1]
        assert spoilt[column] == cell

    async def test_a_quote_that_is_never_closed(self, world: World) -> None:
        refs = [await world.open() for _ in range(3)]
        await world.control("garble", {"return_id": refs[1], "flaw": "open_quote"})
        lines = world.written(await world.export()).decode().splitlines()
        assert lines[2] == 'R-OPEN;"never closed;1'
        assert lines[3].startswith(f"{refs[2]};")

    async def test_bytes_that_are_no_utf8(self, world: World) -> None:
        await world.control("garble", {"return_id": await world.open(), "flaw": "bad_utf8"})
        content = world.written(await world.export())
        with pytest.raises(UnicodeDecodeError):
            content.decode()
        assert b"Ren\xe9e" in content


class TestFiles:
    async def test_the_index_and_the_file(self, world: World) -> None:
        await world.open()
        name = await world.export()
        index = await world.api("GET", "/files/returns/")
        assert index.headers["Content-Type"].startswith("text/html")
        assert f'href="{name}"' in index.text
        await world.switch(file_index="json")
        (file,) = (await world.api("GET", "/files/returns/")).body["files"]
        got = await world.api("GET", f"/files/returns/{name}")
        assert got.text.encode() == world.written(name)
        assert (file["name"], file["size"]) == (name, len(got.text.encode()))
        assert got.headers["Content-Type"] == "text/csv; charset=utf-8"
        unchanged = await world.api("GET", f"/files/returns/{name}", headers={"If-None-Match": got.headers["ETag"]})
        assert unchanged.status == 304
        assert (await world.api("HEAD", f"/files/returns/{name}")).headers["Content-Length"] == str(file["size"])

    async def test_the_newest_has_an_address_of_its_own(self, world: World) -> None:
        assert (await world.api("GET", "/files/returns/returns_latest.csv")).error == (404, "not_found", None)
        await world.open()
        await world.export()
        ref = await world.open()
        await world.export()
        assert rows((await world.api("GET", "/files/returns/returns_latest.csv")).text.encode())[0]["return_id"] == ref

    @pytest.mark.parametrize("path", ["returns/none.csv", "returns/..%2Fdecisions", "decisions/done", "secrets/"])
    async def test_nothing_else_is_served(self, world: World, path: str) -> None:
        assert (await world.api("GET", f"/files/{path}")).status == 404

    async def test_repeated_and_written_anew(self, world: World) -> None:
        one = await world.open()
        name = await world.export(name="returns_a.csv")
        again = (await world.control(f"files/{name}/repeat"))["name"]
        assert (again != name, world.written(again)) == (True, world.written(name))
        await world.decide(one, "accept")
        await world.export(name="returns_a.csv")
        assert rows(world.written("returns_a.csv"))[0]["status"] == "accepted"
        assert [file["name"] for file in await world.control("files", method="GET")] == [name, again]
        assert (await world.call("POST", "/_sandbox/files/returns_b.csv/repeat")).status == 409
        assert (await world.call("POST", "/_sandbox/files", json={"name": "../returns_a.csv"})).status == 400

    async def test_a_file_that_is_still_growing(self, world: World) -> None:
        for _ in range(3):
            await world.open()
        whole = world.written(await world.export(scope="all"))
        await world.switch(growing_files=True)
        name = await world.export(scope="all")
        seen = [len((await world.api("GET", f"/files/returns/{name}")).text.encode()) for _ in range(4)]
        assert len(whole) // 2 <= seen[0] < seen[1] < seen[2] < seen[3] < len(whole)
        for _ in range(100):
            world.simulator.catch_up()
        assert world.written(name) == whole[:-1]  # never whole while the switch is on
        files = {file["name"]: file["growing"] for file in await world.control("files", method="GET")}
        assert files[name]
        assert len(files) == 2
        await world.switch(growing_files=False)
        assert world.written(name) == whole

    async def test_when_a_file_was_changed(self, world: World) -> None:
        path = world.folder / "returns"
        fresh = (path / await world.export()).stat().st_mtime
        await world.switch(file_age_seconds=120)
        aged = (path / await world.export()).stat().st_mtime
        await world.wait(3600)
        moved = (path / await world.export()).stat().st_mtime
        assert -120 <= aged - fresh < -60
        assert moved - aged >= 3600

    async def test_old_files_are_removed(self, world: World) -> None:
        await world.switch(kept_files=2)
        names = [await world.export() for _ in range(3)]
        assert sorted(path.name for path in (world.folder / "returns").iterdir()) == sorted(names[1:])


async def test_without_a_folder_there_are_no_files(tmp_path: Path, world: World) -> None:
    running = await start(PartnerSimulator())
    try:
        async with world.session.get(f"{running.url}/files/returns/") as got:
            assert got.status == 404
        async with world.session.get(f"{running.url}/_sandbox/sftp") as got:
            assert got.status == 409
    finally:
        await running.stop()
