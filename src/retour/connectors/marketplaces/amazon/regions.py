"""What a row does not say of its marketplace (contract amazon 1.1, 2.4, 6.3)."""

from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Final

NAMES: Final = MappingProxyType(
    {
        "ATVPDKIKX0DER": "Amazon.com",
        "A2EUQ1WTGCTBG2": "Amazon.ca",
        "A1AM78C64UM0Y8": "Amazon.com.mx",
        "A2Q3Y263D00KWC": "Amazon.com.br",
        "A1F83G8C2ARO7P": "Amazon.co.uk",
        "A1PA6795UKMFR9": "Amazon.de",
        "A13V1IB3VIYZZH": "Amazon.fr",
        "APJ6JRA9NG5V4": "Amazon.it",
        "A1RKKUPIHCS9HS": "Amazon.es",
        "A1805IZSGTT6HS": "Amazon.nl",
        "AMEN7PMS3EDWL": "Amazon.com.be",
        "A2NODRKZP88ZB9": "Amazon.se",
        "A1C3SOZRARQ6R3": "Amazon.pl",
        "A28R8C7NBKEWEA": "Amazon.ie",
        "A33AVAJ2PDY3EV": "Amazon.com.tr",
        "A2VIGQ35RCS4UG": "Amazon.ae",
        "A21TJRUUN4KGV": "Amazon.in",
        "ARBP9OOSHTCHU": "Amazon.eg",
        "A17E79C6D8DWNP": "Amazon.sa",
        "A1VC38T7YXB528": "Amazon.co.jp",
        "A39IBJ37TRP1C6": "Amazon.com.au",
        "A19VAU5U5O7RUS": "Amazon.sg",
    }
)
"""For the merchant's eyes; an id that is not here works as well."""

_WHOLE: Final = frozenset({"JPY"})
"""Currencies without cents (contract 6.2)."""


def name_of(marketplace_id: str) -> str:
    return NAMES.get(marketplace_id, marketplace_id)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the currency's digits, half up (contract 6.3)."""
    return amount.quantize(Decimal(1) if currency in _WHOLE else Decimal("0.01"), ROUND_HALF_UP)
