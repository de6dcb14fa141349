"""How the desk writes moments, stages and sentences."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from retour.core.model import Reason, Stage
from retour.store.models import Event, Return
from retour.web import words
from retour.web.platform import platform_of

register = template.Library()
MINUTE = timedelta(minutes=1)
NEAR = timedelta(days=1)
"""A deadline that is so close is coloured."""


@register.simple_tag
def moment(at: datetime | None) -> SafeString:
    """How long ago, or in how long; the exact moment is in the title."""
    if at is None:
        return format_html("{}", "-")
    now = timezone.now()
    if abs(now - at) < MINUTE:
        text = _("just now") if at <= now else _("in a moment")
    elif at < now:
        text = _("%(time)s ago") % {"time": timesince(at, now, depth=1)}
    else:
        text = _("in %(time)s") % {"time": timesince(now, at, depth=1)}
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact(at), text)


@register.filter
def exact(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S %Z}"


@register.simple_tag
def badge(stage: str) -> SafeString:
    """The stage as a badge: its word, not only its colour."""
    return format_html('<span class="badge badge-{}">{}</span>', stage, words.STAGES[Stage(stage)])


@register.filter
def minutes(at: datetime) -> str:
    """An exact moment without its seconds."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}"


@register.filter
def nearness(at: datetime) -> str:
    """How a deadline is coloured: `past`, `near` or `far`."""
    left = at - timezone.now()
    return "past" if left <= timedelta() else "near" if left <= NEAR else "far"


@register.filter
def why(row: Return) -> SafeString:
    """Why a return stands where it stands. The marketplace and the deadline are named where a person must go there."""
    if row.why != "tell_by_hand":
        return words.why(row.why, row.why_params)
    deadline = minutes(row.deadline_at) if row.deadline_at else ""
    return words.why(row.why, row.why_params, marketplace=platform_of(row.connection).name, deadline=deadline)


@register.filter
def told_event(row: Event) -> SafeString:
    return words.event(row.kind, row.params)


@register.filter
def reason(name: str | None) -> str:
    return str(words.REASONS[Reason(name)]) if name in set(Reason) else ""


@register.filter
def project_name(row: Return) -> str:
    return f"{row.connection.project.company} · {row.connection.project}"


@register.filter
def lookup(found: Mapping[str, str], key: str) -> str:
    return found.get(key, "")
