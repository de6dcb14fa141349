"""The suite that every connector of a marketplace inherits.

class TestBol(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedBol
"""

import inspect
import re
from collections.abc import Awaitable
from datetime import timedelta
from itertools import takewhile
from typing import Any

import pytest

from retour.connectors.contract import (
    CameBack,
    Confirms,
    Declares,
    FindsSettle,
    HasOrders,
    Marketplace,
    Receipt,
    ReceiptState,
    SettlesTogether,
    ToTell,
)
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused
from retour.core.capabilities import Granularity, MarketplaceCapabilities, Since, Starts
from retour.core.model import Handler, Resolution
from retour.testing.failures import FailureConformance
from retour.testing.limits import LimitConformance
from retour.testing.looking import looked
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
        assert isinstance(hub.connector, SettlesTogether) == (able.together > 1)
        assert isinstance(hub.connector, Declares) == (Starts.SELLER in able.starts)
        assert able.orders or Starts.SELLER not in able.starts, "what is declared is found by its order"

    async def test_capabilities_are_sensible(self, hub: Opened) -> None:
        able: MarketplaceCapabilities = hub.capabilities
        told, by_hand = set(able.tells), set(able.by_hand)
        assert told | by_hand == set(Resolution), "each decision is told, or has words for what to do by hand"
        assert not told & by_hand
        assert all(words.strip() for words in able.by_hand.values())
        for decision, history in able.tells.items():
            assert decision.refunds == history.refunds, f"{decision} must not read back as {history}: money differs"
        for decision, becomes in able.changes.items():
            assert becomes <= told
            assert not (decision.refunds and becomes), "money cannot come back, and must not go twice"
        assert able.reason_required <= told
        assert able.starts
        for deadline in able.deadlines:
            assert deadline.after > timedelta(0) or deadline.since is Since.STATED
            assert re.fullmatch(r"[a-z][a-z0-9_]*", deadline.name), "options override a deadline by its name"
            assert deadline.consequence.strip()
            assert deadline.source.strip()
        if able.reason_required:
            assert self.simulated.reason, "the simulated marketplace must name a reason that it takes"

    # What it sees

    async def test_every_return_is_seen(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        announced = await platform.announce_many(2 * platform.page_size + 1)
        walked = await Walked.over(hub, since=None, known=nothing_known, wait=platform.wait)
        assert not walked.unreadable
        assert walked.lines.keys() == {(one.ref, one.line_ref) for one in announced}
        assert {seen.ref for seen in walked.seen} == {one.ref for one in announced}
        assert not walked.contradictions, "a line that is shown twice must look the same both times"
        if walked.open_when_all_open is not None:
            assert walked.open_when_all_open == walked.lines.keys(), "`all_open` comes after every open return"

    async def test_a_look_is_complete(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        announced = await platform.announce(quantity=platform.most)
        await platform.announce()
        seen = await looked(platform, hub, announced.ref)
        assert seen is not None
        assert seen.complete or (seen.all_lines and not hub.capabilities.looks)
        assert seen.ref == announced.ref
        [line] = seen.lines
        assert (line.ref, line.quantity, line.awaits, line.handlings) == (announced.line_ref, platform.most, True, ())
        assert line.order_ref
        assert seen.handler is Handler.MERCHANT
        assert seen.opened_at.utcoffset() == timedelta(0)
        assert abs(seen.opened_at - platform.simulator.clock.now()) <= platform.precision, "is the time zone right?"

    async def test_who_handles_it_is_told(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        announced = await platform.announce_own()
        if announced is None:
            pytest.skip(f"{self.manifest.name} handles no returns itself")
        seen = await looked(platform, hub, announced.ref)
        assert seen is not None
        assert seen.handler is Handler.MARKETPLACE
        walked = await Walked.over(hub, since=None, known=nothing_known, wait=platform.wait)
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
        assert await looked(platform, hub, announced.ref + "9") is None

    async def test_what_is_known_does_not_hide_what_is_open(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        announced = await platform.announce_many(platform.page_size + 1)
        since = platform.simulator.clock.now() - timedelta(days=1)
        walked = await Walked.over(hub, since=since, known=everything_known, wait=platform.wait)
        if walked.open_when_all_open is None:
            pytest.skip(f"{self.manifest.name}'s lists never show all that is open")
        assert walked.open_when_all_open == {(one.ref, one.line_ref) for one in announced}

    async def test_one_unreadable_row_hides_no_other(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        assert platform.flaws
        whole = [await platform.announce() for _ in range(2)]
        for flaw in platform.flaws:
            broken = await platform.announce()
            whole.append(await platform.announce())
            await platform.spoil(broken, flaw)
        walked = await Walked.over(hub, since=None, known=nothing_known, wait=platform.wait)
        assert {(one.ref, one.line_ref) for one in whole} <= walked.lines.keys()
        assert len({row.raw for row in walked.unreadable}) == len(platform.flaws)
        assert all(row.why and row.raw for row in walked.unreadable)

    # What it tells

    @pytest.mark.parametrize("decision", Resolution)
    async def test_a_decision_reads_back_as_declared(
        self, platform: SimulatedMarketplace, hub: Opened, decision: Resolution
    ) -> None:
        self._needs(hub, decision)
        platform.wants(decision)
        announced = await platform.announce(quantity=platform.most)
        receipt = await settled(platform, hub, announced, decision)
        assert receipt.state is ReceiptState.DONE
        await self._stands(platform, hub, announced, decision)
        [effect] = await self._effects(platform, announced)
        assert effect["kind"] == ("refund" if decision.refunds else "settled")
        assert effect["quantity"] == platform.most

    async def test_some_units_can_be_decided_alone(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        if hub.capabilities.granularity is not Granularity.QUANTITY:
            pytest.skip(f"{self.manifest.name} takes one decision for a whole {hub.capabilities.granularity}")
        decision = next(iter(hub.capabilities.tells))
        announced = await platform.announce(quantity=3)
        await settled(platform, hub, announced, decision, quantity=1)
        seen = await looked(platform, hub, announced.ref)
        assert seen is not None
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
        platform.wants(decision)
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
        platform.wait(hub.capabilities.arrives_within.total_seconds())
        await self._absent(platform, hub, announced, parts, sent_at)
        assert not await self._effects(platform, announced)
        await settled(platform, hub, announced, decision)
        assert len(await self._effects(platform, announced)) == 1

    async def test_an_older_call_is_not_taken_for_the_lost_one(
        self, platform: SimulatedMarketplace, hub: Opened
    ) -> None:
        able = hub.capabilities
        changes = [(old, new) for old, news in able.changes.items() if old in able.tells for new in sorted(news)]
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

    async def test_what_the_marketplace_refunded_is_not_refunded_again(
        self, platform: SimulatedMarketplace, hub: Opened
    ) -> None:
        """Even without a look in between: it may have acted a second ago."""
        for decision in (one for one in hub.capabilities.tells if one.refunds):
            announced = await platform.announce()
            await looked(platform, hub, announced.ref)
            if not await platform.refund(announced):
                pytest.skip(f"{self.manifest.name} never refunds by itself")
            before = await self._effects(platform, announced)
            outcome = await self._told(platform, hub, announced, decision)
            assert not isinstance(outcome, OutcomeUnknown), "it is certain that this call did nothing"
            assert outcome is not ReceiptState.DONE, "it was not this call that refunded"
            assert await self._effects(platform, announced) == before

    async def test_several_decisions_go_together_and_one_refusal_hides_no_other(
        self, platform: SimulatedMarketplace, hub: Opened
    ) -> None:
        if hub.capabilities.together == 1:
            pytest.skip(f"{self.manifest.name} is told one decision with each call")
        decision = next(iter(hub.capabilities.tells))
        good, unknown, other = await platform.announce(), await platform.announce(), await platform.announce()
        told = [ToTell(one.ref, part(platform, one, decision)) for one in (good, unknown, other)]
        await settled(platform, hub, unknown, decision)
        answers = await hub.connector.settle_together(told)
        ends = {key: await self._end(platform, hub, answer) for key, answer in answers.items()}
        assert ends.keys() == {one.part.key for one in told}
        assert [ends[told[0].part.key], ends[told[2].part.key]] == [ReceiptState.DONE, ReceiptState.DONE]
        assert len(await self._effects(platform, good)) == 1
        assert len(await self._effects(platform, other)) == 1
        assert len(await self._effects(platform, unknown)) == 1, "told twice, done once"

    async def test_what_came_back_unannounced_is_declared_and_told_once(
        self, platform: SimulatedMarketplace, hub: Opened
    ) -> None:
        if Starts.SELLER not in hub.capabilities.starts:
            pytest.skip(f"the seller cannot start a return at {self.manifest.name}")
        sold = await platform.sell(quantity=2)
        order = await hub.connector.order(sold.order_ref)
        assert order is not None
        lines = [line for line in order.lines if line.returnable]
        assert sum(line.returnable or 0 for line in lines) == 2
        back = CameBack(lines[0].ref, 1, key="shop-report-1:1")
        [seen] = await hub.connector.declare(order, [back])
        [again] = await hub.connector.declare(order, [back])
        assert again.ref == seen.ref, "the same under the hub's key"
        [line] = seen.lines
        assert (line.quantity, line.awaits, line.order_ref) == (1, True, sold.order_ref)
        assert not await platform.journal(*MONEY), "to declare it tells nothing"
        decision = next(one for one in hub.capabilities.tells if one.refunds)
        announced = Announced(seen.ref, line.ref, 1, sold.order_ref)
        receipt = await settled(platform, hub, announced, decision, order_line_ref=line.order_line_ref)
        assert receipt.state is ReceiptState.DONE
        assert sum(entry["quantity"] for entry in await platform.journal("refund")) == 1
        await self._stands(platform, hub, announced, decision)
        order = await hub.connector.order(sold.order_ref)
        assert sum(line.returnable or 0 for line in order.lines) == 1
        with pytest.raises(Refused):
            await hub.connector.declare(order, [CameBack(lines[0].ref, 2)])

    async def _told(
        self, platform: SimulatedMarketplace, hub: Opened, announced: Announced, decision: Resolution
    ) -> ReceiptState | ConnectorError:
        try:
            receipt = await hub.connector.settle(announced.ref, [part(platform, announced, decision)])
            return (await to_the_end(platform, hub, receipt)).state
        except ConnectorError as error:
            return error

    async def _end(self, platform: SimulatedMarketplace, hub: Opened, answer: Any) -> ReceiptState | None:
        if isinstance(answer, ConnectorError):
            assert not isinstance(answer, OutcomeUnknown)
            return None
        return (await to_the_end(platform, hub, answer)).state

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
        seen = await looked(platform, hub, announced.ref)
        assert seen is not None
        [line] = seen.lines
        assert line.handlings, "the decision does not show"
        declared = hub.capabilities.tells[decision]
        assert line.handlings[-1].resolution is declared
        alike = takewhile(lambda one: one.resolution is declared, reversed(line.handlings))
        assert sum(one.quantity for one in alike) == announced.quantity
        assert not line.awaits

    async def _absent(
        self, platform: SimulatedMarketplace, hub: Opened, announced: Announced, parts: list[Any], sent_at: Any
    ) -> None:
        if hub.capabilities.finds:
            assert await hub.connector.find(announced.ref, parts, sent_at) is None
        seen = await looked(platform, hub, announced.ref)
        assert seen is not None
        assert not seen.lines[0].handlings
        assert seen.lines[0].awaits

    async def _effects(self, platform: SimulatedMarketplace, announced: Announced) -> list[dict[str, Any]]:
        return [
            entry for entry in await platform.journal(*MONEY) if entry["ref"] in {announced.ref, announced.line_ref}
        ]
