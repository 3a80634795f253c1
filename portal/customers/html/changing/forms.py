"""The form that creates and edits a customer, and its conflicts with changes by other people.

The service validates the values. The form passes only changed fields to the service: an imported
value may be invalid in Portal, and must not prevent changes of other fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _

from portal.customers import names, services
from portal.customers.changing.fields import LOCALES
from portal.customers.locales import locale_name
from portal.customers.phones import format_phone, to_e164
from portal.history.html.entries import FIELD_LABELS

if TYPE_CHECKING:
    from django.forms.boundfield import BoundField
    from django_stubs_ext import StrOrPromise

    from portal.customers.models import Customer
    from portal.history.models import Event
    from portal.organizers.models import Organizer

NAME: Final = "name_parts"
PART_PREFIX: Final = "name_"  # prefix of the inputs for name parts
# The fields of the form, in order, with the labels that the history shows, too.
FIELDS: Final = (
    *(NAME, "email", "phone", "locale", "external_identifier"),
    *("is_verified", "is_active", "notes"),
)
LABELS: Final = {name: FIELD_LABELS[name] for name in FIELDS}
BOOLEANS: Final = ("is_verified", "is_active")
# The field `notes` of the API. Only members who may read notes can edit the field `notes`.
NOTES: Final = "notes"
ALL_BUT_NOTES: Final = tuple(name for name in LABELS if name != NOTES)
FIELDS_OF_NEW: Final = tuple(name for name in ALL_BUT_NOTES if name not in BOOLEANS)
# The values of a new customer for which the form has no inputs.
STATE_OF_NEW: Final = {"is_active": True, "is_verified": False}
# The prefix of inputs that choose between two values after a conflict.
CHOICE_PREFIX: Final = "keep-"
MINE: Final = "mine"
# Django's prefix of hidden inputs with the values that the member saw.
INITIAL_PREFIX: Final = "initial-"
MAX_VERSION: Final = 2**63 - 1


@dataclass(frozen=True)
class FormConflict:
    """A field that the member and another person changed at the same time, with both values."""

    name: str  # the name of the input that chooses one of the values
    mine: str
    theirs: str
    event: Event  # the event of the other person's change


@dataclass(frozen=True)
class FormField:
    """A field of the customer with its inputs.

    A name has an input for each part; the first input shows the errors.
    """

    name: str
    label: StrOrPromise
    inputs: list[BoundField]
    conflict: FormConflict | None
    taken_by: Customer | None  # the customer that has the email already

    @property
    def is_boolean(self) -> bool:
        return self.name in BOOLEANS


class CustomerForm(forms.Form):
    """A form for a new customer, or for the fields `only` of an existing customer.

    The input `since` has the version of the customer that the member saw.
    """

    since = forms.IntegerField(
        min_value=1, max_value=MAX_VERSION, required=False, widget=forms.HiddenInput
    )

    def __init__(
        self,
        organizer: Organizer,
        customer: Customer | None = None,
        *,
        only: tuple[str, ...] = FIELDS_OF_NEW,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        initial = _initial_values(organizer, customer) if customer else {"locale": "en"}
        super().__init__(_with_chosen_values(data), initial=initial)
        self.organizer = organizer
        self.only = only
        self.conflicts: dict[str, FormConflict] = {}
        self.taken_by: Customer | None = None
        for name in only:
            self.fields.update(_input_fields(name, organizer, customer))
        for name, field in self.fields.items():
            # The form also posts the value that the member saw, because another person may change
            # it meanwhile.
            field.show_hidden_initial = customer is not None and name != "since"

    @property
    def groups(self) -> Iterator[FormField]:
        """The fields of the form, each with its inputs."""
        for name in self.only:
            taken_by = self.taken_by if name == "email" else None
            yield FormField(
                name, LABELS[name], self._inputs_of(name), self.conflicts.get(name), taken_by
            )

    def _inputs_of(self, name: str) -> list[BoundField]:
        return [self[each] for each in self.fields if _field_of_input(each) == name]

    @property
    def name_parts(self) -> dict[str, str]:
        """The name parts in the inputs, with the organizer's name scheme."""
        inputs = {
            each.name.removeprefix(PART_PREFIX): each.value() or ""
            for each in self._inputs_of(NAME)
        }
        parts = {part: text.strip() for part, text in inputs.items() if text.strip()}
        return {names.SCHEME: self.organizer.name_scheme, **parts} if parts else {}

    @property
    def preview(self) -> str:
        """The name composed from the parts in the inputs."""
        return names.compose_name(self.name_parts)

    @property
    def has_preview(self) -> bool:
        """Whether the name has several parts. A name with one part needs no preview."""
        return len(self._inputs_of(NAME)) > 1

    def save(self, change: Callable[[dict[str, object]], Customer]) -> Customer | None:
        """Call `change` with the changed values.

        Returns the customer, or None if the form is invalid. Raises services.EditConflict and
        services.CustomerNotFound.
        """
        if not self.is_valid():
            return None
        try:
            return change(self._values())
        except services.InvalidValues as error:
            self.taken_by = error.taken_by
            for name, messages in error.errors.items():
                self.add_error(self._inputs_of(name)[0].name, [*messages])
            return None

    def _values(self) -> dict[str, object]:
        """The new values of the fields that the member changed."""
        changed = {_field_of_input(input_name) for input_name in self.changed_data} & {*self.only}
        return {name: self._value(name) for name in changed}

    def _value(self, name: str) -> object:
        if name == NAME:
            return self.name_parts
        value: object = self.cleaned_data[name]
        if name == NOTES:
            # Browsers send line ends as CRLF.
            value = self.cleaned_data[name].replace("\r\n", "\n")
        if name == "phone":
            value = to_e164(self.cleaned_data[name], self.organizer.country)
        return None if value == "" else value

    def with_conflict(self, error: services.EditConflict) -> CustomerForm:
        """A new form with the current values of the customer and a choice for each conflict."""
        form = CustomerForm(self.organizer, error.customer, only=self.only)
        data: dict[str, Any] = {"since": error.customer.version}
        for name, field in form.fields.items():
            current = form.get_initial_for_field(field, name)
            is_mine = _field_of_input(name) in error.changes
            data[f"{INITIAL_PREFIX}{name}"] = current
            data.setdefault(name, self.data.get(name) if is_mine else current)
        form = CustomerForm(self.organizer, error.customer, only=self.only, data=data)
        form.conflicts = {
            name: FormConflict(
                f"{CHOICE_PREFIX}{name}",
                display_value(name, mine),
                display_value(name, theirs),
                event,
            )
            for name, (theirs, mine) in error.changes.items()
            if (event := error.event_of_field(name))
        }
        return form


