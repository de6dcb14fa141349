"""The page "Report a return", at simulated marketplaces over real HTTP, judged by what these have refunded."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from retour.connectors import registry
from retour.connectors.contract import CameBack
from retour.core.merge import Contradiction
from retour.core.model import Resolution, Source
from retour.store import desk, lease
from retour.store.declared import Verdict
from retour.store.models import Connection, Project, Return
from retour.sync import declaring
from tests.web.conftest import House, page
from tests.web.marketplaces import Market, market

DECLARED = ["bol", "fruugo", "otto", "zalando"]
ALL_READS = r"GET /(?!_sandbox)"
every = pytest.mark.parametrize("key", DECLARED)


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_without_waiting")]


@pytest.fixture
def at(project: Project, key: str) -> Iterator[Market]:
    """The marketplace `key`."""
    with market(key, project) as running:
        yield running


@pytest.fixture
def bol(project: Project) -> Iterator[Market]:
    with market("bol", project) as running:
        yield running


@pytest.fixture
def otto(project: Project) -> Iterator[Market]:
    """One where a refusal needs a reason of OTTO's own."""
    with market("otto", project, reject_as="chosen") as running:
        yield running


def look(client: Client, at: Market, order: str | None, **more: Any) -> Any:
    return client.post("/returns/report", {"connection": at.row.pk, "order": order, **more})


def filled(response: Any, units: dict[int, int], **verdict: str) -> dict[str, Any]:
    """The form that the page shows, filled in: units by number of the line."""
    html = page(response)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    fields |= {f"unit-{number}-quantity": str(count) for number, count in units.items()}
    return {**fields, "resolution": "", **verdict}


def sent(client: Client, at: Market, order: str | None, units: dict[int, int], **verdict: str) -> Any:
    return client.post("/returns/report", filled(look(client, at, order), units, **verdict))


@every
def test_what_came_back_waits_for_its_decision_and_costs_nothing(at: Market, jo: Client) -> None:
    sold = at.sell()
    response = sent(jo, at, sold.order_ref, {0: 1})
    row = Return.objects.get()
    assert response.headers["Location"] == f"/returns/{row}"
    assert "Reported: 1 return." in page(jo.get(f"/returns/{row}"))
    assert "Reported by you: it came back" in page(jo.get(f"/returns/{row}"))
    assert (row.stage, row.why) == ("open", "waits_for_merchant")
    at.sync()
    assert at.money() == []
    assert [shape["ref"] for shape in at.shapes()] == [row.ref], "the marketplace's list makes no second one of it"


@every
def test_what_is_decided_at_once_is_refunded_once(at: Market, jo: Client) -> None:
    sold = at.sell()
    sent(jo, at, sold.order_ref, {0: 1}, resolution="accept")
    at.sync()
    at.sync()
    assert at.money() == [("refund", 1)]
    [shape] = at.shapes()
    assert shape["stage"] == "closed"
    assert [(d["resolution"], d["told"]) for d in shape["lines"][0]["decisions"]] == [("accept", "confirmed")]
    assert Return.objects.get().events.get(kind="decided").actor == "jo@example.org"


@every
def test_the_same_form_sent_twice_is_one_return_and_one_refund(at: Market, jo: Client) -> None:
    sold = at.sell(3)
    form = filled(look(jo, at, sold.order_ref), {0: 1}, resolution="accept")
    first, again = jo.post("/returns/report", form), jo.post("/returns/report", form)
    assert first.headers["Location"] == again.headers["Location"]
    at.sync()
    late = jo.post("/returns/report", form)
    assert late.headers["Location"] == first.headers["Location"]
    at.sync()
    assert at.money() == [("refund", 1)]
    assert len(at.shapes()) == 1


