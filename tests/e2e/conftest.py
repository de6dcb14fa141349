"""One quiet demo for all tests, a browser for those of a module; screenshots of what was seen when a test fails."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.demo import Demo, Launcher

CHROMIUM = shutil.which("chromium")
RESULTS = Path(__file__).parents[2] / "test-results"
_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo without players: what happens is what the test does."""
    with Launcher() as launcher:
        yield launcher.start(tmp_path_factory.mktemp("demo") / "home", "--no-players")


@pytest.fixture
def launcher() -> Iterator[Launcher]:
    with Launcher() as launcher:
        yield launcher


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: `make test` installs it, or apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a visitor who has never been here. `@pytest.mark.parametrize("scripts", [False])` turns scripts off."""
    scripts = getattr(request.node, "callspec", None)
    enabled = scripts.params.get("scripts", True) if scripts else True
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=enabled)
    context.set_default_timeout(20_000)
    opened = context.new_page()
    yield opened
    if request.node.stash.get(_failed, False):
        RESULTS.mkdir(exist_ok=True)
        for number, seen in enumerate(context.pages, start=1):
            seen.screenshot(path=RESULTS / f"{request.node.name}-{number}.png", full_page=True)
    context.close()
