"""What holds for every connector: its manifest, its settings, its secrets."""

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from typing import Any, ClassVar, get_args

import pytest
import stamina
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from retour.connectors.contract import Checks, Manifest, Maturity
from retour.connectors.errors import Unauthorized
from retour.sandbox.app import Sandbox, start
from retour.testing.opened import Opened, opened, secrets_of, with_wrong_secrets
from retour.testing.secrecy import assert_hidden
from retour.testing.simulated import SimulatedPlatform

SECRET_NAME = re.compile(r"(^|_)(secret|password|passwd|passphrase|token|key|credentials?)$")

A_DAY = 24 * 3600


class ConnectorConformance(ABC):
    """Inherited by the suites for marketplaces and shops. Needs pytest-asyncio in its auto mode."""

    manifest: ClassVar[Any]
    sandbox: ClassVar[Sandbox]
    simulated: ClassVar[type[Any]]
    entry_points: ClassVar[str]

    @pytest.fixture(autouse=True)
    def _no_waiting_between_attempts(self) -> Iterator[None]:
        with stamina.set_testing(True, attempts=3):
            yield

    @pytest.fixture
    async def platform(self) -> AsyncIterator[Any]:
        async with self.running() as platform:
            yield platform

    @pytest.fixture
    async def hub(self, platform: SimulatedPlatform) -> AsyncIterator[Opened]:
        async with opened(self.manifest, platform.settings(), inbox=platform.inbox) as hub:
            yield hub

    def test_the_manifest_is_registered_under_its_key(self) -> None:
        found = [point for point in entry_points(group=self.entry_points) if point.name == self.manifest.key]
        assert len(found) == 1, f"one entry point of {self.entry_points} must be called {self.manifest.key}"
        assert found[0].load() is self.manifest

    def test_the_manifest_is_sensible(self) -> None:
        manifest: Manifest = self.manifest
        assert re.fullmatch(r"[a-z][a-z0-9_]*", manifest.key)
        assert manifest.name.strip() == manifest.name != ""
        assert isinstance(manifest.maturity, Maturity)
        assert manifest.parallel >= 1
        assert manifest.poll_every.total_seconds() > 0
        for limit in manifest.limits:
            assert limit.calls >= 1
            assert limit.per.total_seconds() > 0
        stated = [(limit.group, limit.per) for limit in manifest.limits]
        assert len(stated) == len(set(stated)), "two limits of one group for the same time"

    def test_every_setting_is_described(self) -> None:
        for name, field in self._fields():
            assert field.description, f"{name} has no description: it is what the form says beside it"
        assert self.manifest.config.model_json_schema()["properties"].keys() == dict(self._fields()).keys()

    def test_secrets_are_marked(self) -> None:
        for name, field in self._fields():
            if SECRET_NAME.search(name):
                assert SecretStr in (field.annotation, *get_args(field.annotation)), f"{name} must be a SecretStr"

    async def test_unknown_settings_are_refused(self, platform: SimulatedPlatform) -> None:
        with pytest.raises(ValidationError, match="surely_unknown"):
            self.manifest.config.model_validate({**platform.settings(), "surely_unknown": "1"})

    async def test_settings_survive_being_stored(self, platform: SimulatedPlatform) -> None:
        config = self._config(platform)
        plain = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in config.model_dump().items()
        }
        assert self.manifest.config.model_validate(plain) == config

    async def test_no_form_error_shows_a_secret(self, platform: SimulatedPlatform) -> None:
        settings, secrets = platform.settings(), secrets_of(self._config(platform))
        assert_hidden(secrets, "the config", f"{self._config(platform)!r} {self._config(platform)}")
        assert_hidden(secrets, "the config's JSON", self._config(platform).model_dump_json())
        broken = [{**settings, "surely_unknown": "1"}]
        for name, field in self._fields():
            if field.is_required():
                broken.append({key: value for key, value in settings.items() if key != name})
            broken.append({**settings, name: object()})
        for attempt in broken:
            with pytest.raises(ValidationError) as caught:
                self.manifest.config.model_validate(attempt)
            assert_hidden(secrets, "a form error", f"{caught.value} {caught.value!r}")

    async def test_doctor_finds_it_well(self, hub: Opened) -> None:
        assert isinstance(hub.connector, Checks)
        checks = await hub.connector.check()
        assert checks
        assert not [check for check in checks if not check.ok]
        assert all(check.name and check.words for check in checks)

    async def test_doctor_says_what_is_wrong(self, platform: SimulatedPlatform) -> None:
        wrong = with_wrong_secrets(self._config(platform))
        async with opened(self.manifest, wrong) as hub:
            checks = await hub.connector.check()
        assert [check for check in checks if not check.ok and check.words]
        await platform.running.stop()
        async with opened(self.manifest, platform.settings()) as hub:
            assert [check for check in await hub.connector.check() if not check.ok and check.words]

    async def test_an_expired_token_is_renewed_once(self, platform: SimulatedPlatform, hub: Opened) -> None:
        if platform.tokens is None:
            pytest.skip(f"{self.manifest.name} has no tokens that expire")
        await self.read(platform, hub)
        assert await platform.calls(platform.tokens) == 1
        await self.read(platform, hub)
        assert await platform.calls(platform.tokens) == 1, "a token is used as long as it lives"
        platform.wait(A_DAY)
        await self.read(platform, hub)
        assert await platform.calls(platform.tokens) == 2
        platform.wait(A_DAY)
        await self.write(platform, hub)
        assert await platform.calls(platform.tokens) == 3

    async def test_wrong_secrets_stop_the_connection(self, platform: SimulatedPlatform) -> None:
        async with opened(self.manifest, with_wrong_secrets(self._config(platform))) as hub:
            with pytest.raises(Unauthorized):
                await self.read(platform, hub)
            with pytest.raises(Unauthorized):
                await self.write(platform, hub)

    @asynccontextmanager
    async def running(self, *, limits: bool = False) -> AsyncIterator[Any]:
        """The simulated platform, on a free port. `limits`: it enforces its rate limits."""
        running = await start(self.sandbox.create(0))
        try:
            platform = self.simulated(running)
            await platform.prepare(limits=limits)
            yield platform
        finally:
            await running.stop()

    @abstractmethod
    async def subject(self, platform: Any) -> Any:
        """What `read` and `write` are about; made beforehand, for when the platform cannot be asked any more."""

    @abstractmethod
    async def read(self, platform: Any, hub: Opened, subject: Any = None) -> Any:
        """Makes the call that `platform.reads` names."""

    @abstractmethod
    async def write(self, platform: Any, hub: Opened, subject: Any = None) -> Any:
        """Makes the call that `platform.writes` names."""

    def _config(self, platform: SimulatedPlatform) -> BaseModel:
        config: BaseModel = self.manifest.config.model_validate(platform.settings())
        return config

    def _fields(self) -> list[tuple[str, FieldInfo]]:
        return list(self.manifest.config.model_fields.items())
