"""Signing in and out."""

from collections.abc import Callable

import pytest
from django.test import Client

from retour.store.models import User
from tests.web.conftest import PASSWORD, House, page

pytestmark = pytest.mark.django_db
WRONG = "This address and password do not belong together."
BRAKED = "Too many failed attempts."


def sign_in(client: Client, name: str, password: str, **more: str) -> tuple[int, str]:
    response = client.post("/sign-in", {"username": name, "password": password, **more})
    return response.status_code, response.content.decode()


def test_every_page_asks_to_sign_in_first() -> None:
    for address in ("/", "/returns/r-1", "/connections", "/connections/1/unreadable"):
        response = Client().get(address)
        assert (response.status_code, response.headers["Location"]) == (302, f"/sign-in?next={address}")
    for address in ("/returns/r-1/decide", "/connections/1/pause"):
        assert Client().post(address).headers["Location"] == f"/sign-in?next={address}"


def test_signs_in_whatever_the_capitals_of_the_address(person: Callable[..., User]) -> None:
    user = person("jo@example.org")
    client = Client()
    response = client.post("/sign-in", {"username": "Jo@Example.org ", "password": PASSWORD})
    assert response.headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.password.startswith("argon2")


def test_an_unknown_person_and_a_wrong_password_look_the_same(person: Callable[..., User]) -> None:
    person("jo@example.org")
    person("gone@example.org")
    User.objects.filter(username="gone@example.org").update(is_active=False)
    tries = [("jo@example.org", "wrong"), ("nobody@example.org", "wrong"), ("gone@example.org", PASSWORD)]
    answers = [sign_in(Client(), *one) for one in tries]
    assert [status for status, _body in answers] == [200, 200, 200]
    assert all(WRONG in body for _status, body in answers)


@pytest.mark.parametrize("name", ["jo@example.org", "nobody@example.org"])
def test_guessing_is_braked_also_for_the_right_password(person: Callable[..., User], name: str) -> None:
    person("jo@example.org")
    for _attempt in range(10):
        assert sign_in(Client(), name, "wrong")[0] == 200
    status, body = sign_in(Client(), name, PASSWORD)
    assert status == 429
    assert BRAKED in body
    assert WRONG not in body


def test_the_brake_holds_one_name_from_one_address(person: Callable[..., User]) -> None:
    person("jo@example.org")
    for _attempt in range(10):
        sign_in(Client(), "JO@example.org", "wrong")
    assert sign_in(Client(), "jo@example.org", PASSWORD)[0] == 429
    assert sign_in(Client(), "someone@example.org", "wrong")[0] == 200
    assert sign_in(Client(REMOTE_ADDR="192.0.2.9"), "jo@example.org", PASSWORD)[0] == 302


def test_a_success_releases_the_brake(person: Callable[..., User]) -> None:
    person("jo@example.org")
    for _round in range(2):
        for _attempt in range(9):
            assert sign_in(Client(), "jo@example.org", "wrong")[0] == 200
        assert sign_in(Client(), "jo@example.org", PASSWORD)[0] == 302


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/connections", "/connections"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_goes_on_only_to_pages_of_its_own(person: Callable[..., User], wanted: str, reached: str) -> None:
    person("jo@example.org")
    response = Client().post("/sign-in", {"username": "jo@example.org", "password": PASSWORD, "next": wanted})
    assert response.headers["Location"] == reached


def test_signs_out_by_post_only(jo: Client) -> None:
    assert jo.get("/sign-out").status_code == 405
    assert "_auth_user_id" in jo.session
    assert jo.post("/sign-out").headers["Location"] == "/sign-in"
    assert "_auth_user_id" not in jo.session


def test_a_page_that_refreshes_itself_is_loaded_anew_when_signed_out() -> None:
    response = Client().get("/sign-in", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Refresh"]) == (204, "true")


def test_a_form_without_its_token_changes_nothing_and_says_so(acme: House, person: Callable[..., User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("jo@example.org", acme.company))
    response = client.post(f"/connections/{acme.bol.pk}/pause")
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()
    acme.bol.refresh_from_db()
    assert acme.bol.state == "active"


def test_the_password_is_asked_under_a_strict_policy(db: None) -> None:
    response = Client().get("/sign-in")
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    text = page(response)
    assert "<style" not in text
    assert " style=" not in text
    assert "<script>" not in text
