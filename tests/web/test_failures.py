"""What people see when something is not as it should be; and the answer for supervisors."""

from typing import NoReturn

import pytest
from django.db import DatabaseError
from django.test import Client

from retour.store import overview
from retour.web import health
from tests.web.conftest import House, line, page


@pytest.mark.django_db
def test_an_unknown_address_looks_like_the_rest() -> None:
    response = Client().get("/nothing/here")
    assert response.status_code == 404
    html = response.content.decode()
    assert "There is nothing here" in html
    assert "desk/desk.css" in html


@pytest.mark.django_db
def test_a_failure_says_that_nothing_was_lost_and_shows_no_code(
    acme: House, jo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> NoReturn:
        raise RuntimeError("Sanne de Vries")

    monkeypatch.setattr(overview, "listing", fails)
    jo.raise_request_exception = False
    response = jo.get("/")
    html = response.content.decode()
    assert response.status_code == 500
    assert "Something went wrong here" in html
    assert "Sanne" not in html
    assert "RuntimeError" not in html


@pytest.mark.django_db
def test_health_needs_no_sign_in() -> None:
    response = Client().get("/health")
    assert (response.status_code, response.json()) == (200, {"ok": True})
    assert Client().post("/health").status_code == 405


@pytest.mark.django_db
def test_health_says_when_the_database_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Down:
        def cursor(self) -> NoReturn:
            raise DatabaseError("password=secret")

    monkeypatch.setattr(health, "connection", Down())
    response = Client().get("/health")
    assert (response.status_code, response.json()) == (503, {"ok": False})


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["desk/desk.css", "desk/desk.js", "desk/mark.svg", "django_htmx/htmx-2.min.js"])
def test_styles_and_scripts_come_from_the_installed_packages(path: str) -> None:
    response = Client().get(f"/static/{path}")
    assert response.status_code == 200
    assert len(response.content) > 100
    etag = {"If-None-Match": response.headers["ETag"]}
    assert Client().get(f"/static/{path}", headers=etag).status_code == 304


@pytest.mark.django_db
def test_pages_hold_no_script_and_no_style_of_their_own(acme: House, jo: Client) -> None:
    row = acme.see("A1", line())
    for address in ("/", f"/returns/{row}", "/connections", f"/connections/{acme.bol.pk}/unreadable"):
        html = page(jo.get(address))
        assert "<style" not in html
        assert " style=" not in html
        assert "<script>" not in html
        assert " on" + "click" not in html
        assert html.count("<h1") == 1
        assert 'href="#main"' in html
