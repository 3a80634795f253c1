"""The classes of filters of the list, and their form fields."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db.models import BooleanField, ExpressionWrapper, Func, Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import format_lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.customers import locales
from portal.customers.counters.maintained_counts import FacetCondition
from portal.customers.local_times import DayRange, RelativeDate, TimeSpan, span_of_local_time
from portal.customers.models import State
from portal.customers.normalization import email_keys, normalize, remove_invisible
from portal.customers.query.ordering import SORT_KEYS

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise, StrPromise

# Dates that are more than this many years in the future are rejected as typing errors.
MAX_YEARS_AHEAD: Final = 10

# The states that customers with these values of `is_active` and `is_verified` may have.
STATES_BY_ACTIVE: Final[Mapping[bool, list[State]]] = {
    True: [State.ACTIVE, State.UNVERIFIED],
    False: [State.INACTIVE, State.ANONYMISED],
}
STATES_BY_VERIFIED: Final[Mapping[bool, list[State]]] = {
    True: [State.ACTIVE, *STATES_BY_ACTIVE[False]],
    False: [State.UNVERIFIED, *STATES_BY_ACTIVE[False]],
}


class ListFilter(django_filters.Filter):
    """A filter of the list page, of the API, and of the OpenAPI document.

    `group` is the group of inputs on the page that has this filter. A filter without a group has no
    input, and can only be set in the URL. `description` replaces the label in the OpenAPI document.
    """

    def __init__(
        self,
        *args: Any,
        group: str = "",
        description: StrOrPromise = "",
        example: str = "",
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.group = group
        self.description = description
        self.example = example

    def __deepcopy__(self, _memo: object) -> Self:
        """A copy for one FilterSet, which sets other arguments of the field.

        The copies share the values of these arguments.
        """
        copied = copy(self)
        copied.extra = {**self.extra}
        return copied

    def describe(self, value: str) -> str:
        """The text for a value of the query string on the page."""
        return value

    def describe_label(self, _value: str) -> str:
        """The label of the filter that the page shows before describe()."""
        return str(self.label)


class TextFilter(ListFilter, django_filters.CharFilter):
    """Matches a whole text. Invisible characters, which copied texts often contain, are ignored."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        texts = [*dict.fromkeys([value, remove_invisible(value)])]
        return qs.filter(**{f"{self.field_name}__in": texts}) if value else qs

    def describe(self, value: str) -> str:
        return gettext("“%(text)s”") % {"text": value}


