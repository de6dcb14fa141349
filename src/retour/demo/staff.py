"""The marketplaces' own people, who now and then refund before the merchant has decided."""

import asyncio

from retour.demo.game import Game

EVERY = 14
"""One for so many customers, about."""


async def play(game: Game) -> None:
    """Refunds something that waits."""
    while True:
        await asyncio.sleep(game.pace * EVERY * game.chance.uniform(0.6, 1.4))
        if game.resting:
            continue
        waiting = [sale for _, marketplace in game.world.marketplaces() for sale in game.world.waiting(marketplace)]
        refundable = [sale for sale in waiting if not sale.parcel.handled]
        if refundable:
            sale = game.chance.choice(refundable)
            if sale.parcel.refund is not None:
                sale.parcel.refund()
            who = sale.order.buyer.name
            game.tell("staff", f"{sale.marketplace.title} refunds {sale.parcel.what} of {who} by itself")
