"""Middleware that requires sign-in for every view without `@login_not_required`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

from portal.web.http import PortalRequest, htmx_page_path
from portal.web.query_strings import is_query_string_too_long


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Redirects visitors to the sign-in page, which redirects to the requested page afterwards.

    htmx would follow a redirect and swap the sign-in form into the present page. Requests of htmx
    therefore get a header that makes the browser load the sign-in page.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Does not read the session for public views, so that responses have no Vary: Cookie."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]  # Django's method returns one class only.
        self, request: PortalRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        wanted = htmx_page_path(request) if request.htmx else ""
        url = _sign_in_url(
            resolve_url(self.get_login_url(view_func)), wanted or request.get_full_path()
        )
        # When htmx restores a page from the browser's history, the request has no HX-Request.
        is_htmx = request.htmx or "HX-History-Restore-Request" in request.headers
        return HttpResponseClientRedirect(url) if is_htmx else HttpResponseRedirect(url)


def _sign_in_url(sign_in: str, wanted: str) -> str:
    """The URL of the sign-in page with the wanted page as `next`.

    If the URL is too long, `next` has no query string.
    """
    query = urlencode({"next": wanted}, safe="/")
    if is_query_string_too_long(query):
        query = urlencode({"next": urlsplit(wanted).path}, safe="/")
    return f"{sign_in}?{query}"
