"""Sign-in. Signing out is Django's own view."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.forms import EmailInput
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """By email, which is called that here."""

    error_messages = {
        "invalid_login": _("This email and password do not belong together."),
        "inactive": _("This account is closed."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Email")
        self.fields["username"].widget = EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "maxlength": 254}
        )


class SignInView(LoginView):
    """Sends people back to the page that they wanted, on this site only."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True
