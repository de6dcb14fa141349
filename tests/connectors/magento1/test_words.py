"""Magento 1's settings, tables and pure functions, without a shop."""

import json
from dataclasses import fields
from typing import Any

import pytest
from pydantic import ValidationError

from retour.connectors.errors import Misconfigured, OutcomeUnknown, Refused, Transient, Unauthorized
from retour.connectors.shops.magento1.config import Magento1Config
from retour.connectors.shops.magento1.mapping import payload, says
from retour.connectors.shops.magento1.refusals import REFUSALS
from retour.core.model import Party, Resolution
from retour.testing.samples import bare_request, full_request

TOKEN = "0a1b2c3d4e5f6a7b8c9d"
SHOP = "https://shop.example.org/nl"


def config(**settings: Any) -> Magento1Config:
    return Magento1Config.model_validate({"base_url": "https://shop.example.org/", "token": TOKEN} | settings)


class TestSettings:
    @pytest.mark.parametrize(
        "pasted",
        [
            f"{SHOP}/channableapi/order/index/code/{TOKEN}/store/3",
            f" {SHOP}/channableapi/returns/index/code/{TOKEN}/store/3/ ",
            f"{SHOP}/channableapi/returns/get?store=3&code={TOKEN}",
        ],
    )
    def test_a_pasted_webhook_address_is_taken_apart(self, pasted: str) -> None:
        understood = Magento1Config.model_validate({"base_url": pasted})
        assert (understood.base_url, understood.store_id) == (SHOP, "3")
        assert understood.token.get_secret_value() == TOKEN

    @pytest.mark.parametrize(
        ("settings", "sentence"),
        [
            ({"base_url": f"{SHOP}/channableapi/order/index/code/{TOKEN}x/store/3"}, "another token"),
            ({"base_url": "shop.example.org"}, "begins with https"),
            ({"token": "  "}, "behind code/"),
            ({"store_id": "main"}, "store_id"),
            ({"order_reference": "increment_id"}, "order_reference"),
            ({"create_timeout": 5}, "create_timeout"),
        ],
    )
    def test_what_cannot_work_is_refused_with_a_reason(self, settings: dict[str, Any], sentence: str) -> None:
        with pytest.raises(ValidationError, match=sentence) as caught:
            config(**settings)
        assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("word", "resolution", "unclear"),
    [
        ("new", None, False),
        (" Accepted ", Resolution.ACCEPT, False),
        ("rejected", Resolution.REJECT, False),
        ("repaired", Resolution.REPAIR, False),
        ("exchanged", Resolution.EXCHANGE, False),
        ("keeps", Resolution.KEEP, False),
        ("cancelled", Resolution.CANCEL, False),
        ("complete", None, True),
        ("wacht op klant", None, True),
    ],
)
def test_the_shops_words(word: str, resolution: Resolution | None, unclear: bool) -> None:
    said = says("57", word)
    assert (said.resolution, said.unclear, said.gone) == (resolution, unclear, False)


class TestPayload:
    def test_every_id_is_a_number(self) -> None:
        document = payload(bare_request(7, line_ref="x-1"), "k", config())
        assert (document["channable_id"], document["channel_id"], document["item"]["order_id"]) == (7, "7", None)

    @pytest.mark.parametrize("letters", ["x" * 70_000, "返" * 70_000, "😀" * 70_000, '"\\' * 40_000])
    def test_no_object_outgrows_its_column(self, letters: str) -> None:
        everyone = Party(**{field.name: letters for field in fields(Party)})
        texts = ("marketplace", "ref", "line_ref", "order_ref", "title", "sku", "gtin", "comment", "reason_text")
        changes: dict[str, Any] = dict.fromkeys(texts, letters)
        request = full_request(customer=everyone, billing=everyone, shop_product=letters, **changes)
        document = payload(request, letters, config(comment_details=True))
        for name in ("item", "customer", "address"):
            assert len(json.dumps(document[name])) < 65_535, f"{name} is cut in the shop and no longer JSON"

    def test_addresses_can_stand_below_the_comment(self) -> None:
        shown = payload(full_request(), "k", config(comment_details=True))["item"]["comment"]
        assert "Delivery: Example Bakery, Noor Example, Kanaalweg 12 B, 3526 KL Utrecht, NL" in shown
        assert payload(full_request(), "k", config())["item"]["comment"] == "Fits tight at the shoulders"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Store param missing in request", Misconfigured),
        ("Extension not enabled", Misconfigured),
        ("Extension not enabled!", Misconfigured),
        ("Not Access (ip restriction)", Misconfigured),
        ("Token not set in admin", Misconfigured),
        ("Token param missing in request", Unauthorized),
        ("Invalid token", Unauthorized),
        ("Unknown Token", Unauthorized),
        ("Post data empty!", Refused),
        ("No Order Data in post", Refused),
        ("Post not valid JSON-Data: Syntax error", Refused),
        ("Post missing channable_id", Refused),
        ("Post missing channel_id", Refused),
        ("Something that nobody has seen before", Refused),
        ("SQLSTATE[42S02]: Base table or view not found, query was: INSERT ... 'Noor'", Transient),
        ("SQLSTATE[HY000]: General error: 2006 MySQL server has gone away, query was: 'Noor'", OutcomeUnknown),
    ],
)
def test_each_refusal_has_its_name(words: str, kind: type[Exception]) -> None:
    error = REFUSALS.create_error(words)
    assert type(error) is kind
    assert "Noor" not in f"{error.message} {error.words}"
