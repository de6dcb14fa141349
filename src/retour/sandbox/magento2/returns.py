"""The plugin's table of returns in Magento 2 (contract A10)."""

from dataclasses import dataclass

from retour.sandbox.magento.returns import PENDING, SentReturn, SentReturns


@dataclass(slots=True)
class ReturnRow(SentReturn):
    """One row of `channable_returns`."""

    channel_id: str | None
    magento_increment_id: str
    reason: str
    status: str
    channel_return_id: str | None
    channel_order_id: str | None
    channel_order_id_internal: str | None
    platform_order_id: str | None
    magento_creditmemo_id: int | None = None
    magento_creditmemo_increment_id: str | None = None


class ReturnTable(SentReturns[ReturnRow]):
    """Knows them by order number too, for what a credit memo touches."""

    def __init__(self) -> None:
        super().__init__()
        self._by_order: dict[str, list[int]] = {}

    def insert(self, row: ReturnRow) -> None:
        super().insert(row)
        if row.magento_increment_id:
            self._by_order.setdefault(row.magento_increment_id, []).append(row.entity_id)

    def delete(self, row: ReturnRow) -> None:
        super().delete(row)
        if row.magento_increment_id:
            self._by_order[row.magento_increment_id].remove(row.entity_id)

    def pending_of(self, increment_id: str) -> list[ReturnRow]:
        rows = (self._rows[entity_id] for entity_id in self._by_order.get(increment_id, ()))
        return [row for row in rows if row.status == PENDING]
