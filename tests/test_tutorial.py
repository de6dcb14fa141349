"""The tutorial for authors of connectors: its code runs, and it leaves out nothing of the contract."""

import dataclasses
import inspect
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from retour.connectors import contract, errors
from retour.core.capabilities import MarketplaceCapabilities, Since
from retour.testing import SimulatedMarketplace, SimulatedShop
from tests.test_documents import ROOT, SPAN, blocks, prose, tutorial_files

PAGE = ROOT / "docs" / "new-connector.md"


def _contract() -> set[str]:
    """What the contract has for the author of a connector: abilities, optional verbs, values, errors, and hooks of the
    simulated platforms."""
    protocols = [one for one in vars(contract).values() if getattr(one, "_is_protocol", False)]
    verbs = {name for one in protocols for name, _ in inspect.getmembers(one, inspect.isfunction) if name[0] != "_"}
    failures = [one for one in vars(errors).values() if inspect.isclass(one) and issubclass(one, errors.ConnectorError)]
    hooks = {name for one in (SimulatedMarketplace, SimulatedShop) for name in vars(one) if name[0] != "_"}
    return (
        {field.name for one in (MarketplaceCapabilities, contract.Page) for field in dataclasses.fields(one)}
        | verbs
        | {one.__name__ for one in failures if one is not errors.ConnectorError}
        | {f"Since.{one.name}" for one in Since}
        | (hooks - {"Any", "reads", "writes"})
    )


def test_the_tutorial_names_all_of_the_contract() -> None:
    code = [*SPAN.findall(prose(PAGE)), *(block.text for block in blocks("python") if block.document == PAGE)]
    words = {word for text in code for word in re.findall(r"(?:\bSince\.)?\w+", text)}
    assert _contract() - words == set()


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's package, as if it were installed."""
    folder = tmp_path_factory.mktemp("tutorial")
    for name, text in tutorial_files().items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    [points] = [b.text for b in blocks("toml") if "entry-points" in b.text]
    installed = folder / "tutorial-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: tutorial\nVersion: 1.0\n")
    groups = tomllib.loads(points)["project"]["entry-points"]
    lines = [line for group, e in groups.items() for line in (f"[{group}]", *(f"{k} = {v}" for k, v in e.items()))]
    (installed / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return folder


def _in(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RETOUR_", "PYTEST_"))}
    environment |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_tutorials_connectors_pass_the_suites(tutorial: Path) -> None:
    options = ["-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function"]
    quiet = ["-p", "no:cacheprovider", "-p", "no:django", "-p", "no:xdist"]
    done = _in(tutorial, "pytest", "-q", "-W", "error", "-rfE", *quiet, *options, "--rootdir", ".", "tests")
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) > 150, done.stdout


def test_the_tutorials_code_is_typed_and_tidy(tutorial: Path) -> None:
    typed = _in(tutorial, "mypy", "--config-file=", "--strict", "--cache-dir", os.devnull, "kiosk", "corner", "tests")
    assert typed.returncode == 0, typed.stdout + typed.stderr
    rules = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    ours = ["--config", 'lint.isort.known-third-party=["retour"]', "--config", 'src=["."]']
    for words in (["check", *rules, "--ignore", "S101,I001", *ours], ["format", "--check", *rules]):
        tidy = _in(tutorial, "ruff", *words, ".")
        assert tidy.returncode == 0, tidy.stdout + tidy.stderr


def test_the_tutorials_connector_gets_a_page(tutorial: Path) -> None:
    done = _in(tutorial, "retour.documents", str(tutorial / "pages"))
    assert (done.returncode, done.stderr) == (0, "")
    page = (tutorial / "pages" / "kiosk.md").read_text()
    assert "Kiosk refunds the customer itself." in page
    assert "by hand. Close the return on Kiosk without a refund." in page
