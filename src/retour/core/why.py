"""The one sentence that tells a person what happens next, by key. Parameters are filled in by `Why.text`."""

from dataclasses import dataclass


def _(sentence: str) -> str:
    """Marks a sentence for the tools of translators, which look for this name. Whoever shows it translates it."""
    return sentence


SENTENCES = {
    "details": _("Fetching the details from the marketplace"),
    "look": _("Looking at the marketplace what became of it"),
    "to_shop": _("Being made in the shop"),
    "waits_for_merchant": _("Waiting for the merchant's decision"),
    "marketplace_handles": _("Handled by the marketplace itself, which has not finished"),
    "telling": _("Being told to the marketplace"),
    "confirming": _("Told; waiting for the marketplace's confirmation"),
    "looking_up": _("The answer was lost; looking up whether it arrived"),
    "done": _("Finished, and confirmed by the marketplace: {ours}"),
    "done_by_hand": _("Finished: told by hand"),
    "marketplace_closed": _("Closed at the marketplace: {word}"),
    "closed_before": _("Closed at the marketplace, which does not say how"),
    "marketplace_accepted": _("Handled and refunded by the marketplace itself"),
    "marketplace_ended": _("Handled by the marketplace itself: {word}"),
    "ask_create": _("The shop's answer was lost. Look in the shop: is the return there, or should it be made again?"),
    "ask_settle": _(
        "The marketplace's answer was lost and it cannot say what happened. Look there, then say what is so"
    ),
    "needs_order": _("Waiting for its order in the shop, which is not known yet. Say which one it is"),
    "needs_line": _("It is not certain which product of the shop's order it is. Say which one"),
    "refused_create": _("The shop refused the return: {error}"),
    "refused_settle": _("The marketplace refused the decision: {error}"),
    "conflict": _("Decided here: {ours}. The marketplace says: {theirs}. Nothing was sent"),
    "still_waits": _("Nothing is left to decide here, yet the marketplace waits for an answer. Look there"),
    "conflict_shop": _("The shop now says {word}, but {told} was told to the marketplace before"),
    "tell_by_hand": _("Decided: {ours}. This marketplace cannot be told; do it there by hand. {words}"),
    "reason_missing": _("The marketplace wants a reason with this decision"),
    "shop_gone": _("The return was deleted in the shop before it was decided"),
    "shop_unclear": _("The shop gave a status that is not known here: {word}"),
    "gone": _("The marketplace no longer knows this return"),
}


@dataclass(frozen=True, slots=True)
class Why:
    """Why a return stands where it stands: a key that programs can rely on, and its parameters."""

    key: str
    params: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        return SENTENCES[self.key].format(**dict(self.params))
