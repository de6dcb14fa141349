"""What a row does not say of its marketplace (contract amazon 1.1, 2.4, 6.3)."""

import re
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

_BY_COUNTRY: Final = MappingProxyType(
    {
        "US": "ATVPDKIKX0DER",
        "CA": "A2EUQ1WTGCTBG2",
        "MX": "A1AM78C64UM0Y8",
        "BR": "A2Q3Y263D00KWC",
        "UK": "A1F83G8C2ARO7P",
        "GB": "A1F83G8C2ARO7P",
        "DE": "A1PA6795UKMFR9",
        "FR": "A13V1IB3VIYZZH",
        "IT": "APJ6JRA9NG5V4",
        "ES": "A1RKKUPIHCS9HS",
        "NL": "A1805IZSGTT6HS",
        "BE": "AMEN7PMS3EDWL",
        "SE": "A2NODRKZP88ZB9",
        "PL": "A1C3SOZRARQ6R3",
        "IE": "A28R8C7NBKEWEA",
        "TR": "A33AVAJ2PDY3EV",
        "AE": "A2VIGQ35RCS4UG",
        "IN": "A21TJRUUN4KGV",
        "EG": "ARBP9OOSHTCHU",
        "SA": "A17E79C6D8DWNP",
        "JP": "A1VC38T7YXB528",
        "AU": "A39IBJ37TRP1C6",
        "SG": "A19VAU5U5O7RUS",
    }
)
_NAMED: Final = re.compile(r"AMAZON[_.\- ]([A-Z]{2})\b.*", re.DOTALL)

_WHOLE: Final = frozenset({"JPY"})
"""Currencies without cents (contract 6.2)."""


def name_of(marketplace_id: str) -> str:
    return NAMES.get(marketplace_id, marketplace_id)


def marketplace_of(name: str | None, ours: tuple[str, ...]) -> str | None:
    """The id of a marketplace that is named as AMAZON_IN; that form is known from examples only (contract 4). Where
    there is but one of ours, none and any other of Amazon's names mean that one. None: it cannot be told."""
    spelled = (name or "AMAZON").upper()
    found = _NAMED.fullmatch(spelled)
    known = _BY_COUNTRY.get(found[1]) if found else None
    return known or (ours[0] if len(ours) == 1 and spelled.startswith("AMAZON") else None)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the currency's digits, half up (contract 6.3)."""
    return amount.quantize(Decimal(1) if currency in _WHOLE else Decimal("0.01"), ROUND_HALF_UP)
