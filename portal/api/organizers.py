"""The way to the customers: the root, and the organizers that the caller may enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import rights_of
from portal.api.endpoints import Endpoint, OrganizerEndpoint
from portal.api.openapi import operations
from portal.api.pagination import paginate
from portal.api.permissions import MayEnter
from portal.web.http import absolute_url

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


class Root(Endpoint):
    """Where to go from here."""

    @operations.root
    def get(self, request: Request) -> Response:
        return Response({"organizers": absolute_url(request, reverse("api:organizer_list"))})


class OrganizerList(Endpoint):
    """The organizers that the caller may enter, by name."""

    parameters = ("page", "page_size", "format")

    @operations.list_organizers
    def get(self, request: Request) -> Response:
        rights = rights_of(request)
        accesses = rights.accesses if rights else []
        organizers = [_organizer(request, access.organizer) for access in accesses]
        return Response(paginate(request, organizers))


class OrganizerDetail(OrganizerEndpoint):
    """One organizer, by its short name."""

    permission_classes = [MayEnter]

    @operations.get_organizer
    def get(self, request: Request, organizer: str) -> Response:
        return Response(_organizer(request, self.organizer))


def _organizer(request: Request, organizer: Organizer) -> dict[str, object]:
    page = reverse("customers:list", args=[organizer.slug])
    return {
        "name": organizer.name,
        "slug": organizer.slug,
        "public_url": absolute_url(request, page),
        "plugins": [],
    }
