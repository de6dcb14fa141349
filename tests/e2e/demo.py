"""A demo as a process of its own, and what the tests ask of it and of its simulators."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


def ask(url: str, body: object = None) -> Any:
    """One call of a control route: GET, or POST of JSON."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("GET" if body is None else "POST", parts.path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status < 400, (url, answer.status, content)
        return json.loads(content)
    finally:
        connection.close()


def until(look: Callable[[], T], why: str, seconds: float = 45) -> T:
    """The first value that is not false."""
    ends = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < ends, why
        time.sleep(0.1)
    return found


def alive(number: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass(frozen=True)
class Demo:
    """A demo that is up."""

    process: "subprocess.Popen[str]"
    home: Path
    out: Path

    @property
    def now(self) -> dict[str, Any]:
        """Addresses, login and processes, as the demo publishes them."""
        known: dict[str, Any] = json.loads((self.home / "running.json").read_text())
        return known

    @property
    def text(self) -> str:
        """What the terminal shows."""
        return self.out.read_text()

    @property
    def bol(self) -> str:
        return self.address("bol-nl")

    @property
    def shop(self) -> str:
        return self.address("webshop")

    def address(self, name: str) -> str:
        """Where a marketplace's simulator answers, by its connection; or a shop's, by its project."""
        now = self.now
        parts = urlsplit((now["marketplaces"] | now["shops"])[name])
        return f"{parts.scheme}://{parts.netloc}"

    def journal(self, name: str, **same: object) -> list[dict[str, Any]]:
        """What really happened there, oldest first: entries whose fields or details are these."""
        return [
            entry
            for entry in ask(f"{self.address(name)}/_sandbox/journal")
            if all((entry | entry["detail"]).get(field) == value for field, value in same.items())
        ]

    def items(self, return_id: str) -> list[dict[str, Any]]:
        """A return's items at bol."""
        return [item for item in ask(f"{self.bol}/_sandbox/returns") if item["return_id"] == return_id]

    def returns(self) -> dict[str, dict[str, Any]]:
        """What the hub knows, by the marketplace's number, out of its own command."""
        return {row["ref"]: row for row in self.command("returns", "list", "--json")}

    def command(self, *words: str) -> Any:
        """What a command of the hub answers in JSON, whatever its exit code."""
        command = [sys.executable, "-m", "retour.cli", *words]
        environment = {**bare_environment(), "RETOUR_HOME": str(self.home / "hub")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=90)
        try:
            return json.loads(done.stdout)
        except ValueError:
            raise AssertionError(f"retour {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}") from None

    def end(self, number: int) -> int:
        """Signals the demo; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(20)


def bare_environment() -> dict[str, str]:
    """This process's environment without anything of a hub."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RETOUR_")}


class Launcher:
    """Starts demos in their folders, and ends what is left of them."""

    def __init__(self) -> None:
        self._demos: list[Demo] = []

    def __enter__(self) -> "Launcher":
        return self

    def __exit__(self, *_: object) -> None:
        for demo in self._demos:
            if demo.process.poll() is None:
                demo.end(signal.SIGTERM)
            if demo.process.stdin is not None:
                demo.process.stdin.close()

    def launch(self, home: Path, *words: str) -> Demo:
        """A demo that comes up. What it writes goes to a file beside its folder."""
        out = home.with_suffix(f".{time.monotonic_ns()}.txt")
        with out.open("w") as writing:
            process = subprocess.Popen(
                [sys.executable, "-m", "retour.cli", "demo", "--home", str(home), "--port", "0", *words],
                env=bare_environment(),
                stdin=subprocess.PIPE,
                stdout=writing,
                stderr=subprocess.STDOUT,
                text=True,
            )
        demo = Demo(process, home, out)
        self._demos.append(demo)
        return demo

    def start(self, home: Path, *words: str) -> Demo:
        """A demo that is up."""
        demo = self.launch(home, *words)

        def up() -> bool:
            assert demo.process.poll() is None, demo.text
            return "Ctrl-C\n" in demo.text

        until(up, "the demo did not come up", 90)
        return demo
