"""The typed request, and render_page(): the only place that decides between page and fragment."""

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
    """With the public address in front, or else the one that was asked; no proxy may tell it."""
    public: str = settings.PUBLIC_URL
    return f"{public}{path}" if public else request.build_absolute_uri(path)


class PortalRequest(HttpRequest):
    """A request of somebody who has signed in, as the middleware leaves it.

    On a page of an organizer it also knows that one, and the others that the person may see.
    """

    user: User
    request_id: str
    htmx: HtmxDetails
    organizer: Organizer
    access: Access
    accesses: list[Access]


def page_address(request: PortalRequest) -> str:
    """Path and query of the page that a script runs in, as it says; nothing where it says none.

    Its scheme and host are not compared: behind a proxy they may be others than we know.
    """
    try:
        page = urlsplit(request.htmx.current_url or "")
    except ValueError:
        return ""
    return page._replace(scheme="", netloc="", fragment="").geturl()


FRAGMENT_HEADERS = ("HX-Request", "HX-Target", "HX-History-Restore-Request", "HX-Boosted")


def wants_fragment(request: PortalRequest, region: str) -> bool:
    """Whether a script asks for the region with this id alone, to put it into the page it has.

    Going back in the history needs the whole page, whatever is swapped.
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
    """The page, or its fragment where only that is asked for (and it has one).

    The page includes the fragment, so that the two cannot drift apart. Customer data is never
    kept by a cache, and a cache that keeps it all the same learns that there are two answers.
    """
    is_fragment = bool(fragment) and wants_fragment(request, region)
    template = fragment if is_fragment else page
    response = render(request, template, {**context, "is_fragment": is_fragment}, status=status)
    patch_vary_headers(response, FRAGMENT_HEADERS)
    response["Cache-Control"] = "private, no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open for too long, or sent from somewhere else."""
    words = _("This form was open for too long. Go back, reload the page and send it once more.")
    response = render(request, "403.html", {"explanation": words}, status=403)
    response["Cache-Control"] = "private, no-store"
    return response
