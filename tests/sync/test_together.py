"""Decisions that are told together: what has not left in time is given back, and leaves once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from retour.connectors import registry
from retour.connectors.contract import MarketplaceManifest, Receipt, ToTell
from retour.connectors.errors import ConnectorError
from retour.connectors.marketplaces.otto import Otto
from retour.core.model import Resolution
from retour.store import lease
from retour.store.models import Connection, Effect, Event, Note
from retour.sync import act, job
from retour.testing import Announced
from tests.every.world import World, open_world


@pytest.fixture
async def otto(transactional_db: None) -> AsyncIterator[World]:
    async with open_world("otto") as world:
        yield world


@pytest.fixture(autouse=True)
def _two_with_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = registry.marketplace
    able = {key: manifest.capabilities for key, manifest in registry.marketplaces().items()}

    def by_twos(key: str) -> MarketplaceManifest:
        return replace(declared(key), limits=(), capabilities=lambda config: replace(able[key](config), together=2))

    monkeypatch.setattr(registry, "marketplace", by_twos)


async def three_to_tell(otto: World) -> list[Announced]:
    announced = []
    for _ in range(3):
        announced.append(await otto.platform.announce())
        await otto.arrives(announced[-1])
    for one in announced:
        await otto.decides(one, Resolution.ACCEPT)
    return announced


async def attempts(otto: World) -> list[int]:
    return await otto.db(lambda: list(Effect.objects.order_by("pk").values_list("attempts", flat=True)))


async def told_once_each(otto: World, announced: list[Announced]) -> None:
    for one in announced:
        shape = await otto.comes_to_rest(one)
        assert [decision["told"] for line in shape["lines"] for decision in line["decisions"]] == ["confirmed"]
        assert [effect["kind"] for effect in await otto.effects(one)] == ["refund"]


async def test_what_waits_behind_a_slow_call_does_not_leave_late(otto: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else may have taken it for lost by then, and told it."""
    announced = await three_to_tell(otto)
    monkeypatch.setattr(act, "_leave_until", lambda: asyncio.get_running_loop().time() + 0.2)
    otto.platform.fault("slow", otto.platform.writes, seconds=0.4)
    await otto.sync()
    assert await attempts(otto) == [1, 1, 2]
    await told_once_each(otto, announced)


@pytest.mark.parametrize("lost", [True, False])
async def test_nothing_more_leaves_once_the_check_is_over(
    otto: World, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    """Another worker has taken over, or a person has paused the connection, while a call was under way."""
    announced = await three_to_tell(otto)
    monkeypatch.setattr(job, "KEEP_EVERY", -1.0)
    standing, asked = lease.standing, 0

    def meanwhile(connection: Connection, *rest: object) -> lease.Standing:
        nonlocal asked
        asked += 1
        if asked == 3:  # before the claim, before the first call, before the second
            changes = {"lease_owner": "another"} if lost else {"state": "paused"}
            Connection.objects.filter(pk=connection.pk).update(**changes)
        return standing(connection, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(lease, "standing", meanwhile)
    await otto.sync()
    states = await otto.db(lambda: list(Effect.objects.order_by("pk").values_list("state", flat=True)))
    assert states == ["done", "done", "wanted"]
    monkeypatch.setattr(lease, "standing", standing)
    again = {"lease_owner": "", "lease_until": None, "state": "active"}
    await otto.db(lambda: Connection.objects.update(**again))
    await told_once_each(otto, announced)


async def test_what_an_answer_does_not_hold_may_have_happened(otto: World, monkeypatch: pytest.MonkeyPatch) -> None:
    announced = await three_to_tell(otto)
    whole = Otto.settle_together

    async def short(self: Otto, told: Sequence[ToTell]) -> dict[str, Receipt | ConnectorError]:
        answer = dict(await whole(self, told))
        answer.pop(told[-1].part.key)
        return answer

    monkeypatch.setattr(Otto, "settle_together", short)
    await otto.sync()
    await told_once_each(otto, announced)
    assert await attempts(otto) == [1, 1, 1], "looked up, not sent again"
    assert await otto.db(Event.objects.filter(kind="lost").count) == 2


async def test_a_marketplace_that_cannot_say_what_became_of_a_call_is_not_told_again(transactional_db: None) -> None:
    """Amazon shows no single return: that its own record of a call is lost proves nothing."""
    async with open_world("amazon") as amazon:
        announced = await amazon.platform.announce()
        await amazon.arrives(announced)
        await amazon.decides(announced, Resolution.ACCEPT)
        await amazon.leaves_and_dies(announced, after_the_call=True)
        await amazon.db(Note.objects.filter(name__startswith="feed:").delete)
        shape = await amazon.comes_to_rest(announced)
        assert await attempts(amazon) == [1], shape
        assert [effect["kind"] for effect in await amazon.effects(announced)] == ["refund"]


async def test_a_lost_call_that_was_found_after_hours_is_confirmed_by_its_receipt(transactional_db: None) -> None:
    """The hub was off. Nobody waits for a list to show it."""
    async with open_world("amazon") as amazon:
        announced = await amazon.platform.announce()
        await amazon.arrives(announced)
        await amazon.decides(announced, Resolution.ACCEPT)
        await amazon.leaves_and_dies(announced, after_the_call=True)
        await amazon.passes(hours=5)
        await amazon.sync()
        kinds = await amazon.db(lambda: list(Event.objects.order_by("pk").values_list("kind", flat=True)))
        assert "confirmed" in kinds
        assert await attempts(amazon) == [1]
