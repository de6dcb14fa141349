"""The shop: its orders, their status history, and the merchant's own order statuses (contract A3)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from retour.sandbox.clock import Clock
from retour.sandbox.commands import Impossible
from retour.sandbox.journal import Journal
from retour.sandbox.magento.documents import Address
from retour.sandbox.magento.orders import Orders
from retour.sandbox.magento_native.orders import (
    STATUSES,
    Bought,
    Comment,
    Order,
    OrderFlaw,
    OrderItem,
)
from retour.sandbox.magento_native.switches import MagentoNativeSwitches


class Refused(Impossible):
    """The shop does not do it; the text is for a person."""


class Shop:
    """What happens to orders, whoever does it: `by` is "api", "staff" or "customer"."""

    def __init__(self, clock: Clock, journal: Journal, switches: MagentoNativeSwitches) -> None:
        self.journal = journal
        self.switches = switches
        self.orders: Orders[Order] = Orders()
        self.statuses: dict[str, set[str]] = {name: set(states) for name, states in STATUSES.items()}
        self._clock = clock
        self._last_item = 0
        self._last_comment = 0

    def now(self) -> str:
        """The time as the shop writes it: to the second, without a zone, in UTC but for `times_ahead_hours`."""
        at = self._clock.now() + timedelta(hours=self.switches.times_ahead_hours)
        return at.strftime("%Y-%m-%d %H:%M:%S")

    def add_order(
        self,
        lines: Sequence[Bought] = (Bought(),),
        *,
        increment_id: str | None = None,
        ext_order_id: str | None = None,
        billing: Address | None = None,
        customer_id: int | None = None,
        store_id: int = 1,
        status: str = "complete",
        state: str = "complete",
        shipping: float = 0,
        currency: str = "EUR",
        payment_method: str = "checkmo",
    ) -> Order:
        """An invoiced order. Without a customer id a guest's. Impossible when its number is taken."""
        entity_id, now = self.orders.next_id(), self.now()
        order = Order(
            entity_id=entity_id,
            increment_id=increment_id or f"{entity_id:09d}",
            ext_order_id=ext_order_id,
            store_id=store_id,
            customer_id=customer_id,
            state=state,
            status=status,
            created_at=now,
            updated_at=now,
            billing=billing or Address(),
            items=[item for line in lines for item in self._rows(line)],
            currency=currency,
            shipping_amount=shipping,
            payment_method=payment_method,
        )
        self.orders.add(order)
        return order

    def add_status(self, status: str, states: Iterable[str]) -> None:
        """The merchant makes an order status and assigns it to states; no API can."""
        self.statuses.setdefault(status, set()).update(states)

    def comment(
        self,
        order: Order,
        text: str,
        status: str | None = None,
        *,
        notified: bool = False,
        visible: bool = False,
        by: str = "staff",
    ) -> Comment:
        """Adds to the status history. Raises `Refused` for a status that is not one of the order's state."""
        changes = status is not None and status != order.status
        if changes and self.switches.status_must_fit_state and order.state not in self.statuses.get(status or "", ()):
            raise Refused(f'The status "{status}" is not assigned to the state "{order.state}".')
        self._last_comment += 1
        before, now = order.status, self.now()
        order.status = status or before
        added = Comment(self._last_comment, text, order.status, now, notified, visible)
        order.history.append(added)
        self.touch(order)
        ref = str(order.entity_id)
        self.journal.write("comment", ref, on="order", order=order.increment_id, visible=visible, by=by)
        if order.status != before:
            self.journal.write("status", ref, order=order.increment_id, status=order.status, before=before, by=by)
        if notified:
            self.journal.write("mail", ref, order=order.increment_id, about="comment")
        return added

    def close_if_refunded(self, order: Order) -> None:
        """Everything was given back."""
        if all(item.qty_refunded >= item.qty_ordered for item in order.items if item.parent_item_id is None):
            order.status = order.state = "closed"

    def touch(self, order: Order) -> None:
        if self.switches.touch_updated_at:
            order.updated_at = self.now()

    def garble(self, order: Order, flaw: OrderFlaw | None) -> None:
        """Every answer with this order has this flaw from now on; None mends it."""
        order.flaw = flaw

    def _rows(self, line: Bought) -> list[OrderItem]:
        """A configurable product is two rows: the parent has the price, and one of the two is shipped."""
        shipped = line.quantity if line.shipped is None else line.shipped
        if not line.configurable:
            return [self._row(line, "simple", line.price, shipped, None)]
        by_parent = self.switches.configurable_row == "parent"
        parent = self._row(line, "configurable", line.price, shipped if by_parent else 0, None)
        return [parent, self._row(line, "simple", 0, 0 if by_parent else shipped, parent.item_id)]

    def _row(self, line: Bought, kind: str, price: float, shipped: int, parent: int | None) -> OrderItem:
        self._last_item += 1
        return OrderItem(self._last_item, line.sku, line.name, kind, price, line.quantity, shipped, parent)
