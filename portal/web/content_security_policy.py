"""What a browser may do on our pages. One policy for every answer, so it is written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

HEADER: Final = "Content-Security-Policy"
# Django explains an error of a developer's on a page with a style of its own.
EXPLAINED: Final = (404, 500)


def set_content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Puts the policy of the settings on whatever is answered."""
    directives = settings.CONTENT_SECURITY_POLICY.items()
    policy = "; ".join(f"{directive} {sources}" for directive, sources in directives)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not (settings.DEBUG and response.status_code in EXPLAINED):
            response.headers[HEADER] = policy
        return response

    return middleware
