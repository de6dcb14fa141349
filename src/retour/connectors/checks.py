"""Lines of `retour doctor` that connectors answer alike."""

from collections.abc import Awaitable
from ipaddress import ip_address
from urllib.parse import urlsplit

from retour.connectors.contract import Check
from retour.connectors.errors import ConnectorError


async def checked(name: str, probe: Awaitable[str]) -> Check:
    """What a probe says, or why it failed."""
    try:
        return Check(name, True, await probe)
    except ConnectorError as error:
        return Check(name, False, error.message)


def encryption(setting: str, url: str, otherwise: str) -> Check:
    """Whether nobody can listen on the way to the address in this setting; `otherwise`: what they would hear."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return Check("Encryption", True, "The shop is called over https.")
    if _is_loopback(parts.hostname or ""):
        return Check("Encryption", True, "The shop runs on this machine.")
    return Check("Encryption", False, f"{otherwise}: let {setting} begin with https://.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
