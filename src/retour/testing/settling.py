"""Telling a decision and following it to its end, as the hub's worker does."""

from itertools import count
from typing import Any

from retour.connectors.contract import Part, Receipt, ReceiptState
from retour.core.model import Resolution
from retour.testing.opened import Opened
from retour.testing.simulated import Announced, SimulatedMarketplace

ROUNDS = 24
_numbers = count(1)
AN_HOUR = 3600


def part(platform: SimulatedMarketplace, announced: Announced, decision: Resolution, **changes: Any) -> Part:
    """The decision for the whole line, unless `changes` says otherwise."""
    number = next(_numbers)
    whole = {
        "quantity": announced.quantity,
        "reason": platform.reason,
        "code": platform.code(decision),
        "order_ref": announced.order_ref,
        "key": f"r-{number}:{announced.line_ref}:settle:1",
        "number": number,
    }
    return Part(line_ref=announced.line_ref, resolution=decision, **(whole | changes))


async def settled(
    platform: SimulatedMarketplace, hub: Opened, announced: Announced, decision: Resolution, **changes: Any
) -> Receipt:
    """Tells a decision and follows its receipt to the end."""
    receipt = await hub.connector.settle(announced.ref, [part(platform, announced, decision, **changes)])
    return await to_the_end(platform, hub, receipt)


async def to_the_end(platform: SimulatedMarketplace, hub: Opened, receipt: Receipt) -> Receipt:
    """Asks once an hour of the platform's time, for a day at most, how far the platform is."""
    for _ in range(ROUNDS):
        if receipt.state is not ReceiptState.PENDING:
            return receipt
        assert hub.capabilities.asynchronous, "a pending receipt from a marketplace that declares none"
        assert receipt.ref, "a pending receipt needs a ref to be followed by"
        platform.wait(AN_HOUR)
        receipt = (await hub.connector.confirm([receipt.ref])).get(receipt.ref, receipt)
    raise AssertionError(f"still {receipt} after a day")
