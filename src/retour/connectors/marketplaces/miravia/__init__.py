"""Miravia (Alibaba's marketplace in Spain, on a Lazada-style open platform): returns that the merchant answers.

A decision is told per line with one POST, accept or reject, whose answer names each order item; it takes effect at
once. Miravia has no key against repetition: each line is read again before anything is sent, and its status reads
back. Facts: contract page miravia.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from retour.connectors import words
from retour.connectors.contract import Check, Known, MarketplaceManifest, Maturity, Page, Part, Receipt, ReceiptState
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient
from retour.connectors.http import Answer, Door, Limit
from retour.connectors.marketplaces.miravia import deciding, mapping, orders, refusals, wire
from retour.connectors.marketplaces.miravia.config import MiraviaConfig
from retour.connectors.marketplaces.miravia.lists import Listed, walk
from retour.connectors.marketplaces.miravia.tokens import CALLS, Seller
from retour.connectors.shapes import Garbled, decode
from retour.core.model import Order, Resolution, Seen

LIST = "/reverse/getreverseordersforseller"
ACCEPT, REJECT = "/v2/order/returnRefund/accept", "/v2/order/returnRefund/reject"
HEADS = 500
"""Orders that a look has read and that are kept until the whole order is asked for."""
CLOCKS_DIFFER = timedelta(minutes=5)


class Miravia:
    """One seller's account at Miravia."""

    def __init__(self, config: MiraviaConfig, door: Door) -> None:
        self._config = config
        self._door = door
        self._auth = Seller(config, door)
        self._marketplaces = ("miravia", mapping.ALIEXPRESS) if config.aliexpress else ("miravia",)
        self._heads: dict[str, wire.Order] = {}

    async def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """What was opened in the days before, whatever its state: Miravia cannot be asked for what has changed. In no
        promised order, so that nothing that is known already ends the walk (contract miravia 4.1)."""
        window = {}
        if since is not None:
            start = since - timedelta(days=self._config.window_days)
            window["reverse_order_line_time_range_start_time_stamp"] = str(int(start.timestamp() * 1000))
        for marketplace in self._marketplaces:
            async for listed in self._listed({"marketplace": marketplace, **window}):
                yield self._page(marketplace, listed)
        if since is None:
            yield Page(lane=self._marketplaces[-1], seen=(), all_open=True)

    def _page(self, lane: str, listed: Listed) -> Page:
        read = [mapping.read(row, self._config) for row in listed.rows]
        return Page(
            lane=lane,
            seen=tuple(mapping.seen([found], single=False, as_of=listed.as_of) for found, _ in read if found),
            unreadable=tuple(row for _, garbled in read for row in garbled),
        )

    def _listed(self, filters: Mapping[str, str]) -> AsyncIterator[Listed]:
        async def fetch(number: int) -> Listed:
            pages = {"page_no": str(number), "page_size": str(self._config.page_size)}
            answer, said = await self._read(LIST, {**pages, **filters})
            try:
                listing = decode(wire.Listing, said.content)
            except Garbled as why:
                raise _unread(why, answer) from None
            return Listed(tuple(listing.items or ()), listing.total, _date(answer.headers))

        return walk(fetch, self._config.page_size)

    async def look(self, ref: str) -> Seen | None:
        """That return with all its lines and its customer, whom only the order tells."""
        found, as_of = await self._found(ref)
        if not found:
            return None
        order_ref = found[0].row.trade_order_id
        head = await self._head(order_ref)
        customer = orders.party(head.address_shipping or head.address_billing, head) if head else None
        if head:
            self._heads[order_ref] = head
            for oldest in list(self._heads)[:-HEADS]:
                del self._heads[oldest]
        return mapping.seen(found, single=True, as_of=as_of, customer=customer)

    async def _found(self, ref: str) -> tuple[list[mapping.Reverse], datetime | None]:
        """Raises Transient where nothing of it can be read: that is not the same as none."""
        found: list[mapping.Reverse] = []
        as_of = None
        for marketplace in self._marketplaces:
            async for listed in self._listed({"marketplace": marketplace, "reverse_order_id": ref}):
                as_of = listed.as_of or as_of
                for row in listed.rows:
                    reverse, garbled = mapping.read(row, self._config)
                    if reverse and reverse.row.reverse_order_id == ref:
                        found.append(reverse)
                    elif garbled and not reverse and garbled[0].ref in {ref, None}:
                        raise Transient(garbled[0].why)
        return found, as_of

    async def order(self, ref: str) -> Order | None:
        head = self._heads.pop(ref, None) or await self._head(ref)
        items = await self._order_part("/order/items/get", ref) if head else None
        return orders.order(head, items if isinstance(items, list) else []) if head else None

    async def _head(self, ref: str) -> wire.Order | None:
        content = await self._order_part("/order/get", ref)
        try:
            return None if content is None else decode(wire.Order, content)
        except Garbled as why:
            raise _unread(why) from None

    async def _order_part(self, path: str, ref: str) -> Any:
        """None: Miravia does not know the order."""
        answer, said = await self._asked(path, {"order_id": ref})
        if said.failed and refusals.unknown_order(said):
            return None
        if said.failed:
            raise refusals.failure(said, write=False, hide=self._hide)
        if said.content is None:
            raise _unread("it is empty", answer)
        return said.content

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        """Tells one part, for a whole line. The line is read right before: Miravia may have refunded meanwhile, and
        the amount is sent as it is now."""
        if len(parts) != 1:
            raise Refused("Miravia is told one decision at a time.")
        [part] = parts
        note = f"partly:{part.line_ref}"
        if told := (await self._door.memory.read(note)).get(note):
            raise Refused(told)
        found, _ = await self._found(ref)
        reverse = next((one for one in found if one.line(part.line_ref)), None)
        line = reverse.line(part.line_ref) if reverse else None
        if reverse is None or line is None:
            raise Refused("Miravia does not show this line any more. Nothing was sent.")
        if obstacle := deciding.obstacle(self._config, reverse, line, part):
            raise Refused(obstacle)
        said = await self._tell(reverse, line, part)
        verdict = deciding.verdict(line.items, said.content)
        shown = words.line(verdict.words, self._hide) or None
        request_id = words.line(said.request_id or "", self._hide) or None
        if len(verdict.done) == len(line.items):
            return Receipt(ReceiptState.DONE, request_id)
        if len(verdict.failed) == len(line.items):
            raise Refused("Miravia refused the decision.", words=shown, request_id=request_id)
        if verdict.done:
            sentence = deciding.partly(part.resolution, verdict, line.items)
            await self._door.memory.write({note: sentence})
            raise OutcomeUnknown(sentence, words=shown, request_id=request_id)
        raise OutcomeUnknown("Miravia answered, but not whether it was done.", words=shown, request_id=request_id)

    async def _tell(self, reverse: mapping.Reverse, line: wire.Line, part: Part) -> wire.Said:
        """The one call. Raises what its answer means; what it says of each item is the caller's."""
        body: dict[str, Any] = {}
        if part.resolution is not Resolution.REJECT:
            path, form = ACCEPT, deciding.acceptance(self._config, reverse, line)
        elif self._config.reject_style == "form":
            path, form = REJECT, deciding.rejection(self._config, reverse, line, part)
        else:
            path, form, body = REJECT, {}, deciding.rejection_as_json(self._config, reverse, line, part)
        answer = await self._door.write(
            "POST",
            self._config.api_url + path,
            group=CALLS,
            auth=self._auth,
            headers=None if body else wire.FORM,
            json=body or None,
            data=urlencode(form).encode() if form else None,
        )
        try:
            said = decode(wire.Said, answer.json())
        except Garbled as why:
            sentence = f"Miravia answered, but its answer cannot be read: {why}."
            raise OutcomeUnknown(sentence, request_id=answer.request_id) from None
        if said.failed:
            raise refusals.failure(said, write=True, hide=self._hide)
        return said

    async def check(self) -> list[Check]:
        """Tokens are renewed here only as they are for any call: the new ones are kept first."""
        try:
            answer, said = await self._read(LIST, {"page_no": "1", "page_size": "1", "marketplace": "miravia"})
            total = decode(wire.Listing, said.content).total
        except ConnectorError as error:
            return [Check("returns", False, error.message)]
        except Garbled as why:
            return [Check("returns", False, f"Miravia's list of returns cannot be read: {why}.")]
        calls = mapping.told_as(self._config)
        told = ", ".join(f"{resolution} as {calls.get(resolution, 'by hand')}" for resolution in Resolution)
        until = await self._auth.authorised_until()
        ends = f"It ends on {until:%Y-%m-%d}." if until else "When it ends is known once the tokens were renewed."
        return [
            Check("returns", True, f"Miravia lists {total if total is not None else 'some'} returns."),
            Check("authorisation", True, f"Miravia accepts the authorisation. {ends}"),
            Check("decisions", True, f"{told}."),
            *_clock(answer.headers),
        ]

    async def _read(self, path: str, params: Mapping[str, str]) -> tuple[Answer, wire.Said]:
        answer, said = await self._asked(path, params)
        if said.failed:
            raise refusals.failure(said, write=False, hide=self._hide)
        return answer, said

    async def _asked(self, path: str, params: Mapping[str, str]) -> tuple[Answer, wire.Said]:
        """What Miravia says, an error too."""
        url = self._config.api_url + path
        answer = await self._door.read("GET", url, group=CALLS, auth=self._auth, params=params)
        try:
            return answer, decode(wire.Said, answer.json())
        except Garbled as why:
            raise _unread(why, answer) from None

    def _hide(self, text: str) -> str:
        return self._door.redacted(text, self._auth)


def _unread(why: object, answer: Answer | None = None) -> Transient:
    return Transient(f"Miravia's answer cannot be read: {why}.", request_id=answer.request_id if answer else None)


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers.get("Date", "")).astimezone(UTC)
    except (ValueError, TypeError):
        return None


def _clock(headers: Mapping[str, str]) -> list[Check]:
    """Signatures hold our time, and Miravia refuses those that are hours off. Only here is the clock read: a doctor's
    question, not a cycle's."""
    date = _date(headers)
    if date is None:
        return []
    apart = abs(datetime.now(UTC) - date)
    return [Check("clock", apart < CLOCKS_DIFFER, f"Miravia's clock and ours are {apart.total_seconds():.0f} s apart.")]


MANIFEST = MarketplaceManifest(
    key="miravia",
    name="Miravia",
    config=MiraviaConfig,
    limits=(Limit(CALLS, 100, timedelta(minutes=1)), Limit(CALLS, 1000, timedelta(days=1))),
    open=Miravia,
    capabilities=mapping.capabilities,
    maturity=Maturity.EXPERIMENTAL,
)
