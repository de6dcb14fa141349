"""The way to Amazon: signing in, calling, and what time it is there."""

import json
import platform
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from retour import __version__
from retour.connectors.auth import ClientCredentials
from retour.connectors.errors import OutcomeUnknown, Transient
from retour.connectors.http import Answer, Door, Limit
from retour.connectors.marketplaces.amazon.config import AmazonConfig
from retour.connectors.shapes import Garbled, M, decode

REPORTS = "/reports/2021-06-30"
FEEDS = "/feeds/2021-06-30"
ORDERS = "/orders/2026-01-01/orders"
EXTERNAL = "/externalFulfillment/2024-09-11/returns"

USER_AGENT = f"Retour/{__version__} (Language=Python/{platform.python_version()}; Platform={platform.system()})"
"""Amazon answers nobody who does not name himself like this (contract 1.2)."""

LIMITS = (
    Limit("create-report", 15, timedelta(seconds=900)),
    Limit("report", 2, timedelta(seconds=1)),
    Limit("reports", 10, timedelta(seconds=452)),
    Limit("report-document", 15, timedelta(seconds=900)),
    Limit("feed-document", 15, timedelta(seconds=30)),
    Limit("create-feed", 15, timedelta(seconds=1810)),
    Limit("feed", 2, timedelta(seconds=1)),
    Limit("feeds", 10, timedelta(seconds=452)),
    Limit("feed-result", 10, timedelta(seconds=452)),
    Limit("orders", 30, timedelta(seconds=60)),
)
"""Amazon's buckets: so many at once, and again so many in the time that it takes to fill them (contract 1.4)."""


def token_refused(status: int, body: bytes) -> bool:
    """Amazon calls an expired token 403, as it does a missing role: the details tell (contract 1.3)."""
    if status == 401:
        return True
    if status != 403:
        return False
    try:
        errors = json.loads(body)["errors"]
        return any("token" in str(error.get("details", "")).lower() for error in errors)
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


class Api:
    """One seller's calls. Raises as the door does."""

    def __init__(self, config: AmazonConfig, door: Door) -> None:
        self._config, self._door = config, door
        self.auth = ClientCredentials(
            door,
            config.login_url,
            config.client_id,
            config.client_secret.get_secret_value(),
            style="body",
            form={"grant_type": "refresh_token", "refresh_token": config.refresh_token.get_secret_value()},
            header="x-amz-access-token",
            prefix="",
            margin=timedelta(seconds=60),
            refused=token_refused,
        )
        self.now: datetime | None = None
        """Amazon's time, as its last answer told it. A connector has no clock of its own."""

    async def read(
        self,
        group: str,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, str] | None = None,
        body: Any = None,
        answers: Collection[int] = (),
    ) -> Answer:
        answer = await self._door.read(
            method,
            self._config.api_url + path,
            group=group,
            auth=self.auth,
            params=params,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            json=body,
            answers=answers,
        )
        self._learn(answer)
        return answer

    async def write(self, group: str, path: str, body: Any) -> Answer:
        answer = await self._door.write(
            "POST",
            self._config.api_url + path,
            group=group,
            auth=self.auth,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            json=body,
        )
        self._learn(answer)
        return answer

    def clock(self) -> datetime:
        """Amazon's time. Raises Transient where none of its answers told it."""
        if self.now is None:
            raise Transient("Amazon's answers do not tell the time (no Date header).")
        return self.now

    def _learn(self, answer: Answer) -> None:
        try:
            self.now = parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            return


def decoded(shape: type[M], answer: Answer) -> M:
    """Raises Transient for an answer that cannot be read."""
    try:
        return decode(shape, answer.json())
    except Garbled as why:
        raise Transient(f"Amazon's answer cannot be read: {why}.", request_id=answer.request_id) from None


def decoded_write(shape: type[M], answer: Answer, what: str) -> M:
    """Raises OutcomeUnknown for an answer that cannot be read."""
    try:
        return decode(shape, answer.json())
    except Garbled as why:
        said = f"Amazon took {what}, but its answer cannot be read: {why}."
        raise OutcomeUnknown(said, request_id=answer.request_id) from None
