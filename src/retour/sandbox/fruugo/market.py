"""What happens on Fruugo by anybody's hand: orders, announcements, refunds, and what time brings (contract 1, 2.3)."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Literal

from retour.sandbox.agenda import Agenda
from retour.sandbox.clock import Clock
from retour.sandbox.commands import Impossible
from retour.sandbox.fruugo.fulfilment import fulfil
from retour.sandbox.fruugo.items import Item, Refused, Take, take
from retour.sandbox.fruugo.returning import Words, give_back, withdraw
from retour.sandbox.fruugo.samples import CUSTOMERS, PRODUCTS, Product
from retour.sandbox.fruugo.state import Announcement, Customer, Line, Order, Orders
from retour.sandbox.fruugo.switches import FruugoSwitches
from retour.sandbox.journal import Journal
from retour.sandbox.samples import moments

Act = Callable[[datetime], None]


class Market:
    """The hands of the customer, of Fruugo and of the seller.

    Lines are named by ref, `{orderId}:{fruugoProductId}:{fruugoSkuId}`. An unknown ref, or number of an announcement,
    is a KeyError; more units than there are is Impossible.
    """

    def __init__(self, journal: Journal, switches: FruugoSwitches, clock: Clock, agenda: Agenda) -> None:
        self._journal = journal
        self._switches = switches
        self._clock = clock
        self._agenda = agenda
        self._order_numbers = count(60_883_646)
        self._announcement_numbers = count(1)
        self._fruugo_ids: dict[str, str] = {}
        self.orders = Orders()

    def place_order(
        self,
        products: Sequence[Product],
        *,
        order_id: str = "",
        customer: Customer = CUSTOMERS[0],
        placed_at: datetime | None = None,
        released_at: datetime | None = None,
        shipped: bool = True,
    ) -> Order:
        """A new order. Fruugo releases it to the seller at once, unless told otherwise; before, it does not exist
        for him. The same product twice makes two lines that share their ids."""
        now = self._clock.now()
        placed_at = placed_at or released_at or now
        number = next(self._order_numbers)
        order_id = order_id or f"{number}001010249"
        if order_id in self.orders:
            raise Impossible(f"order {order_id} exists")
        order = Order(str(number), order_id, placed_at, released_at or placed_at, customer, Decimal("4.95"))
        for product in products:
            fruugo_product_id = product.fruugo_product_id or self._fruugo_id(105_000_000, product.product_id)
            fruugo_sku_id = product.fruugo_sku_id or self._fruugo_id(204_000_000, product.sku_id)
            line = Line(
                order,
                product.product_id,
                product.sku_id,
                fruugo_product_id,
                fruugo_sku_id,
                product.title,
                product.quantity,
                product.unit_price,
                pending=product.quantity,
            )
            order.lines.append(line)
        if shipped:
            fulfil(order, "ship", (), min(now, placed_at + timedelta(days=1)))
        self.orders.add(order, self._switches.keep_orders)
        return order

    def announce(self, ref: str, quantity: int = 1, *, reason: str = "", comment: str = "") -> list[Announcement]:
        """The customer says he will send units back; more than one announcement where lines share the ref.
        The seller sees a counter, never the reason or the comment."""
        announcements = self._on_the_way(ref, quantity, shown=True, reason=reason, comment=comment)
        for announcement in announcements:
            announcement.line.shipped -= announcement.quantity
            if self._switches.proof_after_days is not None:
                due = self._clock.now() + timedelta(days=self._switches.proof_after_days)
                self._agenda.add(due, partial(self._proved, announcement))
        return announcements

    def announce_many(self, how_many: int, days: float, seed: int) -> list[str]:
        """Makes so many orders over the last days, each with one unit announced; gives the refs of their lines."""
        chance = random.Random(seed)  # noqa: S311 - sample data
        refs = []
        for at in moments(chance, self._clock.now(), how_many, days):
            order = self.place_order([chance.choice(PRODUCTS)], customer=chance.choice(CUSTOMERS), placed_at=at)
            refs.append(order.lines[0].ref)
            self.announce(refs[-1])
        return refs

    def withdraw(self, number: str, quantity: int | None = None) -> Announcement:
        """The customer, or Fruugo, calls units back from an announcement; null: all that are still open."""
        announcement = self.orders.announcements[number]
        quantity = announcement.open if quantity is None else quantity
        if not 1 <= quantity <= announcement.open:
            raise Impossible(f"Of these, {announcement.open} are still open.")
        withdraw(announcement, quantity)
        self._journal.write("withdrawn", announcement.line.ref, quantity, announcement=number)
        return announcement

    def prove(self, number: str) -> Announcement:
        """The units are on their way, and Fruugo has proof: from now on it waits `auto_refund_days`."""
        announcement = self.orders.announcements[number]
        self._proved(announcement, self._clock.now())
        return announcement

    def refuse_parcel(self, ref: str, quantity: int = 1) -> list[Announcement]:
        """The customer did not take the parcel: no counter tells, and Fruugo refunds after `auto_refund_days`."""
        parcels = self._on_the_way(ref, quantity, shown=False)
        for parcel in parcels:
            self._proved(parcel, self._clock.now())
        return parcels

    def refund(self, ref: str, quantity: int = 1, source: Literal["fruugo", "portal"] = "fruugo") -> None:
        """Fruugo's staff, or the merchant in the portal, refunds units, announced or not."""
        takes = self._spread(ref, quantity, lambda line: line.returnable)
        give_back(self._journal, takes, source, Words())

    def except_units(self, ref: str, quantity: int = 1) -> None:
        """An error or a manual correction: the order becomes an EXCEPTION."""
        for taken in self._spread(ref, quantity, lambda line: line.with_customer):
            taken.line.shipped -= taken.quantity
            taken.line.exception += taken.quantity

    def released_order(self, order_id: str) -> Order:
        """The order as the seller may name it. Raises Refused."""
        order = self.orders.find(order_id)
        if order is None or order.released_at > self._clock.now():
            raise Refused("There is no such order.")
        return order

    def return_by_seller(self, order: Order, items: Sequence[Item], words: Words, source: Literal["v2", "v3"]) -> None:
        """The seller's one action (contract 2.2). Raises Refused, and then nothing has changed."""
        words.check()
        takes = take(
            order,
            items,
            lambda line: line.returnable,
            whose=self._switches.v3_ids if source == "v3" else "fruugo",
            too_many=self._switches.too_many,
        )
        give_back(self._journal, takes, source, words)

    def _on_the_way(
        self, ref: str, quantity: int, *, shown: bool, reason: str = "", comment: str = ""
    ) -> list[Announcement]:
        made = []
        for taken in self._spread(ref, quantity, lambda line: line.with_customer):
            number = str(next(self._announcement_numbers))
            one = Announcement(number, taken.line, taken.quantity, self._clock.now(), shown, reason, comment)
            taken.line.announcements.append(one)
            self.orders.announcements[number] = one
            kind = "announced" if shown else "parcel_refused"
            self._journal.write(kind, ref, taken.quantity, announcement=number, reason=reason, comment=comment)
            made.append(one)
        return made

    def _proved(self, announcement: Announcement, at: datetime) -> None:
        if announcement.proved or not announcement.open:
            return
        announcement.proved = True
        self._journal.write("goods", announcement.line.ref, announcement.open, announcement=announcement.number)
        if self._switches.auto_refund_days is not None:
            due = at + timedelta(days=self._switches.auto_refund_days)
            self._agenda.add(due, lambda _: self._overdue(announcement))

    def _overdue(self, announcement: Announcement) -> None:
        """The seller has not acted: Fruugo refunds at his cost (contract 1)."""
        if announcement.open:
            takes = [Take(announcement.line, announcement.open)]
            give_back(self._journal, takes, "fruugo", Words(), only=announcement)

    def _spread(self, ref: str, quantity: int, available: Callable[[Line], int]) -> list[Take]:
        lines = self.orders.lines(ref)
        item = Item(lines[0].fruugo_product_id, lines[0].fruugo_sku_id, quantity)
        try:
            return take(lines[0].order, [item], available)
        except Refused as refused:
            raise Impossible(str(refused)) from None

    def _fruugo_id(self, base: int, ours: str) -> str:
        return self._fruugo_ids.setdefault(f"{base}:{ours}", str(base + len(self._fruugo_ids) + 1))
