"""What came back unannounced: the order is asked for at the marketplace, and its units are reported, once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from retour.connectors.contract import CameBack, Declares, HasOrders
from retour.connectors.errors import Refused
from retour.core.capabilities import Starts
from retour.core.model import Order, OrderLine
from retour.store import declared
from retour.store.declared import Verdict
from retour.store.models import Connection
from retour.store.platforms import config_of, manifest_of
from retour.sync.connections import opened
from retour.sync.database import Database


def can_declare(connection: Connection) -> bool:
    """Whether the merchant can report a return at this marketplace. Raises `registry.UnknownConnector`, and pydantic's
    ValidationError where the settings do not fit."""
    able = manifest_of(connection).capabilities(config_of(connection))
    return Starts.SELLER in getattr(able, "starts", ())


def new_token() -> str:
    """For one form: whatever it is sent with happens once."""
    return uuid4().hex


async def find_order(connection: Connection, ref: str) -> Order | None:
    """The order as the marketplace knows it, with how many units of each line can still be reported; None: it knows no
    such order. Raises ConnectorError."""
    async with opened(connection) as platform:
        if not isinstance(platform.connector, HasOrders):
            raise Refused(f"{platform.manifest.name} does not show orders.")
        order = await platform.connector.order(ref)
    if order is None:
        return None
    return await _without_what_is_under_way(connection, order)


async def declare(
    connection: Connection,
    token: str,
    ref: str,
    units: Sequence[CameBack],
    verdict: Verdict | None,
    at: datetime,
    actor: str,
) -> list[int]:
    """Reports these units of an order and decides about them; the keys of their returns. The same token does it once.

    Raises ConnectorError, with words for the merchant, and Contradiction."""
    db = Database()
    try:
        made = await db(declared.already, token)
        if made is not None:
            return made
        order = await find_order(connection, ref)
        if order is None:
            raise Refused(f"There is no order {ref} at this marketplace.")
        _check(order, units)
        async with opened(connection) as platform:
            if not isinstance(platform.connector, Declares):
                raise Refused(f"At {platform.manifest.name} only the customer can start a return.")
            seen = await platform.connector.declare(order, units)
        return await db(declared.declare, connection, token, order, seen, verdict, at, actor)
    finally:
        await db.close()


def _check(order: Order, units: Sequence[CameBack]) -> None:
    """What is asked for must be there to come back. Raises Refused."""
    if not units:
        raise Refused("Say which products came back, and how many.")
    lines = {line.ref: line for line in order.lines if line.ref}
    for one in units:
        line = lines.get(one.order_line_ref)
        if line is None:
            raise Refused(f"Order {order.ref} has no line {one.order_line_ref}.")
        left = line.returnable if line.returnable is not None else line.quantity
        if not 1 <= one.quantity <= left:
            what = line.title or line.sku or line.ref
            raise Refused(
                f"Of {what}, {left or 'none'} can still be reported; {one.quantity} was asked for. "
                "What is in an open return already is decided there."
            )


async def _without_what_is_under_way(connection: Connection, order: Order) -> Order:
    db = Database()
    try:
        under_way = await db(declared.under_way, connection, order.ref)
    finally:
        await db.close()
    return _less(order, dict(under_way))


def _less(order: Order, units: dict[str, int]) -> Order:
    def less(line: OrderLine) -> OrderLine:
        left = line.returnable if line.returnable is not None else line.quantity
        return replace(line, returnable=max(0, left - units.get(line.ref or "", 0)))

    return replace(order, lines=tuple(less(line) for line in order.lines))
