"""What Fruugo was asked on v3 and has not answered yet (contract fruugo 4).

Each question has a random id, which only Fruugo is told, and a number: answers may overtake each other, come twice or
not at all. It is noted before it leaves, so that its answer finds it whatever happens here meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from retour.connectors.auth import Fixed
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Transient, Unavailable
from retour.connectors.http import Answer, Door
from retour.connectors.marketplaces.fruugo import answers
from retour.connectors.marketplaces.fruugo.config import FruugoConfig
from retour.connectors.marketplaces.fruugo.downloads import API
from retour.connectors.marketplaces.fruugo.wire import Raw
from retour.connectors.shapes import Garbled

FRESH, FRESH_TO_PAY = timedelta(minutes=5), timedelta(minutes=2)
"""How long an order's answer counts as how it stands, and how long before a refund."""
A_MOMENT, SOON = timedelta(seconds=10), timedelta(minutes=2)
"""An answer is waited for before anything else goes on only so long."""
A_MINUTE = timedelta(minutes=1)
"""A decision looks for its answer so often after that: seldomer, it would find each one too old, without an end."""
A_DAY = timedelta(days=1)

NUMBER = "asked"
QUESTION, ORDER = "question/", "order/"


class Kind(StrEnum):
    WALK = "walk"
    ORDER = "order"
    RETURN = "return"


class Question(BaseModel):
    """`about`: the order, where it is about one."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    number: int
    about: str = ""


class Asked(BaseModel):
    """An order that was asked for. `keys`: the decisions for which that was done."""

    model_config = ConfigDict(frozen=True)

    correlation: str
    number: int
    at: datetime
    keys: tuple[str, ...] = ()
    silent_since: datetime | None = None
    """When the first question left, where those before this one were never answered."""
    answered_at: datetime | None = None
    shown: Any = Field(default=None, repr=False)
    """The order's row; None: Fruugo does not know it."""
    flaw: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """An order as an answer shows it; None: Fruugo does not know it."""

    raw: Raw | None
    at: datetime
    number: int


