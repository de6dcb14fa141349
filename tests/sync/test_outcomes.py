"""From what a connector answered to how the effect stands."""

from datetime import UTC, datetime, timedelta

import pytest

from retour.connectors.contract import Receipt, ReceiptState
from retour.connectors.errors import Unauthorized
from retour.core.model import EffectState
from retour.sync import outcomes

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize("ref", [None, ""])
def test_what_was_taken_without_a_receipt_is_looked_up_at_the_return(ref: str | None) -> None:
    result = outcomes.settled("r-1:1:settle:1", Receipt(ReceiptState.PENDING, ref), NOW)
    assert (result.state, result.note) == (EffectState.UNKNOWN, "lost")
    assert result.due_at is not None
    assert result.due_at - NOW < timedelta(minutes=1)


def test_what_nobody_let_in_waits_for_its_connection_alone() -> None:
    """A hub that is killed before it notes that must not leave the effect waiting for a time of its own."""
    result = outcomes.failed("r-1:1:settle:1", Unauthorized("no"), NOW, 1, can_look_up=True)
    assert (result.state, result.due_at) == (EffectState.WANTED, NOW)
