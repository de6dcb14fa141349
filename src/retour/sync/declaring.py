"""What came back unannounced: the order is asked for at the marketplace, and its units are reported, once.

A connector remembers what it reports. So nobody else may use the connection meanwhile: each step holds its lease, as a
check does. That also makes the same form, sent twice at the same moment, wait for itself.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from django.conf import settings

from retour.connectors.contract import CameBack, Declares, HasOrders
from retour.connectors.errors import Refused, Unavailable
from retour.core.capabilities import Starts
from retour.core.model import Order, OrderLine
from retour.store import declared, lease
from retour.store.declared import Verdict
from retour.store.models import Connection
from retour.store.platforms import config_of, manifest_of
from retour.sync.alive import Worker
from retour.sync.connections import Platform, opened
from retour.sync.database import Database
from retour.sync.job import utc_now

PATIENCE = 20.0
"""Seconds that a person waits for a check of the connection to end."""
GLANCE = 0.1


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
    db = Database()
    try:
        async with _turn(connection, db):
            return await _found(connection, db, ref)
    finally:
        await db.close()


async def declare(
    connection: Connection,
    token: str,
    ref: str,
    units: Sequence[CameBack],
    verdict: Verdict | None,
    at: datetime,
    actor: str,
) -> list[int]:
    """Reports these units of an order and decides about them; the keys of their returns. The same token with the same
    units does it once; with others it is another report.

    Raises ConnectorError, with words for the merchant, and Contradiction."""
    if not token:
        raise Refused("This report has no token. Open the form anew.")
    token = _bound(token, connection, ref, units)
    db = Database()
    try:
        made = await db(declared.already, token)
        if made is not None:
            return made
        async with _turn(connection, db):
            # Asked once more: the same form may have been sent while this one waited.
            made = await db(declared.already, token)
            if made is not None:
                return made
            order = await _found(connection, db, ref)
            if order is None:
                raise Refused(f"There is no order {ref} at this marketplace.")
            _check(order, units)
            # A connector remembers what it reports, so that whatever is wrong must be said before.
            await db(declared.check, connection, verdict, at)
            async with opened(connection) as platform:
                seen = await _declares(platform).declare(order, units)
            return await db(declared.declare, connection, token, order, seen, verdict, at, actor)
    finally:
        await db.close()


def _bound(token: str, connection: Connection, ref: str, units: Sequence[CameBack]) -> str:
    """A form's token, for what it says: after the Back button it may say something else."""
    said = [token, connection.pk, ref, sorted((one.order_line_ref, one.quantity) for one in units)]
    return sha256(json.dumps(said).encode()).hexdigest()


@asynccontextmanager
async def _turn(connection: Connection, db: Database) -> AsyncIterator[None]:
    """Nobody else uses the connection. Raises Refused where it is to do nothing, and Unavailable where a check of it
    does not end soon."""
    if connection.state in {Connection.State.PAUSED, Connection.State.STOPPED}:
        words = connection.state_words or connection.get_state_display()
        raise Refused(f"{connection.slug} is asked nothing until it is resumed. {words.rstrip('.')}.")
    with Worker(settings.HOME) as worker:
        ends = asyncio.get_running_loop().time() + PATIENCE
        while not await db(lease.take_cycle, connection, worker.name, utc_now(), worker.alive):
            if asyncio.get_running_loop().time() > ends:
                raise Unavailable(
                    f"{connection.slug} is being checked just now. Nothing was reported; try again in a moment.",
                    retry_after=timedelta(seconds=PATIENCE),
                )
            await asyncio.sleep(GLANCE)
        try:
            yield
        finally:
            await db(lease.give_back, connection, worker.name)


async def _found(connection: Connection, db: Database, ref: str) -> Order | None:
    async with opened(connection) as platform:
        if not isinstance(platform.connector, HasOrders):
            raise Refused(f"{platform.manifest.name} does not show orders.")
        order = await platform.connector.order(ref)
    return _less(order, await db(declared.came_back, connection, order.ref)) if order else None


def _declares(platform: Platform) -> Declares:
    if not isinstance(platform.connector, Declares):
        raise Refused(f"At {platform.manifest.name} only the customer can start a return.")
    return platform.connector


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


def _less(order: Order, came_back: Mapping[str, int]) -> Order:
    """Without the units that are in returns already. Some marketplaces leave those out by themselves, some do not."""

    def less(line: OrderLine) -> OrderLine:
        left = max(0, line.quantity - came_back.get(line.ref or "", 0))
        return replace(line, returnable=left if line.returnable is None else min(line.returnable, left))

    return replace(order, lines=tuple(less(line) for line in order.lines))
