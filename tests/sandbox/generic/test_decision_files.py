"""The hub's files of decisions: in the folder, by PUT and over SFTP (contract 4)."""

import asyncssh
import pytest

from tests.sandbox.generic.world import HEADER, World

AT = "2026-03-03 10:00:00"


class TestReading:
    async def test_decisions_are_carried_out(self, world: World) -> None:
        ref, other = await world.open(3), await world.open()
        world.lay(
            "decisions_20260303T090000Z.csv",
            f"{ref};1;2;accept;;;{AT}",
            f"{ref};1;1;reject;worn;Gedragen;2026-03-03T10:00:00+01:00",
            f"{other};1;1;reject;;'=vies;{AT}",
        )
        assert await world.journal() == [("refund", ref, "1", 2), ("settled", ref, "1", 1), ("settled", other, "1", 1)]
        details = [entry.detail for entry in world.simulator.journal.of("settled")]
        assert [(detail["by"], detail["comment"], detail["reason_code"]) for detail in details] == [
            ("file", "Gedragen", "worn"),
            ("file", "=vies", None),
        ]
        (report,) = await world.reports()
        assert (report["carried_out"], report["refused"], report["warnings"]) == (3, [], [])
        assert [(await world.one(one))["status"] for one in (ref, other)] == ["accepted", "rejected"]

    async def test_a_file_is_read_once_by_name_and_content(self, world: World) -> None:
        ref, other = await world.open(3), await world.open()
        await world.switch(repeated_decision="repeats")
        row = f"{ref};1;1;accept;;;{AT}"
        world.lay("decisions_1.csv", row)
        await world.journal()
        world.lay("decisions_1.csv", row)
        assert await world.journal() == [("refund", ref, "1", 1)]
        world.lay("decisions_2.csv", row)
        assert len(await world.journal()) == 2
        world.lay("decisions_1.csv", row, f"{other};1;1;accept;;;{AT}")  # same name, other content: all of it again
        assert await world.journal() == [("refund", ref, "1", 1)] * 3 + [("refund", other, "1", 1)]

    async def test_temporary_names_are_left_alone(self, world: World) -> None:
        ref = await world.open()
        for name in ("decisions_1.csv.tmp", ".decisions_1.csv", "decisions_1.part", "other_1.csv"):
            (world.folder / "decisions" / name).write_text(f"{HEADER}\n{ref};1;1;accept;;;{AT}\n")
        assert await world.journal() == []
        assert await world.reports() == []

    async def test_whoever_writes_under_the_final_name_is_read_half(self, world: World) -> None:
        ref, other = await world.open(), await world.open()
        path = world.folder / "decisions" / "decisions_1.csv"
        path.write_text(f"{HEADER}\n{ref};1;1;accept;;;{AT}\n{other};1;1;rej")
        assert await world.journal() == [("refund", ref, "1", 1)]
        path.write_text(f"{HEADER}\n{ref};1;1;accept;;;{AT}\n{other};1;1;reject;;Vies;{AT}\n")
        assert await world.journal() == [("refund", ref, "1", 1), ("settled", other, "1", 1)]
        codes = [[row["code"] for row in report["refused"]] for report in await world.reports()]
        assert codes == [["validation"], ["already_decided"]]

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            ("R-1;1;1;accept;;;{at}", "not_found"),
            (";1;1;accept;;;{at}", "not_found"),
            ("{ref};9;1;accept;;;{at}", "validation"),
            ("{ref};1;two;accept;;;{at}", "validation"),
            ("{ref};1;0;accept;;;{at}", "validation"),
            ("{ref};1;9;accept;;;{at}", "validation"),
            ("{ref};1;1;repair;;;{at}", "validation"),
            ("{ref};1;1;reject;;;{at}", "validation"),
            ("{ref};1;1;accept;;;yesterday", "validation"),
            ("{ref}", "validation"),
        ],
    )
    async def test_a_bad_row_is_reported_and_blocks_no_other(self, world: World, row: str, code: str) -> None:
        ref, sound = await world.open(), await world.open()
        world.lay("decisions_1.csv", row.format(ref=ref, at=AT), f"{sound};1;1;accept;;;{AT}")
        assert await world.journal() == [("refund", sound, "1", 1)]
        (report,) = await world.reports()
        assert [(complaint["row"], complaint["code"]) for complaint in report["refused"]] == [(2, code)]

    async def test_commas_byte_order_marks_and_other_columns(self, world: World) -> None:
        ref = await world.open()
        header = "decided_at,comment,reason,decision,quantity,line_id,return_id,more"
        world.lay("decisions_1.csv", f'{AT},"Vies, oud",,reject,1,1,{ref},x', header=f"\ufeff{header}")
        assert await world.journal() == [("settled", ref, "1", 1)]
        assert world.simulator.journal.of("settled")[0].detail["comment"] == "Vies, oud"

    async def test_files_that_are_refused_whole(self, world: World) -> None:
        ref = await world.open()
        world.lay("decisions_1.csv", f"{ref};1", header="return_id;line_id")
        (world.folder / "decisions" / "decisions_2.csv").write_bytes(
            f"{HEADER}\n{ref};1;1;accept;Ren\xe9;;{AT}".encode("latin-1")
        )
        world.lay("decisions_3.csv", f'{ref};1;1;accept;;"never closed;{AT}')
        assert await world.journal() == []
        refused = [(row["row"], row["code"]) for report in await world.reports() for row in report["refused"]]
        assert refused == [(0, "header"), (0, "encoding"), (0, "format")]

    async def test_a_cell_that_calculates_is_complained_of(self, world: World) -> None:
        ref = await world.open()
        world.lay("decisions_1.csv", f"{ref};1;1;reject;;=HYPERLINK(1);{AT}")
        assert await world.journal() == [("settled", ref, "1", 1)]
        (report,) = await world.reports()
        assert [(warning["row"], warning["code"]) for warning in report["warnings"]] == [(2, "formula")]

    @pytest.mark.parametrize(("after", "left"), [("left", ["decisions_1.csv"]), ("moved", []), ("removed", [])])
    async def test_what_becomes_of_a_file(self, world: World, after: str, left: list[str]) -> None:
        await world.switch(after_reading=after)
        world.lay("decisions_1.csv", f"{await world.open()};1;1;accept;;;{AT}")
        assert len(await world.journal()) == 1
        assert [path.name for path in (world.folder / "decisions").glob("*.csv")] == left
        assert (world.folder / "decisions" / "done" / "decisions_1.csv").exists() == (after == "moved")

    async def test_the_words_of_a_profile(self, world: World) -> None:
        ref = await world.open()
        await world.switch(decision_words={"accept": "akkoord"})
        world.lay("decisions_1.csv", f"{ref};1;1;akkoord;;;{AT}")
        assert await world.journal() == [("refund", ref, "1", 1)]


