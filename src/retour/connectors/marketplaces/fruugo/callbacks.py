"""Fruugo by its order API v3, in JSON, which only acknowledges: what is asked and told is answered by a callback.

Nobody waits for one. What was asked is noted; what has arrived is matched to it at the next look. A refund leaves only
once an answer has come to a question that was asked for this very decision, and is followed until its own callback
comes. Facts: contract fruugo 4; that answers are lost, come twice or in another order is the ordinary case.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from retour.connectors.contract import Check, Known, Page, Part, Receipt, ReceiptState, Unreadable
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient
from retour.connectors.http import Door
from retour.connectors.marketplaces.fruugo import answers, mapping, wire
from retour.connectors.marketplaces.fruugo.account import DEEP, Account, Found, readable, returns_of
from retour.connectors.marketplaces.fruugo.calls import Call, Calls, End
from retour.connectors.marketplaces.fruugo.config import FruugoConfig
from retour.connectors.marketplaces.fruugo.downloads import A_PAGE, BEFORE_FRUUGO
from retour.connectors.marketplaces.fruugo.ledger import Ref
from retour.connectors.marketplaces.fruugo.questions import Kind, Question, Questions, at_time, new_id
from retour.connectors.marketplaces.fruugo.view import views
from retour.connectors.marketplaces.fruugo.walks import Walks
from retour.connectors.shapes import Garbled

BEFORE_RELEASE = timedelta(days=31)
"""How far before its release an order is asked for: which of its dates counts is not documented."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A body for the lists: the answer to one slice. Without a question, it is one that cannot be read."""

    at: datetime
    question: Question | None = None
    correlation: str = ""


