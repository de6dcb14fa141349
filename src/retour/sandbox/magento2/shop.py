"""The shop's state, and everything that changes it: imports, the merchant's decisions, credit memos."""

from retour.sandbox.clock import Clock
from retour.sandbox.journal import Journal
from retour.sandbox.magento import php
from retour.sandbox.magento.returns import PENDING
from retour.sandbox.magento2.creditmemo import CreditMemo, MemoRefused, book, refundable, sku_of
from retour.sandbox.magento2.orders import Order, OrderBook, OrderItem
from retour.sandbox.magento2.returns import ReturnRow, ReturnTable
from retour.sandbox.magento2.switches import Magento2Switches


class Shop:
    """One shop with the plugin. Answers to the outside are given by the modules beside this one."""

    def __init__(self, clock: Clock, journal: Journal, switches: Magento2Switches) -> None:
        self.clock = clock
        self.journal = journal
        self.switches = switches
        self.orders = OrderBook()
        self.returns = ReturnTable()
        self.memos: dict[int, CreditMemo] = {}
        self.log: list[str] = []

    def now(self) -> str:
        """The time as Magento writes it: UTC, to the second, without a zone."""
        return self.clock.now().strftime("%Y-%m-%d %H:%M:%S")

    def import_return(self, row: ReturnRow) -> None:
        """Adds a row; with `auto_process_complete` books the credit memo of a settled one at once (A9, E14).

        A credit memo that is refused is only logged; one that meets a PHP Error fails the call after the row is in.
        """
        self.returns.insert(row)
        self.journal.write(
            "created",
            str(row.entity_id),
            row.quantity,
            channable_id=row.channable_id,
            channel_id=row.channel_id,
            order=row.magento_increment_id,
            status=row.status,
        )
        if self.switches.auto_process_complete and row.status in ("complete", "accepted"):
            try:
                self.credit_memo(row)
            except php.PhpException as refused:
                self.log.append(f"Creditmemo on ImportReturn: {refused}")

    def decide(self, row: ReturnRow, status: str) -> None:
        """Stores any text as the status: nothing checks it, nor what was there (A7)."""
        before, row.status, row.updated_at = row.status, status, self.now()
        self.journal.write("decided", str(row.entity_id), row.quantity, status=status, before=before)

    def delete(self, row: ReturnRow) -> None:
        """Removes the row; the hub is not told (E12)."""
        self.returns.delete(row)
        self.journal.write("deleted", str(row.entity_id), row.quantity, status=row.status)

    def credit_memo(self, row: ReturnRow, status: str | None = None) -> CreditMemo:
        """The grid's credit memo of a return; `status` is stored as it is given. Raises `MemoRefused`."""
        order, line, qty = refundable(self.orders, row, self.switches.ean_attribute)
        memo = self._book(order, line, qty, row)
        self._attach(row, memo, status)
        return memo

    def credit_memo_on_order(self, order: Order, sku: str, qty: float, *, ticked: bool) -> CreditMemo:
        """A credit memo made on the order, the pending return of that SKU ticked or not. Raises `MemoRefused`."""
        line = order.item_of(sku)
        if line is None:
            raise MemoRefused(f"The order has no item {sku}.")
        memo = self._book(order, line, qty, None)
        if ticked and not self.switches.auto_update:
            self._accept_pending(memo)
        return memo

    def _book(self, order: Order, line: OrderItem, qty: float, row: ReturnRow | None) -> CreditMemo:
        memo = book(len(self.memos) + 1, order, line, qty, self.now())
        self.memos[memo.entity_id] = memo
        self.journal.write(
            "credit_memo",
            str(row.entity_id) if row else memo.increment_id,
            int(qty),
            credit_memo=memo.increment_id,
            order=order.increment_id,
            sku=line.product.sku,
            amount=f"{memo.grand_total:.2f}",
        )
        if self.switches.auto_update:
            self._accept_pending(memo)
        return memo

    def _accept_pending(self, memo: CreditMemo) -> None:
        """Accepts the pending return of the memo's SKU: of several the last one; quantities are not compared (A9)."""
        pending: dict[str, ReturnRow] = {}
        for row in self.returns.pending_of(memo.order.increment_id):
            sku = sku_of(self.orders, row.item_fields(), self.switches.ean_attribute)
            if sku:
                pending[sku] = row
        accepted = pending.get(memo.item.product.sku)
        if accepted is not None:
            self._attach(accepted, memo, "accepted")

    def _attach(self, row: ReturnRow, memo: CreditMemo, status: str | None) -> None:
        row.magento_creditmemo_id = memo.entity_id
        row.magento_creditmemo_increment_id = memo.increment_id
        row.updated_at = self.now()
        if status is not None and status != row.status:
            self.decide(row, status)

    def decide_when_asked(self, row: ReturnRow) -> None:
        """The `auto_decide` switch: a merchant who answers the moment the hub asks."""
        if self.switches.auto_decide is not None and row.status == PENDING:
            self.decide(row, self.switches.auto_decide)
