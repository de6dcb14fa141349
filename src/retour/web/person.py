"""Who asks, and what they may see. What they may not see does not exist for them: 404."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from retour.store import overview
from retour.store.models import Connection, Return, User


def person(request: HttpRequest) -> User:
    """Who is signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def return_for(request: HttpRequest, return_id: int) -> Return:
    """This return, if the person may see it."""
    found = overview.return_seen_by(person(request), return_id)
    if found is None:
        raise Http404
    return found


def connection_for(request: HttpRequest, connection_id: int) -> Connection:
    """This connection, if the person may see it."""
    found = overview.seen_by(person(request)).filter(pk=connection_id).first()
    if found is None:
        raise Http404
    return found
