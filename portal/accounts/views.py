"""The sign-in page. Sign-out is Django's own view."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any, Final

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.forms import EmailInput
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.accounts import lockout
from portal.accounts.models import MAX_EMAIL_LENGTH

# Checking a password is CPU-bound. At most half of the threads of a process check passwords at a
# time. A sign-in beyond this limit is rejected at once, because waiting would occupy a thread.
SIGN_IN_LIMIT: Final = BoundedSemaphore(2)
BUSY_RETRY_SECONDS: Final = 1


class SignInForm(AuthenticationForm):
    """Django's sign-in form, with the email as user name, and messages for a lockout."""

    error_messages = {
        "invalid_login": _("The email or the password is wrong."),
        "inactive": _("This account is not active."),
    }
    seconds_to_wait = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Email")
        self.fields["username"].widget = EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "maxlength": MAX_EMAIL_LENGTH}
        )

    def clean(self) -> dict[str, Any]:
        if not SIGN_IN_LIMIT.acquire(blocking=False):
            self.seconds_to_wait = BUSY_RETRY_SECONDS
            message = _("Many people are signing in right now. Try again in a few seconds.")
            raise ValidationError(message, "busy")
        try:
            return super().clean()
        finally:
            SIGN_IN_LIMIT.release()

    def get_invalid_login_error(self) -> ValidationError:
        if self.request is None or not lockout.is_locked_out(self.request):
            return super().get_invalid_login_error()
        self.seconds_to_wait = lockout.seconds_to_wait(self.request)
        minutes = -(-self.seconds_to_wait // 60)
        is_network = lockout.is_limited_by_address(self.request)
        message = _lockout_message(minutes, is_network=is_network)
        return ValidationError(message, "locked_out", {"minutes": minutes})


def _lockout_message(minutes: int, *, is_network: bool) -> str:
    if is_network:
        return ngettext(
            "Too many sign-ins failed in your network. Try again in a minute.",
            "Too many sign-ins failed in your network. Try again in %(minutes)d minutes.",
            minutes,
        )
    return ngettext(
        "Too many failed sign-ins. Try again in a minute.",
        "Too many failed sign-ins. Try again in %(minutes)d minutes.",
        minutes,
    )


class SignInView(LoginView):
    """Redirects to `next` if it is a page of this site.

    Responds with 429 during a lockout, or if too many users are signing in at once.
    """

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        lockout.remember_browser(response, form.get_user().email)
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        if isinstance(form, SignInForm) and form.seconds_to_wait:
            response.status_code = 429
            response["Retry-After"] = str(form.seconds_to_wait)
        return response
