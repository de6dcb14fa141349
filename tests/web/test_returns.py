"""The overview: who sees what, stages, filters, search, pages."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from retour.core.model import Resolution, Source
from retour.store import desk
from retour.store.models import User
from retour.web import returns
from tests.web.conftest import AT, House, days, line, page, signed_in

pytestmark = pytest.mark.django_db


def listed(client: Client, **query: object) -> list[str]:
    """The marketplace's numbers of the returns on a page, in order."""
    response = client.get("/?" + urlencode(query))
    page(response)
    return [row.of.ref for row in response.context["listing"].rows]


def tabs_of(client: Client) -> dict[str, int]:
    """How many returns each tab holds."""
    return {tab.name: tab.count for tab in client.get("/").context["tabs"]}


def test_shows_what_staff_needs_of_each_return(acme: House, jo: Client) -> None:
    row = acme.see("41000001", line(quantity=2))
    acme.into_shop(row)
    desk.link_order(acme.project.pk, "C000TEST01", "000000012", "desk")
    text = page(jo.get("/"))
    for shown in (
        row.public_id, "41000001", "Mug, blue", "MUG-BLUE", "\u00d7 2", "Te klein", "Wrong size or fit", "bol-nl",
        "Acme BV · Acme webshop", "C000TEST01", "000000012", "Waiting for the merchant&#x27;s decision",
        "badge-open", "2026-03-02 09:15:30 UTC",
    ):  # fmt: skip
        assert shown in text, shown


def test_shows_only_returns_of_the_companies_one_works_for(
    acme: House, other: House, person: Callable[..., User], jo: Client, admin: Client
) -> None:
    acme.see("A1", line())
    other.see("B1", line())
    both = signed_in(person("both@example.org", acme.company, other.company))
    nobody = signed_in(person("nobody@example.org"))
    assert listed(jo) == ["A1"]
    assert sorted(listed(admin)) == sorted(listed(both)) == ["A1", "B1"]
    assert listed(nobody) == []
    seen = {client: tabs_of(client)["all"] for client in (jo, admin, both, nobody)}
    assert seen == {jo: 1, admin: 2, both: 2, nobody: 0}
    assert listed(jo, q="B1") == listed(jo, q="C000TEST01", marketplace=other.bol.pk, stage="closed") == []
    assert "Other" not in page(jo.get("/"))


def test_a_filter_for_a_foreign_connection_widens_nothing(acme: House, other: House, jo: Client) -> None:
    other.see("B1", line())
    assert listed(jo, marketplace=other.bol.pk, stage="all") == []
    assert listed(jo, project=other.project.pk, stage="all") == []


def test_begins_with_what_is_not_closed_and_counts_every_stage(acme: House, jo: Client) -> None:
    waits = acme.see("waits", line(), at=AT + days(1))
    acme.into_shop(waits)
    acme.see("new", line())
    acme.see("done", line(awaits=False), at=AT - days(1))
    sending = acme.see("sending", line(), at=AT + days(2))
    acme.into_shop(sending)
    desk.decide(sending.pk, [desk.Choice("70000001", Resolution.ACCEPT)], Source.DESK, AT, "jo")
    assert listed(jo) == ["sending", "waits", "new"]
    assert listed(jo, stage="all") == ["sending", "waits", "new", "done"]
    assert listed(jo, stage="closed") == ["done"]
    assert listed(jo, stage="nonsense") == ["sending", "waits", "new"]
    assert tabs_of(jo) == {
        "todo": 3, "attention": 0, "new": 1, "open": 1, "sending": 1, "closed": 1, "all": 4
    }  # fmt: skip


def test_filters_by_marketplace_project_and_day(acme: House, jo: Client) -> None:
    belgium = acme.marketplace("bol-be")
    acme.see("nl", line())
    acme.see("be", line(), bol=belgium, at=AT + days(3))
    assert listed(jo, marketplace=belgium.pk) == ["be"]
    assert listed(jo, project=acme.project.pk) == ["be", "nl"]
    assert listed(jo, since="2026-03-03") == ["be"]
    assert listed(jo, until="2026-03-02") == ["nl"]
    assert listed(jo, since="2026-03-02", until="2026-03-05") == ["be", "nl"]


@pytest.mark.parametrize(
    "query",
    ["since=soon", "until=2026-99-99", "marketplace=x", "page=-1", "page=x", "page=9" * 9, "project=9" * 3, "q=%00"],
)
def test_a_filter_that_cannot_be_read_filters_nothing(acme: House, jo: Client, query: str) -> None:
    acme.see("nl", line())
    response = jo.get(f"/?{query}")
    page(response)
    assert [row.of.ref for row in response.context["listing"].rows] == ["nl"]


