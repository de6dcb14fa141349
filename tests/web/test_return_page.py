"""A return's page: what it shows, to whom, and how it refreshes itself."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from retour.connectors import registry
from retour.core import model as core
from retour.core.model import EffectKind, EffectState, Handler, Handling, Party, Resolution, Source
from retour.project.home import make_home, read_keys
from retour.store import desk, record
from retour.store.models import Connection, Return, User
from tests.web.conftest import AT, House, effect_of, line, page, signed_in

pytestmark = pytest.mark.django_db


def text_of(client: Client, row: object) -> str:
    """The page's words, without tags, on one line."""
    html = page(client.get(f"/returns/{row}"))
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_shows_everything_that_is_known(acme: House, jo: Client) -> None:
    row = acme.see("41000001", line(quantity=2, tracking="3STEST", carrier="PostNL"))
    billing = Party(company="Vries & Zn", street="Factuurlaan", house_number="1", vat_number="NL000000000B01")
    record.record_orders(acme.bol, {"C000TEST01": core.Order("C000TEST01", billing=billing)}, AT)
    acme.into_shop(row)
    desk.link_order(acme.project.pk, "C000TEST01", "000000012", "desk")
    text = text_of(jo, row)
    for shown in (
        f"Return {row.public_id} Open", "Waiting for the merchant&#x27;s decision", "bol bol-nl", "41000001",
        "Mug, blue", "2 of 2", "Te klein Wrong size or fit", "MUG-BLUE", "0000000000017", "EUR 12.95", "C000TEST01",
        "000000012", "57 new", "Past niet.", "PostNL 3STEST", "Sanne de Vries", "Voorbeeldstraat 12", "1234 AB Utrecht",
        "sanne@example.org", "Billing address of order C000TEST01", "Vries &amp; Zn", "NL000000000B01",
        "Seen on bol-nl", "Made in the shop as return 57", "PUT 202", "&quot;quantityReturned&quot;: 1", "&lt;i&gt;",
        "Request number there: req-1", "Kept until 2026-04-01 09:15:30 UTC",
    ):  # fmt: skip
        assert shown in text, shown


def test_is_never_kept_by_a_cache(acme: House, jo: Client) -> None:
    response = jo.get(f"/returns/{acme.see('A1', line())}")
    assert {"no-store", "private"} <= set(response.headers["Cache-Control"].replace(" ", "").split(","))


@pytest.mark.parametrize("act", ["", "/decide", "/retry", "/done", "/told", "/link-order"])
def test_does_not_exist_for_people_of_other_companies(other: House, jo: Client, act: str) -> None:
    row = other.see("FOREIGN-41000001", line())
    ask = jo.post if act else jo.get
    response = ask(f"/returns/{row}{act}")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()
    assert "FOREIGN-41000001" not in response.content.decode()


@pytest.mark.parametrize("number", ["999", "9" * 30])
def test_what_does_not_exist_is_not_found(jo: Client, number: str) -> None:
    assert jo.get(f"/returns/r-{number}").status_code == 404


def test_a_superuser_sees_every_return(other: House, admin: Client) -> None:
    assert "Mug, blue" in text_of(admin, other.see("B1", line()))


@pytest.mark.parametrize("act", ["decide", "retry", "done", "told", "link-order"])
def test_changes_are_made_by_post_only(acme: House, jo: Client, act: str) -> None:
    row = acme.see("A1", line())
    assert jo.get(f"/returns/{row}/{act}").status_code == 405


def test_says_what_each_decision_does(acme: House, jo: Client) -> None:
    by_hand = acme.marketplace("bol-be", keep_as="by_hand")
    row = acme.see("A1", line(), bol=by_hand)
    acme.into_shop(row)
    options = page(jo.get(f"/returns/{row}")).split('<label class="option">')[1:]
    said = {re.search(r'value="(\w+)"', option)[1]: option for option in options}  # type: ignore[index]
    assert set(said) == set(Resolution)
    assert {name for name, words in said.items() if "Refunds the customer" in words} == {"accept", "keep"}
    assert [name for name, words in said.items() if "You will have to tell bol by hand." in words] == ["keep"]


def test_what_the_marketplace_handles_is_not_decided_here(acme: House, jo: Client) -> None:
    row = acme.see("A1", line(awaits=False), handler=Handler.MARKETPLACE)
    html = page(jo.get(f"/returns/{row}"))
    assert "bol handles this return itself; there is nothing to decide here." in html
    assert 'name="resolution"' not in html


def test_tells_how_far_each_decision_has_come(acme: House, jo: Client) -> None:
    row = acme.see("A1", line(quantity=3))
    acme.into_shop(row)
    desk.decide(row.pk, [desk.Choice("70000001", Resolution.REJECT, 1, "worn")], Source.DESK, AT, "jo")
    assert "Not told to bol yet" in text_of(jo, row)
    effect = effect_of(row, EffectKind.SETTLE)
    acme.outcome(effect, EffectState.PENDING, receipt="1", note="sent")
    assert "Told; waiting for bol to confirm" in text_of(jo, row)
    acme.outcome(effect, EffectState.DONE, note="confirmed")
    text = text_of(jo, row)
    assert "Reject × 1 decided on the returns desk worn" in text.replace("\u00d7", "×")  # noqa: RUF001
    assert "bol confirms it" in text
    assert "2 of 3" in text


