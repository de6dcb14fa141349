"""The plugin's status words, which are the merchant's decisions (contract magento.md, A7, E13)."""

from collections.abc import Collection

from retour.connectors.magento_plugin.texts import text
from retour.core.model import Resolution, ShopSays

DECISIONS = {
    "accepted": Resolution.ACCEPT,
    "rejected": Resolution.REJECT,
    "repaired": Resolution.REPAIR,
    "exchanged": Resolution.EXCHANGE,
    "keeps": Resolution.KEEP,
    "cancelled": Resolution.CANCEL,
}

SPELLINGS = {"accept": "accepted", "keep": "keeps", "canceled": "cancelled"}
"""Magento 2's mass action "Create Credit Memo + Set as Accepted" stores `accept` (A7)."""


def meaning(ref: str, word: str | None, undecided: Collection[str]) -> ShopSays:
    """A status word as the shop's answer, normalised as in part C, rule 4. No word is no decision; a word that is
    neither a decision nor one of the `undecided` is for a person."""
    shown = (word or "").strip()
    known = SPELLINGS.get(shown.lower(), shown.lower())
    resolution = DECISIONS.get(known)
    unclear = bool(shown) and resolution is None and known not in undecided
    return ShopSays(ref=ref, word=text(shown) or None, resolution=resolution, unclear=unclear)
