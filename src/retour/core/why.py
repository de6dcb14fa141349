"""The one sentence that tells a person what happens next, by key. Parameters are filled in by `Why.text`."""

from dataclasses import dataclass

SENTENCES = {
    "details": "Fetching the details from the marketplace",
    "look": "Looking at the marketplace what became of it",
    "to_shop": "Being made in the shop",
    "waits_for_merchant": "Waiting for the merchant's decision",
    "marketplace_handles": "Handled by the marketplace itself, which has not finished",
    "telling": "Being told to the marketplace",
    "confirming": "Told; waiting for the marketplace's confirmation",
    "looking_up": "The answer was lost; looking up whether it arrived",
    "done": "Finished, and confirmed by the marketplace: {ours}",
    "done_by_hand": "Finished: told by hand",
    "marketplace_closed": "Closed at the marketplace: {word}",
    "closed_before": "Closed at the marketplace, which does not say how",
    "marketplace_accepted": "Handled and refunded by the marketplace itself",
    "marketplace_ended": "Handled by the marketplace itself: {word}",
    "ask_create": "The shop's answer was lost. Look in the shop: is the return there, or should it be made again?",
    "ask_settle": "The marketplace's answer was lost and it cannot say what happened. Look there, then say what is so",
    "refused_create": "The shop refused the return: {error}",
    "refused_settle": "The marketplace refused the decision: {error}",
    "conflict": "Decided here: {ours}. The marketplace says: {theirs}. Nothing was sent",
    "still_waits": "Nothing is left to decide here, yet the marketplace waits for an answer. Look there",
    "conflict_shop": "The shop now says {word}, but {told} was told to the marketplace before",
    "tell_by_hand": "Decided: {ours}. This marketplace cannot be told; do it there by hand. {words}",
    "reason_missing": "The marketplace wants a reason with this decision",
    "shop_gone": "The return was deleted in the shop before it was decided",
    "shop_unclear": "The shop gave a status that is not known here: {word}",
    "gone": "The marketplace no longer knows this return",
}


@dataclass(frozen=True, slots=True)
class Why:
    """Why a return stands where it stands: a key that programs can rely on, and its parameters."""

    key: str
    params: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        return SENTENCES[self.key].format(**dict(self.params))
