"""The authentication schemes in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token in the Authorization header, as type `apiKey`: there is no `http` scheme Token."""

    target_class = "portal.api.authentication.TokenAuthentication"
    name = "token"
    priority = 1

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = _("The word Token, a space and the token: Authorization: Token portal_…")
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": description,
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The session cookie, for members who open the API in their browser."""

    target_class = "portal.api.authentication.SessionAuthentication"
    name = "session"
    priority = 1

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": _("The session of a signed-in member. A token takes precedence."),
        }
