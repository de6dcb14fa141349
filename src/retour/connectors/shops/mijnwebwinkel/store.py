"""The store's API: one method for each call, tokens in the address (contract mijnwebwinkel.md, 2 and 3)."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from yarl import URL

from retour.connectors import words
from retour.connectors.auth import unauthorized
from retour.connectors.errors import Misconfigured, OutcomeUnknown, Refused, Transient
from retour.connectors.http import Answer, Auth, Door
from retour.connectors.pages import by_offset, empty
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.mijnwebwinkel import wire
from retour.connectors.shops.mijnwebwinkel.config import MijnwebwinkelConfig

GROUP: Final = "api"
LIMIT: Final = 100
"""Orders on a page; the most that the API gives (contract 2)."""

NOWHERE: Final = "This is not the address of Mijnwebwinkel's API: check base_url and version."


class QueryTokens:
    """Credentials in the query. They are put in when the call leaves, so that no address that is kept holds them."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._tokens = dict(tokens)

    async def headers(self) -> Mapping[str, str]:
        return {}

    async def sign(self, method: str, url: URL, body: bytes | None) -> tuple[URL, Mapping[str, str]]:
        return url.extend_query(self._tokens), {}

    def refused(self, status: int, body: bytes) -> bool:
        return unauthorized(status, body)

    def drop(self) -> bool:
        return False

    def secrets(self) -> Iterable[str]:
        return self._tokens.values()


class Store:
    """One store. Raises ConnectorErrors, and Garbled for an order that cannot be read."""

    def __init__(self, config: MijnwebwinkelConfig, door: Door) -> None:
        self._url = config.api
        self._door = door
        partner = {"partner_token": config.partner_token.get_secret_value()}
        self._partner = QueryTokens(partner)
        self._auth = QueryTokens({"token": config.token.get_secret_value()} | partner)

    def shown(self, raw: Any) -> str:
        """What could not be read, without secrets."""
        return self._door.redacted(json.dumps(raw), self._auth)

    async def order(self, number: str) -> wire.Order | None:
        """None: the store does not have it. Raises Garbled."""
        raw = await self.raw_order(number)
        return None if raw is None else decode(wire.Order, raw)

    async def raw_order(self, number: str) -> Any:
        """An order as it comes; None: the store does not have it."""
        answer = await self._read(f"/orders/{number}", answers={404})
        if answer.status == 404:
            if self._problem(answer):
                return None
            raise Misconfigured(NOWHERE, code="404")
        raw = answer.json()
        if raw is None:
            raise Transient("Mijnwebwinkel answered, but with nothing.")
        return raw

    async def pages(
        self, filters: Mapping[str, str], stop: Callable[[Sequence[Any]], bool] = empty
    ) -> AsyncIterator[list[Any]]:
        """The orders that these filters let through, the highest number first, until a page that is not full or that
        `stop` has enough of."""

        async def fetch(offset: int) -> list[Any]:
            params = {**filters, "ordering": "desc", "limit": str(LIMIT), "offset": str(offset)}
            return _rows((await self._read("/orders", params)).json())

        async for rows in by_offset(fetch, stop=lambda rows: len(rows) < LIMIT or stop(rows)):
            yield rows

    async def patch(self, number: str, changes: Mapping[str, Any]) -> wire.Order:
        """The order as it is then. Raises Refused with the store's words, OutcomeUnknown where it may have happened."""
        return await self._write("PATCH", f"/orders/{number}", changes)

    async def credit(self, document: Mapping[str, Any]) -> wire.Order:
        """The new credit order; no stock is moved. Raises as `patch` does."""
        return await self._write("POST", "/orders/credit", document, {"mutate_stock": "false"})

    async def statuses(self) -> tuple[wire.Status, ...]:
        """Those that can be read."""
        found = []
        for raw in _rows((await self._read("/orderstatuses", auth=self._partner)).json()):
            try:
                found.append(decode(wire.Status, raw))
            except Garbled:
                continue
        return tuple(found)

    async def name(self) -> str:
        try:
            return decode(wire.Store, (await self._read("/store")).json()).name
        except Garbled as why:
            raise Transient(f"What the store tells of itself cannot be read: {why}.") from None

    async def may_read_orders(self) -> None:
        _rows((await self._read("/orders", {"limit": "1"})).json())

    async def _read(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        auth: Auth | None = None,
        answers: Iterable[int] = (),
    ) -> Answer:
        return await self._door.read(
            "GET", self._url + path, params=params, auth=auth or self._auth, group=GROUP, answers=tuple(answers)
        )

    async def _write(
        self, method: str, path: str, body: Mapping[str, Any], params: Mapping[str, str] | None = None
    ) -> wire.Order:
        answer = await self._door.write(
            method, self._url + path, params=params, json=body, auth=self._auth, group=GROUP, answers={400, 404, 422}
        )
        if answer.status >= 400:
            raise Refused(
                f"Mijnwebwinkel refused the change ({answer.status}).",
                code=str(answer.status),
                words=self._problem(answer) or None,
                request_id=answer.request_id,
            )
        try:
            return decode(wire.Order, answer.json())
        except Garbled as why:
            raise OutcomeUnknown(f"Mijnwebwinkel answered, but the answer cannot be read: {why}.") from None

    def _problem(self, answer: Answer) -> str:
        """What the store says of an error, in either of its shapes; empty for anything else, such as a page."""
        try:
            said = decode(wire.Problem, json.loads(answer.text())).words
        except ValueError:
            return ""
        return words.line(said, lambda text: self._door.redacted(text, self._auth))


def _rows(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise Transient("Mijnwebwinkel answered, but not with a list.")
