"""The page on which a person plays the customer, and how the sandbox is started."""

import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from retour.sandbox.app import Sandbox, start
from retour.sandbox.generic import PartnerSimulator
from tests.sandbox.generic.world import World


async def send_back(world: World, quantity: str = "2", **fields: str) -> int:
    page = (await world.call("GET", "/")).text
    found = {name: re.search(f'name="{name}" value="([^"]+)"', page) for name in ("order", "line")}
    form = {name: match[1] for name, match in found.items() if match}
    form |= {"reason": "damaged", "quantity": quantity, "comment": "<b>stuk</b>"} | fields
    return (await world.call("POST", "/returns", data=form, allow_redirects=False)).status


async def test_the_customer_returns_and_hears_the_outcome(world: World) -> None:
    await world.control("orders", {"products": [{"title": "<i>Jas</i>", "quantity": 3, "price": "10.50"}]})
    page = (await world.call("GET", "/")).text
    assert "&lt;i&gt;Jas&lt;/i&gt;" in page
    assert "<i>Jas" not in page
    assert await send_back(world) == 303
    (ref,) = (await world.returns()).ids
    row = await world.one(ref)
    assert [(line["quantity"], line["reason_code"], line["comment"]) for line in row["lines"]] == [
        (2, "damaged", "<b>stuk</b>")
    ]
    assert "2 open (requested), no money yet" in (await world.call("GET", "/")).text
    await world.decide(ref, "accept", lines=[{"id": "1", "quantity": 1}])
    await world.decide(ref, "reject")
    page = (await world.call("GET", "/")).text
    assert "1 refunded, 10.50 €" in page
    assert "1 refused" in page


@pytest.mark.parametrize(
    "fields", [{"quantity": "0"}, {"quantity": "4"}, {"quantity": "x"}, {"reason": "x"}, {"order": "x"}, {"line": "x"}]
)
async def test_what_the_page_refuses(world: World, fields: dict[str, str]) -> None:
    await world.control("orders", {"products": [{"quantity": 3}]})
    assert await send_back(world, **fields) == 400
    assert (await world.returns()).ids == []


async def test_the_customer_withdraws(world: World) -> None:
    await world.control("orders", {"products": [{"quantity": 3}]})
    await send_back(world)
    (ref,) = (await world.returns()).ids
    for status in (303, 409):
        got = await world.call("POST", f"/returns/{ref}/withdraw", allow_redirects=False)
        assert got.status == status
    assert "2 withdrawn by you" in (await world.call("GET", "/")).text
    assert (await world.call("POST", "/returns/R-1/withdraw")).status == 404


@pytest.mark.parametrize("key", ["generic", "tobedressed"])
async def test_the_sandbox_entry_is_ready_to_play(world: World, key: str) -> None:
    sandbox = EntryPoint(key, f"retour.sandbox.{key}:SANDBOX", "retour.sandboxes").load()
    assert isinstance(sandbox, Sandbox)
    assert sandbox.key == key
    simulator = sandbox.create(0)
    assert isinstance(simulator, PartnerSimulator)
    running = await start(simulator)
    try:
        page = await world.call("GET", running.url + "/")
        assert page.text.count('<section class="card"><header><span>Order') == 3
        address = (await world.call("GET", running.url + "/_sandbox/sftp")).body
        assert f"port {address['port']}, user sandbox" in page.text
        made = await world.call("POST", running.url + "/_sandbox/returns", json={"order_id": "TBD-55001"})
        assert made.status == 201
        (file,) = (await world.call("GET", running.url + "/_sandbox/files")).body
        folder = simulator.file_lane.folder
        assert made.body["return_id"] in (folder / "returns" / file["name"]).read_text()
    finally:
        await running.stop()
    del running, simulator


def test_its_folder_goes_with_the_simulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gc
    import tempfile

    from retour.sandbox.generic import create

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    simulator = create(0)
    assert len(list(tmp_path.iterdir())) == 1
    del simulator
    gc.collect()
    assert list(tmp_path.iterdir()) == []
