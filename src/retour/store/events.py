"""The words of the timeline."""

EVENTS = {
    "seen": "Seen on {marketplace}",
    "declared": "Reported by you: it came back, and {marketplace} had not announced it",
    "details": "Details fetched from {marketplace}",
    "order_found": "Order {shop_order} of the shop belongs to it",
    "created": "Made in the shop as return {shop_return}",
    "decided": "Decided: {resolution} x {quantity} ({source})",
    "sent": "Told {marketplace}: {resolution} x {quantity}",
    "confirmed": "{marketplace} confirms: {resolution} x {quantity}",
    "proven": "{marketplace} shows it in its history: {resolution} x {quantity}",
    "marketplace_says": "{marketplace} shows: {words} x {quantity}",
    "refused": "Refused: {error}",
    "lost": "The answer was lost: {error}",
    "absent": "Looked up: it has not arrived; it will be sent again",
    "asks": "Looked up without an answer; a person must look",
    "failed": "Not sent: {error}. It will be tried again",
    "superseded": "No longer to be sent",
    "shop_gone": "Deleted in the shop",
    "shop_says": "The shop now says {word}",
    "quantity": "The quantity changed from {old} to {new}",
    "vanished": "No longer in {marketplace}'s list of open returns",
    "gone": "{marketplace} no longer knows it",
    "done_by_hand": "Marked as done by hand",
    "retried": "To be sent again",
    "said_there": "A person found it in the shop as {shop_return}",
    "linked": "Linked to the shop's order {shop_order}",
}


def sentence(kind: str, params: dict[str, str]) -> str:
    """One line of the timeline, for a person."""
    return EVENTS[kind].format_map(_Blank(params))


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"
