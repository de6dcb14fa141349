"""OTTO's tables, settings and shapes."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from retour.connectors.marketplaces.otto import mapping, units, wire
from retour.connectors.marketplaces.otto.config import Acceptance, OttoConfig, Rejection
from retour.connectors.shapes import Garbled, decode
from retour.core.model import Resolution

R = Resolution
SETTINGS = {"client_id": "a", "client_secret": "hidden"}
CONFIG = OttoConfig.model_validate(SETTINGS)
AT = datetime(2026, 3, 2, tzinfo=UTC)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def test_every_reason_has_words() -> None:
    assert set(mapping.ACCEPTANCES) == set(get_args(Acceptance))
    assert set(mapping.REJECTIONS) == set(get_args(Rejection))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, {R.ACCEPT, R.KEEP, R.REJECT}),
        ({"keep_as": "by_hand"}, {R.ACCEPT, R.REJECT}),
        ({"exchange_as_rejection": True}, {R.ACCEPT, R.KEEP, R.REJECT, R.EXCHANGE}),
    ],
)
def test_what_is_told_and_what_it_may_become(settings: dict[str, Any], told: set[R]) -> None:
    able = mapping.capabilities(CONFIG.model_copy(update=settings))
    assert set(able.tells) == told
    assert set(able.by_hand) == set(R) - told
    assert set(able.changes) == {one for one in R if not one.refunds}, "also what was done by hand"
    assert all(becomes == {one for one in told if one.refunds} for becomes in able.changes.values())
    assert all(able.tells[one].refunds is one.refunds for one in told)
    assert able.together == 200


def test_a_refusal_needs_a_reason_unless_one_is_set() -> None:
    assert mapping.capabilities(CONFIG).reason_required == {R.REJECT}
    assert not mapping.capabilities(CONFIG.model_copy(update={"reject_as": "WRONG_ITEM"})).reason_required


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("$.positionItems[3]", 3),
        ("$.positionItems[3].reason", 3),
        ("/positionItems/0/positionItemId", 0),
        ("positionItems.12", 12),
        ("$.positionItems[199]", 199),
        ("$.positionItems[200]", None),
        ("/v3/returns/acceptance", None),
        ("$.positionItems", None),
        ("3", None),
        ("", None),
        (None, None),
    ],
)
def test_an_error_points_at_an_item_only_when_it_says_so(path: str | None, place: int | None) -> None:
    assert mapping.place(path, 200) == place


@pytest.mark.parametrize(("code", "country"), [("DEU", "DE"), ("AUT", "AT"), ("ESP", "ESP"), ("DE", "DE"), ("", None)])
def test_countries_have_two_letters(code: str, country: str | None) -> None:
    address = decode(wire.Address, {"city": "Leipzig", "countryCode": code})
    party = mapping.party(address)
    assert party is not None
    assert party.country == country


@pytest.mark.parametrize(
    "wrong",
    [
        {"api_url": "ftp://api.example"},
        {"api_url": "https://user:pass@api.example"},
        {"client_id": ""},
        {"client_secret": ""},
        {"scopes": ""},
        {"accept_as": "WRONG_ITEM"},
        {"keep_as": "EXCHANGE"},
        {"reject_as": "COMPLAINT"},
        {"condition": "F"},
        {"ended_pages": 0},
        {"unknown": 1},
    ],
)
def test_settings_refuse_what_cannot_work(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        OttoConfig.model_validate(SETTINGS | wrong)
    assert "hidden" not in str(refused.value)


ROWS = (
    st.fixed_dictionaries(
        {},
        optional={
            "positionItemId": st.just("u1") | JSON,
            "salesOrderId": st.just("o1") | JSON,
            "status": st.sampled_from(["ANNOUNCED", "ACCEPTED", "REJECTED", "MISDIRECTED", "PARKED"]) | JSON,
            "occurredTime": st.sampled_from(["2026-03-02T10:15:30Z", "9999-12-31T23:59:59-12:00", "soon"]) | JSON,
            "details": st.fixed_dictionaries({}, optional={"reason": JSON, "returnTrackingKey": JSON}) | JSON,
        },
    )
    | JSON
)


@given(ROWS)
def test_whatever_a_row_holds_it_is_read_or_named_garbled(raw: Any) -> None:
    with suppress(Garbled):
        row = decode(wire.Row, raw)
        note = units.noted(row, None, AT)
        seen = units.seen(row.position_item_id, row, note, AT)
        assert seen.opened_at.tzinfo is not None
        assert len(seen.lines) == 1
    assert units.unreadable("because", raw).raw


@given(JSON)
def test_other_answers_are_read_or_named_garbled(raw: Any) -> None:
    for shape in (wire.Listing, wire.Order, wire.Report):
        with suppress(Garbled):
            assert isinstance(decode(shape, raw), shape)


def test_why_something_is_garbled_tells_no_content() -> None:
    with pytest.raises(Garbled) as garbled:
        decode(wire.Order, {"salesOrderId": {"firstName": "Noor Example"}, "positionItems": []})
    assert "Noor" not in str(garbled.value)
