"""The test's end of the driver: starts jobs, kills them, and waits for how they end."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[3]


class JobFailed(AssertionError):
    """A job of the hub raised; the message is its traceback."""


@dataclass
class Job:
    """A child at work. `ended` holds its answer; None when it was killed."""

    id: int
    ended: "asyncio.Future[Any]"


class Hubs:
    """A driver process. Use as an async context manager."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log
        self._ids = count(1)
        self._jobs: dict[int, Job] = {}

    async def __aenter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process: Process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.sync.crash.driver",
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "retour.project.settings", **self._environment},
                limit=16 * 1024 * 1024,
            )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), 20)
        await self._reader

    def start(self, home: Path, name: str, job: str, **arguments: Any) -> Job:
        """A child that does this."""
        started = Job(next(self._ids), asyncio.get_running_loop().create_future())
        self._jobs[started.id] = started
        self._say({"id": started.id, "job": job, "home": str(home), "name": name, "arguments": arguments})
        return started

    async def kill(self, job: Job) -> None:
        """SIGKILL, and gone."""
        self._say({"kill": job.id})
        await asyncio.wait([job.ended], timeout=20)
        assert job.ended.done(), "a killed child did not end"

    def _say(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            if not told:
                continue
            future = self._jobs.pop(told["id"]).ended
            if told["error"]:
                future.set_exception(JobFailed(told["error"]))
            else:
                future.set_result(told["answer"])
        for job in self._jobs.values():
            job.ended.set_exception(JobFailed(self._log.read_text()[-4000:] or "the driver ended"))


@dataclass(frozen=True)
class Hub:
    """One hub, with a home and a database of its own."""

    hubs: Hubs
    home: Path
    name: str

    def start(self, job: str, **arguments: Any) -> Job:
        return self.hubs.start(self.home, self.name, job, **arguments)

    async def kill(self, job: Job) -> None:
        await self.hubs.kill(job)

    async def call(self, job: str, **arguments: Any) -> Any:
        """Does it to its end."""
        started = self.start(job, **arguments)
        await asyncio.wait([started.ended], timeout=90)
        assert started.ended.done(), f"the job {job} did not come to its end"
        return started.ended.result()