class FruugoByCallback(Account):
    """An account that is asked, and answers later."""

    def __init__(self, config: FruugoConfig, door: Door) -> None:
        super().__init__(config, door)
        self._inbox = door.inbox
        self._questions = Questions(config, door, self._auth)
        self._walks = Walks(config, door, self._questions)
        self._calls = Calls(config, door, self._questions, self._books)
        self._listed: dict[int, Listed] = {}
        """Bodies that were opened already; they wait until the lists are looked at."""

    async def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """Takes in what has arrived, and asks for everything anew when that is due."""
        async with self._turn:
            await self._take_in()
            await self._keep_one_that_nobody_can_read()
        flaws: list[str] = []
        for arrival_id, listed in [*self._listed.items()]:
            async for page in self._pages(arrival_id, listed, flaws):
                yield page
            async with self._turn:
                await self._inbox.forget(arrival_id)
                self._listed.pop(arrival_id, None)
        async with self._turn:
            again = await self._walks.go_on(deep=since is None)
        if again is not None:
            yield Page("orders", (), again=again)
        if flaws:
            raise Transient(f"Fruugo's callback cannot be read: {flaws[0]}.")

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        """Refunds so many units of the return, once Fruugo has been asked how its order stands and has answered."""
        name, part = self._one(ref, parts)
        async with self._turn:
            await self._take_in()
            await self._calls.alone(name.order_id)
            ready = await self._ready(name, part)
            item = mapping.item(self._config, ready.found.view.lines.values(), ready.line)
            if isinstance(item, str):
                raise Refused(f"{item} Return these units in the Retailer Portal.")
            request = mapping.request(self._config, name.order_id, item, part, ready.batch.reason)
            await self._books.keep({name.note: ready.ledger.telling(name.number, part.quantity)})
            correlation, call = await self._calls.leaves(name, part, ready.batch.refunded)
            try:
                await self._questions.tell(correlation, request)
            except OutcomeUnknown:
                raise
            except ConnectorError:
                await self._books.keep({name.note: ready.ledger})
                await self._calls.never_left(correlation, part, name.order_id)
                raise
            await self._calls.was_taken(correlation, call)
        return Receipt(ReceiptState.PENDING, correlation)

    async def confirm(self, receipts: Sequence[str]) -> dict[str, Receipt]:
        async with self._turn:
            await self._take_in()
            return {correlation: await self._calls.receipt(correlation) for correlation in receipts}

    async def find(self, ref: str, parts: Sequence[Part], sent_at: datetime) -> Receipt | None:
        """By our own notes of what left, and by what has come back. What Fruugo has acknowledged is never taken for
        lost: where neither callback nor counters tell of it, a person is asked."""
        name, [part] = Ref.of(ref), parts
        async with self._turn:
            await self._take_in()
            known = await self._calls.of(part)
            if known is None or name is None:
                return None
            correlation, call = known
            receipt = await self._calls.receipt(correlation)
            if receipt.state is not ReceiptState.LOST:
                return receipt
            if call.taken or call.end is End.DOUBTFUL:
                await self._must_show(name, call, receipt.words or "")
        return None

    async def _must_show(self, name: Ref, call: Call, why: str) -> None:
        """Raises Refused unless the order, asked for after the call, shows it."""
        ledgers = await self._seen(await self._found(name.order_id))
        batch = ledgers[name.note].batch(name.number) if name.note in ledgers else None
        if batch is None or batch.refunded < call.before + call.units:
            raise Refused(
                f"{why} The order shows no such return, but it may still come. Look at the order in the Retailer Portal"
                " before it is sent again."
            )

    async def check(self) -> list[Check]:
        """Asks for nothing, and so lets nobody in who is not known; the empty answer is nobody's."""
        try:
            await self._questions.ask(new_id(), BEFORE_FRUUGO, BEFORE_FRUUGO)
        except ConnectorError as error:
            return [Check("credentials", False, error.message)]
        return [Check("credentials", True, "Fruugo lets this user in."), await self._arrives(), self._says()]

    async def _arrives(self) -> Check:
        """Whether callbacks do."""
        walk, now = await self._walks.last(), await self._inbox.now()
        if walk is None:
            words = "Nothing was asked yet. Register at Fruugo the address that `retour hooks` shows."
            return Check("callbacks", True, words)
        if walk.open and (walk.silent_since or now - walk.at > self._config.patience):
            return Check("callbacks", False, walk.silence(walk.silent_since or walk.at))
        asked = f"The orders were asked for at {at_time(walk.at)}"
        return Check("callbacks", True, f"{asked}; the answer is awaited." if walk.open else f"{asked}, and came.")

    async def _found(self, order_id: str, key: str = "") -> Found | None:
        if not wire.is_id(order_id):
            return None
        await self._take_in()
        known = next(iter((await self._books.of_order(order_id)).values()), None)
        watched = await self._inbox.now() - timedelta(days=self._config.window_days * DEEP)
        since = known.released_at - BEFORE_RELEASE if known else watched
        shown = await self._questions.order(order_id, since, key)
        return Found(readable(shown.raw), shown.at, shown.number) if shown.raw else None

    async def _take_in(self) -> None:
        """Matches what has arrived to what was asked. What nobody asked is dropped: it is another program's, an answer
        that came twice, or a stranger's."""
        arrived = await self._inbox.arrived()
        waiting = {arrival.id for arrival in arrived}
        self._listed = {arrival_id: one for arrival_id, one in self._listed.items() if arrival_id in waiting}
        for arrival in arrived:
            if arrival.id in self._listed:
                continue
            body = await self._inbox.read(arrival.id)
            try:
                callback = answers.read(body or b"")
            except Garbled:
                self._listed[arrival.id] = Listed(arrival.at)
                continue
            question = await self._questions.of(callback.correlation_id)
            if question is not None and question.kind is Kind.WALK:
                self._listed[arrival.id] = Listed(arrival.at, question, callback.correlation_id.lower())
                continue
            if question is not None:
                answers_to = self._questions if question.kind is Kind.ORDER else self._calls
                await answers_to.answered(callback, question, arrival.at)
            await self._inbox.forget(arrival.id)

    async def _keep_one_that_nobody_can_read(self) -> None:
        """One shows what they look like; if all were kept and shown, a flood of them would fill the hub's disk."""
        more = [arrival_id for arrival_id, listed in self._listed.items() if listed.question is None][1:]
        await self._inbox.forget(*more)
        for arrival_id in more:
            del self._listed[arrival_id]

    async def _pages(self, arrival_id: int, listed: Listed, flaws: list[str]) -> AsyncIterator[Page]:
        """What one body shows, whether it can be read or not."""
        body = await self._inbox.read(arrival_id)
        if body is None or (listed.question and not await self._questions.of(listed.correlation)):
            return  # it has expired, or was taken in meanwhile
        try:
            rows = answers.read(body).rows()
        except Garbled as why:
            unreadable = Unreadable(None, f"A callback cannot be read: {why}.", answers.shown(body))
            yield Page("callbacks", (), (unreadable,))
            flaws += [str(why)] if listed.question else []
            return
        for start in range(0, len(rows), A_PAGE):
            found, garbled = views(map(answers.raw, rows[start : start + A_PAGE]))
            async with self._turn:
                number = listed.question.number if listed.question else 0
                ledgers = await self._books.seen(found, listed.at, number)
            seen = tuple(seen for view in found for seen in returns_of(view, ledgers))
            if seen or garbled:
                yield Page("orders", seen, tuple(garbled))
        async with self._turn:
            walk = await self._walks.answered(listed.correlation)
        if walk is not None:
            await self._books.watched(walk.start)
            yield Page("orders", (), as_of=walk.at)
