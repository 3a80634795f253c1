"""The typed request of pages, and render_page(), which renders a page or only its fragment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails
    from rest_framework.request import Request

    from portal.accounts.models import User
    from portal.organizers.access import Access
    from portal.organizers.models import Organizer


def absolute_url(request: HttpRequest | Request, path: str) -> str:
    """The absolute URL of a path. Begins with PUBLIC_URL, or else with the host of the request."""
    public_url: str = settings.PUBLIC_URL
    return f"{public_url}{path}" if public_url else request.build_absolute_uri(path)


class PortalRequest(HttpRequest):
    """A request of a signed-in user, with the attributes that middleware adds.

    `@organizer_page` adds `organizer`, `access` and `accesses`.
    """

    user: User
    request_id: str
    htmx: HtmxDetails
    organizer: Organizer
    access: Access
    accesses: list[Access]


def htmx_page_path(request: PortalRequest) -> str:
    """The path and query string of the page that sent an htmx request; "" if the URL is invalid.

    The scheme and the host of the URL are ignored, because a proxy may change both.
    """
    try:
        page = urlsplit(request.htmx.current_url or "")
    except ValueError:
        return ""
    return page._replace(scheme="", netloc="", fragment="").geturl()


FRAGMENT_HEADERS = ("HX-Request", "HX-Target", "HX-History-Restore-Request", "HX-Boosted")


def wants_fragment(request: PortalRequest, region: str) -> bool:
    """Whether htmx requests only the element with the id `region`, to swap it into the page.

    False for links that htmx boosts and for restoring a page of the history: both need the whole
    page.
    """
    htmx = request.htmx
    target = (htmx.target or "").partition("#")[2]
    return bool(htmx) and not (htmx.boosted or htmx.history_restore_request) and target == region


def render_page(
    request: PortalRequest,
    page: str,
    context: dict[str, Any],
    *,
    fragment: str = "",
    region: str = "",
    status: int = 200,
) -> HttpResponse:
    """Renders the template `page`, or the template `fragment` if htmx requests only `region`.

    The template of the page must include the fragment. The header Vary is for caches that ignore
    Cache-Control (caching.py).
    """
    is_fragment = bool(fragment) and wants_fragment(request, region)
    template = fragment if is_fragment else page
    response = render(request, template, {**context, "is_fragment": is_fragment}, status=status)
    patch_vary_headers(response, FRAGMENT_HEADERS)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The error page for a form whose CSRF token is missing or invalid."""
    message = _("This form was open for too long. Go back, reload the page and try again.")
    return render(request, "403.html", {"explanation": message}, status=403)
