"""The connections: how each one is, and what a person can do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from itertools import groupby

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from retour.store import desk, overview
from retour.store.models import Connection, UnreadableRow
from retour.store.sealed import CannotOpen, unseal
from retour.web.person import connection_for, person
from retour.web.platform import Platform, platform_of
from retour.web.words import CONNECTION_STATES

ROWS = 50


FEW_QUOTAS = 3
"""More of them hide what matters: those of which enough is left are folded."""
SCARCE = 0.25
A_SECONDS = 10
"""A budget of fewer calls is full again within seconds: what is left of it says nothing."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of one of the platform's call budgets."""

    group: str
    limit: int | None
    remaining: int

    @property
    def is_scarce(self) -> bool:
        if self.limit is None:
            return self.remaining < 1
        return self.limit >= A_SECONDS and self.remaining <= self.limit * SCARCE


@dataclass(frozen=True, slots=True)
class Card:
    """A connection as the page shows it."""

    row: Connection
    platform: Platform
    state: str | Promise
    work: overview.Work
    quotas: list[Quota]
    plenty: list[Quota]
    """Call budgets that are folded, because enough of them is left."""
    lanes: list[tuple[str, datetime]]
    """As of when each list is known that is a report."""

    @property
    def is_shop(self) -> bool:
        return self.row.role == Connection.Role.SHOP

    @property
    def works(self) -> bool:
        return self.row.state == Connection.State.ACTIVE and not self.row.removed

    @property
    def can_resume(self) -> bool:
        return not self.works and not self.row.removed


@dataclass(frozen=True, slots=True)
class Unreadable:
    row: UnreadableRow
    text: str


@never_cache
@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    """Every connection that the person may see, by company and project."""
    rows = list(overview.seen_by(person(request)))
    work = overview.work([row.pk for row in rows])
    by_project = [
        (project, [_card(row, work[row.pk]) for row in group])
        for project, group in groupby(rows, lambda row: row.project)
    ]
    live = bool(request.headers.get("HX-Request"))
    template = "web/parts/connections.html" if live else "web/connections.html"
    return render(request, template, {"projects": by_project, "now": timezone.now()})


@never_cache
@require_safe
def unreadable(request: HttpRequest, connection_id: int) -> HttpResponse:
    """The rows of a connection that could not be read, with the reasons."""
    row = connection_for(request, connection_id)
    kept = Paginator(row.unreadable.order_by("-last_at", "-pk"), ROWS).get_page(request.GET.get("page"))
    shown = [Unreadable(one, _text(one)) for one in kept]
    return render(request, "web/unreadable.html", {"connection": row, "rows": shown, "page": kept})


def _act(view: Callable[[HttpRequest, Connection, datetime], str]) -> Callable[[HttpRequest, int], HttpResponse]:
    """A POST about a connection that the person may see; answers with the view's sentence."""

    @never_cache
    @require_POST
    @wraps(view)
    def acting(request: HttpRequest, connection_id: int) -> HttpResponse:
        row = connection_for(request, connection_id)
        if row.removed:
            raise Http404
        messages.success(request, view(request, row, timezone.now()) % {"connection": row.slug})
        return redirect("connections")

    return acting


@_act
def check_now(request: HttpRequest, row: Connection, at: datetime) -> str:
    """Its next check is due at once."""
    desk.check_now(row, at)
    return _("%(connection)s is checked now.")


@_act
def pause(request: HttpRequest, row: Connection, at: datetime) -> str:
    """Nothing is asked or sent until it is resumed."""
    desk.pause(row, at)
    return _("%(connection)s is paused. Nothing is asked or sent until it is resumed.")


@_act
def resume(request: HttpRequest, row: Connection, at: datetime) -> str:
    """Works again from now."""
    desk.resume(row, at)
    return _("%(connection)s works again and is checked now.")


def _card(row: Connection, work: overview.Work) -> Card:
    quotas = [
        Quota(group, told.get("limit"), told["remaining"])
        for group, told in sorted(row.quota.items())
        if isinstance(told, dict) and told.get("remaining") is not None
    ]
    plenty = [quota for quota in quotas if not quota.is_scarce] if len(quotas) > FEW_QUOTAS else []
    shown = [quota for quota in quotas if quota not in plenty]
    lanes = [(lane, datetime.fromisoformat(time)) for lane, time in sorted(row.lanes.items())]
    return Card(row, platform_of(row), CONNECTION_STATES.get(row.state, row.state), work, shown, plenty, lanes)


def _text(row: UnreadableRow) -> str:
    try:
        return str(unseal(row.sealed) or "")
    except CannotOpen as error:
        return str(error)
