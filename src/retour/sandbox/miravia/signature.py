"""The signatures of calls and of push messages (contract 2, 8)."""

import hashlib
import hmac
from collections.abc import Mapping


def string_to_sign(path: str, parameters: Mapping[str, str]) -> str:
    """The path without `/rest`, then names and values in ASCII order: capitals before `_` before lower case."""
    return path + "".join(f"{name}{parameters[name]}" for name in sorted(parameters) if name != "sign")


def signature(secret: str, path: str, parameters: Mapping[str, str]) -> str:
    """Upper-case hex. `parameters` are raw, not URL-encoded; a `sign` among them does not count."""
    message = string_to_sign(path, parameters).encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().upper()


def push_signature(secret: str, app_key: str, body: bytes) -> str:
    """What a message's `Authorization` header says; lower-case hex."""
    return hmac.new(secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())
