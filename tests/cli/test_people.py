"""`retour users`: who signs in."""

import pytest
from django.contrib.auth import authenticate

from retour.store.models import User
from tests.cli.hub import run

pytestmark = pytest.mark.usefixtures("project")

PASSWORD = "correct horse battery"


def _add(*words: str, password: str | None = PASSWORD) -> tuple[int, str, str]:
    result = run("users", "add", *words, env={"RETOUR_USER_PASSWORD": password or ""})
    return result.code, result.out, result.err


def test_a_person_of_a_company() -> None:
    assert _add("Bob@Example.org", "--company", "acme") == (0, "Added bob@example.org, who sees acme.\n", "")
    person = authenticate(username="bob@example.org", password=PASSWORD)
    assert isinstance(person, User)
    assert (person.is_superuser, [company.slug for company in person.companies.all()]) == (False, ["acme"])


def test_an_admin() -> None:
    assert _add("ann@example.org", "--admin")[1] == "Added ann@example.org, who sees everything.\n"
    assert User.objects.get(username="ann@example.org").is_superuser


def test_a_password_is_made_up_and_shown_once() -> None:
    _, out, _ = _add("bob@example.org", password=None)
    made_up = out.splitlines()[1].split()[1]
    assert authenticate(username="bob@example.org", password=made_up)


@pytest.mark.parametrize(
    ("words", "password", "sentence"),
    [
        (("nonsense",), PASSWORD, "'nonsense' is not an e-mail address."),
        (("bob@example.org", "--company", "acmee"), PASSWORD, "There is no company acmee. Companies: acme."),
        (("bob@example.org",), "short", "This password is too short. It must contain at least 10 characters."),
    ],
)
def test_what_cannot_be_used_is_said_and_nobody_is_added(words: tuple[str, ...], password: str, sentence: str) -> None:
    code, out, err = _add(*words, password=password)
    assert (code, out) == (2, "")
    assert sentence in err
    assert not User.objects.exists()


def test_nobody_is_added_twice() -> None:
    _add("bob@example.org")
    code, _, err = _add("BOB@example.org")
    assert code == 2
    assert "bob@example.org exists already." in err


def test_a_new_password_replaces_the_old_one() -> None:
    _add("bob@example.org")
    result = run("users", "password", "bob@example.org", env={"RETOUR_USER_PASSWORD": "another horse entirely"})
    assert (result.code, result.out) == (0, "bob@example.org has a new password.\n")
    assert not authenticate(username="bob@example.org", password=PASSWORD)
    assert authenticate(username="bob@example.org", password="another horse entirely")
    result = run("users", "password", "eve@example.org", env={"RETOUR_USER_PASSWORD": PASSWORD})
    assert (result.code, result.err) == (2, "retour: Nobody signs in as eve@example.org.\n")
