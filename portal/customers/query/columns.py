"""The columns of the list, and the parameter that chooses them: `columns=name,email,phone`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Column(NamedTuple):
    """A column: its label, and the fields of a customer that its cells show."""

    label: StrOrPromise
    fields: Sequence[str]


# By the name in the URL, which is the sort key of the heading too, if there is one.
COLUMNS: Final[Mapping[str, Column]] = {
    "name": Column(_("Name"), ["name"]),
    "email": Column(_("Email"), ["email"]),
    "identifier": Column(_("Identifier"), ["identifier"]),
    "state": Column(_("State"), ["state"]),
    "locale": Column(_("Language"), ["locale"]),
    "date_joined": Column(_("Registered"), ["date_joined"]),
    "last_login": Column(_("Last sign-in"), ["last_login"]),
    "phone": Column(_("Phone"), ["phone"]),
    "external_identifier": Column(_("External identifier"), ["external_identifier"]),
    "last_modified": Column(_("Last changed"), ["last_modified"]),
}
OPTIONAL: Final = frozenset({"phone", "external_identifier", "last_modified"})
STANDARD: Final = tuple(name for name in COLUMNS if name not in OPTIONAL)
# Every list has this column: it links to the customers.
NAME: Final = "name"


def parse_columns(text: str) -> tuple[str, ...]:
    """The names of columns that a text lists, separated by commas, from left to right.

    If `name` is missing it is added as the first. Raises ValidationError for an unknown name.
    """
    names = dict.fromkeys(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in COLUMNS:
            raise ValidationError(
                _("There is no column “%(name)s”; choose from %(choices)s."),
                params={"name": name, "choices": ", ".join(COLUMNS)},
            )
    return tuple(names) if NAME in names else (NAME, *names)


def validate_columns(text: str) -> None:
    """The validator of a form field. Raises ValidationError like `parse_columns()`."""
    parse_columns(text)
