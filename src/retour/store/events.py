"""The words of the timeline."""

from django.utils.translation import gettext_noop as _

EVENTS = {
    "seen": _("Seen on {marketplace}"),
    "declared": _("Reported by you: it came back, and {marketplace} had not announced it"),
    "reported_there": _("It is return {shop_return} of the shop"),
    "details": _("Details fetched from {marketplace}"),
    "order_found": _("Order {shop_order} of the shop belongs to it"),
    "created": _("Made in the shop as return {shop_return}"),
    "decided": _("Decided: {resolution} x {quantity} ({source})"),
    "sent": _("Told {marketplace}: {resolution} x {quantity}"),
    "confirmed": _("{marketplace} confirms: {resolution} x {quantity}"),
    "proven": _("{marketplace} shows it in its history: {resolution} x {quantity}"),
    "marketplace_says": _("{marketplace} shows: {words} x {quantity}"),
    "refused": _("Refused: {error}"),
    "lost": _("The answer was lost: {error}"),
    "absent": _("Looked up: it has not arrived; it will be sent again"),
    "asks": _("Looked up without an answer; a person must look"),
    "failed": _("Not sent: {error}. It will be tried again"),
    "superseded": _("No longer to be sent"),
    "shop_gone": _("Deleted in the shop"),
    "shop_says": _("The shop now says {word}"),
    "quantity": _("The quantity changed from {old} to {new}"),
    "vanished": _("No longer in {marketplace}'s list of open returns"),
    "gone": _("{marketplace} no longer knows it"),
    "done_by_hand": _("Marked as done by hand"),
    "retried": _("To be sent again"),
    "said_there": _("A person found it in the shop as {shop_return}"),
    "linked": _("Linked to the shop's order {shop_order}"),
    "linked_late": _("Linked to the shop's order {shop_order}. The return was made in the shop without it before"),
    "order_missing": _("Its order in the shop is not known; it waits for it"),
    "line_uncertain": _("It is not certain which product of the shop's order it is; a person must say"),
    "line_chosen": _("A person says that it is {sku} in the shop"),
    "searched_again": _("To be searched for in the shop again"),
}


def sentence(kind: str, params: dict[str, str]) -> str:
    """One line of the timeline, for a person."""
    words = {name: value.rstrip(".") if name == "error" else value for name, value in params.items()}
    return EVENTS[kind].format_map(_Blank(words))


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"
