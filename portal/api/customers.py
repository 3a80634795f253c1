"""The endpoints of customers, as pretix specifies them: the list, one customer, anonymizing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from django.http import HttpResponse
from django_scopes import scope
from rest_framework.exceptions import (
    MethodNotAllowed,
    NotFound,
    PermissionDenied,
    ValidationError,
)
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import OrganizerEndpoint
from portal.api.formats.renderers import (
    CsvRenderer,
    NdjsonRenderer,
    OrjsonRenderer,
    SpreadsheetRenderer,
    StreamRenderer,
    json_response,
)
from portal.api.formats.streams import SEPARATOR, requested_separator, stream_customers
from portal.api.openapi import operations, writes
from portal.api.reading.field_selection import FIELD_PARAMETERS, requested_fields, response_fields
from portal.api.reading.pagination import PAGING_PARAMETERS, paginate_customers
from portal.api.writing import parsers
from portal.api.writing.bodies import read_body_values
from portal.api.writing.etags import client_has_version, make_etag, version_required_by_if_match
from portal.api.writing.idempotency import WriteResult, respond_once
from portal.api.writing.service_errors import service_errors_as_statuses
from portal.customers import services
from portal.customers.query.filters import PARAMETERS as FILTER_PARAMETERS
from portal.customers.query.query import InvalidQuery
from portal.organizers.permissions import Permission
from portal.saved_views import services as saved_views
from portal.saved_views.queries import VIEW

if TYPE_CHECKING:
    from django.http import QueryDict
    from django.http.response import HttpResponseBase

    from portal.accounts.models import User
    from portal.customers.models import Customer

# A request with one of these methods gets 404 for an unknown customer. Other methods get 405.
CUSTOMER_METHODS: Final = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE"})


class CustomerList(OrganizerEndpoint):
    """The customers of an organizer, with the filters and the ordering of the HTML list."""

    parser_classes = parsers.CUSTOMER_PARSERS
    renderer_classes = [OrjsonRenderer, NdjsonRenderer, CsvRenderer, SpreadsheetRenderer]
    parameters = (
        *(*FILTER_PARAMETERS, *PAGING_PARAMETERS, *FIELD_PARAMETERS),
        *(VIEW, SEPARATOR, "format"),
    )

    @operations.list_customers
    def get(self, request: Request, organizer: str) -> HttpResponseBase:
        is_stream = isinstance(request.accepted_renderer, StreamRenderer)
        if is_stream and not self.access.may(Permission.EXPORT_CUSTOMERS):
            raise PermissionDenied("You do not have permission to export customers.")
        fields = requested_fields(request.query_params, self.access)
        separator = requested_separator(request.query_params)
        with scope(organizer=self.organizer):
            parameters = self._apply_view(request)
            try:
                query = services.parse_query(
                    self.organizer, parameters, reads_notes=self.access.reads_notes
                )
            except InvalidQuery as error:
                raise ValidationError(dict(error.errors)) from None
            if is_stream:
                return stream_customers(request, self.organizer, query, fields, separator=separator)
            return json_response(paginate_customers(request, self.organizer, query, fields))

    @writes.create_customer
    def post(self, request: Request, organizer: str) -> HttpResponse:
        return respond_once(
            request, self.access, self.actor, lambda: self._create_customer(request)
        )

    def _create_customer(self, request: Request) -> WriteResult:
        values = read_body_values(request)
        fields = response_fields(request.query_params, self.access, values)
        with scope(organizer=self.organizer), service_errors_as_statuses():
            customer = services.create_customer(self.organizer, values, actor=self.actor)
        # Portal sends no email, even if the request wants one.
        return WriteResult(customer, _customer_response(customer, fields, 201, send_email=False))

    def _apply_view(self, request: Request) -> QueryDict:
        """The parameters of the list, combined with the saved view that the parameter `view` names.

        Raises NotFound for an unknown view, and for a view that the caller may not see.
        """
        try:
            return saved_views.resolve_view(
                self.organizer, request.query_params, member=cast("User | None", request.user)
            )[1]
        except saved_views.UnknownView:
            raise NotFound("No saved view matches the given query.") from None

    def finalize_response(
        self,
        request: Request,
        response: Any,  # the stub does not know that Django's own responses are allowed
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        """Renders errors and the response to OPTIONS as JSON, whatever format was negotiated."""
        if isinstance(response, Response):
            request.accepted_renderer = OrjsonRenderer()
            request.accepted_media_type = OrjsonRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)


class CustomerDetail(OrganizerEndpoint):
    """One customer, by identifier."""

    parser_classes = parsers.CUSTOMER_PARSERS
    parameters = (*FIELD_PARAMETERS, "format")
    customer: Customer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Responds with 404 for an unknown customer, if the method is one of CUSTOMER_METHODS."""
        super().initial(request, *args, **kwargs)
        if request.method not in CUSTOMER_METHODS:
            return
        with scope(organizer=self.organizer), service_errors_as_statuses():
            self.customer = services.get_customer(self.organizer, kwargs["identifier"])

    @operations.get_customer
    def get(self, request: Request, organizer: str, identifier: str) -> HttpResponse:
        fields = requested_fields(request.query_params, self.access)
        etag = make_etag(self.customer.version, fields)
        if client_has_version(request, etag):
            return HttpResponse(status=304, headers={"ETag": etag})
        return _customer_response(self.customer, fields)

    @writes.change_customer
    def patch(self, request: Request, organizer: str, identifier: str) -> HttpResponse:
        return respond_once(
            request, self.access, self.actor, lambda: self._change_customer(request)
        )

    def _change_customer(self, request: Request) -> WriteResult:
        values = read_body_values(request)
        fields = response_fields(request.query_params, self.access, values)
        version = version_required_by_if_match(request, self.customer.version)
        with scope(organizer=self.organizer), service_errors_as_statuses():
            # As in pretix, last_modified is set even if no value differs.
            customer = services.change_customer(
                self.organizer,
                self.customer.identifier,
                values,
                actor=self.actor,
                version=version,
                touch=True,
            )
        return WriteResult(customer, _customer_response(customer, fields))

    @writes.replace_customer
    def put(self, request: Request, organizer: str, identifier: str) -> HttpResponse:
        """Changes only the fields in the request, like PATCH."""
        return self.patch(request, organizer, identifier)

    @writes.delete_customer
    def delete(self, request: Request, organizer: str, identifier: str) -> NoReturn:
        """Responds with 405, as pretix does. As this method exists, the header Allow has DELETE."""
        raise MethodNotAllowed("DELETE")


