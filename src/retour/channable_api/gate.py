"""The way in: method, format, token, limit and numbers are checked before anything is looked at; every failure has the
contract's body."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, cast

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError

from retour.channable_api import queries
from retour.channable_api.answers import Invalid, Problem
from retour.channable_api.limits import Buckets
from retour.connectors.registry import UnknownConnector
from retour.connectors.shops.channable import MANIFEST
from retour.connectors.shops.channable.config import ChannableConfig
from retour.store import offered
from retour.store.models import Connection
from retour.store.platforms import config_of
from retour.store.sealed import CannotOpen
from retour.store.tokens import bearer_of

P = ParamSpec("P")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and for which project. `shop` None: this project offers nothing here."""

    actor: str
    project_id: int
    shop: Connection | None
    terms: ChannableConfig


Endpoint = Callable[Concatenate[HttpRequest, Caller, P], HttpResponse]


def endpoint(method: str) -> Callable[[Endpoint[P]], Callable[..., HttpResponse]]:
    """Makes a function of the caller and the path's other numbers an address that answers to this method."""

    def made(function: Endpoint[P]) -> Callable[..., HttpResponse]:
        @wraps(function)
        def view(request: HttpRequest, **numbers: str) -> HttpResponse:
            return guarded(lambda: _answered(request, method, function, numbers))

        return cast("Callable[..., HttpResponse]", csrf_exempt(login_not_required(view)))

    return made


def guarded(make: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer, or the failure in the contract's words. What is our fault is logged and shown to nobody."""
    try:
        return make()
    except (Problem, Invalid) as ending:
        return ending.answer()
    except SuspiciousOperation:
        return Problem(400, "The request is malformed.").answer()
    except (DatabaseError, UnknownConnector, ValidationError, CannotOpen) as error:
        # Of the last three `retour doctor` says what is wrong; their words may show settings.
        log.warning("the compatible API cannot answer now", kind=type(error).__name__)
        return Problem(503, "Retour cannot answer now. Try again later.", {"Retry-After": "30"}).answer()
    except Exception:
        log.exception("the compatible API failed for a reason of ours")
        return Problem(500, "Retour failed. The reason is in its log.").answer()


def _answered(
    request: HttpRequest, method: str, function: Callable[..., HttpResponse], numbers: dict[str, str]
) -> HttpResponse:
    if request.method != method:
        raise Problem(405, f"This address answers to {method} only.", {"Allow": method})
    _check_format(request)
    caller, found = _caller(request, numbers)
    others = {name: getattr(found, name) for name in numbers if name not in {"company_id", "project_id"}}
    return function(request, caller, **others)


def _check_format(request: HttpRequest) -> None:
    """JSON both ways (contract channable-api.md, 1)."""
    if request.get_preferred_type(["application/json"]) is None:
        raise Problem(406, "Only JSON is spoken here: accept application/json.")
    sent = (request.content_type or "").lower()
    if request.method == "POST" and sent and sent != "application/json" and not sent.endswith("+json"):
        raise Problem(406, "Only JSON is spoken here: send Content-Type application/json.")


def _caller(request: HttpRequest, numbers: dict[str, str]) -> tuple[Caller, queries.Paths]:
    text, in_address = _token(request)
    bearer = bearer_of(text, timezone.now()) if text else None
    if bearer is None:
        raise _unauthorized("The access token is missing, unknown, expired or revoked.")
    if wait := buckets().take(bearer.company_id):
        raise Problem(429, "Too many requests.", {"Retry-After": str(int(wait) + 1)})
    found = queries.path(**numbers)
    if found.company_id != bearer.company_id:
        raise Problem(403, "The access token is not for this company.")
    known = 0 < found.project_id <= queries.LARGEST
    shop = offered.shop_offering(found.company_id, found.project_id) if known else None
    if shop is None and not (known and offered.has_project(found.company_id, found.project_id)):
        raise Problem(404, "This company has no such project.")
    ours = shop if shop is not None and shop.connector == MANIFEST.key else None
    terms = cast("ChannableConfig", config_of(ours)) if ours else ChannableConfig()
    if in_address and not terms.access_in_address:
        raise _unauthorized("Send the access token in the header Authorization: Bearer.")
    return Caller(f"api:{bearer.name}", found.project_id, ours, terms), found


def _token(request: HttpRequest) -> tuple[str, bool]:
    """The token, and whether it stands in the address: its older form, which a project must allow."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and text.strip():
        return text.strip(), False
    return request.GET.get("access_token", ""), True


def _unauthorized(message: str) -> Problem:
    return Problem(401, message, {"WWW-Authenticate": "Bearer"})


@cache
def buckets() -> Buckets:
    """This process's buckets."""
    rate, burst = settings.COMPATIBLE_API_LIMIT
    return Buckets(rate, burst)


@csrf_exempt
@login_not_required
def nowhere(request: HttpRequest, **_: Any) -> HttpResponse:
    """An address that the API does not have."""
    return Problem(404, "There is nothing at this address.").answer()
