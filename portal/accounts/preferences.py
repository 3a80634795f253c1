"""What a browser keeps about the pages: the theme, and whether single keys work. Both are cookies.

A cookie, not the account: it also applies to sign-in and error pages, and one may want dark pages
on one screen only.
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
# Whether keys without Ctrl or Alt are shortcuts. A voice, too, presses them by accident.
KEYS: Final = ("on", "off")


def for_templates(request: HttpRequest) -> dict[str, str]:
    """Context processor: `theme` is one of THEMES, `keys` one of KEYS, whatever the cookies say."""
    theme = request.COOKIES.get("theme", "")
    if theme not in THEMES:
        theme = next(iter(THEMES))
    keys = request.COOKIES.get("keys", "")
    if keys not in KEYS:
        keys = KEYS[0]
    return {"theme": theme, "color_scheme": THEMES[theme], "keys": keys}


# Public, because a visitor would be sent back here after sign-in, without the form.
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme of the form, and lead back to the page that the form was on."""
    if request.method != "POST":
        return redirect("home")
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        raise BadRequest
    return _store_preference(request, "theme", theme)


@require_http_methods(["GET", "HEAD", "POST"])
def keys_page(request: HttpRequest) -> HttpResponse:
    """The keys, and a form that switches those without Ctrl or Alt on and off."""
    if request.method != "POST":
        return render(request, "accounts/keys.html")
    keys = request.POST.get("keys", "")
    if keys not in KEYS:
        raise BadRequest
    return _store_preference(request, "keys", keys)


def _store_preference(request: HttpRequest, name: str, value: str) -> HttpResponse:
    """A redirect to the page that the form was on, with the cookie."""
    response = redirect(_page_of_the_form(request))
    response.set_cookie(
        name,
        value,
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _page_of_the_form(request: HttpRequest) -> str:
    """Path and query of the page, on this site; its home page where the browser does not say.

    The `Referer` also knows the address that a list got after it was loaded. Its scheme and host
    are ignored, because a proxy may change them.
    """
    try:
        page = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "home"
    path = page._replace(scheme="", netloc="", fragment="").geturl()
    is_here = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_here else "home"
