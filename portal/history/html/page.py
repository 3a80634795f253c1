"""The history page of an organizer: the events of all its customers, with filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from portal.customers import services
from portal.customers.query.filter_fields import MomentField
from portal.history.actors import ActorKind
from portal.history.html.entries import describe_event
from portal.history.html.timeline import TimelineForm
from portal.history.queries import EventQuery
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.web.http import PortalRequest, render_page

if TYPE_CHECKING:
    from django.http import QueryDict

    from portal.customers.models import Customer
    from portal.organizers.models import Organizer

PAGE_SIZE: Final = 50
MAX_NAME_LENGTH: Final = 254


class HistoryForm(TimelineForm):
    """The parameters of the history page."""

    actor_kind = forms.ChoiceField(
        choices=ActorKind,
        required=False,
        label=gettext_lazy("Changed by"),
        error_messages={"invalid_choice": gettext_lazy("Unknown kind of actor: “%(value)s”.")},
    )
    actor = forms.CharField(
        required=False, max_length=MAX_NAME_LENGTH, label=gettext_lazy("Email of member, or name")
    )
    customer = forms.CharField(required=False, label=gettext_lazy("Identifier of customer"))

    def __init__(self, organizer: Organizer, parameters: QueryDict) -> None:
        super().__init__(parameters)
        self._organizer = organizer
        zone = ZoneInfo(organizer.timezone)
        for name, label in (("since", _("From")), ("until", _("Up to"))):
            self.fields[name] = MomentField(timezone=zone, required=False, label=label)

    def clean_customer(self) -> Customer | None:
        identifier: str = self.cleaned_data["customer"]
        if not identifier:
            return None
        try:
            return services.get_customer(self._organizer, identifier)
        except services.CustomerNotFound as error:
            text = _("There is no customer with this identifier.")
            raise ValidationError(text) from error

    def build_query(self) -> EventQuery:
        """The query of valid parameters. The query includes the whole day of `until`."""
        values = self.cleaned_data
        return EventQuery(
            customer=values["customer"],
            kind=values["kind"],
            actor=values["actor"],
            actor_kind=values["actor_kind"],
            since=values["since"] and values["since"].start,
            until=values["until"] and values["until"].end,
        )


@require_safe
@gzip_page
@organizer_page(Permission.READ_CUSTOMERS)
def history_page(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """The page of events that match the parameters, newest first."""
    form = HistoryForm(organizer, request.GET)
    if not form.is_valid():
        return render_problem(request, form, "")
    query, before = form.build_query(), form.cleaned_data["before"]
    try:
        page = services.list_events(organizer, query=query, before=before, size=PAGE_SIZE)
    except services.UnknownEvent:
        return render_problem(request, form, _("There is no such change."))
    reads_notes = request.access.may(Permission.READ_NOTES)
    context = {
        "form": form,
        "has_filters": query != EventQuery(),
        "events": [
            (query.customer or event.customer, describe_event(event, reads_notes=reads_notes))
            for event in page.events
        ],
        "newest": before is not None,
        "next_before": page.next_before,
    }
    return render_page(request, "history/all.html", context)


def render_problem(
    request: PortalRequest, form: HistoryForm, error: str, *, status: int = 422
) -> HttpResponse:
    """The history page with error messages instead of events."""
    texts = [_("No changes are shown, because a filter is not valid.")]
    if "before" in form.errors:
        texts += map(str, form.errors["before"])
    context = {"form": form, "has_filters": True, "error": error or " ".join(texts)}
    return render_page(request, "history/all.html", context, status=status)
