"""Reports that the shop's own returns have begun: a person completes them on the page "Report a return", once."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from retour.connectors.contract import OwnPage, OwnReturn, ReturnedUnits
from retour.core.model import Reason, Resolution, ShopSays
from retour.store import shop_reports
from retour.store.models import Connection, Project, Return, ShopReport
from retour.store.sealed import seal
from tests.web.conftest import House, page
from tests.web.marketplaces import Market, market
from tests.web.test_report import filled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_without_waiting")]


@pytest.fixture
def bol(project: Project) -> Iterator[Market]:
    with market("bol", project) as running:
        yield running


def there(
    bol: Market, order: str, *, known: bool = True, sku: str | None = "BOOK-COOK", says: Resolution | None = None
) -> ShopReport:
    """The shop shows a return of two, and a person is to report it."""
    shop, _ = Connection.objects.get_or_create(
        project=bol.row.project,
        slug="shop",
        role="shop",
        connector="lightspeed",
        settings={"language": "nl"},
        secrets=seal({"api_key": "k" * 32, "api_secret": "s" * 32}),
    )
    units = ReturnedUnits(2, sku, reason=Reason.WRONG_SIZE_FIT, reason_text="Te klein")
    made = OwnReturn(ShopSays("57", "new", says), "ORD1", (order,), (units,))
    shop_reports.record_own(shop, OwnPage((made,)), timezone.now())
    row = ShopReport.objects.get()
    shop_reports.prepare(row.pk, "Choose the line.", bol.row if known else None, order if known else "")
    return ShopReport.objects.get()


def look(client: Client, bol: Market, row: ShopReport, order: str | None) -> str:
    return page(client.post("/returns/report", {"connection": bol.row.pk, "order": order or "", "shop_report": row.pk}))


def test_it_is_filled_in_and_reported_with_one_click_more(bol: Market, jo: Client) -> None:
    order = bol.sell(3).order_ref or ""
    row = there(bol, order)
    assert "1 return of the shop waits to be reported" in page(jo.get("/"))
    html = page(jo.get("/returns/report"))
    assert "Return 57 of order ORD1 in shop" in html
    assert "<li>2 \u00d7 BOOK-COOK" in html
    assert "Choose the line." in html

    response = jo.post("/returns/report", {"connection": bol.row.pk, "order": order, "shop_report": row.pk})
    html = page(response)
    assert 'name="unit-0-quantity" type="number" min="0" max="3" value="2"' in html
    assert '<option value="wrong_size_fit" selected>' in html
    form = filled(response, {0: 2}) | {"unit-0-reason": "wrong_size_fit"}
    answer = jo.post("/returns/report", form)
    made = Return.objects.get()
    assert answer.headers["Location"] == f"/returns/{made}"
    assert made.lines.get().shop_ref == "57", "no second one is made there"
    assert list(made.effects.values_list("kind", flat=True)) == []
    assert "It is return 57 of the shop" in page(jo.get(f"/returns/{made}"))
    assert "Complete the report" not in page(jo.get("/returns/report"))
    assert "waits to be reported" not in page(jo.get("/"))
    assert ShopReport.objects.get().actor == "jo@example.org"


def test_sent_twice_or_opened_twice_it_is_one_return(bol: Market, jo: Client) -> None:
    order = bol.sell(3).order_ref or ""
    row = there(bol, order)
    asked = {"connection": bol.row.pk, "order": order, "shop_report": row.pk}
    one, other = (filled(jo.post("/returns/report", asked), {0: 1}) for _ in range(2))
    places = {jo.post("/returns/report", form).headers["Location"] for form in (one, one, other)}
    assert places == {f"/returns/{Return.objects.get()}"}


def test_what_the_shop_has_decided_counts(bol: Market, jo: Client) -> None:
    order = bol.sell(3).order_ref or ""
    row = there(bol, order, says=Resolution.ACCEPT)
    asked = {"connection": bol.row.pk, "order": order, "shop_report": row.pk}
    jo.post("/returns/report", filled(jo.post("/returns/report", asked), {0: 2}))
    bol.sync()
    assert bol.money() == [("refund", 2)]
    [shape] = bol.shapes()
    assert [(one["source"], one["told"]) for one in shape["lines"][0]["decisions"]] == [("shop", "confirmed")]


def test_of_what_is_not_certain_nothing_is_filled_in(bol: Market, jo: Client) -> None:
    order = bol.sell(3).order_ref
    assert 'value="0"' in look(jo, bol, there(bol, order or "", sku="ANOTHER"), order)


def test_never_more_than_is_left(bol: Market, jo: Client) -> None:
    order = bol.sell(1).order_ref
    assert 'max="1" value="1"' in look(jo, bol, there(bol, order or ""), order)


def test_whose_order_it_is_may_be_for_the_person_to_say(bol: Market, jo: Client) -> None:
    order = bol.sell(3).order_ref or ""
    row = there(bol, order, known=False)
    response = jo.post("/returns/report", {"connection": "", "order": order, "shop_report": row.pk})
    assert response.status_code == 422
    html = response.content.decode()
    assert f'name="shop_report" value="{row.pk}"' in html
    assert f'value="{order}"' in html
    assert "bol-nl: bol" not in html, "only marketplaces of the shop's project"
    assert "Report it" in look(jo, bol, row, order)


def test_a_person_says_that_nothing_is_to_be_reported(bol: Market, jo: Client) -> None:
    row = there(bol, bol.sell(3).order_ref or "")
    answer = jo.post("/returns/report/nothing", {"shop_report": row.pk})
    assert answer.headers["Location"] == "/returns/report"
    html = page(jo.get("/returns/report"))
    assert "Return 57 of the shop is not reported." in html
    assert "Complete the report" not in html
    assert (ShopReport.objects.get().state, ShopReport.objects.get().actor) == ("dismissed", "jo@example.org")
    assert jo.post("/returns/report/nothing", {"shop_report": row.pk}).status_code == 302
    asked = {"connection": bol.row.pk, "order": "X", "shop_report": row.pk}
    response = jo.post("/returns/report", asked)
    assert response.status_code == 422
    assert "dealt with already" in response.content.decode()


def test_it_is_shown_to_its_own_company_only(bol: Market, other: House, jo: Client, admin: Client) -> None:
    row = there(bol, bol.sell(3).order_ref or "")
    Project.objects.filter(pk=bol.row.project_id).update(company=other.company)
    assert "Complete the report" not in page(jo.get("/returns/report"))
    assert "waits to be reported" not in page(jo.get("/"))
    assert jo.post("/returns/report/nothing", {"shop_report": row.pk}).status_code == 404
    assert jo.get(f"/returns/report?shop_report={row.pk}").status_code == 200
    assert "Return 57" not in page(jo.get(f"/returns/report?shop_report={row.pk}"))
    assert "Complete the report" in page(admin.get("/returns/report"))


@pytest.mark.parametrize("key", ["", "0", "nonsense", "9" * 40, "\u0663"])
def test_a_number_that_is_none(bol: Market, jo: Client, key: str) -> None:
    assert jo.post("/returns/report/nothing", {"shop_report": key}).status_code == 404
    assert jo.get("/returns/report", {"shop_report": key}).status_code == 200
