"""The export of an organizer's history: the filtered events of all pages as one CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.customers import services
from portal.customers.exporting.events import COLUMNS
from portal.customers.exporting.formats import (
    SEPARATORS,
    encode_csv_for_spreadsheets,
    export_file_name,
)
from portal.customers.exporting.limits import RETRY_AFTER, TooManyStreams, limit_streams
from portal.history.html.page import HistoryForm, render_problem
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.web.http import PortalRequest
from portal.web.streams import StreamResponse

if TYPE_CHECKING:
    from portal.organizers.models import Organizer

MEDIA_TYPE: Final = "text/csv; charset=utf-8"


class HistoryExportForm(HistoryForm):
    """The parameters of the history page, and the separator of the cells."""

    separator = forms.ChoiceField(
        choices=[(name, name) for name in SEPARATORS],
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy("The separator must be comma or semicolon.")
        },
    )


@require_safe
@organizer_page(Permission.READ_CUSTOMERS, Permission.EXPORT_CUSTOMERS)
def history_export(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """The CSV file, or the history page with error messages. HEAD reads no events."""
    form = HistoryExportForm(organizer, request.GET)
    if not form.is_valid():
        return render_problem(request, form, " ".join(map(str, form.errors.get("separator", []))))
    rows = services.stream_events(
        organizer, query=form.build_query(), reads_notes=request.access.reads_notes
    )
    separator = SEPARATORS[form.cleaned_data["separator"] or "comma"]
    chunks = encode_csv_for_spreadsheets(COLUMNS, rows, separator=separator)
    if request.method == "HEAD":
        chunks = (chunk for chunk in [b""])
    name = export_file_name(organizer.slug, organizer.timezone, "csv", content="history")
    try:
        limited = limit_streams(chunks, caller=request.session.session_key or "")
        response: HttpResponse = StreamResponse(  # type: ignore[assignment]  # not a subclass
            limited, MEDIA_TYPE, file_name=name
        )
    except TooManyStreams as error:
        wait = _("Try again in %(seconds)d seconds.") % {"seconds": RETRY_AFTER}
        response = render_problem(request, form, f"{error} {wait}", status=429)
        response["Retry-After"] = str(RETRY_AFTER)
    return response
