"""The demo's folder: made anew at each start, held by one demo at a time, and never anybody else's."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from retour.demo.endings import CannotStart

LOCK = "demo.lock"
"""Marks a folder as a demo's, is locked while one runs, and holds its process number."""
_MADE = ("hub", "secrets", "retour.toml", "orders.csv", "hub.log", "running.json", "paused")


@dataclass(frozen=True, slots=True)
class Folder:
    """Where everything of a demo is."""

    path: Path

    @property
    def hub(self) -> Path:
        """The hub's RETOUR_HOME."""
        return self.path / "hub"

    @property
    def settings(self) -> Path:
        """What was applied."""
        return self.path / "retour.toml"

    @property
    def orders(self) -> Path:
        """A shop's list of its orders, as it was taken in last."""
        return self.path / "orders.csv"

    @property
    def log(self) -> Path:
        """What the hub wrote."""
        return self.path / "hub.log"

    @property
    def running(self) -> Path:
        """Addresses and login, for programs; there while the demo runs."""
        return self.path / "running.json"

    @property
    def paused(self) -> Path:
        """The players rest while this file is there."""
        return self.path / "paused"

    def keep_secret(self, name: str, value: str) -> str:
        """Keeps a secret in a file of its own; gives the reference to it for the settings file."""
        secrets = self.path / "secrets"
        secrets.mkdir(mode=0o700, exist_ok=True)
        write_private(secrets / name, value)
        return f"file:secrets/{name}"


def write_private(path: Path, text: str) -> None:
    """Writes a file that only this user can read, whole or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


@contextmanager
def claim(path: Path) -> Iterator[Folder]:
    """Takes the folder, without what an earlier demo has left in it. Raises CannotStart where it is not a demo's, or
    where one runs."""
    try:
        foreign = path.exists() and not (path / LOCK).exists() and any(path.iterdir())
        if foreign:
            raise CannotStart(f"{path} holds other files, and a demo replaces what it finds. Choose another --home.")
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStart(
            f"The demo's folder {path} cannot be used: {error.strerror}. Choose another --home."
        ) from None
    try:
        _hold(lock, path)
        for name in _MADE:
            _remove(path / name)
        yield Folder(path)
    finally:
        os.close(lock)


def _hold(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        number = os.read(lock, 32).decode(errors="replace").strip()
        raise CannotStart(
            f"A demo is running in {path} (process {number or 'unknown'}). Stop it first, or choose another --home."
        ) from None
    os.ftruncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
