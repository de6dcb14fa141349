"""Files over SFTP. The server must show the host key whose fingerprint is set: none is trusted because it was the first
one. It does not pass the HTTP door, so the guard against private addresses is applied here."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from posixpath import join
from urllib.parse import unquote, urlsplit

import asyncssh

from retour.connectors.errors import ConnectorError, Misconfigured, OutcomeUnknown, Refused, Transient, Unauthorized
from retour.connectors.guard import Barred, GuardedResolver, barred, checked
from retour.connectors.partner.config import PartnerConfig
from retour.connectors.partner.places import CLOCK, LARGEST, Found, is_plain, temporary

CONNECT_WITHIN = 10.0
LOG_IN_WITHIN = 20.0
ANSWER_WITHIN = 60.0
GONE = (asyncssh.DisconnectError, asyncssh.ChannelOpenError, OSError)
"""What breaks the connection itself; TimeoutError is an OSError."""
UNHEARD = (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, *GONE)


class Sftp:
    """The folders of one account on an SFTP server."""

    def __init__(self, config: PartnerConfig, name: str, *, allow_private: bool) -> None:
        parts = urlsplit(config.base_url)
        self._config = config
        self._name = name
        self._host, self._port = parts.hostname or "", parts.port or 22
        self._root = unquote(parts.path) or "."
        self._allow_private = allow_private

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["SftpFiles"]:
        connection = await self._connected(await self._address())
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                client = await connection.start_sftp_client()
        except (asyncssh.Error, OSError) as error:
            connection.abort()
            raise Transient(f"{self._name}'s SFTP server does not open its folders ({type(error).__name__}).") from None
        try:
            yield SftpFiles(client, self._root, self._name)
        finally:
            client.exit()
            connection.close()

    async def _address(self) -> str:
        """The address to connect to: looked up once, checked, and no other."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        checked(f"https://{host}/", name=self._name, allow_private=self._allow_private)
        resolver = GuardedResolver(allow_private=self._allow_private)
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                [first, *_] = await resolver.resolve(self._host, self._port)
        except Barred:
            failure: ConnectorError = barred(self._name, allow_private=self._allow_private)
        except (OSError, ValueError):
            failure = Transient(f"{self._name}'s SFTP server cannot be found.")
        else:
            return first["host"]
        raise failure

    async def _connected(self, address: str) -> asyncssh.SSHClientConnection:
        config, keys = self._config, self._keys()
        trust = _Trust(config.host_fingerprint or "")
        try:
            return await asyncssh.connect(
                address,
                self._port,
                username=config.username,
                password=config.password.get_secret_value() if config.password else None,
                client_keys=keys or None,
                client_factory=lambda: trust,
                # Nothing of the server's own account: no known hosts, agent, keys or configuration.
                known_hosts=([], [], []),
                x509_trusted_certs=None,
                agent_path=None,
                config=None,
                connect_timeout=CONNECT_WITHIN,
                login_timeout=LOG_IN_WITHIN,
            )
        except asyncssh.HostKeyNotVerifiable:
            shown = f"It shows {trust.shown}" if trust.shown else "It shows none that can be compared"
            failure: ConnectorError = Misconfigured(
                f"{self._name}'s SFTP server does not have the host key that is set. {shown}; ask the partner whether"
                " that is right, and do not go on without its answer."
            )
        except asyncssh.PermissionDenied:
            failure = Unauthorized(f"{self._name}'s SFTP server does not accept these credentials.")
        except (asyncssh.Error, OSError) as error:
            failure = Transient(f"{self._name}'s SFTP server cannot be reached ({type(error).__name__}).")
        raise failure

    def _keys(self) -> list[asyncssh.SSHKey]:
        secret = self._config.private_key
        try:
            return [asyncssh.import_private_key(secret.get_secret_value())] if secret else []
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError):
            pass
        # Outside the handler: what it caught may hold the key.
        raise Misconfigured("The private key cannot be read: an OpenSSH or PEM key without a passphrase is expected.")


class _Trust(asyncssh.SSHClient):
    """Trusts one host key, by its fingerprint."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        self.shown: str | None = None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.shown = key.get_fingerprint("sha256")
        return self.shown == self._fingerprint


class SftpFiles:
    """The folders, while the connection lasts."""

    def __init__(self, client: asyncssh.SFTPClient, root: str, name: str) -> None:
        self._client, self._root, self._name = client, root, name

    async def names(self, folder: str, pattern: str) -> list[Found]:
        with self._named("lists no files"):
            async with asyncio.timeout(ANSWER_WITHIN):
                listed = await self._client.readdir(join(self._root, folder))
        found = []
        for entry in listed:
            name, told = str(entry.filename), entry.attrs
            if is_plain(name) and fnmatchcase(name, pattern) and told.type != asyncssh.FILEXFER_TYPE_DIRECTORY:
                found.append(Found(name, f"{told.size}/{told.mtime}", told.size))
        return found

    async def read(self, folder: str, name: str) -> bytes:
        content: str | bytes = b""
        with self._named("does not give the file"):
            async with asyncio.timeout(ANSWER_WITHIN), self._client.open(join(self._root, folder, name), "rb") as file:
                content = await file.read(LARGEST + 1)
        if not isinstance(content, bytes) or len(content) > LARGEST:
            raise Refused(f"A file is larger than {LARGEST // 1024 // 1024} MiB: {name}.")
        return content

    async def has(self, folder: str, name: str) -> bool:
        with self._named("does not tell whether a file is there"):
            async with asyncio.timeout(ANSWER_WITHIN):
                return await self._client.isfile(join(self._root, folder, name))

    async def now(self, folder: str) -> datetime:
        path, told = join(self._root, folder, CLOCK), None
        with self._named("does not take a file"):
            async with asyncio.timeout(ANSWER_WITHIN):
                async with self._client.open(path, "wb"):
                    pass
                told = (await self._client.stat(path)).mtime
                await self._client.remove(path)
        if told is None:
            raise Transient(f"{self._name}'s SFTP server does not tell when a file was written.")
        return datetime.fromtimestamp(told, UTC)

    async def put(self, folder: str, name: str, content: bytes) -> None:
        """Until the new name was asked for, nothing has happened; a server that answers no has not renamed."""
        part, path = join(self._root, folder, temporary(name)), join(self._root, folder, name)
        with self._named("does not take the file"):
            async with asyncio.timeout(ANSWER_WITHIN), self._client.open(part, "wb") as file:
                await file.write(content)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._client.rename(part, path)
        except UNHEARD:
            lost = True
        except asyncssh.SFTPError:
            lost = False
        else:
            return
        if lost:
            raise OutcomeUnknown(f"{self._name}'s SFTP server did not say whether the file got its name.")
        raise Transient(f"{self._name}'s SFTP server did not give the file its name.")

    @contextmanager
    def _named(self, what: str) -> Iterator[None]:
        """Gives failures their names; asyncssh's own hold paths."""
        try:
            yield
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
            failure: ConnectorError = Misconfigured(f"{self._name}'s SFTP server {what}: there is no such folder.")
        except asyncssh.SFTPPermissionDenied:
            failure = Misconfigured(f"{self._name}'s SFTP server {what}: it has no permission.")
        except (asyncssh.Error, OSError) as error:
            failure = Transient(f"{self._name}'s SFTP server {what} ({type(error).__name__}).")
        else:
            return
        raise failure
