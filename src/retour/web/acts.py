"""What people do on a return's page. Each act goes through `retour.store.desk`; one that does not fit is answered with
its sentence, on the same page, and nothing that was filled in is lost."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from retour.core.merge import Contradiction
from retour.core.model import Source
from retour.store import candidates, desk, orders
from retour.store.models import Return
from retour.web.dossier import dossier
from retour.web.forms import CandidateForm, DecideForm, EffectForm, LinkForm, OneOfSeveralForm, ProductForm
from retour.web.person import person, return_for
from retour.web.return_page import show_again
from retour.web.words import DECISIONS, units


def _act(view: Callable[[HttpRequest, Return], HttpResponse]) -> Callable[[HttpRequest, int], HttpResponse]:
    """A POST about a return that the person may see."""

    @never_cache
    @require_POST
    @wraps(view)
    def acting(request: HttpRequest, return_id: int) -> HttpResponse:
        return view(request, return_for(request, return_id))

    return acting


@_act
def decide(request: HttpRequest, row: Return) -> HttpResponse:
    """Decides for some units of a line. What was decided by someone else since the page was loaded stops it."""
    known = dossier(row)
    if known.capabilities is None:
        return show_again(request, row, problem=known.trouble)
    form = DecideForm(request.POST, known.capabilities.marketplace)
    chosen = form.data.get("line", "")
    line = known.line(int(chosen)) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None
    if line is None or not form.is_valid():
        problem = "" if line else _("This return has no such line.")
        return show_again(request, row, problem=problem, line=line.row.pk if line else None, form=form)
    choice = form.choice(line.row.ref)
    try:
        desk.decide(row.pk, [choice], Source.DESK, timezone.now(), person(request).get_username())
    except (Contradiction, desk.NothingToDo) as problem:
        return show_again(request, row, problem=str(problem), line=line.row.pk, form=form)
    decided = {"decision": DECISIONS[choice.resolution], "units": units(choice.quantity or 0)}
    messages.success(request, _("Decided: %(decision)s, %(units)s.") % decided)
    return redirect("return", row.pk)


@_act
def decide_several(request: HttpRequest, row: Return) -> HttpResponse:
    """Decides for several lines with one click, all or none of them."""
    known = dossier(row)
    if known.capabilities is None:
        return show_again(request, row, problem=known.trouble)
    able = known.capabilities.marketplace
    shown = [line for line in known.lines if f"line-{line.row.pk}-known" in request.POST]
    forms = {line.row.pk: OneOfSeveralForm(request.POST, able, line.row.pk) for line in shown}
    well = all(form.is_valid() for form in forms.values())
    chosen = [line for line in shown if forms[line.row.pk].data.get(f"line-{line.row.pk}-resolution")]
    if not well or not chosen:
        problem = "" if chosen else _("Choose a decision for at least one product.")
        return show_again(request, row, problem=problem, several=forms)
    choices = [forms[line.row.pk].choice(line.row.ref) for line in chosen]
    try:
        desk.decide(row.pk, choices, Source.DESK, timezone.now(), person(request).get_username())
    except (Contradiction, desk.NothingToDo) as problem:
        return show_again(request, row, problem=str(problem), several=forms)
    words = ngettext("Decided: %(count)d product.", "Decided: %(count)d products.", len(choices))
    messages.success(request, words % {"count": len(choices)})
    return redirect("return", row.pk)


@_act
def retry(request: HttpRequest, row: Return) -> HttpResponse:
    """Sends again what was refused; for a lost create, the person says that the shop has it not."""
    form = EffectForm(request.POST)
    if not form.is_valid():
        return show_again(request, row, problem=_("Nothing was chosen to be sent again."))
    try:
        desk.retry(row.pk, timezone.now(), person(request).get_username(), form.cleaned_data["key"])
    except desk.NothingToDo as problem:
        return show_again(request, row, problem=str(problem))
    messages.success(request, _("It will be sent again now."))
    return redirect("return", row.pk)


@_act
def done(request: HttpRequest, row: Return) -> HttpResponse:
    """A person says that what was refused or lost is done; for a create, under which number it is in the shop."""
    form = EffectForm(request.POST)
    if not form.is_valid():
        return show_again(request, row, problem=_("Nothing was chosen to be marked as done."))
    number = form.cleaned_data["shop_return"].strip()
    try:
        desk.mark_done(row.pk, timezone.now(), person(request).get_username(), form.cleaned_data["key"], number or None)
    except desk.NothingToDo as problem:
        return show_again(request, row, problem=str(problem))
    messages.success(request, _("Marked as done."))
    return redirect("return", row.pk)


@_act
def told(request: HttpRequest, row: Return) -> HttpResponse:
    """A person says that they have told the marketplace what it cannot be told from here, or seen to what it has
    overtaken."""
    if dossier(row).asks:
        # Marking the return as done would answer these questions too, unread.
        return show_again(request, row, problem=_("Answer the other questions of this return first."))
    try:
        count = desk.mark_done(row.pk, timezone.now(), person(request).get_username())
    except desk.NothingToDo as problem:
        return show_again(request, row, problem=str(problem))
    words = ngettext(
        "%(count)d decision is marked as done by hand.", "%(count)d decisions are marked as done by hand.", count
    )
    messages.success(request, words % {"count": count})
    return redirect("return", row.pk)


@_act
def link_order(request: HttpRequest, row: Return) -> HttpResponse:
    """Notes which order of the shop a line's order is."""
    form = LinkForm(request.POST)
    if not form.is_valid():
        return show_again(request, row, problem=_("Give the order's number in the shop."))
    line = row.lines.filter(pk=form.cleaned_data["line"]).first()
    if line is None:
        return show_again(request, row, problem=_("This return has no such line."))
    number = form.cleaned_data["shop_order"].strip()
    actor = person(request).get_username()
    desk.link_order(row.connection.project_id, line.order_ref, number, "desk", timezone.now(), actor)
    messages.success(request, _("The order is linked."))
    return redirect("return", row.pk)


@_act
def choose_order(request: HttpRequest, row: Return) -> HttpResponse:
    """A person says which of the orders that were offered it is."""
    form = CandidateForm(request.POST)
    number = None
    if form.is_valid():
        chosen = form.cleaned_data["candidate"]
        number = candidates.choose(row, chosen, timezone.now(), person(request).get_username())
    if number is None:
        return show_again(request, row, problem=_("This order is not offered any more. Look what is so now."))
    messages.success(request, _("Order %(number)s is linked.") % {"number": number})
    return redirect("return", row.pk)


@_act
def choose_product(request: HttpRequest, row: Return) -> HttpResponse:
    """A person says which product of the shop's order a line is."""
    form = ProductForm(request.POST)
    line = row.lines.filter(pk=form.cleaned_data["line"]).first() if form.is_valid() else None
    actor = person(request).get_username()
    if line is None or not candidates.choose_line(line, form.cleaned_data["product"], timezone.now(), actor):
        return show_again(request, row, problem=_("Choose one of the products of the shop's order."))
    messages.success(request, _("Saved. It will be known from now on."))
    return redirect("return", row.pk)


@_act
def search_order(request: HttpRequest, row: Return) -> HttpResponse:
    """A person wants the shop to be searched now."""
    if orders.ask_again(row, timezone.now(), person(request).get_username()):
        messages.success(request, _("The shop is being searched. What is found shows here in a moment."))
    return redirect("return", row.pk)
