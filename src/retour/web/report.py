"""Reporting what came back and nobody had announced: find the order, choose what came back, confirm once.

Order numbers are sent in forms, never in addresses.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from retour.connectors.contract import CameBack
from retour.connectors.errors import ConnectorError
from retour.connectors.registry import UnknownConnector
from retour.core.capabilities import MarketplaceCapabilities
from retour.core.merge import Contradiction
from retour.core.model import Order, Resolution
from retour.store import overview
from retour.store.declared import Verdict
from retour.store.models import Connection
from retour.store.platforms import capabilities_of, shop_of
from retour.store.sealed import CannotOpen
from retour.sync import declaring
from retour.web.forms import CameBackForm, FindOrderForm, VerdictForm
from retour.web.line_part import Option, options
from retour.web.person import person
from retour.web.platform import platform_of


@dataclass(frozen=True, slots=True)
class Found:
    """An order, and what a person can say of its lines."""

    connection: Connection
    order: Order
    lines: Sequence[CameBackForm]
    verdict: VerdictForm
    options: Sequence[Option]
    token: str

    @property
    def any_left(self) -> bool:
        return any(line.left for line in self.lines)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form; after a look at the marketplace with the order's lines; after the confirmation, the return's page."""
    marketplaces = _marketplaces(request)
    sent = request.POST if request.method == "POST" else None
    form = FindOrderForm(sent, [(row.pk, f"{row}: {platform_of(row)} · {row.project}") for row in marketplaces])
    if sent is None or not form.is_valid():
        return _page(request, marketplaces, form, status=422 if sent else 200)
    connection = next(row for row in marketplaces if row.pk == form.cleaned_data["connection"])
    ref = form.cleaned_data["order"].strip()
    try:
        if "token" in request.POST:
            return _report(request, marketplaces, form, connection, ref)
        return _look(request, marketplaces, form, connection, ref)
    except ConnectorError as error:
        return _page(request, marketplaces, form, problem=error.words or error.message, status=422)
    except Contradiction as problem:
        return _page(request, marketplaces, form, problem=str(problem), status=422)


def _look(
    request: HttpRequest, marketplaces: Sequence[Connection], form: FindOrderForm, connection: Connection, ref: str
) -> HttpResponse:
    order = asyncio.run(declaring.find_order(connection, ref))
    if order is None:
        return _page(request, marketplaces, form, problem=_("The marketplace knows no such order."), status=422)
    found = _found(connection, order, None, declaring.new_token())
    return _page(request, marketplaces, form, found=found)


def _report(
    request: HttpRequest, marketplaces: Sequence[Connection], form: FindOrderForm, connection: Connection, ref: str
) -> HttpResponse:
    """Whatever is wrong with it, nothing that was filled in is lost."""
    token = request.POST["token"][:64]
    able = _able(connection)
    verdict = VerdictForm(request.POST, able)
    lines = CameBackForm.all_of(request.POST)
    units = [line.came_back for line in lines if line.is_valid() and line.came_back]
    well = verdict.is_valid() and all(line.is_valid() for line in lines)
    problem = "" if units or not well else _("Say how many came back of at least one product.")
    if well and units:
        try:
            made = _declare(request, connection, token, ref, units, verdict.verdict)
        except ConnectorError as error:
            problem = error.words or error.message
        except Contradiction as no:
            problem = str(no)
        else:
            return _done(request, made)
    order = asyncio.run(declaring.find_order(connection, ref))
    if order is None:
        return _page(request, marketplaces, form, problem=_("The marketplace knows no such order."), status=422)
    found = _found(connection, order, request, token)
    return _page(request, marketplaces, form, found=found, problem=problem, status=422)


def _declare(
    request: HttpRequest,
    connection: Connection,
    token: str,
    ref: str,
    units: Sequence[CameBack],
    verdict: Verdict | None,
) -> list[int]:
    actor = person(request).get_username()
    return asyncio.run(declaring.declare(connection, token, ref, units, verdict, timezone.now(), actor))


def _done(request: HttpRequest, made: Sequence[int]) -> HttpResponse:
    words = ngettext("Reported: %(count)d return.", "Reported: %(count)d returns.", len(made))
    messages.success(request, words % {"count": len(made)})
    return redirect("return", made[0]) if len(made) == 1 else redirect("returns")


def _found(connection: Connection, order: Order, request: HttpRequest | None, token: str) -> Found:
    able = _able(connection)
    sent = request.POST if request else None
    lines = [CameBackForm(sent, number, line) for number, line in enumerate(order.lines) if line.ref]
    offered = [one for one in Resolution if one in able.tells]
    return Found(connection, order, lines, VerdictForm(sent, able), options(able, offered), token)


def _page(
    request: HttpRequest,
    marketplaces: Sequence[Connection],
    form: FindOrderForm,
    *,
    found: Found | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"marketplaces": marketplaces, "form": form, "found": found, "problem": problem}
    return render(request, "web/report.html", context, status=status)


def _marketplaces(request: HttpRequest) -> list[Connection]:
    """The connections that the person may see and where the merchant can report a return."""
    rows = overview.seen_by(person(request)).filter(role=Connection.Role.MARKETPLACE, removed=False)
    return [row for row in rows if _can(row)]


def _can(row: Connection) -> bool:
    try:
        return declaring.can_declare(row)
    except (UnknownConnector, ValidationError, CannotOpen):
        return False


def _able(connection: Connection) -> MarketplaceCapabilities:
    return capabilities_of(connection, shop_of(connection)).marketplace
