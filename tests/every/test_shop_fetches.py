"""The shop that fetches its returns by itself: the hub hands them over once, through the same bad luck, and calls
nobody. Its whole way over the API is in tests/channable_api."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from retour.channable_api.statuses import RESOLUTIONS
from retour.connectors.shops.channable import MANIFEST
from retour.core.model import Resolution
from retour.sandbox.app import Simulator, Switches, start
from retour.store import listed, offered
from retour.sync.job import utc_now
from retour.testing import Announced, SimulatedShop
from tests.every.hub import Hub, a_clock_and_a_database, simulated
from tests.every.shops import DEATHS, Death, ShopWorld
from tests.every.test_shop_decisions import AT_BOL
from tests.every.test_shops import judged
from tests.every.world import suite_of

VERDICTS = {resolution: verdict for verdict, resolution in RESOLUTIONS.items()}


class Silent(Simulator):
    """Serves nothing: it counts who calls all the same."""

    key = "nobody"

    def __init__(self) -> None:
        super().__init__(Switches())

    def routes(self) -> list[Any]:
        return []


class Nobody(SimulatedShop):
    """A shop that cannot be called."""

    reads = writes = "nothing"

    def settings(self) -> dict[str, Any]:
        return {}

    async def decide(self, ref: str, resolution: Resolution) -> None:
        raise AssertionError("nobody calls this shop: its decisions come over the API")

    say = remove = spoil_a_status = decide  # type: ignore[assignment]


class FetchWorld(ShopWorld):
    """What the shop may fetch stands for what was made there."""

    async def made(self) -> list[dict[str, Any]]:
        found = await self.db(listed.listing, self.row, listed.Wanted(100))
        offers = [row for row in found.rows if isinstance(row, offered.Offer)]
        return [{"kind": "created", "ref": str(row.number), "quantity": row.line.item.quantity} for row in offers]

    async def shop_decides(self, announced: Announced, decision: Resolution) -> None:
        number = int(await self.ref(announced))
        verdict = VERDICTS[decision]
        assert await self.db(offered.decide, self.row, number, verdict, decision, utc_now(), "erp")


@pytest.fixture
async def fetching(transactional_db: None) -> AsyncIterator[FetchWorld]:
    running = await start(Silent())
    async with a_clock_and_a_database() as (time, db), simulated(suite_of("bol")) as bol:
        bol.simulator.switches.process_seconds = 0
        hub = Hub(db, time)
        row = await hub.connect("shop", MANIFEST.key, {})
        bol_row = await hub.connect("marketplace", "bol", bol.settings())
        yield FetchWorld(db, time, MANIFEST.key, Nobody(running), bol, row, bol_row)
    assert not running.simulator.calls
    await running.stop()


async def test_it_is_handed_over_once(fetching: FetchWorld) -> None:
    await judged(fetching, await fetching.announce(2))


@pytest.mark.parametrize("hours", [0, 7])
@pytest.mark.parametrize("death", DEATHS)
async def test_a_worker_is_killed(fetching: FetchWorld, death: Death, hours: int) -> None:
    announced = await fetching.announce(2)
    await fetching.sees_only(fetching.bol_row)
    await fetching.leaves_and_dies(death)
    assert await fetching.made() == []
    await fetching.passes(hours=hours)
    await judged(fetching, announced)


async def test_each_decision_arrives_as_what_it_is(fetching: FetchWorld) -> None:
    every = {decision: await fetching.announce(2) for decision in Resolution}
    await fetching.comes_to_rest(*every.values())
    for decision, announced in every.items():
        await fetching.shop_decides(announced, decision)
    await fetching.comes_to_its_end(*every.values())
    for decision, announced in every.items():
        assert await fetching.told(announced) == [(*AT_BOL[decision], 2)], decision
        assert await fetching.decisions(announced) == [(decision, 2, "shop", "confirmed")]


async def test_what_bol_handles_itself_is_handed_over_as_settled(fetching: FetchWorld) -> None:
    own = await fetching.announce(fulfilment_method="FBB")
    await fetching.sync()
    assert await fetching.made() == []
    await fetching.bol.command("POST", f"/_sandbox/returns/{own.line_ref}/dashboard", {"handling": "RETURN_RECEIVED"})
    await fetching.time_goes_by()
    assert (await fetching.shape(own))["why"]["key"] == "marketplace_accepted"
    [made] = await fetching.made()
    assert made["ref"] == await fetching.ref(own)
    assert not await fetching.db(
        offered.decide, fetching.row, int(made["ref"]), VERDICTS[Resolution.REJECT], Resolution.REJECT, utc_now(), "erp"
    )
    assert await fetching.puts() == 0
