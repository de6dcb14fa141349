"""The suite that every connector of a shop inherits.

class TestMagento2(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedMagento2
"""

import asyncio
import inspect
from collections.abc import Awaitable, Sequence
from typing import Any

import pytest

from retour.connectors.contract import (
    FindsCreate,
    FindsOrder,
    OffersOrders,
    ReturnRequest,
    Shop,
    ShopPage,
    ShowsOwn,
    Unreadable,
)
from retour.connectors.errors import ConnectorError, OutcomeUnknown
from retour.core.match_order import Clues, rank
from retour.core.model import Order, Resolution, ShopSays
from retour.testing.failures import FailureConformance
from retour.testing.limits import LimitConformance
from retour.testing.opened import Opened, opened
from retour.testing.samples import ODD_TEXTS
from retour.testing.simulated import SimulatedShop
from retour.testing.virtual import VirtualLoop

MOST_CALLS = 10
"""With so many calls at most a shop offers candidates for an order."""


class ShopConformance(FailureConformance, LimitConformance):
    """What the hub relies on when it talks to a shop."""

    entry_points = "retour.shops"

    async def test_capabilities_and_verbs_agree(self, hub: Opened) -> None:
        able = hub.capabilities
        assert isinstance(hub.connector, Shop)
        assert inspect.iscoroutinefunction(hub.connector.create)
        assert isinstance(hub.connector, FindsCreate) == able.finds
        assert isinstance(hub.connector, FindsOrder) == able.orders
        assert isinstance(hub.connector, ShowsOwn) or not able.shows_own
        assert isinstance(hub.connector, OffersOrders) == able.candidates
        assert able.decides, "a shop that cannot decide is of no use"
        assert able.decides <= set(Resolution)

    async def test_a_request_is_made_once_and_waits(self, platform: SimulatedShop, hub: Opened) -> None:
        made = await hub.connector.create(platform.request(), "r-1:1:create")
        assert made.ref
        assert (made.resolution, made.gone, made.unclear) == (None, False, False)
        assert await _read(hub, [made.ref]) == {made.ref: made}
        assert len(await platform.journal("created")) == 1

    @pytest.mark.parametrize("resolution", Resolution)
    async def test_the_merchants_decision_reads_back(
        self, platform: SimulatedShop, hub: Opened, resolution: Resolution
    ) -> None:
        if resolution not in hub.capabilities.decides:
            pytest.skip(f"{self.manifest.name} cannot decide {resolution}")
        decided = await hub.connector.create(platform.request(1), "r-1:1:create")
        other = await hub.connector.create(platform.request(2), "r-2:1:create")
        await platform.decide(decided.ref, resolution)
        said = await _read(hub, [decided.ref, other.ref])
        assert said[decided.ref].resolution is resolution
        assert (said[decided.ref].gone, said[decided.ref].unclear) == (False, False)
        assert said[other.ref].resolution is None

    async def test_a_deleted_request_is_gone_and_no_decision(self, platform: SimulatedShop, hub: Opened) -> None:
        kept = await hub.connector.create(platform.request(1), "r-1:1:create")
        deleted = await hub.connector.create(platform.request(2), "r-2:1:create")
        await platform.remove(deleted.ref)
        said = await _read(hub, [kept.ref, deleted.ref])
        assert said[deleted.ref].gone
        assert said[deleted.ref].resolution is None
        assert not said[kept.ref].gone

    async def test_an_unknown_word_is_shown_and_no_decision(self, platform: SimulatedShop, hub: Opened) -> None:
        made = await hub.connector.create(platform.request(), "r-1:1:create")
        await platform.say(made.ref, platform.unknown_word)
        said = (await _read(hub, [made.ref]))[made.ref]
        assert said.word == platform.unknown_word
        assert said.unclear
        assert said.resolution is None

    async def test_one_unreadable_answer_hides_no_other(self, platform: SimulatedShop, hub: Opened) -> None:
        refs = [(await hub.connector.create(platform.request(n), f"r-{n}:1:create")).ref for n in range(1, 6)]
        await platform.spoil_a_status()
        pages = [page async for page in hub.connector.changed(refs, None)]
        unreadable = [row for page in pages for row in page.unreadable]
        assert len(unreadable) == 1
        assert unreadable[0].why
        said = {row.ref for page in pages for row in page.returns}
        assert said == set(refs) - {unreadable[0].ref}
        assert len(said) == 4

    async def test_nothing_asked_nothing_said(self, hub: Opened) -> None:
        assert await _read(hub, []) == {}

    async def test_many_requests_are_all_read(self, platform: SimulatedShop, hub: Opened) -> None:
        count = 5 * self.manifest.parallel + 3
        made = [await hub.connector.create(platform.request(n), f"r-{n}:1:create") for n in range(1, count + 1)]
        assert len({row.ref for row in made}) == count
        assert await _read(hub, [row.ref for row in made]) == {row.ref: row for row in made}

    async def test_a_request_with_everything_missing_works(self, platform: SimulatedShop, hub: Opened) -> None:
        made = await hub.connector.create(platform.bare_request(), "r-1:1:create")
        assert await _read(hub, [made.ref]) == {made.ref: made}

    async def test_what_the_marketplace_settled_is_registered(self, platform: SimulatedShop, hub: Opened) -> None:
        made = await hub.connector.create(platform.request(status="accepted"), "r-1:1:create")
        assert made.resolution in {None, Resolution.ACCEPT}
        assert (await _read(hub, [made.ref]))[made.ref].resolution in {None, Resolution.ACCEPT}
        assert len(await platform.journal("created")) == 1

    @pytest.mark.parametrize("odd", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
    async def test_odd_texts_arrive(self, platform: SimulatedShop, hub: Opened, odd: str) -> None:
        request = platform.request(comment=odd, reason_text=odd, title=odd, marketplace=odd, sku=odd)
        made = await hub.connector.create(request, "r-1:1:create")
        assert await _read(hub, [made.ref]) == {made.ref: made}
        assert len(await platform.journal("created")) == 1

    async def test_a_lost_answer_of_a_create_is_unknown(self, platform: SimulatedShop, hub: Opened) -> None:
        platform.fault("drop_after", platform.writes)
        with pytest.raises(OutcomeUnknown):
            await hub.connector.create(platform.request(), "r-1:1:create")
        assert len(await platform.journal("created")) == 1, "a create must leave once"
        if hub.capabilities.finds:
            found = await hub.connector.find("r-1:1:create")
            assert found is not None
            assert await _read(hub, [found.ref]) == {found.ref: found}

    async def test_a_create_that_never_arrived_is_unknown_too(self, platform: SimulatedShop, hub: Opened) -> None:
        platform.fault("drop_before", platform.writes)
        with pytest.raises(OutcomeUnknown):
            await hub.connector.create(platform.request(), "r-1:1:create")
        assert not await platform.journal("created")
        if hub.capabilities.finds:
            assert await hub.connector.find("r-1:1:create") is None

    async def test_orders_are_found_for_certain_or_not_at_all(self, platform: SimulatedShop, hub: Opened) -> None:
        if not hub.capabilities.orders:
            pytest.skip(f"{self.manifest.name} cannot search orders with these settings")
        placed = await platform.place_order("000000101", "C000TEST01")
        await platform.place_order("000000102", "C000TEST02")
        await platform.place_order("000000103", "C000TEST02")
        found = await hub.connector.order(Order(ref="C000TEST01"))
        assert found is not None
        assert found.number == placed
        assert await hub.connector.order(Order(ref="C000TEST0")) is None, "a number that only begins alike"
        assert await hub.connector.order(Order(ref="C000TEST02")) is None, "two orders: neither for certain"
        assert await hub.connector.order(Order(ref="C000TEST99")) is None

    async def test_where_nothing_is_certain_orders_are_offered(self, platform: SimulatedShop, hub: Opened) -> None:
        if not hub.capabilities.candidates:
            pytest.skip(f"{self.manifest.name} offers no candidates with these settings")
        placed = await platform.place_order("000000104", "web-C000TEST04-1")
        await platform.place_order("000000105", "C000TEST05")
        clues = Clues(Order(ref="C000TEST04"))
        if hub.capabilities.orders:
            assert await hub.connector.order(clues.order) is None
        before = sum((await platform.all_calls()).values())
        offered = await hub.connector.candidates(clues)
        assert sum((await platform.all_calls()).values()) - before <= MOST_CALLS
        [best] = rank(clues, offered, {})
        assert best.candidate.number == placed
        assert {why.key for why in best.reasons} & {"number_in_reference", "number_in_comment"}
        assert sum(line.quantity for line in best.candidate.lines) > 0

    async def test_nothing_known_offers_nothing_that_counts(self, platform: SimulatedShop, hub: Opened) -> None:
        if not hub.capabilities.candidates:
            pytest.skip(f"{self.manifest.name} offers no candidates with these settings")
        await platform.place_order("000000106", "C000TEST06")
        clues = Clues(Order(ref="C000TEST99"))
        assert rank(clues, await hub.connector.candidates(clues), {}) == ()

    async def test_its_own_returns_are_shown_once_and_never_ours(self, platform: SimulatedShop) -> None:
        switch = "report_shop_returns"
        if switch not in self.manifest.config.model_fields:
            pytest.skip(f"{self.manifest.name} does not show returns that are made there")
        settings = platform.settings() | {switch: True}
        if not self.manifest.capabilities(self.manifest.config.model_validate(settings)).shows_own:
            pytest.skip(f"{self.manifest.name} does not show returns that are made there with these settings")
        since = platform.simulator.clock.now()
        async with opened(self.manifest, settings) as hub:
            ours = await hub.connector.create(platform.request(), "r-1:1:create")
            assert not [page async for page in hub.connector.own(since)], "what the hub has made is not its own"
            ref = await platform.return_there("000000201", "C000TEST01", "MUG-BLUE", 2)
            pages = [page async for page in hub.connector.own(since)]
            assert not any(page.unreadable for page in pages)
            if ref is None:
                pytest.skip(f"{self.manifest.name} has no returns of its own here")
            [made] = [one for page in pages for one in page.returns]
            assert ref != ours.ref
            assert made.says.ref == ref
            assert made.shop_order == "000000201"
            assert "C000TEST01" in made.order_refs
            assert [(one.sku, one.quantity) for one in made.units] == [("MUG-BLUE", 2)]
            assert await _read(hub, [ref]) == {ref: made.says}
            assert not [page async for page in hub.connector.own(since)], "it has been told"

    def test_no_more_calls_at_once_than_declared(self) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(self._ask_about_many())

    async def _ask_about_many(self) -> None:
        async with self.running() as platform, opened(self.manifest, platform.settings()) as hub:
            count = 3 * self.manifest.parallel + 1
            made = [await hub.connector.create(platform.request(n), f"r-{n}:1:create") for n in range(1, count + 1)]
            refs = [row.ref for row in made]
            platform.fault("slow", platform.reads, seconds=1, times=None)
            assert set(await _read(hub, refs)) == set(refs)
            assert hub.traffic.most_at_once <= self.manifest.parallel

    async def hurry(self, platform: Any, hub: Opened, count: int) -> list[Awaitable[Any]]:
        made = await hub.connector.create(platform.request(), "r-1:1:create")
        wanted: list[Awaitable[Any]] = []
        for number in range(2, count + 2):
            wanted.append(hub.connector.create(platform.request(number), f"r-{number}:1:create"))
            wanted.append(_read(hub, [made.ref]))
            if hub.capabilities.orders:
                wanted.append(hub.connector.order(Order(ref="C000TEST01")))
        return wanted

    async def subject(self, platform: Any) -> ReturnRequest:
        request: ReturnRequest = platform.request()
        return request

    async def read(self, platform: Any, hub: Opened, subject: Any = None) -> list[ShopSays | Unreadable]:
        pages: Sequence[ShopPage] = [page async for page in hub.connector.changed([platform.a_ref], None)]
        return [*(row for page in pages for row in page.returns), *(row for page in pages for row in page.unreadable)]

    async def write(self, platform: Any, hub: Opened, subject: Any = None) -> ShopSays:
        said: ShopSays = await hub.connector.create(subject or platform.request(), "r-1:1:create")
        return said


async def _read(hub: Opened, refs: Sequence[str]) -> dict[str, ShopSays]:
    """What the shop says of these requests. Fails when it says something twice, or something that cannot be read."""
    said: dict[str, ShopSays] = {}
    try:
        async for page in hub.connector.changed(refs, None):
            assert not page.unreadable, page.unreadable
            for row in page.returns:
                assert row.ref not in said, f"{row.ref} is told twice"
                said[row.ref] = row
    except ConnectorError as error:
        raise AssertionError(f"{error!r}: {error.code} {error.words}") from error
    return said
