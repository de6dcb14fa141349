"""Zalando's tables, settings and shapes."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from retour.connectors.marketplaces.zalando import mapping, orders, wire
from retour.connectors.marketplaces.zalando.config import ZalandoConfig
from retour.connectors.shapes import Garbled, decode
from retour.core.capabilities import Starts
from retour.core.model import Resolution

SETTINGS = {"merchant_id": "26caa95a-174f", "client_id": "a", "client_secret": "hidden"}
CONFIG = ZalandoConfig.model_validate(SETTINGS)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def test_every_word_has_a_code_that_zalando_takes() -> None:
    assert {code for code, _ in mapping.WORDS.values()} <= set(mapping.CODES)
    assert set(mapping.FROM_REASON.values()) <= set(mapping.CODES)
    assert set(mapping.CODES) == {0, 1, 2, 3, 4, 5, 6, 9, 10}


@pytest.mark.parametrize("words", ["TOO_LARGE", "too large", " Too-Large "])
def test_words_are_read_however_they_are_spelled(words: str) -> None:
    assert mapping.code_of(words) == 2


@pytest.mark.parametrize("words", [None, "", "TOO", "zu groß"])
def test_words_that_are_not_known_have_no_code(words: str | None) -> None:
    assert (mapping.code_of(words), mapping.reason(words)) == (None, None)


def test_only_a_refund_can_be_told() -> None:
    able = mapping.capabilities(CONFIG)
    assert dict(able.tells) == {Resolution.ACCEPT: Resolution.ACCEPT}
    assert set(able.by_hand) == set(Resolution) - {Resolution.ACCEPT}
    assert [choice.code for choice in able.reasons[Resolution.ACCEPT]] == list(map(str, mapping.CODES))
    assert not able.deadlines


def test_keep_is_told_only_on_demand() -> None:
    able = mapping.capabilities(CONFIG.model_copy(update={"keep_as_accept": True}))
    assert dict(able.tells) == dict.fromkeys((Resolution.ACCEPT, Resolution.KEEP), Resolution.ACCEPT)
    assert Resolution.KEEP not in able.by_hand


def test_nothing_is_told_where_zalando_handles_returns() -> None:
    able = mapping.capabilities(CONFIG.model_copy(update={"returns_handled_by_zalando": True}))
    assert (dict(able.tells), set(able.by_hand)) == ({}, set(Resolution))
    assert able.starts == {Starts.CUSTOMER}


@pytest.mark.parametrize(
    ("external_id", "gtin"),
    [
        ("0000000000017", "0000000000017"),
        ("0000000000018", None),
        ("96385074", "96385074"),
        ("123456789", None),
        ("SCARF-RED", None),
        ("\u0660\u0660\u0660\u0660\u0660\u0660\u0661\u0667", None),
        ("", None),
        (None, None),
    ],
)
def test_a_gtin_is_known_by_its_check_digit(external_id: str | None, gtin: str | None) -> None:
    assert mapping.gtin(external_id) == gtin


def test_an_address_without_anything_is_none() -> None:
    assert mapping.party(wire.Address()) is None
    assert mapping.party(None) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"api_url": "ftp://api.example"},
        {"api_url": "https://user:pass@api.example"},
        {"api_url": "https://api.example/?x=1"},
        {"merchant_id": ""},
        {"merchant_id": "a/b"},
        {"client_id": ""},
        {"client_secret": ""},
        {"announced_days": 0},
        {"unknown": 1},
    ],
)
def test_settings_refuse_what_cannot_work(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        ZalandoConfig.model_validate(SETTINGS | wrong)
    assert "hidden" not in str(refused.value)


RESOURCES = st.fixed_dictionaries(
    {},
    optional={
        "id": st.just("x1") | JSON,
        "type": st.sampled_from(["Order", "OrderLine", "OrderItem"]) | JSON,
        "attributes": st.fixed_dictionaries(
            {},
            optional={
                "order_item_id": st.just("i1") | JSON,
                "status": st.just("shipped") | JSON,
                "price": st.just({"amount": 1, "currency": "EUR"}) | JSON,
                "modified_at": st.just("2026-03-02T10:15:30Z") | JSON,
                "order_type": st.just("PartnerFulfilled") | JSON,
                "shipping_address": JSON,
            },
        )
        | JSON,
        "relationships": JSON,
    },
)


@given(st.lists(RESOURCES | JSON, max_size=3), st.lists(RESOURCES | JSON, max_size=4))
def test_whatever_a_list_holds_every_order_is_shown_or_kept(data: list[Any], included: list[Any]) -> None:
    rows = list(orders.several(decode(wire.Orders, {"data": data, "included": included})))
    assert len(rows) == len(data)


@given(RESOURCES | JSON, st.lists(RESOURCES | JSON, max_size=4))
def test_whatever_an_order_holds_it_is_read_or_named_garbled(data: Any, included: list[Any]) -> None:
    with suppress(Garbled):
        sale = orders.one(decode(wire.OneOrder, {"data": data, "included": included}))
        assert sale.order(CONFIG).ref == sale.id


def test_why_something_is_garbled_tells_no_content() -> None:
    with pytest.raises(Garbled) as garbled:
        decode(wire.Order, {"order_type": "Noor Example\nDorpstraat"})
    assert "Noor" not in str(garbled.value)
