"""Real processes, real HTTP: hub, worker and simulators as an operator runs them."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from retour.sandbox.bol.simulator import DEFAULT_CLIENT_ID, DEFAULT_SECRET
from retour.sandbox.magento2 import TOKEN
from tests.cli.hub import SETTINGS, Result, process, settings_file, start

Process = subprocess.Popen[str]
SIMULATORS = sorted(point.name for point in entry_points(group="retour.sandboxes"))


def _ask(method: str, url: str, body: object = None) -> tuple[int, Any]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request(method, parts.path, json.dumps(body) if body is not None else None)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content[:1] in {b"{", b"["} else content
    finally:
        connection.close()


def _line(running: Process) -> str:
    assert running.stdout is not None
    line = running.stdout.readline()
    assert line, running.communicate()
    return line


def _stop(running: Process, number: int = signal.SIGTERM) -> Result:
    if running.poll() is None:
        running.send_signal(number)
    out, err = running.communicate(timeout=60)
    return Result(running.returncode, out, err)


@dataclass(frozen=True)
class Place:
    """A home with its settings file, and two simulators that run."""

    home: Path
    file: Path
    bol: str
    shop: str

    @property
    def env(self) -> dict[str, str]:
        return {
            "RETOUR_HOME": str(self.home),
            "RETOUR_ADMIN_PASSWORD": "correct horse battery",
            "RETOUR_RHYTHM_SCALE": "0.02",
            "ACME_MAGENTO_TOKEN": TOKEN,
            "BOL_SECRET": DEFAULT_SECRET,
        }

    def run(self, *words: str, **env: str) -> Result:
        return process(*words, env={**self.env, **env})


@pytest.fixture(scope="module")
def simulators() -> Iterator[tuple[str, str]]:
    running = [start("sandbox", key, env={}) for key in ("bol", "magento2")]
    try:
        urls = [_line(one).split()[-1] for one in running]
        yield urls[0], urls[1]
    finally:
        for one in running:
            assert _stop(one, signal.SIGINT) == Result(0, "", "")


@pytest.fixture
def place(tmp_path: Path, simulators: tuple[str, str]) -> Place:
    bol, shop = simulators
    text = SETTINGS.replace("http://127.0.0.1:9101/", f"{shop}/").replace("http://127.0.0.1:9102", bol)
    text = text.replace('client_id = "x"', f'client_id = "{DEFAULT_CLIENT_ID}"')
    made = Place(tmp_path / "home", settings_file(tmp_path, text), bol, shop)
    assert made.run("init").code == 0
    assert made.run("apply", str(made.file)).code == 0
    return made


def test_a_return_goes_from_the_marketplace_to_the_shop_and_back(place: Place) -> None:
    status, _ = _ask("POST", f"{place.bol}/_sandbox/bulk", {"count": 2, "seed": 1})
    assert status == 201
    passed = place.run("sync", "--until-idle", "--timeout", "60", "--json")
    assert (passed.code, passed.err, passed.json["ok"]) == (0, "", True)
    by_name = {report["connection"]: report for report in passed.json["connections"]}
    assert by_name["acme/webshop/bol-nl"]["new"] >= 2
    assert by_name["acme/webshop/shop"]["created"] >= 2
    returns = place.run("returns", "list", "--stage", "open", "--json").json
    assert len(returns) >= 2
    assert place.run("returns", "decide", returns[0]["id"], "accept").code == 0
    assert place.run("sync", "--until-idle", "--connection", "bol-nl", "--timeout", "60").code == 0
    shape = place.run("returns", "show", returns[0]["id"], "--json").json
    assert shape["stage"] == "closed"
    assert {d["told"] for line in shape["lines"] for d in line["decisions"]} == {"confirmed"}
    _, journal = _ask("GET", f"{place.bol}/_sandbox/journal")
    refs = {line["ref"] for line in shape["lines"]}
    assert sorted(entry["ref"] for entry in journal if entry["kind"] == "refund" and entry["ref"] in refs) == sorted(
        refs
    )


def test_a_connection_that_fails_is_named_and_ends_with_1(place: Place) -> None:
    assert place.run("apply", str(place.file), BOL_SECRET="not-the-secret").code == 0
    passed = place.run("sync")
    assert passed.code == 1
    (bol,) = [line for line in passed.out.splitlines() if line.startswith("acme/webshop/bol-nl")]
    assert bol.split()[1] == "failed"
    assert "2 connections checked; 1 failed." in passed.out
    assert place.run("sync", "--connection", "shop").code == 0
    assert place.run("apply", str(place.file)).code == 0
    assert place.run("sync").code == 0, "the right secret is tried at once"


def test_an_unknown_connection_is_a_mistake(place: Place) -> None:
    passed = place.run("sync", "--connection", "bol-n")
    assert (passed.code, passed.out) == (2, "")
    assert passed.err == (
        "retour: There is no connection bol-n. Did you mean bol-nl? "
        "There are: acme/webshop/shop, acme/webshop/bol-nl.\n"
    )


def test_the_doctor_finds_everything_well(place: Place) -> None:
    seen = place.run("doctor", "--json")
    assert (seen.code, seen.err, seen.json["ok"]) == (0, "", True)
    assert {check["name"] for check in seen.json["hub"]} == {"home", "key", "database", "tables", "secrets", "clock"}
    shop, bol = seen.json["connections"]
    assert (shop["connection"], bol["connection"]) == ("acme/webshop/shop", "acme/webshop/bol-nl")
    assert all(finding["checks"] for finding in (shop, bol))
    assert bol["decisions"]["accept"] == "told"
    assert bol["decisions"]["keep"] == "told; reads back as accept"
    page = place.run("doctor")
    assert page.out.endswith("All is well.\n")
    for secret in (TOKEN, DEFAULT_SECRET):
        assert secret not in seen.out + page.out


def test_the_doctor_names_what_is_not_well(place: Place) -> None:
    place.home.chmod(0o755)
    assert place.run("apply", str(place.file), BOL_SECRET="not-the-secret").code == 0
    seen = place.run("doctor", "--connection", "bol-nl", "--json")
    assert seen.code == 1
    wrong = [check for check in seen.json["hub"] if not check["ok"]]
    assert [(check["name"], check["words"]) for check in wrong] == [
        ("home", f"Others can read {place.home}. Run `chmod 700 {place.home}`.")
    ]
    (bol,) = seen.json["connections"]
    assert (bol["ok"], bol["checks"][0]["name"]) == (False, "credentials")
    assert "not-the-secret" not in seen.out + seen.err


def test_the_server_serves_works_and_stops_cleanly(place: Place) -> None:
    _ask("POST", f"{place.bol}/_sandbox/bulk", {"count": 1, "seed": 2})
    serving = start("serve", "--port", "0", env=place.env)
    try:
        line = _line(serving)
        assert line.startswith("Retour is at http://127.0.0.1:")
        url = line.split()[3].rstrip(".")
        port = str(urlsplit(url).port)
        status, _ = _ask("GET", url)
        assert 200 <= status < 400
        taken = place.run("serve", "--port", port)
        assert (taken.code, taken.out) == (1, "")
        assert taken.err == (
            f"retour: The pages cannot be served on 127.0.0.1:{port}: Address already in use. "
            "Try another --port or --host.\n"
        )
        ends = time.monotonic() + 60
        while not place.run("returns", "list", "--stage", "open", "--json").json:
            assert time.monotonic() < ends, "the worker took nothing in"
    finally:
        ended = _stop(serving)
    assert (ended.code, ended.err) == (0, "")
    with socket.create_server(("127.0.0.1", int(port))):
        pass  # the port is free again


def test_the_pages_alone_stop_on_ctrl_c(place: Place) -> None:
    serving = start("serve", "--port", "0", "--no-worker", env=place.env)
    assert "(without a worker)" in _line(serving)
    assert _stop(serving, signal.SIGINT).code == 0


def test_simulators_are_listed_and_named(place: Place) -> None:
    listed = place.run("sandbox")
    assert [line.split()[0] for line in listed.out.splitlines()] == ["KEY", *SIMULATORS]
    wrong = place.run("sandbox", "bool")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err == f"retour: There is no simulator 'bool'. Did you mean bol? There are: {', '.join(SIMULATORS)}.\n"
    taken = place.run("sandbox", "bol", "--port", str(urlsplit(place.bol).port))
    assert taken.code == 1
    assert "Try another --port." in taken.err
