"""Signing in, with a brake on guessing."""

from datetime import timedelta
from hashlib import sha256
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

FAILURES = 10
WINDOW = timedelta(minutes=5)


class Brake:
    """Counts failures of one name from one address. After ten within five minutes nothing is tried for five more:
    the right password too would be refused, so that the answer tells nothing."""

    def __init__(self, name: str, address: str) -> None:
        self._key = "sign-in:" + sha256(f"{name.casefold()}\n{address}".encode()).hexdigest()

    @property
    def holds(self) -> bool:
        return int(cache.get(self._key, 0)) >= FAILURES

    def failed(self) -> None:
        seconds = int(WINDOW.total_seconds())
        cache.add(self._key, 0, seconds)
        try:
            failures = cache.incr(self._key)
        except ValueError:  # ran out in this very moment
            return
        if failures == FAILURES:
            cache.touch(self._key, seconds)

    def release(self) -> None:
        cache.delete(self._key)


class SignInForm(AuthenticationForm):
    """E-mail address and password. One sentence for every failure, whoever it was about."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("This address and password do not belong together."),
        "braked": _("Too many failed attempts. Wait five minutes, then try again."),
    }
    braked = False

    def clean_username(self) -> str:
        """Addresses are kept in small letters."""
        name = str(self.cleaned_data["username"]).strip()
        return name.lower() if "@" in name else name

    def clean(self) -> dict[str, Any]:
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        brake = Brake(self.cleaned_data.get("username", ""), address)
        if brake.holds:
            self.braked = True
            raise ValidationError(self.error_messages["braked"], code="braked")
        try:
            cleaned = super().clean()
        except ValidationError:
            brake.failed()
            raise
        brake.release()
        return cleaned


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The sign-in page."""

    form_class = SignInForm
    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.headers.get("HX-Request"):
            # A page that refreshes itself was signed out: it loads anew as a whole, and comes here as a page.
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 429 if cast(SignInForm, form).braked else 200
        return response
