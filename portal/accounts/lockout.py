"""Limits of failed sign-ins (django-axes), by email and IP address.

Five failed sign-ins within five minutes lock an email out at an IP address. The owner of the email
can still sign in at other addresses. Emails without an account are locked out too, so that a
lockout does not reveal which accounts exist.

After twenty failed sign-ins at one address, a single failure locks an email out at that address.
People in an office that shares the address can still sign in while an attacker guesses passwords.
Failures in a browser where the email has signed in before are counted separately.
"""

from __future__ import annotations

import math
import secrets
from datetime import timedelta
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Any, Final

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Sum
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import account_email
from portal.web.proxies import parse_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MAX_FAILURES_OF_EMAIL: Final = 5
MAX_FAILURES_OF_ADDRESS: Final = 20
BROWSER_COOKIE: Final = "portal_browser"
BROWSER_COOKIE_SECONDS: Final = 365 * 24 * 3600


def lockout_user_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The user name by which django-axes counts failures: the email, or the cookie of a browser.

    A browser has the cookie if the email has signed in with this browser before.
    """
    email = account_email((credentials or request.POST).get("username") or "")
    # The signature is valid for this email only.
    browser = request.get_signed_cookie(BROWSER_COOKIE, None, email, BROWSER_COOKIE_SECONDS)
    return f"browser {browser}" if browser else email


def remember_browser(response: HttpResponse, email: str) -> None:
    """Sets a cookie after a sign-in, so that failures in other browsers do not count."""
    response.set_signed_cookie(
        BROWSER_COOKIE,
        secrets.token_urlsafe(16),
        salt=email,
        max_age=BROWSER_COOKIE_SECONDS,
        path=reverse(settings.LOGIN_URL),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def lockout_address(request: HttpRequest) -> str | None:
    """The IP address of the client. An IPv6 address is cut to /64, the network of one client."""
    address = parse_address(request.META.get("REMOTE_ADDR", ""))
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address) if address else None


def allowed_failures(request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
    """The number of failures that lock the email of this request out at its address."""
    return 1 if is_limited_by_address(request, credentials) else MAX_FAILURES_OF_EMAIL


def is_limited_by_address(request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
    """Whether failures with other emails limit this sign-in.

    A browser where the email has signed in before is never limited by other emails.
    """
    is_browser = lockout_user_name(request, credentials).startswith("browser ")
    return not is_browser and _is_address_limited(request)


def _is_address_limited(request: HttpRequest) -> bool:
    """Whether too many sign-ins failed at the address of this request, with any emails."""
    recent = AccessAttempt.objects.filter(
        ip_address=lockout_address(request),
        attempt_time__gte=timezone.now() - get_cool_off(request),
    )
    failures = recent.aggregate(failures=Sum("failures_since_start"))["failures"]
    return (failures or 0) >= MAX_FAILURES_OF_ADDRESS


def is_locked_out(request: HttpRequest) -> bool:
    """Whether this sign-in started a lockout, or was rejected because of a lockout."""
    return bool(getattr(request, "axes_locked_out", False))


def seconds_to_wait(request: HttpRequest) -> int:
    """Seconds until the lockout of this email at this IP address ends, at least 1."""
    (failures,) = AxesProxyHandler.get_implementation().get_user_attempts(request)
    last = failures.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    remaining: timedelta = last + get_cool_off(request) - timezone.now()
    return max(1, math.ceil(remaining.total_seconds()))
