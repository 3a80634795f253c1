"""The URL parameters of a list, as one FilterSet for the HTML list and the API."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from portal.customers.fields import IsEmpty
from portal.customers.local_times import RelativeDate, TimeSpan
from portal.customers.locales import locale_name
from portal.customers.models import Customer, CustomerQuerySet
from portal.customers.query.filter_fields import (
    ActiveFilter,
    DayField,
    DayFilter,
    EmailFilter,
    EmptyFilter,
    FacetFilter,
    ListFilter,
    LocaleFilter,
    LocaleNotFilter,
    MomentFilter,
    NeverFilter,
    OrderingFilter,
    SearchFilter,
    SinceFilter,
    StateFilter,
    StateNotFilter,
    TextFilter,
    UntilFilter,
    VerifiedFilter,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from portal.organizers.models import Organizer

DEFAULT_ORDERING: Final = "email"
# The groups of filters on the list page, from left to right. Each group has a button with its
# label.
GROUPS: Final[Mapping[str, StrOrPromise]] = {
    "state": _("State"),
    "language": _("Language"),
    "joined": _("Registered"),
    "login": _("Last sign-in"),
    "empty": _("Is empty"),
}
# The relative dates that the list page offers for a range of times. Each relative date sets one end
# of the range.
PRESETS: Final[Sequence[tuple[str, str, StrOrPromise]]] = (
    ("since", "today", _("Today")),
    ("since", "-7d", _("Last 7 days")),
    ("since", "-30d", _("Last 30 days")),
    ("since", "-365d", _("Last 365 days")),
    ("since", "year", _("This year")),
    ("until", "-1y", _("More than a year ago")),
)
TIME_RANGES: Final = ("date_joined", "last_login")
AS_OF: Final = "as_of"
MAX_SEARCH_LENGTH: Final = 200
# The fields of the filter by empty fields, with label and condition. Each condition has an index.
EMPTY_FIELDS: Final[Mapping[str, tuple[StrOrPromise, Q]]] = {
    "email": (_("Email"), Q(email_key__isnull=True)),
    "phone": (_("Phone"), Q(IsEmpty("phone"))),
    "external_identifier": (_("External identifier"), Q(IsEmpty("external_identifier"))),
    # Every empty name has the `name_key` null, so the second condition excludes no customer. With
    # this condition, a list in the order of names can use the index of `name_key`.
    "name": (_("Name"), Q(IsEmpty("name"), name_key__isnull=True)),
}


class CustomerFilterForm(forms.Form):
    """The filters as a form. The form also rejects a range of times that ends before its start."""

    def __init__(self, *args: Any, **options: Any) -> None:
        # Django's forms copy their fields, which takes half a millisecond. No code changes these
        # fields, so they are not copied.
        fields, self.base_fields = self.base_fields, {}  # type: ignore[misc]  # hides the class's
        super().__init__(*args, **options)
        self.fields = fields

    def clean(self) -> dict[str, Any]:
        for name in TIME_RANGES:
            since: TimeSpan | None = self.cleaned_data.get(f"{name}_since")
            until: TimeSpan | None = self.cleaned_data.get(f"{name}_until")
            if since and until and until.end <= since.start:
                self.add_error(f"{name}_until", _("The end is before the start."))
        return self.cleaned_data


class CustomerFilter(django_filters.FilterSet):
    """The filters of the HTML list and of the API, which have the same names."""

    search = SearchFilter(
        max_length=MAX_SEARCH_LENGTH,
        label=_("Search"),
        description=_(
            "Every word must occur in the name, calling name, transcription, email, phone number,"
            " identifier or external identifier, or with the permission to read notes in a note."
            " Case, accents, and punctuation around words are"
            " ignored; ü, ue and u find each other. A phone number is found in any spelling, also"
            " without its country, and by four of its digits. Name <a@b.example>, mailto: and tel:"
            " mean what is in them."
        ),
        example="doe",
    )
    email = EmailFilter(
        "email_key",
        max_length=254,
        label=_("Email"),
        description=_(
            "The whole email address. Case and invisible characters are ignored, and the domain may"
            " be in either spelling, such as straße.example and xn--strae-oqa.example."
        ),
        example="customer@example.org",
    )
    external_identifier = TextFilter(
        max_length=255,
        label=_("External identifier"),
        description=_("The whole external identifier. Case matters."),
    )
    state = StateFilter(
        widget=forms.CheckboxSelectMultiple,
        label=_("State"),
        group="state",
        description=_(
            "Each customer is in one state. Anonymised customers are inactive, and have no name,"
            " email, phone, external identifier or notes. Inactive ones cannot sign in. Unverified"
            " ones have not confirmed their email address. Active ones are all others."
        ),
    )
    state_not = StateNotFilter(label=_("State"), description=_("States to leave out."))
    is_active = ActiveFilter(
        yes=_("Possible"),
        no=_("Not possible"),
        label=_("Sign-in"),
        description=_("Whether the customer can sign in."),
    )
    is_verified = VerifiedFilter(
        yes=_("Verified"),
        no=_("Not verified"),
        label=_("Email address"),
        description=_("Whether the email address is confirmed, in any state."),
    )
    locale = LocaleFilter(
        widget=forms.CheckboxSelectMultiple, label=_("Language"), group="language"
    )
    locale_not = LocaleNotFilter(label=_("Language"), description=_("Languages to leave out."))
    date_joined_since = SinceFilter(
        "date_joined", label=_("Registered from"), subject=_("Registered"), group="joined"
    )
    date_joined_until = UntilFilter(
        "date_joined", label=_("Registered up to"), subject=_("Registered"), group="joined"
    )
    last_login_since = SinceFilter(
        "last_login", label=_("Last sign-in from"), subject=_("Last sign-in"), group="login"
    )
    last_login_until = UntilFilter(
        "last_login", label=_("Last sign-in up to"), subject=_("Last sign-in"), group="login"
    )
    never_logged_in = NeverFilter(
        yes=_("Never"),
        no=_("At least once"),
        label=_("Signed in"),
        field_name="last_login",
        lookup_expr="isnull",
        group="login",
    )
    empty = EmptyFilter(
        label=_("Is empty"),
        description=_("Customers without a value in this field."),
        fields=EMPTY_FIELDS,
        group="empty",
    )
    modified_since = SinceFilter("last_modified", label=_("Changed from"), subject=_("Changed"))
    ordering = OrderingFilter(widget=forms.HiddenInput, label="", example="-last_login,email")
    as_of = DayFilter(
        label=_("As of"),
        description=_(
            "The day that relative dates are counted from; by default the current day in the"
            " organizer’s time zone. Links to other pages have it, so that all pages belong to one"
            " list. Ignored without a relative date."
        ),
    )

    class Meta:
        form = CustomerFilterForm

    def __init__(
        self,
        data: QueryDict,
        *,
        organizer: Organizer,
        locales: Iterable[str],
        names: Collection[str],
    ) -> None:
        """Only the filters in `names` are built, because building all of them takes time."""
        filters = type(self).base_filters.items()
        self.base_filters = OrderedDict((name, each) for name, each in filters if name in names)
        # django-filter uses only the model of this queryset. CustomerQuery.filter_customers() gets
        # the customers instead.
        super().__init__(data, queryset=CustomerQuerySet(Customer).none())
        zone = ZoneInfo(organizer.timezone)
        self.today: date = _parse_day(data.get(AS_OF)) or localdate(timezone=zone)
        for each in self.filters.values():
            if isinstance(each, MomentFilter):
                each.extra |= {"timezone": zone, "today": self.today}
            elif isinstance(each, LocaleFilter):
                each.extra["choices"] = [(locale, locale_name(locale)) for locale in locales]


def _parse_day(text: str | None) -> date | None:
    """Parse a date. Returns None for an invalid date, for which the form has an error."""
    with suppress(ValidationError):
        return cast("date | None", DayField(required=False).clean(text))
    return None


def has_relative_date(parameters: QueryDict) -> bool:
    """Whether a filter has a relative date, whose meaning depends on the current day."""
    return any(
        RelativeDate.parse(value)
        for name, values in parameters.lists()
        if isinstance(FILTERS.get(name), MomentFilter)
        for value in values
    )


# All filters by name, in the order of a canonical query string.
FILTERS: Final = cast("Mapping[str, ListFilter]", CustomerFilter.base_filters)
PARAMETERS: Final = tuple(FILTERS)
# Reading `field` builds the form field once, and copies of the filter share this field. The fields
# of the three excluded classes depend on the request.
for _filter in FILTERS.values():
    if not isinstance(_filter, DayFilter | LocaleFilter | MomentFilter):
        _filter.field  # noqa: B018  builds the field
FACET_PARAMETERS: Final = frozenset(
    name for name, each in FILTERS.items() if isinstance(each, FacetFilter)
)
LOCALE_PARAMETERS: Final = tuple(
    name for name, each in FILTERS.items() if isinstance(each, LocaleFilter)
)
# The parameters that may have several values.
REPEATABLE: Final = frozenset(
    name for name, each in FILTERS.items() if isinstance(each, django_filters.MultipleChoiceFilter)
)
