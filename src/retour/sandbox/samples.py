"""What the made-up products and returns of every simulated platform are built from."""

import random
from datetime import datetime, timedelta


def gtin(number: int) -> str:
    """A valid EAN-13 with leading zeros: 1 gives 0000000000017."""
    digits = f"{number:012}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def moments(chance: random.Random, now: datetime, count: int, days: float) -> list[datetime]:
    """So many over the last days, oldest first, each a whole number of seconds ago."""
    ages = sorted((chance.uniform(0, days * 86400) for _ in range(count)), reverse=True)
    return [now - timedelta(seconds=int(age)) for age in ages]