def test_shows_what_the_marketplace_did_by_itself(acme: House, jo: Client) -> None:
    theirs = (Handling(1, Resolution.ACCEPT, "ACCEPTED/RETURN_RECEIVED", AT),)
    row = acme.see("A1", line(awaits=False, handlings=theirs))
    assert "This is what bol says" in text_of(jo, row)


def test_hostile_words_stay_words(acme: House, jo: Client) -> None:
    evil = "</textarea><script>alert(1)</script>"
    row = acme.see(
        evil,
        line(title=evil, comment=evil, reason_text=evil, sku=evil, order_ref=evil, tracking=evil),
        customer=Party(first_name=evil, street=evil),
    )
    desk.link_order(acme.project.pk, evil, evil, "desk")
    html = page(jo.get(f"/returns/{row}"))
    assert "<script>alert" not in html
    assert "</textarea>" not in html
    assert html.count("&lt;script&gt;alert(1)") >= 9


def test_the_address_bar_and_the_log_hold_no_personal_data(
    acme: House, jo: Client, caplog: pytest.LogCaptureFixture
) -> None:
    html = page(jo.get(f"/returns/{acme.see('A1', line())}"))
    for address in re.findall(r'(?:href|action|hx-get)="([^"]*)"', html):
        assert "Sanne" not in address
        assert "sanne" not in address
    assert "Sanne" not in caplog.text


def test_refreshes_only_what_has_changed(acme: House, jo: Client) -> None:
    row = acme.see("A1", line())
    address = f"/returns/{row}"
    seen = jo.get(address).context["seen"]
    live = {"HX-Request": "true", "X-Seen": seen}
    assert jo.get(address, headers=live).status_code == 204
    acme.into_shop(row)
    html = page(jo.get(address, headers=live))
    assert "<html" not in html
    assert set(re.findall(r'id="(\w+)"[^>]*hx-swap-oob="true"', html)) == {
        "head", "lines", "people", "timeline", "exchanges"
    }  # fmt: skip


def test_asks_the_database_as_often_for_one_line_as_for_ten(acme: House, jo: Client) -> None:
    def queries(row: object) -> int:
        with CaptureQueriesContext(database) as asked:
            page(jo.get(f"/returns/{row}"))
        return len(asked)

    few = acme.see("A1", line())
    many = acme.see("A2", *(line(ref=f"7{number}", order_ref=f"C{number}") for number in range(10)))
    assert queries(few) == queries(many) <= 12


def test_a_connector_that_is_gone_hides_no_return(acme: House, jo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    row = acme.see("A1", line())

    def gone(key: str) -> None:
        raise registry.UnknownConnector("There is no marketplace connector 'bol'.")

    monkeypatch.setattr(registry, "marketplace", gone)
    Connection.objects.filter(pk=acme.bol.pk).update(fingerprint="changed")
    html = page(jo.get(f"/returns/{row}"))
    assert "There is no marketplace connector" in html
    assert "Mug, blue" in html
    assert 'name="resolution"' not in html


def test_a_lost_key_hides_the_customer_and_says_why(
    acme: House, jo: Client, settings: LazySettings, tmp_path: Path
) -> None:
    row = acme.see("A1", line())
    page(jo.get(f"/returns/{row}"))  # what can be told is known by now
    make_home(tmp_path)
    settings.HOME, settings.SECRET_KEYS = tmp_path, read_keys(tmp_path)
    text = text_of(jo, row)
    assert "Sealed data cannot be opened" in text
    assert "Sanne" not in text
    assert "Mug, blue" in text


def test_a_person_without_a_company_sees_nothing(acme: House, person: Callable[..., User]) -> None:
    row = acme.see("A1", line())
    assert signed_in(person("nobody@example.org")).get(f"/returns/{row}").status_code == 404


def test_a_deadline_says_what_happens_then(acme: House, jo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from retour.core.capabilities import Deadline
    from retour.web import dossier

    row = acme.see("A1", line())
    due = (
        row.opened_at + timedelta(days=2),
        Deadline("answer", timedelta(days=2), "bol refunds by itself.", "made up"),
    )
    Return.objects.filter(pk=row.pk).update(deadline_at=due[0])
    monkeypatch.setattr(dossier, "dated", lambda known, deadlines: [due])
    text = text_of(jo, row)
    assert "(2026-03-04 09:15:30 UTC). bol refunds by itself." in text


def test_settings_that_no_longer_fit_are_said_without_their_values(acme: House, jo: Client) -> None:
    row = acme.see("A1", line())
    Connection.objects.filter(pk=acme.bol.pk).update(
        settings={"client_id": "x", "keep_as": "HUNTER2"}, fingerprint="new"
    )
    html = page(jo.get(f"/returns/{row}"))
    assert "The settings no longer fit (keep_as" in html
    assert "HUNTER2" not in html
