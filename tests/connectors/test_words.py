"""What a platform says of a failure."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.connectors import words

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"title": "Not Found", "status": 404, "detail": "Return 1 not found."}, "Not Found: Return 1 not found."),
        (
            {"title": "Error", "violations": [{"name": "a", "reason": "is empty"}, {"field": "b", "reason": "is old"}]},
            "Error: a is empty: b is old",
        ),
        ({"error": "invalid_client", "error_description": "Bad credentials"}, "invalid_client: Bad credentials"),
        ({"error": {"code": 404, "method": "GET", "request": "/x", "message": "Not found"}}, "Not found"),
        ({"errors": [{"code": "InvalidInput", "message": "Bad id", "details": ""}]}, "Bad id"),
        ({"errors": {"error": [{"code": "X", "description": "Locked", "info": "try later"}]}}, "Locked: try later"),
        ({"messages": {"error": [{"code": 404, "message": "Resource not found."}]}}, "Resource not found."),
        ({"message": "No %name = %value", "parameters": {"name": "id", "value": 7}}, "No id = 7"),
        ({"message": "The %1 of %2 is %3.", "parameters": ["size", "x"]}, "The size of x is %3."),
        (["first", "second"], "first: second"),
        ("just a\n sentence", "just a sentence"),
        ({"message": "same", "detail": "same"}, "same"),
        ({"unknown": "shape"}, None),
        ([], None),
        ("", None),
    ],
)  # fmt: skip
def test_in_json(body: object, said: str | None) -> None:
    assert words.said(json.dumps(body).encode(), {"Content-Type": "application/json"}) == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", None),
        ("  \n ", None),
        ("<html><head><title>x</title></head><h1>502</h1> Bad&nbsp;gateway &amp; more", "502 Bad gateway & more"),
        ("<script>alert(1)</script><style>a{}</style>Text", "Text"),
        ("<script>never closed", None),
        ("<a <b", None),
        ("<error><message>XML too</message></error>", "XML too"),
        ("a\x00b\x1b[31mc\u202ed", "a b [31mc d"),
        ("x" * 300, "x" * 199 + "…"),
        ('{"broken": ', '{"broken":'),
        ("[" * 100_000, "[" * 199 + "…"),
    ],
)  # fmt: skip
def test_in_a_page(body: str, said: str | None) -> None:
    assert words.said(body.encode(), {"Content-Type": "text/html; charset=utf-8"}) == said


def test_long_words_are_cut() -> None:
    assert len(words.said(json.dumps({"message": "y" * 5000}).encode(), {}) or "") == 500


@given(st.binary(max_size=200), st.text(max_size=20))
def test_of_whatever_comes(body: bytes, content_type: str) -> None:
    said = words.said(body, {"Content-Type": content_type})
    assert said is None or (said.isprintable() and 0 < len(said) <= 500)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from([*words.SAYING, *words.LISTING, "name"]), inner)
        ),
        max_leaves=20,
    )
)
def test_of_whatever_json_comes(value: object) -> None:
    said = words.said(json.dumps(value).encode(), {})
    assert said is None or (said.isprintable() and 0 < len(said) <= 500)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120), ("1.5", 1.5), (" 3 ", 3), ("0", None), ("", None), ("soon", None), ("-5", None), ("1e9", None),
        ("Mon, 02 Mar 2026 09:00:30 GMT", 30), ("Mon, 02 Mar 2026 08:00:00 GMT", 1),
        ("Mon, 99 Mar 2026 09:00:00 GMT", None), ("Mon, 02 Mar 2026 09:00:30", 30),
    ],
)  # fmt: skip
def test_when_to_come_back(header: str, seconds: float | None) -> None:
    assert words.retry_after({"Retry-After": header}, NOW) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Too many requests, retry in 12 seconds.", 12), ("Retry after 1.5s", 1.5), ("try again in 2 minutes", 120),
        ("wait in 3 min", 180), ("retry in 0 seconds", None), ("in 12 languages", None), ("in 2026", None), ("", None),
    ],
)  # fmt: skip
def test_when_to_come_back_in_words(text: str, seconds: float | None) -> None:
    assert words.retry_in_words(json.dumps({"detail": text}).encode(), {}) == seconds


def test_numbers_of_rate_headers() -> None:
    assert words.numbers("263/2063/23663") == [263, 2063, 23663]
    assert words.numbers("20, 20;w=60") == [20]
    assert words.numbers("54s") == [54]
    assert words.numbers(None) == words.numbers("") == words.numbers("none") == []


def test_resets() -> None:
    assert words.resets("54", NOW) == [54]
    assert words.resets(str(int(NOW.timestamp()) + 30), NOW) == [30]
    assert words.resets(str(int(NOW.timestamp() * 1000) + 2500), NOW) == [2.5]
    assert words.resets(str(int(NOW.timestamp()) - 30), NOW) == [0]


def test_request_ids() -> None:
    assert words.request_id({"x-request-id": "a", "cf-ray": "b"}) == "a"
    assert words.request_id({"x-amzn-requestid": " a\tb "}) == "a b"
    assert words.request_id({"x-request-id": ""}) is None
