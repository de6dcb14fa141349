"""API keys, their secrets and what they may do (contract 2, Auth and Permissions)."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

KEY: Final = "sandboxkey0000000000000000000001"
"""The first key of every simulated shop."""
SECRET: Final = "sandboxsecret0000000000000000001"  # noqa: S105 - opens nothing but this simulator
AREAS: Final = ("content", "products", "customers", "orders", "settings", "tracking")


def app_secret(install_token: str, app_secret: str) -> str:
    """The password of an app that was installed in a shop: its user name is the app's own key."""
    return hashlib.md5((install_token + app_secret).encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Key:
    key: str
    secret: str = field(repr=False)
    permissions: dict[str, dict[str, bool]]
    """Area to {"read": ..., "write": ...}."""


class Keys:
    """Who may call."""

    def __init__(self) -> None:
        self._keys: dict[str, Key] = {}
        self.add(KEY, SECRET)

    def add(self, key: str, secret: str, permissions: Mapping[str, Mapping[str, bool]] | None = None) -> Key:
        """A new key, or another secret for a known one. `permissions` are those that differ from "may everything"."""
        if len(key) != 32 or len(secret) != 32:
            raise ValueError("a key and its secret have 32 characters each")
        allowed = {area: {"read": True, "write": True, **(permissions or {}).get(area, {})} for area in AREAS}
        self._keys[key] = Key(key, secret, allowed)
        return self._keys[key]

    def revoke(self, key: str) -> None:
        """From now on every call with this key is a 401. KeyError when there is none."""
        del self._keys[key]

    def of(self, authorization: str) -> Key | None:
        """Whose `Authorization` header it is."""
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        known = self._keys.get(name)
        return known if known is not None and known.secret == secret else None