@every
def test_the_same_form_sent_twice_at_the_same_moment_is_one_return(at: Market, jo: Client) -> None:
    sold = at.sell(3)
    form = filled(look(jo, at, sold.order_ref), {0: 1}, resolution="accept")
    at.fault("slow", ALL_READS, seconds=0.2, times=2)  # neither is through when the other begins

    def send(_: int) -> str:
        try:
            return str(jo.post("/returns/report", form).headers["Location"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        one, other = both.map(send, range(2))
    assert one == other
    at.sync()
    at.sync()
    assert at.money() == [("refund", 1)]
    assert len(at.shapes()) == 1, "nor has the connector remembered it twice"


@every
def test_no_more_can_come_back_than_was_sent(at: Market, jo: Client) -> None:
    sold = at.sell(2)
    response = sent(jo, at, sold.order_ref, {0: 3})
    assert response.status_code == 422
    assert re.search(r"Of .+, [12] can still be reported; 3 was asked for", response.content.decode())
    assert 'value="3"' in response.content.decode(), "what was filled in is not lost"
    assert not Return.objects.exists()
    at.sync()
    assert at.money() == []


@every
def test_what_is_in_a_return_already_is_not_offered_a_second_time(at: Market, jo: Client) -> None:
    sold = at.sell()
    form = filled(look(jo, at, sold.order_ref), {0: 1})
    jo.post("/returns/report", form)
    html = page(look(jo, at, sold.order_ref))
    assert "Nothing of it can be reported" in html
    assert "Report it" not in html
    response = jo.post("/returns/report", form | {"token": "another"})
    assert response.status_code == 422
    assert "none can still be reported; 1 was asked for" in response.content.decode()
    assert len(at.shapes()) == 1


@every
def test_what_the_customer_has_announced_is_decided_there(at: Market, jo: Client) -> None:
    announced = at.announce()
    row = at.is_seen()
    html = page(look(jo, at, announced.order_ref))
    assert "Nothing of it can be reported" in html
    fields = {"token": "a", "unit-0-line": row.lines.get().order_line_ref, "unit-0-quantity": "1"}
    response = look(jo, at, announced.order_ref, **fields)
    assert response.status_code == 422
    assert "What is in an open return already is decided there." in response.content.decode()
    assert len(at.shapes()) == 1


@pytest.mark.parametrize("key", ["fruugo"])
def test_of_several_units_the_others_can_still_be_reported(at: Market, jo: Client) -> None:
    sold = at.sell(5)
    sent(jo, at, sold.order_ref, {0: 2}, resolution="accept")
    at.sync()
    sent(jo, at, sold.order_ref, {0: 1})
    assert 'max="2"' in page(look(jo, at, sold.order_ref)), "5 less 2 that were refunded and 1 that waits"
    sent(jo, at, sold.order_ref, {0: 2}, resolution="accept")
    at.sync()
    assert at.money() == [("refund", 2), ("refund", 2)]
    assert [shape["stage"] for shape in at.shapes()] == ["closed", "open", "closed"]


@every
def test_an_order_that_is_not_known_there(at: Market, jo: Client) -> None:
    sold = at.sell()
    for order in (f"{sold.order_ref}9", "   nonsense "):
        response = look(jo, at, order)
        assert response.status_code == 422
        assert "The marketplace knows no such order." in response.content.decode()
    response = look(jo, at, f"{sold.order_ref}9", token="a", **{"unit-0-line": "1", "unit-0-quantity": "1"})
    assert response.status_code == 422
    assert not Return.objects.exists()


@every
def test_a_marketplace_that_is_down_is_said_and_nothing_is_made(at: Market, jo: Client) -> None:
    sold = at.sell()
    form = filled(look(jo, at, sold.order_ref), {0: 1}, resolution="accept")
    at.fault("answer", ALL_READS, status=500, times=None)
    for response in (look(jo, at, sold.order_ref), jo.post("/returns/report", form)):
        assert response.status_code == 422
        assert 'role="alert"' in response.content.decode()
        assert f'value="{sold.order_ref}"' in response.content.decode(), "the order need not be typed again"
    assert not Return.objects.exists()
    at.platform.simulator.faults.clear()
    assert jo.post("/returns/report", form).status_code == 302, "the same form, sent again, is taken"
    at.sync()
    assert at.money() == [("refund", 1)]


def test_a_refusal_needs_a_reason_and_the_chosen_one_arrives(otto: Market, jo: Client) -> None:
    sold = otto.sell()
    response = sent(jo, otto, sold.order_ref, {0: 1}, resolution="reject")
    assert response.status_code == 422
    html = response.content.decode()
    assert "The marketplace wants a reason with this decision." in html
    assert '<option value="WRONG_ITEM">Another product came back</option>' in html
    assert not Return.objects.exists()
    sent(jo, otto, sold.order_ref, {0: 1}, resolution="reject", code="WRONG_ITEM")
    otto.sync()
    [told] = otto.does(otto.platform.journal("settled"))
    assert told["detail"]["reason"] == "WRONG_ITEM"


def test_why_it_came_back_is_kept(otto: Market, jo: Client) -> None:
    sold = otto.sell()
    sent(jo, otto, sold.order_ref, {0: 1}, **{"unit-0-reason": "defective"})
    [shape] = otto.shapes()
    assert shape["lines"][0]["reason"] == "defective"


def test_several_units_of_an_order_are_reported_with_one_click(otto: Market, jo: Client) -> None:
    sold = otto.sell(2)
    response = sent(jo, otto, sold.order_ref, {0: 1, 1: 1}, resolution="accept")
    assert response.headers["Location"] == "/"
    assert "Reported: 2 returns." in page(jo.get("/"))
    otto.sync()
    assert otto.money() == [("refund", 1), ("refund", 1)]


@pytest.mark.parametrize("units", [{}, {0: 0}])
def test_something_must_have_come_back(otto: Market, jo: Client, units: dict[int, int]) -> None:
    response = sent(jo, otto, otto.sell().order_ref, units, resolution="accept")
    assert response.status_code == 422
    assert "Say how many came back of at least one product." in response.content.decode()
    assert not Return.objects.exists()


def test_a_verdict_that_the_marketplace_would_not_take_is_said_before_anything_is_remembered(
    project: Project, jo: Client
) -> None:
    with market("fruugo", project) as fruugo:
        sold = fruugo.sell(2)
        wrong = Verdict(Resolution.ACCEPT, code="NO_SUCH_REASON")
        units = [CameBack(sold.line_ref.split(":", 1)[1].rpartition(":")[0], 1)]
        with pytest.raises(Contradiction, match="NO_SUCH_REASON"):
            asyncio.run(
                declaring.declare(
                    fruugo.row, "a", sold.order_ref or "", units, wrong, Source.DESK, timezone.now(), "jo"
                )
            )
        fruugo.sync()
        assert fruugo.shapes() == []


def test_a_check_that_does_not_end_is_waited_for_only_so_long(
    otto: Market, jo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = otto.sell().order_ref
    form = filled(look(jo, otto, order), {0: 1})
    monkeypatch.setattr(declaring, "PATIENCE", 0.2)
    monkeypatch.setattr(lease, "take_cycle", lambda *_: False)
    response = jo.post("/returns/report", form)
    assert response.status_code == 422
    assert "otto-test is being checked just now. Nothing was reported" in response.content.decode()
    assert not Return.objects.exists()


@pytest.mark.parametrize("act", ["pause", "stop"])
def test_a_connection_that_is_held_back_is_asked_nothing(otto: Market, jo: Client, act: str) -> None:
    order = otto.sell().order_ref
    if act == "pause":
        desk.pause(otto.row, timezone.now())
    else:
        type(otto.row).objects.filter(pk=otto.row.pk).update(state="stopped", state_words="14 refunds at once.")
    before = otto.does(otto.platform.all_calls())
    response = look(jo, otto, order)
    assert response.status_code == 422
    assert "otto-test is asked nothing until it is resumed." in response.content.decode()
    assert otto.does(otto.platform.all_calls()) == before


def test_a_connection_of_another_company_cannot_be_reached(
    otto: Market, other: House, jo: Client, admin: Client
) -> None:
    type(otto.row).objects.filter(pk=otto.row.pk).update(project=other.project)
    order = otto.sell().order_ref
    before = otto.does(otto.platform.all_calls())
    assert "otto-test" not in page(jo.get("/returns/report"))
    fields = {"token": "a", "unit-0-line": "1", "unit-0-quantity": "1", "resolution": "accept"}
    for response in (look(jo, otto, order), look(jo, otto, order, **fields)):
        assert response.status_code == 422
        assert "Report it" not in response.content.decode()
    assert otto.does(otto.platform.all_calls()) == before
    assert not Return.objects.exists()
    assert "Report it" in page(look(admin, otto, order))


def test_where_only_the_customer_starts_a_return_there_is_nothing_to_fill_in(acme: House, jo: Client) -> None:
    Connection.objects.filter(pk=acme.bol.pk).update(connector="walmart")
    html = page(jo.get("/returns/report"))
    assert "None of your marketplaces lets the merchant report a return" in html
    assert '<form class="decide"' not in html
    response = jo.post("/returns/report", {"connection": acme.bol.pk, "order": "C000TEST01"})
    assert response.status_code == 422


def test_the_marketplace_is_named_with_how_far_its_connector_is(
    otto: Market, jo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = registry.marketplace
    monkeypatch.setattr(
        registry, "marketplace", lambda key: replace(declared(key), maturity=type(declared(key).maturity).EXPERIMENTAL)
    )
    assert "otto-test: OTTO (experimental)" in page(jo.get("/returns/report"))


def test_marketplaces_of_several_projects_stand_below_their_projects(bol: Market, acme: House, jo: Client) -> None:
    html = page(jo.get("/returns/report"))
    for project, label in (("Only there", "bol-test: bol"), (str(acme.project), "bol-nl: bol")):
        assert re.search(f'<optgroup label="{project}">\\s*<option value="[0-9]+">{label}</option>', html)


def test_what_was_reported_can_be_decided_later(otto: Market, jo: Client) -> None:
    sent(jo, otto, otto.sell().order_ref, {0: 1})
    row = Return.objects.get()
    line = row.lines.get()
    desk.decide(row.pk, [desk.Choice(line.ref, Resolution.ACCEPT)], Source.DESK, timezone.now(), "jo@example.org")
    otto.sync()
    assert otto.money() == [("refund", 1)]
