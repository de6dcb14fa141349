"""bol (Retailer API v10): returns that the merchant handles (FBR) or bol's own warehouse (FBB).

A decision is told per item (`rmaId`) and quantity with one PUT; bol answers 202 and works on it for up to three hours,
which `confirm` follows. bol has no key against repetition: `find` and `look` read back. Facts: contract page bol.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from retour.connectors.auth import ClientCredentials
from retour.connectors.contract import Check, Known, MarketplaceManifest, Page, Part, Receipt, ReceiptState
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient
from retour.connectors.http import Answer, Door, Limit, RateHeaders
from retour.connectors.marketplaces.bol import mapping, wire
from retour.connectors.marketplaces.bol.config import BolConfig
from retour.connectors.marketplaces.bol.lists import Lists
from retour.connectors.shapes import Garbled, M, decode
from retour.core.model import Order, Resolution, Seen

MEDIA_TYPE = "application/vnd.retailer.v10+json"
HANDLE_RETURN_ITEM = "HANDLE_RETURN_ITEM"

MOST_PROCESSES = 1000
"""How many process statuses can be asked at once (contract bol 3.5)."""

DEEP = 5
"""How many times `handled_pages` a deep sweep reads."""

CLOCKS_DIFFER = timedelta(minutes=5)


class Bol:
    """One seller account at bol."""

    def __init__(self, config: BolConfig, door: Door) -> None:
        self._config = config
        self._door = door
        self._auth = ClientCredentials(
            door,
            config.login_url,
            config.client_id,
            config.client_secret.get_secret_value(),
            blocks_with_404=True,
        )
        self._lists = Lists(self._returns)

    async def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """What waits first, then what was handled. A list shows only the items of its own kind, so what it shows of a
        return is not all of it (contract bol 3.1)."""
        most = self._config.handled_pages * (DEEP if since is None else 1)
        for method in ("FBR", "FBB") if self._config.fbb else ("FBR",):
            async for page in self._lists.open(method):
                yield page
            async for page in self._lists.handled(method, since, known, most):
                yield page

    async def _returns(self, params: Mapping[str, str]) -> list[Any]:
        return _decoded(wire.Listing, await self._read("returns", "/retailer/returns", params=params)).returns or []

    async def look(self, ref: str) -> Seen | None:
        """That return with all its items and the customer; not complete where an item cannot be read."""
        answer = await self._read("returns", f"/retailer/returns/{quote(ref, safe='')}", answers={404})
        if answer.status == 404:
            return None
        seen, garbled = mapping.seen(answer.json(), single=True)
        if seen is None:
            raise Transient(garbled[0].why, request_id=answer.request_id)
        return seen

    async def order(self, ref: str) -> Order | None:
        answer = await self._read("orders", f"/retailer/orders/{quote(ref, safe='')}", answers={404})
        if answer.status == 404:
            return None
        return mapping.order(_decoded(wire.Order, answer))

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
        answer = await self._door.write(
            "PUT",
            f"{self._config.api_url}/retailer/returns/{quote(part.line_ref, safe='')}",
            group="returns",
            auth=self._auth,
            headers={"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE},
            json={"handlingResult": word, "quantityReturned": part.quantity},
        )
        try:
            return mapping.receipt(decode(wire.Process, answer.json()))
        except Garbled as why:
            raise OutcomeUnknown(
                f"bol took the decision, but its answer cannot be read: {why}.", request_id=answer.request_id
            ) from None

    async def confirm(self, receipts: Sequence[str]) -> dict[str, Receipt]:
        """One that bol no longer knows, after 48 hours, is lost (contract bol 3.5)."""
        told: dict[str, Receipt] = {}
        asked = list(dict.fromkeys(receipts))
        for start in range(0, len(asked), MOST_PROCESSES):
            chunk = asked[start : start + MOST_PROCESSES]
            queries = [{"processStatusId": ref} for ref in chunk]
            processes = await self._processes(method="POST", json={"processStatusQueries": queries})
            told |= {process.process_status_id: mapping.receipt(process) for process in processes if process}
            if None not in processes:
                told |= {ref: Receipt(ReceiptState.LOST, ref) for ref in chunk if ref not in told}
        return {ref: told[ref] for ref in asked if ref in told}

    async def find(self, ref: str, parts: Sequence[Part], sent_at: datetime) -> Receipt | None:
        """The newest process for this item since then, give or take how far two clocks may differ: it may be that of
        a part told just before, whose receipt the hub knows. None also after a timeout at bol, where only the return
        itself can tell."""
        [part] = parts
        since = sent_at - CLOCKS_DIFFER
        found = []
        for process in await self._processes(
            params={"entity-id": part.line_ref, "event-type": HANDLE_RETURN_ITEM, "page": "1"}
        ):
            if process is None or process.create_timestamp is None:
                # Overlooking it could tell the decision twice.
                raise Transient("bol shows a decision that it was told in a form that cannot be read.")
            if process.create_timestamp >= since:
                found.append((process.create_timestamp, mapping.receipt(process)))
        if not found:
            return None
        _, newest = max(found, key=lambda dated: dated[0])
        return None if newest.state is ReceiptState.LOST else newest

    async def _processes(
        self, *, method: str = "GET", params: Mapping[str, str] | None = None, json: Any = None
    ) -> list[wire.Process | None]:
        answer = await self._read("process-status", "/shared/process-status", method=method, params=params, json=json)
        return _decoded(wire.Processes, answer).process_statuses or []

    async def check(self) -> list[Check]:
        try:
            await self._auth.headers()
        except ConnectorError as error:
            return [Check("credentials", False, error.message)]
        checks = [Check("credentials", True, "bol lets this client id in.")]
        try:
            answer = await self._read(
                "returns", "/retailer/returns", params={"page": "1", "handled": "false", "fulfilment-method": "FBR"}
            )
            count = len(_decoded(wire.Listing, answer).returns or [])
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

    async def _read(
        self,
        group: str,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, str] | None = None,
        json: Any = None,
        answers: Collection[int] = (),
    ) -> Answer:
        return await self._door.read(
            method,
            self._config.api_url + path,
            group=group,
            auth=self._auth,
            params=params,
            headers={"Accept": MEDIA_TYPE} | ({} if json is None else {"Content-Type": MEDIA_TYPE}),
            json=json,
            answers=answers,
        )


def _decoded(shape: type[M], answer: Answer) -> M:
    try:
        return decode(shape, answer.json())
    except Garbled as why:
        raise Transient(f"bol's answer cannot be read: {why}.", request_id=answer.request_id) from None


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
