"""A hub between simulated bol and one simulated shop, whichever it is, over real HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from retour.connectors import registry
from retour.connectors.errors import OutcomeUnknown
from retour.core.capabilities import ShopCapabilities
from retour.core.model import Resolution, Source
from retour.store import claim, desk
from retour.store.models import Connection, Return
from retour.sync.connections import opened
from retour.sync.local import sync_pass
from retour.testing import Announced, ShopConformance, SimulatedMarketplace, SimulatedShop
from tests.every.hub import ROUNDS, Hub, a_clock_and_a_database, sealed, simulated, suites_of
from tests.every.world import suite_of

CALLS_NOBODY = {"channable"}
"""Shops that fetch their returns by themselves; tests/channable_api goes their whole way."""

Death = Literal["before its call", "before its answer", "after its answer"]
DEATHS: tuple[Death, ...] = get_args(Death)


def _ways() -> dict[str, type[ShopConformance]]:
    """Every way in which a request is made or decided in a shop. Suites that differ in their settings alone are left
    out: what those change is seen in one call, and does not need a hub."""
    ways: dict[Any, type[ShopConformance]] = {}
    for key in sorted(registry.shops().keys() - CALLS_NOBODY):
        for suite in suites_of(key, ShopConformance):
            ways.setdefault((key, suite.simulated.writes, suite.simulated.decide), suite)
    return {suite.__name__.removeprefix("Test"): suite for suite in ways.values()}


SHOPS = _ways()


@dataclass
class ShopWorld(Hub):
    key: str
    shop: SimulatedShop
    bol: SimulatedMarketplace
    row: Connection
    bol_row: Connection
    announced: int = 0

    @property
    def able(self) -> ShopCapabilities:
        manifest = registry.shop(self.key)
        return manifest.capabilities(manifest.config.model_validate(self.shop.settings()))

    # What people do

    async def announce(self, quantity: int = 1, **head: Any) -> Announced:
        """A customer announces a return at bol. Where the shop can hold it at an order only, that is known."""
        announced = await self.announce_unlinked(quantity, **head)
        self.announced += 1
        if number := self.shop.request(self.announced).shop_order:
            await self.db(desk.link_order, self.row.project_id, announced.order_ref, number, "noor@example.org")
        return announced

    async def announce_many(self, count: int) -> list[Announced]:
        """So many returns of one piece, each of an order of its own."""
        return [await self.announce() for _ in range(count)]

    async def announce_unlinked(self, quantity: int = 1, **head: Any) -> Announced:
        body = {"items": [{"quantity": quantity, "comments": "Past niet"}], **head}
        made = await self.bol.command("POST", "/_sandbox/returns", body)
        [item] = made["items"]
        return Announced(made["return_id"], item["rma_id"], quantity, item["order_id"])

    def invoiced_to(self, announced: Announced, **other: str) -> None:
        """bol's order went to somebody else than who sends it back: another customer there, in these respects."""
        simulator: Any = self.bol.simulator
        orders = simulator.account().retailer.orders
        order = orders[announced.order_ref]
        orders[announced.order_ref] = replace(order, customer=replace(order.customer, **other))

    async def shop_decides(self, announced: Announced, decision: Resolution) -> None:
        """The merchant decides the request that the hub takes for this return's."""
        await self.shop.decide(await self.ref(announced), decision)

    async def desk_decides(self, announced: Announced, decision: Resolution) -> None:
        choice = desk.Choice(announced.line_ref, decision)
        pk = await self._pk(announced)
        await self.db(desk.decide, pk, [choice], Source.DESK, datetime.now(UTC), "noor@example.org")

    async def answers(self, announced: Announced) -> None:
        """A person looks into the shop, and answers the hub's question with what is there."""
        pk, there = await self._pk(announced), await self.made()
        if there:
            await self.db(desk.mark_done, pk, datetime.now(UTC), "noor@example.org", None, there[0]["ref"])
        else:
            await self.db(desk.retry, pk, datetime.now(UTC), "noor@example.org")

    async def signs_in(self, settings: dict[str, Any]) -> None:
        """A person fills in the shop's settings again."""
        columns = sealed(self.key, "shop", settings)
        await self.db(lambda: Connection.objects.filter(pk=self.row.pk).update(**columns))
        await self.db(desk.resume, self.row, datetime.now(UTC))

    async def pauses_bol(self) -> None:
        await self.db(desk.pause, self.bol_row, datetime.now(UTC))

    async def resumes_bol(self) -> None:
        await self.db(desk.resume, self.bol_row, datetime.now(UTC))

    # What the platforms have

    async def made(self) -> list[dict[str, Any]]:
        """The requests that were made in the shop."""
        return await self.shop.journal("created")

    async def told(self, announced: Announced) -> list[tuple[str, str, int]]:
        """What bol has carried out for a return: (refund or settled, its word, quantity), in order."""
        entries = await self.bol.journal("refund", "settled")
        mine = [entry for entry in entries if entry["ref"] == announced.line_ref]
        return [(entry["kind"], entry["detail"]["handling"], entry["quantity"]) for entry in mine]

    async def puts(self) -> int:
        """How often bol was told anything."""
        calls = await self.bol.all_calls()
        return sum(count for call, count in calls.items() if call.startswith("PUT"))

    # What the hub has

    async def shape(self, announced: Announced) -> dict[str, Any]:
        shape = await self.shape_of(self.bol_row, announced.ref)
        assert shape is not None, f"{announced.ref} is not known"
        return shape

    async def ref(self, announced: Announced) -> str:
        """The shop's number of the request, as the hub knows it."""
        shape = await self.shape(announced)
        ref: str = shape["lines"][0]["shop_return"]
        assert ref, shape
        return ref

    async def decisions(self, announced: Announced) -> list[tuple[str, int, str, str | None]]:
        [line] = (await self.shape(announced))["lines"]
        return [(one["resolution"], one["quantity"], one["source"], one["told"]) for one in line["decisions"]]

    async def sees_only(self, row: Connection) -> None:
        """The hub looks at one side, and not at the other yet."""
        await sync_pass(only={row.pk}, deadline=timedelta(seconds=30))

    async def comes_to_rest(self, *announced: Announced) -> list[dict[str, Any]]:
        """The hub looks, again and again, until nothing is on its way any more."""
        return await self._until({"open", "closed", "attention"}, announced)

    async def comes_to_its_end(self, *announced: Announced) -> list[dict[str, Any]]:
        """The same, until the shop's decision was heard, too."""
        return await self._until({"closed", "attention"}, announced)

    async def _until(self, stages: set[str], announced: Sequence[Announced]) -> list[dict[str, Any]]:
        shapes: list[dict[str, Any]] = []
        for turn in range(ROUNDS):
            await self.sync()
            shapes = [await self.shape(one) for one in announced]
            if all(shape["stage"] in stages for shape in shapes):
                return shapes
            await self.passes(minutes=1 if turn < 3 else 61)
        raise AssertionError(f"no end after {ROUNDS} hours: {shapes}")

    async def in_shop(self, quantity: int = 1, **head: Any) -> Announced:
        """A return that was announced and waits in the shop."""
        announced = await self.announce(quantity, **head)
        [shape] = await self.comes_to_rest(announced)
        assert (shape["stage"], shape["why"]["key"]) == ("open", "waits_for_merchant"), shape
        return announced

    async def time_goes_by(self, looks: int = 2) -> None:
        """Hours in which nobody does anything, and the hub looks."""
        for _ in range(looks):
            await self.passes(hours=3)
            await self.sync()

    async def leaves_and_dies(self, death: Death) -> None:
        """A worker marks the create as sending, and is killed before its call, before it has the answer, or before it
        has written the answer down."""
        [item] = await self.db(claim.claim_creates, self.row, "nobody-0-0", datetime.now(UTC), 10)
        if death != "before its call":
            if death == "before its answer":
                self.shop.fault("drop_after", self.shop.writes)
            async with opened(self.row) as platform:
                with suppress(OutcomeUnknown):
                    await platform.connector.create(item.request, item.key)
        await self.dies(item.key)

    async def tells_and_dies(self) -> str:
        """A worker marks the settle as sending, tells bol, and is killed before it has written the answer down; the
        effect's key."""
        [item] = await self.db(claim.claim_settles, self.bol_row, "nobody-0-0", datetime.now(UTC), 10)
        async with opened(self.bol_row) as platform:
            await platform.connector.settle(item.ref, [item.part])
        return item.key

    async def _pk(self, announced: Announced) -> int:
        row = await self.db(Return.objects.get, connection=self.bol_row, ref=announced.ref)
        return row.pk


@asynccontextmanager
async def open_shop_world(suite: type[ShopConformance], **changes: Any) -> AsyncIterator[ShopWorld]:
    """The hub's project has this shop, with these settings changed, and bol."""
    key = suite.manifest.key
    async with (
        a_clock_and_a_database() as (time, db),
        simulated(suite) as shop,
        simulated(suite_of("bol")) as bol,
    ):
        bol.simulator.switches.process_seconds = 0
        hub = Hub(db, time)
        row = await hub.connect("shop", key, shop.settings() | changes)
        bol_row = await hub.connect("marketplace", "bol", bol.settings())
        yield ShopWorld(db, time, key, shop, bol, row, bol_row)
