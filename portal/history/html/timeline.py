"""The timeline: the pages of events that the page of a customer shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.customers import services
from portal.history.html.entries import HistoryEntry, describe_event
from portal.history.models import Event, EventKind
from portal.history.queries import NOTES, EventQuery
from portal.organizers.permissions import Permission

if TYPE_CHECKING:
    from django.http import QueryDict
    from django_stubs_ext import StrOrPromise

    from portal.customers.models import Customer
    from portal.organizers.access import Access

# The id of the fragment that htmx swaps.
REGION: Final = "history"
PAGE_SIZE: Final = 20
LARGEST_ID: Final = 2**63 - 1


class TimelineForm(forms.Form):
    """The parameters of the timeline. Other parameters of the URL belong to the customer's page."""

    kind = forms.ChoiceField(
        choices=EventKind,
        required=False,
        label=_("Kind"),
        error_messages={"invalid_choice": _("Unknown kind of change: “%(value)s”.")},
    )
    before = forms.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, widget=forms.HiddenInput
    )


@dataclass(frozen=True)
class KindLink:
    """A link to the events of one kind, or of all kinds."""

    kind: str
    label: StrOrPromise
    href: str
    is_current: bool


@dataclass(frozen=True)
class Timeline:
    """A page of the events of one customer, and the links to other pages."""

    entries: Sequence[HistoryEntry]
    kinds: Sequence[KindLink]
    kind: str = ""
    newest_url: str = ""  # the URL of the page with the newest events; "" on that page
    older_url: str = ""  # the URL of the next page, with older events; "" on the last page
    error: str = ""

    @property
    def last_change(self) -> Event | None:
        """The last change of the customer, if this page shows that event. Notes do not count."""
        is_newest = not (self.kind or self.newest_url)
        changes = (each.event for each in self.entries if each.event.kind != EventKind.NOTED)
        return next(changes, None) if is_newest else None


def read_timeline(access: Access, customer: Customer, parameters: QueryDict) -> Timeline:
    """Reads the page of the timeline that the query string of the customer's page selects."""
    form = TimelineForm(parameters)
    links = _Links(parameters)
    if not form.is_valid():
        errors = " ".join(str(text) for texts in form.errors.values() for text in texts)
        return Timeline([], links.kind_links(None), newest_url=links.page_url(), error=errors)
    values = form.cleaned_data
    query = EventQuery(customer=customer, kind=values["kind"])
    try:
        page = services.list_events(
            access.organizer, query=query, before=values["before"], size=PAGE_SIZE
        )
    except services.UnknownEvent:
        error = _("There is no such change.")
        return Timeline([], links.kind_links(None), newest_url=links.page_url(), error=str(error))
    return Timeline(
        [_make_entry(access, customer, event, parameters) for event in page.events],
        links.kind_links(values["kind"]),
        kind=values["kind"],
        newest_url=links.page_url(kind=values["kind"]) if values["before"] else "",
        older_url=links.page_url(kind=values["kind"], before=page.next_before)
        if page.next_before
        else "",
    )


def _make_entry(
    access: Access, customer: Customer, event: Event, parameters: QueryDict
) -> HistoryEntry:
    undo_url = ""
    if has_permission_to_undo(access, event) and services.can_undo(customer, event):
        path = reverse(
            "customers:undo", args=[access.organizer.slug, customer.identifier, event.pk]
        )
        undo_url = f"{path}?{parameters.urlencode()}" if parameters else path
    return describe_event(event, reads_notes=access.may(Permission.READ_NOTES), undo_url=undo_url)


def has_permission_to_undo(access: Access, event: Event) -> bool:
    """Whether the member has the permissions for undoing the event."""
    if not access.changes_customers:
        return False
    # Undoing the creation of a customer erases the customer.
    if event.kind == EventKind.CREATED:
        return access.erases_customers
    return access.reads_notes or NOTES not in (event.changes or {})


@dataclass(frozen=True)
class _Links:
    """Makes the links of the timeline, which contain all other parameters of the present URL."""

    parameters: QueryDict

    def page_url(self, **values: Any) -> str:
        query = self.parameters.copy()
        for name in TimelineForm.base_fields:
            query.pop(name, None)
        query.update({name: str(value) for name, value in values.items() if value})
        return f"?{query.urlencode()}"

    def kind_links(self, current: str | None) -> list[KindLink]:
        choices = [("", _("All")), *EventKind.choices]
        return [
            KindLink(kind, label, self.page_url(kind=kind), kind == current)
            for kind, label in choices
        ]
