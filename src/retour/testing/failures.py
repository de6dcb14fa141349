"""Every failure gets its name, and none of them shows a secret."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from retour.connectors.errors import ConnectorError, OutcomeUnknown, Transient, Unavailable
from retour.testing.connector import ConnectorConformance
from retour.testing.opened import Opened
from retour.testing.secrecy import assert_hidden, shown_by, shown_by_exchange
from retour.testing.simulated import SimulatedPlatform

PAGE = "<html><body><h1>Something went wrong</h1></body></html>"
TIMES = 1000
"""How often a fault strikes that is there to stay."""
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

    async def test_maintenance_asks_a_read_for_a_pause(self, platform: SimulatedPlatform, hub: Opened) -> None:
        self._break(platform, "read", "answer", status=503, headers=HTML, body=PAGE)
        error = await self._failed(platform, hub, "read")
        assert isinstance(error, Unavailable)
        assert error.retry_after > timedelta(0)

    async def test_a_503_leaves_a_write_unknown_or_undone(self, platform: SimulatedPlatform, hub: Opened) -> None:
        """Undone where the connector says so (`undone` of `Door.write`): it knows its platform."""
        self._break(platform, "write", "answer", status=503, headers=HTML, body=PAGE)
        assert isinstance(await self._failed(platform, hub, "write"), OutcomeUnknown | Unavailable)
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

    @pytest.mark.parametrize("call", ["read", "write"])
    @pytest.mark.parametrize("body", ["html", "json"])
    @pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 418, 429, 500, 503])
    async def test_no_answer_brings_a_secret_to_light(
        self,
        platform: SimulatedPlatform,
        hub: Opened,
        call: str,
        status: int,
        body: str,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        if platform.tokens:
            await self.read(platform, hub)
        echo = " ".join(hub.traffic.secrets)
        text = PAGE + echo if body == "html" else f'{{"error": "{echo}", "message": "{echo}", "detail": "{echo}"}}'
        where = {"Location": f"https://elsewhere.example.org/?code={echo}"} if status == 302 else {}
        self._break(platform, call, "answer", status=status, headers=where, body=text)
        outcome = await self._outcome(platform, hub, call)
        self._nothing_shown(hub, outcome, caplog.text, *capfd.readouterr())

    @pytest.mark.parametrize("call", ["read", "write"])
    @pytest.mark.parametrize("fault", ["drop_before", "drop_after", "closed"])
    async def test_no_lost_answer_brings_a_secret_to_light(
        self,
        platform: SimulatedPlatform,
        hub: Opened,
        call: str,
        fault: str,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        subject = await self.subject(platform)
        if platform.tokens:
            await self.read(platform, hub, subject)
        if fault == "closed":
            await platform.running.stop()
        else:
            self._break(platform, call, fault)
        outcome = await self._outcome(platform, hub, call, subject)
        assert isinstance(outcome, ConnectorError)
        assert hub.traffic.exchanges, "the door has recorded nothing"
        self._nothing_shown(hub, outcome, caplog.text, *capfd.readouterr())

    def _nothing_shown(self, hub: Opened, outcome: Any, *logs: str) -> None:
        secrets = hub.traffic.secrets
        assert secrets, "a connector without a single secret?"
        if isinstance(outcome, ConnectorError):
            assert_hidden(secrets, "an error", shown_by(outcome))
        else:
            assert_hidden(secrets, "a result", repr(outcome))
        for exchange in hub.traffic.exchanges:
            assert_hidden(secrets, "a recorded exchange", shown_by_exchange(exchange))
        assert_hidden(secrets, "a log", "".join(logs))

    def _break(self, platform: SimulatedPlatform, call: str, kind: Any, **details: Any) -> None:
        platform.fault(kind, platform.reads if call == "read" else platform.writes, times=TIMES, **details)

    async def _failed(self, platform: SimulatedPlatform, hub: Opened, call: str) -> ConnectorError:
        outcome = await self._outcome(platform, hub, call)
        assert isinstance(outcome, ConnectorError), f"not a failure: {outcome}"
        return outcome

    async def _outcome(self, platform: SimulatedPlatform, hub: Opened, call: str, subject: Any = None) -> Any:
        """What a call gave, or its failure. Anything but a ConnectorError breaks the contract."""
        outcome: Any
        try:
            outcome = await (self.read if call == "read" else self.write)(platform, hub, subject)
        except ConnectorError as error:
            outcome = error
        for fault in platform.simulator.faults.rules:
            assert fault.times != TIMES, f"{fault.match} does not match the {call}: {await platform.all_calls()}"
        return outcome
