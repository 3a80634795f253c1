"""Permissions of endpoints. Foreign and unknown organizers get the same response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission

from portal.api.authentication import get_access_list
from portal.organizers.access import Access
from portal.organizers.permissions import Permission

if TYPE_CHECKING:
    from rest_framework.request import Request

    # At runtime this import would be circular: DRF's views import the permission classes.
    from rest_framework.views import APIView


class IsAuthenticated(BasePermission):
    """Allows all API clients and members. DRF's class requires a user, which API clients lack."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return get_access_list(request) is not None


class MayAccessOrganizer(BasePermission):
    """Allows callers with access to the organizer in the path to read the organizer.

    No permission allows changing an organizer through the API.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS and get_organizer_access(request, view) is not None


class MayAccessCustomers(BasePermission):
    """Allows callers with a permission for the customers of the organizer in the path.

    Safe methods require the permission to read customers; other methods require the permission to
    change customers, which does not include the permission to read.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        access = get_organizer_access(request, view)
        is_read = request.method in SAFE_METHODS
        permission = Permission.READ_CUSTOMERS if is_read else Permission.WRITE_CUSTOMERS
        return access is not None and access.may(permission)


def get_organizer_access(request: Request, view: APIView) -> Access | None:
    """The access of the caller to the organizer in the path, or None."""
    access_list = get_access_list(request)
    return access_list.for_organizer(view.kwargs["organizer"]) if access_list else None
