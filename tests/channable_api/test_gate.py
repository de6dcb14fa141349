"""The way in: tokens, companies, formats, methods, errors. Nothing of another company is ever seen."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from retour.store import tokens
from retour.store.models import ApiToken, Connection, Line
from tests.channable_api.house import House, line

NO_TOKEN = {"status": "error", "message": "The access token is missing, unknown, expired or revoked."}
EVERY = [
    ("GET", "/returns"),
    ("GET", "/anonymous_returns"),
    ("GET", "/returns/1"),
    ("POST", "/returns/1/status"),
    ("POST", "/returns/test"),
    ("POST", "/orders/1/return"),
]


def call(house: House, method: str, path: str, *, token: str | None = None, **headers: str) -> Any:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body = b"{}" if method == "POST" else b""
    client = Client(raise_request_exception=False)
    return client.generic(method, house.path + path, body, "application/json", headers=headers)


@pytest.mark.parametrize(("method", "path"), EVERY)
@pytest.mark.parametrize("token", [None, "", "nonsense", "retour_" + "a" * 43, "é", "a" * 5000])
def test_without_a_valid_token_nobody_gets_in(acme: House, method: str, path: str, token: str | None) -> None:
    answer = call(acme, method, path, token=token)
    assert (answer.status_code, answer.json()) == (401, NO_TOKEN)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Basic {}", "{}", "Token {}"])
def test_a_token_in_another_form_is_none(acme: House, header: str) -> None:
    answer = call(acme, "GET", "/returns", Authorization=header.format(acme.token))
    assert answer.status_code == 401


def test_the_word_bearer_in_any_spelling(acme: House) -> None:
    assert call(acme, "GET", "/returns", Authorization=f"bearer  {acme.token} ").status_code == 200


def test_a_signed_in_person_is_no_bearer(acme: House, admin_client: Client) -> None:
    assert admin_client.get(f"{acme.path}/returns").status_code == 401


def test_an_expired_and_a_revoked_token(acme: House) -> None:
    at = datetime.now(UTC)
    assert tokens.bearer_of(acme.token, at + tokens.LIVES - timedelta(minutes=1)) is not None
    assert tokens.bearer_of(acme.token, at + tokens.LIVES) is None
    row = ApiToken.objects.get()
    ApiToken.objects.update(expires_at=at - timedelta(seconds=1))
    assert acme.client().get("/returns").status_code == 401
    ApiToken.objects.update(expires_at=at + timedelta(days=1))
    assert acme.client().get("/returns").status_code == 200
    tokens.revoke(row.pk, at)
    assert acme.client().get("/returns").json() == NO_TOKEN


def test_two_tokens_are_valid_at_once_and_a_third_is_refused(acme: House) -> None:
    now = datetime.now(UTC)
    second, text = tokens.new_token(acme.company, "next", now)
    assert [acme.client(one).get("/returns").status_code for one in (acme.token, text)] == [200, 200]
    with pytest.raises(tokens.TooMany, match="acme has 2 valid tokens"):
        tokens.new_token(acme.company, "third", now)
    tokens.revoke(second.pk, now)
    _, third = tokens.new_token(acme.company, "third", now)
    assert [acme.client(one).get("/returns").status_code for one in (acme.token, text, third)] == [200, 401, 200]
    ApiToken.objects.filter(name="erp").update(expires_at=now)
    tokens.new_token(acme.company, "fourth", now)


def test_a_token_is_for_one_company_and_all_its_projects(acme: House, other: House) -> None:
    answer = other.client(acme.token).get("/returns")
    assert (answer.status_code, answer.json()) == (
        403,
        {"status": "error", "message": "The access token is not for this company."},
    )
    unknown = Client(headers={"Authorization": f"Bearer {acme.token}"}).get("/v1/companies/999/projects/1/returns")
    assert (unknown.status_code, unknown.json()) == (403, answer.json())


def test_a_project_of_another_company_does_not_exist(acme: House, other: House) -> None:
    number = other.offer_one()
    client = Client(headers={"Authorization": f"Bearer {acme.token}"})
    for project in (other.project.pk, 999, 0, -1, 10**30):
        answer = client.get(f"/v1/companies/{acme.company.pk}/projects/{project}/returns/{number}")
        assert (answer.status_code, answer.json()) == (
            404,
            {"status": "error", "message": "This company has no such project."},
        )


def test_rows_of_another_company_are_never_seen_nor_decided(acme: House, other: House) -> None:
    ours = acme.offer("41000001", line("70000001"))
    theirs = other.offer("41000001", line("70000001"))
    api = acme.client()
    assert api.ids() == api.ids(search="C000TEST01") == ours
    for number in range(1, max(theirs) + 3):
        found = api.get(f"/returns/{number}").status_code == 200
        assert found == (number in ours)
        assert (api.decide(number, "accepted") == 200) == (number in ours)
    assert Line.objects.get(pk=theirs[0]).decisions == []
    assert other.client().row(theirs[0])["status"] == "new"


@pytest.mark.parametrize(("method", "path"), EVERY)
def test_numbers_that_are_none(acme: House, method: str, path: str) -> None:
    client = Client(headers={"Authorization": f"Bearer {acme.token}"})
    answer = client.generic(method, f"/v1/companies/one/projects/1.5{path}", b"{}", "application/json")
    assert answer.status_code == 422
    detail = answer.json()["detail"]
    assert [flaw["loc"] for flaw in detail] == [["path", "company_id"], ["path", "project_id"]]
    assert detail[0]["input"] == "one"
    assert all(isinstance(flaw["msg"], str) and isinstance(flaw["type"], str) for flaw in detail)


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"limit": "0"}, ["limit"]),
        ({"limit": "101"}, ["limit"]),
        ({"limit": "many"}, ["limit"]),
        ({"offset": "-1"}, ["offset"]),
        ({"search": ""}, ["search"]),
        ({"errors": "perhaps"}, ["errors"]),
        ({"download": "2"}, ["download"]),
        ({"start_date": "yesterday"}, ["start_date"]),
        ({"end_date": "2026-02-30"}, ["end_date"]),
        ({"last_modified_after": ""}, ["last_modified_after"]),
        ({"last_modified_before": "2026-03-02T25:00:00"}, ["last_modified_before"]),
        ({"retrieved_at_start": "0001-01-01T00:00:00+14:00"}, ["retrieved_at_start"]),
        ({"retrieved_at_end": "9999-12-31"}, ["retrieved_at_end"]),
        ({"limit": "0", "offset": "x"}, ["limit", "offset"]),
    ],
)
def test_filters_that_are_none(acme: House, query: dict[str, str], where: list[str]) -> None:
    answer = acme.client().get("/returns", query)
    assert answer.status_code == 422
    assert [flaw["loc"] for flaw in answer.json()["detail"]] == [["query", name] for name in where]


@pytest.mark.parametrize(("method", "path"), EVERY)
def test_another_method(acme: House, method: str, path: str) -> None:
    for wrong in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - {method}:
        answer = call(acme, wrong, path, token=acme.token)
        assert (answer.status_code, answer.json()["status"], answer.headers["Allow"]) == (405, "error", method)


@pytest.mark.parametrize("accept", ["text/html", "application/xml, text/*;q=0.5", "application/json;q=0"])
def test_another_format_is_not_spoken(acme: House, accept: str) -> None:
    answer = call(acme, "GET", "/returns", token=acme.token, Accept=accept)
    assert (answer.status_code, answer.json()["status"]) == (406, "error")


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, application/json;q=0.1", "application/json"])
def test_json_is_spoken(acme: House, accept: str) -> None:
    answer = call(acme, "GET", "/returns", token=acme.token, Accept=accept)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ("", 200),
        ("text/xml", 406),
        ("application/x-www-form-urlencoded", 406),
    ],
)
def test_a_body_is_json(acme: House, sent: str, status: int) -> None:
    number = acme.offer_one()
    path, body = f"{acme.path}/returns/{number}/status", b'{"status": "accepted"}'
    client = Client(headers={"Authorization": f"Bearer {acme.token}"})
    assert client.generic("POST", path, body, sent).status_code == status


@pytest.mark.parametrize(
    "body", [b"{", b"status=accepted", b"\xff", b"NaN", b'{"status": Infinity}', b"[" * 100_000, b"9" * 5000]
)
def test_a_body_that_is_malformed(acme: House, body: bytes) -> None:
    number = acme.offer_one()
    client = Client(headers={"Authorization": f"Bearer {acme.token}"}, raise_request_exception=False)
    answer = client.generic("POST", f"{acme.path}/returns/{number}/status", body, "application/json")
    assert (answer.status_code, answer.json()) == (400, {"status": "error", "message": "The body is not JSON."})


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b'"accepted"', b'{"order_id": null}', b'{"order_id": 1.5}']
)
def test_a_body_without_an_order(acme: House, body: bytes) -> None:
    client = Client(headers={"Authorization": f"Bearer {acme.token}"}, raise_request_exception=False)
    answer = client.generic("POST", f"{acme.path}/returns/test", body, "application/json")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"


@pytest.mark.parametrize(
    "path", ["/v1/", "/v1/nothing", "/v1/companies/1/projects/1/", "/v1/companies/1/projects/1/orders"]
)
def test_an_address_that_is_none(acme: House, path: str) -> None:
    answer = Client(headers={"Authorization": f"Bearer {acme.token}"}).get(path)
    assert (answer.status_code, answer.json()) == (
        404,
        {"status": "error", "message": "There is nothing at this address."},
    )


def test_more_filters_than_anybody_needs(acme: House) -> None:
    answer = acme.client().get("/returns", {f"x{n}": "1" for n in range(2000)})
    assert (answer.status_code, answer.json()["status"]) == (400, "error")


def test_a_token_in_the_address_is_off_until_a_project_allows_it(acme: House) -> None:
    client, query = Client(), {"access_token": acme.token}
    answer = client.get(f"{acme.path}/returns", query)
    assert answer.status_code == 401
    assert answer.json()["message"] == "Send the access token in the header Authorization: Bearer."
    Connection.objects.filter(pk=acme.shop.pk).update(settings={"access_in_address": True}, fingerprint="new")
    assert client.get(f"{acme.path}/returns", query).status_code == 200
    assert client.get(f"{acme.path}/returns", {"access_token": "nonsense"}).status_code == 401


def test_only_digests_of_tokens_are_in_the_database(acme: House) -> None:
    from django.db import connection

    row = ApiToken.objects.get()
    assert len(row.digest) == 64
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM store_apitoken")
        stored = repr(cursor.fetchall())
    assert acme.token not in stored
    assert acme.token.removeprefix("retour_") not in stored
    assert acme.token not in repr(row) + str(vars(row))


def test_a_token_is_in_no_answer_and_no_log(
    acme: House, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    api, text = acme.client(), ""
    for path, query in (("/returns", {"limit": "x"}), ("/returns", {"access_token": acme.token}), ("/returns/x", {})):
        text += api.get(path, query).content.decode()
    text += api.post("/returns/1/status", {"status": "x"}).content.decode()
    text += Client().get(f"{acme.path}/returns", {"access_token": acme.token}).content.decode()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("of ours")

    monkeypatch.setattr("retour.store.listed.listing", broken)
    failed = api.get("/returns", {"access_token": acme.token})
    assert (failed.status_code, failed.json()["status"]) == (500, "error")
    out = "".join(capfd.readouterr())
    assert "of ours" in out, "what is our fault is logged"
    assert acme.token not in text + failed.content.decode() + caplog.text + out


def test_a_database_that_does_not_answer_is_maintenance(acme: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("retour.store.listed.listing", busy)
    answer = acme.client().get("/returns")
    assert (answer.status_code, answer.json()["status"], answer.headers["Retry-After"]) == (503, "error", "30")


def test_settings_that_no_longer_fit_are_maintenance(acme: House) -> None:
    acme.offer_one()
    Connection.objects.filter(pk=acme.bol.pk).update(settings={"surely_unknown": 1}, fingerprint="broken")
    answer = acme.client().get("/returns")
    assert answer.status_code == 503
    assert "surely_unknown" not in json.dumps(answer.json())


def test_when_a_token_was_used_is_noted_to_the_hour(acme: House) -> None:
    now = datetime.now(UTC)
    for minutes in (0, 30, 59, 61):
        assert tokens.bearer_of(acme.token, now + timedelta(minutes=minutes))
        used = ApiToken.objects.get().used_at
        assert used == now + timedelta(minutes=minutes if minutes > 60 else 0)
