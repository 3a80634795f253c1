"""Template tags and filters: times, icons, states, languages, form fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Final, cast

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.customers.html.times import TimeFormatter
from portal.customers.locales import locale_name
from portal.customers.models import State
from portal.customers.phones import format_phone

if TYPE_CHECKING:
    from django.forms.boundfield import BoundWidget
    from django_stubs_ext import StrOrPromise

    from portal.customers.html.list import FilterBox, FilterChoices, TimePreset
    from portal.customers.html.paging import PagerLink
    from portal.customers.html.table import ColumnChoice, ColumnMenu, Heading, LayoutLink
    from portal.customers.query.filter_fields import DayField

register = template.Library()
DISABLED_LINK: Final = 'role="link" aria-disabled="true" tabindex="-1"'
CURRENT_ITEM: Final = ' aria-current="true"'
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

register.filter(locale_name)
register.filter(format_phone)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of the sprite in components/_icons.html, hidden from screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="#icon-{}"/></svg>', name
    )


@register.filter
def state_mark(value: int) -> SafeString:
    """The label of a customer's state. Every state except Active has an icon."""
    state = State(value)
    image = "" if state is State.ACTIVE else icon(state.code)
    return format_html('<span class="state-mark {}">{} {}</span>', state.code, image, state.label)


@register.filter
def full_time(value: datetime) -> str:
    """A time in the current time zone: `6 Apr 2021, 15:44 CEST`."""
    return TimeFormatter().full_time(value)


@register.simple_tag
def current_time() -> str:
    """The current time in the format of `full_time`."""
    return TimeFormatter().full_time(timezone.now())


@register.filter
def time_ago(value: datetime) -> str:
    """How long ago a time is, in the largest unit: `3 days ago`."""
    return TimeFormatter().time_ago(value)


@register.filter
def full_time_and_ago(value: datetime) -> SafeString:
    """The exact time, and how long ago it is."""
    clock = TimeFormatter()
    return format_html(
        '<time datetime="{}">{} <span class="quiet">{}</span></time>',
        value.isoformat(),
        clock.full_time(value),
        clock.time_ago(value),
    )


@register.filter
def breakable_email(value: str) -> SafeString:
    """An email that can wrap only before the `@`."""
    return mark_safe(escape(value).replace("@", "<wbr>@"))  # noqa: S308  escaped above


@register.simple_tag
def choice_box(choice: BoundWidget) -> SafeString:
    """A checkbox or radio button with its label.

    The HTML is composed here, because a template would be slow for the twenty boxes of a page.
    """
    data, attributes = choice.data, choice.data["attrs"]
    checked = " checked" if data["selected"] else ""
    autofocus = " autofocus" if attributes.get("autofocus") else ""
    return _join_safe_html(
        f'<input type="{data["type"]}" name="{data["name"]}" value="{escape(str(data["value"]))}"'
        f' id="{attributes["id"]}"{checked}{autofocus}> {escape(str(choice.choice_label))}'
    )


@register.simple_tag
def filter_boxes(part: FilterChoices) -> SafeString:
    """The checkboxes or radio buttons of a filter with labels. The boxes of a facet have counts."""
    kind, name, identifier = part.field.field.widget.input_type, part.field.name, part.field.auto_id
    return _join_safe_html(
        f'<label><input type="{kind}" name="{name}" value="{escape(box.value)}"'
        f' id="{identifier}_{index}"{" checked" if box.is_checked else ""}>'
        f" {escape(str(box.label))}{_facet_count(box) if part.is_facet else ''}</label>"
        for index, box in enumerate(part.boxes)
    )


def _facet_count(box: FilterBox) -> str:
    unknown = '<span aria-hidden="true">–</span>'
    number = unknown if box.number is None else number_format(box.number)
    return f' <span class="facet-count">{number}</span>'


@register.simple_tag
def column_choices(menu: ColumnMenu) -> SafeString:
    """The items of the menu of columns, with links that show, hide and move a column."""
    return _join_safe_html(_column_choice(each) for each in menu.choices)


def _column_choice(column: ColumnChoice) -> str:
    if not column.is_shown:
        return f"<li>{_column_toggle(column)}</li>"
    moves = _column_move(column, "up", column.up) + _column_move(column, "down", column.down)
    return f'<li class="shown">{_column_toggle(column)}{moves}</li>'


