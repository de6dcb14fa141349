"""Says so when requests are not held to Amazon's descriptions."""

import pytest

from .specification import MISSING, Sent, flaws


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_the_judge_finds_flaws() -> None:
    headers = {"x-amz-access-token": "made up"}
    good = b'{"reportType": "X", "marketplaceIds": ["A1805IZSGTT6HS"]}'
    assert flaws(Sent("POST", "/reports/2021-06-30/reports", {}, headers, good)) == []
    assert flaws(Sent("POST", "/reports/2021-06-30/reports", {}, headers, b'{"reportType": "X"}'))
    assert flaws(Sent("GET", "/feeds/2021-06-30/feeds", {"pageSize": "101"}, headers, b""))
    assert flaws(Sent("GET", "/feeds/2021-06-30/feeds", {"surely": "1"}, headers, b""))
    assert flaws(Sent("GET", "/storage/x", {}, headers, b""))
    assert flaws(Sent("GET", "/feeds/2021-06-30/nothing", {}, headers, b""))
