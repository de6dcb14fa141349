"""The shop's state, and everything that changes it: imports and the merchant's hands."""

import secrets
from collections import deque
from collections.abc import Iterable, Sequence

from retour.sandbox.clock import Clock
from retour.sandbox.journal import Journal
from retour.sandbox.magento.returns import PENDING
from retour.sandbox.magento1.orders import Billing, Order, OrderBook, OrderLine
from retour.sandbox.magento1.returns import Flaw, ReturnRow, ReturnTable
from retour.sandbox.magento1.switches import Magento1Switches

_LOG_LINES = 500


class Shop:
    """One shop with the plugin. Answers to the outside are given by the modules beside this one."""

    def __init__(self, clock: Clock, journal: Journal, switches: Magento1Switches) -> None:
        self.switches = switches
        self.orders = OrderBook()
        self.returns = ReturnTable()
        self.log: deque[str] = deque(maxlen=_LOG_LINES)
        self._clock = clock
        self._journal = journal

    def now(self) -> str:
        """The time as Magento writes it: UTC, to the second, without a zone."""
        return self._clock.now().strftime("%Y-%m-%d %H:%M:%S")

    def add_order(
        self,
        hub_order_id: int,
        increment_id: str | None = None,
        lines: Sequence[OrderLine] = (OrderLine(),),
        billing: Billing | None = None,
        *,
        status: str = "complete",
        shipping: float = 0,
        currency: str = "EUR",
    ) -> Order:
        """An order that the hub brought earlier. Impossible when a number is taken."""
        entity_id = self.orders.next_id()
        order = Order(
            entity_id=entity_id,
            increment_id=increment_id or f"1{entity_id:08d}",
            hub_order_id=hub_order_id,
            status=status,
            created_at=self.now(),
            billing=billing or Billing(),
            lines=tuple(lines),
            shipping=shipping,
            currency=currency,
        )
        self.orders.add(order)
        return order

    def import_return(self, row: ReturnRow) -> None:
        """Adds a row and gives it its id; equal ones are not noticed (E2)."""
        self.returns.insert(row)
        if row.status != PENDING:
            self.returns.note_decided(row)
        self._write(
            "created",
            row,
            channable_id=row.channable_id,
            channel_id=row.channel_id,
            order=row.magento_increment_id,
            status=row.status,
        )

    def decide(self, return_id: int, status: str) -> ReturnRow:
        """The row action: stores any text; nothing checks it, nor what was there. KeyError when unknown."""
        row = self._row(return_id)
        before, row.status, row.updated_at = row.status, status, self.now()
        self.returns.note_decided(row)
        self._write("decided", row, status=status, before=before)
        return row

    def decide_all(self, status: str, ids: Iterable[int] | None = None) -> int:
        """The mass action: only rows that are still `new`; how many those were."""
        ticked = list(self.returns) if ids is None else [self._row(number) for number in ids]
        pending = [row for row in ticked if row.status == PENDING]
        for row in pending:
            self.decide(row.entity_id, status)
        return len(pending)

    def clear(self, return_id: int) -> ReturnRow:
        """The row action "Delete": a defect of the plugin, which keeps the row and makes its status null (E12)."""
        row = self._row(return_id)
        before, row.status, row.updated_at = row.status, None, self.now()
        self._write("cleared", row, before=before)
        return row

    def delete(self, ids: Iterable[int]) -> int:
        """The mass action "Delete": the rows are gone; the hub is not told."""
        rows = [self._row(number) for number in ids]
        for row in rows:
            self.returns.delete(row)
            self._write("deleted", row, status=row.status)
        return len(rows)

    def garble(self, return_id: int, flaw: Flaw | None) -> None:
        """Every answer about this return has this flaw from now on."""
        self._row(return_id).flaw = flaw

    def renew_token(self) -> str:
        """The merchant makes a new secret."""
        self.switches.token = secrets.token_hex(32)
        return self.switches.token

    def decide_when_asked(self, row: ReturnRow) -> None:
        """The `auto_decide` switch: a merchant who answers the moment the hub asks."""
        if self.switches.auto_decide is not None and row.status == PENDING:
            self.decide(row.entity_id, self.switches.auto_decide)

    def _row(self, return_id: int) -> ReturnRow:
        row = self.returns.get(return_id)
        if row is None:
            raise KeyError(return_id)
        return row

    def _write(self, kind: str, row: ReturnRow, **detail: object) -> None:
        self._journal.write(kind, str(row.entity_id), row.quantity, **detail)
