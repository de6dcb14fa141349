"""The suite that every connector of a marketplace inherits.

class TestBol(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedBol
"""

import inspect
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest

from retour.connectors.contract import Confirms, FindsSettle, HasOrders, Marketplace, Receipt, ReceiptState
from retour.connectors.errors import OutcomeUnknown
from retour.core.capabilities import Granularity, MarketplaceCapabilities
from retour.core.model import Handler, Resolution
from retour.testing.failures import FailureConformance
from retour.testing.limits import LimitConformance
from retour.testing.opened import Opened
from retour.testing.settling import part, settled, to_the_end
from retour.testing.simulated import Announced, SimulatedMarketplace
from retour.testing.walking import Walked, everything_known, nothing_known

MONEY = ("refund", "settled")
"""The journal's kinds for a decision that took effect."""


class MarketplaceConformance(FailureConformance, LimitConformance):
    """What the hub relies on when it talks to a marketplace."""

    entry_points = "retour.marketplaces"

    # What it can

    async def test_capabilities_and_verbs_agree(self, hub: Opened) -> None:
        able: MarketplaceCapabilities = hub.capabilities
        assert isinstance(hub.connector, Marketplace)
        assert inspect.isasyncgenfunction(hub.connector.returns)
        assert isinstance(hub.connector, Confirms) == able.asynchronous
        assert isinstance(hub.connector, FindsSettle) == able.finds
        assert isinstance(hub.connector, HasOrders) == able.orders

    async def test_capabilities_are_sensible(self, hub: Opened) -> None:
        able: MarketplaceCapabilities = hub.capabilities
        told, by_hand = set(able.tells), set(able.by_hand)
        assert told | by_hand == set(Resolution), "each decision is told, or has words for what to do by hand"
        assert not told & by_hand
        assert all(words.strip() for words in able.by_hand.values())
        for decision, history in able.tells.items():
            assert decision.refunds == history.refunds, f"{decision} must not read back as {history}: money differs"
        for decision, becomes in able.changes.items():
            assert decision in told
            assert becomes <= told
            assert not (decision.refunds and any(not later.refunds for later in becomes)), "money cannot come back"
        assert able.reason_required <= told
        assert able.starts
        for deadline in able.deadlines:
            assert deadline.after > timedelta(0)
            assert deadline.name.strip()
            assert deadline.consequence.strip()
            assert deadline.source.strip()
        if able.reason_required:
            assert self.simulated.reason, "the simulated marketplace must name a reason that it takes"

    # What it sees

    async def test_every_return_is_seen(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        announced = await platform.announce_many(2 * platform.page_size + 1)
        walked = await Walked.over(hub, since=None, known=nothing_known)
        assert not walked.unreadable
        assert walked.lines.keys() == {one.line_ref for one in announced}
        assert {seen.ref for seen in walked.seen} == {one.ref for one in announced}
        assert not walked.contradictions, "a line that is shown twice must look the same both times"
        assert walked.open_when_all_open == walked.lines.keys(), "`all_open` comes after every open return was shown"

    async def test_a_look_is_complete(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        announced = await platform.announce(quantity=2)
        await platform.announce()
        seen = await hub.connector.look(announced.ref)
        assert seen is not None
        assert seen.complete
        assert seen.ref == announced.ref
        [line] = seen.lines
        assert (line.ref, line.quantity, line.awaits, line.handlings) == (announced.line_ref, 2, True, ())
        assert line.order_ref
        assert seen.handler is Handler.MERCHANT
        assert seen.opened_at.utcoffset() == timedelta(0)
        assert abs(seen.opened_at - platform.simulator.clock.now()) <= platform.precision, "is the time zone right?"

    async def test_who_handles_it_is_told(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        announced = await platform.announce_own()
        if announced is None:
            pytest.skip(f"{self.manifest.name} handles no returns itself")
        seen = await hub.connector.look(announced.ref)
        assert seen is not None
        assert seen.handler is Handler.MARKETPLACE
        walked = await Walked.over(hub, since=None, known=nothing_known)
        assert {(seen.ref, seen.handler) for seen in walked.seen} == {(announced.ref, Handler.MARKETPLACE)}

    async def test_the_order_behind_a_return(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        if not hub.capabilities.orders:
            pytest.skip(f"{self.manifest.name} does not show orders")
        announced = await platform.announce(quantity=2)
        assert announced.order_ref
        order = await hub.connector.order(announced.order_ref)
        assert order is not None
        assert order.ref == announced.order_ref
        assert sum(line.quantity for line in order.lines) >= 2
        assert await hub.connector.order(announced.order_ref + "9") is None

    async def test_an_unknown_return_is_none(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        announced = await platform.announce()
        assert await hub.connector.look(announced.ref + "9") is None

    async def test_what_is_known_does_not_hide_what_is_open(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        announced = await platform.announce_many(platform.page_size + 1)
        since = platform.simulator.clock.now() - timedelta(days=1)
        walked = await Walked.over(hub, since=since, known=everything_known)
        assert walked.open_when_all_open == {one.line_ref for one in announced}

    async def test_one_unreadable_row_hides_no_other(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        assert platform.flaws
        whole = [await platform.announce() for _ in range(2)]
        for flaw in platform.flaws:
            broken = await platform.announce()
            whole.append(await platform.announce())
            await platform.spoil(broken, flaw)
        walked = await Walked.over(hub, since=None, known=nothing_known)
        assert {one.line_ref for one in whole} <= walked.lines.keys()
        assert len({row.raw for row in walked.unreadable}) == len(platform.flaws)
        assert all(row.why and row.raw for row in walked.unreadable)

    # What it tells

    @pytest.mark.parametrize("decision", Resolution)
    async def test_a_decision_reads_back_as_declared(
        self, platform: SimulatedMarketplace, hub: Opened, decision: Resolution
    ) -> None:
        self._needs(hub, decision)
        announced = await platform.announce(quantity=2)
        receipt = await settled(platform, hub, announced, decision)
        assert receipt.state is ReceiptState.DONE
        await self._stands(platform, hub, announced, decision)
        [effect] = await self._effects(platform, announced)
        assert effect["kind"] == ("refund" if decision.refunds else "settled")
        assert effect["quantity"] == 2

    async def test_some_units_can_be_decided_alone(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        if hub.capabilities.granularity is not Granularity.QUANTITY:
            pytest.skip(f"{self.manifest.name} takes one decision for a whole {hub.capabilities.granularity}")
        decision = next(iter(hub.capabilities.tells))
        announced = await platform.announce(quantity=3)
        await settled(platform, hub, announced, decision, quantity=1)
        seen = await hub.connector.look(announced.ref)
        assert [handling.quantity for handling in seen.lines[0].handlings] == [1]
        assert [entry["quantity"] for entry in await self._effects(platform, announced)] == [1]

    @pytest.mark.parametrize("decision", Resolution)
    async def test_a_decision_can_change_as_declared(
        self, platform: SimulatedMarketplace, hub: Opened, decision: Resolution
    ) -> None:
        self._needs(hub, decision)
        becomes = hub.capabilities.changes.get(decision, frozenset())
        if not becomes:
            pytest.skip(f"at {self.manifest.name}, {decision} is final")
        for later in sorted(becomes):
            announced = await platform.announce()
            await settled(platform, hub, announced, decision)
            receipt = await settled(platform, hub, announced, later, changes=decision)
            assert receipt.state is ReceiptState.DONE
            await self._stands(platform, hub, announced, later)
            effects = await self._effects(platform, announced)
            assert len([entry for entry in effects if entry["kind"] == "refund"]) == (
                1 if decision.refunds or later.refunds else 0
            )

    @pytest.mark.parametrize("decision", Resolution)
    async def test_a_lost_answer_is_found_and_settled_once(
        self, platform: SimulatedMarketplace, hub: Opened, decision: Resolution
    ) -> None:
        self._needs(hub, decision)
        announced = await platform.announce()
        parts = [part(platform, announced, decision)]
        sent_at = platform.simulator.clock.now()
        platform.fault("drop_after", platform.writes)
        with pytest.raises(OutcomeUnknown):
            await hub.connector.settle(announced.ref, parts)
        if hub.capabilities.finds:
            found = await hub.connector.find(announced.ref, parts, sent_at)
            assert found is not None, "the marketplace knows the call, so `find` must"
            assert (await to_the_end(platform, hub, found)).state is ReceiptState.DONE
        platform.wait(3600)
        await self._stands(platform, hub, announced, decision)
        assert len(await self._effects(platform, announced)) == 1

    async def test_a_call_that_never_arrived_is_reported_absent(
        self, platform: SimulatedMarketplace, hub: Opened
    ) -> None:
        decision = next(iter(hub.capabilities.tells))
        announced = await platform.announce()
        parts = [part(platform, announced, decision)]
        sent_at = platform.simulator.clock.now()
        platform.fault("drop_before", platform.writes)
        with pytest.raises(OutcomeUnknown):
            await hub.connector.settle(announced.ref, parts)
        await self._absent(platform, hub, announced, parts, sent_at)
        assert not await self._effects(platform, announced)
        await settled(platform, hub, announced, decision)
        assert len(await self._effects(platform, announced)) == 1

    async def test_an_older_call_is_not_taken_for_the_lost_one(
        self, platform: SimulatedMarketplace, hub: Opened
    ) -> None:
        changes = [(old, new) for old, news in hub.capabilities.changes.items() for new in sorted(news)]
        if not hub.capabilities.finds or not changes:
            pytest.skip(f"{self.manifest.name} has no `find`, or every decision there is final")
        old, new = changes[0]
        announced = await platform.announce()
        await settled(platform, hub, announced, old)
        platform.wait(3600)
        parts = [part(platform, announced, new, changes=old)]
        sent_at = platform.simulator.clock.now()
        platform.fault("drop_before", platform.writes)
        with pytest.raises(OutcomeUnknown):
            await hub.connector.settle(announced.ref, parts)
        assert await hub.connector.find(announced.ref, parts, sent_at) is None

    async def subject(self, platform: Any) -> Announced:
        announced: Announced = await platform.announce()
        return announced

    async def read(self, platform: Any, hub: Opened, subject: Any = None) -> Any:
        announced = subject or await self.subject(platform)
        return await hub.connector.look(announced.ref)

    async def write(self, platform: Any, hub: Opened, subject: Any = None) -> Receipt:
        announced = subject or await self.subject(platform)
        decision = next(iter(hub.capabilities.tells))
        receipt: Receipt = await hub.connector.settle(announced.ref, [part(platform, announced, decision)])
        return receipt

    async def hurry(self, platform: Any, hub: Opened, count: int) -> list[Awaitable[Any]]:
        announced, other = await self.subject(platform), await self.subject(platform)
        decision = next(iter(hub.capabilities.tells))
        receipt = await hub.connector.settle(other.ref, [part(platform, other, decision)])
        wanted: list[Awaitable[Any]] = []
        for _ in range(count):
            wanted.append(hub.connector.look(announced.ref))
            if hub.capabilities.orders and announced.order_ref:
                wanted.append(hub.connector.order(announced.order_ref))
            if hub.capabilities.asynchronous:
                wanted.append(hub.connector.confirm([receipt.ref]))
        return wanted

    def _needs(self, hub: Opened, decision: Resolution) -> None:
        if decision not in hub.capabilities.tells:
            pytest.skip(f"{self.manifest.name} cannot be told {decision}: {hub.capabilities.by_hand[decision]}")

    async def _stands(
        self, platform: SimulatedMarketplace, hub: Opened, announced: Announced, decision: Resolution
    ) -> None:
        """The marketplace's history ends with this decision, for every unit."""
        seen = await hub.connector.look(announced.ref)
        assert seen is not None
        [line] = seen.lines
        assert line.handlings, "the decision does not show"
        assert line.handlings[-1].resolution is hub.capabilities.tells[decision]
        assert line.handlings[-1].quantity == announced.quantity
        assert not line.awaits

    async def _absent(
        self, platform: SimulatedMarketplace, hub: Opened, announced: Announced, parts: list[Any], sent_at: Any
    ) -> None:
        if hub.capabilities.finds:
            assert await hub.connector.find(announced.ref, parts, sent_at) is None
        seen = await hub.connector.look(announced.ref)
        assert seen is not None
        assert not seen.lines[0].handlings
        assert seen.lines[0].awaits

    async def _effects(self, platform: SimulatedMarketplace, announced: Announced) -> list[dict[str, Any]]:
        return [
            entry for entry in await platform.journal(*MONEY) if entry["ref"] in {announced.ref, announced.line_ref}
        ]
