"""The desk where returns are made and decided, whoever does it (contract A2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retour.sandbox.magento_native.derivation import APPROVED, AUTHORIZED, FINAL, PENDING, RECEIVED, ROADS, STEPS
from retour.sandbox.magento_native.options import Options
from retour.sandbox.magento_native.orders import Order
from retour.sandbox.magento_native.rmas import Rma, RmaComment, RmaFlaw, RmaItem, RmaTable, Track
from retour.sandbox.magento_native.shop import Refused, Shop


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of a return to be made; reason, condition and resolution are option ids."""

    order_item_id: int
    quantity: int
    reason: str = ""
    condition: str = ""
    resolution: str = ""
    status: str = PENDING


class Desk:
    """`by` is "api", "staff" or "customer". What does not exist raises LookupError."""

    def __init__(self, shop: Shop, options: Options) -> None:
        self.rmas = RmaTable()
        self._shop = shop
        self._options = options
        self._last_item = 0
        self._last_comment = 0
        self._last_track = 0

    def open(
        self,
        order: Order,
        rows: Sequence[Asked],
        *,
        email: str = "",
        date_requested: str | None = None,
        by: str = "customer",
    ) -> Rma:
        """Makes a return; nothing notices an equal one. Raises `Refused` for rows or quantities that cannot be."""
        self._check(order, rows)
        number = self.rmas.next_id()
        items = []
        for row in rows:
            self._last_item += 1
            items.append(
                RmaItem(
                    self._last_item,
                    row.order_item_id,
                    row.quantity,
                    row.reason,
                    row.condition,
                    row.resolution,
                    row.status,
                )
            )
        rma = Rma(
            entity_id=number,
            increment_id=f"{number:09d}",
            order_id=order.entity_id,
            order_increment_id=order.increment_id,
            store_id=order.store_id,
            customer_id=order.customer_id,
            customer_custom_email=email,
            date_requested=date_requested or self._shop.now(),
            items=items,
        )
        self.rmas.add(rma)
        asked = {str(row.order_item_id): row.quantity for row in rows}
        self._write("created", rma, rma.quantity, order=rma.order_increment_id, order_items=asked, by=by)
        return rma

    def open_by_sku(self, order: Order, quantities: Mapping[str, int], reason: str, resolution: str) -> Rma:
        """A customer asks in the shop itself; reason and resolution are labels."""
        options = (
            self._options.id_of("reason", reason),
            next(iter(self._options.of("condition"))),
            self._options.id_of("resolution", resolution),
        )
        rows = []
        for sku, quantity in quantities.items():
            item = order.item_of(sku)
            if item is None:
                raise LookupError(f"the order has no {sku}")
            rows.append(Asked(item.item_id, quantity, *options))
        return self.open(order, rows, email=order.billing.email)

    def step(
        self,
        rma: Rma,
        item_id: int,
        status: str,
        *,
        resolution: str | None = None,
        quantity: int | None = None,
        by: str = "staff",
    ) -> None:
        """One save of one item. `resolution` is an option id. `quantity` is how many are authorized, received or
        approved; None is as many as the step before. Raises `Refused` for a step that the panel does not offer."""
        self.check_step(rma, item_id, status, quantity)
        item = self._item(rma, item_id)
        item.resolution = item.resolution if resolution is None else resolution
        if status == item.status:
            return
        counted = _counted(item, status, quantity)
        if counted is not None:
            setattr(item, *counted)
        item.status = status
        if status == AUTHORIZED:
            self._write("mail", rma, item.qty_authorized, about="authorized", item=item.entity_id, by=by)
        if status in FINAL:
            count = item.qty_approved if status == APPROVED else item.qty_requested
            label = self._options.label("resolution", item.resolution)
            row = {"item": item.entity_id, "order_item": item.order_item_id}
            self._write("decided", rma, count, **row, status=status, resolution=label, by=by)
            if rma.is_closed:
                self.rmas.note_closed(rma)

    def check_step(self, rma: Rma, item_id: int, status: str, quantity: int | None = None) -> None:
        """Raises what `step` would."""
        item = self._item(rma, item_id)
        if rma.is_closed:
            raise Refused("The return is closed.")
        if status != item.status:
            if status not in STEPS[item.status]:
                raise Refused(f'An item cannot go from "{item.status}" to "{status}".')
            _counted(item, status, quantity)

    def decide(
        self,
        rma: Rma,
        status: str,
        *,
        resolution: str | None = None,
        item_id: int | None = None,
        quantity: int | None = None,
    ) -> None:
        """Staff takes one item, or all that are open, all the way to "approved", "rejected" or "denied";
        `resolution` is a label, such as "Refund". Raises `Refused`."""
        if status not in ROADS:
            raise Refused(f"{status!r} is not one of {', '.join(ROADS)}")
        if rma.is_closed:
            raise Refused("The return is closed.")
        option = None if resolution is None else self._options.id_of("resolution", resolution)
        items = [self._item(rma, item_id)] if item_id is not None else [i for i in rma.items if i.status not in FINAL]
        for item in items:
            road = ROADS[status]
            for stop in road[road.index(item.status) + 1 :] if item.status in road else road:
                last = stop == road[-1]
                self.step(
                    rma,
                    item.entity_id,
                    stop,
                    resolution=option if last else None,
                    quantity=quantity if last and status == APPROVED else None,
                )

    def close(self, rma: Rma) -> None:
        """The panel's button "Close": items stay as they are. Raises `Refused` when it is closed already."""
        if rma.is_closed:
            raise Refused("The return is closed.")
        rma.closed_by_hand = True
        self._write("closed", rma, rma.quantity, by="staff")
        self.rmas.note_closed(rma)

    def comment(
        self,
        rma: Rma,
        text: str,
        *,
        notified: bool = False,
        visible: bool = False,
        admin: bool = True,
        status: str | None = None,
        by: str = "staff",
    ) -> RmaComment:
        self._last_comment += 1
        number, now = self._last_comment, self._shop.now()
        added = RmaComment(number, text, status or rma.status, now, notified, visible, admin)
        rma.comments.append(added)
        self._write("comment", rma, 1, on="return", visible=visible, by=by)
        if notified:
            self._write("mail", rma, 1, about="comment", by=by)
        return added

    def track(self, rma: Rma, number: str, carrier_title: str, carrier_code: str) -> Track:
        self._last_track += 1
        added = Track(self._last_track, number, carrier_title, carrier_code)
        rma.tracks.append(added)
        return added

    def remove(self, rma: Rma, *, by: str = "staff") -> None:
        """Deletes it; nobody is told."""
        self.rmas.remove(rma)
        self._write("deleted", rma, rma.quantity, status=rma.status, by=by)

    def garble(self, rma: Rma, flaw: RmaFlaw | None) -> None:
        """Every answer with this return has this flaw from now on; None mends it."""
        rma.flaw = flaw

    def _check(self, order: Order, rows: Sequence[Asked]) -> None:
        if not rows:
            raise Refused("A return needs items.")
        wanted: dict[int, int] = {}
        for row in rows:
            item = order.item(row.order_item_id)
            if item is None or not item.qty_shipped:
                raise Refused(f"The order item {row.order_item_id} cannot be returned.")
            wanted[row.order_item_id] = wanted.get(row.order_item_id, 0) + row.quantity
            if row.quantity < 1:
                raise Refused(f"There is an error in quantities for item {item.name}.")
            taken = sum(rma.taken(row.order_item_id) for rma in self.rmas.of_order(order.entity_id))
            if self._shop.switches.check_quantities and wanted[row.order_item_id] + taken > item.qty_shipped:
                raise Refused(f"There is an error in quantities for item {item.name}.")

    def _item(self, rma: Rma, item_id: int) -> RmaItem:
        item = rma.item(item_id)
        if item is None:
            raise LookupError(f"return {rma.entity_id} has no item {item_id}")
        return item

    def _write(self, kind: str, rma: Rma, quantity: int, **detail: object) -> None:
        self._shop.journal.write(kind, str(rma.entity_id), quantity, **detail)


def _counted(item: RmaItem, status: str, quantity: int | None) -> tuple[str, int] | None:
    """Which count a step sets, and to what: at most as many as the step before."""
    steps = {
        AUTHORIZED: ("qty_authorized", item.qty_requested),
        RECEIVED: ("qty_returned", item.qty_authorized),
        APPROVED: ("qty_approved", item.qty_returned),
    }
    if status not in steps:
        return None
    name, most = steps[status]
    count = most if quantity is None else quantity
    if not 0 < count <= most:
        raise Refused(f"There is an error in quantities: at most {most} can be {status}.")
    return name, count
