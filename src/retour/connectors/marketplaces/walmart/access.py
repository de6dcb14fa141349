"""The calls that Walmart's API takes, signed in, and what its answers are: contract walmart 2, 4, 8."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from retour.connectors.auth import ClientCredentials, unauthorized
from retour.connectors.errors import Misconfigured, OutcomeUnknown, Transient
from retour.connectors.http import Answer, Door
from retour.connectors.marketplaces.walmart import wire
from retour.connectors.marketplaces.walmart.config import WalmartConfig
from retour.connectors.pages import by_cursor
from retour.connectors.shapes import Garbled, M, decode

PAGE_SIZE = 200
PARTIAL = 206
LOCKED = 423
CORRELATION = "WM_QOS.CORRELATION_ID"


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list of returns. `partial`: Walmart left something out of it. `at`: its own time."""

    rows: list[Any]
    partial: bool = False
    at: datetime | None = field(default=None, compare=False)


class Access:
    """One seller account's calls."""

    def __init__(self, config: WalmartConfig, door: Door) -> None:
        self._url = config.api_url
        self._door = door
        self._named = {"WM_SVC.NAME": config.service_name, "Accept": "application/json"}
        if config.channel_type:
            self._named["WM_CONSUMER.CHANNEL.TYPE"] = config.channel_type
        self.credentials = ClientCredentials(
            door,
            f"{config.api_url}/v3/token",
            config.client_id,
            config.client_secret.get_secret_value(),
            request_headers=self._headers,
            header="WM_SEC.ACCESS_TOKEN",
            prefix="",
            margin=timedelta(seconds=60),
            refused=_expired,
        )

    async def some(self, **query: str) -> Listed:
        """The first page of the returns that this query finds."""
        return (await self._page(_first(query)))[0]

    async def pages(self, **query: str) -> AsyncIterator[Listed]:
        """All pages of the returns that this query finds. A cursor is a ready query, sent as it came: Walmart refuses
        one with anything added or encoded anew (contract walmart 4.2)."""
        async for page in by_cursor(lambda cursor: self._page(cursor or ""), first=_first(query | _most())):
            yield page

    async def order(self, ref: str) -> wire.Order | None:
        """None: Walmart does not know this purchase order."""
        answer = await self._read("orders", f"/v3/orders/{quote(ref, safe='')}", answers={404})
        if answer.status == 404:
            return None
        value = answer.json()
        # The examples have a wrapper that the schema does not have (contract walmart 5.4).
        inner = value.get("order") if isinstance(value, dict) else None
        return _decoded(wire.Order, value if inner is None else inner, answer)

    async def permissions(self) -> tuple[wire.Permissions, Answer]:
        # A GET without a body, and still Walmart's description requires a content type.
        answer = await self._read("token", "/v3/token/detail", headers={"Content-Type": "application/json"})
        return _decoded(wire.Permissions, answer.json(), answer), answer

    async def refund(self, ref: str, body: Mapping[str, Any]) -> None:
        """Refunds, once. Raises OutcomeUnknown where the answer is not the echo that says so."""
        answer = await self._door.write(
            "POST",
            f"{self._url}/v3/returns/{quote(ref, safe='')}/refund",
            group="refunds",
            auth=self.credentials,
            headers=self._headers(),
            json=body,
            answers={LOCKED},
        )
        if answer.status == LOCKED:
            raise Transient(
                "Walmart is at work on this return and takes no refund now (423).",
                code=str(LOCKED),
                request_id=answer.request_id,
            )
        try:
            echo = decode(wire.Refunded, answer.json()).return_order_id
        except Garbled:
            echo = None
        if echo != ref:
            raise OutcomeUnknown(
                "Walmart answered the refund, but not with the return that was refunded.", request_id=answer.request_id
            )

    async def _page(self, query: str) -> tuple[Listed, str | None]:
        answer = await self._read("returns", f"/v3/returns{query}", answers={404})
        at = told_at(answer)
        if answer.status == 404:
            _must_mean_none(answer)
            return Listed([], at=at), None
        listing = _decoded(wire.Listing, answer.json(), answer)
        if listing.meta is None and listing.return_orders is None:
            raise Transient("Walmart's answer is no list of returns.", request_id=answer.request_id)
        cursor = listing.meta.next_cursor if listing.meta else None
        if cursor and not cursor.startswith("?"):
            raise Transient("Walmart's list goes on behind what is not a query.", request_id=answer.request_id)
        return Listed(listing.return_orders or [], answer.status == PARTIAL, at), cursor

    async def _read(
        self, group: str, path: str, *, headers: Mapping[str, str] | None = None, answers: set[int] | None = None
    ) -> Answer:
        return await self._door.read(
            "GET",
            self._url + path,
            group=group,
            auth=self.credentials,
            headers={**self._headers(), **(headers or {})},
            answers=answers or (),
        )

    def _headers(self) -> dict[str, str]:
        """With an id of its own for each request."""
        return {**self._named, CORRELATION: str(uuid4())}


def told_at(answer: Answer) -> datetime | None:
    """Walmart's own time, from an answer's Date header."""
    try:
        at = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def moment(at: datetime) -> str:
    """A time as queries take it: in UTC with a Z, never with an offset (contract walmart 4.1)."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _expired(status: int, body: bytes) -> bool:
    return unauthorized(status, body) or (status == 400 and b"INVALID_TOKEN" in body)


def _first(query: Mapping[str, str]) -> str:
    """Without `replacementInfo` an answer leaves out whether it is a replacement (contract walmart 4.1)."""
    return "?" + urlencode({"replacementInfo": "true", **query})


def _most() -> dict[str, str]:
    return {"limit": str(PAGE_SIZE)}


def _must_mean_none(answer: Answer) -> None:
    """With a 404 Walmart may say that no return fits (contract walmart 4.2). A wrong address must not look alike."""
    if not answer.body.lstrip().startswith(b"{") or b"URI_NOT_FOUND" in answer.body:
        raise Misconfigured("The address set for Walmart has no returns (404).", code="404")


def _decoded(shape: type[M], value: Any, answer: Answer) -> M:
    try:
        return decode(shape, value)
    except Garbled as why:
        raise Transient(f"Walmart's answer cannot be read: {why}.", request_id=answer.request_id) from None