class Questions:
    """Asks, and keeps what it asked. Callers take turns."""

    def __init__(self, config: FruugoConfig, door: Door, auth: Fixed) -> None:
        self._config, self._door, self._auth = config, door, auth
        self._memory, self._inbox = door.memory, door.inbox

    async def new(self, kind: Kind, about: str = "") -> tuple[str, Question, Mapping[str, Any]]:
        """A question's id, itself, and the notes that are to be kept before it leaves."""
        number = (await self._memory.read(NUMBER)).get(NUMBER, 0) + 1
        question, correlation = Question(kind=kind, number=number, about=about), new_id()
        return correlation, question, {NUMBER: number, QUESTION + correlation: question.model_dump(mode="json")}

    async def of(self, correlation: str) -> Question | None:
        """The question that is answered by this. None: nobody asked it, or it was answered before."""
        name = QUESTION + correlation.lower()
        note = (await self._memory.read(name)).get(name)
        return Question.model_validate(note) if note else None

    async def ask(self, correlation: str, since: datetime, until: datetime | None = None, order_id: str = "") -> None:
        """Asks for orders. Raises as a read does; then nothing was asked."""
        filters = {"dateFrom": _moment(since)}
        filters |= {"dateTo": _moment(until)} if until else {}
        filters |= {"orderId": order_id} if order_id else {}
        in_body = self._config.v3_filters == "body"
        answer = await self._door.read(
            "POST",
            f"{self._config.v3_url}/orders",
            group=API,
            auth=self._auth,
            headers={"X-Correlation-ID": correlation},
            params=None if in_body else filters,
            json=filters if in_body else None,
        )
        if not acknowledges(answer, correlation):
            raise Transient("Fruugo's answer is not what acknowledges a question.", request_id=answer.request_id)

    async def tell(self, correlation: str, request: Mapping[str, Any]) -> None:
        """Tells a return. Raises as a write does."""
        answer = await self._door.write(
            "POST",
            f"{self._config.v3_url}/orders/return",
            group=API,
            auth=self._auth,
            headers={"X-Correlation-ID": correlation},
            json=request,
        )
        if not acknowledges(answer, correlation):
            raise OutcomeUnknown(
                "Fruugo answered the return, but not so that it acknowledges it.", request_id=answer.request_id
            )

    async def order(self, order_id: str, since: datetime, key: str) -> Shown:
        """An order that was released since then, as it stands. With a `key`, what it shows was asked for this decision:
        nothing older tells whether somebody has refunded it meanwhile.

        Raises Transient, after asking for it, as long as there is no answer."""
        now, name = await self._inbox.now(), ORDER + order_id
        note = (await self._memory.read(name)).get(name)
        asked = Asked.model_validate(note) if note else None
        meant = asked is not None and (not key or key in asked.keys)
        if asked and meant and asked.answered_at and within(FRESH_TO_PAY if key else FRESH, asked.answered_at, now):
            in_time = asked.answered_at - asked.at <= self._config.patience
            if in_time or not key:
                return await self._shown(order_id, asked, asked.answered_at)
        waits = asked is not None and not asked.answered_at and within(self._config.patience, asked.at, now)
        if not (asked and meant and waits):
            asked = await self._asked(order_id, since, key, now, asked, waits=waits)
        if asked.silent_since:
            raise Transient(silence(asked.silent_since))
        raise waiting("Fruugo was asked how this order stands, and answers later", asked.at, now, to_pay=bool(key))

    async def _asked(
        self, order_id: str, since: datetime, key: str, now: datetime, before: Asked | None, *, waits: bool
    ) -> Asked:
        """Asks for an order. It is asked for those, too, for whom it was asked a moment ago: two decisions of one order
        would otherwise take each other's answer away, without an end."""
        keys, silent_since = [key] if key else [], None
        if before and (waits or (before.answered_at and within(FRESH, before.answered_at, now))):
            keys, silent_since = list(dict.fromkeys([*before.keys, *keys])), before.silent_since
        elif before and not before.answered_at:
            silent_since = before.silent_since or before.at
        correlation, question, notes = await self.new(Kind.ORDER, order_id)
        asked = Asked(
            correlation=correlation, number=question.number, at=now, keys=tuple(keys), silent_since=silent_since
        )
        name = ORDER + order_id
        forgotten = {QUESTION + before.correlation: None} if before else {}
        await self._memory.write({**notes, **forgotten, name: asked.model_dump(mode="json")})
        try:
            await self.ask(correlation, since, order_id=order_id)
        except ConnectorError:
            await self._memory.write({QUESTION + correlation: None, name: None})
            raise
        return asked

    async def _shown(self, order_id: str, asked: Asked, at: datetime) -> Shown:
        if asked.flaw:
            await self._memory.write({ORDER + order_id: None})
            raise Transient(f"Fruugo's order cannot be read: {asked.flaw}.")
        return Shown(None if asked.shown is None else answers.raw(asked.shown), at, asked.number)

    async def answered(self, callback: answers.Callback, question: Question, at: datetime) -> None:
        """Keeps what an order's answer shows of that order; what it says of others is nobody's question."""
        name, shown, flaw = ORDER + question.about, None, None
        done: dict[str, Any] = {QUESTION + callback.correlation_id.lower(): None}
        note = (await self._memory.read(name)).get(name)
        asked = Asked.model_validate(note) if note else None
        if asked and asked.number == question.number:
            try:
                rows = callback.rows()
                shown = next((row for row in rows if answers.raw(row).order_id == question.about), None)
                flaw = "the answer shows something else" if rows and shown is None else None
            except Garbled as why:
                flaw = str(why)
            known = asked.model_copy(update={"answered_at": at, "shown": shown, "flaw": flaw, "silent_since": None})
            done[name] = known.model_dump(mode="json")
        await self._memory.write(done)

    async def tidy(self, now: datetime) -> None:
        """Forgets what orders looked like a while ago, and what nobody has come back for."""
        notes = {name: Asked.model_validate(note) for name, note in (await self._memory.begins(ORDER)).items()}
        old = {name: one for name, one in notes.items() if not within(A_DAY, one.at, now)}
        old |= {name: one for name, one in notes.items() if one.answered_at and not within(FRESH, one.answered_at, now)}
        await self._memory.write(dict.fromkeys([*old, *(QUESTION + one.correlation for one in old.values())]))


def new_id() -> str:
    """That nobody can guess; Fruugo wants a UUID (4)."""
    return str(uuid4())


def within(span: timedelta, since: datetime, now: datetime) -> bool:
    """Whether it is no longer ago than that. What lies ahead is as long ago as can be: the clock was put right."""
    return timedelta() <= now - since <= span


def waiting(what: str, since: datetime, now: datetime, *, to_pay: bool) -> Transient:
    """For what cannot go on before an answer has come. At first all waits with it; then only what needs it."""
    if within(SOON, since, now):
        return Unavailable(f"{what}.", retry_after=A_MOMENT)
    if to_pay:
        return Unavailable(f"{what}; it was asked at {at_time(since)}.", retry_after=A_MINUTE)
    return Transient(f"{what}; it was asked at {at_time(since)}.")


def silence(since: datetime) -> str:
    """What a merchant is told when no answer comes."""
    return (
        f"No callback from Fruugo since {at_time(since)}. Is the address that `retour hooks` shows registered there,"
        " and can it be reached from outside? If Fruugo only takes its time, callback_minutes can be more."
    )


def at_time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def acknowledges(answer: Answer, correlation: str) -> bool:
    """Whether this is Fruugo's word that it has taken a request: what stands in it is not documented, but a page for
    people or another request's id is none."""
    named = answer.headers.get("X-Correlation-ID", correlation)
    return named.lower() == correlation and not answer.body.lstrip().startswith(b"<")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
