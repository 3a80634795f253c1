"""Points in time as people write them in a filter: a day, or a day and a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

# Outside of these years conversions between time zones can leave the calendar.
YEARS: Final = range(1900, 2200)


@dataclass(frozen=True)
class Span:
    """From `start` up to, and without, `end`: a whole day, or one microsecond."""

    start: datetime
    end: datetime


class MomentField(forms.Field):
    """`2026-01-31` is that day in the given time zone; `2026-01-31T10:00:00Z` is that instant."""

    default_error_messages = {
        "invalid": _("Write a day as 2026-01-31, or a time as 2026-01-31T10:00:00Z."),
        "year": _("The year must be between 1900 and 2199."),
    }
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, *, timezone: tzinfo, **kwargs: Any) -> None:
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
            known = moment if moment.tzinfo else moment.replace(tzinfo=self.timezone)
            # PostgreSQL takes an offset of 15 hours at most.
            instant = known.astimezone(UTC)
            return Span(instant, instant + timedelta(microseconds=1))
        midnight = time(tzinfo=self.timezone)
        return Span(
            datetime.combine(moment, midnight),
            datetime.combine(moment + timedelta(days=1), midnight),
        )
