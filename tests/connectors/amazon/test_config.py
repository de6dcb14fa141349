"""The settings' own checks."""

from typing import Any

import pytest
from pydantic import ValidationError

from retour.connectors.marketplaces.amazon import AmazonConfig

from .simulated import NL, settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"marketplace_ids": []},
        {"marketplace_ids": [NL, NL]},
        {"marketplace_ids": ["Amazon.nl"]},
        {"api_url": "sellingpartnerapi-eu.amazon.com"},
        {"api_url": "https://user:made-up@example.org"},
        {"seller_id": " "},
        {"report": "pdf"},
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AmazonConfig.model_validate(settings("https://example.org") | wrong)


def test_an_address_loses_its_last_slash() -> None:
    assert AmazonConfig.model_validate(settings("https://example.org/")).api_url == "https://example.org"
