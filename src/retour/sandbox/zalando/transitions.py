"""What happens to a line: its status, its history, and the customer's money (contract 3, 5)."""

from datetime import datetime
from itertools import count
from typing import Literal

from retour.sandbox.journal import Journal
from retour.sandbox.zalando.state import Line, LineStatus, Transition

By = Literal["api", "zalando"]
_ACTORS: dict[By, str] = {"api": "sandbox-client", "zalando": "zalando-returns"}


class Transitions:
    """Changes lines; obeys no rule, the callers do."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._numbers = count(1029384756)

    def move(self, line: Line, status: LineStatus, at: datetime, by: By, reason: int | None = None) -> None:
        """A line that is returned or canceled gives the customer the money of its unit."""
        line.history.append(Transition(next(self._numbers), line.status, status, at, _ACTORS[by], reason))
        line.status = status
        line.modified_at = line.item.order.modified_at = at
        if status in ("returned", "canceled"):
            line.refunds += 1
            order = line.item.order
            self._journal.write(
                "refund",
                line.line_id,
                status=status,
                amount=str(line.price),
                currency="EUR",
                order_id=order.order_id,
                order_number=order.number,
                external_id=line.item.external_id,
                reason=reason,
                by=by,
            )
