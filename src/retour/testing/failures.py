"""Every failure gets its name, and none of them shows a secret."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from retour.connectors.errors import ConnectorError, OutcomeUnknown, Transient, Unavailable
from retour.testing.connector import ConnectorConformance
from retour.testing.opened import Opened, secrets_of
from retour.testing.secrecy import assert_hidden, shown_by, shown_by_exchange
from retour.testing.simulated import SimulatedPlatform

PAGE = "<html><body><h1>Something went wrong</h1></body></html>"
HTML = {"Content-Type": "text/html"}


class FailureConformance(ConnectorConformance):
    """Reads and writes that go wrong."""

    EFFECTS = ("refund", "settled", "created")
    """The journal's kinds that a write causes."""

    @pytest.mark.parametrize("call", ["read", "write"])
    async def test_too_many_calls_ask_for_a_pause(self, platform: SimulatedPlatform, hub: Opened, call: str) -> None:
        self._break(platform, call, "answer", status=429, headers={"Retry-After": "7"})
        error = await self._failed(platform, hub, call)
        assert isinstance(error, Unavailable)
        assert error.retry_after == timedelta(seconds=7)
        assert not await platform.journal(*self.EFFECTS)

    @pytest.mark.parametrize("call", ["read", "write"])
    async def test_maintenance_asks_for_a_pause(self, platform: SimulatedPlatform, hub: Opened, call: str) -> None:
        self._break(platform, call, "answer", status=503, headers=HTML, body=PAGE)
        error = await self._failed(platform, hub, call)
        assert isinstance(error, Unavailable)
        assert error.retry_after > timedelta(0)
        assert not await platform.journal(*self.EFFECTS)

    async def test_a_broken_server_leaves_a_read_to_be_made_again(
        self, platform: SimulatedPlatform, hub: Opened
    ) -> None:
        self._break(platform, "read", "answer", status=500, headers=HTML, body=PAGE)
        error = await self._failed(platform, hub, "read")
        assert isinstance(error, Transient)

    async def test_a_broken_server_leaves_a_write_unknown(self, platform: SimulatedPlatform, hub: Opened) -> None:
        self._break(platform, "write", "answer", status=500, headers=HTML, body=PAGE)
        assert isinstance(await self._failed(platform, hub, "write"), OutcomeUnknown)
        assert not await platform.journal(*self.EFFECTS)

    async def test_a_dropped_read_is_made_again(self, platform: SimulatedPlatform, hub: Opened) -> None:
        platform.fault("drop_before", platform.reads)
        await self.read(platform, hub)
        assert platform.simulator.faults.rules[-1].times == 0, "the fault has not struck"

    async def test_a_read_that_is_always_dropped_is_transient(self, platform: SimulatedPlatform, hub: Opened) -> None:
        self._break(platform, "read", "drop_before")
        assert type(await self._failed(platform, hub, "read")) is Transient

    async def test_a_dropped_write_is_unknown_and_never_repeated(
        self, platform: SimulatedPlatform, hub: Opened
    ) -> None:
        platform.fault("drop_before", platform.writes)
        assert isinstance(await self._failed(platform, hub, "write"), OutcomeUnknown)
        assert not await platform.journal(*self.EFFECTS)

    async def test_a_write_that_is_not_understood_is_never_taken_for_done(
        self, platform: SimulatedPlatform, hub: Opened
    ) -> None:
        self._break(platform, "write", "answer", status=200, headers=HTML, body=PAGE)
        assert isinstance(await self._failed(platform, hub, "write"), OutcomeUnknown)

    @pytest.mark.parametrize("call", ["read", "write"])
    async def test_a_closed_port_is_transient(self, platform: SimulatedPlatform, hub: Opened, call: str) -> None:
        subject = await self.subject(platform)
        await platform.running.stop()
        with pytest.raises(Transient) as caught:
            await (self.read if call == "read" else self.write)(platform, hub, subject)
        assert not isinstance(caught.value, Unavailable)

    async def test_no_failure_shows_a_secret(
        self,
        platform: SimulatedPlatform,
        hub: Opened,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        secrets = secrets_of(hub.config)
        echo = " ".join(secrets)
        errors = []
        for call in ("read", "write"):
            for status in (200, 302, 400, 401, 403, 404, 409, 418, 429, 500, 503):
                where = {"Location": f"https://elsewhere.example.org/?token={secrets[0]}"} if status == 302 else {}
                for body in (PAGE + echo, f'{{"error": "{echo}", "message": "{echo}", "detail": "{echo}"}}'):
                    self._break(platform, call, "answer", status=status, headers=where, body=body)
                    errors += await self._attempt(platform, hub, call)
                    platform.simulator.faults.clear()
            self._break(platform, call, "drop_before")
            errors += await self._attempt(platform, hub, call)
            platform.simulator.faults.clear()
        subject = await self.subject(platform)
        await platform.running.stop()
        for call in ("read", "write"):
            errors += await self._attempt(platform, hub, call, subject)
        assert len(errors) > 20, "hardly anything has failed: `reads` and `writes` must name the calls that are made"
        secret = hub.traffic.secrets
        for error in errors:
            assert_hidden(secret, "an error", shown_by(error))
        assert hub.traffic.exchanges, "the door records nothing"
        for exchange in hub.traffic.exchanges:
            assert_hidden(secret, "a recorded exchange", shown_by_exchange(exchange))
        assert_hidden(secret, "a log", caplog.text)
        assert_hidden(secret, "the output", "".join(capfd.readouterr()))

    def _break(self, platform: SimulatedPlatform, call: str, kind: Any, **details: Any) -> None:
        platform.fault(kind, platform.reads if call == "read" else platform.writes, times=None, **details)

    async def _failed(self, platform: SimulatedPlatform, hub: Opened, call: str) -> ConnectorError:
        [error] = await self._attempt(platform, hub, call)
        return error

    async def _attempt(
        self, platform: SimulatedPlatform, hub: Opened, call: str, subject: Any = None
    ) -> list[ConnectorError]:
        """The failure of a call, if it failed. Anything but a ConnectorError breaks the contract."""
        try:
            await (self.read if call == "read" else self.write)(platform, hub, subject)
        except ConnectorError as error:
            return [error]
        return []
