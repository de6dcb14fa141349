"""How a demo starts, plays, refuses, and ends."""

import signal
import socket
from pathlib import Path

import pytest

from tests.e2e.demo import Demo, Launcher, alive, ask, until

pytestmark = pytest.mark.xdist_group("browser")


def _refused(launcher: Launcher, home: Path) -> str:
    second = launcher.launch(home)
    assert second.process.wait(30) == 2
    return second.text


def _ends_cleanly(demo: Demo, number: int) -> None:
    hub, urls = demo.now["hub_process"], [demo.address(name) for name in demo.now["marketplaces"] | demo.now["shops"]]
    assert alive(hub)
    assert demo.end(number) == 0
    assert demo.text.endswith("Stopping ...\nStopped.\n")
    assert "Traceback" not in demo.text + (demo.home / "hub.log").read_text()
    assert not alive(hub)
    assert not (demo.home / "running.json").exists()
    for url in urls:
        with pytest.raises(ConnectionRefusedError):
            ask(f"{url}/_sandbox/journal")


def _customers(demo: Demo) -> int:
    return demo.text.count("\ncustomer ")


def _make_it_an_older_demos(home: Path) -> None:
    """What a version of long ago may have left: other connections, another database."""
    (home / "secrets" / "old-market-secret").write_text("old")
    (home / "retour.toml").write_text('[companies.acme.projects.webshop.marketplaces.old-market]\nconnector = "old"\n')
    [database] = (home / "hub").glob("*.sqlite3")
    database.write_bytes(b"not a database of this version")


def test_players_play_rest_and_the_demo_can_be_started_again(launcher: Launcher, tmp_path: Path) -> None:
    demo = launcher.start(tmp_path / "home", "--pace", "0.3")
    assert demo.now["desk"] in demo.text
    assert demo.now["password"] in demo.text
    until(lambda: "\ncustomer " in demo.text and "\nmerchant " in demo.text, "nobody plays")
    until(lambda: demo.journal("bol-nl", kind="refund", source="api"), "the hub told bol nothing")

    assert "A demo is running in" in _refused(launcher, demo.home)
    assert demo.process.poll() is None

    assert demo.process.stdin is not None
    demo.process.stdin.write("p\n")
    demo.process.stdin.flush()
    until(lambda: "The players rest." in demo.text, "p was not heard")
    came = _customers(demo)
    demo.returns()  # which takes a while: at this pace some customers would have come
    assert _customers(demo) == came
    (demo.home / "paused").unlink()
    until(lambda: _customers(demo) > came, "they did not go on")

    _ends_cleanly(demo, signal.SIGINT)
    first = set((demo.home / "secrets").iterdir())
    _make_it_an_older_demos(demo.home)
    again = launcher.start(demo.home, "--no-players")
    assert set((demo.home / "secrets").iterdir()) == first
    assert not [row for row in again.returns().values() if row["connection"] == "old-market"], "the past begins anew"

    hub = again.now["hub_process"]
    again.process.kill()
    again.process.wait(10)
    until(lambda: not alive(hub), "the hub outlived its demo")


def test_a_folder_that_is_not_a_demos_is_left_alone(launcher: Launcher, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret.keys").write_text("precious")
    assert "holds other files" in _refused(launcher, home)
    assert [path.name for path in home.iterdir()] == ["secret.keys"]
    assert (home / "secret.keys").read_text() == "precious"


def test_it_ends_while_it_still_comes_up(launcher: Launcher, tmp_path: Path) -> None:
    demo = launcher.launch(tmp_path / "home")
    until(lambda: "simulated" in demo.text, "nothing comes up")
    assert demo.end(signal.SIGTERM) == 0
    assert demo.text.endswith("Stopped.\n")


def test_a_port_that_is_taken_is_named(launcher: Launcher, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = launcher.launch(tmp_path / "home", "--port", port)
        assert done.process.wait(30) == 2
        assert f"Port {port} is in use." in done.text
