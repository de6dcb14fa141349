"""Exchanging files over SFTP, with a real server: contract tobedressed 4, and the guard around it."""

from typing import Any

import aiohttp
import asyncssh
import pytest

from retour.connectors.contract import ReceiptState
from retour.connectors.errors import ConnectorError, Misconfigured, OutcomeUnknown, Transient, Unauthorized
from retour.connectors.marketplaces.generic import MANIFEST
from retour.connectors.marketplaces.generic.config import GenericConfig
from retour.connectors.partner.files import FilesPartner
from retour.core.model import Resolution
from retour.testing.secrecy import shown_by

from .world import World, history, part, shown, walk

R = Resolution


async def settings(sftp: World, **changes: Any) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"{sftp.running.url}/_sandbox/sftp") as answer:
        told = await answer.json()
    return {
        "base_url": f"sftp://{told['host']}:{told['port']}",
        "username": told["username"],
        "password": told["password"],
        "host_fingerprint": told["fingerprint"],
        "api_key": None,
    } | changes


async def connect(sftp: World, **changes: Any) -> FilesPartner:
    return sftp.exchange(**await settings(sftp, **changes))


@pytest.mark.parametrize("decision", [R.ACCEPT, R.KEEP, R.REJECT])
async def test_a_decision_there_and_back(sftp: World, decision: Resolution) -> None:
    partner, ref = await connect(sftp), sftp.announce(1)
    sftp.partner.export("all")
    assert shown(await walk(partner))[ref].lines[0].awaits
    assert shown(await walk(partner)) == {}

    told = part(decision)
    assert await partner.find(ref, [told], sftp.partner.clock.now()) is None
    receipt = await partner.settle(ref, [told])
    assert await partner.settle(ref, [told]) == receipt
    assert await partner.find(ref, [told], sftp.partner.clock.now()) == receipt
    assert sftp.journal() == [("refund" if decision.refunds else "settled", "1", 1)]

    sftp.partner.clock.move(5)
    sftp.partner.export("all")
    shows = R.ACCEPT if decision.refunds else R.REJECT
    assert history(shown(await walk(partner))[ref].lines[0]) == [(shows, 1)]
    assert [check.ok for check in await partner.check()] == [True, True]


@pytest.mark.parametrize("decision", [R.ACCEPT, R.KEEP, R.REJECT])
async def test_a_rename_whose_answer_is_lost_is_found(sftp: World, decision: Resolution) -> None:
    partner, ref, told = await connect(sftp), sftp.announce(1), part(decision)
    sftp.fault("drop_after", "^RENAME ")
    with pytest.raises(OutcomeUnknown):
        await partner.settle(ref, [told])
    found = await partner.find(ref, [told], sftp.partner.clock.now())
    assert found is not None
    assert found.state is ReceiptState.DONE
    assert len(sftp.journal()) == 1


@pytest.mark.parametrize("decision", [R.ACCEPT, R.KEEP, R.REJECT])
@pytest.mark.parametrize(
    ("kind", "match", "failure"),
    [
        ("drop_before", "^RENAME ", OutcomeUnknown),
        ("drop_before", "^WRITE ", Transient),
        ("answer", "^WRITE ", Transient),
        ("answer", "^RENAME ", Transient),
    ],
)
async def test_what_did_not_arrive_is_written_again_and_counts_once(
    sftp: World, decision: Resolution, kind: Any, match: str, failure: type[ConnectorError]
) -> None:
    partner, ref, told = await connect(sftp), sftp.announce(1), part(decision)
    sftp.fault(kind, match)
    with pytest.raises(failure):
        await partner.settle(ref, [told])
    assert await partner.find(ref, [told], sftp.partner.clock.now()) is None
    assert sftp.journal() == []
    await partner.settle(ref, [told])
    assert sftp.journal() == [("refund" if decision.refunds else "settled", "1", 1)]


@pytest.mark.parametrize("match", ["^LIST ", "^READ "])
async def test_what_cannot_be_read_is_read_the_next_time(sftp: World, match: str) -> None:
    partner, ref = await connect(sftp), sftp.announce(1)
    sftp.partner.export("all")
    sftp.fault("drop_before", match)
    with pytest.raises(Transient):
        await walk(partner)
    assert shown(await walk(partner)).keys() == {ref}


# --- who is let in, and by whom ---


async def test_a_server_with_another_key_gets_no_password(sftp: World) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint("sha256")
    partner = await connect(sftp, host_fingerprint=other)
    right = (await settings(sftp))["host_fingerprint"]
    with pytest.raises(Misconfigured, match="host key") as caught:
        await walk(partner)
    assert right in caught.value.message, "for the merchant to ask the partner about"
    [check] = await partner.check()
    assert not check.ok


async def test_a_wrong_password_stops_the_connection_and_is_not_shown(
    sftp: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    partner = await connect(sftp, password="surely-not-the-password")
    with pytest.raises(Unauthorized) as caught:
        await walk(partner)
    assert "surely-not-the-password" not in shown_by(caught.value) + caplog.text


async def test_a_private_key_that_is_none_is_told_and_not_shown(sftp: World) -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nc3VyZWx5LW5vdC1hLWtleQ==\n-----END OPENSSH PRIVATE KEY-----"
    partner = await connect(sftp, private_key=key, password=None)
    with pytest.raises(Misconfigured, match="private key") as caught:
        await walk(partner)
    assert "c3VyZWx5" not in shown_by(caught.value)


async def test_a_private_key_that_the_server_does_not_know_is_not_let_in(sftp: World) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    with pytest.raises(Unauthorized):
        await walk(await connect(sftp, private_key=key, password=None))


async def test_private_networks_are_barred_as_for_http(sftp: World) -> None:
    config = GenericConfig.model_validate({"profile": {"transport": "csv"}, **await settings(sftp)})
    partner: Any = MANIFEST.open(config, sftp.door(allow_private=False))
    with pytest.raises(Misconfigured, match="private network"):
        await walk(partner)
    by_name = config.model_copy(update={"base_url": config.base_url.replace("127.0.0.1", "localhost")})
    partner = MANIFEST.open(by_name, sftp.door(allow_private=False))
    with pytest.raises(Misconfigured, match="private network"):
        await walk(partner)
    metadata = config.model_copy(update={"base_url": "sftp://169.254.169.254"})
    partner = MANIFEST.open(metadata, sftp.door(allow_private=True))
    with pytest.raises(Misconfigured, match="link-local"):
        await walk(partner)


async def test_a_closed_port_is_transient(sftp: World) -> None:
    partner = await connect(sftp)
    await sftp.running.stop()
    with pytest.raises(Transient):
        await walk(partner)
    with pytest.raises(Transient):
        await partner.settle("R-1", [part(R.ACCEPT)])
