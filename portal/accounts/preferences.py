"""Preferences that are stored as cookies: the theme, and whether single-key shortcuts work.

The sign-in page and error pages have no account, so the preferences are not stored in the account.
With cookies, a user can also have different themes on different computers.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

COOKIE_AGE: Final = timedelta(days=365)
# The CSS color-scheme of each theme. The first theme is the default.
THEMES: Final = {"system": "light dark", "light": "light", "dark": "dark"}
# Whether keys without Ctrl or Alt are shortcuts. Users of speech input need to turn single-key
# shortcuts off, because spoken words can trigger a shortcut.
KEYS: Final = ("on", "off")


def preferences_context(request: HttpRequest) -> dict[str, str]:
    """Context processor: the theme, its color-scheme, and whether single-key shortcuts are on.

    Cookies with invalid values count as absent.
    """
    theme = request.COOKIES.get("theme", "")
    if theme not in THEMES:
        theme = next(iter(THEMES))
    keys = request.COOKIES.get("keys", "")
    if keys not in KEYS:
        keys = KEYS[0]
    return {"theme": theme, "color_scheme": THEMES[theme], "keys": keys}


# If this view required sign-in, a visitor would return here after sign-in without the form data.
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Stores the chosen theme and redirects to the page with the form."""
    if request.method != "POST":
        return redirect("home")
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        raise BadRequest
    return _store_preference(request, "theme", theme)


@require_http_methods(["GET", "HEAD", "POST"])
def shortcuts_page(request: HttpRequest) -> HttpResponse:
    """The list of shortcuts, and a form that turns single-key shortcuts on or off."""
    if request.method != "POST":
        return render(request, "accounts/keys.html")
    keys = request.POST.get("keys", "")
    if keys not in KEYS:
        raise BadRequest
    return _store_preference(request, "keys", keys)


def _store_preference(request: HttpRequest, name: str, value: str) -> HttpResponse:
    """Sets the cookie `name`, and redirects to the page with the form."""
    response = redirect(_path_of_form_page(request))
    response.set_cookie(
        name,
        value,
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _path_of_form_page(request: HttpRequest) -> str:
    """The path and query string of the page with the form; without a Referer, the home page.

    The Referer is used because scripts change the URL of a list after the list is loaded. The
    scheme and the host of the Referer are ignored, because a proxy may change them.
    """
    try:
        page = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "home"
    path = page._replace(scheme="", netloc="", fragment="").geturl()
    is_here = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_here else "home"
