"""The hub in processes that can be killed: a warmed parent that forks one child for each job.

Started by `crash.hub`. It reads one JSON document a line from its standard input and answers the same way: `{"id",
"job", "home", "name", "arguments"}` forks a child, `{"kill": id}` kills it, and when a child ends, however that comes,
`{"id", "ended", "answer", "error"}` is told. Only children that it has made itself are ever killed.
"""

import asyncio
import gc
import json
import os
import random
import selectors
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any


@dataclass
class Child:
    """A running job."""

    job: int
    pid: int
    pipe: int
    said: bytearray = field(default_factory=bytearray)


class Mortal:
    """Dies by SIGKILL after so many steps of the engine: before or after a statement of the database, before a call
    leaves or after its answer has come."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def step(self) -> None:
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def bind(self) -> None:
        from django.db.backends.signals import connection_created

        from retour.connectors.transport import Transport

        send = Transport.send

        async def mortal_send(*args: Any, **kwargs: Any) -> Any:
            self.step()
            outcome = await send(*args, **kwargs)
            self.step()
            return outcome

        def mortal_statement(execute: Any, *args: Any) -> Any:
            self.step()
            return execute(*args)

        def connected(connection: Any, **_: Any) -> None:
            connection.execute_wrappers.append(mortal_statement)

        Transport.send = mortal_send  # type: ignore[method-assign]
        connection_created.connect(connected, weak=False)


def warm() -> dict[str, Callable[..., Any]]:
    """Everything is imported, and the jobs are known."""
    import logging

    import django
    import stamina
    import structlog

    django.setup()
    from retour.connectors import registry
    from tests.sync.crash import jobs

    stamina.set_testing(True, attempts=3)  # repeats reads without waiting
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    jobs.lift_limits()
    registry.marketplaces(), registry.shops()
    gc.collect()
    gc.freeze()
    return jobs.JOBS


def settle_in(home: Path, name: str) -> None:
    """This child's hub lives in that home and uses that database."""
    from django.conf import settings
    from django.db import connections

    settings.HOME = home
    connections.settings["default"]["NAME"] = name


def run(request: dict[str, Any], jobs: dict[str, Callable[..., Any]], pipe: int) -> None:
    """The child's life."""
    answer: dict[str, Any]
    try:
        random.seed(request["id"])
        settle_in(Path(request["home"]), request["name"])
        arguments = dict(request["arguments"])
        if steps := arguments.pop("steps", None):
            Mortal(steps).bind()
        done = jobs[request["job"]](**arguments)
        answer = {"answer": asyncio.run(done) if asyncio.iscoroutine(done) else done, "error": None}
    except BaseException:
        answer = {"answer": None, "error": traceback.format_exc()}
    with os.fdopen(pipe, "w") as out:
        json.dump(answer, out, default=str)
    os._exit(0)


class Driver:
    """Forks, kills, and tells how it ended."""

    def __init__(self, out: IO[str], jobs: dict[str, Callable[..., Any]]) -> None:
        self._out = out
        self._jobs = jobs
        self._children: dict[int, Child] = {}
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Until the standard input ends."""
        self._selector.register(0, selectors.EVENT_READ, None)
        rest = b""
        while True:
            for key, _ in self._selector.select():
                if key.data is not None:
                    self._hear(key.data)
                    continue
                read = os.read(0, 65536)
                if not read:
                    return
                *lines, rest = (rest + read).split(b"\n")
                for line in lines:
                    self._do(json.loads(line))

    def end(self) -> None:
        for child in self._children.values():
            os.kill(child.pid, signal.SIGKILL)

    def _do(self, request: dict[str, Any]) -> None:
        if "kill" in request:
            child = self._children.get(request["kill"])
            if child is not None:
                os.kill(child.pid, signal.SIGKILL)
            return
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            run(request, self._jobs, writing)
        os.close(writing)
        child = self._children[request["id"]] = Child(request["id"], pid, reading)
        self._selector.register(reading, selectors.EVENT_READ, child)

    def _hear(self, child: Child) -> None:
        said = os.read(child.pipe, 65536)
        if said:
            child.said += said
            return
        self._selector.unregister(child.pipe)
        os.close(child.pipe)
        _, status = os.waitpid(child.pid, 0)
        del self._children[child.job]
        told = json.loads(child.said) if child.said else {"answer": None, "error": None}
        self._out.write(json.dumps({"id": child.job, "ended": status, **told}) + "\n")
        self._out.flush()


if __name__ == "__main__":
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever anybody prints must not disturb the protocol
    driver = Driver(out, warm())
    out.write("{}\n")
    out.flush()
    try:
        driver.serve()
    finally:
        driver.end()
        sys.stdout.flush()
