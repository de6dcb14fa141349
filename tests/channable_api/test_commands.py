"""`retour tokens`."""

from datetime import UTC, datetime, timedelta

import pytest

from retour.store.models import ApiToken
from tests.channable_api.house import House
from tests.cli.hub import run


@pytest.fixture(autouse=True)
def _without_a_token(acme: House) -> None:
    ApiToken.objects.all().delete()


def test_a_token_is_made_and_shown_once(acme: House) -> None:
    result = run("tokens", "new", "acme", "--name", "erp")
    assert (result.code, result.err) == (0, "")
    text = result.out.splitlines()[1].split()[1]
    assert text.startswith("retour_")
    assert acme.client(text).get("/returns").status_code == 200
    assert text not in run("tokens", "list").out + run("tokens", "list", "--json").out
    row = ApiToken.objects.get()
    assert timedelta(days=364) < row.expires_at - datetime.now(UTC) <= timedelta(days=365)


def test_as_json(acme: House) -> None:
    made = run("tokens", "new", "acme", "--json").json
    assert acme.client(made.pop("token")).get("/returns").status_code == 200
    listed = run("tokens", "list", "--json").json
    assert listed["tokens"] == [{**made, "used_at": listed["tokens"][0]["used_at"]}]
    assert made["state"] == "valid"
    assert listed["tokens"][0]["used_at"] is not None
    assert listed["projects"] == [
        {
            "company": "acme",
            "company_id": acme.company.pk,
            "project": "webshop",
            "project_id": acme.project.pk,
            "path": acme.path,
        }
    ]


def test_the_list_shows_the_numbers_that_the_api_needs(acme: House, other: House) -> None:
    run("tokens", "new", "acme")
    out = run("tokens", "list").out
    assert acme.path in out
    assert other.path in out
    only = run("tokens", "list", "--company", "acme").out
    assert acme.path in only
    assert other.path not in only


def test_a_third_is_refused_until_one_is_revoked(acme: House) -> None:
    first = run("tokens", "new", "acme", "--json").json
    run("tokens", "new", "acme")
    third = run("tokens", "new", "acme")
    assert (third.code, third.out) == (2, "")
    assert "retour tokens list" in third.err
    revoked = run("tokens", "revoke", str(first["id"]))
    assert (revoked.code, revoked.out) == (0, f"Token {first['id']} of acme (shop) is revoked.\n")
    assert acme.client(first["token"]).get("/returns").status_code == 401
    assert run("tokens", "new", "acme").code == 0
    assert [row["state"] for row in run("tokens", "list", "--json").json["tokens"]] == ["revoked", "valid", "valid"]


def test_an_expired_one_is_listed_as_such(acme: House) -> None:
    run("tokens", "new", "acme")
    ApiToken.objects.update(expires_at=datetime.now(UTC))
    assert run("tokens", "list", "--json").json["tokens"][0]["state"] == "expired"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new", "nobody"), "There is no company nobody"),
        (("new", "acme", "--name", " "), "--name has"),
        (("new", "acme", "--name", "x" * 101), "--name has"),
        (("revoke", "999"), "There is no token 999"),
        (("list", "--company", "nobody"), "There is no company nobody"),
    ],
)
def test_mistakes(words: tuple[str, ...], said: str) -> None:
    result = run("tokens", *words)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
