"""`retour init` as a process of its own: what it makes, and what it refuses."""

import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.cli.hub import ENVIRONMENT, Result, process, settings_file

PASSWORD = "correct horse battery"


def _init(home: Path, *words: str, password: str | None = PASSWORD, **more: str) -> Result:
    given = {"RETOUR_ADMIN_PASSWORD": password} if password else {}
    return process("init", *words, env={"RETOUR_HOME": str(home), **given, **more})


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _people(home: Path) -> list[tuple[str, int]]:
    with sqlite3.connect(home / "retour.sqlite3") as database:
        rows = database.execute("SELECT username, is_superuser FROM store_user ORDER BY id").fetchall()
    database.close()
    return rows


def test_a_home_is_made_for_its_user_alone_and_can_be_made_again(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    first = _init(home, "--email", "Anna@Example.org")
    assert (first.code, first.err) == (0, "")
    assert PASSWORD not in first.out
    assert _mode(home) == 0o700
    assert {path.name: _mode(path) for path in home.iterdir()} == {"secret.keys": 0o600, "retour.sqlite3": 0o600}
    assert _people(home) == [("anna@example.org", 1)]
    keys = (home / "secret.keys").read_text()
    again = _init(home)
    assert (again.code, again.err) == (0, "")
    assert "up to date" in again.out
    assert (home / "secret.keys").read_text() == keys
    assert _people(home) == [("anna@example.org", 1)]


def test_without_a_terminal_a_password_is_made_up_and_shown_once(tmp_path: Path) -> None:
    first = _init(tmp_path / "home", password=None)
    made_up = next(line.split()[1] for line in first.out.splitlines() if line.startswith("Password"))
    assert len(made_up) >= 20
    assert "Admin     admin@localhost" in first.out
    again = _init(tmp_path / "home", password=None)
    assert "Password" not in again.out


def test_a_weak_password_is_refused_and_can_be_mended(tmp_path: Path) -> None:
    result = _init(tmp_path / "home", password="short")
    assert result.code == 2
    assert "retour: The admin was not made: This password is too short." in result.err
    assert _init(tmp_path / "home").code == 0
    assert len(_people(tmp_path / "home")) == 1


def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    assert _init(home).code == 0
    assert _mode(home) == 0o700


def test_a_folder_that_holds_other_things_keeps_its_mode(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    (home / "other").touch()
    assert _init(home).code == 0
    assert (_mode(home), _mode(home / "secret.keys")) == (0o755, 0o600)


def test_a_database_without_its_key_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    _init(home)
    file = settings_file(tmp_path)
    assert process("apply", str(file), env={"RETOUR_HOME": str(home), **ENVIRONMENT}).code == 0
    key = (home / "secret.keys").rename(tmp_path / "secret.keys")
    result = _init(home)
    assert result.code == 2
    assert "This database belongs to another home" in result.err
    assert not (home / "secret.keys").exists()
    shutil.copy(key, home)
    assert _init(home).code == 0
    assert process("doctor", "--connection", "nonsense", env={"RETOUR_HOME": str(home)}).code == 2


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("mysql://127.0.0.1/x", 2, "RETOUR_DATABASE must look like postgresql://user:password@host:port/name."),
        ("postgresql://anna:geheim@127.0.0.1:9/x", 1, "The database cannot be used: "),
    ],
)
def test_a_database_that_cannot_be_used_is_said_so(tmp_path: Path, address: str, code: int, words: str) -> None:
    result = _init(tmp_path / "home", RETOUR_DATABASE=address)
    assert result.code == code
    assert words in result.err
    assert "Traceback" not in result.err
    assert "geheim" not in result.out + result.err


@pytest.mark.parametrize("command", [["sync"], ["returns", "list"], ["serve"], ["doctor"], ["keys", "rotate"]])
def test_without_a_home_every_command_says_what_to_do(tmp_path: Path, command: list[str]) -> None:
    home = tmp_path / "home"
    result = process(*command, env={"RETOUR_HOME": str(home)})
    assert (result.code, result.out) == (2, "")
    assert result.err == f"retour: There is no hub in {home} yet. Run `retour init` first, or set RETOUR_HOME.\n"
    assert not home.exists()


@pytest.mark.parametrize("command", ["sync", "serve"])
def test_without_tables_every_command_says_what_to_do(tmp_path: Path, command: str) -> None:
    home = tmp_path / "home"
    _init(home)
    (home / "retour.sqlite3").unlink()
    result = process(command, env={"RETOUR_HOME": str(home)})
    assert (result.code, result.out) == (2, "")
    assert "migrations are missing). Run `retour init` first.\n" in result.err
