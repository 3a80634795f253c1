"""The typed request, and render_page(), which chooses between a page and its fragment."""

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
    """The path below PUBLIC_URL, whatever headers a proxy sends; else below the request's host."""
    public_url: str = settings.PUBLIC_URL
    return f"{public_url}{path}" if public_url else request.build_absolute_uri(path)


class PortalRequest(HttpRequest):
    """A request of a signed-in user, with the attributes that the middleware sets.

    Pages of an organizer also have `organizer`, the user's access to it, and all `accesses`.
    """

    user: User
    request_id: str
    htmx: HtmxDetails
    organizer: Organizer
    access: Access
    accesses: list[Access]


def page_address(request: PortalRequest) -> str:
    """Path and query of the page that sent a request by htmx, or "" where it is unknown.

    Scheme and host are ignored, because a proxy may change them.
    """
    try:
        page = urlsplit(request.htmx.current_url or "")
    except ValueError:
        return ""
    return page._replace(scheme="", netloc="", fragment="").geturl()


FRAGMENT_HEADERS = ("HX-Request", "HX-Target", "HX-History-Restore-Request", "HX-Boosted")


def wants_fragment(request: PortalRequest, region: str) -> bool:
    """Whether htmx requests only the region with this id, to swap it into the current page.

    htmx needs the whole page to restore it from the history.
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
    """The page, or its fragment where htmx requests only that.

    The template of the page includes the fragment, so that both stay alike. Vary is for caches
    that store pages although they must not (caching.py).
    """
    is_fragment = bool(fragment) and wants_fragment(request, region)
    template = fragment if is_fragment else page
    response = render(request, template, {**context, "is_fragment": is_fragment}, status=status)
    patch_vary_headers(response, FRAGMENT_HEADERS)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose CSRF token has expired or is missing."""
    message = _("This form was open for too long. Go back, reload the page and try again.")
    return render(request, "403.html", {"explanation": message}, status=403)
