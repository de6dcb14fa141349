"""The demo's hub: the real commands, each a process of its own, in a home of its own."""

import asyncio
import ctypes
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import aiohttp

from retour.demo.endings import Broken
from retour.demo.folder import Folder, write_private
from retour.demo.ports import HOST

COMES_UP, ENDS = 60.0, 8.0
"""Seconds."""
_GIVE_UP_AFTER = 3
"""Ends in a row, each before the pages answered."""
_DIES_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _end_with_the_demo() -> None:
    """A demo that is killed leaves no hub behind. Linux only; elsewhere the hub would go on."""
    if _LIBC is not None:
        _LIBC.prctl(_DIES_WITH_PARENT, signal.SIGTERM)


@dataclass(slots=True)
class Hub:
    """The hub of a demo."""

    folder: Folder
    port: int
    session: aiohttp.ClientSession
    _process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    @property
    def number(self) -> int | None:
        """Its process."""
        return self._process.pid if self._process else None

    async def init(self, email: str, password: str) -> None:
        await self._run("init", "--email", email, RETOUR_ADMIN_PASSWORD=password)

    async def apply(self) -> None:
        await self._run("apply", str(self.folder.settings))

    async def report(self, connection: str, order: str, lines: tuple[str, ...]) -> bool:
        """The merchant reports units that came back unannounced, and accepts them. False: the hub could not."""
        units = [word for line in lines for word in ("--unit", line)]
        try:
            await self._run("returns", "report", connection, order, *units, "--resolution", "accept")
        except Broken:
            return False
        return True

    async def new_token(self, company: str, name: str) -> str:
        """Lets a system of the company in at the compatible API."""
        made = json.loads(await self._run("tokens", "new", company, "--name", name, "--json"))
        return str(made["token"])

    async def apis(self) -> dict[str, str]:
        """Where the compatible API of each project is, by its key."""
        known = json.loads(await self._run("tokens", "list", "--json"))
        return {project["project"]: self.url.rstrip("/") + project["path"] for project in known["projects"]}

    async def take_in(self, project: str, numbers: Mapping[str, str]) -> None:
        """Takes in a shop's list of orders: the marketplace's number, and the shop's."""
        rows = "".join(f"{order},{number}\n" for order, number in numbers.items())
        write_private(self.folder.orders, f"marketplace_order,shop_order\n{rows}")
        await self._run("orders", "import", str(self.folder.orders), "--project", project)

    async def serve(self, up: Callable[[], None], down: Callable[[int], None]) -> None:
        """Serves until cancelled: starts the hub, says when it is up, and starts it again when it ends by itself.

        Raises Broken when it does not come up."""
        failures = 0
        try:
            while True:
                process = self._process = await self._start()
                if await self._comes_up(process):
                    failures = 0
                    up()
                else:
                    failures += 1
                    if failures == _GIVE_UP_AFTER:
                        raise Broken(
                            f"The hub does not come up; the end of {self.folder.log} says:\n{self._last_words()}"
                        )
                down(await process.wait())
                await asyncio.sleep(1)
        finally:
            await self._stop()

    def kill(self) -> None:
        """Ends the hub at once."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _start(self) -> Process:
        self.folder.log.touch(mode=0o600)
        with self.folder.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *_COMMAND,
                "serve",
                "--host",
                HOST,
                "--port",
                str(self.port),
                env=self._environment(),
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is the demo's: it stops the hub while the platforms still answer
                preexec_fn=_end_with_the_demo,
            )

    async def _comes_up(self, process: Process) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(COMES_UP):
                while process.returncode is None:
                    if await self._answers():
                        return True
                    await asyncio.sleep(0.1)
        self.kill()
        return False

    async def _answers(self) -> bool:
        try:
            async with self.session.get(f"{self.url}health") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def _run(self, *words: str, **environment: str) -> str:
        """What a command said. Raises Broken."""
        process = await asyncio.create_subprocess_exec(
            *_COMMAND,
            *words,
            env={**self._environment(), **environment},
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_the_demo,
        )
        try:
            said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise Broken(f"`retour {words[0]}` failed:\n{said.decode(errors='replace').rstrip()}")
        return said.decode(errors="replace")

    def _environment(self) -> dict[str, str]:
        """Nothing of another hub: neither its home nor its database."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RETOUR_", "DJANGO_"))}
        return {**kept, "RETOUR_HOME": str(self.folder.hub.resolve())}

    def _last_words(self) -> str:
        return "\n".join(self.folder.log.read_text(errors="replace").splitlines()[-15:])

    async def _stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(ENDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


# Isolated from the current folder: a file named retour.py there must not be taken for the hub.
_COMMAND = (sys.executable, "-P", "-m", "retour.cli")
