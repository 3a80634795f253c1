"""Describes events for pages: a sentence, and the changed fields with their old and new values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.customers import names
from portal.customers.locales import locale_name
from portal.customers.phones import format_phone
from portal.history.models import Event, EventKind
from portal.history.queries import readable_changes

if TYPE_CHECKING:
    from django.utils.safestring import SafeString
    from django_stubs_ext import StrOrPromise

# A page shows only the beginning of a longer value until the user expands the value.
SHOWN_CHARACTERS: Final = 200
# The kinds of events that store values.
KINDS_WITH_VALUES: Final = (EventKind.CREATED, EventKind.CHANGED, EventKind.UNDONE)
FIELD_LABELS: Final[Mapping[str, StrOrPromise]] = {
    "email": gettext_lazy("Email"),
    "phone": gettext_lazy("Phone"),
    "name_parts": gettext_lazy("Name"),
    "external_identifier": gettext_lazy("External identifier"),
    "locale": gettext_lazy("Language"),
    "is_active": gettext_lazy("Active"),
    "is_verified": gettext_lazy("Email verified"),
    "notes": gettext_lazy("Account note"),
    "date_joined": gettext_lazy("Registered"),
    "last_login": gettext_lazy("Last sign-in"),
    "last_modified": gettext_lazy("Last changed"),
}
SENTENCES: Final[Mapping[str, StrOrPromise]] = {
    EventKind.CREATED: gettext_lazy("{actor} created the customer"),
    EventKind.ERASED: gettext_lazy("{actor} erased the personal data"),
    EventKind.UNDONE: gettext_lazy("{actor} undid a change"),
    EventKind.NOTED: gettext_lazy("{actor} added a note"),
}


@dataclass(frozen=True)
class ValueDifference:
    """A field that an event changed, with the old and the new value; "" means no value."""

    label: StrOrPromise
    before: str = ""
    after: str = ""
    is_hidden: bool = False  # True if the reader may not see the values

    @property
    def start_before(self) -> str:
        """The beginning of a long old value; "" if the old value is short."""
        return _shorten_if_long(self.before)

    @property
    def start_after(self) -> str:
        """The beginning of a long new value; "" if the new value is short."""
        return _shorten_if_long(self.after)


@dataclass(frozen=True)
class HistoryEntry:
    """The description of an event for a page."""

    event: Event
    sentence: SafeString
    differences: Sequence[ValueDifference]
    is_emptied: bool  # True if the values of the event are deleted
    undo_url: str = ""  # the URL of the page that undoes the event; "" if the reader cannot undo it

    @property
    def only_difference(self) -> ValueDifference | None:
        """The changed field, if the event changed only one field with short values; otherwise None.

        A page shows the values of this field beside the sentence about the event.
        """
        if self.event.kind != EventKind.CHANGED or len(self.differences) != 1:
            return None
        [difference] = self.differences
        return None if difference.start_before or difference.start_after else difference

    @property
    def is_new(self) -> bool:
        """Whether the event created the customer, so that the fields have no old values."""
        return self.event.kind == EventKind.CREATED


def describe_event(event: Event, *, reads_notes: bool, undo_url: str = "") -> HistoryEntry:
    """Describes an event by a sentence and a list of changed fields.

    `reads_notes` says whether the reader may see the values of notes.
    """
    changes = readable_changes(event, reads_notes=reads_notes)
    differences = [describe_difference(name, changes[name]) for name in _ordered_names(changes)]
    is_emptied = event.changes is None and event.kind in KINDS_WITH_VALUES
    return HistoryEntry(
        event, _make_sentence(event, differences), differences, is_emptied, undo_url
    )


def describe_difference(name: str, values: Sequence[Any] | None) -> ValueDifference:
    """Formats the old and the new value of a field.

    `values` is None if the reader may not see the values.
    """
    label = FIELD_LABELS.get(name, name)
    if values is None:
        return ValueDifference(label, is_hidden=True)
    before, after = map(FORMATTERS.get(name, _format_text), values)
    if before == after:
        before, after = map(_format_name_parts, values)
    return ValueDifference(label, before, after)


def _shorten_if_long(text: str) -> str:
    return Truncator(text).chars(SHOWN_CHARACTERS) if len(text) > SHOWN_CHARACTERS else ""


def _ordered_names(changes: Mapping[str, Any]) -> list[str]:
    return [
        *(name for name in FIELD_LABELS if name in changes),
        *(changes.keys() - FIELD_LABELS.keys()),
    ]


def _make_sentence(event: Event, differences: Sequence[ValueDifference]) -> SafeString:
    number = len(differences)
    if event.kind != EventKind.CHANGED:
        return format_html(str(SENTENCES[event.kind]), actor=_actor_name(event))
    if number == 1:
        [difference] = differences
        return format_html(
            _("{actor} changed {field}"),
            actor=_actor_name(event),
            field=str(difference.label).lower(),
        )
    text = ngettext("{actor} changed {number} field", "{actor} changed {number} fields", number)
    if not number:
        text = _("{actor} changed the customer")
    return format_html(text, actor=_actor_name(event), number=number)


def _actor_name(event: Event) -> SafeString:
    return format_html('<bdi class="actor">{}</bdi>', event.actor_label)


def _format_text(value: Any) -> str:
    return "" if value is None else str(value)


def _format_boolean(value: Any) -> str:
    if value is None:
        return ""
    return _("Yes") if value else _("No")


def _format_name(value: Any) -> str:
    try:
        return names.compose_name(value or {})
    except names.UnknownScheme:
        return _format_name_parts(value)


def _format_name_parts(value: Any) -> str:
    """The parts of a name with their labels, including parts that the composed name omits."""
    if not isinstance(value, Mapping):
        return _format_text(value)
    return ", ".join(f"{label}: {text}" for label, text in names.label_name_parts(value))


def _format_locale(value: Any) -> str:
    return locale_name(value) if value else ""


def _format_phone(value: Any) -> str:
    return format_phone(value) if isinstance(value, str) else _format_text(value)


def _format_time(value: Any) -> str:
    moment = parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or timezone.is_naive(moment):
        return _format_text(value)
    return formats.date_format(timezone.localtime(moment), "j M Y, H:i T")


FORMATTERS: Final[Mapping[str, Callable[[Any], str]]] = {
    "name_parts": _format_name,
    "phone": _format_phone,
    "locale": _format_locale,
    "is_active": _format_boolean,
    "is_verified": _format_boolean,
    **dict.fromkeys(("date_joined", "last_login", "last_modified"), _format_time),
}
