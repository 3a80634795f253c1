"""Who may use an endpoint. An unknown and a foreign organizer get the same response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from portal.api.authentication import get_access_list
from portal.organizers.access import Access
from portal.organizers.permissions import Permission

if TYPE_CHECKING:
    from rest_framework.request import Request

    # At runtime the import would be circular: DRF's views import these classes from the settings.
    from rest_framework.views import APIView


class IsAuthenticated(BasePermission):
    """Any API client and any member. DRF's class requires a user, which API clients do not have."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return get_access_list(request) is not None


class MayAccessOrganizer(BasePermission):
    """Callers with any permission at the organizer in the path."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return get_organizer_access(request, view) is not None


class MayReadCustomers(BasePermission):
    """Callers with the permission to read the customers of the organizer in the path."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        access = get_organizer_access(request, view)
        return access is not None and access.may(Permission.READ_CUSTOMERS)


def get_organizer_access(request: Request, view: APIView) -> Access | None:
    """The caller's access to the organizer in the path, or None."""
    access_list = get_access_list(request)
    return access_list.for_organizer(view.kwargs["organizer"]) if access_list else None
