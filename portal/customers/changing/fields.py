"""Validates the values that staff write in forms and API clients write as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from portal.customers import names
from portal.customers.models import Customer, customers_of_organizer
from portal.customers.normalization import email_key
from portal.customers.source_values import read_source_values

if TYPE_CHECKING:
    from portal.organizers.models import Organizer

Value = TypeVar("Value")
Errors = dict[str, list[str]]

MAX_EMAIL_LENGTH: Final = 190
MAX_PHONE_LENGTH: Final = 128
MAX_EXTERNAL_LENGTH: Final = 255
MAX_NAME_LENGTH: Final = 255
# The language codes that pretix accepts.
LOCALES: Final = (
    *("en", "de", "de-informal", "ar", "eu", "ca", "zh-hans", "zh-hant", "hr", "cs", "da", "nl"),
    *("nl-informal", "fr", "fi", "gl", "el", "he", "hu", "id", "it", "ja", "lv", "nb-no", "pl"),
    *("pt-pt", "ro", "ru", "sk", "sl", "sv", "es", "es-419", "tr", "uk", "vi"),
)
SURROGATE: Final = re.compile("[\ud800-\udfff]")
BLANK_ERROR: Final = "This field may not be blank."
NULL_ERROR: Final = "This field may not be null."
INVALID_TYPE_ERROR: Final = "Invalid data type"
INVALID_EMAIL_ERROR: Final = "Enter a valid email address."
BOOLEANS: Final[Mapping[object, bool]] = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1", True), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0", False), False),
}


class InvalidValues(ValueError):
    """Some values are invalid. `errors` has the error messages of each field.

    `taken_by` is the other customer that has the email already, or None.
    """

    def __init__(self, errors: Errors, *, taken_by: Customer | None = None) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors
        self.taken_by = taken_by


def clean_values(
    organizer: Organizer, values: Mapping[str, object], *, customer: Customer | None = None
) -> dict[str, Any]:
    """Validate values and convert them to the form that the database stores. Raises InvalidValues.

    `values` has JSON values or the texts of a form, by field. Fields that are not writable are
    ignored. `customer` is the customer to change, or None for a new one. Imports may store invalid
    values. Therefore a value is not validated if the customer or its source has this value already.
    """
    cleaned: dict[str, Any] = {}
    errors: Errors = {}
    for name, clean_value in (WRITABLE if customer else {**WRITABLE, **IGNORED}).items():
        if name not in values:
            continue
        if customer and (known := _find_stored_value(customer, name, values[name])):
            [cleaned[name]] = known
            continue
        try:
            cleaned[name] = clean_value(values[name], organizer)
        except ValidationError as error:
            errors[name] = error.messages
    try:
        check_email(organizer, cleaned.get("email"), customer=customer)
    except InvalidValues as taken:
        raise InvalidValues(
            _select_reported_errors({**errors, **taken.errors}), taken_by=taken.taken_by
        ) from None
    if errors:
        raise InvalidValues(_select_reported_errors(errors))
    return {name: value for name, value in cleaned.items() if name in WRITABLE}


def _find_stored_value(customer: Customer, name: str, value: object) -> list[Any]:
    """A list with the value of the customer, or of its source, that equals `value`; or []."""
    source = read_source_values(customer.source_values).get(name)
    known = [getattr(customer, name), *([source.value] if source else [])]
    return [each for each in known if each == value][:1]


def check_email(organizer: Organizer, email: str | None, *, customer: Customer | None) -> None:
    """Raise InvalidValues if another customer has this email, in upper or lower case."""
    if email is None:
        return
    owner = customers_of_organizer(organizer).filter(email_key=email_key(email)).first()
    if owner and owner != customer:
        message = _("An account with this email address is already registered.")
        raise InvalidValues({"email": [message]}, taken_by=owner)


def _select_reported_errors(errors: Errors) -> Errors:
    """The errors that pretix reports.

    pretix reports a wrong type of name_parts only if all other fields are valid.
    """
    others = {name: messages for name, messages in errors.items() if name != "name_parts"}
    return others if others and errors.get("name_parts") == [_(INVALID_TYPE_ERROR)] else errors


def _clean_email(value: object, _organizer: Organizer) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValidationError(_(INVALID_EMAIL_ERROR))
    email = value.strip()
    if not email:
        raise ValidationError(_(BLANK_ERROR))
    messages = _find_text_errors(email, MAX_EMAIL_LENGTH)
    try:
        validate_email(email)
    except ValidationError:
        messages.append(_(INVALID_EMAIL_ERROR))
    # A text in lower case may be longer than the original, so its length is checked again.
    return _value_unless_invalid(
        email.lower(), messages or _find_text_errors(email.lower(), MAX_EMAIL_LENGTH)
    )


def _clean_phone(value: object, _organizer: Organizer) -> str | None:
    if value is None:
        return None
    text = _trimmed_text(value)
    if not text:
        return ""
    messages = _find_text_errors(text, MAX_PHONE_LENGTH)
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        number = phonenumbers.PhoneNumber()
    if not phonenumbers.is_valid_number(number):
        messages.insert(0, _("The phone number entered is not valid."))
    international = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return _value_unless_invalid(international, messages)


def _clean_name_parts(value: object, organizer: Organizer) -> dict[str, str | None]:
    if value is None:
        raise ValidationError(_(NULL_ERROR))
    if not value:
        return {}
    if not isinstance(value, dict):
        raise ValidationError(_(INVALID_TYPE_ERROR))
    parts = value if names.SCHEME in value else {**value, names.SCHEME: organizer.name_scheme}
    if not all(part is None or isinstance(part, str) for part in parts.values()):
        raise ValidationError(_(INVALID_TYPE_ERROR))
    if messages := _find_text_errors("".join(filter(None, [*parts, *parts.values()]))):
        raise ValidationError(messages)
    try:
        name = names.compose_name(parts)
    except names.UnknownScheme:
        message = _("Unknown name scheme: “%(scheme)s”.") % {"scheme": parts[names.SCHEME]}
        raise ValidationError(message) from None
    return _value_unless_invalid(parts, _find_text_errors(name, MAX_NAME_LENGTH))


def _clean_external_identifier(value: object, _organizer: Organizer) -> str | None:
    return None if value is None else _clean_text(value, MAX_EXTERNAL_LENGTH)


def _clean_notes(value: object, _organizer: Organizer) -> str | None:
    return None if value is None else _clean_text(value)


def _clean_locale(value: object, _organizer: Organizer) -> str:
    if value is None:
        raise ValidationError(_(NULL_ERROR))
    if value not in LOCALES:
        # The message quotes the value. A lone surrogate is replaced, because UTF-8 cannot encode
        # lone surrogates.
        choice = str(value).encode(errors="replace").decode()
        raise ValidationError(_('"%(choice)s" is not a valid choice.') % {"choice": choice})
    return str(value)


def _clean_boolean(value: object, _organizer: Organizer) -> bool:
    if value is None:
        raise ValidationError(_(NULL_ERROR))
    word = value.lower() if isinstance(value, str) else value
    is_word = isinstance(word, str | int | float)
    if not is_word or word not in BOOLEANS:
        raise ValidationError(_("Must be a valid boolean."))
    return BOOLEANS[word]


def _clean_send_email(value: object, organizer: Organizer) -> bool:
    return value is not None and _clean_boolean(value, organizer)


def _clean_password(value: object, _organizer: Organizer) -> None:
    if value is not None and not _clean_text(value):
        raise ValidationError(_(BLANK_ERROR))


def _clean_text(value: object, max_length: int | None = None) -> str:
    text = _trimmed_text(value)
    return _value_unless_invalid(text, _find_text_errors(text, max_length))


def _trimmed_text(value: object) -> str:
    """The value as a text without surrounding white space. Numbers are converted to text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValidationError(_("Not a valid string."))
    return str(value).strip()


