"""Where platforms knock: webhooks are hints to check a connection now, and nothing that they say is believed."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from retour.store import hints


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hook(request: HttpRequest, connection_id: int, token: str) -> HttpResponse:
    """200 for an address that is a connection's, whatever is sent to it; its body is not read. 404 for any other."""
    if not hints.hint(connection_id, token, timezone.now()):
        raise Http404
    return HttpResponse("ok\n", content_type="text/plain")
