"""Lightspeed's settings, tables and pure functions, without a shop."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from retour.connectors.shapes import decode
from retour.connectors.shops.lightspeed import wire
from retour.connectors.shops.lightspeed.config import LightspeedConfig
from retour.connectors.shops.lightspeed.mapping import document, marker, says, text
from retour.core.model import Resolution
from retour.testing.samples import bare_request, full_request

SECRET = "a" * 31 + "S"


def config(**settings: Any) -> LightspeedConfig:
    needed = {"language": "nl", "api_key": "k" * 32, "api_secret": SECRET}
    return LightspeedConfig.model_validate(needed | settings)


def said(status: str, action: Any = "", **settings: Any) -> tuple[Resolution | None, bool]:
    row = decode(wire.ReturnRow, {"id": 57, "status": status, "returnAction": action})
    says_ = says(row, config(**settings))
    assert (says_.ref, says_.word, says_.gone) == ("57", status, False)
    return says_.resolution, says_.unclear


class TestDecisions:
    """Contract lightspeed.md, 3.1 and 3.2."""

    @pytest.mark.parametrize(
        ("status", "resolution"),
        [
            ("new", None),
            ("pending", None),
            ("received", None),
            ("In progress", None),
            ("authorized", None),
            ("refunded", Resolution.ACCEPT),
            ("REFUNDED", Resolution.ACCEPT),
            ("Items_Refunded", Resolution.ACCEPT),
            ("Item(s) refunded", Resolution.ACCEPT),
            ("credited", Resolution.ACCEPT),
            ("repaired", Resolution.REPAIR),
            ("rejected", Resolution.REJECT),
            ("request_rejected", Resolution.REJECT),
            ("denied", Resolution.REJECT),
            ("cancelled", Resolution.CANCEL),
            ("canceled", Resolution.CANCEL),
        ],
    )
    @pytest.mark.parametrize("action", ["", False, None, 5, "Geld terug"])
    def test_statuses(self, status: str, resolution: Resolution | None, action: Any) -> None:
        assert said(status, action) == (resolution, False)

    @pytest.mark.parametrize("status", ["geretourneerd", "refund", "wacht op klant", "refunded?no", "null", "0"])
    def test_any_other_status_is_for_a_person(self, status: str) -> None:
        assert said(status) == (None, True)

    @pytest.mark.parametrize(
        "action",
        ["Keep", "Customer keeps it", "Behouden", "Klant mag het houden", "conserver", "À garder", "Produkt behalten"],
    )
    def test_keep(self, action: str) -> None:
        assert said("refunded", action) == (Resolution.KEEP, False)
        assert said("repaired", action)[0] is Resolution.REPAIR

    @pytest.mark.parametrize(
        "action",
        ["Exchange", "Replacement", "Omruilen", "Ik wil ruilen", "Échange", "ECHANGER", "Umtausch", "umtauschen"],
    )
    def test_exchange(self, action: str) -> None:
        assert said("repaired", action) == (Resolution.EXCHANGE, False)
        assert said("refunded", action)[0] is Resolution.ACCEPT, "the status wins"

    @pytest.mark.parametrize(
        "action",
        [
            "Repair or exchange",
            "Reparatie of omruilen",
            "Niet omruilen",
            "Don't exchange",
            "Pas d'échange",
            "Kein Umtausch",
            "Teruilen",
        ],
    )
    def test_a_text_that_is_not_clear_leaves_the_status(self, action: str) -> None:
        assert said("repaired", action) == (Resolution.REPAIR, False)

    @pytest.mark.parametrize("action", ["Niet houden", "Do not keep", "Onderhouden", "Housekeeping", "Gardening"])
    def test_nothing_is_kept_by_chance(self, action: str) -> None:
        assert said("refunded", action) == (Resolution.ACCEPT, False)

    def test_rejected_and_cancelled_hear_no_action(self) -> None:
        assert said("rejected", "Keep")[0] is Resolution.REJECT
        assert said("cancelled", "Exchange")[0] is Resolution.CANCEL

    @pytest.mark.parametrize(
        ("action", "resolution"),
        [
            ("Geld terug", Resolution.ACCEPT),
            ("", Resolution.ACCEPT),
            ("Behouden", Resolution.KEEP),
            ("Omruilen", None),
            ("Reparatie", None),
        ],
    )
    def test_authorized_may_be_enough(self, action: str, resolution: Resolution | None) -> None:
        assert said("authorized", action, accept_on_authorized=True) == (resolution, False)
        assert said("authorized", action) == (None, False)

    def test_a_shops_own_words(self) -> None:
        own = {"status_words": {"Gecrediteerd": "refunded", "new": "cancelled"}, "keep_words": ["laat maar"]}
        assert said("gecrediteerd", "Laat maar liggen", **own) == (Resolution.KEEP, False)
        assert said("gecrediteerd", "Keep", **own) == (Resolution.ACCEPT, False)
        assert said("new", **own) == (Resolution.CANCEL, False)


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "sentence"),
        [
            ({"language": "nld"}, "language"),
            ({"language": "NL"}, "language"),
            ({"api_url": "api.webshopapp.com"}, "api_url"),
            ({"api_url": "https://key:secret@api.webshopapp.com"}, "api_url"),
            ({"api_key": ""}, "api_key"),
            ({"settled_status": "rejected"}, "settled_status must mean refunded"),
            ({"settled_status": "whatever"}, "settled_status must mean refunded"),
            ({"status_words": {"x1": "accepted"}}, "status_words"),
            ({"return_action": "Omruilen"}, "must not say keep"),
            ({"keep_words": [""]}, "keep_words"),
        ],
    )
    def test_what_cannot_work_is_refused(self, settings: dict[str, Any], sentence: str) -> None:
        with pytest.raises(ValidationError, match=sentence) as caught:
            config(**settings)
        assert SECRET not in str(caught.value)


class TestDocument:
    def test_the_whole_of_it(self) -> None:
        request = full_request(customer=None, billing=None)
        assert document(request, "r-1:86000001:create", 12, 34, None, config()) == {
            "orderId": 12,
            "orderProducts": [{"id": 34, "quantity": 2}],
            "returnReason": "Te klein",
            "customerComment": "Fits tight at the shoulders",
            "staffNote": "[rh:r-1:86000001:create]\nbol: return 31000001, order C000TEST01\n"
            "2 x Rain jacket, green, M SKU JACKET-GREEN-M EAN 0000000000017 49.95 EUR",
            "notifyStatus": False,
            "isStockAdjusted": False,
        }

    def test_the_least_of_it(self) -> None:
        least = document(bare_request(status="accepted"), "k", 12, 34, "INV1", config())
        assert (least["returnReason"], least["customerComment"], least["status"]) == ("", "", "refunded")
        assert least["staffNote"].splitlines()[2:] == ["1 x", "Invoice: INV1", "Handled by bol"]

    def test_the_reason_is_the_marketplaces_or_ours(self) -> None:
        assert document(full_request(reason_text=None), "k", 1, 2, None, config())["returnReason"] == "wrong size fit"

    @example("half \ud83d", "half \ud83d")
    @given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=())))
    def test_the_mark_survives_whatever_stands_beside_it(self, key: str, any_text: str) -> None:
        note = document(full_request(title=any_text, ref=any_text), key, 1, 2, None, config())["staffNote"]
        assert note.startswith(marker(key))
        note.encode()

    @example("half \ud83d", 50)
    @given(st.text(st.characters(exclude_categories=())), st.integers(1, 50))
    def test_a_text_can_be_sent_and_fits(self, any_text: str, length: int) -> None:
        fits = text(any_text, length)
        assert len(fits) <= length
        fits.encode()
