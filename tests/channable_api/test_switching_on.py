"""From the settings file to the first answer, as a merchant does it."""

from pathlib import Path

import pytest
from django.test import Client

from retour.store.models import Connection
from tests.cli.hub import run, settings_file

SETTINGS = """\
[companies.acme]
name = "Acme BV"
[companies.acme.projects.webshop]
name = "Acme webshop"
[companies.acme.projects.webshop.shop]
connector = "channable"
{settings}
"""


@pytest.mark.parametrize(
    ("settings", "stored"),
    [
        ("", {}),
        (
            'settings = { channel_names = { bol = "bol_plaza" }, order_numbers = "hub", invoice_address = true }',
            {"channel_names": {"bol": "bol_plaza"}, "order_numbers": "hub", "invoice_address": True},
        ),
    ],
)
@pytest.mark.django_db
def test_a_project_is_switched_on_and_answers(tmp_path: Path, settings: str, stored: dict[str, object]) -> None:
    applied = run("apply", str(settings_file(tmp_path, SETTINGS.format(settings=settings))))
    assert applied.code == 0, applied.err
    assert stored.items() <= Connection.objects.get().settings.items()
    made = run("tokens", "new", "acme", "--json").json
    [project] = run("tokens", "list", "--json").json["projects"]
    answer = Client(headers={"Authorization": f"Bearer {made['token']}"}).get(f"{project['path']}/returns")
    assert (answer.status_code, answer.json()) == (200, {"total": 0, "error_count": 0, "returns": []})


@pytest.mark.django_db
def test_doctor_has_nothing_to_reach(tmp_path: Path) -> None:
    run("apply", str(settings_file(tmp_path, SETTINGS.format(settings=""))))
    [connection] = run("doctor", "--json").json["connections"]
    assert (connection["connector"], connection["ok"]) == ("channable", True)


@pytest.mark.django_db
def test_a_setting_that_is_none_is_named(tmp_path: Path) -> None:
    file = settings_file(tmp_path, SETTINGS.format(settings='settings = { order_numbers = "mine" }'))
    result = run("apply", str(file))
    assert result.code == 2
    assert "order_numbers" in result.err
