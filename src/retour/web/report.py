"""Reporting what came back and nobody had announced: find the order, choose what came back, confirm once.

Order numbers are sent in forms, never in addresses.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import ValidationError

from retour.connectors.contract import CameBack
from retour.connectors.errors import ConnectorError
from retour.connectors.registry import UnknownConnector
from retour.core.capabilities import MarketplaceCapabilities
from retour.core.merge import Contradiction
from retour.core.model import Order, Resolution, Source
from retour.store import declared, overview, shop_reports
from retour.store.declared import Verdict
from retour.store.models import Connection
from retour.store.platforms import capabilities_of, shop_of
from retour.store.sealed import CannotOpen
from retour.sync import declaring, own_returns
from retour.web.forms import CameBackForm, FindOrderForm, VerdictForm
from retour.web.line_part import Option, options
from retour.web.person import person
from retour.web.platform import platform_of
from retour.web.prepared import Prepared, named, prepared


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


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks of this page. `there`: the shop's own return that is reported, where one is."""

    request: HttpRequest
    marketplaces: Sequence[Connection]
    form: FindOrderForm
    there: Prepared | None

    @property
    def connection(self) -> Connection:
        return next(row for row in self.marketplaces if row.pk == self.form.cleaned_data["connection"])

    @property
    def order(self) -> str:
        return str(self.form.cleaned_data["order"]).strip()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form; after a look at the marketplace with the order's lines; after the confirmation, the return's page."""
    sent = request.POST if request.method == "POST" else None
    there = named(request, (sent or request.GET).get("shop_report", ""))
    marketplaces = _marketplaces(request, there)
    form = FindOrderForm(sent, _choices(marketplaces), _known(there))
    asked = Asked(request, marketplaces, form, there)
    if there is not None and not there.is_open:
        return _dealt_with(asked, there)
    if sent is None or not form.is_valid():
        return _page(asked, status=422 if sent else 200)
    try:
        return _report(asked) if "token" in sent else _look(asked)
    except ConnectorError as error:
        return _page(asked, problem=error.words or error.message, status=422)
    except Contradiction as problem:
        return _page(asked, problem=str(problem), status=422)


@require_POST
def nothing(request: HttpRequest) -> HttpResponse:
    """A person says that a return of the shop's is not to be reported."""
    there = named(request, request.POST.get("shop_report", ""))
    if there is None:
        raise Http404
    if shop_reports.dismiss(there.row.pk, person(request).get_username()):
        messages.success(request, _("Return %(ref)s of the shop is not reported.") % {"ref": there.row.ref})
    return redirect("report")


def _dealt_with(asked: Asked, there: Prepared) -> HttpResponse:
    """The same form, sent or opened once more."""
    made = declared.already_there(there.row.pk)
    if made:
        return _done(asked.request, made)
    return _page(replace(asked, there=None), problem=_("This return of the shop was dealt with already."), status=422)


def _look(asked: Asked) -> HttpResponse:
    order = asyncio.run(declaring.find_order(asked.connection, asked.order))
    if order is None:
        return _page(asked, problem=_("The marketplace knows no such order."), status=422)
    return _page(asked, found=_found(asked, order, None, declaring.new_token()))


def _report(asked: Asked) -> HttpResponse:
    """Whatever is wrong with it, nothing that was filled in is lost."""
    request, connection, ref = asked.request, asked.connection, asked.order
    token = request.POST["token"][:64]
    able = _able(connection)
    verdict = VerdictForm(request.POST, able)
    lines = CameBackForm.all_of(request.POST)
    units = [line.came_back for line in lines if line.is_valid() and line.came_back]
    well = verdict.is_valid() and all(line.is_valid() for line in lines)
    problem = "" if units or not well else _("Say how many came back of at least one product.")
    if well and units:
        try:
            made = _declare(asked, token, units, verdict.verdict)
        except ConnectorError as error:
            problem = error.words or error.message
        except Contradiction as no:
            problem = str(no)
        else:
            return _done(request, made)
    order = asyncio.run(declaring.find_order(connection, ref))
    if order is None:
        return _page(asked, problem=_("The marketplace knows no such order."), status=422)
    return _page(asked, found=_found(asked, order, request, token), problem=problem, status=422)


def _declare(asked: Asked, token: str, units: Sequence[CameBack], verdict: Verdict | None) -> list[int]:
    actor, at = person(asked.request).get_username(), timezone.now()
    key = asked.there.row.pk if asked.there else None
    return asyncio.run(
        declaring.declare(asked.connection, token, asked.order, units, verdict, Source.DESK, at, actor, key)
    )


def _done(request: HttpRequest, made: Sequence[int]) -> HttpResponse:
    words = ngettext("Reported: %(count)d return.", "Reported: %(count)d returns.", len(made))
    messages.success(request, words % {"count": len(made)})
    return redirect("return", made[0]) if len(made) == 1 else redirect("returns")


def _found(asked: Asked, order: Order, request: HttpRequest | None, token: str) -> Found:
    able = _able(asked.connection)
    sent = request.POST if request else None
    told = own_returns.told(order, asked.there.units) if asked.there else {}
    lines = [
        CameBackForm(sent, number, line, told.get(line.ref)) for number, line in enumerate(order.lines) if line.ref
    ]
    offered = [one for one in Resolution if one in able.tells]
    return Found(asked.connection, order, lines, VerdictForm(sent, able), options(able, offered), token)


def _page(asked: Asked, *, found: Found | None = None, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "marketplaces": asked.marketplaces,
        "form": asked.form,
        "there": asked.there,
        "prepared": [] if asked.there else prepared(asked.request),
        "found": found,
        "problem": problem,
    }
    return render(asked.request, "web/report.html", context, status=status)


def _choices(marketplaces: Sequence[Connection]) -> list[tuple[int, str]] | list[tuple[str, list[tuple[int, str]]]]:
    """By project where there are several: a phone has no room for all that names a connection."""
    projects: dict[str, list[tuple[int, str]]] = {}
    for row in marketplaces:
        projects.setdefault(str(row.project), []).append((row.pk, f"{row}: {platform_of(row)}"))
    return list(projects.items()) if len(projects) > 1 else [one for rows in projects.values() for one in rows]


def _known(there: Prepared | None) -> dict[str, Any] | None:
    return {"connection": there.row.marketplace_id, "order": there.order} if there else None


def _marketplaces(request: HttpRequest, there: Prepared | None) -> list[Connection]:
    """The connections that the person may see and where the merchant can report a return; for a return of a shop's,
    those of its project."""
    rows = overview.seen_by(person(request)).filter(role=Connection.Role.MARKETPLACE, removed=False)
    rows = rows.filter(project_id=there.row.shop.project_id) if there else rows
    return [row for row in rows if _can(row)]


def _can(row: Connection) -> bool:
    try:
        return declaring.can_declare(row)
    except (UnknownConnector, ValidationError, CannotOpen):
        return False


def _able(connection: Connection) -> MarketplaceCapabilities:
    return capabilities_of(connection, shop_of(connection)).marketplace
