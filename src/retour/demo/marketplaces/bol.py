"""bol: Dutch, with one process behind each decision."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from retour.demo.people import anybody, quantity
from retour.demo.platforms import Access, Mishap
from retour.demo.trade import Bought, Buyer, Order, Parcel, pieces
from retour.sandbox.bol import BolSimulator
from retour.sandbox.bol.samples import REASONS, product
from retour.sandbox.bol.simulator import DEFAULT_CLIENT_ID, DEFAULT_SECRET
from retour.sandbox.bol.state import Customer, Reason, ReturnItem
from retour.sandbox.bol.state import Order as BolOrder
from retour.sandbox.bol.switches import Method
from retour.sandbox.faults import Fault

CALLS_A_MINUTE = 1200
"""bol's own limit is 20 calls for returns a minute, which is too slow to watch. The hub keeps to whichever it meets."""
WAREHOUSE_SECONDS = 25.0
"""What bol has sent arrives in its own warehouse after that, and bol refunds it."""
_BY_BOL = 0.15
_PRODUCTS = 10
"""Of `retour.sandbox.bol.samples`, by number from 1."""
_SIZED = frozenset({"SOCK-STRIPE", "JUMPER-M", "RAINCOAT-L"})
_WORKING = frozenset({"LAMP-CLAMP", "MOUSE-AIR"})


class Bol:
    """One seller's account."""

    connector = "bol"
    connection = "bol-nl"
    title = "bol"
    poll_every = 2
    share = 4
    by_hand: frozenset[str] = frozenset()
    mishaps = (
        Mishap(
            "bol takes the next decision, and its answer gets lost: the hub looks up what became of it",
            Fault(kind="drop_after", match=r"^PUT /retailer/returns/"),
        ),
        Mishap(
            "bol finds that it is asked too often (429): the hub waits as long as bol says",
            Fault(kind="answer", match=r"^GET /retailer/returns$", status=429, headers={"Retry-After": "4"}),
        ),
    )

    def __init__(self) -> None:
        self.simulator = BolSimulator()
        switches = self.simulator.switches
        switches.returns_limit = switches.orders_limit = switches.process_status_limit = CALLS_A_MINUTE
        switches.process_seconds = 1.5
        switches.warehouse_seconds = WAREHOUSE_SECONDS

    def access(self, url: str) -> Access:
        return Access(
            {"api_url": url, "login_url": f"{url}/token", "client_id": DEFAULT_CLIENT_ID},
            {"client_secret": DEFAULT_SECRET},
        )

    def samples(self) -> Iterator[Order]:
        return map(_order, self.simulator.account().retailer.orders.values())

    def buy(self, chance: random.Random, at: datetime) -> Order:
        announcements = self.simulator.account().announcements
        numbers = chance.sample(range(1, _PRODUCTS + 1), 2 if chance.random() < 0.12 else 1)
        ids = announcements.ids.order_items
        items = [product(number, quantity(chance), str(next(ids))) for number in numbers]
        method: Method = "FBB" if chance.random() < _BY_BOL else "FBR"
        buyer = anybody(chance, "NL", "BE")
        return _order(announcements.place_order(items, _customer(buyer), method, at - timedelta(days=6)))

    def send_back(self, order: Order, chance: random.Random, at: datetime) -> Parcel:
        account = self.simulator.account()
        placed = account.retailer.orders[order.ref]
        lines = [(placed, item, chance.randint(1, item.quantity), _reason(chance, item.sku)) for item in placed.items]
        items = account.announcements.register(lines, at, placed.fulfilment_method).items
        return Parcel(
            pieces({item.order_item.title: item.expected for item in items}),
            items[0].reason.detailed or items[0].reason.main,
            lambda: any(item.open_quantity for item in items),
            None if placed.fulfilment_method == "FBB" else lambda: self._refund(items),
        )

    def _refund(self, items: list[ReturnItem]) -> None:
        settlement, now = self.simulator.account().settlement, self.simulator.clock.now()
        for item in items:
            if item.open_quantity:
                settlement.settle(item, "RETURN_RECEIVED", item.open_quantity, now, source="bol")


def _order(placed: BolOrder) -> Order:
    who = placed.customer
    buyer = Buyer(
        who.first_name, who.surname, who.street_name, who.house_number, who.zip_code, who.city, who.country_code
    )
    lines = tuple(Bought(item.sku, item.title, item.quantity, item.unit_price, item.ean) for item in placed.items)
    return Order(placed.order_id, placed.placed_at, buyer, lines)


def _customer(buyer: Buyer) -> Customer:
    street, house, code = buyer.street, buyer.house_number, buyer.postcode
    names = ("UNKNOWN", buyer.first_name, buyer.last_name)
    return Customer(*names, street, house, code, buyer.city, buyer.country, buyer.email)


def _reason(chance: random.Random, sku: str) -> Reason:
    """One that fits the product: only clothes are too small, only lamps and mice do not work."""
    fitting = [
        main
        for main in REASONS
        if not (main == "Artikel werkt niet" and sku not in _WORKING)
        and not (main == "Verkeerde maat of afmeting" and sku not in _SIZED)
    ]
    main = chance.choice(fitting)
    comment = "Zie de foto in mijn bericht." if chance.random() < 0.2 else ""
    return Reason(main, chance.choice(REASONS[main] or ("",)), comment)
