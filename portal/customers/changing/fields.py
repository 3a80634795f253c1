"""The fields that staff and programs write: what each accepts. Both pass the same raw values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from portal.customers import names
from portal.customers.models import Customer, customers_of
from portal.customers.normalization import email_key

if TYPE_CHECKING:
    from portal.organizers.models import Organizer

MAX_EMAIL_LENGTH: Final = 190
MAX_EXTERNAL_LENGTH: Final = 255
MAX_NAME_LENGTH: Final = 255
LOCALES: Final = (
    *("en", "de", "de-informal", "ar", "eu", "ca", "zh-hans", "zh-hant", "hr", "cs", "da", "nl"),
    *("nl-informal", "fr", "fi", "gl", "el", "he", "hu", "id", "it", "ja", "lv", "nb-no", "pl"),
    *("pt-pt", "ro", "ru", "sk", "sl", "sv", "es", "es-419", "tr", "uk", "vi"),
)
BOOLEANS: Final = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}


class InvalidValues(ValueError):
    """Values that the fields do not accept: messages by field, and who has the email already."""

    def __init__(
        self, errors: Mapping[str, list[str]], *, taken_by: Customer | None = None
    ) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors
        self.taken_by = taken_by


def clean(
    organizer: Organizer, values: Mapping[str, object], *, customer: Customer | None = None
) -> dict[str, Any]:
    """The writable fields among the values, as they are stored. Raises InvalidValues.

    `values` are as in JSON, or texts of a form, by the name of the field. Others are ignored.
    `customer` is the one that changes: it may keep its own email and language.
    """
    cleaned: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, clean_value in WRITABLE.items():
        if name in values:
            try:
                cleaned[name] = clean_value(values[name], organizer)
            except ValidationError as error:
                errors[name] = error.messages
    check_email(organizer, cleaned.get("email"), customer=customer, errors=errors)
    if errors:
        raise InvalidValues(errors)
    return cleaned


def check_email(
    organizer: Organizer,
    email: str | None,
    *,
    customer: Customer | None,
    errors: Mapping[str, list[str]] = {},
) -> None:
    """Raise InvalidValues, with the other `errors`, if another customer has this email."""
    if email is None:
        return
    owner = customers_of(organizer).filter(email_key=email_key(email)).first()
    if owner and owner != customer:
        message = _("An account with this email address is already registered.")
        raise InvalidValues({**errors, "email": [message]}, taken_by=owner)


def _email(value: object, _organizer: Organizer) -> str | None:
    if value is None:
        return None
    email = _text(value).lower()
    if not email:
        raise ValidationError(_("This field may not be blank."))
    if len(email) > MAX_EMAIL_LENGTH:
        raise ValidationError(_too_long(MAX_EMAIL_LENGTH))
    validate_email(email)
    return email


def _phone(value: object, _organizer: Organizer) -> str | None:
    if value is None or not (text := _text(value)):
        return None if value is None else ""
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValidationError(_("The phone number entered is not valid."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _name_parts(value: object, organizer: Organizer) -> dict[str, str | None]:
    if value is None:
        raise ValidationError(_("This field may not be null."))
    if not value:
        return {}
    if not isinstance(value, dict):
        raise ValidationError(_("Invalid data type"))
    parts = {names.SCHEME: organizer.name_scheme, **value}
    if not all(part is None or isinstance(part, str) for part in parts.values()):
        raise ValidationError(_("Invalid data type"))
    for text in filter(None, [*parts, *parts.values()]):
        _text(text)
    try:
        name = names.compose(parts)
    except names.UnknownScheme as error:
        raise ValidationError(str(error)) from error
    if len(name) > MAX_NAME_LENGTH:
        raise ValidationError(_too_long(MAX_NAME_LENGTH))
    return parts


def _external_identifier(value: object, _organizer: Organizer) -> str | None:
    text = None if value is None else _text(value)
    if text is not None and len(text) > MAX_EXTERNAL_LENGTH:
        raise ValidationError(_too_long(MAX_EXTERNAL_LENGTH))
    return text


def _notes(value: object, _organizer: Organizer) -> str | None:
    return None if value is None else _text(value)


def _locale(value: object, _organizer: Organizer) -> str:
    if value is None:
        raise ValidationError(_("This field may not be null."))
    if value not in LOCALES:
        raise ValidationError(_("“%(value)s” is not a valid choice.") % {"value": value})
    return str(value)


def _boolean(value: object, _organizer: Organizer) -> bool:
    if value is None:
        raise ValidationError(_("This field may not be null."))
    word = str(value).lower() if isinstance(value, bool | int | str) else ""
    if word not in BOOLEANS:
        raise ValidationError(_("Must be a valid boolean."))
    return BOOLEANS[word]


def _text(value: object) -> str:
    """The trimmed text; numbers become text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValidationError(_("Not a valid string."))
    text = str(value).strip()
    if "\x00" in text:
        raise ValidationError(_("Null characters are not allowed."))
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValidationError(_("Surrogate characters are not allowed."))
    return text


def _too_long(length: int) -> str:
    return _("Ensure this field has no more than %(length)s characters.") % {"length": length}


# In the order of error messages.
WRITABLE: Final[Mapping[str, Callable[[object, Organizer], Any]]] = {
    "external_identifier": _external_identifier,
    "email": _email,
    "phone": _phone,
    "name_parts": _name_parts,
    "is_active": _boolean,
    "is_verified": _boolean,
    "locale": _locale,
    "notes": _notes,
}
