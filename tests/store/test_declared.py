"""What a person reports: once for each form, and never against what is known."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from retour.core.merge import Contradiction
from retour.core.model import Handler, Handling, Order, OrderLine, Reason, Resolution, Seen, Source
from retour.store import declared
from retour.store.declared import Verdict
from retour.store.models import Declaration, MarketplaceOrder, Return
from tests.store.engine.hub import CUSTOMER, MORNING, Hub, accepted, line

ORDER = Order("C000TEST01", (OrderLine("1", 2, sku="MUG-BLUE", title="Mug, blue"),))
ACCEPT = Verdict(Resolution.ACCEPT)


def unit(ref: str = "9000") -> Seen:
    item = line(ref, order_line_ref="1", reason=Reason.DEFECTIVE)
    return Seen(ref, MORNING, Handler.MERCHANT, (item,), complete=True, customer=CUSTOMER)


def declare(hub: Hub, token: str = "form", *seen: Seen, verdict: Verdict | None = None) -> list[int]:
    units = seen or (unit(),)
    return declared.declare(
        hub.bol, token, ORDER, units, verdict, Source.DESK, hub.later(seconds=1), "noor@example.org"
    )


def test_it_becomes_a_return_with_its_order(hub: Hub) -> None:
    [key] = declare(hub)
    row = Return.objects.get(pk=key)
    assert (row.ref, hub.timeline(row)) == ("9000", ["declared"])
    assert hub.shape(row)["lines"][0] | {"decisions": []} == hub.shape(row)["lines"][0]
    assert hub.shape(row)["lines"][0]["sku"] == "MUG-BLUE", "what the order tells is filled in"
    assert MarketplaceOrder.objects.get().fetched_at is not None
    assert row.customer
    assert "Noor" not in row.customer


def test_a_verdict_is_a_decision_of_the_person(hub: Hub) -> None:
    [key] = declare(hub, verdict=Verdict(Resolution.REJECT, reason="worn"))
    row = Return.objects.get(pk=key)
    assert hub.told(row) == [("reject", 1, None)]
    assert hub.states(row) == ["wanted"]
    assert row.events.get(kind="decided").actor == "noor@example.org"


def test_one_form_does_it_once(hub: Hub) -> None:
    assert declared.already("form") is None
    first = declare(hub, verdict=ACCEPT)
    assert declared.already("form") == first
    assert declare(hub, "form", unit("9001"), verdict=ACCEPT) == first
    assert list(Return.objects.values_list("ref", flat=True)) == ["9000"]
    assert hub.told(Return.objects.get()) == [("accept", 1, None)]


@pytest.mark.parametrize("tokens", [("form", "form"), ("form", "another")], ids=["one form", "two forms"])
def test_two_at_the_same_time_make_one_return(shared_hub: Hub, tokens: tuple[str, str]) -> None:
    at_once = Barrier(2)

    def act(token: str) -> list[int] | None:
        try:
            at_once.wait(10)
            return declared.declare(
                shared_hub.bol, token, ORDER, [unit()], None, Source.API, MORNING, "noor@example.org"
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        one, other = both.map(act, tokens)
    assert one == other == list(Return.objects.values_list("pk", flat=True))
    assert Declaration.objects.count() == len(set(tokens))


def test_a_unit_that_is_decided_cannot_be_decided_by_another_form(hub: Hub) -> None:
    [key] = declare(hub, verdict=ACCEPT)
    row = Return.objects.get(pk=key)
    hub.claims_settles()
    with pytest.raises(Contradiction, match="Only 0 of this line"):
        declare(hub, "another", verdict=ACCEPT)
    assert hub.told(row) == [("accept", 1, "pending")]
    assert declared.already("another") is None, "the form can be sent again"


def test_a_verdict_is_checked_before_anything_is_reported(hub: Hub) -> None:
    declared.check(hub.bol, None, hub.now)
    declared.check(hub.bol, ACCEPT, hub.now)
    with pytest.raises(Contradiction, match="NO_SUCH is none of this marketplace's reasons"):
        declared.check(hub.bol, Verdict(Resolution.ACCEPT, code="NO_SUCH"), hub.now)
    assert not Return.objects.exists()


def test_counts_what_is_in_returns_already(hub: Hub) -> None:
    def came_back() -> dict[str, int]:
        return dict(declared.came_back(hub.bol, "C000TEST01"))

    assert came_back() == {}
    hub.lists(Seen("1", MORNING, Handler.MERCHANT, (line("a", 3, order_line_ref="1"),), complete=True))
    assert came_back() == {"1": 3}, "open"
    refused = Handling(1, Resolution.REJECT, "REFUSED")
    ends = line("a", 3, order_line_ref="1", handlings=(accepted(2), refused), awaits=False)
    hub.lists(Seen("1", MORNING, Handler.MERCHANT, (ends,), complete=True))
    assert came_back() == {"1": 2}, "what was refused went back, and may come once more"
    changed = Handling(1, Resolution.ACCEPT, "ACCEPTED", MORNING + timedelta(days=1), revises=True)
    ends = line("a", 3, order_line_ref="1", handlings=(accepted(2), refused, changed), awaits=False)
    hub.lists(Seen("1", MORNING, Handler.MERCHANT, (ends,), complete=True))
    assert came_back() == {"1": 3}, "unless it was refunded after all"
    assert declared.came_back(hub.bol, "C000TEST02") == {}
