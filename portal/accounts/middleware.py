"""Denied by default: a view is for signed-in people unless it says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

from portal.web.http import PortalRequest, page_address

LONGEST_ADDRESS: Final = 8000


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Sends visitors to sign-in, and back to the page that they wanted.

    A redirect would be followed inside a swap and put the sign-in form into the page, so a
    partial request is told to leave the page instead.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """A public view does not even look at the session, so its answer does not vary by it."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]  # a redirect by header is one as well
        self, request: PortalRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        wanted = page_address(request) if request.htmx else ""
        sign_in = _way_through_sign_in(
            wanted or request.get_full_path(), resolve_url(self.get_login_url(view_func))
        )
        # Going back in the history asks with this header alone.
        is_script = request.htmx or "HX-History-Restore-Request" in request.headers
        return HttpResponseClientRedirect(sign_in) if is_script else HttpResponseRedirect(sign_in)


def _way_through_sign_in(wanted: str, sign_in: str) -> str:
    """The address of sign-in that leads to the wanted page, without its query if need be.

    Encoded once more, a long address may be longer than what the server takes.
    """
    way = f"{sign_in}?{urlencode({'next': wanted}, safe='/')}"
    if len(way) <= LONGEST_ADDRESS:
        return way
    return f"{sign_in}?{urlencode({'next': urlsplit(wanted).path}, safe='/')}"
