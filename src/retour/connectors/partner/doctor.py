"""What the doctor tells of a profile: as what each decision is told, and which of the partner's words it lacks."""

from retour.connectors.contract import Check, Page
from retour.connectors.partner import mapping
from retour.connectors.partner.profile import Profile
from retour.core.model import Resolution


def decisions(profile: Profile) -> list[Check]:
    told = ", ".join(f"{resolution} as {word!r}" for resolution, word in profile.value_map.items())
    by_hand = ", ".join(resolution for resolution in Resolution if resolution not in profile.value_map)
    return [Check("decisions", True, f"Told: {told}. By hand: {by_hand or 'none'}.")]


def strange_words(profile: Profile, page: Page) -> list[Check]:
    """Statuses that the profile does not name: nothing is told of such returns."""
    strange = {
        entry.raw
        for seen in page.seen
        for line in seen.lines
        for entry in line.handlings
        if entry.resolution is None and mapping.standing(profile, entry.raw) is mapping.UNKNOWN
    }
    if not strange:
        return []
    return [Check("status", False, f"The profile's status_map does not name: {', '.join(sorted(strange))}.")]
