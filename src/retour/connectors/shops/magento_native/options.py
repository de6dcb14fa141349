"""The choices of the shop's return attributes: ids that differ in each shop, and their labels (contract
magento-native.md, A2)."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from retour.connectors.contract import ReturnRequest
from retour.connectors.errors import Misconfigured, Transient
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.magento_native import wire
from retour.connectors.shops.magento_native.api import Api
from retour.connectors.shops.magento_native.config import MagentoNativeConfig
from retour.connectors.shops.magento_native.mapping import plain

FRESH_FOR: Final = timedelta(days=1)
"""Merchants rename options rarely."""


class Options:
    """The choices of one connection, read when they are needed, once a day."""

    def __init__(self, config: MagentoNativeConfig, api: Api) -> None:
        self._config = config
        self._api = api
        self._read: dict[str, tuple[Mapping[str, str], datetime | None]] = {}

    async def labels(self, attribute: str, needed: Collection[str] = ()) -> Mapping[str, str]:
        """Label by option id. Read anew when one of those `needed` is missing."""
        known, at = self._read.get(attribute, ({}, None))
        old = at is None or self._api.now is None or self._api.now - at > FRESH_FOR
        if old or not set(needed) <= known.keys():
            known = await self._fetched(attribute)
            self._read[attribute] = (known, self._api.now)
        return known

    async def wanted(self, request: ReturnRequest) -> dict[str, str]:
        """Reason, condition and resolution of a new return. Where a shop has none of the labels that are wished for,
        its first choice: Magento wants one, and the comment tells the customer's own reason."""
        config = self._config
        reason = config.reason_options.get(request.reason or "", config.reason_other)
        wishes = {
            "reason": (reason, config.reason_other),
            "condition": (config.condition,),
            "resolution": (config.requested_resolution,),
        }
        chosen: dict[str, str] = {}
        for attribute, labels in wishes.items():
            by_label = {plain(label): value for value, label in (await self.labels(attribute)).items()}
            fitting = (by_label[plain(label)] for label in labels if plain(label) in by_label)
            option = next(fitting, next(iter(by_label.values()), None))
            if option is not None:
                chosen[attribute] = option
        return chosen

    async def _fetched(self, attribute: str) -> Mapping[str, str]:
        body = await self._api.get(f"returnsAttributeMetadata/{attribute}")
        if body is None:
            raise Misconfigured(f"The shop's returns have no attribute {attribute}.", code="404")
        try:
            options = decode(wire.Attribute, body).options
        except Garbled:
            options = None
        if options is None:
            raise Transient(f"The shop's choices for {attribute} cannot be read.")
        return {option.value: option.label.strip() for option in options if option.value.strip()}
