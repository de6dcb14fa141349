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
        {"report_minutes": 29},
        {"report_minutes": 61},
        {"report_minutes": 5, "api_url": "https://sellingpartnerapi-eu.amazon.com"},
        {"report_minutes": 5, "api_url": "https://sandbox-of-nobody.example.org"},
        {"report_minutes": 5, "api_url": "nonsense"},
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AmazonConfig.model_validate(settings("https://example.org") | wrong)


def test_an_address_loses_its_last_slash() -> None:
    assert AmazonConfig.model_validate(settings("https://example.org/")).api_url == "https://example.org"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9102", "http://[::1]:80", "http://localhost", "https://sandbox.sellingpartnerapi-eu.amazon.com"],
)
def test_a_sandbox_makes_reports_as_often_as_it_is_asked(url: str) -> None:
    assert AmazonConfig.model_validate(settings(url) | {"report_minutes": 1}).report_minutes == 1
