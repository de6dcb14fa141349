"""Connectors are found by their entry points, as pip installs them."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from retour.connectors import registry
from retour.connectors.contract import MarketplaceManifest, ShopManifest
from retour.connectors.registry import Registry, UnknownConnector

MANIFEST = """
from pydantic import BaseModel
from retour.connectors.contract import {kind}
MANIFEST = {kind}(key="{key}", name="{key}", config=BaseModel, open=None, capabilities=None)
"""


class Site:
    """A folder of installed packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, package: str, group: str, key: str, code: str, name: str = "MANIFEST") -> None:
        (self.folder / f"{package}.py").write_text(code)
        info = self.folder / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{key} = {package}:{name}\n")

    def marketplace(self, key: str) -> None:
        code = MANIFEST.format(kind="MarketplaceManifest", key=key)
        self.install(f"plugin_{key}", "retour.marketplaces", key, code)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield Site(tmp_path)
    for module in set(sys.modules) - before:
        if module.startswith("plugin_"):
            del sys.modules[module]


def test_installed_connectors_are_found(site: Site) -> None:
    site.marketplace("zeta")
    site.install("plugin_shop", "retour.shops", "kiosk", MANIFEST.format(kind="ShopManifest", key="kiosk"))
    found = Registry()
    assert isinstance(found.marketplaces()["zeta"], MarketplaceManifest)
    assert isinstance(found.shops()["kiosk"], ShopManifest)
    assert found.marketplace("zeta") is found.marketplaces()["zeta"]
    assert found.shop("kiosk") is found.shops()["kiosk"]
    assert "kiosk" not in found.marketplaces()
    assert list(found.marketplaces()) == sorted(found.marketplaces())


def test_a_connector_is_loaded_when_it_is_asked_for_and_once(site: Site) -> None:
    for key in ("zeta", "eta"):
        site.marketplace(key)
    found = Registry()
    found.marketplace("zeta")
    assert "plugin_zeta" in sys.modules
    assert "plugin_eta" not in sys.modules


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("this is no python", "SyntaxError"),
        ("raise RuntimeError('broken inside')", "RuntimeError: broken inside"),
        ("NOTHING = 1", "AttributeError"),
        ("MANIFEST = 1", "names no MarketplaceManifest"),
        (MANIFEST.format(kind="ShopManifest", key="odd"), "names no MarketplaceManifest"),
        (MANIFEST.format(kind="MarketplaceManifest", key="other"), "calls itself 'other'"),
    ],
)
def test_a_broken_connector_takes_no_other_one_down(site: Site, code: str, reason: str) -> None:
    site.marketplace("zeta")
    site.install("plugin_odd", "retour.marketplaces", "odd", code)
    found = Registry()
    assert "zeta" in found.marketplaces()
    assert "odd" not in found.marketplaces()
    assert reason in found.broken()["odd"]
    with pytest.raises(UnknownConnector, match="cannot be loaded"):
        found.marketplace("odd")


def test_two_that_claim_one_key_are_both_left_out(site: Site) -> None:
    for package in ("plugin_one", "plugin_two"):
        site.install(package, "retour.marketplaces", "zeta", MANIFEST.format(kind="MarketplaceManifest", key="zeta"))
    found = Registry()
    assert "zeta" not in found.marketplaces()
    assert found.broken()["zeta"] == "plugin_one:MANIFEST and plugin_two:MANIFEST both claim it"


def test_an_unknown_key_is_answered_with_what_there_is(site: Site) -> None:
    site.marketplace("zalando_test")
    with pytest.raises(UnknownConnector) as caught:
        Registry().marketplace("zalado_test")
    assert "There is no marketplace connector 'zalado_test'. Did you mean 'zalando_test'?" in str(caught.value)
    with pytest.raises(UnknownConnector) as caught:
        Registry().marketplace("???")
    assert "Did you mean" not in str(caught.value)
    assert "zalando_test" in str(caught.value)


def test_our_own_connectors_are_all_well() -> None:
    assert registry.broken() == {}
    assert {**registry.marketplaces(), **registry.shops()}
