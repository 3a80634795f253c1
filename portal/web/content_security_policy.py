"""Adds the Content-Security-Policy header. The policy is the same for all responses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

POLICY_HEADER: Final = "Content-Security-Policy"
# Statuses of Django's debug pages, whose inline styles and scripts the policy would block.
DEBUG_PAGE_STATUSES: Final = (404, 500)


def set_content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that adds the policy in the settings to every response."""
    directives = settings.CONTENT_SECURITY_POLICY.items()
    policy = "; ".join(f"{directive} {sources}" for directive, sources in directives)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not (settings.DEBUG and response.status_code in DEBUG_PAGE_STATUSES):
            response.headers[POLICY_HEADER] = policy
        return response

    return middleware
