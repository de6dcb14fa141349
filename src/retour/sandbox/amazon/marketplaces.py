"""The marketplaces that the simulator knows (contract 1.1, 2.4, 6.3)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Marketplace:
    marketplace_id: str
    country: str
    currency: str
    name: str
    tax_inclusive: bool = True
    charset: str = "windows-1252"
    """Of text reports, as the Content-Type names it."""

    def money(self, amount: Decimal) -> Decimal:
        """Rounded half up to the currency's digits."""
        return amount.quantize(Decimal(1) if self.currency == "JPY" else Decimal("0.01"), ROUND_HALF_UP)


MARKETPLACES = {
    marketplace.marketplace_id: marketplace
    for marketplace in (
        Marketplace("A1805IZSGTT6HS", "NL", "EUR", "Amazon.nl"),
        Marketplace("A1PA6795UKMFR9", "DE", "EUR", "Amazon.de"),
        Marketplace("AMEN7PMS3EDWL", "BE", "EUR", "Amazon.com.be"),
        Marketplace("A13V1IB3VIYZZH", "FR", "EUR", "Amazon.fr"),
        Marketplace("A1F83G8C2ARO7P", "GB", "GBP", "Amazon.co.uk"),
        Marketplace("ATVPDKIKX0DER", "US", "USD", "Amazon.com", tax_inclusive=False),
        Marketplace("A2EUQ1WTGCTBG2", "CA", "CAD", "Amazon.ca", tax_inclusive=False),
        Marketplace("A1VC38T7YXB528", "JP", "JPY", "Amazon.co.jp", charset="windows-31j"),
        Marketplace("A39IBJ37TRP1C6", "AU", "AUD", "Amazon.com.au", charset="UTF-8"),
    )
}

_CODECS = {"windows-31j": "cp932", "windows-1252": "cp1252"}


def codec(charset: str) -> str:
    """Python's name of a charset."""
    return _CODECS.get(charset.lower(), charset)
