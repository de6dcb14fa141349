"""bol (Retailer API v10): returns that the merchant handles (FBR) or bol's own warehouse (FBB).

A decision is told per item (`rmaId`) and quantity with one PUT; bol answers 202 and works on it for up to three hours,
which `confirm` follows. bol has no key against repetition: `find` and `look` read back. Facts: contract page bol.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from retour.connectors.contract import CameBack, Check, Known, MarketplaceManifest, Page, Part, Receipt, ReceiptState
from retour.connectors.errors import ConnectorError, Refused, Transient
from retour.connectors.http import Door, Limit, RateHeaders
from retour.connectors.marketplaces.bol import mapping, wire
from retour.connectors.marketplaces.bol.api import MOST_PROCESSES, Api, decoded
from retour.connectors.marketplaces.bol.books import CLOCKS_DIFFER, is_report
from retour.connectors.marketplaces.bol.config import BolConfig
from retour.connectors.marketplaces.bol.lists import Lists
from retour.connectors.marketplaces.bol.reporting import Reporting, is_lost
from retour.core.model import Order, Resolution, Seen

HANDLE_RETURN_ITEM = "HANDLE_RETURN_ITEM"

DEEP = 5
"""How many times `handled_pages` a deep sweep reads."""


class Bol:
    """One seller account at bol."""

    def __init__(self, config: BolConfig, door: Door) -> None:
        self._config = config
        self._api = Api(config, door)
        self._reporting = Reporting(self._api, door.memory)
        self._lists = Lists(self._api.returns, self._reporting.told_apart)

    async def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """What waits first, then what was handled. A list shows only the items of its own kind, so what it shows of a
        return is not all of it (contract bol 3.1)."""
        most = self._config.handled_pages * (DEEP if since is None else 1)
        if (reported := await self._reporting.open()).seen:
            yield reported
        for method in ("FBR", "FBB") if self._config.fbb else ("FBR",):
            async for page in self._lists.open(method):
                yield page
            async for page in self._lists.handled(method, since, known, most):
                yield page

    async def look(self, ref: str) -> Seen | None:
        """That return with all its items and the customer; not complete where an item cannot be read."""
        if is_report(ref):
            return await self._reporting.look(ref)
        seen = await self._api.one(ref)
        return await self._reporting.rest_of(seen) if seen else None

    async def order(self, ref: str) -> Order | None:
        found = await self._api.order(ref)
        return await self._reporting.order(found) if found else None

    async def declare(self, order: Order, units: Sequence[CameBack]) -> Sequence[Seen]:
        """bol is told nothing yet: its one call for this also decides (contract bol 3.4)."""
        return await self._reporting.declare(order, units)

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        """Tells one part. The PUT names the item's rma id, not the return's `ref` (contract bol 3.3). bol's 202 is no
        success: only later it finds out whether it can."""
        if len(parts) != 1:
            raise Refused("bol is told one decision at a time.")
        [part] = parts
        word = mapping.handling_result(self._config, part.resolution, part.changes)
        if word is None:
            raise Refused(f"By its settings, bol is not told {part.resolution}.")
        if not 1 <= part.quantity <= 9999:
            raise Refused("bol takes quantities from 1 to 9999.")
        if is_report(ref):
            return await self._reporting.settle(ref, part, word, self._lists.newest_open, self._newest_handled)
        return await self._api.handled(part.line_ref, word, part.quantity)

    async def confirm(self, receipts: Sequence[str]) -> dict[str, Receipt]:
        """One that bol no longer knows, after 48 hours, is lost (contract bol 3.5)."""
        told: dict[str, Receipt] = {}
        asked = [ref for ref in dict.fromkeys(receipts) if not is_lost(ref)]
        for start in range(0, len(asked), MOST_PROCESSES):
            chunk = asked[start : start + MOST_PROCESSES]
            processes = await self._api.processes(chunk)
            told |= {process.process_status_id: mapping.receipt(process) for process in processes if process}
            if None not in processes:
                told |= {ref: Receipt(ReceiptState.LOST, ref) for ref in chunk if ref not in told}
            for ref in await self._reporting.follow(processes):
                del told[ref]
        for ref in filter(is_lost, dict.fromkeys(receipts)):
            if (found := await self._reporting.searched(ref, self._newest_handled)) is not None:
                told[ref] = found
        return {ref: told[ref] for ref in receipts if ref in told}

    async def find(self, ref: str, parts: Sequence[Part], sent_at: datetime) -> Receipt | None:
        """The newest process for this item since then, give or take how far two clocks may differ: it may be that of
        a part told just before, whose receipt the hub knows. None also after a timeout at bol, where only the return
        itself can tell."""
        [part] = parts
        item = part.line_ref
        if is_report(ref):
            handled = await self._reporting.item_of(ref, part.key)
            if handled is None:
                return await self._reporting.find(ref, part.key, self._newest_handled)
            item = handled
        since = sent_at - CLOCKS_DIFFER
        found = []
        for process in await self._api.processes_of(item, HANDLE_RETURN_ITEM):
            if process is None or process.create_timestamp is None:
                # Overlooking it could tell the decision twice.
                raise Transient("bol shows a decision that it was told in a form that cannot be read.")
            if process.create_timestamp >= since:
                found.append((process.create_timestamp, mapping.receipt(process)))
        if not found:
            return None
        _, newest = max(found, key=lambda dated: dated[0])
        return None if newest.state is ReceiptState.LOST else newest

    def _newest_handled(self, since: datetime) -> AsyncIterator[Page]:
        return self._lists.newest_handled(since - CLOCKS_DIFFER, self._config.handled_pages)

    async def check(self) -> list[Check]:
        try:
            await self._api.auth.headers()
        except ConnectorError as error:
            return [Check("credentials", False, error.message)]
        checks = [Check("credentials", True, "bol lets this client id in.")]
        try:
            answer = await self._api.read(
                "returns", "/retailer/returns", params={"page": "1", "handled": "false", "fulfilment-method": "FBR"}
            )
            count = len(decoded(wire.Listing, answer).returns or [])
        except ConnectorError as error:
            return [*checks, Check("returns", False, error.message)]
        words = mapping.told_as(self._config)
        told = ", ".join(f"{resolution} as {words.get(resolution, 'by hand')}" for resolution in Resolution)
        return [
            *checks,
            Check("returns", True, f"The first page of open returns holds {count}."),
            Check("decisions", True, f"{told}."),
            *_rate(answer.headers),
            *_clock(answer.headers),
        ]


def _rate(headers: Mapping[str, str]) -> list[Check]:
    limit, remaining = headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining")
    return [Check("rate", True, f"{remaining} of {limit} calls for returns are left for now.")] if limit else []


def _clock(headers: Mapping[str, str]) -> list[Check]:
    """`find` compares bol's times with ours. Only here is the clock read: a doctor's question, not a cycle's."""
    try:
        apart = abs(datetime.now(UTC) - parsedate_to_datetime(headers.get("Date", "")))
    except (ValueError, TypeError):
        return []
    return [Check("clock", apart < CLOCKS_DIFFER, f"bol's clock and ours are {apart.total_seconds():.0f} s apart.")]


MANIFEST = MarketplaceManifest(
    key="bol",
    name="bol",
    config=BolConfig,
    limits=(
        Limit("returns", 20, timedelta(minutes=1)),
        Limit("orders", 25, timedelta(minutes=1)),
        Limit("process-status", 2, timedelta(seconds=1)),
    ),
    rate_headers=RateHeaders("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
    open=Bol,
    capabilities=mapping.capabilities,
)
