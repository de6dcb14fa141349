"""Who is still alive: a worker holds a lock on a file of its own; the system lets go of it when the worker dies."""

import fcntl
import os
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import Self


class Worker:
    """This process's name in leases, and the proof that it lives. Use as a context manager.

    A name begins with the home's own mark: a worker of another home (another machine) counts as alive, and its lease
    has to run out.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "workers"
        self._file: int | None = None
        self.name = ""

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._mark = _mark(self._folder)
        self.name = f"{self._mark}-{os.getpid()}-{token_hex(4)}"
        fresh = self._folder / f".{self.name}"
        self._file = os.open(fresh, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        fresh.rename(self._folder / self.name)  # only now can others see it: it is locked
        for path in self._folder.glob(f"{self._mark}-*"):
            if path.name != self.name and _free(path):
                path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        (self._folder / self.name).unlink(missing_ok=True)
        if self._file is not None:
            os.close(self._file)

    def alive(self, name: str) -> bool:
        """Whether a worker lives."""
        if name == self.name or not name.startswith(f"{self._mark}-"):
            return True
        return not _free(self._folder / name)


def _mark(folder: Path) -> str:
    """The home's own mark, made once; of two who make it at the same time, one wins."""
    path = folder / "mark"
    if not path.exists():
        fresh = folder / f".mark-{token_hex(4)}"
        fresh.write_text(token_hex(4))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def _free(path: Path) -> bool:
    """True where nobody holds the lock of this file."""
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True
