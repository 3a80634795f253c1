"""Template tags and filters: times, icons, states, languages, form controls."""

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
from django.utils.translation import gettext as _

from portal.customers.html.times import Clock
from portal.customers.locales import locale_name
from portal.customers.models import State
from portal.customers.phones import international_phone

if TYPE_CHECKING:
    from django.forms.boundfield import BoundWidget

    from portal.customers.html.table import ColumnChoice, LayoutLink

register = template.Library()
NO_LINK: Final = mark_safe('role="link" aria-disabled="true" tabindex="-1"')
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

register.filter(locale_name)
register.filter(international_phone)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of the sprite in components/_icons.html, hidden from screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="#icon-{}"/></svg>', name
    )


@register.filter
def state_mark(value: int) -> SafeString:
    """The state of a customer: a label, and an icon unless the state is the usual one."""
    state = State(value)
    image = "" if state is State.ACTIVE else icon(state.code)
    return format_html('<span class="state-mark {}">{} {}</span>', state.code, image, state.label)


@register.filter
def absolute(value: datetime) -> str:
    """`6 Apr 2021, 15:44 CEST`: the time in the active time zone, and its name."""
    return Clock().absolute(value)


@register.filter
def relative(value: datetime) -> str:
    """How long ago, in the largest unit."""
    return Clock().relative(value)


@register.filter
def full_moment(value: datetime) -> SafeString:
    """The exact time, and how long ago."""
    clock = Clock()
    return format_html(
        '<time datetime="{}">{} <span class="quiet">{}</span></time>',
        value.isoformat(),
        clock.absolute(value),
        clock.relative(value),
    )


@register.filter
def breakable(value: str) -> SafeString:
    """An email that wraps before its domain only."""
    return mark_safe(escape(value).replace("@", "<wbr>@"))  # noqa: S308  It is escaped.


@register.simple_tag
def box(one: BoundWidget) -> SafeString:
    """A checkbox or radio button with its label. A page has twenty: a template for each is slow."""
    data = one.data
    return format_html(
        '<input type="{}" name="{}" value="{}" id="{}"{}{}> {}',
        data["type"],
        data["name"],
        data["value"],
        data["attrs"]["id"],
        " checked" if data["selected"] else "",
        " autofocus" if data["attrs"].get("autofocus") else "",
        one.choice_label,
    )


@register.simple_tag
def column_toggle(column: ColumnChoice) -> SafeString:
    """The link that shows or hides a column. The menu has thirty links: templates are slow."""
    if column.toggle is None:
        return format_html('<span class="column-toggle">{}{}</span>', icon("check"), column.label)
    shown, hidden = _("– shown; hide this column"), _("– hidden; show this column")
    return format_html(
        '<a id="column-{}" class="column-toggle" href="{}" data-set="columns" data-value="{}">'
        '{}{}<span class="visually-hidden">{}</span></a>',
        column.name,
        column.toggle.href,
        column.toggle.value,
        icon("check"),
        column.label,
        shown if column.is_shown else hidden,
    )


@register.simple_tag
def column_move(column: ColumnChoice, direction: str) -> SafeString:
    """The link that moves a column `up` or `down`."""
    is_up = direction == "up"
    link = column.up if is_up else column.down
    return format_html(
        '<a id="column-{}-{}" class="column-move" {}>{}'
        '<span class="visually-hidden">{}: {}</span></a>',
        column.name,
        direction,
        _column_link(link) if link else NO_LINK,
        icon("ascending" if is_up else "descending"),
        _("Move up") if is_up else _("Move down"),
        column.label,
    )


def _column_link(link: LayoutLink) -> SafeString:
    return format_html('href="{}" data-set="columns" data-value="{}"', link.href, link.value)


@register.filter
def input_type(field: BoundField) -> str:
    """`date`, or `text` for a value that a date input would not show."""
    value = field.value() or ""
    try:
        is_day = bool(DAY.fullmatch(value) and parse_date(value))
    except ValueError:
        is_day = False
    return "date" if is_day or not value else "text"
