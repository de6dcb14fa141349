"""`retour returns report`, at simulated marketplaces over real HTTP, judged by what these have refunded."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import stamina

from retour.connectors import registry
from retour.store.models import Company, Project, Return
from tests.cli.hub import Result, run
from tests.web.marketplaces import Market, market

pytestmark = pytest.mark.django_db(transaction=True)
DECLARED = ["bol", "fruugo", "otto", "zalando"]
every = pytest.mark.parametrize("key", DECLARED)


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    declared = registry.marketplace
    monkeypatch.setattr(registry, "marketplace", lambda key: replace(declared(key), limits=()))
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def project(transactional_db: None) -> Project:
    return Project.objects.create(company=Company.objects.create(slug="acme", name="Acme"), slug="webshop")


@pytest.fixture
def at(project: Project, key: str) -> Iterator[Market]:
    with market(key, project) as running:
        yield running


@pytest.fixture
def otto(project: Project) -> Iterator[Market]:
    with market("otto", project, reject_as="chosen") as running:
        yield running


def report(at: Market, order: str | None, *words: str) -> Result:
    return run("returns", "report", at.row.slug, order or "", *words)


def line_of(at: Market, order: str | None) -> str:
    """The order's first line, as the command shows it."""
    return str(report(at, order, "--json").json["lines"][0]["line"])


@every
def test_shows_what_can_still_come_back(at: Market) -> None:
    sold = at.sell()
    shown = report(at, sold.order_ref, "--json").json
    assert shown["order"] == sold.order_ref
    assert [(one["quantity"], one["returnable"]) for one in shown["lines"]] == [(1, 1)]
    table = report(at, sold.order_ref).out
    assert table.splitlines()[0].split() == ["LINE", "PRODUCT", "SKU", "ORDERED", "CAN", "COME", "BACK"]
    assert shown["lines"][0]["line"] in table
    assert not Return.objects.exists()


@every
def test_what_is_reported_and_decided_is_refunded_once(at: Market) -> None:
    order = at.sell(2).order_ref
    words = (order, "--unit", line_of(at, order), "--resolution", "accept", "--token", "form-1")
    first, again = report(at, *words, "--json"), report(at, *words)
    row = Return.objects.get()
    assert first.json == {"returns": [row.public_id]}
    assert again.out.startswith(f"Reported: {row.public_id}. The marketplace is told at the next check")
    at.sync()
    at.sync()
    assert at.money() == [("refund", 1)]
    assert row.events.get(kind="decided").actor.startswith("cli:")
    assert row.events.get(kind="decided").params["source"] == "cli"
    assert [one["source"] for shape in at.shapes() for one in shape["lines"][0]["decisions"]] == ["cli"]


@every
def test_without_a_decision_it_waits(at: Market) -> None:
    order = at.sell().order_ref
    result = report(at, order, "--unit", f"{line_of(at, order)}=1", "--reason", "defective")
    assert result.out.endswith("It waits for a decision.\n")
    at.sync()
    [shape] = at.shapes()
    assert (shape["stage"], shape["lines"][0]["reason"]) == ("open", "defective")
    assert at.money() == []


@every
def test_what_cannot_come_back_is_a_mistake(at: Market) -> None:
    order = at.sell().order_ref
    line = line_of(at, order)
    assert report(at, order, "--unit", line).code == 0
    for words, sentence in (
        (("--unit", line), "none can still be reported; 1 was asked for"),
        (("--unit", f"{line}=7"), "none can still be reported; 7 was asked for"),
        (("--unit", "nonsense"), f"Order {order} has no line nonsense."),
        (("--unit", f"{line}=0"), "is not LINE or LINE=QUANTITY"),
        (("--unit", f"{line}=many"), "is not LINE or LINE=QUANTITY"),
    ):
        result = report(at, order, *words)
        assert (result.code, result.out) == (2, "")
        assert sentence in result.err
    assert len(at.shapes()) == 1


@every
def test_an_order_that_is_not_known_there_is_a_mistake(at: Market) -> None:
    at.sell()
    result = report(at, "123-nonsense")
    assert (result.code, result.err) == (2, f"retour: acme/webshop/{at.row.slug} knows no order 123-nonsense.\n")
    assert report(at, "123-nonsense", "--unit", "1").code == 2


@every
def test_a_marketplace_that_is_down_is_said(at: Market) -> None:
    order = at.sell().order_ref
    at.fault("answer", r"GET /(?!_sandbox)", status=500, times=None)
    for words in ((), ("--unit", "1")):
        result = report(at, order, *words)
        assert result.code != 0
        assert result.err.startswith("retour: ")
    assert not Return.objects.exists()


def test_a_refusal_needs_one_of_the_marketplaces_reasons(otto: Market) -> None:
    order = otto.sell().order_ref
    words = (order, "--unit", line_of(otto, order), "--resolution", "reject")
    for more, sentence in (
        ((), "The marketplace wants a reason with this decision (THIRD_PARTY_ITEM,"),
        (("--code", "NO_SUCH"), "NO_SUCH is none of this marketplace's reasons (THIRD_PARTY_ITEM,"),
    ):
        result = report(otto, *words, *more)
        assert result.code == 2
        assert sentence in result.err
    assert not Return.objects.exists()
    assert report(otto, *words, "--code", "ITEM_DAMAGED").code == 0
    otto.sync()
    [told] = otto.does(otto.platform.journal("settled"))
    assert told["detail"]["reason"] == "ITEM_DAMAGED"


def test_where_only_the_customer_starts_a_return_it_says_so(project: Project) -> None:
    with market("walmart", project) as walmart:
        result = report(walmart, "C000TEST01")
        assert (result.code, result.err) == (2, "retour: At walmart only the customer can start a return.\n")
        assert walmart.does(walmart.platform.all_calls()) == {}
