"""The attributes of a return's item: their options have ids that differ from shop to shop (contract A2)."""

import random
from typing import Final

from retour.sandbox.magento_native.switches import OptionAttribute

LABELS: Final[dict[OptionAttribute, tuple[str, ...]]] = {
    "reason": ("Wrong Color", "Wrong Size", "Out of Service", "Other"),
    "condition": ("Unopened", "Opened", "Damaged"),
    "resolution": ("Exchange", "Refund", "Store Credit"),
}
"""What a fresh installation offers; a merchant adds and renames."""


class Options:
    """Ids by attribute and label. An id is drawn from the seed, and never says what it means."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - arbitrary ids, not a secret
        self._labels: dict[OptionAttribute, dict[str, str]] = {}
        self._taken: set[int] = set()
        for attribute, labels in LABELS.items():
            for label in labels:
                self.add(attribute, label)

    def add(self, attribute: OptionAttribute, label: str) -> str:
        """The merchant adds an option; its id."""
        number = self._random.randint(5, 9_999)
        while number in self._taken:
            number = self._random.randint(5, 9_999)
        self._taken.add(number)
        self._labels.setdefault(attribute, {})[str(number)] = label
        return str(number)

    def of(self, attribute: OptionAttribute) -> dict[str, str]:
        """Ids and labels, in the order they were added."""
        return dict(self._labels[attribute])

    def label(self, attribute: OptionAttribute, option: str) -> str | None:
        return self._labels[attribute].get(option)

    def id_of(self, attribute: OptionAttribute, label: str) -> str:
        """Raises LookupError."""
        for option, known in self._labels[attribute].items():
            if known.casefold() == label.casefold():
                return option
        raise LookupError(f"no {attribute} {label!r}; there are {', '.join(self._labels[attribute].values())}")