def _column_toggle(column: ColumnChoice) -> str:
    label = escape(str(column.label))
    if column.toggle is None:
        return f'<span class="column-toggle">{icon("check")}{label}</span>'
    text = _("– shown; hide this column") if column.is_shown else _("– hidden; show this column")
    return (
        f'<a id="column-{column.name}" class="column-toggle"'
        f" {_link_attributes('columns', column.toggle)}>"
        f'{icon("check")}{label}<span class="visually-hidden">{escape(text)}</span></a>'
    )


def _column_move(column: ColumnChoice, direction: str, link: LayoutLink | None) -> str:
    is_up = direction == "up"
    text = _("Move up") if is_up else _("Move down")
    return (
        f'<a id="column-{column.name}-{direction}" class="column-move"'
        f" {_link_attributes('columns', link) if link else DISABLED_LINK}>"
        f"{icon('ascending' if is_up else 'descending')}"
        f'<span class="visually-hidden">{escape(text)}: {escape(str(column.label))}</span></a>'
    )


def _link_attributes(name: str, link: LayoutLink) -> str:
    return f'href="{escape(link.href)}" data-set="{name}" data-value="{escape(link.value)}"'


@register.simple_tag
def preset_links(presets: Sequence[TimePreset]) -> SafeString:
    """The items of a list of relative dates, as links."""
    return _join_safe_html(
        f'<li><a id="preset-{each.name}-{each.value}" href="{escape(each.href)}"'
        f' data-set="{each.name}" data-value="{each.value}" data-drop="{each.removed}"'
        f"{CURRENT_ITEM if each.is_chosen else ''}>{escape(str(each.label))}</a></li>"
        for each in presets
    )


@register.simple_tag
def order_link(heading: Heading) -> SafeString:
    """The label of a column.

    If there is a sort key for the column, the label links to this order.
    """
    label = escape(str(heading.label))
    if not heading.href:
        return _join_safe_html(label)
    direction = ""
    if heading.direction:
        text = escape(str(heading.direction_text))
        direction = f' {icon(heading.direction)}<span class="visually-hidden">{text}</span>'
    return _join_safe_html(
        f'<a id="order-{heading.name}" href="{escape(heading.href)}" data-set="ordering"'
        f' data-value="{heading.ordering}">{label}{direction}</a>'
    )


@register.simple_tag
def step_link(step: PagerLink, label: str, before: str = "", after: str = "") -> SafeString:
    """A link of the pager with icons before and after its label.

    Without a page in this direction, only the label is shown.
    """
    text = f"{before and icon(before)}{escape(label)}{after and icon(after)}"
    if not step.href:
        return _join_safe_html(f'<span class="step {step.name}" aria-disabled="true">{text}</span>')
    return _join_safe_html(
        f'<a id="page-{step.name}" class="step {step.name}" href="{escape(step.href)}"'
        f' data-set="page" data-value="{step.page}">{text}</a>'
    )


def _join_safe_html(parts: Iterable[str]) -> SafeString:
    """Join HTML in which all texts are escaped.

    format_html() would be slow for the hundred links of a page.
    """
    return mark_safe("".join(parts))  # noqa: S308


@register.simple_tag
def time_input(field: BoundField, label: StrOrPromise) -> SafeString:
    """An input for a time, with its label.

    The input is a text input if a date input cannot show the value, such as `-7d`.
    """
    value, identifier = field.value() or "", field.auto_id
    days = cast("DayField", field.field)
    is_date = _is_day(value) or not value
    bounds = f' min="{days.earliest}" max="{days.latest}"' if is_date else ""
    invalid = f' aria-invalid="true" aria-describedby="{identifier}_error"' if field.errors else ""
    return _join_safe_html(
        f'<label for="{identifier}">{escape(str(label))}</label>'
        f'<input id="{identifier}" type="{"date" if is_date else "text"}"'
        f' name="{field.html_name}" value="{escape(value)}"{bounds}{invalid}>'
    )


def _is_day(value: str) -> bool:
    try:
        return bool(DAY.fullmatch(value) and parse_date(value))
    except ValueError:
        return False
