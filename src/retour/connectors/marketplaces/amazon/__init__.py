"""Amazon (Selling Partner API): returns that the seller handles (MFN), and what Amazon's warehouses received (FBA).

Returns are read from reports, which Amazon makes on request in some minutes. Money is all that it can be told: refunds
go out together, in an order adjustment feed that is answered some minutes later. Facts: contract page amazon.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta

from retour.connectors.contract import (
    Check,
    Known,
    MarketplaceManifest,
    Maturity,
    Page,
    Part,
    Receipt,
    ToTell,
)
from retour.connectors.errors import ConnectorError, Refused, Stopped, Transient, Unavailable
from retour.connectors.http import Door
from retour.connectors.marketplaces.amazon import adjustments, mapping, orders, wire
from retour.connectors.marketplaces.amazon.api import FEEDS, LIMITS, REPORTS, Api, decoded
from retour.connectors.marketplaces.amazon.config import AmazonConfig
from retour.connectors.marketplaces.amazon.external import External
from retour.connectors.marketplaces.amazon.lane import FBA, FLAT, XML
from retour.connectors.marketplaces.amazon.receipts import Receipts
from retour.connectors.marketplaces.amazon.refunds import Refunds
from retour.connectors.marketplaces.amazon.regions import name_of
from retour.connectors.marketplaces.amazon.reports import Reports
from retour.connectors.marketplaces.amazon.watch import Watch
from retour.core.model import Order, Seen


class Amazon:
    """One seller account in one region."""

    def __init__(self, config: AmazonConfig, door: Door) -> None:
        self._config, self._door = config, door
        self._api = Api(config, door)
        self._reports = Reports(config, door, self._api, Watch(config, door.memory, self._api))
        self._external = External(config, door, self._api)
        self._refunds = Refunds(config, door, self._api)
        self._receipts = Receipts(door, self._api, trust_the_list=config.send_again)

    async def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """What Amazon's reports show, as of when they were made. Which days are asked for next follows from what was
        asked for before; only a deep sweep (`since` None) asks for all of them at once."""
        failures: list[ConnectorError] = []
        for pages in (self._reports.pages, self._external.pages):
            try:
                async for page in pages(everything=since is None):
                    yield page
            except (Stopped, Unavailable):
                raise
            except ConnectorError as error:
                failures.append(error)
        if failures:
            raise failures[0] if len(failures) == 1 else Transient(" ".join(error.message for error in failures))

    async def look(self, ref: str) -> Seen | None:
        """Never asked: `looks` is false."""
        raise Refused("Amazon cannot be asked for one return: it shows up in the next report.")

    async def order(self, ref: str) -> Order | None:
        found = await orders.fetched(self._api, ref)
        return None if found is None else mapping.order(found, mapping.order_items(found))

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        if len(parts) != 1:
            raise Refused("Amazon is told of each decision in a message of its own.")
        outcome = (await self.settle_together([ToTell(ref, parts[0])]))[parts[0].key]
        if isinstance(outcome, ConnectorError):
            raise outcome
        return outcome

    async def settle_together(self, told: Sequence[ToTell]) -> Mapping[str, Receipt | ConnectorError]:
        """One feed for each marketplace; before it, the guards against Amazon's own refunds (contract 6.4)."""
        return await self._refunds.together(told)

    async def confirm(self, receipts: Sequence[str]) -> dict[str, Receipt]:
        """By the processing report: that a feed is done says nothing of its refunds (contract 6.6)."""
        return await self._receipts.confirmed(receipts)

    async def find(self, ref: str, parts: Sequence[Part], sent_at: datetime) -> Receipt | None:
        """By our own notes, and Amazon's list of feeds. Never DONE: a receipt that was found is confirmed."""
        [part] = parts
        return await self._receipts.found(part)

    async def check(self) -> list[Check]:
        """Signs in, and lists reports and feeds: that needs the roles which Retour needs."""
        try:
            await self._api.auth.headers()
        except ConnectorError as error:
            return [Check("credentials", False, error.message)]
        checks = [Check("credentials", True, "Amazon lets this application in, on your behalf.")]
        marketplaces = ", ".join(map(name_of, self._config.marketplace_ids))
        params = {"reportTypes": ",".join((XML, FLAT, FBA)), "pageSize": "10"}
        try:
            answer = await self._api.read("reports", f"{REPORTS}/reports", params=params)
            decoded(wire.Reports, answer)
            checks.append(Check("returns", True, f"Returns reports can be asked for: {marketplaces}."))
        except ConnectorError as error:
            role = "Is the role Inventory and Order Tracking granted?"
            checks.append(Check("returns", False, f"{error.message} {role}"))
        params = {"feedTypes": adjustments.FEED_TYPE, "pageSize": "10"}
        try:
            answer = await self._api.read("feeds", f"{FEEDS}/feeds", params=params)
            decoded(wire.Feeds, answer)
            checks.append(Check("refunds", True, "Refunds can be sent; all other decisions are told by hand."))
        except ConnectorError as error:
            checks.append(Check("refunds", False, f"{error.message} Is a role for orders and shipping granted?"))
        return checks + await self._external.check()


MANIFEST = MarketplaceManifest(
    key="amazon",
    name="Amazon",
    config=AmazonConfig,
    limits=LIMITS,
    poll_every=timedelta(minutes=30),
    maturity=Maturity.EXPERIMENTAL,
    open=Amazon,
    capabilities=mapping.capabilities,
)

__all__ = ["MANIFEST", "Amazon", "AmazonConfig"]
