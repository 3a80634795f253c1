"""What is answered where no view answers: a page for people, JSON for programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_guid import get_guid

from portal.api.errors import answer, is_api_path


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request cannot be understood at all."""
    return _answer(request, 400, "Bad request.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A member who lacks the permission. A stranger gets 404."""
    return _answer(request, 403, "You do not have permission to perform this action.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing is there, or nothing that this person may see."""
    return _answer(request, 404, "Not found.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault, with the id by which we find it. The page needs no session and no database."""
    return _answer(request, 500, "Server error.", request_id=get_guid())


def _answer(request: HttpRequest, status: int, detail: str, **more: str) -> HttpResponse:
    if is_api_path(request):
        return answer(status, detail, **more)
    response = render(request, f"{status}.html", status=status)
    response["Cache-Control"] = "private, no-store"
    return response
