"""The kinds of filters that lists have, and their form fields."""

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
from portal.customers.counters.maintained_counts import Condition
from portal.customers.local_times import Days, RelativeDays, Span, local_span
from portal.customers.models import State
from portal.customers.normalization import email_keys, normalize, visible
from portal.customers.query.ordering import SORT_KEYS

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise, StrPromise

# Later dates are mistyped.
MOST_YEARS_AHEAD: Final = 10

# The states of the customers with these values.
WITH_ACTIVE: Final[Mapping[bool, list[State]]] = {
    True: [State.ACTIVE, State.UNVERIFIED],
    False: [State.INACTIVE, State.ANONYMISED],
}
WITH_VERIFIED: Final[Mapping[bool, list[State]]] = {
    True: [State.ACTIVE, *WITH_ACTIVE[False]],
    False: [State.UNVERIFIED, *WITH_ACTIVE[False]],
}


class ListFilter(django_filters.Filter):
    """A filter of the list, of the API, and of its OpenAPI document.

    `group` is its place in the form of the page; without a group only a URL sets it. `description`
    replaces the label in the OpenAPI document.
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
        """A copy for one FilterSet, which sets arguments of the field; their values are shared."""
        copied = copy(self)
        copied.extra = {**self.extra}
        return copied

    def describe(self, value: str) -> str:
        """A value of the query string, for people."""
        return value

    def describe_label(self, _value: str) -> str:
        """The label of the filter beside the description of a value."""
        return str(self.label)


class TextFilter(ListFilter, django_filters.CharFilter):
    """Exactly this text, but for invisible characters, which come with text that is copied."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        texts = [*dict.fromkeys([value, visible(value)])]
        return qs.filter(**{f"{self.field_name}__in": texts}) if value else qs

    def describe(self, value: str) -> str:
        return gettext("“%(text)s”") % {"text": value}


