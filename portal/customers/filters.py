"""From a query string to a validated, totally ordered queryset: one language for HTML and JSON."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, cast
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.customers import locales
from portal.customers.asked import Asked
from portal.customers.counts import Counts
from portal.customers.filter_kinds import (
    EmailFilter,
    LocaleField,
    LocaleFilter,
    NeverFilter,
    OfTime,
    OrderingFilter,
    SearchFilter,
    SharedFilter,
    SinceFilter,
    TextFilter,
    UntilFilter,
    YesNoFilter,
)
from portal.customers.likelihood import Likely
from portal.customers.moments import Span
from portal.organizers.models import Organizer

if TYPE_CHECKING:
    from portal.customers.models import CustomerQuerySet

DEFAULT_ORDERING: Final = "email"
# Who asks for one of these wants a customer or two.
LOOKUPS: Final = ("email", "external_identifier")
RANGES: Final = ("date_joined", "last_login")
SEARCH_LENGTH: Final = 200


class CustomerForm(forms.Form):
    """The filters as a form; checks what concerns more than one of them."""

    def clean(self) -> dict[str, Any]:
        for name in RANGES:
            since: Span | None = self.cleaned_data.get(f"{name}_since")
            until: Span | None = self.cleaned_data.get(f"{name}_until")
            if since and until and until.end <= since.start:
                self.add_error(f"{name}_until", _("The end is before the start."))
        return self.cleaned_data


class CustomerFilter(django_filters.FilterSet):
    """The filters of the list and of the API, under the same names."""

    search = SearchFilter(max_length=SEARCH_LENGTH, label=_("Search"))
    email = EmailFilter("email_key", max_length=254, label=_("Email"))
    external_identifier = TextFilter(max_length=255, label=_("External identifier"))
    is_active = YesNoFilter(yes=_("Active"), no=_("Inactive"), label=_("Status"))
    is_verified = YesNoFilter(yes=_("Verified"), no=_("Not verified"), label=_("Email address"))
    locale = LocaleFilter(widget=forms.CheckboxSelectMultiple, label=_("Language"))
    date_joined_since = SinceFilter("date_joined", label=_("Registered from"))
    date_joined_until = UntilFilter("date_joined", label=_("Registered up to"))
    last_login_since = SinceFilter("last_login", label=_("Last sign-in from"))
    last_login_until = UntilFilter("last_login", label=_("Last sign-in up to"))
    never_logged_in = NeverFilter(
        yes=_("Never"),
        no=_("At least once"),
        label=_("Signed in"),
        field_name="last_login",
        lookup_expr="isnull",
    )
    modified_since = SinceFilter("last_modified", label=_("Changed from"))
    ordering = OrderingFilter(widget=forms.HiddenInput)

    class Meta:
        form = CustomerForm

    def __init__(
        self,
        data: QueryDict,
        organizer: Organizer,
        read_kept: Callable[[], Counts],
    ) -> None:
        """How many customers the organizer has is read where somebody looks at the languages."""
        # The library copies all filters for each set. Ours know of no set, and few are asked for.
        self.data, self.is_bound, self.form_prefix = data, True, None
        asked = [(name, self.base_filters[name]) for name in PARAMETERS if name in data]
        self.filters = OrderedDict(asked)
        self._timezone = organizer.timezone
        self._read_kept = read_kept

    def get_form_class(self) -> type[CustomerForm]:
        """Only what is asked for: most searches ask for one thing, and a field takes its time."""
        return _form_class(self._timezone, frozenset(self.filters))

    @cached_property
    def form(self) -> forms.Form:
        return self._knowing_locales(super().form)

    @cached_property
    def whole_form(self) -> forms.Form:
        """For people, who see what could be asked for as well."""
        form_class = _form_class(self._timezone, frozenset(PARAMETERS))
        return self._knowing_locales(form_class(self.data))

    def _knowing_locales(self, form: forms.Form) -> forms.Form:
        if "locale" in form.fields:
            cast("LocaleField", form.fields["locale"]).choices = self.locale_choices
        return form

    def locale_choices(self) -> list[tuple[str, str]]:
        """The locales that customers have, the most frequent first."""
        counts = self._read_kept().by("locale", {})
        by_count = sorted(counts, key=lambda locale: (-counts[locale], locale))
        return [(locale, locales.locale_name(locale)) for locale in by_count]

    @property
    def times(self) -> set[str]:
        """The times by which customers are asked for."""
        values = {} if self.errors else self.form.cleaned_data
        filters = (self.filters[name] for name, value in values.items() if value is not None)
        return {str(each.field_name) for each in filters if isinstance(each, OfTime)}

    def narrow(
        self, asked: Asked, *, but: Collection[str] = (), likelihood: float | None = None
    ) -> Asked:
        """Those whom all filters leave, but for some. A mistake never widens a result.

        Those by time can be told how likely it is to meet them: see likelihood.py.
        """
        if self.errors:
            return replace(asked, compose=lambda: asked.compose().none(), choices=("nobody",))
        values = {n: value for n, value in self.form.cleaned_data.items() if n not in but}
        filters = cast("Mapping[str, SharedFilter]", self.filters)
        slots = [slot for name, value in values.items() for slot in filters[name].slots(value)]
        choices = tuple(item for item in values.items() if isinstance(item[1], bool))

        def compose() -> CustomerQuerySet:
            left: Any = asked.compose()
            for name, value in values.items():
                left = left.filter(*_conditions(filters[name], value, likelihood))
            return cast("CustomerQuerySet", left)

        return Asked(compose, [*asked.slots, *slots], choices, likelihood)

    def filter_queryset(self, queryset: Any) -> Any:
        """What the library offers beside, by the same rule."""
        return self.narrow(Asked(lambda: queryset, ())).compose()


def _conditions(by: SharedFilter, value: Any, likelihood: float | None) -> list[Any]:
    if likelihood is None or not isinstance(by, OfTime):
        return by.conditions(value)
    return [Likely(each, likelihood) for each in by.conditions(value)]


# In the order of a canonical query string; anything else is not a filter.
PARAMETERS: Final = tuple(CustomerFilter.base_filters)


def canonical_query(query: QueryDict) -> QueryDict:
    """In its one form: fixed order, nothing empty, no default, only filters.

    As in the forms, the last of several values wins, except for languages.
    """
    canonical = QueryDict(mutable=True)
    for name in PARAMETERS:
        values = [value.strip() for value in query.getlist(name)]
        kept = sorted(set(values) - {""}) if name == "locale" else list(filter(None, values[-1:]))
        if kept and (name, kept) != ("ordering", [DEFAULT_ORDERING]):
            canonical.setlist(name, kept)
    return canonical


@lru_cache(1_000)
def _form_class(timezone: str, names: frozenset[str]) -> type[CustomerForm]:
    """What django-filter makes for every search: days begin where the organizer is."""
    filters = deepcopy(CustomerFilter.base_filters)
    for each in filters.values():
        if isinstance(each, SinceFilter | UntilFilter):
            each.extra = {**each.extra, "timezone": ZoneInfo(timezone)}
    fields = {name: each.field for name, each in filters.items() if name in names}
    return type("CustomerForm", (CustomerForm,), fields)
