"""Asynchronous processes: accepted now, run when the platform's clock comes to it (contract 3.5)."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import Field

from retour.sandbox.agenda import Agenda
from retour.sandbox.bol.switches import BolSwitches
from retour.sandbox.commands import Command

EventType = Literal["HANDLE_RETURN_ITEM", "CREATE_RETURN_ITEM"]


class Planned(Command):
    """What the test wants of one of the next processes."""

    outcome: Literal["NORMAL", "FAILURE", "TIMEOUT", "LOST"] = "NORMAL"
    message: str = "The request could not be processed."
    delay: float | None = Field(default=None, ge=0, description="seconds; null for `process_seconds`")
    applied: bool | None = Field(default=None, description="does it take effect all the same; null: only when LOST")

    @property
    def takes_effect(self) -> bool:
        return self.outcome in ("NORMAL", "LOST") if self.applied is None else self.applied


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a process's work."""

    error: str | None = None
    entity_id: str | None = None


Work = Callable[["Process", datetime], Outcome]


@dataclass(slots=True, eq=False)
class Process:
    process_status_id: str
    event_type: EventType
    entity_id: str | None
    description: str
    created_at: datetime
    status: Literal["PENDING", "SUCCESS", "FAILURE", "TIMEOUT"] = "PENDING"
    error: str | None = None
    ended_at: datetime | None = None


class Processes:
    """One seller's processes."""

    def __init__(self, agenda: Agenda, switches: BolSwitches, chance: random.Random) -> None:
        self._agenda = agenda
        self._switches = switches
        self._chance = chance
        self._by_id: dict[str, Process] = {}
        self._by_entity: dict[tuple[str, str], list[Process]] = {}
        self.planned: deque[Planned] = deque()

    def begin(
        self, event_type: EventType, entity_id: str | None, description: str, now: datetime, work: Work
    ) -> Process:
        """Accepts work: PENDING now; the work runs after `process_seconds`, or as was planned for it."""
        plan = self.planned.popleft() if self.planned else Planned()
        process = Process(self._new_id(now), event_type, entity_id, description, now)
        if plan.outcome != "LOST":
            self._by_id[process.process_status_id] = process
            self._index(process)
        delay = self._switches.process_seconds if plan.delay is None else plan.delay
        self._agenda.add(now + timedelta(seconds=delay), lambda at: self._run(process, work, plan, at))
        return process

    def find(self, process_status_id: str, now: datetime) -> Process | None:
        process = self._by_id.get(process_status_id)
        return process if process and self._retained(process, now) else None

    def of_entity(self, event_type: str, entity_id: str, now: datetime) -> list[Process]:
        """Newest first."""
        processes = self._by_entity.get((event_type, entity_id), [])
        return [process for process in reversed(processes) if self._retained(process, now)]

    def _run(self, process: Process, work: Work, plan: Planned, at: datetime) -> None:
        outcome = work(process, at) if plan.takes_effect else Outcome()
        process.ended_at = at
        if plan.outcome == "TIMEOUT":
            process.status = "TIMEOUT"
        elif plan.outcome == "FAILURE" or outcome.error is not None:
            process.status = "FAILURE"
            process.error = plan.message if plan.outcome == "FAILURE" else outcome.error
        else:
            process.status = "SUCCESS"
            if process.entity_id is None and outcome.entity_id is not None:
                process.entity_id = outcome.entity_id
                if plan.outcome != "LOST":
                    self._index(process)

    def _index(self, process: Process) -> None:
        if process.entity_id is not None:
            self._by_entity.setdefault((process.event_type, process.entity_id), []).append(process)

    def _retained(self, process: Process, now: datetime) -> bool:
        kept = timedelta(hours=self._switches.process_retention_hours)
        return process.ended_at is None or now - process.ended_at <= kept

    def _new_id(self, now: datetime) -> str:
        """Like a UUID version 7: the time in milliseconds, then chance."""
        milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
        bits = milliseconds << 80 | 7 << 76 | self._chance.getrandbits(12) << 64
        return str(UUID(int=bits | 2 << 62 | self._chance.getrandbits(62)))
