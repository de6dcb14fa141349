"""OTTO Market: returns that customers announce or just send, and that the merchant accepts (and so refunds) or rejects.

A hub return is one unit, OTTO's position item. Up to 200 are told with one request. OTTO has no key against repetition:
its list of returns, newest change first, is read back. Facts: contract page otto.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from retour.connectors.auth import ClientCredentials
from retour.connectors.contract import CameBack, Check, Known, MarketplaceManifest, Page, Part, Receipt, ToTell
from retour.connectors.errors import ConnectorError, Refused, Stopped, Transient, Unavailable
from retour.connectors.http import Answer, Door, Limit
from retour.connectors.marketplaces.otto import mapping, units, wire
from retour.connectors.marketplaces.otto.answers import decoded, moment, told_at
from retour.connectors.marketplaces.otto.config import OttoConfig
from retour.connectors.marketplaces.otto.lists import LANES, Lists
from retour.connectors.marketplaces.otto.parcels import REFUSED, Parcels
from retour.connectors.marketplaces.otto.telling import Item, reported
from retour.connectors.marketplaces.otto.units import Note, Notes
from retour.connectors.shapes import Garbled, decode
from retour.core.model import Order, Seen

MEDIA_TYPE = "application/json;charset=UTF-8"

API = "api"
"""OTTO counts all calls together."""


class Otto:
    """One partner account at OTTO."""

    def __init__(self, config: OttoConfig, door: Door) -> None:
        self._config = config
        self._door = door
        self._auth = ClientCredentials(
            door,
            f"{config.api_url}/v1/token",
            config.client_id,
            config.client_secret.get_secret_value(),
            style="body",
            form={"scope": config.scopes},
        )
        self._notes = Notes(door.memory)
        self._lists = Lists(config.api_url, door.memory, self._read, config.ended_pages)
        self._parcels = Parcels(config.api_url, door.memory, self._read_parcels, self._found_order)
        self._now: datetime | None = None
        """OTTO's time, as its last answer told it."""

    async def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """What waits, then what has ended; each newest first, until a page is known. Then what moves."""
        for status in LANES:
            async for page in self._lists.lane(status, known, deep=since is None):
                yield page
        if not self._config.parcels:
            await self._parcels.forget()
        elif self._now is not None:
            async for page in self._parcels.pages(self._now, everything=since is None):
                yield page

    async def look(self, ref: str) -> Seen | None:
        """The unit's row, if its status changed since it was last seen, else our note of it; and its order."""
        note = (await self._notes.of([ref])).get(ref)
        row = await self._lists.find(ref, note.seen_at if note else None)
        order_ref = (row.sales_order_id if row else None) or (note.order if note else None)
        if order_ref is None:
            return None
        answer, order = await self._order(order_ref)
        pieces = units.pieces(order) if order else {}
        if row is None and ref not in pieces:
            if order and len(pieces) < len(order.position_items):
                raise Transient("A unit of OTTO's order cannot be read.", request_id=answer.request_id)
            return None
        at = moment(answer)
        seen = units.seen(ref, row, note, at, order=order, complete=True)
        kept = units.noted(row, note, at) if row else None
        if kept is not None and kept != note:
            await self._notes.keep({ref: kept})
        return seen

    async def order(self, ref: str) -> Order | None:
        _, order = await self._order(ref)
        return units.order(order) if order else None

    async def declare(self, order: Order, came_back: Sequence[CameBack]) -> Sequence[Seen]:
        """The order is read anew: a unit may have come back meanwhile. Noted, so that it can be looked at: OTTO finds
        a unit only by its order."""
        answer, found = await self._order(order.ref)
        if found is None:
            raise Refused("OTTO does not show this order.")
        pieces, at = units.pieces(found), moment(answer)
        if len({unit.order_line_ref for unit in came_back}) != len(came_back):
            raise Refused("Each line of an OTTO order is one unit; it can come back once.")
        for unit in came_back:
            piece = pieces.get(unit.order_line_ref)
            if piece is None or unit.quantity != 1:
                raise Refused("Each line of an OTTO order is one unit; choose as many lines as came back.")
            if piece.fulfillment_status != mapping.SENT:
                raise Refused(f"OTTO takes back only what was sent; this unit is {piece.fulfillment_status!r}.")
        refs = [unit.order_line_ref for unit in came_back]
        known = await self._notes.of(refs)
        fresh = {ref: Note(found.sales_order_id, at.isoformat(), at.isoformat()) for ref in refs if ref not in known}
        await self._notes.keep(fresh)
        declared = []
        for unit in came_back:
            ref = unit.order_line_ref
            seen = units.seen(ref, None, (known | fresh)[ref], at, order=found, complete=True)
            lines = tuple(replace(line, reason=unit.reason) for line in seen.lines)
            declared.append(replace(seen, lines=lines))
        return declared

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        if len(parts) != 1:
            raise Refused("OTTO is told of each unit alone.")
        outcome = (await self.settle_together([ToTell(ref, parts[0])]))[parts[0].key]
        if isinstance(outcome, ConnectorError):
            raise outcome
        return outcome

    async def settle_together(self, told: Sequence[ToTell]) -> Mapping[str, Receipt | ConnectorError]:
        """One request for what is accepted and one for what is rejected. Where the second fails, the answer holds what
        became of the first."""
        outcomes: dict[str, Receipt | ConnectorError] = {}
        notes = await self._notes.of(one.part.line_ref for one in told)
        batches: dict[str, list[Item]] = {mapping.ACCEPTANCE: [], mapping.REJECTION: []}
        for one in told:
            try:
                endpoint, item = self._item(one, notes.get(one.part.line_ref))
            except Refused as error:
                outcomes[one.part.key] = error
            else:
                batches[endpoint].append(item)
        await self._keep_rejected(told, batches[mapping.ACCEPTANCE], notes)
        stopped: ConnectorError | None = None
        for endpoint, items in batches.items():
            if stopped is not None:
                outcomes |= dict.fromkeys((item.key for item in items), stopped)
                continue
            try:
                outcomes |= await self._reported(endpoint, items)
            except ConnectorError as error:
                outcomes |= dict.fromkeys((item.key for item in items), error)
                if isinstance(error, Transient | Stopped):
                    stopped = error  # nothing happened, and the others are not sent
        if stopped is not None and all(outcome is stopped for outcome in outcomes.values()):
            raise stopped
        return outcomes

    async def _reported(self, endpoint: str, items: Sequence[Item]) -> Mapping[str, Receipt | ConnectorError]:
        outcomes: dict[str, Receipt | ConnectorError] = {}
        if endpoint == mapping.ACCEPTANCE and self._config.look_before_refund:
            outcomes |= await self._refunded(items)
        left = [item for item in items if item.key not in outcomes]
        if left:
            outcomes |= await reported(
                endpoint,
                left,
                self._config.condition,
                self._send,
                self._lists,
                lambda text: self._door.redacted(text, self._auth),
            )
        return outcomes

    async def _refunded(self, items: Sequence[Item]) -> dict[str, ConnectorError]:
        """Units that must not be refunded (again), and those whose order cannot be asked now."""
        wanted = list(dict.fromkeys(item.order for item in items))
        answers = dict(zip(wanted, await asyncio.gather(*map(self._pieces, wanted)), strict=True))
        for answer in answers.values():
            if isinstance(answer, Unavailable | Stopped):
                raise answer
        found: dict[str, ConnectorError] = {}
        for item in items:
            pieces = answers[item.order]
            if isinstance(pieces, ConnectorError):
                found[item.key] = pieces
            elif item.unit in pieces and pieces[item.unit].fulfillment_status == mapping.RETURNED:
                found[item.key] = Refused(
                    "OTTO shows this unit as returned and refunded already; nothing was sent.", code=mapping.RETURNED
                )
        return found

    async def _pieces(self, order_ref: str) -> Mapping[str, wire.Unit] | ConnectorError:
        try:
            _, order = await self._order(order_ref)
        except ConnectorError as error:
            return error
        return units.pieces(order) if order else {}

    def _item(self, one: ToTell, note: Note | None) -> tuple[str, Item]:
        part = one.part
        if part.quantity != 1 or part.line_ref != one.ref:
            raise Refused("OTTO is told of each unit alone.")
        order = part.order_ref or (note.order if note else None)
        if order is None:
            raise Refused("The order of this unit is not known; OTTO wants it named.")
        endpoint, reason = mapping.report(self._config, part.resolution, part.code, part.reason)
        return endpoint, Item(part.key, part.line_ref, order, reason)

    async def _keep_rejected(self, told: Sequence[ToTell], items: Sequence[Item], notes: Mapping[str, Note]) -> None:
        """Notes, before a refusal becomes a refund, that there was one: afterwards, OTTO shows the refund only."""
        changed = {one.part.key for one in told if one.part.changes is not None}
        kept: dict[str, Note | None] = {}
        for item in items:
            note = notes.get(item.unit) or Note(item.order)
            if item.key in changed and note.rejected is None:
                kept[item.unit] = replace(note, rejected="")
        await self._notes.keep(kept)

    async def _send(self, endpoint: str, body: Any) -> Answer:
        return await self._door.write(
            "POST",
            f"{self._config.api_url}/v3/returns/{endpoint}",
            group=API,
            auth=self._auth,
            headers={"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE},
            json=body,
            answers={422},
        )

    async def check(self) -> list[Check]:
        try:
            await self._auth.headers()
        except ConnectorError as error:
            return [Check("credentials", False, error.message)]
        checks = [Check("credentials", True, "OTTO lets this client id in.")]
        try:
            answer = await self._read(f"{self._config.api_url}/v3/returns?limit=1&page=1")
        except ConnectorError as error:
            return [*checks, Check("returns", False, error.message)]
        checks.append(Check("returns", True, "OTTO shows the returns."))
        if self._config.parcels:
            checks.append(await self._check_parcels(moment(answer)))
        if ends := answer.headers.get("Sunset"):
            checks.append(Check("version", False, f"OTTO ends this version of its interface: {ends}. Update Retour."))
        rows = decoded(wire.Listing, answer).position_items if answer.status == 200 else []
        try:
            for row in rows or []:
                if order := decode(wire.Row, row).sales_order_id:
                    await self._order(order)
                    checks.append(Check("orders", True, "OTTO shows the orders."))
        except Garbled:
            pass
        except ConnectorError as error:
            return [*checks, Check("orders", False, error.message)]
        told = ", ".join(mapping.told_as(self._config))
        return [*checks, Check("decisions", True, f"OTTO is told {told}; the rest is done by hand.")]

    async def _check_parcels(self, now: datetime) -> Check:
        try:
            await self._parcels.may_be_read(now)
        except ConnectorError as error:
            return Check("parcels", False, error.message)
        return Check("parcels", True, "OTTO shows parcels on their way back.")

    async def _found_order(self, ref: str) -> wire.Order | None:
        return (await self._order(ref))[1]

    async def _order(self, ref: str) -> tuple[Answer, wire.Order | None]:
        answer = await self._read(f"{self._config.api_url}/v4/orders/{quote(ref, safe='')}")
        return answer, None if answer.status == 404 else decoded(wire.Order, answer)

    async def _read_parcels(self, url: str) -> Answer:
        return await self._read(url, REFUSED)

    async def _read(self, url: str, answers: Collection[int] = ()) -> Answer:
        answer = await self._door.read(
            "GET", url, group=API, auth=self._auth, headers={"Accept": MEDIA_TYPE}, answers={404, *answers}
        )
        self._now = told_at(answer) or self._now
        return answer


MANIFEST = MarketplaceManifest(
    key="otto",
    name="OTTO",
    config=OttoConfig,
    limits=(Limit(API, 20, timedelta(seconds=1)), Limit(API, 1200, timedelta(minutes=1))),
    open=Otto,
    capabilities=mapping.capabilities,
)
