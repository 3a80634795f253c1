"""What templates say about customers: times, icons, languages."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from portal.customers.locales import locale_name

register = template.Library()
register.filter(locale_name)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite in components/_icons.html; the words beside it say the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="#icon-{}"/></svg>', name
    )


@register.filter
def relative(value: datetime) -> str:
    """`3 days ago`, in the largest unit only."""
    elapsed = timezone.now() - value
    if abs(elapsed) < timedelta(minutes=1):
        return _("just now")
    if elapsed < timedelta(0):
        return _("in %(time)s") % {"time": timesince(timezone.now(), value, depth=1)}
    return _("%(time)s ago") % {"time": timesince(value, depth=1)}


@register.filter
def absolute(value: datetime) -> str:
    """The date and time to the minute, in the active time zone, which it names."""
    local = timezone.localtime(value)
    return f"{date_format(local, 'j M Y, H:i')} {local.tzname()}"


@register.filter
def moment(value: datetime) -> SafeString:
    """A time as it is read at a glance, and exactly where one looks closer."""
    return format_html(
        '<time datetime="{}" title="{}"><span class="relative">{}</span>'
        '<span class="absolute">{}</span></time>',
        value.isoformat(),
        absolute(value),
        relative(value),
        absolute(value),
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
