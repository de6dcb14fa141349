"""Returns of the shop's own on their way to be reported: each is reported once, and none is made of the hub's own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from retour.connectors.contract import OwnPage, OwnReturn, ReturnedUnits
from retour.core.model import EffectState, Order, OrderLine, Resolution, ShopSays, Source
from retour.store import declared, shop_reports
from retour.store.models import Line, Return, ShopReport
from retour.store.results import Result
from tests.store.engine.hub import Hub, line, seen

ORDER = Order("C000TEST01", (OrderLine("1", 2, sku="MUG-BLUE", title="Mug, blue"),))


def made_there(ref: str = "57", resolution: Resolution | None = None) -> OwnReturn:
    return OwnReturn(ShopSays(ref, "new", resolution), "ORD1", (ORDER.ref,), (ReturnedUnits(1, "MUG-BLUE"),))


def shows(hub: Hub, *made: OwnReturn) -> int:
    return shop_reports.record_own(hub.shop, OwnPage(made or (made_there(),)), hub.later(seconds=1))


def report(hub: Hub, token: str = "form", ref: str = "9000") -> list[int]:
    unit = seen(ref, line(ref, order_line_ref="1"), complete=True)
    there = ShopReport.objects.get().pk
    at = hub.later(seconds=1)
    return declared.declare(hub.bol, token, ORDER, [unit], None, Source.SHOP, at, "shop return 57", there)


def test_what_the_shop_shows_twice_is_one(hub: Hub) -> None:
    assert shows(hub) == 1
    assert shows(hub, made_there(), made_there(resolution=Resolution.ACCEPT)) == 0
    assert ShopReport.objects.count() == 1


def test_the_request_that_the_hub_has_made_is_not_the_shops_own(hub: Hub) -> None:
    hub.in_shop()
    ours = Line.objects.get().shop_ref
    assert ours
    assert shows(hub, made_there(ours), made_there("58")) == 1
    assert ShopReport.objects.get().ref == "58"


def test_it_is_reported_once_whoever_does_it(hub: Hub) -> None:
    shows(hub)
    first = report(hub)
    assert report(hub, "another form", "9001") == first
    assert list(Return.objects.values_list("ref", flat=True)) == ["9000"]
    assert Line.objects.get().shop_ref == "57"


def test_two_at_the_same_time_report_it_once(shared_hub: Hub) -> None:
    shows(shared_hub)
    together = Barrier(2, timeout=10)

    def one(number: int) -> list[int]:
        try:
            together.wait()
            return report(shared_hub, f"form {number}", f"900{number}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(one, (1, 2))
    assert first == second
    assert Return.objects.count() == 1


@pytest.mark.parametrize(("state", "linked"), [("sending", False), ("unknown", False), ("wanted", True)])
def test_a_request_that_may_be_there_is_not_given_up_for_it(hub: Hub, state: str, linked: bool) -> None:
    """The customer announced the same unit, and the hub has begun to make its request."""
    shows(hub)
    hub.knows(line("9000", order_line_ref="1"), ref="9000")
    if state != "wanted":
        [made] = hub.claims_creates()
        if state == "unknown":
            hub.results(Result(made.key, EffectState.UNKNOWN), connection=hub.shop)
    report(hub)
    assert (Line.objects.get().shop_ref == "57") is linked
    assert hub.states(hub.row("9000"), "create") == (["superseded"] if linked else [state])
    assert ShopReport.objects.get().state == "reported"


def test_what_is_reported_or_said_to_be_nothing_stays_so(hub: Hub) -> None:
    shows(hub)
    key = ShopReport.objects.get().pk
    report(hub)
    shop_reports.prepare(key, "Choose the line.")
    assert not shop_reports.dismiss(key, "noor@example.org")
    assert (ShopReport.objects.get().state, ShopReport.objects.get().why) == ("reported", "")