class TestPut:
    async def test_a_name_is_given_once(self, world: World) -> None:
        ref = await world.open()
        content = f"{HEADER}\n{ref};1;1;accept;;;{AT}\n"
        path = "/files/decisions/decisions_1.csv"
        assert (await world.api("PUT", path, data=content)).status == 201
        assert (await world.api("PUT", path, data=content)).status == 200
        assert (await world.api("PUT", path, data=content + "\n")).error == (409, "exists", None)
        assert await world.journal() == [("refund", ref, "1", 1)]
        assert "decisions_1.csv" in (await world.api("GET", "/files/decisions/")).text
        assert (await world.api("GET", path)).text == content

    async def test_other_names(self, world: World) -> None:
        assert (await world.api("PUT", "/files/decisions/x.csv", data="x")).error == (422, "validation", "name")


class TestSftp:
    async def test_returns_are_read_and_decisions_laid_down(self, world: World) -> None:
        ref = await world.open()
        name = await world.export()
        async with await world.sftp() as connection, connection.start_sftp_client() as sftp:
            assert await sftp.glob("/returns/returns_*.csv") == [f"/returns/{name}"]
            async with sftp.open(f"/returns/{name}", "rb") as file:
                content: bytes | str = await file.read()
                assert content == world.written(name)
            async with sftp.open("/decisions/.decisions_1.csv", "wb") as file:
                await file.write(f"{HEADER}\n{ref};1;1;accept;;;{AT}\n".encode())
            assert world.simulator.journal.of("refund") == []
            await sftp.rename("/decisions/.decisions_1.csv", "/decisions/decisions_1.csv")
            assert [entry.ref for entry in world.simulator.journal.entries if entry.kind == "refund"] == [ref]
            assert "decisions_1.csv" in await sftp.listdir("/decisions")

    async def test_a_rename_covers_nothing_unless_asked_to(self, world: World) -> None:
        world.lay("decisions_1.csv")
        world.lay("decisions_2.csv", "x")
        async with await world.sftp() as connection, connection.start_sftp_client() as sftp:
            with pytest.raises(asyncssh.SFTPError):
                await sftp.rename("/decisions/decisions_1.csv", "/decisions/decisions_2.csv")
            await sftp.posix_rename("/decisions/decisions_1.csv", "/decisions/decisions_2.csv")
            await sftp.remove("/decisions/decisions_2.csv")
        assert list((world.folder / "decisions").glob("*.csv")) == []

    async def test_nothing_else_can_be_written_or_reached(self, world: World) -> None:
        name = await world.export()
        (world.folder.parent / "secret.csv").write_text("secret")
        async with await world.sftp() as connection, connection.start_sftp_client() as sftp:
            for refused in (
                sftp.remove(f"/returns/{name}"),
                sftp.rename(f"/returns/{name}", "/decisions/decisions_9.csv"),
                sftp.rename(f"/returns/{name}", "/returns/other.csv"),
                sftp.mkdir("/decisions/more"),
                sftp.rmdir("/decisions/done"),
                sftp.symlink("/returns", "/decisions/decisions_9.csv"),
                sftp.link(f"/returns/{name}", "/decisions/decisions_9.csv"),
                sftp.chmod(f"/returns/{name}", 0o600),
                sftp.open("/returns/returns_9.csv", "wb"),
                sftp.open("/decisions/../returns/returns_9.csv", "wb"),
                sftp.open(f"/returns/{name}", "ab"),
            ):
                with pytest.raises(asyncssh.SFTPPermissionDenied):
                    await refused
            with pytest.raises(asyncssh.SFTPNoSuchFile):
                await sftp.open("/../secret.csv", "rb")
        assert [path.name for path in (world.folder / "returns").iterdir()] == [name]

    @pytest.mark.parametrize("login", [{"password": "wrong"}, {"username": "other"}])
    async def test_who_may_not_enter(self, world: World, login: dict[str, str]) -> None:
        with pytest.raises(asyncssh.PermissionDenied):
            await world.sftp(**login)

    async def test_a_shell_is_refused(self, world: World) -> None:
        async with await world.sftp() as connection:
            with pytest.raises((asyncssh.ChannelOpenError, asyncssh.ProcessError)):
                await connection.run("id", check=True)

    async def test_the_host_key_is_new_each_time(self, world: World) -> None:
        first = await world.control("sftp", method="GET")
        assert first["host_key"].startswith("ssh-ed25519 ")
        assert first["fingerprint"].startswith("SHA256:")
        server = world.simulator.file_lane.sftp
        assert server
        await server.stop()
        assert (await world.call("GET", "/_sandbox/sftp")).status == 409
        await server.start()
        assert (await world.control("sftp", method="GET"))["host_key"] != first["host_key"]

    async def test_a_growing_file_grows_at_each_look(self, world: World) -> None:
        await world.open()
        await world.switch(growing_files=True)
        name = await world.export()
        async with await world.sftp() as connection, connection.start_sftp_client() as sftp:
            sizes = [(await sftp.stat(f"/returns/{name}")).size or 0]
            await sftp.listdir("/returns")
            sizes.append((await sftp.stat(f"/returns/{name}")).size or 0)
        assert sizes[0] < sizes[1]

    async def test_faults_strike(self, world: World) -> None:
        ref = await world.open()
        content = f"{HEADER}\n{ref};1;1;accept;;;{AT}\n".encode()
        await world.control("faults", {"kind": "answer", "match": "^LIST /returns", "body": "Quota exceeded"})
        await world.control("faults", {"kind": "drop_after", "match": "^RENAME"})
        async with await world.sftp() as connection, connection.start_sftp_client() as sftp:
            with pytest.raises(asyncssh.SFTPFailure, match="Quota exceeded"):
                await sftp.listdir("/returns")
            async with sftp.open("/decisions/.d.csv", "wb") as file:
                await file.write(content)
            with pytest.raises(asyncssh.ConnectionLost):
                await sftp.rename("/decisions/.d.csv", "/decisions/decisions_1.csv")
        assert await world.journal() == [("refund", ref, "1", 1)]
        assert (await world.call("GET", "/_sandbox/calls")).body["SFTP RENAME"] == 1
