"""Secrets and personal data at rest: sealed with the hub's newest key, opened with any of its keys."""

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from retour.project.home import read_keys


class CannotOpen(Exception):
    """What was sealed cannot be opened with the keys in RETOUR_HOME."""

    def __init__(self) -> None:
        super().__init__(
            "Sealed data cannot be opened: secret.keys in RETOUR_HOME is not the one it was sealed with. "
            "Put the right file back (from the backup that belongs to this database)."
        )


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _keyring() -> MultiFernet:
    if not settings.SECRET_KEYS:
        raise CannotOpen
    return _fernet(tuple(settings.SECRET_KEYS))


def seal(value: Any) -> str:
    """Seals anything that JSON can hold."""
    return _keyring().encrypt(json.dumps(value, separators=(",", ":")).encode()).decode()


def unseal(sealed: str) -> Any:
    """What `seal` sealed; None for an empty text."""
    if not sealed:
        return None
    try:
        return json.loads(_keyring().decrypt(sealed.encode()))
    except InvalidToken:
        settings.SECRET_KEYS = read_keys(settings.HOME)  # the keys may have been rotated while this process ran
    try:
        return json.loads(_keyring().decrypt(sealed.encode()))
    except InvalidToken:
        raise CannotOpen from None


def reseal(sealed: str) -> str:
    """The same, sealed with the newest key."""
    try:
        return _keyring().rotate(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        raise CannotOpen from None
