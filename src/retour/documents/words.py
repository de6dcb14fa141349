"""The sentences of a connector's page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

from retour.core.capabilities import Granularity, MarketplaceCapabilities, Since
from retour.core.model import Resolution

SMALLEST = {
    Granularity.RETURN: "One decision for a whole return, of one line; what is finer is told by hand.",
    Granularity.LINE: "One decision for a whole line; parts of a line are told by hand.",
    Granularity.QUANTITY: "Each unit of a line can have a decision of its own.",
}
DUE = {
    Since.OPENED: "{} after the return was opened",
    Since.RECEIVED: "{} after the parcel arrived, where the marketplace tells that",
    Since.STATED: "the date that the marketplace names for each return",
}
LOST_CREATES = {
    True: "Retour asks the shop for the request by its own mark. Only when it is not found twice is it made again.",
    False: (
        "The shop cannot be asked whether a request was made. The return waits under **attention** until a person has"
        " looked in the shop and said whether it is there; Retour never makes it a second time by itself."
    ),
}


def lost_settles(able: MarketplaceCapabilities) -> str:
    """What happens when the marketplace's answer to a decision does not come."""
    if not able.looks:
        asked = "Retour looks at the platform's own record of the call. " if able.finds else ""
        return (
            f"{asked}What is not certain is never sent again by itself: a person is asked. A later list may prove it."
        )
    asked = "the platform's own record of the call and the return's history" if able.finds else "the return's history"
    if able.proves_absence:
        return (
            f"Retour looks at {asked}. What shows there was done. Only when it does not show twice, and nothing else"
            " happened to the line meanwhile, is it sent again; otherwise a person is asked."
        )
    return f"Retour looks at {asked}. What does not show there is never sent again by itself: a person is asked."


def becomes(able: MarketplaceCapabilities, resolution: Resolution) -> str:
    """The decisions that a told one may still become."""
    later = able.changes.get(resolution, frozenset())
    return ", ".join(one for one in Resolution if one in later) or "-"


def parts_of(annotation: Any) -> Iterator[Any]:
    """An annotation with everything inside it."""
    yield annotation
    for inner in get_args(annotation):
        yield from parts_of(inner)


def time(length: timedelta) -> str:
    """A length of time in words."""
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, rest = divmod(int(length.total_seconds()), size)
        if count and not rest:
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{length.total_seconds():g} seconds"
