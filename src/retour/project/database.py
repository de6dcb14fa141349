"""Which database: SQLite in RETOUR_HOME, or PostgreSQL by its address."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class BadDatabaseAddress(Exception):
    """RETOUR_DATABASE cannot be read; the message says what is expected."""


def database(address: str | None, home: Path) -> dict[str, Any]:
    """Django's entry for the database.

    SQLite runs in WAL mode and flushes at every commit: an effect that was marked as sent must still be marked after
    a power cut. Its transactions take the write lock at once, so that two processes wait instead of failing.
    """
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home / "retour.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA cache_size=-16000;PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise BadDatabaseAddress("RETOUR_DATABASE must look like postgresql://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": dict(parse_qsl(parts.query)).get("host") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
    }
