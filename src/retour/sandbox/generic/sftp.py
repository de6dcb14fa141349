"""A real SFTP server over the partner's folder (contract 4): returns to read, a place to lay down decisions.

The switchboard of faults rules it too: its calls are `LIST`, `READ`, `WRITE`, `RENAME` and `REMOVE` of a path such as
`/decisions/x.csv`. A fault that answers is SSH_FX_FAILURE with the fault's body as its text.
"""

import asyncio
import os
import posixpath
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import asyncssh

from retour.sandbox.generic.keys import PASSWORD, USERNAME

if TYPE_CHECKING:
    from retour.sandbox.generic.simulator import PartnerSimulator

T = TypeVar("T")
_WRITES = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens and how to know it."""

    host: str
    port: int
    host_key: str
    """As a line of known_hosts has it, without the host."""
    fingerprint: str
    """SHA256:..., as ssh-keygen prints it."""


class SftpServer:
    """Listens on the loopback at a port of its own, with a host key made at the start."""

    def __init__(self, simulator: "PartnerSimulator", folder: Path) -> None:
        self._simulator = simulator
        self._folder = folder
        self._listener: asyncssh.SSHAcceptor | None = None
        self.address: Address | None = None
        """None while it does not run."""

    async def start(self) -> None:
        key = asyncssh.generate_private_key("ssh-ed25519")
        self._listener = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=_Guard,
            server_host_keys=[key],
            sftp_factory=lambda channel: _Files(channel, self._simulator, self._folder),
            sftp_version=3,
        )
        self.address = Address(
            "127.0.0.1",
            self._listener.get_port(),
            key.export_public_key().decode().strip(),
            key.get_fingerprint(),
        )

    async def stop(self) -> None:
        if self._listener:
            self._listener.close()
            await self._listener.wait_closed()
        self._listener = self.address = None


class _Guard(asyncssh.SSHServer):
    """Lets one made-up user in, by password; nothing but SFTP."""

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return username == USERNAME and secrets.compare_digest(password.encode(), PASSWORD.encode())


class _Files(asyncssh.SFTPServer):
    """The folder as the seller sees it. Only `/decisions/` can be written to."""

    def __init__(
        self, channel: "asyncssh.SSHServerChannel[bytes]", simulator: "PartnerSimulator", folder: Path
    ) -> None:
        super().__init__(channel, chroot=os.fsencode(folder))
        self._simulator = simulator

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        self._simulator.catch_up()
        with_names = [name async for name in super().scandir(path)]
        for name in await self._served("LIST", path, lambda: with_names):
            yield name

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        writes = pflags & _WRITES
        self._check([path] if writes else [])
        self._simulator.catch_up()
        opened = super().open
        return await self._served("WRITE" if writes else "READ", path, lambda: opened(path, pflags, attrs))

    async def close(self, file_obj: object) -> None:
        super().close(file_obj)
        self._simulator.catch_up()

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        self._check([oldpath, newpath])
        rename = super().rename
        await self._served("RENAME", newpath, lambda: rename(oldpath, newpath))

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        self._check([oldpath, newpath])
        rename = super().posix_rename
        await self._served("RENAME", newpath, lambda: rename(oldpath, newpath))

    async def remove(self, path: bytes) -> None:
        self._check([path])
        remove = super().remove
        await self._served("REMOVE", path, lambda: remove(path))

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        self._check([path])
        super().setstat(path, attrs)

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        raise asyncssh.SFTPPermissionDenied("No folders can be made here.")

    def rmdir(self, path: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("No folders can be removed here.")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("No links can be made here.")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("No links can be made here.")

    @staticmethod
    def _check(paths: Sequence[bytes]) -> None:
        for path in paths:
            if posixpath.dirname(_plain(path)) != "/decisions":
                raise asyncssh.SFTPPermissionDenied("Only /decisions can be written to.")

    async def _served(self, verb: str, path: bytes, work: Callable[[], T]) -> T:
        """Does it, unless a fault strikes; then the partner takes what lies there by now."""
        simulator, name = self._simulator, _plain(path)
        simulator.calls[f"SFTP {verb}"] += 1
        fault = simulator.faults.strike(verb, name)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        elif fault and fault.kind == "answer":
            raise asyncssh.SFTPFailure(fault.body or "Failure")
        elif fault and fault.kind == "drop_before":
            self._hang_up()
        done = work()
        simulator.catch_up()
        if fault and fault.kind == "drop_after":
            self._hang_up()
        return done

    def _hang_up(self) -> None:
        self.connection.abort()
        raise asyncssh.SFTPConnectionLost("Connection lost")


def _plain(path: bytes) -> str:
    return posixpath.normpath(posixpath.join("/", path.decode("utf-8", "replace")))
