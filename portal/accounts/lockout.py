"""The brake on wrong sign-ins: after a few, an account waits a little, for this address alone.

django-axes counts them. Accounts that do not exist wait as well, so that waiting tells nothing;
from elsewhere the right person still comes in.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.db.models import Max
from django.utils import timezone

if TYPE_CHECKING:
    from django.http import HttpRequest


def account_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What tries are counted by: the email, as sign-in compares it."""
    tried: str = (credentials or request.POST).get("username") or ""
    return tried.strip().lower()


def is_on(request: HttpRequest) -> bool:
    """Whether this try was one too many, or was not even looked at."""
    return bool(getattr(request, "axes_locked_out", False))


def seconds_to_wait(request: HttpRequest) -> int:
    """How long it takes until the account of this request may be tried again from its address."""
    (tries,) = AxesProxyHandler.get_implementation().get_user_attempts(request)
    last = tries.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    left: timedelta = last + get_cool_off(request) - timezone.now()
    return max(1, math.ceil(left.total_seconds()))