def _initial_values(organizer: Organizer, customer: Customer) -> dict[str, object]:
    parts = _prefilled_parts(customer.name_parts, organizer.name_scheme)
    return {
        "since": customer.version,
        **{f"{PART_PREFIX}{part}": text for part, text in parts.items()},
        **{name: getattr(customer, name) for name in LABELS},
        "phone": format_phone(customer.phone),
    }


def _prefilled_parts(parts: Mapping[str, str | None], scheme: str) -> dict[str, str]:
    """The name parts for the inputs of a scheme.

    A name in another scheme is converted to the parts that both schemes have, or to one part with
    the composed name.
    """
    inputs = names.SCHEMES[scheme]
    if parts.get(names.SCHEME) == scheme and names.LEGACY not in parts:
        return {part: parts.get(part) or "" for part in inputs}
    common = {part: text for part in inputs if (text := parts.get(part))}
    main = next(part for part in ("full_name", "family_name") if part in inputs)
    return common or {main: names.compose_name(parts)}


def _input_fields(
    name: str, organizer: Organizer, customer: Customer | None
) -> Iterator[tuple[str, forms.Field]]:
    if name == NAME:
        for part in names.SCHEMES[organizer.name_scheme]:
            yield f"{PART_PREFIX}{part}", _text_input(names.LABELS[part], autocapitalize="words")
    elif name in BOOLEANS:
        yield name, forms.BooleanField(label=LABELS[name], required=False)
    elif name == NOTES:
        text = forms.Textarea(attrs={"rows": 5})
        yield name, forms.CharField(label=LABELS[name], required=False, strip=False, widget=text)
    elif name == "locale":
        choices = _locale_choices(customer)
        widget = forms.Select(choices=choices)
        yield name, forms.CharField(label=LABELS[name], required=False, widget=widget)
    else:
        mode = {"email": "email", "phone": "tel"}.get(name, "text")
        yield name, _text_input(LABELS[name], inputmode=mode, autocapitalize="none")


def _text_input(label: StrOrPromise, **attributes: str) -> forms.CharField:
    # Without these attributes, the browser suggests the member's own email and underlines names as
    # misspelled.
    attributes |= {"autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attributes))


def _locale_choices(customer: Customer | None) -> list[tuple[str, str]]:
    offered = {*LOCALES} | ({customer.locale} if customer else set())
    return sorted(((code, locale_name(code)) for code in offered), key=lambda each: each[1])


def _field_of_input(input_name: str) -> str:
    """The field of the customer that an input belongs to."""
    return NAME if input_name.startswith(PART_PREFIX) else input_name


def _with_chosen_values(data: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The posted data with the choices after a conflict.

    The current value of a field replaces the posted value if the member chose the current value.
    """
    if data is None:
        return None
    theirs = {
        name.removeprefix(CHOICE_PREFIX)
        for name, choice in data.items()
        if name.startswith(CHOICE_PREFIX) and choice != MINE
    }
    current = {
        name.removeprefix(INITIAL_PREFIX): text
        for name, text in data.items()
        if name.startswith(INITIAL_PREFIX)
    }
    return {
        **{name: text for name, text in data.items() if _field_of_input(name) not in theirs},
        **{name: text for name, text in current.items() if _field_of_input(name) in theirs},
    }


def display_value(name: str, value: Any) -> str:
    """The text that shows a value of the field; "" for a missing value."""
    if name == NAME:
        return names.compose_name(value or {})
    if name == "phone":
        return format_phone(value)
    if name == "locale":
        return locale_name(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return value or ""
