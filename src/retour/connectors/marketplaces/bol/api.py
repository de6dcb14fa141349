"""bol's calls: media types, groups of limits, and answers in their shapes (contract bol 1 and 3)."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from retour.connectors.auth import ClientCredentials
from retour.connectors.contract import Receipt
from retour.connectors.errors import OutcomeUnknown, Transient
from retour.connectors.http import Answer, Door
from retour.connectors.marketplaces.bol import mapping, wire
from retour.connectors.marketplaces.bol.config import BolConfig
from retour.connectors.shapes import Garbled, M, decode
from retour.core.model import Seen

MEDIA_TYPE = "application/vnd.retailer.v10+json"

MOST_PROCESSES = 1000
"""How many process statuses can be asked at once (contract bol 3.5)."""


class Api:
    """One seller account's calls."""

    def __init__(self, config: BolConfig, door: Door) -> None:
        self._url = config.api_url
        self._door = door
        self._now: datetime | None = None
        self.auth = ClientCredentials(
            door,
            config.login_url,
            config.client_id,
            config.client_secret.get_secret_value(),
            blocks_with_404=True,
        )

    async def returns(self, params: Mapping[str, str]) -> list[Any]:
        """The rows of one page of a list."""
        return decoded(wire.Listing, await self.read("returns", "/retailer/returns", params=params)).returns or []

    async def one(self, return_id: str) -> Seen | None:
        """A return with all its items and the customer; not complete where an item cannot be read."""
        answer = await self.read("returns", f"/retailer/returns/{quote(return_id, safe='')}", answers={404})
        if answer.status == 404:
            return None
        seen, garbled = mapping.seen(answer.json(), single=True)
        if seen is None:
            raise Transient(garbled[0].why, request_id=answer.request_id)
        return seen

    async def order(self, ref: str) -> wire.Order | None:
        answer = await self.read("orders", f"/retailer/orders/{quote(ref, safe='')}", answers={404})
        return None if answer.status == 404 else decoded(wire.Order, answer)

    @property
    def now(self) -> datetime:
        """bol's own time when it last answered. Raises Transient where it has not told it."""
        if self._now is None:
            raise Transient("bol's answers do not tell the time.")
        return self._now

    async def handled(self, rma_id: str, word: str, quantity: int) -> Receipt:
        """Handles an item of a return."""
        told = {"handlingResult": word, "quantityReturned": quantity}
        return await self._told("PUT", f"/retailer/returns/{quote(rma_id, safe='')}", told)

    async def created(self, order_item_id: str, word: str, quantity: int) -> Receipt:
        """Makes a return of an order's item and handles it at once (contract bol 3.4)."""
        told = {"orderItemId": order_item_id, "handlingResult": word, "quantityReturned": quantity}
        return await self._told("POST", "/retailer/returns", told)

    async def processes(self, refs: Collection[str]) -> list[wire.Process | None]:
        """How far bol is with at most `MOST_PROCESSES` of what it was told; None for one that cannot be read."""
        queries = [{"processStatusId": ref} for ref in refs]
        return await self._processes(method="POST", json={"processStatusQueries": queries})

    async def processes_of(self, rma_id: str, event_type: str) -> list[wire.Process | None]:
        """The newest processes of an item."""
        return await self._processes(params={"entity-id": rma_id, "event-type": event_type, "page": "1"})

    async def read(
        self,
        group: str,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, str] | None = None,
        json: Any = None,
        answers: Collection[int] = (),
    ) -> Answer:
        answer = await self._door.read(
            method,
            self._url + path,
            group=group,
            auth=self.auth,
            params=params,
            headers={"Accept": MEDIA_TYPE} | ({} if json is None else {"Content-Type": MEDIA_TYPE}),
            json=json,
            answers=answers,
        )
        self._now = _moment(answer) or self._now
        return answer

    async def _told(self, method: str, path: str, told: Any) -> Receipt:
        answer = await self._door.write(
            method,
            self._url + path,
            group="returns",
            auth=self.auth,
            headers={"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE},
            json=told,
        )
        try:
            return mapping.receipt(decode(wire.Process, answer.json()))
        except Garbled as why:
            raise OutcomeUnknown(
                f"bol took the decision, but its answer cannot be read: {why}.", request_id=answer.request_id
            ) from None

    async def _processes(
        self, *, method: str = "GET", params: Mapping[str, str] | None = None, json: Any = None
    ) -> list[wire.Process | None]:
        answer = await self.read("process-status", "/shared/process-status", method=method, params=params, json=json)
        return decoded(wire.Processes, answer).process_statuses or []


def decoded(shape: type[M], answer: Answer) -> M:
    try:
        return decode(shape, answer.json())
    except Garbled as why:
        raise Transient(f"bol's answer cannot be read: {why}.", request_id=answer.request_id) from None


def _moment(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
    except (TypeError, ValueError):
        return None
