"""What a visitor needs to know, as rows of a name and words. An empty name continues the row above."""

from collections.abc import Mapping

from retour.demo.folder import Folder
from retour.demo.history import Past
from retour.demo.hub import Hub
from retour.demo.world import World

Row = tuple[str, str]


def addresses(world: World) -> list[Row]:
    """Where a person plays the merchant of each project, and the customer of each marketplace."""
    wide = max(len(platform.title) for one in world.projects for platform in (one.shop, *one.marketplaces))
    shops = [
        f"{project.shop.title:<{wide}}  {world.urls[project.key]}{project.shop.back_office}  ({project.name})"
        for project in world.projects
    ]
    marketplaces = [
        f"{marketplace.title:<{wide}}  {world.urls[marketplace.connection]}/  ({project.name})"
        for project, marketplace in world.marketplaces()
    ]
    return [*_together("Play the merchant", shops), *_together("Play the customer", marketplaces)]


def rows(
    folder: Folder, world: World, hub: Hub, past: Past, asking: Mapping[str, str], login: Row, *, players: bool
) -> list[Row]:
    """All of it."""
    email, password = login
    parcels = [
        f"{sale.parcel.what}, order {sale.order.number} at {sale.marketplace.title}" for sale in past.unannounced
    ]
    apis = [f"{url}/returns  (token in {folder.path / 'secrets' / f'{key}-token'})" for key, url in asking.items()]
    dock = [*parcels, f"Nobody announced these: report them on {hub.url}returns/report"] if parcels else []
    pausing = [f"p and Enter: they rest, or play on (the same as a file {folder.paused})"] if players else []
    return [
        ("Returns desk", hub.url),
        ("  sign in with", email),
        ("  password", password),
        *addresses(world),
        ("", "What you send back yourself waits for you: decide in the shop, or on the desk."),
        *_together("Compatible API", apis),
        *_together("Came back", dock),
        *_together("Players", pausing),
        *_together(
            "Good to know",
            [
                "Platforms are checked every few seconds here, not every 5 minutes.",
                "Amazon shows its returns in reports: the first in half a minute, then every three minutes.",
                "Miravia takes 1000 calls a day: after some hours of play it has to wait for the next.",
                f"The hub is process {hub.number}: kill it, and it comes back and repeats nothing.",
            ],
        ),
        ("Stop", "Ctrl-C"),
    ]


def _together(name: str, lines: list[str]) -> list[Row]:
    return [(name if place == 0 else "", line) for place, line in enumerate(lines)]
