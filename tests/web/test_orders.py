"""Returns of one order are found together, and told together; what was sent is shown with each of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from retour.core.model import Resolution, Source
from retour.store import desk
from retour.store.models import Exchange, Project, Return
from tests.web.conftest import AT, House, days, line, page, words_of
from tests.web.marketplaces import Market, market

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_without_waiting")]


@pytest.fixture
def otto(project: Project) -> Iterator[Market]:
    with market("otto", project, reject_as="chosen") as running:
        yield running


def announced(otto: Market, count: int) -> list[Return]:
    """One order, of which the customer announces so many units; each is a return."""
    from retour.sandbox.otto.samples import product

    simulator: Any = otto.platform.simulator
    order = simulator.place_order([product(0, count)])
    simulator.announce([unit.position_item_id for unit in order.units])
    otto.sync()
    rows = list(Return.objects.select_related("connection").order_by("pk"))
    assert len(rows) == count
    return rows


def others(client: Client, row: Return) -> str:
    html = page(client.get(f"/returns/{row}"))
    return words_of(html.split('<nav class="others"')[1].split("</nav>")[0]) if 'class="others"' in html else ""


def decide(client: Client, row: Return, **answers: Any) -> Any:
    form = {"line": row.lines.get().pk, "known": 0, "quantity": 1, "reason": "", **answers}
    return client.post(f"/returns/{row}/decide", form)


def test_each_unit_leads_to_the_others(otto: Market, jo: Client) -> None:
    first, second, third = announced(otto, 3)
    html = page(jo.get(f"/returns/{first}"))
    assert "Other returns of this order" in html
    for other in (second, third):
        assert f'href="/returns/{other}">{other}</a>' in html
    assert f"{second} Open" in others(jo, first)
    decide(jo, second, resolution="accept")
    assert f"{second} Sending" in others(jo, first)


def test_a_page_that_refreshes_itself_sees_how_the_others_stand(otto: Market, jo: Client) -> None:
    first, second = announced(otto, 2)
    address = f"/returns/{first}"
    live = {"HX-Request": "true", "X-Seen": jo.get(address).context["seen"]}
    assert jo.get(address, headers=live).status_code == 204
    decide(jo, second, resolution="accept")
    assert f"{second}" in page(jo.get(address, headers=live))


def test_returns_of_other_orders_accounts_and_companies_are_none(acme: House, other: House, jo: Client) -> None:
    row = acme.see("A1", line())
    second = acme.see("A2", line(order_ref="C000TEST02"))
    acme.see("A3", line(), bol=acme.marketplace("bol-be"))
    other.see("B1", line())
    assert others(jo, row) == ""
    both = acme.see("A4", line("1"), line("2", order_ref="C000TEST02"), at=AT + days(1))
    assert [word for word in others(jo, both).split() if word.startswith("r-")] == [str(row), str(second)]


def test_what_was_told_with_one_call_is_shown_with_each_return(otto: Market, jo: Client) -> None:
    rows = announced(otto, 2)
    choices = [(row, desk.Choice(row.lines.get().ref, Resolution.ACCEPT)) for row in rows]
    for row, choice in choices:
        desk.decide(row.pk, [choice], Source.DESK, timezone.now(), "jo@example.org")
    otto.sync()
    assert otto.money() == [("refund", 1), ("refund", 1)]
    assert Exchange.objects.filter(method="POST", url__endswith="/acceptance").count() == 1
    shown = [page(jo.get(f"/returns/{row}")) for row in rows]
    assert ["/v3/returns/acceptance" in html for html in shown] == [True, True]
    assert ["Sent together with the decisions on other returns." in html for html in shown] == [False, True]
    for html in shown:
        assert "OTTO confirms it" in html
        assert "; confirmed 20" in words_of(html), "when it was sent, and when it was confirmed"


def test_what_was_told_later_is_shown_with_its_own_return_only(otto: Market, jo: Client) -> None:
    first, second = announced(otto, 2)
    decide(jo, first, resolution="accept")
    otto.sync()
    decide(jo, second, resolution="reject", code="WRONG_ITEM")
    otto.sync()
    assert "/v3/returns/rejection" not in page(jo.get(f"/returns/{first}"))
    html = page(jo.get(f"/returns/{second}"))
    assert "/v3/returns/rejection" in html
    assert "/v3/returns/acceptance" not in html


def test_a_refusal_needs_a_reason_of_the_marketplaces_list_and_it_arrives(otto: Market, jo: Client) -> None:
    [row] = announced(otto, 1)
    html = page(jo.get(f"/returns/{row}"))
    assert "Reason for OTTO" in html
    assert '<optgroup label="Reject"><option value="THIRD_PARTY_ITEM">' in html
    response = decide(jo, row, resolution="reject")
    assert response.status_code == 422
    assert "The marketplace wants a reason with this decision. Choose one." in response.content.decode()
    assert "Choose one." in decide(jo, row, resolution="reject", code="RETURN_RECEIVED").content.decode(), (
        "one of another decision's is none of this one's"
    )
    assert decide(jo, row, resolution="reject", code="RETURN_PERIOD_EXCEEDED").status_code == 302
    otto.sync()
    [told] = otto.does(otto.platform.journal("settled"))
    assert told["detail"]["reason"] == "RETURN_PERIOD_EXCEEDED"


def test_a_reason_chosen_for_a_refund_arrives_too(otto: Market, jo: Client) -> None:
    [row] = announced(otto, 1)
    decide(jo, row, resolution="accept", code="SHIPMENT_LOST")
    otto.sync()
    [told] = otto.does(otto.platform.journal("refund"))
    assert told["detail"]["reason"] == "SHIPMENT_LOST"
