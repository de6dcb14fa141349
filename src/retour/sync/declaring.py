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
from retour.core.model import Order, OrderLine, Seen, Source
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
    source: Source,
    at: datetime,
    actor: str,
    shop_report: int | None = None,
) -> list[int]:
    """Reports these units of an order and decides about them; the keys of their returns. The same token with the same
    units does it once; with others it is another report. A `shop_report` is reported once, whatever is said of it.

    Raises ConnectorError, with words for the merchant, and Contradiction."""
    if not token:
        raise Refused("This report has no token. Open the form anew.")
    token = _bound(token, connection, ref, units)
    db = Database()
    try:
        made = await db(_made, token, shop_report)
        if made is not None:
            return made
        async with _turn(connection, db):
            # Asked once more: the same form may have been sent while this one waited.
            made = await db(_made, token, shop_report)
            if made is not None:
                return made
            order = await _found(connection, db, ref)
            if order is None:
                raise Refused(f"There is no order {ref} at this marketplace.")
            check(order, units)
            # A connector remembers what it reports, so that whatever is wrong must be said before.
            await db(declared.check, connection, verdict, at)
            async with opened(connection) as platform:
                seen = await reported(platform, order, units)
            return await db(declared.declare, connection, token, order, seen, verdict, source, at, actor, shop_report)
    finally:
        await db.close()


async def reported(platform: Platform, order: Order, units: Sequence[CameBack]) -> list[Seen]:
    """The returns that these units are, as the connector says it; with what else is known of why they came back."""
    if not isinstance(platform.connector, Declares):
        raise Refused(f"At {platform.manifest.name} only the customer can start a return.")
    words = {one.order_line_ref: one.reason_text for one in units}
    return [
        replace(
            seen,
            lines=tuple(
                replace(line, reason_text=line.reason_text or words.get(line.order_line_ref or ""))
                for line in seen.lines
            ),
        )
        for seen in await platform.connector.declare(order, units)
    ]


def _made(token: str, shop_report: int | None) -> list[int] | None:
    there = declared.already_there(shop_report) if shop_report is not None else None
    return declared.already(token) if there is None else there


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
    return less(order, await db(declared.came_back, connection, order.ref)) if order else None


def check(order: Order, units: Sequence[CameBack]) -> None:
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


def spread(lines: Sequence[OrderLine], quantity: int) -> list[tuple[OrderLine, int]]:
    """So many units of a product over the lines of an order that it stands in: one is filled after the other, and the
    last takes what is left."""
    found, left = [], quantity
    for number, line in enumerate(lines, 1):
        room = line.returnable if line.returnable is not None else line.quantity
        some = left if number == len(lines) else min(left, room)
        if some:
            found.append((line, some))
            left -= some
    return found


def less(order: Order, came_back: Mapping[str, int]) -> Order:
    """Without the units that are in returns already. Some marketplaces leave those out by themselves, some do not."""

    def less(line: OrderLine) -> OrderLine:
        left = max(0, line.quantity - came_back.get(line.ref or "", 0))
        return replace(line, returnable=left if line.returnable is None else min(line.returnable, left))

    return replace(order, lines=tuple(less(line) for line in order.lines))
