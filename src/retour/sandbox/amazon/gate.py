"""What every call passes before it is served: user agent, token, role, rate limit (contract 1.2 to 1.4)."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from aiohttp import web

from retour.sandbox.amazon.lwa import Grant
from retour.sandbox.amazon.problems import Denied, Invalid, Problem, QuotaExceeded
from retour.sandbox.amazon.state import Seller

if TYPE_CHECKING:
    from retour.sandbox.amazon.simulator import AmazonSimulator

Role = Literal["returns", "orders", "external", "none"]

RATES: dict[str, tuple[float, int]] = {
    "createReport": (0.0167, 15),
    "getReport": (2, 15),
    "getReports": (0.0222, 10),
    "getReportDocument": (0.0167, 15),
    "cancelReport": (0.0222, 10),
    "createFeedDocument": (0.5, 15),
    "createFeed": (0.0083, 15),
    "getFeed": (2, 15),
    "cancelFeed": (2, 15),
    "getFeeds": (0.0222, 10),
    "getFeedDocument": (0.0222, 10),
    "createRestrictedDataToken": (1, 10),
    "getOrderV0": (0.5, 30),
    "getOrderItemsV0": (0.5, 30),
    "getOrder": (0.5, 30),
    "listReturns": (1, 10),
    "getReturn": (1, 10),
}
"""Requests a second, and the burst (contract 1.4). The last two are made up: Amazon tells none (contract 4)."""

_USER_AGENT = re.compile(r"[^/()]+/\S+ \(.*Language=.+\)")


@dataclass(frozen=True, slots=True)
class Answer:
    body: dict[str, Any] | None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Call:
    """A request that passed the gate, of a seller."""

    request: web.Request
    seller: Seller
    grant: Grant


Serve = Callable[[Call], Awaitable[Answer]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """Opens a function that serves to the outside world."""

    def __init__(self, simulator: "AmazonSimulator") -> None:
        self._simulator = simulator
        self._buckets: dict[tuple[str, str, str], tuple[float, datetime]] = {}

    def open(self, operation: str, serve: Serve, role: Role) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            headers = {"x-amzn-RequestId": str(uuid4()), "Date": self._date()}
            try:
                answer = await serve(self._admit(request, operation, role))
            except Problem as problem:
                answer = Answer(problem.body(), problem.status)
                headers["x-amzn-ErrorType"] = type(problem).__name__
            switches = self._simulator.switches
            if switches.limits and switches.rate_header and answer.status not in (401, 403, 429):
                headers["x-amzn-RateLimit-Limit"] = f"{self._rate(operation)[0]:.10g}"
            body = b"" if answer.body is None else json.dumps(answer.body).encode()
            return web.Response(status=answer.status, body=body, headers=headers, content_type="application/json")

        return handle

    def _date(self) -> str:
        """The platform's own time: a client that asks what time it is there must not be told the machine's."""
        return format_datetime(self._simulator.clock.now(), usegmt=True)

    def _admit(self, request: web.Request, operation: str, role: Role) -> Call:
        simulator, switches = self._simulator, self._simulator.switches
        simulator.catch_up()
        grant = simulator.tokens.grant_of(request.headers.get("x-amz-access-token", ""))
        roles = {"returns": switches.returns_role, "orders": switches.orders_role, "external": switches.external_role}
        allowed = roles.get(role, True)
        if not grant.seller_id or not allowed:
            raise Denied("The application has no role for this resource.")
        if not grant.covers(request.path):
            raise Denied("The restricted data token is for another resource.")
        seller = simulator.seller(grant.seller_id)
        if switches.limits:
            self._take(seller, operation, simulator.clock.now())
        if switches.user_agent_checked and not _USER_AGENT.match(request.headers.get("User-Agent", "")):
            raise Invalid("User-Agent must be of the form App/Version (Language=Name/Version).")
        return Call(request, seller, grant)

    def _rate(self, operation: str) -> tuple[float, int]:
        rate, burst = self._simulator.switches.rates.get(operation, RATES[operation])
        return rate * self._simulator.switches.rate_scale, burst

    def _take(self, seller: Seller, operation: str, now: datetime) -> None:
        """One token of the bucket of application, seller and operation."""
        rate, burst = self._rate(operation)
        key = (seller.client_id, seller.seller_id, operation)
        left, at = self._buckets.get(key, (float(burst), now))
        left = min(float(burst), left + (now - at).total_seconds() * rate)
        if left < 1:
            self._buckets[key] = (left, now)
            raise QuotaExceeded
        self._buckets[key] = (left - 1, now)


async def json_of(request: web.Request) -> dict[str, Any]:
    """The body, which must be a JSON object."""
    if request.content_type != "application/json":
        raise Problem(415, "UnsupportedMediaType", "The entity of the request is in an unsupported format.")
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise Invalid("Could not parse the request body.") from None
    if not isinstance(body, dict):
        raise Invalid("The request body must be an object.")
    return body


def marketplaces_of(body: dict[str, Any], call: Call, foreign_status: int) -> tuple[str, ...]:
    """`marketplaceIds`: 1 to 25, of the seller's own."""
    ids = body.get("marketplaceIds")
    if not isinstance(ids, list) or not 1 <= len(ids) <= 25 or not all(isinstance(one, str) for one in ids):
        raise Invalid("marketplaceIds must hold 1 to 25 marketplace ids.")
    for one in ids:
        if one not in call.seller.marketplace_ids:
            if foreign_status == 403:
                raise Denied("The seller does not sell in this marketplace.")
            raise Invalid("The seller does not sell in one of the marketplaceIds.")
    return tuple(ids)


def moment_of(value: object, name: str) -> datetime | None:
    """An ISO 8601 date-time with a zone, or None when it is absent."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise Invalid(f"{name} is not an ISO 8601 date-time.") from None
    if moment.tzinfo is None:
        raise Invalid(f"{name} has no time zone.")
    return moment


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
