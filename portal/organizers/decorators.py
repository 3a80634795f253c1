"""A decorator for the pages of one organizer: finds the organizer and checks the permission."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone
from django_scopes import scope

from portal.organizers import services
from portal.organizers.access import Access
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission
from portal.web.http import PortalRequest

P = ParamSpec("P")
OrganizerView = Callable[Concatenate[PortalRequest, Organizer, P], HttpResponse]


def organizer_page(
    *permissions: Permission,
) -> Callable[[OrganizerView[P]], Callable[..., HttpResponse]]:
    """Decorator of a page of one organizer, for members who have all of `permissions`.

    Responds with 403 to members who lack a permission, and with 404 to other users. The view runs
    in the scope and the time zone of the organizer.
    """

    def decorate(view: OrganizerView[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def page(
            request: PortalRequest, organizer: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            access = _find_access(request, organizer)
            if not all(map(access.may, permissions)):
                raise PermissionDenied
            zone = ZoneInfo(access.organizer.timezone)
            with scope(organizer=access.organizer), timezone.override(zone):
                return view(request, access.organizer, *args, **kwargs)

        return page

    return decorate


def _find_access(request: PortalRequest, slug: str) -> Access:
    request.accesses = services.list_access(request.user)
    for access in request.accesses:
        if access.organizer.slug == slug:
            request.organizer = access.organizer
            request.access = access
            return access
    raise Http404
