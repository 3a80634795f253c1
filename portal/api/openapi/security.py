"""How one says who asks, for the description."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """As a key and not as `http`: client generators know no scheme of that name."""

    target_class = "portal.api.authentication.TokenAuthentication"
    name = "token"
    priority = 1

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        words = _("The word Token, a space, and the token: Authorization: Token portal_…")
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": words}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """For members who open the same addresses in their browser."""

    target_class = "portal.api.authentication.SessionAuthentication"
    name = "session"
    priority = 1

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        words = _("The session of a member who has signed in. Not looked at beside a token.")
        cookie = settings.SESSION_COOKIE_NAME
        return {"type": "apiKey", "in": "cookie", "name": cookie, "description": words}
