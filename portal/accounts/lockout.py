"""The lockout after failed sign-ins, for one email from one IP address (django-axes).

The owner of the account can still sign in from other addresses. Emails without an account are
locked out too, so that a lockout does not reveal which accounts exist.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.db.models import Max
from django.utils import timezone

from portal.accounts.models import account_email

if TYPE_CHECKING:
    from django.http import HttpRequest


def normalized_email(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The email of a sign-in as accounts have it: django-axes counts failures by it."""
    return account_email((credentials or request.POST).get("username") or "")


def is_locked_out(request: HttpRequest) -> bool:
    """Whether this sign-in began a lockout, or was rejected because of one."""
    return bool(getattr(request, "axes_locked_out", False))


def seconds_to_wait(request: HttpRequest) -> int:
    """Seconds until the lockout of this email from this IP address ends, at least 1."""
    (failures,) = AxesProxyHandler.get_implementation().get_user_attempts(request)
    last = failures.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    remaining: timedelta = last + get_cool_off(request) - timezone.now()
    return max(1, math.ceil(remaining.total_seconds()))
