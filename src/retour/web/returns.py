"""The overview: every return that a person may see, by stage, with search and filters."""

from dataclasses import dataclass
from hashlib import blake2b

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from retour.core.model import Stage
from retour.store import overview, shop_reports
from retour.store.models import Connection, User
from retour.web.forms import FilterForm
from retour.web.person import person
from retour.web.words import STAGES

UNFINISHED = "todo"
ALL = "all"
_TABS: tuple[tuple[str, str | Promise, tuple[Stage, ...]], ...] = (
    (UNFINISHED, _("To do"), overview.UNFINISHED),
    *((stage.value, STAGES[stage], (stage,)) for stage in (Stage.ATTENTION, Stage.NEW, Stage.OPEN, Stage.SENDING)),
    (Stage.CLOSED.value, STAGES[Stage.CLOSED], (Stage.CLOSED,)),
    (ALL, _("All"), ()),
)


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: str | Promise
    count: int
    current: bool
    query: str


@never_cache
@require_safe
def returns(request: HttpRequest) -> HttpResponse:
    """The list. A page that refreshes itself names what it shows, and gets nothing when that is still so."""
    user = person(request)
    marketplaces = [c for c in overview.seen_by(user) if c.role == Connection.Role.MARKETPLACE]
    form = _form(request, marketplaces)
    stage, stages = _stage(request, form)
    listed = overview.listing(_filters(form, user, marketplaces, stages), _page(request))
    query = request.GET.copy()
    for gone in ("page", "stage"):
        query.pop(gone, None)
    kept = query.urlencode()
    context = {
        "listing": listed,
        "tabs": [_tab(name, label, wanted, listed, stage, kept) for name, label, wanted in _TABS],
        "stage": stage,
        "pages": f"?{'&'.join(filter(None, (kept, f'stage={stage}')))}&page=",
        "filtered": any(form.cleaned_data.values()),
        "narrowed": bool(form.errors) or any(value for name, value in form.cleaned_data.items() if name != "q"),
    }
    rows = render_to_string("web/parts/listing.html", context, request)
    seen = blake2b(rows.encode(), digest_size=12).hexdigest()
    if request.headers.get("X-Seen") == seen:
        return HttpResponse(status=204)
    shown = {**context, "rows": rows, "seen": seen, "form": form}
    if request.headers.get("HX-Request"):
        return render(request, "web/parts/listing_live.html", shown)
    return render(request, "web/returns.html", {**shown, "prepared": shop_reports.prepared_for(user).count()})


def _stage(request: HttpRequest, form: FilterForm) -> tuple[str, tuple[Stage, ...]]:
    """The chosen tab. Without a choice a search looks everywhere, and the list begins with what is not closed."""
    known = {name: stages for name, _label, stages in _TABS}
    chosen = request.GET.get("stage", "")
    name = chosen if chosen in known else ALL if form.cleaned_data.get("q") else UNFINISHED
    return name, known[name]


def _form(request: HttpRequest, marketplaces: list[Connection]) -> FilterForm:
    projects = {c.project_id: f"{c.project.company} · {c.project}" for c in marketplaces}
    names = [(c.pk, f"{c.slug} · {c.project}") for c in marketplaces]
    form = FilterForm(request.GET, names, list(projects.items()))
    form.is_valid()  # a filter that cannot be read is shown with its error and filters nothing
    return form


def _filters(
    form: FilterForm, user: User, marketplaces: list[Connection], stages: tuple[Stage, ...]
) -> overview.Filters:
    wanted = form.cleaned_data
    chosen = frozenset(
        c.pk
        for c in marketplaces
        if wanted.get("marketplace") in {None, c.pk} and wanted.get("project") in {None, c.project_id}
    )
    every = user.is_superuser and len(chosen) == len(marketplaces)
    return overview.Filters(
        connections=None if every else chosen,
        stages=stages,
        since=form.since_moment,
        before=form.before_moment,
        search=wanted.get("q") or "",
    )


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _tab(
    name: str, label: str | Promise, stages: tuple[Stage, ...], listed: overview.Listing, current: str, kept: str
) -> Tab:
    count = sum(listed.counts.get(stage, 0) for stage in stages or tuple(Stage))
    query = "&".join(filter(None, (kept, f"stage={name}")))
    return Tab(name, label, count, name == current, f"?{query}")
