"""Magento 2's settings, tables and pure functions, without a shop."""

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from retour.connectors.contract import ReturnRequest
from retour.connectors.errors import Misconfigured, OutcomeUnknown, Refused, Transient, Unauthorized
from retour.connectors.shops.magento2.config import Magento2Config
from retour.connectors.shops.magento2.mapping import payload, says, text
from retour.connectors.shops.magento2.refusals import create_error, public
from retour.core.model import Party, Resolution
from retour.testing.samples import bare_request, full_request

TOKEN = "0a1b2c3d4e5f6a7b8c9d"


def config(**settings: Any) -> Magento2Config:
    return Magento2Config.model_validate({"base_url": "https://shop.example.org/", "token": TOKEN} | settings)


class TestSettings:
    @pytest.mark.parametrize(
        "pasted",
        [
            f"https://shop.example.org/nl/channable/returns/hook/store/3/code/{TOKEN}",
            f"  https://shop.example.org/nl/channable/returns/hook/store/3/code/{TOKEN}/ ",
            f"https://shop.example.org/nl/channable/returns/hook?store=3&code={TOKEN}",
        ],
    )
    @pytest.mark.parametrize("beside", [{}, {"token": ""}, {"token": TOKEN, "store_id": 3}])
    def test_a_pasted_hook_address_is_taken_apart(self, pasted: str, beside: dict[str, Any]) -> None:
        understood = Magento2Config.model_validate({"base_url": pasted, **beside})
        assert understood.base_url == "https://shop.example.org/nl"
        assert understood.store_id == "3"
        assert understood.token.get_secret_value() == TOKEN

    @pytest.mark.parametrize(
        ("settings", "sentence"),
        [
            ({"base_url": f"https://a.example.org/channable/returns/hook/store/3/code/{TOKEN}x"}, "another token"),
            ({"base_url": f"https://a.example.org/channable/returns/hook/store/3/code/{TOKEN}", "store_id": "1"}, "id"),
            ({"base_url": "https://a.example.org/channable/order/hook/store/1/code/x"}, "returns hook address"),
            ({"base_url": ""}, "begins with https"),
            ({"base_url": "shop.example.org"}, "begins with https"),
            ({"base_url": "ftp://shop.example.org"}, "begins with https"),
            ({"base_url": "https://me:pass@shop.example.org"}, "user name or password"),
            ({"base_url": "https://shop.example.org/?x=1"}, "question mark"),
            ({"token": "  "}, "last part of its returns hook address"),
            ({"store_id": "main"}, "store_id"),
            ({"order_prefixes": ["BOL-", "a,b"]}, "comma"),
            ({"order_search_fields": ["increment_id]"]}, "order_search_fields"),
            ({"create_timeout": 5}, "create_timeout"),
            ({"consumer_key": "k", "integration_token": "t"}, "all four keys"),
            ({"consumer_key": "k", "consumer_secret": "s", "integration_token_secret": "u"}, "all four keys"),
            ({"integration_token": "t", "order_reference": "hub_order_id"}, "leave integration_token empty"),
        ],
    )
    def test_what_cannot_work_is_refused_with_a_reason(self, settings: dict[str, Any], sentence: str) -> None:
        with pytest.raises(ValidationError, match=sentence) as caught:
            config(**settings)
        assert TOKEN not in str(caught.value)

    def test_empty_fields_of_a_form_are_nothing(self) -> None:
        filled_in = config(integration_token=" ", consumer_key="", consumer_secret=" ", rest_url="")
        assert (filled_in.integration_token, filled_in.consumer_key, filled_in.consumer_secret) == (None, None, None)
        assert filled_in.rest == "https://shop.example.org/rest/V1"
        assert config(rest_url="https://api.example.org/rest/all/V1/").rest == "https://api.example.org/rest/all/V1"


class TestWords:
    @pytest.mark.parametrize(
        ("word", "resolution"),
        [
            ("accepted", Resolution.ACCEPT),
            ("accept", Resolution.ACCEPT),
            (" Accepted ", Resolution.ACCEPT),
            ("rejected", Resolution.REJECT),
            ("repaired", Resolution.REPAIR),
            ("exchanged", Resolution.EXCHANGE),
            ("keeps", Resolution.KEEP),
            ("keep", Resolution.KEEP),
            ("cancelled", Resolution.CANCEL),
            ("canceled", Resolution.CANCEL),
            ("new", None),
            ("complete", None),
            ("", None),
            (None, None),
        ],
    )
    def test_known_words(self, word: str | None, resolution: Resolution | None) -> None:
        said = says("57", word)
        assert (said.resolution, said.unclear, said.gone) == (resolution, False, False)

    @pytest.mark.parametrize("word", ["reject", "wacht op klant", "accepted?", "null"])
    def test_any_other_word_is_for_a_person(self, word: str) -> None:
        said = says("57", word)
        assert (said.word, said.resolution, said.unclear) == (word, None, True)

    @given(st.text(st.characters(exclude_categories=())))
    def test_a_text_fits_the_shops_column(self, any_text: str) -> None:
        fits = text(any_text)
        assert len(fits) <= 255
        assert all(letter <= "\uffff" for letter in fits)
        fits.encode()
        assert text(fits) == fits

    def test_a_short_text_stays_as_it_is(self) -> None:
        assert text("Te klein, 返品, “zo”\nregel 2") == "Te klein, 返品, “zo”\nregel 2"
        assert text("grin 😀😀!") == "grin \ufffd!"
        assert text("x" * 300) == "x" * 254 + "…"


