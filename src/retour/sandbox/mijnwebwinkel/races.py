"""The merchant who saves at the wrong moment: edits that wait for the hub's next call (contract 8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from retour.sandbox.mijnwebwinkel.orders import Order
from retour.sandbox.mijnwebwinkel.shop import MERCHANT, Shop

Moment = Literal["after_read", "after_write", "after_list"]


@dataclass(frozen=True, slots=True)
class MerchantEdit:
    """What the merchant saves at once; None leaves it alone.

    `note` replaces the note, as a form does that was opened long ago; `append` adds a line to it as it is then.
    """

    note: str | None = None
    append: str | None = None
    status: int | None = None
    archived: bool | None = None


@dataclass(slots=True, eq=False)
class _Waiting:
    moment: Moment
    name: str
    edit: MerchantEdit
    skip: int


class Races:
    """Edits in wait. Each is made once: when its moment comes, after the answer was written, before it leaves."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._waiting: list[_Waiting] = []

    def plan(self, order: Order, moment: Moment, edit: MerchantEdit, skip: int = 0) -> None:
        """`after_read`: after an answer that shows this order. `after_write`: after a write to it, credit orders
        included. `after_list`: after any list, whether this order is in it or not. So many moments pass first."""
        self._waiting.append(_Waiting(moment, order.name, edit, skip))

    def shown(self, orders: Iterable[Order]) -> None:
        if self._waiting:
            names = {order.name for order in orders}
            self._make([one for one in self._waiting if one.moment == "after_read" and one.name in names])

    def listed(self) -> None:
        self._make([one for one in self._waiting if one.moment == "after_list"])

    def written(self, order: Order) -> None:
        self._make([one for one in self._waiting if one.moment == "after_write" and one.name == order.name])

    def _make(self, met: list[_Waiting]) -> None:
        for one in met:
            if one.skip:
                one.skip -= 1
                continue
            self._waiting.remove(one)
            order = self._shop.orders.get(one.name)
            if order is not None:
                save(self._shop, order, one.edit)


def save(shop: Shop, order: Order, edit: MerchantEdit) -> None:
    """The merchant saves now; nothing checks what."""
    if edit.note is not None:
        shop.set_note(order, edit.note, MERCHANT)
    if edit.append is not None:
        shop.set_note(order, f"{order.internal}\n{edit.append}" if order.internal else edit.append, MERCHANT)
    if edit.status is not None:
        shop.set_status(order, edit.status, MERCHANT)
    if edit.archived is not None:
        shop.set_archived(order, edit.archived, MERCHANT)
