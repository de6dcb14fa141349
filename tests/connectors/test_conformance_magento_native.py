"""Magento without a plugin keeps the contract of a shop's connector: with returns (RMA), and with comments."""

from retour.connectors.shops.magento_native import MANIFEST
from retour.testing import ShopConformance

from .magento_native.simulated import EMPTY, SimulatedMagentoNative, SimulatedOpenSource


class TestMagentoNative(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, EMPTY, SimulatedMagentoNative


class TestMagentoNativeWithComments(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, EMPTY, SimulatedOpenSource