class TestPayload:
    def test_the_contracts_example(self) -> None:
        document = payload(full_request(shop_order="000000012", shop_product="1204"), "r-1:86000001:create", config())
        assert document == {
            "status": "new",
            "channel_name": "bol",
            "channel_id": "86000001",
            "channable_id": 1,
            "item": {
                "id": "1204",
                "order_id": "000000012",
                "gtin": "0000000000017",
                "sku": "JACKET-GREEN-M",
                "title": "Rain jacket, green, M",
                "quantity": 2,
                "price": "49.95",
                "currency": "EUR",
                "reason": "Te klein",
                "comment": "Fits tight at the shoulders",
                "key": "r-1:86000001:create",
            },
            "customer": {
                "gender": "female",
                "first_name": "Noor",
                "last_name": "Example",
                "email": "relay-1@example.org",
                "phone": "+31 30 000 00 00",
                "company": "Example Bakery",
                "vat_number": "NL000000000B00",
            },
            "address": {
                "first_name": "Noor",
                "last_name": "Example",
                "company": "Example Bakery",
                "vat_number": "NL000000000B00",
                "email": "relay-1@example.org",
                "phone": "+31 30 000 00 00",
                "street": "Kanaalweg",
                "house_number": "12",
                "house_number_addition": "B",
                "address1": "Kanaalweg 12 B",
                "address2": "Ring twice",
                "city": "Utrecht",
                "country_code": "NL",
                "zip_code": "3526 KL",
                "billing": {
                    "first_name": "Ada",
                    "last_name": "Example",
                    "company": "Example Holding",
                    "vat_number": "NL000000000B00",
                    "email": "relay-1@example.org",
                    "phone": "+31 30 000 00 00",
                    "street": "Dorpsstraat",
                    "house_number": "1",
                    "house_number_addition": "B",
                    "address1": "Dorpsstraat 1 B",
                    "address2": "Ring twice",
                    "city": "Utrecht",
                    "country_code": "NL",
                    "zip_code": "3526 KL",
                },
            },
            "meta": {
                "channel_return_id": "31000001",
                "channel_order_id": "C000TEST01",
                "channel_order_id_internal": "",
                "platform_order_id": "000000012",
            },
        }

    def test_what_the_plugin_stumbles_over_is_always_a_text(self) -> None:
        document = payload(bare_request(), "k", config())
        texts = [document["status"], document["channel_name"], document["channel_id"]]
        texts += [document["item"][name] for name in ("reason", "comment", "title")]
        texts += [document["customer"][name] for name in ("first_name", "last_name")]
        texts += document["meta"].values()
        assert all(isinstance(one, str) for one in texts)
        assert document["item"]["order_id"] is None
        assert document["item"]["gtin"] is None
        assert isinstance(document["address"], dict)

    @pytest.mark.parametrize("letters", ["x" * 70_000, "返" * 70_000, "😀" * 70_000, '"\\' * 40_000])
    def test_no_object_outgrows_its_column(self, letters: str) -> None:
        everyone = Party(**{field.name: letters for field in fields(Party)})
        texts = ("marketplace", "ref", "order_ref", "title", "sku", "gtin", "comment", "reason_text", "shop_product")
        changes: dict[str, Any] = dict.fromkeys(texts, letters)
        request = full_request(customer=everyone, billing=everyone, shop_order=letters, **changes)
        document = payload(request, letters, config(comment_details=True))
        for name in ("item", "customer", "address"):
            assert len(json.dumps(document[name])) < 65_535, f"{name} is cut in the shop and no longer JSON"

    @pytest.mark.parametrize(
        ("settings", "changes", "expected"),
        [
            ({}, {"shop_order": "000000012"}, "000000012"),
            ({}, {}, None),
            ({"order_reference": "hub_order_id"}, {"shop_order": " 812 "}, "812"),
            ({"order_reference": "hub_order_id"}, {}, None),
            ({"order_reference": "marketplace_order"}, {"shop_order": "000000012"}, "C000TEST01"),
        ],
    )
    def test_what_the_order_is_linked_by(
        self, settings: dict[str, Any], changes: dict[str, Any], expected: str | None
    ) -> None:
        assert payload(full_request(**changes), "k", config(**settings))["item"]["order_id"] == expected

    @pytest.mark.parametrize("number", ["000000012", "BOL-812", "0", "8.1e2", str(2**63)])
    def test_a_number_that_an_old_plugin_would_take_for_another_orders_is_refused(self, number: str) -> None:
        with pytest.raises(Refused, match="Channable id") as caught:
            payload(full_request(shop_order=number), "k", config(order_reference="hub_order_id"))
        assert caught.value.words == number

    def test_the_products_number_is_the_one_that_the_plugin_compares(self) -> None:
        assert payload(full_request(), "k", config(item_gtin="sku"))["item"]["gtin"] == "JACKET-GREEN-M"
        assert payload(full_request(sku=None), "k", config(item_gtin="sku"))["item"]["gtin"] is None

    @pytest.mark.parametrize(("setting", "word"), [("accepted", "accepted"), ("complete", "complete")])
    def test_what_the_marketplace_settled(self, setting: str, word: str) -> None:
        assert payload(full_request(status="accepted"), "k", config(settled_status=setting))["status"] == word
        assert payload(full_request(), "k", config(settled_status=setting))["status"] == "new"

    @pytest.mark.parametrize(
        ("reason_text", "expected"), [("Te klein", "Te klein"), (None, "wrong size fit"), ("", "wrong size fit")]
    )
    def test_the_reason_is_the_marketplaces_or_ours(self, reason_text: str | None, expected: str) -> None:
        assert payload(full_request(reason_text=reason_text), "k", config())["item"]["reason"] == expected

    @pytest.mark.parametrize("comment", ["Fits tight", None, "long " * 100])
    def test_addresses_can_stand_below_the_comment(self, comment: str | None) -> None:
        request: ReturnRequest = full_request(comment=comment)
        shown = payload(request, "k", config(comment_details=True))["item"]["comment"]
        assert len(shown) <= 255
        assert "Delivery: Example Bakery, Noor Example, Kanaalweg 12 B, 3526 KL Utrecht, NL" in shown
        assert "Billing: Example Holding, Ada Example, Dorpsstraat 1 B, 3526 KL Utrecht, NL" in shown
        assert shown.startswith((comment or "Delivery")[:5])


