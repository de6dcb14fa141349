"""Files in a folder of this server, such as one that another program fills.

A setting must not lead anywhere on the server: the folder has to be below one that the operator named in the
environment (RETOUR_FOLDERS), and no link may lead out of it.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from retour.connectors.errors import Misconfigured, Refused, Transient
from retour.connectors.partner.places import CLOCK, LARGEST, Found, is_plain, temporary

ALLOWED = "RETOUR_FOLDERS"
"""The environment's name for folders below which connections may exchange files, divided like PATH."""

T = TypeVar("T")


class Folder:
    """The folder of one connection."""

    def __init__(self, url: str) -> None:
        self._root = Path(unquote(urlsplit(url).path))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Folder"]:
        await self._done(self._check, "be opened")
        yield self

    async def names(self, folder: str, pattern: str) -> list[Found]:
        def look() -> list[Found]:
            found = []
            for path in self._inside(folder).iterdir():
                if is_plain(path.name) and fnmatchcase(path.name, pattern) and path.is_file() and self._is_below(path):
                    stat = path.stat()
                    found.append(Found(path.name, f"{stat.st_size}/{stat.st_mtime_ns}", stat.st_size))
            return found

        return await self._done(look, "be listed")

    async def read(self, folder: str, name: str) -> bytes:
        def take() -> bytes:
            path = self._inside(folder, name)
            if path.stat().st_size > LARGEST:
                raise Refused(f"A file is larger than {LARGEST // 1024 // 1024} MiB: {name}.")
            return path.read_bytes()

        return await self._done(take, "be read")

    async def has(self, folder: str, name: str) -> bool:
        return await self._done(lambda: self._inside(folder, name).is_file(), "be looked into")

    async def now(self, folder: str) -> datetime:
        def tell() -> datetime:
            path = self._inside(folder, CLOCK)
            path.touch()
            try:
                return datetime.fromtimestamp(path.stat().st_mtime, UTC)
            finally:
                path.unlink()

        return await self._done(tell, "be written to")

    async def put(self, folder: str, name: str, content: bytes) -> None:
        """A rename within a folder happens or does not, so that its failure leaves no doubt."""

        def write() -> None:
            path, part = self._inside(folder, name), self._inside(folder, temporary(name))
            with open(part, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)

        await self._done(write, "be written to")

    def _check(self) -> None:
        root = self._root.resolve()
        allowed = [Path(one).resolve() for one in os.environ.get(ALLOWED, "").split(os.pathsep) if one.strip()]
        if not any(root.is_relative_to(one) for one in allowed):
            raise Misconfigured(
                f"The folder is not below one that this server's operator has allowed: {ALLOWED} in the environment"
                " names those."
            )
        if not root.is_dir():
            raise Misconfigured("The folder does not exist.")

    def _inside(self, *parts: str) -> Path:
        path = self._root.resolve().joinpath(*parts)
        if not self._is_below(path):
            raise Misconfigured("The folder holds a link that leads out of it.")
        return path

    def _is_below(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self._root.resolve())

    async def _done(self, work: Callable[[], T], what: str) -> T:
        try:
            return await asyncio.to_thread(work)
        except (FileNotFoundError, NotADirectoryError):
            flaw = Misconfigured(f"The folder cannot {what}: something of that name is not there.")
        except PermissionError:
            flaw = Misconfigured(f"The folder cannot {what}: Retour has no permission.")
        except OSError as error:
            raise Transient(f"The folder cannot {what}: {os.strerror(error.errno or 0)}.") from None
        raise flaw