def _find_text_errors(text: str, max_length: int | None = None) -> list[str]:
    """Error messages for a text that is too long or has characters that PostgreSQL rejects."""
    messages = []
    if max_length is not None and len(text) > max_length:
        message = _("Ensure this field has no more than %(length)d characters.")
        messages.append(message % {"length": max_length})
    if "\0" in text:
        messages.append(_("Null characters are not allowed."))
    if surrogate := SURROGATE.search(text):
        message = _("Surrogate characters are not allowed: U+%(code)X.")
        messages.append(message % {"code": ord(surrogate[0])})
    return messages


def _value_unless_invalid(value: Value, messages: Sequence[str]) -> Value:
    if messages:
        raise ValidationError(list(messages))
    return value


Validator = Callable[[object, "Organizer"], Any]
# The validating function of each writable field. Error messages are reported in the order of this
# dict.
WRITABLE: Final[Mapping[str, Validator]] = {
    "external_identifier": _clean_external_identifier,
    "email": _clean_email,
    "phone": _clean_phone,
    "name_parts": _clean_name_parts,
    "is_active": _clean_boolean,
    "is_verified": _clean_boolean,
    "locale": _clean_locale,
    "notes": _clean_notes,
}
# Fields of a new customer that only pretix uses. Portal validates them, but sends no email and
# stores no password.
IGNORED: Final[Mapping[str, Validator]] = {
    "send_email": _clean_send_email,
    "password": _clean_password,
}
