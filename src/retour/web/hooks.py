"""Where platforms knock. A knock is a hint to check a connection now, and nothing that it says is believed. Where a
platform answers there what it was asked, the body is kept for its connector."""

from http import HTTPStatus
from typing import Final

import structlog
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from retour.store import hints, inbox
from retour.store.inbox import Kept

log = structlog.get_logger(__name__)

REFUSALS: Final = {
    Kept.TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large\n"),
    Kept.TOO_MANY: (HTTPStatus.SERVICE_UNAVAILABLE, "later\n"),
}


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hook(request: HttpRequest, connection_id: int, token: str) -> HttpResponse:
    """200 for an address that is a connection's, 404 for any other. What is posted is read only where the connection's
    connector asks for that; 413 and 503 say that it was not kept."""
    if not hints.is_address(connection_id, token):
        raise Http404
    kept = _kept(request, connection_id)
    if kept in REFUSALS:
        status, words = REFUSALS[kept]
        log.warning("a callback was not kept", connection=connection_id, why=words.strip())
        return HttpResponse(words, status=status, content_type="text/plain")
    hints.hint(connection_id, timezone.now())
    return HttpResponse("ok\n", content_type="text/plain")


def _kept(request: HttpRequest, connection_id: int) -> Kept:
    if request.method != "POST" or not inbox.receives(connection_id):
        return Kept.NOT_WANTED
    return inbox.keep(connection_id, request.read(inbox.LARGEST + 1), timezone.now())
