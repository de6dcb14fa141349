"""Returns that Fruugo was told on v3, and what has become of them (contract fruugo 4)."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from retour.connectors.contract import Part, Receipt, ReceiptState
from retour.connectors.http import Door
from retour.connectors.marketplaces.fruugo import answers
from retour.connectors.marketplaces.fruugo.books import Books
from retour.connectors.marketplaces.fruugo.config import FruugoConfig
from retour.connectors.marketplaces.fruugo.ledger import Ref
from retour.connectors.marketplaces.fruugo.questions import (
    ORDER,
    QUESTION,
    Kind,
    Question,
    Questions,
    at_time,
    waiting,
    within,
)
from retour.connectors.marketplaces.fruugo.view import view
from retour.connectors.shapes import Garbled

CALL, SENT, UNDER_WAY = "call/", "sent/", "under-way/"
WORDS = 500


class End(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    DOUBTFUL = "doubtful"
    """Fruugo has answered, and it cannot be told what."""


class Call(BaseModel):
    """`before`: how many units of the return were refunded when it left. `taken`: Fruugo has acknowledged it."""

    model_config = ConfigDict(frozen=True)

    ref: str
    units: int
    before: int
    number: int
    at: datetime
    taken: bool = False
    end: End | None = None
    words: str = ""


class Calls:
    """Callers take turns."""

    def __init__(self, config: FruugoConfig, door: Door, questions: Questions, books: Books) -> None:
        self._config, self._door, self._questions, self._books = config, door, questions, books
        self._memory, self._inbox = door.memory, door.inbox

    async def alone(self, order_id: str) -> None:
        """Raises Transient while another return of this order is under way: what the order shows is about to change."""
        name = UNDER_WAY + order_id
        correlation = (await self._memory.read(name)).get(name)
        call = await self._call(correlation) if correlation else None
        now = await self._inbox.now()
        if call is not None and call.end is None and within(self._config.patience, call.at, now):
            raise waiting("Fruugo is still busy with another return of this order", call.at, now, to_pay=True)

    async def leaves(self, name: Ref, part: Part, before: int) -> tuple[str, Call]:
        """Notes what is about to leave. What the order looked like before is of no use any more."""
        correlation, question, notes = await self._questions.new(Kind.RETURN, name.order_id)
        call = Call(
            ref=f"{name.order_id}:{name.key}:{name.number}",
            units=part.quantity,
            before=before,
            number=question.number,
            at=await self._inbox.now(),
        )
        mine = {
            SENT + str(part.number): correlation,
            UNDER_WAY + name.order_id: correlation,
            ORDER + name.order_id: None,
        }
        await self._memory.write({**notes, **mine, CALL + correlation: call.model_dump(mode="json")})
        return correlation, call

    async def was_taken(self, correlation: str, call: Call) -> None:
        """Fruugo has acknowledged it."""
        await self._keep(correlation, call.model_copy(update={"taken": True}))

    async def never_left(self, correlation: str, part: Part, order_id: str) -> None:
        """It certainly did nothing."""
        names = (CALL + correlation, SENT + str(part.number), UNDER_WAY + order_id, QUESTION + correlation)
        await self._memory.write(dict.fromkeys(names))

    async def of(self, part: Part) -> tuple[str, Call] | None:
        """The last call by which this decision was told. None: none has left."""
        name = SENT + str(part.number)
        correlation = (await self._memory.read(name)).get(name)
        call = await self._call(correlation) if correlation else None
        return (correlation, call) if correlation and call else None

    async def answered(self, callback: answers.Callback, question: Question, at: datetime) -> None:
        """Fruugo says what has become of one. Counters decide; its words do where it shows none."""
        correlation = callback.correlation_id.lower()
        call = await self._call(correlation)
        if call is not None:
            end, words = await self._end(callback, question, call, at)
            await self._keep(correlation, call.model_copy(update={"end": end, "words": words}))
        await self._memory.write({QUESTION + correlation: None})

    async def _end(self, callback: answers.Callback, question: Question, call: Call, at: datetime) -> tuple[End, str]:
        name = Ref.of(call.ref)
        try:
            rows = callback.rows()
            for raw in map(answers.raw, rows):
                if name is None or raw.order_id != name.order_id or not raw.lines:
                    continue
                ledgers = await self._books.seen([view(raw)], at, question.number)
                batch = ledgers[name.note].batch(name.number) if name.note in ledgers else None
                if batch is not None and batch.refunded >= call.before + call.units:
                    return End.DONE, ""
                return End.DOUBTFUL, "Fruugo took the return, but shows fewer units as returned than it was told."
            if name is not None and (said := answers.refusal(rows, name.order_id)):
                await self._taken_back(name)
                return End.REFUSED, self._door.redacted(said)[:WORDS]
            why = "it does not show the order"
        except Garbled as flaw:
            why = str(flaw)
        return End.DOUBTFUL, f"Fruugo's callback to the return cannot be read: {why}."

    async def _taken_back(self, name: Ref) -> None:
        ledger = (await self._books.of_order(name.order_id)).get(name.key)
        if ledger is not None:
            await self._books.keep({name.note: ledger.telling(name.number, 0)})

    async def receipt(self, correlation: str) -> Receipt:
        """How far a call is."""
        call = await self._call(correlation)
        if call is None:
            return Receipt(ReceiptState.LOST, correlation, "Nothing is remembered of this call.")
        match call.end:
            case End.DONE:
                return Receipt(ReceiptState.DONE, correlation)
            case End.REFUSED:
                return Receipt(ReceiptState.REFUSED, correlation, call.words)
            case End.DOUBTFUL:
                return Receipt(ReceiptState.LOST, correlation, call.words)
        if within(self._config.patience, call.at, await self._inbox.now()):
            return Receipt(ReceiptState.PENDING, correlation)
        return Receipt(ReceiptState.LOST, correlation, f"Fruugo has not answered the return of {at_time(call.at)}.")

    async def _call(self, correlation: str) -> Call | None:
        name = CALL + correlation
        note = (await self._memory.read(name)).get(name)
        return Call.model_validate(note) if note else None

    async def _keep(self, correlation: str, call: Call) -> None:
        await self._memory.write({CALL + correlation: call.model_dump(mode="json")})
