"""The columns of the list, and the URL parameter `columns=name,email,phone` that chooses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Column(NamedTuple):
    """A column of the list: its label, and the fields of a customer that its cells show."""

    label: StrOrPromise
    fields: Sequence[str]


# The columns by name. The name is used in the URL. If a sort key has the same name, the heading
# links to this order.
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
# The column that every list has. The cells of this column link to the customers.
NAME: Final = "name"


def parse_columns(text: str) -> tuple[str, ...]:
    """Parse the names of columns, separated by commas, from left to right.

    If the column `name` is missing, it becomes the first one. Raises ValidationError for an unknown
    name.
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
    """A validator for form fields. Raises ValidationError for an unknown name of a column."""
    parse_columns(text)
