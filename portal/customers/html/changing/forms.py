"""The form of a customer: the texts that a member types, and what to show beside them.

What a field accepts is decided by the service. The form sends it the fields that were changed only:
a value that was imported and would be rejected today does not stand in the way of another field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.customers import names, services
from portal.customers.changing.fields import LOCALES
from portal.customers.locales import locale_name
from portal.customers.phones import complete_phone, international_phone

if TYPE_CHECKING:
    from django.forms.boundfield import BoundField
    from django_stubs_ext import StrOrPromise

    from portal.customers.models import Customer
    from portal.history.models import Event
    from portal.organizers.models import Organizer

NAME: Final = "name_parts"
PART: Final = "name_"  # begins the input of a part of the name
LABELS: Final[Mapping[str, StrOrPromise]] = {
    NAME: gettext_lazy("Name"),
    "email": gettext_lazy("Email"),
    "phone": gettext_lazy("Phone"),
    "locale": gettext_lazy("Language"),
    "external_identifier": gettext_lazy("External identifier"),
    "is_verified": gettext_lazy("Email verified"),
    "is_active": gettext_lazy("Active"),
}
BOOLEANS: Final = ("is_verified", "is_active")
NEW: Final = tuple(name for name in LABELS if name not in BOOLEANS)
# What a customer of the form starts with, beside what the form has.
STATE_OF_NEW: Final = {"is_active": True, "is_verified": False}
# The input of a choice between two versions, before the name of the field.
CHOICE: Final = "keep-"
MINE: Final = "mine"
# Django's prefix of the hidden inputs with the values that the editor saw.
SEEN: Final = "initial-"
LARGEST_VERSION: Final = 2**63 - 1


@dataclass(frozen=True)
class Conflict:
    """A field that the editor and somebody else changed: both values, and the other's event."""

    name: str  # of the input that chooses between them
    mine: str
    theirs: str
    event: Event


@dataclass(frozen=True)
class FormField:
    """A field of the customer: its inputs, several for a name; their errors are at the first."""

    name: str
    label: StrOrPromise
    inputs: list[BoundField]
    conflict: Conflict | None
    taken_by: Customer | None  # who has the email already

    @property
    def is_boolean(self) -> bool:
        return self.name in BOOLEANS


