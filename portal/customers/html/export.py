"""Exports the list of a query string as a file, and shows a page to choose the format."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.customers import services
from portal.customers.exporting.formats import (
    SEPARATORS,
    encode_csv_for_spreadsheets,
    encode_json,
    encode_ndjson,
    export_file_name,
)
from portal.customers.exporting.limits import RETRY_AFTER, TooManyStreams, limit_streams
from portal.customers.exporting.workbook import encode_workbook
from portal.customers.html.list import CustomerListing, read_listing
from portal.customers.html.paging import PageForm
from portal.customers.query.page import ALL_FIELDS
from portal.customers.query.query import CustomerQuery, InvalidQuery
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.saved_views import services as saved_views
from portal.web.http import PortalRequest, render_page
from portal.web.streams import StreamResponse

if TYPE_CHECKING:
    from django.http import QueryDict

    from portal.organizers.models import Organizer

XLSX: Final = "xlsx"
MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson; charset=utf-8",
    "json": "application/json",
}


class ExportForm(forms.Form):
    """The URL parameters of an exported file. All other parameters are those of the list."""

    format = forms.ChoiceField(
        choices=[(name, name) for name in MEDIA_TYPES],
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy("The format must be csv, xlsx, ndjson or json.")
        },
    )
    separator = forms.ChoiceField(
        choices=[(name, name) for name in SEPARATORS],
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy("The separator must be comma or semicolon.")
        },
    )
    all_columns = forms.ChoiceField(
        choices=[("true", "true")],
        required=False,
        error_messages={"invalid_choice": gettext_lazy("The only value of all_columns is true.")},
    )


class ListTooLongForExcel(Exception):
    """The list has more customers than an Excel workbook can have rows."""


@require_safe
@organizer_page(Permission.READ_CUSTOMERS, Permission.EXPORT_CUSTOMERS)
def customer_export(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """Export a file, or show a page to choose the format.

    The page is also shown after an error.
    """
    try:
        view, parameters = saved_views.resolve_view(organizer, request.GET, member=request.user)
    except saved_views.UnknownView as error:
        raise Http404 from error
    form, parameters = ExportForm(request.GET), _list_parameters(parameters)
    status, problem = 200, ""
    if not form.is_valid():
        status, problem = 422, " ".join(str(text) for each in form.errors.values() for text in each)
    elif form.cleaned_data["format"]:
        try:
            return _stream_file(request, organizer, parameters, form.cleaned_data)
        except InvalidQuery:
            status = 422
        except ListTooLongForExcel:
            status, problem = 422, _("The list is too long for Excel.")
        except TooManyStreams as error:
            wait = _("Try again in %(seconds)d seconds.") % {"seconds": RETRY_AFTER}
            status, problem = 429, f"{error} {wait}"
    path = reverse("customers:list", args=[organizer.slug])
    listing = read_listing(request.access, parameters=parameters, path=path, counts_exactly=True)
    listing.view = view
    return _render_options(request, listing, status=status, problem=problem)


def _list_parameters(parameters: QueryDict) -> QueryDict:
    """The parameters of the list, without those of ExportForm."""
    of_list = parameters.copy()
    for name in ExportForm.base_fields:
        of_list.pop(name, None)
    return of_list


def _render_options(
    request: PortalRequest, listing: CustomerListing, *, status: int, problem: str
) -> HttpResponse:
    context = {"listing": listing, "problem": problem}
    status = max(status, listing.http_status)
    response = render_page(request, "customers/export.html", context, status=status)
    if status == 429:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def _stream_file(
    request: PortalRequest, organizer: Organizer, parameters: QueryDict, options: dict[str, Any]
) -> HttpResponse:
    """Stream the file. A HEAD request reads no rows.

    Raises InvalidQuery, ListTooLongForExcel, TooManyStreams.
    """
    query = services.parse_query(organizer, parameters, reads_notes=request.access.reads_notes)
    extension = options["format"]
    if extension == XLSX and _is_too_long_for_excel(organizer, query):
        raise ListTooLongForExcel
    all_columns = bool(options["all_columns"])
    fields = _all_permitted_fields(request) if all_columns else _shown_fields(parameters)
    chunks = _encode_export(organizer, query, fields, options)
    if request.method == "HEAD":
        chunks = (chunk for chunk in [b""])
    response: HttpResponse = StreamResponse(  # type: ignore[assignment]  # not a subclass
        limit_streams(chunks, caller=request.session.session_key or ""),
        MEDIA_TYPES[extension],
        file_name=export_file_name(organizer.slug, organizer.timezone, extension),
    )
    return response


def _is_too_long_for_excel(organizer: Organizer, query: CustomerQuery) -> bool:
    return services.count_customers(organizer, query=query) > settings.MAX_WORKBOOK_ROWS


def _shown_fields(parameters: QueryDict) -> Sequence[str]:
    """The fields in the columns of the list. Raises InvalidQuery."""
    paging = PageForm(parameters)
    if texts := paging.errors.get("columns"):
        raise InvalidQuery({"columns": [*map(str, texts)]})
    return paging.shown_columns


def _all_permitted_fields(request: PortalRequest) -> Sequence[str]:
    """All fields of a customer that the member may read."""
    may_read_notes = request.access.may(Permission.READ_NOTES)
    return [name for name in ALL_FIELDS if name != "notes" or may_read_notes]


def _encode_export(
    organizer: Organizer, query: CustomerQuery, fields: Sequence[str], options: dict[str, Any]
) -> Generator[bytes]:
    if options["format"] in ("json", "ndjson"):
        rows = services.stream_customers_as_json(organizer, query=query, fields=fields)
        return encode_json(rows) if options["format"] == "json" else encode_ndjson(rows)
    texts = services.stream_customers_as_texts(organizer, query=query, fields=fields)
    if options["format"] == XLSX:
        return encode_workbook(fields, texts, zone=organizer.timezone)
    separator = SEPARATORS[options["separator"] or "comma"]
    return encode_csv_for_spreadsheets(fields, texts, separator=separator)
