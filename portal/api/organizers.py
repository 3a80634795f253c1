"""The endpoints of the API's root and of organizers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import get_access_list
from portal.api.endpoints import Endpoint, OrganizerEndpoint
from portal.api.openapi import operations
from portal.api.permissions import MayAccessOrganizer
from portal.api.reading.pagination import paginate_items
from portal.web.http import absolute_url

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


class Root(Endpoint):
    """The root of the API, which has the URL of the list of organizers."""

    @operations.root
    def get(self, request: Request) -> Response:
        return Response({"organizers": absolute_url(request, reverse("api:organizer_list"))})


class OrganizerList(Endpoint):
    """The organizers that the caller may access, by name."""

    parameters = ("page", "page_size", "format")

    @operations.list_organizers
    def get(self, request: Request) -> Response:
        access_list = get_access_list(request)
        accesses = access_list.accesses if access_list else []
        organizers = [_describe_organizer(request, access.organizer) for access in accesses]
        return Response(paginate_items(request, organizers))


class OrganizerDetail(OrganizerEndpoint):
    """One organizer, which the path names by its slug."""

    permission_classes = [MayAccessOrganizer]

    @operations.get_organizer
    def get(self, request: Request, organizer: str) -> Response:
        return Response(_describe_organizer(request, self.organizer))


def _describe_organizer(request: Request, organizer: Organizer) -> dict[str, object]:
    customers = reverse("customers:list", args=[organizer.slug])
    return {
        "name": organizer.name,
        "slug": organizer.slug,
        "public_url": absolute_url(request, customers),
        "plugins": [],
    }