class EmailFilter(TextFilter):
    """Exactly this address, in any case, and in either spelling of its domain."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(email_key__in=email_keys(value)) if value else qs


class YesNoFilter(ListFilter, django_filters.TypedChoiceFilter):
    """`true`, `false`, or nothing for both. Anything else is an error."""

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
    """A filter by a facet: what it leaves is counted from the counts by facet, without a query."""

    def condition(self, value: Any) -> Condition:
        """The values of the facet that a value of the filter accepts."""
        raise NotImplementedError

    def facet_value(self, choice: str) -> Any:
        """The value of the facet that a choice stands for."""
        return choice

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value in EMPTY_VALUES:
            return qs
        facet, values = self.condition(value)
        return qs.filter(**{f"{facet}__in": values})


class ChoicesField(forms.MultipleChoiceField):
    """Several choices. A blank value is none, as in other parameters."""

    def to_python(self, value: Any) -> list[str]:
        return [each for each in super().to_python(value) if each]


class StateFilter(FacetFilter, django_filters.MultipleChoiceFilter):
    """Any of several states."""

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

    def condition(self, value: list[str]) -> Condition:
        return Condition("state", sorted({self.facet_value(each) for each in value}))


class StateNotFilter(StateFilter):
    """Customers in none of several states."""

    def describe(self, value: str) -> str:
        return gettext("not %(value)s") % {"value": super().describe(value)}

    def condition(self, value: list[str]) -> Condition:
        excluded = {self.facet_value(each) for each in value}
        return Condition("state", [state for state in State if state not in excluded])


class ActiveFilter(FacetFilter, YesNoFilter):
    """Whether the customer may sign in: two of the states each."""

    def condition(self, value: bool) -> Condition:  # noqa: FBT001
        return Condition("state", WITH_ACTIVE[value])


class VerifiedFilter(FacetFilter, YesNoFilter):
    """Whether the email is verified, in any state."""

    def condition(self, value: bool) -> Condition:  # noqa: FBT001
        return Condition("is_verified", [value])

    def filter(self, qs: QuerySet[Any], value: bool | None) -> QuerySet[Any]:  # noqa: FBT001
        # The index of the states finds few customers; none begins with `is_verified`.
        found = super().filter(qs, value)
        return found if value is None else found.filter(state__in=WITH_VERIFIED[value])


class LocaleField(forms.MultipleChoiceField):
    """Languages that have a name, or that customers have."""

    default_error_messages = {"invalid_choice": _("Unknown language “%(value)s”.")}

    def valid_value(self, value: str) -> bool:
        return value in locales.NAMED_LOCALES or super().valid_value(value)


class LocaleFilter(FacetFilter, django_filters.MultipleChoiceFilter):
    """Any of several languages."""

    field_class = LocaleField

    def describe(self, value: str) -> str:
        return locales.locale_name(value)

    def condition(self, value: list[str]) -> Condition:
        return Condition("locale", value)


@dataclass(frozen=True)
class AllBut(Container[str]):
    """All values but these."""

    excluded: Collection[str]

    def __contains__(self, value: object) -> bool:
        return value not in self.excluded


class LocaleNotFilter(LocaleFilter):
    """Customers with none of several languages."""

    def describe(self, value: str) -> str:
        return gettext("not %(value)s") % {"value": super().describe(value)}

    def condition(self, value: list[str]) -> Condition:
        return Condition("locale", AllBut(value))

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        return qs.exclude(locale__in=value) if value else qs


class DayField(forms.Field):
    """`2026-01-31`, from the year 1900 up to the tenth year from now."""

    default_error_messages = {
        "invalid": _("Enter a date like 2026-01-31."),
        "out_of_bounds": _("Enter a date between %(earliest)s and %(latest)s."),
    }
    earliest: Final = date(1900, 1, 1)

    @property
    def latest(self) -> date:
        return date(timezone.now().year + MOST_YEARS_AHEAD, 12, 31)

    def to_python(self, value: str | None) -> Any:
        text = (value or "").strip()
        return self.read(text) if text else None

    def read(self, text: str) -> Any:
        """The value of a text. Raises ValidationError."""
        day = _parse(parse_date, text)
        if day is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        self._check_year(day)
        return day

    def accepts(self, day: date) -> bool:
        """Whether the day is neither long ago nor far ahead."""
        return self.earliest.year <= day.year <= self.latest.year

    def _check_year(self, moment: date) -> None:
        if not self.accepts(moment):
            raise self._out_of_bounds()

    def _out_of_bounds(self) -> ValidationError:
        bounds = {"earliest": self.earliest, "latest": self.latest}
        message = self.error_messages["out_of_bounds"]
        return ValidationError(message, code="out_of_bounds", params=bounds)


class MomentField(DayField):
    """A day in the time zone, an instant such as `2026-01-31T10:00:00Z`, or relative days."""

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
        """Relative days are counted from `today`."""
        self.timezone = timezone
        self.today = today or localdate(timezone=timezone)
        super().__init__(**options)

    def read(self, text: str) -> Span:
        # A plus sign that was not encoded arrives as a space.
        text = text.replace(" ", "+")
        if relative := RelativeDays.parse(text):
            return self._relative_days(relative).span(self.timezone)
        moment = _parse(parse_date, text) or _parse(parse_datetime, text)
        if moment is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        self._check_year(moment)
        return self._span(moment)

    def _relative_days(self, relative: RelativeDays) -> Days:
        try:
            days = relative.before(self.today)
        except ValueError:
            raise self._out_of_bounds() from None
        self._check_year(days.first)
        return days

    def _span(self, moment: date | datetime) -> Span:
        if not isinstance(moment, datetime):
            return Days(moment, moment).span(self.timezone)
        if moment.tzinfo is None:
            return local_span(moment, self.timezone)
        # PostgreSQL takes an offset of 15 hours at most.
        instant = moment.astimezone(UTC)
        return Span(instant, instant + timedelta(microseconds=1))


def _parse(parse: Callable[[str], date | None], text: str) -> date | None:
    try:
        return parse(text)
    except ValueError:
        return None


class ScannedCondition(Func):
    """A condition for which SQLite uses no index. On PostgreSQL it is unchanged."""

    template = "%(expressions)s"
    output_field = BooleanField()

    def __init__(self, condition: Q) -> None:
        super().__init__(ExpressionWrapper(condition, BooleanField()))

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="+(%(expressions)s)", **extra)


class IndexedFilter(ListFilter):
    """A filter with an index. Its rows are read by this index, or by the index of the order."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs if value in EMPTY_VALUES else qs.filter(self.condition(value))

    def filter_scanned(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The same customers. SQLite reads them by the index of the order."""
        if value in EMPTY_VALUES:
            return qs
        return qs.filter(ScannedCondition(self.condition(value)))

    def columns(self, value: Any) -> Collection[str]:
        """The columns that the filter compares; none without a value."""
        return () if value in EMPTY_VALUES else (str(self.field_name),)

    def condition(self, value: Any) -> Q:
        raise NotImplementedError


class EmptyFilter(IndexedFilter, django_filters.MultipleChoiceFilter):
    """Customers without a value in every field that is given."""

    field_class = ChoicesField

    def __init__(self, *, fields: Mapping[str, tuple[StrOrPromise, Q]], **options: Any) -> None:
        """Each field has its label, and the condition that it is empty."""
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
    """Whether the customer has no value for the time: `true` finds those without one."""

    def condition(self, value: Any) -> Q:
        return Q(**{f"{self.field_name}__{self.lookup_expr}": value})


class MomentFilter(IndexedFilter):
    """A filter from a day or an instant on, or up to one. `subject` is the label of the time."""

    field_class = MomentField
    today_text: ClassVar[StrOrPromise]
    year_text: ClassVar[StrOrPromise]
    unit_texts: ClassVar[Mapping[str, StrPromise]]  # by unit, with the number of units

    def __init__(self, *args: Any, subject: StrOrPromise = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.subject = subject

    def describe(self, value: str) -> str:
        relative = RelativeDays.parse(value)
        if relative is None:
            return value
        if relative.unit == "year":
            return str(self.year_text)
        if not relative.number:
            return str(self.today_text)
        return str(self.unit_texts[relative.unit] % {"n": relative.number})

    def describe_label(self, value: str) -> str:
        return str(self.subject if RelativeDays.parse(value) else self.label)


class SinceFilter(MomentFilter):
    """From the start of a day, or from an instant on."""

    today_text = _("today")
    year_text = _("this year")
    unit_texts = {
        "d": ngettext_lazy("since yesterday", "last %(n)d days", "n"),
        "m": ngettext_lazy("since a month ago", "last %(n)d months", "n"),
        "y": ngettext_lazy("since a year ago", "last %(n)d years", "n"),
    }

    def condition(self, value: Span) -> Q:
        return Q(**{f"{self.field_name}__gte": value.start})


class UntilFilter(MomentFilter):
    """Up to the end of a day, or up to and including an instant."""

    today_text = _("up to today")
    year_text = _("up to the end of this year")
    unit_texts = {
        "d": ngettext_lazy("up to yesterday", "more than %(n)d days ago", "n"),
        "m": ngettext_lazy("more than a month ago", "more than %(n)d months ago", "n"),
        "y": ngettext_lazy("more than a year ago", "more than %(n)d years ago", "n"),
    }

    def condition(self, value: Span) -> Q:
        return Q(**{f"{self.field_name}__lt": value.end})


class NoFilter(ListFilter):
    """A parameter that is only validated here. The services apply it: the search, the ordering."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs


class DayFilter(NoFilter):
    """The day that relative days are counted from."""

    field_class = DayField


class OrderingField(forms.CharField):
    """Sort keys separated by commas; `-` reverses one."""

    def clean(self, value: Any) -> list[str]:
        keys = [key.strip() for key in super().clean(value).split(",") if key.strip()]
        for key in keys:
            if key.removeprefix("-") not in SORT_KEYS:
                raise ValidationError(
                    _("Cannot order by “%(key)s”; choose from %(choices)s."),
                    params={"key": key, "choices": ", ".join(SORT_KEYS)},
                )
        # A key that comes again decides nothing.
        first: dict[str, str] = {}
        for key in keys:
            first.setdefault(key.removeprefix("-"), key)
        return [*first.values()]


class OrderingFilter(NoFilter):
    """The order."""

    field_class = OrderingField


class SearchField(forms.CharField):
    """Words or parts of words. Punctuation alone is rejected: normalized, it is an empty text."""

    def clean(self, value: Any) -> str:
        search: str = super().clean(value)
        if search and not normalize(search):
            raise ValidationError(
                _("Enter a letter or a digit: a search ignores punctuation and accents.")
            )
        return search


class SearchFilter(NoFilter, TextFilter):
    """Each word is part of the search text, or the digits are part of the phone number."""

    field_class = SearchField
