"""All orders that are watched, asked for on v3 slice by slice; their answers come one by one (contract fruugo 4)."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from retour.connectors.errors import ConnectorError, Transient
from retour.connectors.http import Door
from retour.connectors.marketplaces.fruugo.account import DEEP
from retour.connectors.marketplaces.fruugo.config import FruugoConfig
from retour.connectors.marketplaces.fruugo.downloads import slices
from retour.connectors.marketplaces.fruugo.questions import QUESTION, Kind, Questions, at_time, silence, within

NOTE = "walk"

NOT_SOONER = timedelta(minutes=4)
"""An arrival makes the hub look, and what it finds then is no reason to ask for everything anew."""
SOONEST, LATEST = timedelta(seconds=15), timedelta(minutes=5)
"""Until it is looked whether an answer has come, should its arrival wake nobody."""


class Walk(BaseModel):
    """`open`: the ids of the questions that are not answered yet, of so many `asked`. Until it is `whole`, there are
    more to ask; whoever asked them may have died."""

    model_config = ConfigDict(frozen=True)

    start: datetime
    at: datetime
    open: tuple[str, ...] = ()
    asked: int = 0
    whole: bool = False
    silent_since: datetime | None = None
    """When the first question left, where those before these were never answered; `partly`: where some were."""
    partly: bool = False
    deep_next: bool = False

    def silence(self, since: datetime) -> str:
        """What a merchant is told when no answer comes, or only some do."""
        if not self.partly:
            return silence(since)
        return (
            f"Fruugo has answered only a part of what it was asked at {at_time(since)}. An answer of more than 8 MB is"
            " not taken: make slice_days smaller. If Fruugo only takes its time, callback_minutes can be more."
        )


class Walks:
    """Callers take turns."""

    def __init__(self, config: FruugoConfig, door: Door, questions: Questions) -> None:
        self._config, self._questions = config, questions
        self._memory, self._inbox = door.memory, door.inbox

    async def last(self) -> Walk | None:
        note = (await self._memory.read(NOTE)).get(NOTE)
        return Walk.model_validate(note) if note else None

    async def answered(self, correlation: str) -> Walk | None:
        """A slice is taken in. The walk, where that was its last one."""
        walk = await self.last()
        done: dict[str, Any] = {QUESTION + correlation: None}
        if walk is not None and correlation in walk.open:
            left = tuple(one for one in walk.open if one != correlation)
            silent_since = walk.silent_since if left else None
            walk = walk.model_copy(update={"open": left, "silent_since": silent_since})
            done[NOTE] = walk.model_dump(mode="json")
        await self._memory.write(done)
        return walk if walk is not None and walk.whole and not walk.open else None

    async def go_on(self, *, deep: bool) -> timedelta | None:
        """Asks for everything when that is due. After what time to look for answers; None: there are none to come.
        Raises Transient where none has come for too long."""
        now, walk = await self._inbox.now(), await self.last()
        if walk is None or not walk.whole:
            walk = await self._begin(now, walk, deep=deep)
        elif not within(self._config.patience if walk.open else NOT_SOONER, walk.at, now):
            walk = await self._begin(now, walk, deep=deep or walk.deep_next)
        elif deep and not walk.deep_next:
            walk = walk.model_copy(update={"deep_next": True})
            await self._memory.write({NOTE: walk.model_dump(mode="json")})
        if walk.silent_since:
            raise Transient(walk.silence(walk.silent_since))
        return min(max(now - walk.at, SOONEST), LATEST) if walk.open else None

    async def _begin(self, now: datetime, before: Walk | None, *, deep: bool) -> Walk:
        await self._questions.tidy(now)
        start = now - timedelta(days=self._config.window_days * (DEEP if deep else 1))
        walk, forgotten = Walk(start=start, at=now), dict[str, Any]()
        if before is not None and before.open:
            if before.whole:
                since, partly = before.silent_since or before.at, len(before.open) < before.asked
                walk = walk.model_copy(update={"silent_since": since, "partly": partly})
            forgotten = dict.fromkeys(QUESTION + one for one in before.open)
        try:
            for begin, end in slices(start, now, timedelta(days=self._config.slice_days)):
                correlation, _, notes = await self._questions.new(Kind.WALK)
                walk = walk.model_copy(update={"open": (*walk.open, correlation), "asked": walk.asked + 1})
                await self._memory.write({**notes, **forgotten, NOTE: walk.model_dump(mode="json")})
                forgotten = {}
                await self._questions.ask(correlation, begin, end)
        except ConnectorError:
            # A walk that was only half asked for is none: it is begun again.
            lost = dict.fromkeys(QUESTION + one for one in walk.open)
            await self._memory.write({**lost, NOTE: before.model_dump(mode="json") if before else None})
            raise
        walk = walk.model_copy(update={"whole": True})
        await self._memory.write({NOTE: walk.model_dump(mode="json")})
        return walk
