"""The kinds of filters that the list has."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.customers import locales
from portal.customers.counts import locale_slots
from portal.customers.folding import fold
from portal.customers.moments import MomentField, Span
from portal.customers.orderings import ORDERINGS
from portal.slots import Slot

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class SharedFilter(django_filters.Filter):
    """The same for every search; its copies share what it is made of."""

    def __deepcopy__(self, _memo: dict[int, Any]) -> SharedFilter:
        return copy(self)

    def slots(self, value: Any) -> list[Slot]:
        """What the filter compares with: for as many slots its SQL is the same."""
        return []

    def conditions(self, value: Any) -> list[Q]:
        """What somebody has to meet; nothing where the filter is empty."""
        return []

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs.filter(*self.conditions(value))


class OfTime(SharedFilter):
    """A filter by a time that customers may have."""


class SlotFilter(SharedFilter):
    """A filter that compares with one value."""

    lookup = "exact"

    def conditions(self, value: Any) -> list[Q]:
        return [Q(**{f"{self.field_name}__{self.lookup}": slot}) for slot in self.slots(value)]


class TextFilter(SlotFilter, django_filters.CharFilter):
    """Exactly this text."""

    def slots(self, value: str) -> list[Slot]:
        return [Slot(str(self.field_name), value)] if value else []


class EmailFilter(TextFilter):
    """Exactly this address, in any case."""

    def slots(self, value: str) -> list[Slot]:
        return super().slots(value.casefold())


class YesNoFilter(SharedFilter, django_filters.TypedChoiceFilter):
    """`true`, `false`, or nothing for both. Anything else is a mistake."""

    def __init__(self, *, yes: StrOrPromise, no: StrOrPromise, **options: Any) -> None:
        super().__init__(
            # Each form copies its choices one by one, unless they come from a function.
            choices=lambda: [("", _("Any")), ("true", yes), ("false", no)],
            coerce=lambda value: value == "true",
            empty_value=None,
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": _("Choose true or false, not “%(value)s”.")},
            **options,
        )

    def conditions(self, value: Any) -> list[Q]:
        return [] if value is None else [Q(**{f"{self.field_name}__{self.lookup_expr}": value})]


class LocaleField(forms.MultipleChoiceField):
    """Languages that we know by name, or that customers have."""

    default_error_messages = {"invalid_choice": _("There is no language “%(value)s”.")}

    def valid_value(self, value: str) -> bool:
        return value in locales.KNOWN or super().valid_value(value)


class LocaleFilter(SharedFilter, django_filters.MultipleChoiceFilter):
    """Any of several languages."""

    field_class = LocaleField

    def slots(self, value: list[str]) -> list[Slot]:
        return locale_slots(value)

    def conditions(self, value: list[str]) -> list[Q]:
        return [Q(locale__in=self.slots(value))] if value else []


class NeverFilter(YesNoFilter, OfTime):
    """Whether there is no such time."""


class SinceFilter(SlotFilter, OfTime):
    """From the start of a day, or from an instant on."""

    field_class = MomentField
    lookup = "gte"

    def slots(self, value: Span | None) -> list[Slot]:
        return [Slot(f"{self.field_name} since", value.start)] if value else []


class UntilFilter(SlotFilter, OfTime):
    """Up to the end of a day, or up to and including an instant."""

    field_class = MomentField
    lookup = "lt"

    def slots(self, value: Span | None) -> list[Slot]:
        return [Slot(f"{self.field_name} until", value.end)] if value else []


class OrderingField(forms.CharField):
    """Keys of ORDERINGS, separated by commas; `-` reverses one."""

    def clean(self, value: Any) -> list[str]:
        keys = [key.strip() for key in super().clean(value).split(",") if key.strip()]
        for key in keys:
            if key.removeprefix("-") not in ORDERINGS:
                raise ValidationError(
                    _("Cannot order by “%(key)s”; choose from %(choices)s."),
                    params={"key": key, "choices": ", ".join(ORDERINGS)},
                )
        # Who is named again decides nothing: neighbours are alike in it.
        named: dict[str, str] = {}
        for key in keys:
            named.setdefault(key.removeprefix("-"), key)
        return [*named.values()]


class SearchField(forms.CharField):
    """Words, or parts of some; accents alone would be part of every text."""

    def clean(self, value: Any) -> str:
        search: str = super().clean(value)
        if search and not fold(search).strip():
            raise ValidationError(_("Search for a letter, a digit or a sign."))
        return search


class AskedOfReaders(SharedFilter):
    """A filter that only says what is wanted: it takes a plan of whoever reads the customers."""


class OrderingFilter(AskedOfReaders):
    """In which order."""

    field_class = OrderingField


class SearchFilter(AskedOfReaders, django_filters.CharFilter):
    """Each word is part of the name, email, identifier or external identifier."""

    field_class = SearchField