class EmailFilter(TextFilter):
    """Matches a whole email in upper or lower case, with either spelling of its domain."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(email_key__in=email_keys(value)) if value else qs


class YesNoFilter(ListFilter, django_filters.TypedChoiceFilter):
    """A filter by `true` or `false`.

    Without a value, all customers match. Other values are errors.
    """

    def __init__(self, *, yes: StrOrPromise, no: StrOrPromise, **options: Any) -> None:
        super().__init__(
            choices=[("", _("Any")), ("true", yes), ("false", no)],
            coerce=lambda value: value == "true",
            empty_value=None,
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": _("Choose true or false, not “%(value)s”.")},
            **options,
        )

    def describe(self, value: str) -> str:
        return str(dict(self.extra["choices"]).get(value, value))


class FacetFilter(ListFilter):
    """A filter by a facet.

    Counts by facets give the number of customers that match the filter, without a query.
    """

    def condition(self, value: Any) -> FacetCondition:
        """The values of the facet that match a value of the filter."""
        raise NotImplementedError

    def facet_value(self, choice: str) -> Any:
        """Convert a choice of the filter to a value of the facet."""
        return choice

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value in EMPTY_VALUES:
            return qs
        facet, values = self.condition(value)
        return qs.filter(**{f"{facet}__in": values})


class ChoicesField(forms.MultipleChoiceField):
    """A form field for several choices.

    A blank value counts as no choice, as in other parameters.
    """

    def to_python(self, value: Any) -> list[str]:
        return [each for each in super().to_python(value) if each]


class StateFilter(FacetFilter, django_filters.MultipleChoiceFilter):
    """Matches customers in one of several states."""

    field_class = ChoicesField

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=[(state.code, state.label) for state in State],
            error_messages={"invalid_choice": _("Unknown state “%(value)s”.")},
            **options,
        )

    def describe(self, value: str) -> str:
        return str(dict(self.extra["choices"]).get(value, value))

    def facet_value(self, choice: str) -> State:
        return State[choice.upper()]

    def condition(self, value: list[str]) -> FacetCondition:
        return FacetCondition("state", sorted({self.facet_value(each) for each in value}))


class StateNotFilter(StateFilter):
    """Matches customers that are in none of several states."""

    def describe(self, value: str) -> str:
        return gettext("not %(value)s") % {"value": super().describe(value)}

    def condition(self, value: list[str]) -> FacetCondition:
        excluded = {self.facet_value(each) for each in value}
        return FacetCondition("state", [state for state in State if state not in excluded])


class ActiveFilter(FacetFilter, YesNoFilter):
    """Whether the customer is active. `true` and `false` each match two states."""

    def condition(self, value: bool) -> FacetCondition:  # noqa: FBT001
        return FacetCondition("state", STATES_BY_ACTIVE[value])


class VerifiedFilter(FacetFilter, YesNoFilter):
    """Whether the email is verified, for customers in every state."""

    def condition(self, value: bool) -> FacetCondition:  # noqa: FBT001
        return FacetCondition("is_verified", [value])

    def filter(self, qs: QuerySet[Any], value: bool | None) -> QuerySet[Any]:  # noqa: FBT001
        # The condition on `state` allows an index scan. No index begins with `is_verified`.
        found = super().filter(qs, value)
        return found if value is None else found.filter(state__in=STATES_BY_VERIFIED[value])


class LocaleField(forms.MultipleChoiceField):
    """A language is valid if it has a name or if a customer of the organizer has it."""

    default_error_messages = {"invalid_choice": _("Unknown language “%(value)s”.")}

    def valid_value(self, value: str) -> bool:
        return value in locales.NAMED_LOCALES or super().valid_value(value)


class LocaleFilter(FacetFilter, django_filters.MultipleChoiceFilter):
    """Matches customers with one of several languages."""

    field_class = LocaleField

    def describe(self, value: str) -> str:
        return locales.locale_name(value)

    def condition(self, value: list[str]) -> FacetCondition:
        return FacetCondition("locale", value)


@dataclass(frozen=True)
class AllValuesExcept(Container[str]):
    """A container of all values except `excluded`."""

    excluded: Collection[str]

    def __contains__(self, value: object) -> bool:
        return value not in self.excluded


class LocaleNotFilter(LocaleFilter):
    """Matches customers with none of several languages."""

    def describe(self, value: str) -> str:
        return gettext("not %(value)s") % {"value": super().describe(value)}

    def condition(self, value: list[str]) -> FacetCondition:
        return FacetCondition("locale", AllValuesExcept(value))

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        return qs.exclude(locale__in=value) if value else qs


class DayField(forms.Field):
    """A form field for a date such as `2026-01-31`, from 1900 up to ten years in the future."""

    default_error_messages = {
        "invalid": _("Enter a date like 2026-01-31."),
        "out_of_bounds": _("Enter a date between %(earliest)s and %(latest)s."),
    }
    earliest: Final = date(1900, 1, 1)

    @property
    def latest(self) -> date:
        return date(timezone.now().year + MAX_YEARS_AHEAD, 12, 31)

    def to_python(self, value: str | None) -> Any:
        text = (value or "").strip()
        return self.parse_text(text) if text else None

    def parse_text(self, text: str) -> Any:
        """Convert a text to the value of the field. Raises ValidationError."""
        day = _parse_or_none(parse_date, text)
        if day is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        self._check_year(day)
        return day

    def is_in_bounds(self, day: date) -> bool:
        """Whether the year of the day is between `earliest` and `latest`."""
        return self.earliest.year <= day.year <= self.latest.year

    def _check_year(self, moment: date) -> None:
        if not self.is_in_bounds(moment):
            raise self._out_of_bounds()

    def _out_of_bounds(self) -> ValidationError:
        bounds = {"earliest": self.earliest, "latest": self.latest}
        message = self.error_messages["out_of_bounds"]
        return ValidationError(message, code="out_of_bounds", params=bounds)


class MomentField(DayField):
    """A form field for a date, a time such as `2026-01-31T10:00:00Z`, or a relative date."""

    default_error_messages = {
        "invalid": _(
            "Enter a date like 2026-01-31, a time like 2026-01-31T10:00:00Z,"
            " or today, -7d, -12m, -1y or year."
        ),
    }
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(
        self, *, timezone: tzinfo = UTC, today: date | None = None, **options: Any
    ) -> None:
        """`today` is the date from which relative dates are counted."""
        self.timezone = timezone
        self.today = today or localdate(timezone=timezone)
        super().__init__(**options)

    def parse_text(self, text: str) -> TimeSpan:
        # A plus sign that is not percent-encoded in the URL is read as a space.
        text = text.replace(" ", "+")
        if relative := RelativeDate.parse(text):
            return self._resolve_relative_date(relative).to_span(self.timezone)
        moment = _parse_or_none(parse_date, text) or _parse_or_none(parse_datetime, text)
        if moment is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        self._check_year(moment)
        return self._span(moment)

    def _resolve_relative_date(self, relative: RelativeDate) -> DayRange:
        try:
            days = relative.resolve(self.today)
        except ValueError:
            raise self._out_of_bounds() from None
        self._check_year(days.first)
        return days

    def _span(self, moment: date | datetime) -> TimeSpan:
        if not isinstance(moment, datetime):
            return DayRange(moment, moment).to_span(self.timezone)
        if moment.tzinfo is None:
            return span_of_local_time(moment, self.timezone)
        # Converted to UTC, because PostgreSQL rejects offsets of more than 15 hours.
        instant = moment.astimezone(UTC)
        return TimeSpan(instant, instant + timedelta(microseconds=1))


def _parse_or_none(parse: Callable[[str], date | None], text: str) -> date | None:
    try:
        return parse(text)
    except ValueError:
        return None


class ScannedCondition(Func):
    """A condition for which SQLite uses no index. PostgreSQL gets the condition unchanged."""

    template = "%(expressions)s"
    output_field = BooleanField()

    def __init__(self, condition: Q) -> None:
        super().__init__(ExpressionWrapper(condition, BooleanField()))

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="+(%(expressions)s)", **extra)


class IndexedFilter(ListFilter):
    """A filter by a column with an index. The query reads this index or the index of the order."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs if value in EMPTY_VALUES else qs.filter(self.condition(value))

    def filter_scanned(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Like filter(), but SQLite reads the customers by the index of the order."""
        if value in EMPTY_VALUES:
            return qs
        return qs.filter(ScannedCondition(self.condition(value)))

    def columns(self, value: Any) -> Collection[str]:
        """The columns that the filter compares. Empty if the filter has no value."""
        return () if value in EMPTY_VALUES else (str(self.field_name),)

    def condition(self, value: Any) -> Q:
        raise NotImplementedError


class EmptyFilter(IndexedFilter, django_filters.MultipleChoiceFilter):
    """Matches customers without a value in all fields that are chosen."""

    field_class = ChoicesField

    def __init__(self, *, fields: Mapping[str, tuple[StrOrPromise, Q]], **options: Any) -> None:
        """`fields` has the label of each field, and the condition that the field is empty."""
        self.conditions = {name: condition for name, (_label, condition) in fields.items()}
        super().__init__(
            choices=[(name, label) for name, (label, _condition) in fields.items()],
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "invalid_choice": format_lazy(
                    _("Unknown field “%(value)s”; choose from {fields}."), fields=", ".join(fields)
                )
            },
            **options,
        )

    def condition(self, value: Sequence[str]) -> Q:
        return reduce(and_, (self.conditions[name] for name in value))

    def columns(self, value: Sequence[str] | None) -> Collection[str]:
        return value or ()

    def describe(self, _value: str) -> str:
        return gettext("is empty")

    def describe_label(self, value: str) -> str:
        return str(dict(self.extra["choices"]).get(value, value))


class NeverFilter(IndexedFilter, YesNoFilter):
    """`true` matches customers without a value of the time, `false` customers with a value."""

    def condition(self, value: Any) -> Q:
        return Q(**{f"{self.field_name}__{self.lookup_expr}": value})


class MomentFilter(IndexedFilter):
    """A filter by a time: from a date or a time on, or up to a date or a time.

    `subject` is the label of the field.
    """

    field_class = MomentField
    today_text: ClassVar[StrOrPromise]
    year_text: ClassVar[StrOrPromise]
    # The text for each unit of a relative date, with the number of units.
    unit_texts: ClassVar[Mapping[str, StrPromise]]

    def __init__(self, *args: Any, subject: StrOrPromise = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.subject = subject

    def describe(self, value: str) -> str:
        relative = RelativeDate.parse(value)
        if relative is None:
            return value
        if relative.unit == "year":
            return str(self.year_text)
        if not relative.number:
            return str(self.today_text)
        return str(self.unit_texts[relative.unit] % {"n": relative.number})

    def describe_label(self, value: str) -> str:
        return str(self.subject if RelativeDate.parse(value) else self.label)


class SinceFilter(MomentFilter):
    """Matches times from the start of a day on, or from a time on."""

    today_text = _("today")
    year_text = _("this year")
    unit_texts = {
        "d": ngettext_lazy("since yesterday", "last %(n)d days", "n"),
        "m": ngettext_lazy("since a month ago", "last %(n)d months", "n"),
        "y": ngettext_lazy("since a year ago", "last %(n)d years", "n"),
    }

    def condition(self, value: TimeSpan) -> Q:
        return Q(**{f"{self.field_name}__gte": value.start})


class UntilFilter(MomentFilter):
    """Matches times up to the end of a day, or up to and including a time."""

    today_text = _("up to today")
    year_text = _("up to the end of this year")
    unit_texts = {
        "d": ngettext_lazy("up to yesterday", "more than %(n)d days ago", "n"),
        "m": ngettext_lazy("more than a month ago", "more than %(n)d months ago", "n"),
        "y": ngettext_lazy("more than a year ago", "more than %(n)d years ago", "n"),
    }

    def condition(self, value: TimeSpan) -> Q:
        return Q(**{f"{self.field_name}__lt": value.end})


class NoFilter(ListFilter):
    """A parameter that the form validates, but that is no condition, such as the ordering.

    The services use the value of the parameter.
    """

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs


class DayFilter(NoFilter):
    """The date from which relative dates are counted."""

    field_class = DayField


class OrderingField(forms.CharField):
    """Sort keys, separated by commas. A `-` before a key reverses its order."""

    def clean(self, value: Any) -> list[str]:
        keys = [key.strip() for key in super().clean(value).split(",") if key.strip()]
        for key in keys:
            if key.removeprefix("-") not in SORT_KEYS:
                raise ValidationError(
                    _("Cannot order by “%(key)s”; choose from %(choices)s."),
                    params={"key": key, "choices": ", ".join(SORT_KEYS)},
                )
        # A repeated key is removed, because it does not change the order.
        first: dict[str, str] = {}
        for key in keys:
            first.setdefault(key.removeprefix("-"), key)
        return [*first.values()]


class OrderingFilter(NoFilter):
    """The order of the list."""

    field_class = OrderingField


class SearchField(forms.CharField):
    """A form field for the words of a search.

    Punctuation alone is rejected, because normalize() removes it.
    """

    def clean(self, value: Any) -> str:
        search: str = super().clean(value)
        if search and not normalize(search):
            raise ValidationError(
                _("Enter a letter or a digit: a search ignores punctuation and accents.")
            )
        return search


class SearchFilter(NoFilter, TextFilter):
    """The search, which is applied by query/search.py."""

    field_class = SearchField