class TestRefusals:
    """Contract magento.md, A4, A7, E8, E9, E11: the plugin's words to what happens next."""

    @pytest.mark.parametrize(
        ("words", "kind"),
        [
            ("Store param missing in request", Misconfigured),
            ("Extension not enabled", Misconfigured),
            ("Extension not enabled!", Misconfigured),
            ("Returns not enabled", Misconfigured),
            ("Token not set in admin", Misconfigured),
            ("Missing Store ID in request", Misconfigured),
            ("Token param missing in request", Unauthorized),
            ("Invalid token", Unauthorized),
            ("Unknown Token", Unauthorized),
            ("Post data empty!", Refused),
            ("Unable to unserialize value. Error: Syntax error", Refused),
            ("No Returns Data in post", Refused),
            ("Post missing channable_id", Refused),
            ("Post missing channel_id", Refused),
            ("Something that nobody has seen before", Refused),
            ("Could not save the return: SQLSTATE[HY000]: General error: 1205 Lock wait timeout", Transient),
            ("SQLSTATE[HY000] [2002] Connection refused", OutcomeUnknown),
        ],
    )
    def test_each_has_its_name(self, words: str, kind: type[Exception]) -> None:
        assert type(create_error(words)) is kind

    @pytest.mark.parametrize(
        "words",
        [
            'Warning: Undefined array key "reason" in /var/www/shop/vendor/magmodules/ImportReturn.php on line 88',
            "Notice: Undefined index: reason in C:\\inetpub\\shop\\ImportReturn.php on line 88",
            "Something in /var/www/shop/app/etc/env.php broke",
        ],
    )
    def test_no_server_path_is_shown(self, words: str) -> None:
        error = create_error(words)
        assert isinstance(error, Refused)
        shown = f"{error.message} {error.words}"
        assert not any(part in shown for part in ("www", "inetpub", "ImportReturn", "env.php"))
        assert "reason" in shown or "broke" in shown

    def test_no_statement_is_shown(self) -> None:
        error = create_error("Could not save the return: SQLSTATE[42S02]: no table, query was: INSERT ... 'Noor'")
        assert error.code == "SQLSTATE[42S02]"
        assert "Noor" not in f"{error.message} {error.words}"
        assert public("bad, query was: INSERT 'Noor'") == "bad"
