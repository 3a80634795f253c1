"""Who may use an endpoint. The answer to everybody else is the same, whatever the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from portal.api.authentication import rights_of
from portal.organizers.access import Access
from portal.organizers.permissions import Permission

if TYPE_CHECKING:
    from rest_framework.request import Request

    # The framework's views are made from the classes here, through the settings.
    from rest_framework.views import APIView


class IsKnown(BasePermission):
    """Any program and any member."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return rights_of(request) is not None


class MayEnter(BasePermission):
    """Whoever may do anything at all at the organizer in the path."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return access_of(request, view) is not None


class MayReadCustomers(BasePermission):
    """Whoever may read the customers of the organizer in the path."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        access = access_of(request, view)
        return access is not None and access.may(Permission.READ_CUSTOMERS)


def access_of(request: Request, view: APIView) -> Access | None:
    """The caller's rights at the organizer in the path, if there are any."""
    rights = rights_of(request)
    return rights.at(view.kwargs["organizer"]) if rights else None
