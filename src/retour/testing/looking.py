"""A return as it is now, however the marketplace lets it be seen."""

from retour.core.model import Seen
from retour.testing.opened import Opened
from retour.testing.simulated import SimulatedMarketplace
from retour.testing.walking import Walked, nothing_known


async def looked(platform: SimulatedMarketplace, hub: Opened, ref: str) -> Seen | None:
    """Asked for, or taken from the lists where it cannot be asked for. None: the marketplace does not know it."""
    if hub.capabilities.looks:
        seen: Seen | None = await hub.connector.look(ref)
        return seen
    await platform.refresh()
    walked = await Walked.over(hub, since=None, known=nothing_known, wait=platform.wait)
    return next((seen for seen in reversed(walked.seen) if seen.ref == ref), None)
