"""Shops whose own systems fetch their returns: let in at the hub, and their lists of orders taken in there."""

from retour.demo.company import COMPANY
from retour.demo.endings import Broken
from retour.demo.folder import Folder
from retour.demo.hub import Hub
from retour.demo.platforms import Fetching
from retour.demo.world import Sale, World


async def let_in(folder: Folder, world: World, hub: Hub) -> dict[str, str]:
    """Where each of them asks, by its project. Their tokens are kept beside the other secrets."""
    asking, known = {}, await hub.apis()
    for project in world.projects:
        if isinstance(project.shop, Fetching):
            token = await hub.new_token(COMPANY, project.key)
            folder.keep_secret(f"{project.key}-token", token)
            asking[project.key] = known[project.key]
            await hub.take_in(f"{COMPANY}/{project.key}", project.shop.numbers())
            project.shop.connect(asking[project.key], token)
    return asking


async def report(hub: Hub, sale: Sale) -> bool:
    """The merchant reports what came back unannounced: in the shop's own system where it has one, or else with the
    hub's command. False: the hub could not take it."""
    shop, pieces = sale.project.shop, sale.parcel.unannounced
    if not isinstance(shop, Fetching):
        return await hub.report(sale.marketplace.connection, sale.order.number, pieces)
    try:
        await hub.take_in(f"{COMPANY}/{sale.project.key}", shop.numbers())
    except Broken:
        return False
    return await shop.report(sale.order, len(pieces))
