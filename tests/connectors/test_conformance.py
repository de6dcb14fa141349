"""The conformance suites notice what is wrong: connectors with one flaw each, and the test that must see it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from retour.connectors.contract import Known, Page, Receipt, ReturnRequest, ShopPage, Unreadable
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Transient
from retour.connectors.http import Door, Limit
from retour.connectors.marketplaces.bol import MANIFEST as BOL
from retour.connectors.marketplaces.bol import Bol
from retour.connectors.shops.magento2 import MANIFEST as MAGENTO2
from retour.connectors.shops.magento2 import Magento2WithOrders
from retour.core.model import Resolution, Seen, ShopSays
from retour.testing.opened import opened
from retour.testing.virtual import VirtualLoop

from .test_conformance_bol import TestBol as BolSuite
from .test_conformance_magento2 import TestMagento2 as Magento2Suite


class RepeatsWrites(Bol):
    async def settle(self, ref: str, parts: Any) -> Receipt:
        try:
            return await super().settle(ref, parts)
        except OutcomeUnknown:
            return await super().settle(ref, parts)


class FindsNothing(Bol):
    async def find(self, ref: str, parts: Any, sent_at: Any) -> Receipt | None:
        return None


class SettlesSomethingElse(Bol):
    async def settle(self, ref: str, parts: Any) -> Receipt:
        return await super().settle(ref, [replace(part, resolution=Resolution.ACCEPT) for part in parts])


class LooksHalf(Bol):
    async def look(self, ref: str) -> Seen | None:
        seen = await super().look(ref)
        return seen and replace(seen, complete=False)


class ForgetsARow(Bol):
    async def returns(self, since: Any, known: Known) -> AsyncIterator[Page]:
        first = True
        async for page in super().returns(since, known):
            yield replace(page, seen=page.seen[1:]) if first else page
            first = False


class HidesTheUnreadable(Bol):
    async def returns(self, since: Any, known: Known) -> AsyncIterator[Page]:
        async for page in super().returns(since, known):
            yield replace(page, unreadable=())


class StumblesOverTheUnreadable(Bol):
    async def returns(self, since: Any, known: Known) -> AsyncIterator[Page]:
        async for page in super().returns(since, known):
            if page.unreadable:
                raise Transient("A row cannot be read.")
            yield page


class ShowsItsSecret(Bol):
    async def look(self, ref: str) -> Seen | None:
        try:
            return await super().look(ref)
        except ConnectorError as error:
            raise Transient(f"{error} with {self._config.client_secret.get_secret_value()}") from None


class RepeatsCreates(Magento2WithOrders):
    async def create(self, request: ReturnRequest, key: str) -> ShopSays:
        try:
            return await super().create(request, key)
        except OutcomeUnknown:
            return await super().create(request, key)


class TakesDeletedForOpen(Magento2WithOrders):
    async def changed(self, refs: Any, since: Any) -> AsyncIterator[ShopPage]:
        async for page in super().changed(refs, since):
            yield replace(page, returns=tuple(replace(said, gone=False) for said in page.returns))


class ShowsItsSecretInARow(Magento2WithOrders):
    async def changed(self, refs: Any, since: Any) -> AsyncIterator[ShopPage]:
        async for page in super().changed(refs, since):
            yield replace(page, unreadable=(Unreadable(None, "why", self._config.token.get_secret_value()),))


@pytest.mark.parametrize(
    ("flawed", "test", "arguments"),
    [
        (RepeatsWrites, "test_a_dropped_write_is_unknown_and_never_repeated", {}),
        (RepeatsWrites, "test_a_lost_answer_is_found_and_settled_once", {"decision": Resolution.ACCEPT}),
        (FindsNothing, "test_a_lost_answer_is_found_and_settled_once", {"decision": Resolution.REJECT}),
        (SettlesSomethingElse, "test_a_decision_reads_back_as_declared", {"decision": Resolution.REJECT}),
        (LooksHalf, "test_a_look_is_complete", {}),
        (ForgetsARow, "test_every_return_is_seen", {}),
        (ForgetsARow, "test_what_is_known_does_not_hide_what_is_open", {}),
        (HidesTheUnreadable, "test_one_unreadable_row_hides_no_other", {}),
        (StumblesOverTheUnreadable, "test_one_unreadable_row_hides_no_other", {}),
    ],
)
async def test_a_flaw_of_a_marketplace_is_noticed(flawed: type[Bol], test: str, arguments: dict[str, Any]) -> None:
    class Suite(BolSuite):
        manifest = replace(BOL, open=flawed)

    await _notices(Suite(), test, arguments)


@pytest.mark.parametrize(
    ("flawed", "test", "arguments"),
    [
        (RepeatsCreates, "test_a_lost_answer_of_a_create_is_unknown", {}),
        (RepeatsCreates, "test_a_create_that_never_arrived_is_unknown_too", {}),
        (TakesDeletedForOpen, "test_a_deleted_request_is_gone_and_no_decision", {}),
        (ShowsItsSecretInARow, "test_one_unreadable_answer_hides_no_other", {}),
    ],
)
async def test_a_flaw_of_a_shop_is_noticed(
    flawed: type[Magento2WithOrders], test: str, arguments: dict[str, Any]
) -> None:
    class Suite(Magento2Suite):
        manifest = replace(MAGENTO2, open=flawed)

    await _notices(Suite(), test, arguments)


async def _notices(suite: Any, test: str, arguments: dict[str, Any]) -> None:
    async with suite.running() as platform, opened(suite.manifest, platform.settings()) as hub:
        with pytest.raises((AssertionError, pytest.fail.Exception, ConnectorError)):
            await getattr(suite, test)(platform, hub, **arguments)


async def test_a_secret_in_a_failure_is_noticed(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    class Suite(BolSuite):
        manifest = replace(BOL, open=ShowsItsSecret)

    suite = Suite()
    async with suite.running() as platform, opened(suite.manifest, platform.settings()) as hub:
        with pytest.raises(AssertionError, match="shows a secret"):
            await suite.test_no_answer_brings_a_secret_to_light(platform, hub, "read", 418, "json", caplog, capfd)


def test_a_missing_limit_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Suite(BolSuite):
        manifest = BOL

    made = Door.__init__

    def without_limits(self: Door, **settings: Any) -> None:
        made(self, **settings | {"limits": (), "rate_headers": None})

    monkeypatch.setattr(Door, "__init__", without_limits)
    with pytest.raises(AssertionError, match="asked too often"):
        Suite().test_declared_limits_are_kept()


def test_a_limit_that_nothing_falls_under_is_noticed() -> None:
    class Suite(BolSuite):
        manifest = replace(BOL, limits=(*BOL.limits, Limit("return", 20, timedelta(minutes=1))))

    with pytest.raises(AssertionError, match="spelled alike"):
        Suite().test_declared_limits_are_kept()


def test_more_calls_at_once_than_declared_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Suite(Magento2Suite):
        manifest = replace(MAGENTO2, parallel=3)

    made = Door.__init__

    def without_bound(self: Door, **settings: Any) -> None:
        made(self, **settings | {"parallel": 100})

    monkeypatch.setattr(Door, "__init__", without_bound)
    with pytest.raises(AssertionError):
        Suite().test_no_more_calls_at_once_than_declared()


def test_a_week_passes_at_once_and_in_order() -> None:
    woken: list[tuple[float, str]] = []

    async def sleep(seconds: float, name: str) -> None:
        await asyncio.sleep(seconds)
        woken.append((asyncio.get_running_loop().time(), name))

    async def week() -> None:
        await asyncio.gather(sleep(7 * 24 * 3600, "a week"), sleep(1, "a second"), sleep(0, "nothing"))

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(week())
    assert woken == [(0, "nothing"), (1, "a second"), (7 * 24 * 3600, "a week")]
