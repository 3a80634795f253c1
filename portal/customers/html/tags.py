"""What templates say about customers: times, icons, languages."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from django import template
from django.forms import BoundField
from django.utils.dateparse import parse_date
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from portal.customers.html.times import Clock
from portal.customers.locales import locale_name

if TYPE_CHECKING:
    from django.forms.boundfield import BoundWidget

    from portal.customers.models import State

register = template.Library()
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

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
def absolute(value: datetime) -> str:
    """The date and time to the minute, in the active time zone, which it names."""
    return Clock().absolute(value)


@register.filter
def relative(value: datetime) -> str:
    """How long ago, in the largest unit only."""
    return Clock().relative(value)


@register.filter
def full_moment(value: datetime) -> SafeString:
    """Exactly and how long ago, both at once, where there is room."""
    clock = Clock()
    return format_html(
        '<time datetime="{}">{} <span class="quiet">{}</span></time>',
        value.isoformat(),
        clock.absolute(value),
        clock.relative(value),
    )


@register.filter
def breakable(value: str) -> SafeString:
    """Where a line is too short for an email, its domain stays in one piece."""
    return mark_safe(escape(value).replace("@", "<wbr>@"))  # noqa: S308  It is escaped.


@register.simple_tag
def box(one: BoundWidget) -> SafeString:
    """A box to tick, or one of several to choose from, with its label: a page has twenty."""
    data = one.data
    return format_html(
        '<input type="{}" name="{}" value="{}" id="{}"{}> {}',
        data["type"],
        data["name"],
        data["value"],
        data["attrs"]["id"],
        " checked" if data["selected"] else "",
        one.choice_label,
    )


@register.filter
def input_type(field: BoundField) -> str:
    """`date`, unless the value is no day as browsers write it: a date input would hide it."""
    value = field.value() or ""
    try:
        is_day = bool(DAY.fullmatch(value) and parse_date(value))
    except ValueError:
        is_day = False
    return "date" if is_day or not value else "text"
