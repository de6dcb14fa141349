"""Amounts: with tax in cents, without tax to six decimals, as the platform writes them (contract 4)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

CENT: Final = Decimal("0.01")
STANDARD_RATE: Final = Decimal("21.0")
"""Shipping and payment costs are taxed at this rate."""


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def without_tax(amount: Decimal, rate: Decimal) -> Decimal:
    return (amount / (1 + rate / 100)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def with_tax(amount: Decimal, rate: Decimal) -> Decimal:
    return cents(amount * (1 + rate / 100))
