"""The limits of failed sign-ins (django-axes), for an email at an IP address and for the address.

After five failures within five minutes an email is locked out at the address. Its owner can still
sign in from other addresses. Emails without an account are locked out too, so that a lockout does
not reveal which accounts exist.

After twenty failures with any emails, the first failure of an email locks it out at the address.
So an office behind one address can sign in while an attacker fails there. A browser that signed in
with the email before has five failures of its own.
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

FAILURES_OF_EMAIL: Final = 5
FAILURES_OF_ADDRESS: Final = 20
BROWSER_COOKIE: Final = "portal_browser"
BROWSER_SECONDS: Final = 365 * 24 * 3600


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What django-axes counts failures by: the email as accounts have it, or a known browser."""
    email = account_email((credentials or request.POST).get("username") or "")
    # The signature is valid for this email only.
    browser = request.get_signed_cookie(BROWSER_COOKIE, None, email, BROWSER_SECONDS)
    return f"browser {browser}" if browser else email


def remember_browser(response: HttpResponse, email: str) -> None:
    """After a sign-in: failures of others no longer affect this browser."""
    response.set_signed_cookie(
        BROWSER_COOKIE,
        secrets.token_urlsafe(16),
        salt=email,
        max_age=BROWSER_SECONDS,
        path=reverse(settings.LOGIN_URL),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def counted_address(request: HttpRequest) -> str | None:
    """The client's address; of IPv6 its /64, in which one client can choose any address."""
    address = parse_address(request.META.get("REMOTE_ADDR", ""))
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address) if address else None


def allowed_failures(request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
    """How many failures lock out this email at this address."""
    return 1 if is_limited_by_address(request, credentials) else FAILURES_OF_EMAIL


def is_limited_by_address(request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
    """Whether failures with other emails limit this sign-in. They never limit a known browser."""
    is_browser = counted_name(request, credentials).startswith("browser ")
    return not is_browser and _is_address_limited(request)


def _is_address_limited(request: HttpRequest) -> bool:
    """Whether too many sign-ins failed at this address, with any emails."""
    recent = AccessAttempt.objects.filter(
        ip_address=counted_address(request),
        attempt_time__gte=timezone.now() - get_cool_off(request),
    )
    failures = recent.aggregate(failures=Sum("failures_since_start"))["failures"]
    return (failures or 0) >= FAILURES_OF_ADDRESS


def is_locked_out(request: HttpRequest) -> bool:
    """Whether this sign-in began a lockout, or was rejected because of one."""
    return bool(getattr(request, "axes_locked_out", False))


def seconds_to_wait(request: HttpRequest) -> int:
    """Seconds until the lockout of this email from this IP address ends, at least 1."""
    (failures,) = AxesProxyHandler.get_implementation().get_user_attempts(request)
    last = failures.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    remaining: timedelta = last + get_cool_off(request) - timezone.now()
    return max(1, math.ceil(remaining.total_seconds()))
