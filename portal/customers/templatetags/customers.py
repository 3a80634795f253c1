"""What templates say about customers: times, icons, languages."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.dates import MONTHS_3
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from portal.customers.locales import locale_name

if TYPE_CHECKING:
    from portal.customers.models import State

register = template.Library()

DAY: Final = 24 * 60 * 60
# Seconds, and the words for a number of them. Months and years are about as long as they are.
UNITS: Final = (
    (365 * DAY, ngettext_lazy("%(n)d year ago", "%(n)d years ago", "n")),
    (30 * DAY, ngettext_lazy("%(n)d month ago", "%(n)d months ago", "n")),
    (7 * DAY, ngettext_lazy("%(n)d week ago", "%(n)d weeks ago", "n")),
    (DAY, ngettext_lazy("%(n)d day ago", "%(n)d days ago", "n")),
    (60 * 60, ngettext_lazy("%(n)d hour ago", "%(n)d hours ago", "n")),
    (60, ngettext_lazy("%(n)d minute ago", "%(n)d minutes ago", "n")),
)
register.filter(locale_name)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of the sprite in components/_icons.html; the words beside it say the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="#icon-{}"/></svg>', name
    )


@register.filter
def state_mark(state: State) -> SafeString:
    """The state of an account as a word with an icon; the tint is only added."""
    return format_html(
        '<span class="state {}">{} {}</span>', state.value, icon(state.value), state.label
    )


@register.filter
def relative(value: datetime) -> str:
    """`3 days ago`, in the largest unit only. What is yet to come is `just now`: clocks differ."""
    seconds = (timezone.now() - value).total_seconds()
    for length, words in UNITS:
        if seconds >= length:
            return words % {"n": int(seconds // length)}
    return _("just now")


@register.filter
def absolute(value: datetime) -> str:
    """The date and time to the minute, in the active time zone, which it names."""
    local = timezone.localtime(value)
    return f"{local.day} {MONTHS_3[local.month].title()} {local:%Y, %H:%M} {local.tzname()}"


@register.filter
def moment(value: datetime) -> SafeString:
    """A time as it is read at a glance, and exactly where one looks closer."""
    exact = absolute(value)
    return format_html(
        '<time datetime="{}" title="{}"><span class="relative">{}</span>'
        '<span class="absolute">{}</span></time>',
        *(value.isoformat(), exact, relative(value), exact),
    )


@register.filter
def full_moment(value: datetime) -> SafeString:
    """Both at once, where there is room."""
    return format_html(
        '<time datetime="{}">{} <span class="quiet">{}</span></time>',
        value.isoformat(),
        absolute(value),
        relative(value),
    )


@register.filter
def input_type(field: BoundField) -> str:
    """`date`, unless the value is none: a date input would hide it."""
    value = field.value()
    try:
        return "date" if not value or parse_date(value) else "text"
    except ValueError:
        return "text"
