"""Reports and feeds alike: queued, in progress, ended, as the platform's clock says (contract 3, 6.1)."""

import base64
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from retour.sandbox.agenda import Agenda
from retour.sandbox.amazon.gate import iso, moment_of
from retour.sandbox.amazon.problems import Invalid
from retour.sandbox.commands import Command

Status = Literal["IN_QUEUE", "IN_PROGRESS", "DONE", "CANCELLED", "FATAL"]
STATUSES = ("CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE")
KEPT = timedelta(days=90)
KEPT_JOBS = 1000


class Planned(Command):
    """What the test wants of one of the next reports or feeds."""

    outcome: Literal["NORMAL", "FATAL", "FATAL_WITHOUT_DOCUMENT", "CANCELLED", "STUCK"] = "NORMAL"
    applied: bool = Field(default=False, description="a feed that ends FATAL or sticks takes effect all the same")
    delay: float | None = Field(default=None, ge=0, description="seconds in progress; null for the switch's")


@dataclass(slots=True, eq=False)
class Job:
    job_id: str
    job_type: str
    marketplace_ids: tuple[str, ...]
    created_at: datetime
    data_start: datetime | None = None
    data_end: datetime | None = None
    status: Status = "IN_QUEUE"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    document_id: str | None = None

    def end(self, status: Status, at: datetime, document_id: str | None = None) -> None:
        self.status, self.ended_at, self.document_id = status, at, document_id

    def as_json(self, noun: Literal["report", "feed"]) -> dict[str, Any]:
        """Times and document that are not there yet are left out."""
        document = "reportDocumentId" if noun == "report" else "resultFeedDocumentId"
        moments = {
            "dataStartTime": self.data_start,
            "dataEndTime": self.data_end,
            "createdTime": self.created_at,
            "processingStartTime": self.started_at,
            "processingEndTime": self.ended_at,
        }
        return {
            f"{noun}Id": self.job_id,
            f"{noun}Type": self.job_type,
            "marketplaceIds": list(self.marketplace_ids),
            "processingStatus": self.status,
            **{name: iso(moment) for name, moment in moments.items() if moment},
            **({document: self.document_id} if self.document_id else {}),
        }


class Jobs:
    """One kind of work of all sellers."""

    def __init__(self, noun: Literal["report", "feed"], agenda: Agenda, now: Callable[[], datetime]) -> None:
        self._noun = noun
        self._agenda = agenda
        self._now = now
        self._of: dict[str, dict[str, Job]] = {}
        self._planned: dict[str, deque[Planned]] = {}

    def plan(self, seller_id: str, plans: list[Planned]) -> None:
        self._planned.setdefault(seller_id, deque()).extend(plans)

    def next_plan(self, seller_id: str) -> Planned:
        planned = self._planned.get(seller_id)
        return planned.popleft() if planned else Planned()

    def begin(
        self,
        seller_id: str,
        job: Job,
        plan: Planned,
        seconds: tuple[float, float],
        finish: Callable[[datetime], None],
    ) -> None:
        """`seconds` are those in the queue and in progress; `finish` gives the job its end."""
        jobs = self._of.setdefault(seller_id, {})
        jobs[job.job_id] = job
        while len(jobs) > KEPT_JOBS:
            jobs.pop(next(iter(jobs)))

        def start(at: datetime) -> None:
            if job.status != "IN_QUEUE":
                return
            if plan.outcome == "CANCELLED":
                job.end("CANCELLED", at)
                return
            job.status, job.started_at = "IN_PROGRESS", at
            self._agenda.add(at + timedelta(seconds=seconds[1] if plan.delay is None else plan.delay), finish)

        self._agenda.add(job.created_at + timedelta(seconds=seconds[0]), start)

    def find(self, seller_id: str, job_id: str) -> Job | None:
        job = self._of.get(seller_id, {}).get(job_id)
        return job if job and self._now() - job.created_at <= KEPT else None

    def last(self, seller_id: str, job_type: str, marketplace_ids: tuple[str, ...]) -> Job | None:
        """The newest of this type and these marketplaces."""
        for job in reversed(self._of.get(seller_id, {}).values()):
            if job.job_type == job_type and set(job.marketplace_ids) == set(marketplace_ids):
                return job
        return None

    def listed(self, seller_id: str, query: Mapping[str, str]) -> dict[str, Any]:
        """A page of `getReports` or `getFeeds`, newest first; `nextToken` goes alone."""
        noun = self._noun
        asked = dict(query)
        offset = 0
        if "nextToken" in asked:
            if len(asked) > 1:
                raise Invalid("nextToken cannot be combined with other parameters.")
            asked, offset = _opened(asked["nextToken"])
        types = _values(asked, f"{noun}Types")
        if not 1 <= len(types) <= 10 or len(_values(asked, "marketplaceIds")) > 10:
            raise Invalid(f"{noun}Types must hold 1 to 10 types, marketplaceIds at most 10 ids.")
        statuses = _values(asked, "processingStatuses") or STATUSES
        if not set(statuses) <= set(STATUSES):
            raise Invalid("processingStatuses holds an unknown status.")
        size = asked.get("pageSize", "10")
        if not size.isdecimal() or not 1 <= int(size) <= 100:
            raise Invalid("pageSize must be 1 to 100.")
        now = self._now()
        since = moment_of(asked.get("createdSince"), "createdSince") or now - KEPT
        until = moment_of(asked.get("createdUntil"), "createdUntil") or now
        markets = set(_values(asked, "marketplaceIds"))
        found = [
            job
            for job in reversed(self._of.get(seller_id, {}).values())
            if job.job_type in types
            and job.status in statuses
            and max(since, now - KEPT) <= job.created_at <= until
            and (not markets or markets & set(job.marketplace_ids))
        ]
        page = found[offset : offset + int(size)]
        body: dict[str, Any] = {f"{noun}s": [job.as_json(noun) for job in page]}
        if len(found) > offset + len(page):
            body["nextToken"] = _token(asked, offset + len(page))
        return body


def _values(query: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(value for value in query.get(name, "").split(",") if value)


def _token(query: Mapping[str, str], offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([query, offset]).encode()).decode()


def _opened(token: str) -> tuple[dict[str, str], int]:
    try:
        query, offset = json.loads(base64.urlsafe_b64decode(token))
        return dict(query), int(offset)
    except (ValueError, TypeError):
        raise Invalid("nextToken is invalid.") from None
