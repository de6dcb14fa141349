"""One return: what is known of it, what happens next and why, and what a person can do."""

from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from retour.store.models import Return
from retour.web.dossier import Dossier, dossier
from retour.web.forms import DecideForm, OneOfSeveralForm
from retour.web.line_part import LinePart
from retour.web.person import return_for


@never_cache
@require_safe
def return_page(request: HttpRequest, return_id: int) -> HttpResponse:
    """The page, or for a page that refreshes itself the parts that have changed (nothing, if none has)."""
    row = return_for(request, return_id)
    known = dossier(row)
    seen = _seen(known)
    if request.headers.get("X-Seen") == seen:
        return HttpResponse(status=204)
    live = bool(request.headers.get("HX-Request"))
    return render(
        request,
        "web/parts/return_live.html" if live else "web/return.html",
        {"dossier": known, "seen": seen, "live": live, "several": _several(known, {})},
    )


def show_again(
    request: HttpRequest,
    row: Return,
    *,
    problem: str = "",
    line: int | None = None,
    form: DecideForm | None = None,
    several: Mapping[int, OneOfSeveralForm] = MappingProxyType({}),
) -> HttpResponse:
    """The page after an act that could not be done: with the sentence, and with what was filled in."""
    known = dossier(row)
    context = {
        "dossier": known,
        "seen": _seen(known),
        "problem": problem,
        "problem_line": line,
        "bound": form,
        "several": _several(known, several),
        "several_again": bool(several),
    }
    return render(request, "web/return.html", context, status=422)


def _several(
    known: Dossier, filled_in: Mapping[int, OneOfSeveralForm]
) -> list[tuple[LinePart, OneOfSeveralForm | None]]:
    """The lines that can be decided with one click, with what was filled in."""
    return [(line, filled_in.get(line.row.pk)) for line in known.several]


def _seen(known: Dossier) -> str:
    """Changes whenever the page would look different; relative times make that once a minute."""
    effects = [
        (e.key, e.state, e.attempts, e.asks)
        for part in known.lines
        for e in (question.effect for question in part.questions)
    ]
    others = [(other.row.pk, other.row.stage) for other in known.others]
    row = known.row
    shown = (row.changed_at, row.stage, len(known.events), len(known.exchanges), effects, others, known.trouble)
    return blake2b(f"{shown} {timezone.now():%H:%M}".encode(), digest_size=12).hexdigest()
