"""Where a door may go."""

import asyncio
import socket
from ipaddress import ip_address

import pytest

from retour.connectors.errors import Misconfigured
from retour.connectors.guard import bars, checked
from retour.connectors.http import Door

from .loopback import says, serving

PUBLIC = ["8.8.8.8", "185.14.168.1", "2606:4700::1111", "2a00:1450:400e::1", "64:ff9b::808:808", "::ffff:8.8.8.8"]
PRIVATE = [
    "127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.178.1", "100.64.0.1",
    "100.127.9.9", "192.0.2.1", "198.18.0.1", "203.0.113.9", "::1", "fc00::1", "fd12:3456::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1",
]  # fmt: skip
NEVER = [
    "169.254.169.254", "169.254.0.1", "0.0.0.0", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "::", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1",
    "fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::1", "::7f00:1", "64:ff9b:1::1",
]  # fmt: skip


@pytest.mark.parametrize("allow_private", [False, True])
@pytest.mark.parametrize("address", PUBLIC)
def test_the_internet_is_open(address: str, allow_private: bool) -> None:
    assert not bars(ip_address(address), allow_private=allow_private)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_networks_are_open_where_allowed(address: str) -> None:
    assert bars(ip_address(address), allow_private=False)
    assert not bars(ip_address(address), allow_private=True)


@pytest.mark.parametrize("allow_private", [False, True])
@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_open(address: str, allow_private: bool) -> None:
    assert bars(ip_address(address), allow_private=allow_private)


@pytest.mark.parametrize("address", [*PRIVATE, *NEVER])
def test_a_literal_address_is_checked_in_the_url(address: str) -> None:
    host = f"[{address.replace('%', '%25')}]" if ":" in address else address
    with pytest.raises(Misconfigured) as caught:
        checked(f"http://{host}:8080/x", name="Platform", allow_private=False)
    assert "allow private addresses" in str(caught.value)


@pytest.mark.parametrize("verb", ["read", "write"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]"])
async def test_the_hubs_own_network_is_closed(verb: str, host: str) -> None:
    async with serving(says(200)) as server, Door(name="Platform") as door:
        with pytest.raises(Misconfigured):
            await getattr(door, verb)("GET", f"http://{host}:{server.port}/")
    assert server.connections == 0


async def test_a_name_that_leads_into_a_private_network_is_closed_with_a_way_to_open_it() -> None:
    async with serving(says(200)) as server, Door(name="Platform") as door:
        with pytest.raises(Misconfigured) as caught:
            await door.read("GET", f"http://localhost:{server.port}/")
    assert str(caught.value) == (
        "The address set for Platform leads into a private network. If the platform really stands there, allow private"
        " addresses for this connection."
    )


async def test_one_barred_address_bars_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _resolving(monkeypatch, ["93.184.215.14", "127.0.0.1"])
    async with serving(says(200)) as server, Door(name="Platform") as door:
        with pytest.raises(Misconfigured):
            await door.write("PUT", f"http://shop.example.org:{server.port}/")
    assert server.connections == 0
    assert asked == ["shop.example.org"]


async def test_metadata_is_closed_even_where_private_networks_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, ["169.254.169.254"])
    async with Door(name="Platform", allow_private=True) as door:
        with pytest.raises(Misconfigured, match="never goes there"):
            await door.read("GET", "http://shop.example.org/latest/meta-data/")


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is resolved once: nothing lies between the check and the connection for it to change its mind in."""
    asked = _resolving(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
    async with serving(says(200)) as server, Door(name="Platform", allow_private=True) as door:
        await door.write("PUT", f"http://shop.example.org:{server.port}/")
    assert server.heard[0].headers["host"] == f"shop.example.org:{server.port}"
    assert asked == ["shop.example.org"]


def _resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Makes every name resolve to these addresses, the last of them from then on; returns the names asked for."""
    asked: list[str] = []

    async def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    return asked
