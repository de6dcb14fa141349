"""Help is fast, complete, and needs neither a home nor a database."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer

from retour.cli import app
from tests.cli.hub import run

COMMANDS = typer.main.get_command(app)


def _paths(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from _paths(inner, (*path, name))


@pytest.mark.parametrize("path", list(_paths(COMMANDS)), ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert (result.code, result.err) == (0, "")
    text = " ".join(result.out.split("Options:")[0].split())
    assert len(text.split("] ")[-1]) > 20


def test_help_loads_neither_django_nor_a_connector() -> None:
    code = (
        "import sys\n"
        "from retour.cli import app\n"
        "try:\n    app(['--help'])\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "heavy = {'django', 'aiohttp', 'pydantic', 'uvicorn', 'cryptography', 'rich.table'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {sorted(heavy)}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_version() -> None:
    result = run("--version")
    assert result.code == 0
    assert result.out.startswith("retour ")


@pytest.mark.parametrize(
    "words", [["nonsense"], ["sync", "--nonsense"], ["returns", "list", "--limit", "0"], ["apply"]]
)
def test_wrong_usage_ends_with_2_and_a_hint(words: list[str]) -> None:
    result = run(*words)
    assert (result.code, result.out) == (2, "")
    assert "Try 'retour" in result.err or "Try 'root" in result.err
    assert "Traceback" not in result.err