@pytest.mark.parametrize(
    "text", ["41000001", "4100", "C000TEST07", "c000test07", "SHIRT", "shirt-red", "8712345000011", "871", "000000077",
             "57", "red shirt", "Shirt", " SHIRT-RED "],
)  # fmt: skip
def test_finds_by_numbers_and_by_words_of_the_title(acme: House, jo: Client, text: str) -> None:
    row = acme.see(
        "41000001", line(order_ref="C000TEST07", sku="SHIRT-RED", gtin="8712345000011", title="A bright red shirt")
    )
    acme.into_shop(row)
    desk.link_order(acme.project.pk, "C000TEST07", "000000077", "desk")
    acme.see("99999999", line())
    assert listed(jo, q=text) == ["41000001"]


def test_finds_by_its_own_number_and_a_closed_one_too(acme: House, jo: Client) -> None:
    row = acme.see("41000001", line(awaits=False))
    assert listed(jo, q=row.public_id) == ["41000001"]
    assert listed(jo, q=f"R-{row.pk}") == ["41000001"]
    assert listed(jo, q="r-999999999") == []


@pytest.mark.parametrize("text", ["Sanne", "de Vries", "Voorbeeldstraat", "%", "_", "' OR 1=1 --", "Mug%"])
def test_finds_no_customer_and_takes_nothing_for_a_pattern(acme: House, jo: Client, text: str) -> None:
    acme.see("41000001", line())
    assert listed(jo, q=text) == []


def test_the_shop_order_of_another_company_finds_nothing(acme: House, other: House, jo: Client) -> None:
    acme.see("A1", line())
    other.see("B1", line(order_ref="C000TEST09"))
    desk.link_order(other.project.pk, "C000TEST09", "000000099", "desk")
    assert listed(jo, q="000000099") == []


def test_pages_newest_first_without_gaps_or_repeats(acme: House, jo: Client) -> None:
    refs = [f"4100{number:04}" for number in range(107)]
    for number, ref in enumerate(refs):
        acme.see(ref, line(), at=AT + timedelta(minutes=number // 2))
    shown = [listed(jo, page=number) for number in (1, 2, 3)]
    assert [len(one) for one in shown] == [50, 50, 7]
    assert [ref for one in shown for ref in one] == refs[::-1]
    assert listed(jo, page=99) == shown[2]
    text = page(jo.get("/?page=2&q=4100"))
    assert "Page 2 of 3 (107 returns)" in text
    assert "?q=4100&amp;stage=all&amp;page=3" in text


def test_asks_the_database_as_often_for_one_return_as_for_fifty(acme: House, jo: Client) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(
            database,
        ) as asked:
            page(jo.get(address))
        return len(asked)

    acme.see("41000000", line())
    one = queries("/"), queries("/?q=MUG")
    for number in range(1, 50):
        acme.see(f"4100{number:04}", line(), line(ref="70000002"))
    assert (queries("/"), queries("/?q=MUG")) == one
    assert one[0] <= 11


def test_hostile_words_stay_words(acme: House, jo: Client) -> None:
    evil = "<script>alert(1)</script>"
    acme.see(evil, line(title=evil, sku=evil, order_ref=evil, reason_text=evil))
    text = page(jo.get("/", {"q": evil, "stage": "all"}))
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5


def test_refreshes_only_what_has_changed(acme: House, jo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    acme.see("A1", line())
    seen = jo.get("/").context["seen"]
    live = {"HX-Request": "true", "X-Seen": seen}
    assert jo.get("/", headers=live).status_code == 204
    acme.see("41000002", line())
    response = jo.get("/", headers=live)
    assert "41000002" in page(response)
    assert "<html" not in response.content.decode()


def test_says_it_plainly_when_there_is_nothing(acme: House, jo: Client) -> None:
    assert "Nothing is open: every return is closed." in page(jo.get("/"))
    assert "No return fits this search" in page(jo.get("/?q=nothing"))


def test_is_never_kept_by_a_cache(acme: House, jo: Client) -> None:
    assert "no-store" in jo.get("/").headers["Cache-Control"]


def test_every_stage_has_its_tab() -> None:
    assert [name for name, _label, _stages in returns._TABS] == [
        "todo", "attention", "new", "open", "sending", "closed", "all"
    ]  # fmt: skip
