"""Mijnwebwinkel keeps the contract of a shop's connector: with a note and statuses, with notes only, and with credit
orders."""

from retour.connectors.shops.mijnwebwinkel import MANIFEST
from retour.sandbox.mijnwebwinkel import SANDBOX
from retour.testing import ShopConformance

from .mijnwebwinkel.simulated import (
    SimulatedMijnwebwinkel,
    SimulatedWithCreditOrders,
    SimulatedWithNotesOnly,
)


class TestMijnwebwinkel(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedMijnwebwinkel


class TestMijnwebwinkelWithNotesOnly(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedWithNotesOnly


class TestMijnwebwinkelWithCreditOrders(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedWithCreditOrders
