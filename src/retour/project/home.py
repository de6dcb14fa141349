"""RETOUR_HOME: the folder that holds the database and the secret keys."""

import os
from pathlib import Path

from cryptography.fernet import Fernet

KEYS = "secret.keys"


def home() -> Path:
    """The hub's folder: the environment's RETOUR_HOME, else `~/.retour`."""
    return Path(os.environ.get("RETOUR_HOME") or Path.home() / ".retour")


def make_home(folder: Path) -> bool:
    """Makes the folder and its first key, for this user only. True if anything was made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = folder / KEYS
    if keys.exists():
        return False
    _write_keys(keys, [Fernet.generate_key().decode()])
    return True


def read_keys(folder: Path) -> list[str]:
    """The secret keys, newest first; the newest seals, all of them open. Empty where there is no home yet."""
    keys = folder / KEYS
    return keys.read_text().split() if keys.exists() else []


def add_key(folder: Path) -> None:
    """Puts a new key in front. What older keys sealed stays readable."""
    _write_keys(folder / KEYS, [Fernet.generate_key().decode(), *read_keys(folder)])


def _write_keys(path: Path, keys: list[str]) -> None:
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text("\n".join(keys) + "\n")
    fresh.replace(path)
