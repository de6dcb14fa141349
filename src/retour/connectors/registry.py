"""The connectors that are installed. An entry point names each one's manifest; nothing else knows them.

A connector that cannot be loaded takes no other one down: it is missing from the list and named by `broken`.
"""

from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from threading import RLock
from typing import Generic, TypeVar

from retour.connectors.contract import Manifest, MarketplaceManifest, ShopManifest

M = TypeVar("M", bound=Manifest)


class UnknownConnector(LookupError):
    """No installed connector has this key, or it cannot be loaded. The message is a sentence for a person."""


class Shelf(Generic[M]):
    """The connectors of one entry-point group, each loaded when it is first asked for."""

    def __init__(self, group: str, kind: type[M], word: str) -> None:
        self._group, self._kind, self._word = group, kind, word
        self._lock = RLock()
        self._entries: dict[str, EntryPoint] | None = None
        self._loaded: dict[str, M] = {}
        self._broken: dict[str, str] = {}

    def all(self) -> dict[str, M]:
        """Every connector that can be loaded, by key, sorted."""
        for key in self._known():
            self._load(key)
        return {key: self._loaded[key] for key in self._known() if key in self._loaded}

    def one(self, key: str) -> M:
        """The connector with this key. Raises UnknownConnector."""
        known = self._known()
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            names = ", ".join(known) or "none"
            raise UnknownConnector(f"There is no {self._word} connector {key!r}.{hint} Installed: {names}.")
        self._load(key)
        if key not in self._loaded:
            raise UnknownConnector(f"The {self._word} connector {key!r} cannot be loaded: {self._broken[key]}.")
        return self._loaded[key]

    def broken(self) -> dict[str, str]:
        """Every connector that cannot be loaded, by key, with the reason."""
        self.all()
        return dict(self._broken)

    def _known(self) -> dict[str, EntryPoint]:
        with self._lock:
            if self._entries is None:
                self._entries = {}
                for entry in sorted(entry_points(group=self._group), key=lambda entry: (entry.name, entry.value)):
                    first = self._entries.setdefault(entry.name, entry)
                    if first.value != entry.value:
                        self._broken[entry.name] = f"{first.value} and {entry.value} both claim it"
            return self._entries

    def _load(self, key: str) -> None:
        with self._lock:
            if key in self._loaded or key in self._broken:
                return
            try:
                manifest = self._known()[key].load()
            except Exception as error:
                self._broken[key] = f"{type(error).__name__}: {error}"
                return
            if not isinstance(manifest, self._kind):
                self._broken[key] = f"its entry point names no {self._kind.__name__}"
            elif manifest.key != key:
                self._broken[key] = f"its manifest calls itself {manifest.key!r}"
            else:
                self._loaded[key] = manifest


class Registry:
    """Both kinds of connectors."""

    def __init__(self) -> None:
        self._marketplaces = Shelf("retour.marketplaces", MarketplaceManifest, "marketplace")
        self._shops = Shelf("retour.shops", ShopManifest, "shop")
        self.marketplaces = self._marketplaces.all
        self.marketplace = self._marketplaces.one
        self.shops = self._shops.all
        self.shop = self._shops.one

    def broken(self) -> dict[str, str]:
        """Every connector that cannot be loaded, by key, with the reason."""
        return self._marketplaces.broken() | self._shops.broken()


_installed = Registry()
marketplaces = _installed.marketplaces
marketplace = _installed.marketplace
shops = _installed.shops
shop = _installed.shop
broken = _installed.broken
