"""The kinds of filters that lists have, and their form fields."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, ExpressionWrapper, Func, Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.customers import locales
from portal.customers.local_times import Span, local_span
from portal.customers.models import YEARS
from portal.customers.normalization import email_keys, normalize, visible
from portal.customers.query.ordering import SORT_KEYS

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


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

    def describe(self, value: str) -> str:
        """A value of the query string, for people."""
        return value


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


class LocaleField(forms.MultipleChoiceField):
    """Languages that have a name, or that customers have."""

    default_error_messages = {"invalid_choice": _("Unknown language “%(value)s”.")}

    def valid_value(self, value: str) -> bool:
        return value in locales.NAMED_LOCALES or super().valid_value(value)


class LocaleFilter(ListFilter, django_filters.MultipleChoiceFilter):
    """Any of several languages."""

    field_class = LocaleField

    def describe(self, value: str) -> str:
        return locales.locale_name(value)

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        return qs.filter(locale__in=value) if value else qs


class MomentField(forms.Field):
    """`2026-01-31` is that day in the given time zone; `2026-01-31T10:00:00Z` is that instant."""

    default_error_messages = {
        "invalid": _("Enter a date like 2026-01-31, or a time like 2026-01-31T10:00:00Z."),
        "year": _("The year must be between 1900 and 2199."),
    }
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, *, timezone: tzinfo = UTC, **kwargs: Any) -> None:
        self.timezone = timezone
        super().__init__(**kwargs)

    def to_python(self, value: str | None) -> Span | None:
        # A plus sign that was not encoded arrives as a space.
        text = (value or "").strip().replace(" ", "+")
        if not text:
            return None
        moment = self._parse(text)
        if moment is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if moment.year not in YEARS:
            raise ValidationError(self.error_messages["year"], code="year")
        return self._span(moment)

    @staticmethod
    def _parse(text: str) -> date | datetime | None:
        try:
            return parse_date(text) or parse_datetime(text)
        except ValueError:
            return None

    def _span(self, moment: date | datetime) -> Span:
        if isinstance(moment, datetime):
            if moment.tzinfo is None:
                return local_span(moment, self.timezone)
            # PostgreSQL takes an offset of 15 hours at most.
            instant = moment.astimezone(UTC)
            return Span(instant, instant + timedelta(microseconds=1))
        # Clocks may change at midnight, or be set back from after midnight to the day before.
        first, last = (datetime.combine(moment, each) for each in (time.min, time.max))
        return Span(local_span(first, self.timezone).start, local_span(last, self.timezone).end)


class ScannedCondition(Func):
    """A condition for which SQLite uses no index. On PostgreSQL it is unchanged."""

    template = "%(expressions)s"
    output_field = BooleanField()

    def __init__(self, condition: Q) -> None:
        super().__init__(ExpressionWrapper(condition, BooleanField()))

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="+(%(expressions)s)", **extra)


class TimeFilter(ListFilter):
    """A filter by a time. Its rows are read by the index of the time, or by that of the order."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs if value is None else qs.filter(self.condition(value))

    def filter_scanned(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The same customers. SQLite reads them by the index of the order, not of the time."""
        return qs if value is None else qs.filter(ScannedCondition(self.condition(value)))

    def condition(self, value: Any) -> Q:
        raise NotImplementedError


class NeverFilter(TimeFilter, YesNoFilter):
    """Whether the customer has no value for the time: `true` finds those without one."""

    def condition(self, value: Any) -> Q:
        return Q(**{f"{self.field_name}__{self.lookup_expr}": value})


class SinceFilter(TimeFilter):
    """From the start of a day, or from an instant on."""

    field_class = MomentField

    def condition(self, value: Span) -> Q:
        return Q(**{f"{self.field_name}__gte": value.start})


class UntilFilter(TimeFilter):
    """Up to the end of a day, or up to and including an instant."""

    field_class = MomentField

    def condition(self, value: Span) -> Q:
        return Q(**{f"{self.field_name}__lt": value.end})


class NoFilter(ListFilter):
    """A parameter that is only validated here. The services apply it: the search, the ordering."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs


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
    """Each word is part of the name, email, identifier or external identifier."""

    field_class = SearchField
