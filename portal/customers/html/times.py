"""Formats times as text: the exact time, or how long ago it is."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Final

from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

DAY: Final = 24 * 60 * 60
RECENT: Final = 31 * DAY
# The length of each unit in seconds, and its text. Months and years are approximate.
UNITS: Final = (
    (365 * DAY, ngettext_lazy("%(n)d year ago", "%(n)d years ago", "n")),
    (30 * DAY, ngettext_lazy("%(n)d month ago", "%(n)d months ago", "n")),
    (7 * DAY, ngettext_lazy("%(n)d week ago", "%(n)d weeks ago", "n")),
    (DAY, ngettext_lazy("%(n)d day ago", "%(n)d days ago", "n")),
    (60 * 60, ngettext_lazy("%(n)d hour ago", "%(n)d hours ago", "n")),
    (60, ngettext_lazy("%(n)d minute ago", "%(n)d minutes ago", "n")),
)


class TimeFormatter:
    """Formats the times of one page.

    All texts are relative to the same current time, and each text is translated once.
    """

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now or timezone.now()
        self._zone = timezone.get_current_timezone()
        self._ago: dict[tuple[int, int], str] = {}

    def time_ago(self, value: datetime) -> str:
        """How long ago a time is, in the largest unit: `3 days ago`.

        A time in the future is `just now`, because clocks differ.
        """
        seconds = (self._now - value).total_seconds()
        for length, words in UNITS:
            if seconds >= length:
                key = (length, int(seconds // length))
                if key not in self._ago:
                    self._ago[key] = words % {"n": key[1]}
                return self._ago[key]
        return _("just now")

    def short_time(self, value: datetime) -> str:
        """How long ago a time is, or the date if it is more than a month ago."""
        if (self._now - value).total_seconds() < RECENT:
            return self.time_ago(value)
        return self._date(value.astimezone(self._zone))

    def full_time(self, value: datetime) -> str:
        """The date and the time to the minute, with the name of the time zone."""
        local = value.astimezone(self._zone)
        return f"{self._date(local)}, {local.hour:02}:{local.minute:02} {local.tzname()}"

    def _date(self, local: datetime) -> str:
        return f"{local.day} {self._months[local.month]} {local.year}"

    def time_element(self, value: datetime) -> SafeString:
        """HTML with short(), and with the exact time for hovering, the focused row and print."""
        # No escaping is needed, because the text has no value of a customer.
        exact = self.full_time(value)
        return mark_safe(  # noqa: S308
            f'<time datetime="{value.isoformat()}" title="{exact}"><span class="relative">'
            f'{self.short_time(value)}</span><span class="absolute">{exact}</span></time>'
        )

    @cached_property
    def _months(self) -> dict[int, str]:
        return {number: name.title() for number, name in MONTHS_3.items()}
