"""What all endpoints have in common, and what those of one organizer have."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.api.errors import HEADERS
from portal.api.permissions import IsKnown, MayReadCustomers, access_of
from portal.api.preferences import APPLIED, refuse_unknown, wants_strictness
from portal.databases.routing import read_from_primary
from portal.organizers.permissions import Permission

if TYPE_CHECKING:
    from portal.organizers.access import Access
    from portal.organizers.models import Organizer


class Endpoint(APIView):
    """For any program and any member."""

    permission_classes = [IsKnown]
    # What the query string may hold; the framework knows `format`.
    parameters: Collection[str] = ("format",)

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, **HEADERS}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # No field holds one, and PostgreSQL takes none.
        if "\0" in unquote(request.META["QUERY_STRING"]):
            raise ParseError("Null characters are not allowed.")
        super().initial(request, *args, **kwargs)
        if wants_strictness(request):
            self.headers[APPLIED] = "handling=strict"
            refuse_unknown(request, self.parameters)


class OrganizerEndpoint(Endpoint):
    """For those who may read the customers of the organizer in the path."""

    permission_classes = [MayReadCustomers]
    access: Access
    organizer: Organizer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuses before it says anything of what is there, or of what can be done with it."""
        super().initial(request, *args, **kwargs)
        access = access_of(request, self)
        if access is None:
            self.permission_denied(request)
        self.access = access
        # Programs keep no cookies, so those that write never read what may be old.
        if request.user is None and access.may(Permission.WRITE_CUSTOMERS):
            read_from_primary()
        self.organizer = access.organizer