class CustomerAnonymization(OrganizerEndpoint):
    """Erases the personal data of a customer, which pretix calls anonymizing."""

    parameters = (*FIELD_PARAMETERS, "format")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Requires ERASE_CUSTOMERS of members. Tokens need only WRITE_CUSTOMERS, as in pretix."""
        super().initial(request, *args, **kwargs)
        if request.user is not None and not self.access.may(Permission.ERASE_CUSTOMERS):
            self.permission_denied(request)

    @writes.anonymize_customer
    def post(self, request: Request, organizer: str, identifier: str) -> HttpResponse:
        """Anonymizes the customer. Ignores the body of the request, as pretix does."""
        write = partial(self._anonymize_customer, request, identifier)
        return respond_once(request, self.access, self.actor, write)

    def _anonymize_customer(self, request: Request, identifier: str) -> WriteResult:
        fields = response_fields(request.query_params, self.access, {})
        with scope(organizer=self.organizer), service_errors_as_statuses():
            current = services.get_customer(self.organizer, identifier).version
            version = version_required_by_if_match(request, current)
            customer = services.erase_customer(
                self.organizer, identifier, actor=self.actor, version=version
            )
        return WriteResult(customer, _customer_response(customer, fields))


def _customer_response(
    customer: Customer, fields: Sequence[str], status: int = 200, **others: object
) -> HttpResponse:
    """A JSON response with these fields of the customer, `others`, and the ETag."""
    content = {field: getattr(customer, field) for field in fields}
    response = json_response({**content, **others}, status)
    response["ETag"] = make_etag(customer.version, fields)
    return response
