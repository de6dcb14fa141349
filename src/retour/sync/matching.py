"""Which order of the shop is it: searched before a return is made there, again while nobody knows, and offered for a
person to choose from where the shop cannot tell for certain."""

import asyncio
from collections.abc import Sequence

from retour.connectors.contract import FindsOrder, OffersOrders
from retour.connectors.errors import Refused, Transient, Unavailable
from retour.core.capabilities import ShopCapabilities
from retour.core.match_order import Candidate, Clues
from retour.core.model import Order
from retour.store import candidates, orders, waiting
from retour.sync import rhythm
from retour.sync.job import Job

AT_ONCE = 20
"""Orders that one check searches again, and so many for which it asks for candidates: decisions are read every few
minutes, whatever else there is to ask."""
SEARCH_FOR = 60.0
"""Seconds after which none of these is begun: where limits are tight, one search may take minutes."""


def matches(able: ShopCapabilities) -> bool:
    """Whether anything depends on which order of the shop it is, or can be learned of it there."""
    return able.orders or able.candidates or able.needs_order


async def before_creates(job: Job, batch: int) -> int:
    """Searches, once for each, the orders of the creates that leave next. How many of these creates are held back,
    since the shop needs what is not known for certain."""
    able = job.shop_capabilities
    if matches(able):
        for order in await job.db(orders.to_find, job.connection, job.now(), batch):
            await job.keep()
            try:
                await _search(job, order)
            except Transient as error:
                if not isinstance(error, Unavailable):
                    # At the next check it does not stand before all the others: it may be this one alone.
                    until = rhythm.next_try_of_one(job.now())
                    await job.db(orders.postpone_creates, job.connection, order.ref, until)
                raise
    return await job.db(waiting.hold, job.connection, job.now(), batch) if able.needs_order else 0


async def again(job: Job) -> None:
    """Lets go what waits for nothing any more, searches orders again that are due, then asks for candidates. It comes
    last, and for so long only: it holds up nothing."""
    able = job.shop_capabilities
    await job.db(waiting.let_go, job.connection, job.now(), needs_order=able.needs_order)
    if not matches(able):
        return
    clock = asyncio.get_running_loop().time
    until = clock() + SEARCH_FOR
    for order in await job.db(orders.to_find_again, job.connection, job.now(), AT_ONCE):
        if clock() > until:
            return
        await job.keep()
        try:
            await _search(job, order)
        except Unavailable:
            raise
        except Transient as error:
            # One that the shop stumbles over must not stand first, and put the connection in trouble, for a month.
            job.report.words = error.message
            await job.db(orders.postpone_search, job.connection, order.ref, job.now() + orders.SEARCH_AGAIN_AFTER)
            return
    for clues in await job.db(candidates.to_offer, job.connection, job.now(), AT_ONCE):
        if clock() > until:
            return
        await job.keep()
        await _offer(job, clues)


async def _search(job: Job, order: Order) -> None:
    connector = job.platform.connector
    found = None
    if isinstance(connector, FindsOrder):
        try:
            found = await connector.order(order)
        except Refused as error:
            job.report.words = error.message
    # Where a return waits for its order, a person is asked at once.
    urgent = job.shop_capabilities.needs_order
    await job.db(orders.record_found, job.connection, order.ref, found, job.now(), rhythm.next_search, urgent=urgent)


async def _offer(job: Job, clues: Clues) -> None:
    connector = job.platform.connector
    found: Sequence[Candidate] = ()
    if isinstance(connector, OffersOrders):
        try:
            found = await connector.candidates(clues)
        except Unavailable:
            raise
        except Refused as error:
            job.report.words = error.message
        except Transient as error:
            job.report.words = error.message
            later = job.now() + orders.SEARCH_AGAIN_AFTER
            await job.db(candidates.postpone_offer, job.connection, clues.order.ref, later)
            return
    await job.db(candidates.record_offered, job.connection, clues, found, job.now())
