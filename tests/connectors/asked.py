"""What tests ask of a connector."""

from datetime import datetime
from typing import Any

from retour.connectors.contract import Page, ShopPage
from retour.connectors.errors import ConnectorError
from retour.testing.samples import full_request


async def make(connector: Any, count: int = 1) -> list[str]:
    """Makes so many return requests; their numbers in the shop."""
    made = [await connector.create(full_request(number), f"r-{number}:1:create") for number in range(1, count + 1)]
    return [said.ref for said in made]


async def read(
    connector: Any, refs: list[str], since: datetime | None = None
) -> tuple[list[ShopPage], ConnectorError | None]:
    """The pages that came, and the failure that ended them, if one did."""
    pages: list[ShopPage] = []
    try:
        async for page in connector.changed(refs, since):
            pages += [page]
    except ConnectorError as error:
        return pages, error
    return pages, None


async def knows_nothing(page: Page) -> bool:
    """A hub that has seen nothing of a page: a marketplace's list must be read to its end."""
    return False
