"""What the merchant returns in the shop himself: seen there, and reported at the marketplace whose order it is.

The shop's check only notes it. Each marketplace is asked in its own check, where nobody else uses its connection, so
that the order is one marketplace's for certain. Whatever is not certain is prepared for a person and never guessed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from retour.connectors.contract import CameBack, HasOrders, ReturnedUnits, ShowsOwn
from retour.connectors.errors import Refused, Transient, Unavailable
from retour.core.capabilities import Starts
from retour.core.merge import Contradiction
from retour.core.model import Order, OrderLine, Source
from retour.store import declared, shop_reports
from retour.store.shop_reports import Pending
from retour.sync import declaring, rhythm
from retour.sync.job import Job


class Uncertain(Exception):
    """It cannot be reported without a person; the message is a sentence for that person."""


async def observe(job: Job, started: datetime) -> None:
    """Notes the returns that were made in the shop since the last check; what was there before is not the hub's."""
    connector = job.platform.connector
    if not job.shop_capabilities.shows_own or not isinstance(connector, ShowsOwn):
        return
    async for page in connector.own(job.connection.checked_at or started):
        await job.db(shop_reports.record_own, job.connection, page, job.now())
        job.report.unreadable += len(page.unreadable)
        await job.keep()


async def take(job: Job) -> None:
    """Reports what the shop shows as its own, where this marketplace knows the order."""
    connector = job.platform.connector
    if Starts.SELLER not in job.marketplace_capabilities.starts or not isinstance(connector, HasOrders):
        return
    for pending in await job.db(shop_reports.waiting, job.connection):
        await job.may_go_on()
        try:
            await _taken(job, connector, pending)
        except Transient as error:
            if isinstance(error, Unavailable) or pending.units is not None:
                raise  # what may be reported already must be linked before a list shows it
            # One that cannot be asked about holds up neither the others nor the marketplace's own lists.
            job.report.words = error.message
            if job.now() - pending.seen_at > rhythm.PENDING_AT_MOST:
                await job.db(shop_reports.prepare, pending.key, error.message)


async def _taken(job: Job, connector: HasOrders, pending: Pending) -> None:
    """Asks the marketplace about one, and reports it where nothing is in doubt."""
    orders = await _orders(connector, pending.numbers)
    ref = orders[0].ref if orders else None
    known = await job.db(shop_reports.answered, pending.key, job.connection, ref, job.now())
    if known is None or known.others or not orders:
        return
    if known.by > 1:
        words = "Several marketplaces know an order of this number: choose the right one."
        await job.db(shop_reports.prepare, pending.key, words)
        return
    if len(orders) > 1:
        words = "The shop's order names several orders of this marketplace: choose the right one."
        await job.db(shop_reports.prepare, pending.key, words, job.connection, orders[0].ref)
        return
    [order] = orders
    try:
        await _report(job, pending, order)
    except (Uncertain, Contradiction) as why:
        await job.db(shop_reports.prepare, pending.key, str(why), job.connection, order.ref)
    except Refused as error:
        words = error.words or error.message
        await job.db(shop_reports.prepare, pending.key, words, job.connection, order.ref)


async def _orders(connector: HasOrders, numbers: Sequence[str]) -> list[Order]:
    """The orders that these numbers stand for. A number that the marketplace will not look up is none of its own."""
    found: dict[str, Order] = {}
    for number in numbers:
        try:
            order = await connector.order(number)
        except Refused:
            continue
        if order is not None:
            found[order.ref] = order
    return [*found.values()]


async def _report(job: Job, pending: Pending, order: Order) -> None:
    units: Sequence[CameBack] | None = pending.units
    if units is None:
        left = declaring.less(order, await job.db(declared.came_back, job.connection, order.ref))
        found = came_back(left, pending.made.units)
        declaring.check(left, found)
        units = [replace(one, key=shop_reports.key_of(pending.key, one.order_line_ref)) for one in found]
        await job.db(shop_reports.intends, pending.key, units)
    seen = await declaring.reported(job.platform, order, units)
    shop = pending.made.says.ref
    token, at = f"shop report {pending.key}", job.now()
    await job.db(
        declared.declare, job.connection, token, order, seen, None, Source.SHOP, at, f"shop return {shop}", pending.key
    )


def came_back(order: Order, returned: Sequence[ReturnedUnits]) -> list[CameBack]:
    """Which lines of the marketplace's order the units are. Raises Uncertain."""
    if not returned:
        raise Uncertain("The shop does not tell which products came back: choose them.")
    units: list[CameBack] = []
    for one in _together(returned):
        lines = _lines(order, one)
        if not lines:
            what = one.sku or one.gtin or "without a number"
            raise Uncertain(f"The order at the marketplace has no product {what}: choose the right one.")
        room = sum(line.returnable if line.returnable is not None else line.quantity for line in lines)
        if one.quantity < room and len({line.unit_price for line in lines}) > 1:
            raise Uncertain(f"Product {one.sku or one.gtin} was bought at several prices: choose the line.")
        units += [
            CameBack(line.ref, some, one.reason, one.reason_text)
            for line, some in declaring.spread(lines, one.quantity)
            if line.ref
        ]
    if len({unit.order_line_ref for unit in units}) != len(units):
        raise Uncertain("The shop's return names a product in more than one way: say how many came back.")
    return units


def told(order: Order, returned: Sequence[ReturnedUnits]) -> dict[str, CameBack]:
    """By order line: what a person finds filled in. Of what is not certain, nothing; and never more than is left."""
    found: dict[str, CameBack] = {}
    for one in _together(returned):
        lines = _lines(order, one)
        for line, some in declaring.spread(lines, one.quantity):
            room = line.returnable if line.returnable is not None else line.quantity
            if line.ref and min(some, room):
                found[line.ref] = CameBack(line.ref, min(some, room), one.reason, one.reason_text)
    return found


def _together(returned: Sequence[ReturnedUnits]) -> list[ReturnedUnits]:
    """Rows of one product are one; a reason counts where they agree."""
    products: dict[tuple[str | None, str | None], ReturnedUnits] = {}
    for one in returned:
        other = products.setdefault((one.sku, one.gtin), one)
        if other is not one:
            products[one.sku, one.gtin] = replace(
                one,
                quantity=one.quantity + other.quantity,
                reason=one.reason if one.reason is other.reason else None,
                reason_text=one.reason_text if one.reason_text == other.reason_text else None,
            )
    return list(products.values())


def _lines(order: Order, returned: ReturnedUnits) -> list[OrderLine]:
    """The order's lines of this product: by the seller's own name for it, else by its GTIN."""
    gtin = (returned.gtin or "").lstrip("0")
    by_sku = [line for line in order.lines if line.ref and returned.sku and line.sku == returned.sku]
    by_gtin = [line for line in order.lines if line.ref and gtin and (line.gtin or "").lstrip("0") == gtin]
    return by_sku or by_gtin
