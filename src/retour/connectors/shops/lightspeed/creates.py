"""Making a return once (contract lightspeed.md, 3, 7).

The API has neither a key against repetition nor a field for ours, so the key stands in the staff's note, and is looked
for among the order's returns before anything is made and after an answer was lost. Which order that is, is noted before
the call leaves.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from retour.connectors.contract import ReturnRequest
from retour.connectors.errors import OutcomeUnknown, Refused, Transient
from retour.connectors.memory import Memory
from retour.connectors.shapes import Garbled
from retour.connectors.shops.lightspeed import mapping, wire
from retour.connectors.shops.lightspeed.api import NAME, Api, Invalid, Taken
from retour.connectors.shops.lightspeed.config import LightspeedConfig
from retour.connectors.shops.lightspeed.lists import Stretch, stretch
from retour.connectors.shops.lightspeed.orders import Orders
from retour.core.model import ShopSays

ROOTS: Final = ("return", "returns")
"""The root key of a new return: the API says one thing and its old client does another (contract lightspeed.md, 3)."""
ROOT_NOTE: Final = "create_root"
NEWEST_NOTE: Final = "newest"
"""Up to which id returns are known not to matter, in a shop that cannot list the returns of one order."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search for our key has found. `sure`: if nothing, then it is not there."""

    found: ShopSays | None
    sure: bool
    last: int
    """Returns that are made from now on have higher ids."""


class Creates:
    """The returns that one connection makes."""

    def __init__(self, config: LightspeedConfig, api: Api, orders: Orders, memory: Memory) -> None:
        self._config = config
        self._api = api
        self._orders = orders
        self._memory = memory

    async def make(self, request: ReturnRequest, key: str) -> ShopSays:
        """The return of this key, which may be there already: the hub may have been restored from a backup."""
        place = await self._orders.place(request)
        name = _note(key)
        notes = await self._memory.read(name, NEWEST_NOTE, ROOT_NOTE)
        after = notes[name]["after"] if name in notes else notes.get(NEWEST_NOTE, 0)
        search = await self._search(place.order_id, key, after)
        said = search.found
        if said is None:
            invoice = await self._orders.invoice(place.order_id) if self._config.invoice_number else None
            document = mapping.document(request, key, place.order_id, place.line_id, invoice, self._config)
            note = {"order": place.order_id, "after": after if name in notes else search.last}
            await self._memory.write({name: note, NEWEST_NOTE: search.last})
            try:
                said = await self._posted(document, notes.get(ROOT_NOTE))
            except Refused:
                await self._memory.write({name: None})
                raise
        await self._memory.write({name: None})
        return said

    async def find(self, key: str) -> ShopSays | None:
        """None: it is not there, or has never left. Raises Transient when that cannot be told."""
        name = _note(key)
        note = (await self._memory.read(name)).get(name)
        if note is None:
            return None
        search = await self._search(note["order"], key, note["after"])
        if search.found is None and not search.sure:
            raise Transient("A return of this order cannot be read: it may be the one that was made.")
        return search.found

    async def _posted(self, document: dict[str, Any], worked: str | None) -> ShopSays:
        """Tries the other root key only after a body was refused as not valid, because then nothing was made."""
        refusals: list[Invalid] = []
        for root in sorted(ROOTS, key=lambda root: root != worked):
            answer = await self._api.post("returns", {root: document})
            if isinstance(answer, Taken):
                said = self._made(answer)
                if root != worked:
                    await self._memory.write({ROOT_NOTE: root})
                return said
            refusals.append(answer)
        # Only one of the two is about the return; the other is about its wrapping. Which one, past success tells.
        told = refusals[:1] if worked else refusals
        raise Refused(
            "The shop refused the return request. Often fewer of the product can still come back than it asks for.",
            code=str(refusals[0].status),
            words="; ".join(dict.fromkeys(refusal.words for refusal in told if refusal.words)) or None,
            request_id=refusals[0].request_id,
        )

    def _made(self, answer: Taken) -> ShopSays:
        try:
            body = wire.unwrapped(answer.body, *ROOTS)
            return mapping.exists(body[0] if isinstance(body, list) and len(body) == 1 else body, self._config)
        except Garbled as why:
            flaw = str(why)
        sentence = f"{NAME} took the return request, but its answer cannot be read: {flaw}."
        raise OutcomeUnknown(sentence, request_id=answer.request_id)

    async def _search(self, order_id: int, key: str, after: int) -> Search:
        """Among the order's returns; in a shop that does not list those, among all that came after `after`."""
        mark, sure, last = mapping.marker(key), True, after
        part, filters = await self._first(order_id, after)
        while True:
            for raw, ref in zip(part.rows, part.refs, strict=True):
                if mark in (wire.staff_note(raw) or ""):
                    return Search(self._existing(raw), sure=True, last=last)
                sure &= wire.staff_note(raw) is not None or ref.order_id not in {order_id, None}
            last = last if filters else part.last
            if not part.full:
                return Search(None, sure=sure, last=last)
            if part.last <= part.after:
                return Search(None, sure=False, last=last)
            part = await stretch(self._api, part.last, **filters)

    async def _first(self, order_id: int, after: int) -> tuple[Stretch, dict[str, int]]:
        """Where the search begins, and the filter that it goes on with. A shop that shows returns of other orders has
        not listened."""
        try:
            part = await stretch(self._api, 0, order=order_id)
        except Refused:
            part = None
        if part is not None and all(ref.order_id in {order_id, None} for ref in part.refs):
            return part, {"order": order_id}
        return await stretch(self._api, after), {}

    def _existing(self, raw: Any) -> ShopSays:
        try:
            return mapping.exists(raw, self._config)
        except Garbled:
            pass
        raise Transient("The return was made, but the shop's answer about it cannot be read.")


def _note(key: str) -> str:
    """Notes have short names, keys do not."""
    return f"create:{sha256(mapping.marker(key).encode()).hexdigest()}"
