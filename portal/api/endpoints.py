"""The base classes of all endpoints."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.api.errors import DEFAULT_HEADERS
from portal.api.permissions import IsAuthenticated, MayAccessCustomers, get_organizer_access
from portal.api.prefer_header import (
    PREFERENCE_APPLIED,
    reject_unknown_parameters,
    wants_strict_handling,
)
from portal.databases.routing import read_from_primary
from portal.history.actors import Actor, ActorKind
from portal.organizers.permissions import Permission
from portal.web.request_ids import current_id

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.organizers.access import Access
    from portal.organizers.models import Organizer


class Endpoint(APIView):
    """Base class of endpoints for all API clients and all members."""

    permission_classes = [IsAuthenticated]
    # The allowed parameters of the query string. Django REST framework reads `format`.
    parameters: Collection[str] = ("format",)

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, **DEFAULT_HEADERS}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # PostgreSQL rejects null characters in parameters of a query.
        if "\0" in unquote(request.META["QUERY_STRING"]):
            raise ParseError("Null characters are not allowed.")
        super().initial(request, *args, **kwargs)
        if wants_strict_handling(request):
            self.headers[PREFERENCE_APPLIED] = "handling=strict"
            reject_unknown_parameters(request, self.parameters)


class OrganizerEndpoint(Endpoint):
    """Base class of endpoints for callers who may access the customers of one organizer."""

    permission_classes = [MayAccessCustomers]
    access: Access
    organizer: Organizer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Checks permissions first, so that strangers see neither data nor the allowed methods."""
        super().initial(request, *args, **kwargs)
        access = get_organizer_access(request, self)
        if access is None:
            self.permission_denied(request)
        self.access = access
        # Members get a cookie after a write, and then read from the primary. API clients have no
        # cookies, so all clients that may write read from the primary.
        if request.user is None and access.may(Permission.WRITE_CUSTOMERS):
            read_from_primary()
        self.organizer = access.organizer

    @property
    def actor(self) -> Actor:
        """The API client or the member of this request, as the actor of a change."""
        request_id = current_id.get()
        user: User | None = self.request.user  # type: ignore[assignment]  # None: an API client
        if user is not None:
            return Actor.from_member(user, request_id=request_id)
        return Actor(ActorKind.TOKEN, self.access.token_id, self.access.token_name, request_id)
