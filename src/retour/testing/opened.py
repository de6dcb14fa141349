"""A connector opened as the hub opens it, with a door that keeps count."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr
from yarl import URL

from retour.connectors.contract import MarketplaceManifest, ShopManifest
from retour.connectors.http import Answer, Auth, Door, Exchange
from retour.connectors.inbox import Inbox
from retour.connectors.transport import Lost, Received, Transport

LONG = timedelta(days=7)


@dataclass(slots=True)
class Traffic:
    """What went through a door."""

    exchanges: list[Exchange] = field(default_factory=list)
    groups: dict[tuple[str, str], str] = field(default_factory=dict)
    """The limit group of each call: method and path to group."""
    most_at_once: int = 0
    """Calls that were under way, not those that waited for their place."""
    secrets: set[str] = field(default_factory=set)
    """Everything that must not be shown: the config's secrets, and the tokens that were handed out since."""
    _at_once: int = 0

    @contextmanager
    def call(self, method: str, url: str, group: str, auth: Auth | None) -> Iterator[None]:
        self.groups[method, urlsplit(url).path] = group
        try:
            yield
        finally:
            self.secrets |= set(auth.secrets()) if auth else set()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            self._at_once -= 1


class WatchedTransport(Transport):
    """The door's own transport, and how many calls were under way at once."""

    def __init__(self, traffic: Traffic, *, allow_private: bool) -> None:
        super().__init__(allow_private=allow_private)
        self._traffic = traffic

    async def send(self, method: str, url: URL, **call: Any) -> Received | Lost:
        with self._traffic.under_way():
            return await super().send(method, url, **call)


class WatchedDoor(Door):
    """The hub's own door, and what went through it."""

    def __init__(self, traffic: Traffic, **settings: Any) -> None:
        super().__init__(record=traffic.exchanges.append, allow_private=True, **settings)
        self._transport = WatchedTransport(traffic, allow_private=True)
        self._traffic = traffic

    async def read(self, method: str, url: str, **call: Any) -> Answer:
        with self._traffic.call(method, url, call.get("group", ""), call.get("auth")):
            return await super().read(method, url, **call)

    async def write(self, method: str, url: str, **call: Any) -> Answer:
        with self._traffic.call(method, url, call.get("group", ""), call.get("auth")):
            return await super().write(method, url, **call)


@dataclass(frozen=True, slots=True)
class Opened:
    """A connector at work."""

    connector: Any
    capabilities: Any
    config: BaseModel
    traffic: Traffic


@asynccontextmanager
async def opened(
    manifest: MarketplaceManifest | ShopManifest,
    settings: dict[str, Any],
    *,
    limits: bool = False,
    inbox: Inbox | None = None,
) -> AsyncIterator[Opened]:
    """Opens a connector. Without `limits` the door does not hold calls back, so that tests need not wait."""
    config = manifest.config.model_validate(settings)
    traffic = Traffic(secrets=set(secrets_of(config)))
    door = WatchedDoor(
        traffic,
        name=manifest.name,
        limits=(*manifest.limits, *manifest.account_limits(config)) if limits else (),
        rate_headers=manifest.rate_headers if limits else None,
        secrets=secrets_of(config),
        patience=LONG,
        parallel=manifest.parallel,
        inbox=inbox,
    )
    try:
        yield Opened(manifest.open(config, door), manifest.capabilities(config), config, traffic)
    finally:
        await door.close()


def secrets_of(config: BaseModel) -> list[str]:
    """The config's secrets in plain text."""
    return [value.get_secret_value() for _, value in config if isinstance(value, SecretStr)]


def with_wrong_secrets(config: BaseModel) -> dict[str, Any]:
    """The same settings with every secret wrong."""
    settings = config.model_dump()
    for name, value in config:
        if isinstance(value, SecretStr):
            settings[name] = value.get_secret_value()[::-1].swapcase() + "0"
    return settings
