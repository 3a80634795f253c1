"""Customers as JSON: the specification's two endpoints."""

from __future__ import annotations

from typing import Any, Final

from django_scopes import scope
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import OrganizerEndpoint
from portal.api.pagination import paginate_search
from portal.customers import services

# The specification's names in its order.
FIELDS: Final = (
    "identifier",
    "email",
    "name",
    "name_parts",
    "is_active",
    "is_verified",
    "last_login",
    "date_joined",
    "locale",
    "last_modified",
)


class CustomerList(OrganizerEndpoint):
    """The customers of an organizer, filtered and ordered as on the list page."""

    def get(self, request: Request, organizer: str) -> Response:
        with scope(organizer=self.organizer):
            search = services.search_customers(self.organizer, query=request.query_params)
            if search.errors:
                raise ValidationError(dict(search.errors))
            return Response(paginate_search(request, search, FIELDS))


class CustomerDetail(OrganizerEndpoint):
    """One customer, by identifier."""

    row: dict[str, object]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Whoever is not there is not found, whatever the method."""
        super().initial(request, *args, **kwargs)
        with scope(organizer=self.organizer):
            try:
                customer = services.get_customer(self.organizer, kwargs["identifier"])
            except services.CustomerNotFound:
                raise NotFound("No Customer matches the given query.") from None
        self.row = {field: getattr(customer, field) for field in FIELDS}

    def get(self, request: Request, organizer: str, identifier: str) -> Response:
        return Response(self.row)