class CustomerForm(forms.Form):
    """A new customer, or some fields of a customer. `since` is the version that the editor saw."""

    since = forms.IntegerField(
        min_value=1, max_value=LARGEST_VERSION, required=False, widget=forms.HiddenInput
    )

    def __init__(
        self,
        organizer: Organizer,
        customer: Customer | None = None,
        *,
        only: tuple[str, ...] = NEW,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        initial = _initial(organizer, customer) if customer else {"locale": "en"}
        super().__init__(_resolved(data), initial=initial)
        self.organizer = organizer
        self.only = only
        self.conflicts: dict[str, Conflict] = {}
        self.taken_by: Customer | None = None
        for name in only:
            self.fields.update(_inputs(name, organizer, customer))
        for name, field in self.fields.items():
            # What the editor saw: somebody else may change it meanwhile.
            field.show_hidden_initial = customer is not None and name != "since"

    @property
    def groups(self) -> Iterator[FormField]:
        """The fields of the customer, with their inputs."""
        for name in self.only:
            taken_by = self.taken_by if name == "email" else None
            yield FormField(
                name, LABELS[name], self._bound(name), self.conflicts.get(name), taken_by
            )

    def _bound(self, name: str) -> list[BoundField]:
        return [self[each] for each in self.fields if _field_of(each) == name]

    @property
    def name_parts(self) -> dict[str, str]:
        """The parts of the name as they are in the inputs."""
        inputs = {each.name.removeprefix(PART): each.value() or "" for each in self._bound(NAME)}
        parts = {part: text.strip() for part, text in inputs.items() if text.strip()}
        return {names.SCHEME: self.organizer.name_scheme, **parts} if parts else {}

    @property
    def preview(self) -> str:
        """The name composed from its parts as they are in the inputs."""
        return names.compose(self.name_parts)

    @property
    def has_preview(self) -> bool:
        """Whether the name has several parts. A name of one part is its own preview."""
        return len(self._bound(NAME)) > 1

    def save(self, change: Callable[[dict[str, object]], Customer]) -> Customer | None:
        """What `change` returns for the values, or None where the form is empty or has errors.

        Raises services.EditConflict and services.CustomerNotFound.
        """
        if not self.is_valid():
            return None
        try:
            return change(self._values())
        except services.InvalidValues as error:
            self.taken_by = error.taken_by
            for name, messages in error.errors.items():
                self.add_error(self._bound(name)[0].name, [*messages])
            return None

    def _values(self) -> dict[str, object]:
        """The fields that were changed, as services take them."""
        changed = {_field_of(each) for each in self.changed_data} & {*self.only}
        return {name: self._value(name) for name in changed}

    def _value(self, name: str) -> object:
        if name == NAME:
            return self.name_parts
        value: object = self.cleaned_data[name]
        if name == "phone":
            value = complete_phone(self.cleaned_data[name], self.organizer.country)
        return None if value == "" else value

    def with_conflict(self, error: services.EditConflict) -> CustomerForm:
        """The form for the customer as it is now, to choose between both versions of fields."""
        made = error.changes
        form = CustomerForm(self.organizer, error.customer, only=self.only)
        data: dict[str, Any] = {"since": error.customer.version}
        for each in form.fields:
            seen = form.get_initial_for_field(form.fields[each], each)
            data[f"{SEEN}{each}"] = seen
            data.setdefault(each, self.data.get(each) if _field_of(each) in made else seen)
        form = CustomerForm(self.organizer, error.customer, only=self.only, data=data)
        form.conflicts = {
            name: Conflict(f"{CHOICE}{name}", display(name, mine), display(name, theirs), event)
            for name, (theirs, mine) in made.items()
            if (event := error.event_of(name))
        }
        return form


def _initial(organizer: Organizer, customer: Customer) -> dict[str, object]:
    parts = _prefill(customer.name_parts, organizer.name_scheme)
    return {
        "since": customer.version,
        **{f"{PART}{part}": text for part, text in parts.items()},
        **{name: getattr(customer, name) for name in LABELS},
        "phone": international_phone(customer.phone),
    }


def _prefill(parts: Mapping[str, str | None], scheme: str) -> dict[str, str]:
    """The parts in another scheme: those of equal names, or else the name in the main part."""
    inputs = names.SCHEMES[scheme]
    if parts.get(names.SCHEME) == scheme and names.LEGACY not in parts:
        return {part: parts.get(part) or "" for part in inputs}
    common = {part: text for part in inputs if (text := parts.get(part))}
    main = next(part for part in ("full_name", "family_name") if part in inputs)
    return common or {main: names.compose(parts)}


def _inputs(
    name: str, organizer: Organizer, customer: Customer | None
) -> Iterator[tuple[str, forms.Field]]:
    if name == NAME:
        for part in names.SCHEMES[organizer.name_scheme]:
            yield f"{PART}{part}", _text_input(names.LABELS[part], autocapitalize="words")
    elif name in BOOLEANS:
        yield name, forms.BooleanField(label=LABELS[name], required=False)
    elif name == "locale":
        choices = _locale_choices(customer)
        widget = forms.Select(choices=choices)
        yield name, forms.CharField(label=LABELS[name], required=False, widget=widget)
    else:
        mode = {"email": "email", "phone": "tel"}.get(name, "text")
        yield name, _text_input(LABELS[name], inputmode=mode, autocapitalize="none")


def _text_input(label: StrOrPromise, **attributes: str) -> forms.CharField:
    # The browser neither offers the member's own address nor underlines names.
    attributes |= {"autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attributes))


def _locale_choices(customer: Customer | None) -> list[tuple[str, str]]:
    offered = {*LOCALES} | ({customer.locale} if customer else set())
    return sorted(((code, locale_name(code)) for code in offered), key=lambda each: each[1])


def _field_of(input_name: str) -> str:
    """The field of the customer that an input belongs to."""
    return NAME if input_name.startswith(PART) else input_name


def _resolved(data: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The data with the value that the editor saw, unless the choice was for the editor's own."""
    if data is None:
        return None
    theirs = {
        each.removeprefix(CHOICE) for each in data if each.startswith(CHOICE) and data[each] != MINE
    }
    kept = {name: data[name] for name in data if _field_of(name) not in theirs}
    seen = {
        name.removeprefix("initial-"): data[name] for name in data if name.startswith("initial-")
    }
    return kept | {name: text for name, text in seen.items() if _field_of(name) in theirs}


def display(name: str, value: Any) -> str:
    """The value of a field as text; empty for none."""
    if name == NAME:
        return names.compose(value or {})
    if name == "phone":
        return international_phone(value)
    if name == "locale":
        return locale_name(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return value or ""
