"""Where a door may go. Base URLs are settings, so without this guard a setting could aim the hub at the network that
it stands in: at a database, a router, or a cloud's metadata service.

The address is checked after it was resolved and the same address is connected to, so a name that changes its mind
(DNS rebinding) does not pass.
"""

import re
import socket
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from retour.connectors.errors import Misconfigured

Address = IPv4Address | IPv6Address

NAT64 = IPv6Network("64:ff9b::/96")
METADATA = frozenset(
    ip_address(address)
    for address in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
)
"""Metadata services of clouds that are not on a link-local address: Alibaba, Azure, Oracle, AWS and Google."""
HOST = re.compile(r"[^\s/\\?#@\[\]%<>\"]+|[0-9a-fA-F:.]+%\w+")
URL_AS_SENT = re.compile(
    r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]*(?:%[0-9A-Fa-f]{2}[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]*)*"
)


class Barred(OSError):
    """The address is not one to go to. An OSError, because that is what a resolver may raise."""


def bars(address: Address, *, allow_private: bool) -> bool:
    """Whether no door may go there. Link-local, metadata, multicast, reserved and unspecified addresses are barred
    always; loopback, private and shared (carrier NAT) ones unless `allow_private`."""
    if isinstance(address, IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return bars(inner, allow_private=allow_private)
        address = IPv6Address(address.packed)  # without its scope
    if address.is_loopback:
        return not allow_private
    if (
        address in METADATA
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
        or (isinstance(address, IPv6Address) and address.is_site_local)
    ):
        return True
    return not address.is_global and not allow_private


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that such an IPv6 address leads to."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return IPv4Address(address.packed[-4:]) if address in NAT64 else None


def checked(url: str, *, name: str, allow_private: bool) -> URL:
    """The URL, sent as it is written where it is well-formed, since signatures cover its exact letters.

    Raises Misconfigured for anything but http(s) with a host and no user in it, and for a barred literal address."""
    try:
        parsed = URL(url, encoded=URL_AS_SENT.fullmatch(url) is not None)
        host = parsed.host
        well_formed = parsed.scheme in {"http", "https"} and bool(HOST.fullmatch(host or "")) and parsed.port != 0
    except ValueError:
        host, well_formed = None, False
    if host is None or not well_formed:
        raise Misconfigured(f"The address set for {name} is not an http or https address.")
    if parsed.raw_user is not None or parsed.raw_password is not None:
        raise Misconfigured(
            f"The address set for {name} holds a user name or password; they have settings of their own."
        )
    if _is_barred_literal(host, allow_private=allow_private):
        raise barred(name, allow_private=allow_private)
    return parsed.with_fragment(None)


@lru_cache(maxsize=256)
def _is_barred_literal(host: str, *, allow_private: bool) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return bars(address, allow_private=allow_private)


def barred(name: str, *, allow_private: bool) -> Misconfigured:
    """The error for a merchant whose setting leads to a barred address."""
    if allow_private:
        return Misconfigured(
            f"The address set for {name} leads to a reserved or link-local network; Retour never goes there."
        )
    return Misconfigured(
        f"The address set for {name} leads into a private network. If the platform really stands there, allow private"
        " addresses for this connection."
    )


class GuardedResolver(AbstractResolver):
    """The system's resolver, whose answers are checked. One barred address bars the name."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if any(bars(ip_address(one["host"]), allow_private=self._allow_private) for one in found):
            raise Barred("barred")
        return found

    async def close(self) -> None:
        await self._resolver.close()
