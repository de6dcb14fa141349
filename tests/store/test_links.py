"""Which order of the shop a marketplace's order is."""

from retour.connectors.contract import ShopOrder
from retour.core.model import Order, Party
from retour.store import desk, orders, record
from retour.store.links import Linked, link_orders
from retour.store.models import MarketplaceOrder
from tests.store.engine.hub import Hub, line


def test_links_are_counted_and_said_twice_change_nothing(hub: Hub) -> None:
    project = hub.bol.project
    assert link_orders(project, {"A": "1", "B": "2"}, "import") == Linked(added=2)
    assert link_orders(project, {"A": "1", "B": "3", "C": "4"}, "import") == Linked(1, 1, 1)
    assert dict(MarketplaceOrder.objects.values_list("ref", "shop_order")) == {"A": "1", "B": "3", "C": "4"}


def test_a_changed_link_forgets_what_the_shop_told_of_the_other_order_and_keeps_the_marketplaces(hub: Hub) -> None:
    order = Order("A", billing=Party(company="Example BV"))
    record.record_orders(hub.bol, {"A": order}, hub.now)
    orders.record_found(hub.shop, "A", ShopOrder("1", "11", (("MUG", "77"),)), hub.now)
    link_orders(hub.bol.project, {"A": "2"}, "desk")
    row = MarketplaceOrder.objects.get()
    assert (row.shop_order, row.shop_order_id, row.products, row.linked_by) == ("2", "", [], "desk")
    assert record.known_orders(hub.bol, ["A"]) == {"A": order}


def test_a_link_that_a_person_made_goes_with_the_request_and_is_searched_no_more(hub: Hub) -> None:
    hub.knows()
    desk.link_order(hub.bol.project_id, "C000TEST01", "000000012", "desk")
    assert orders.to_find(hub.shop, hub.later(seconds=1), 10) == []
    [made] = hub.claims_creates()
    assert (made.request.shop_order, made.request.shop_product) == ("000000012", None)


def test_each_order_is_searched_once_for_all_its_lines(hub: Hub) -> None:
    hub.knows(line("1"), line("2"))
    assert [order.ref for order in orders.to_find(hub.shop, hub.later(seconds=1), 10)] == ["C000TEST01"]


def test_a_person_who_corrects_a_link_does_not_send_the_products_of_the_other_order(hub: Hub) -> None:
    hub.knows(line(sku="MUG"))
    orders.record_found(hub.shop, "C000TEST01", ShopOrder("1", "11", (("MUG", "77"),)), hub.now)
    desk.link_order(hub.bol.project_id, "C000TEST01", "2", "desk")
    [made] = hub.claims_creates()
    assert (made.request.shop_order, made.request.shop_product) == ("2", None)
