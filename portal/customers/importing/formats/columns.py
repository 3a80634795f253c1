"""Finds the field of each column of a spreadsheet by the names in the header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from portal.customers import names
from portal.customers.importing.merging import FIELDS, NAME
from portal.customers.importing.rows import CustomerRow, UnusableFile

# Additional names of columns, by field: the names in pretix's export in English and German, the
# labels of Portal's pages, and common names. Case, spaces and punctuation do not matter.
FIELD_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "identifier": ("Customer ID", "Kundennummer", "Kunden-ID"),
    "external_identifier": ("External ID", "Externe Referenz", "Externe Kundennummer"),
    "email": ("Email address", "E-Mail-Adresse"),
    "phone": ("Phone number", "Telefonnummer", "Telefon"),
    NAME: ("Full name", "Voller Name", "Vollständiger Name"),
    "is_active": ("Account active", "Konto aktiv", "Active", "Aktiv"),
    "is_verified": (
        *("Verified email address", "Verifizierte E-Mail-Adresse"),
        *("Verified", "Verifiziert"),
    ),
    "last_login": ("Last sign-in", "Letzte Anmeldung", "Letzter Login"),
    # pretix translates "Registration date" as "registration details" in German.
    "date_joined": (
        *("Registration date", "Registrierungs-Details", "Registrierungsdatum"),
        *("Registered", "Registriert"),
    ),
    "locale": ("Language", "Sprache"),
    "last_modified": ("Last changed", "Letzte Änderung", "Zuletzt geändert"),
    "notes": ("Notizen",),
}
# Names of columns, by part of the name. In pretix's export the names of these columns begin with
# "Name: ".
PART_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "given_name": ("First name", "Vorname"),
    "family_name": ("Last name", "Surname", "Nachname", "Familienname"),
    "middle_name": ("Mittlerer Name", "Zweiter Vorname"),
    "title": ("Titel",),
    "degree": ("Degree (after name)", "nachgestellter Titel"),
    "salutation": ("Anrede",),
    "calling_name": ("Rufname",),
    "latin_transcription": ("Transkription",),
    "full_name": (),
}
NAME_PREFIX: Final = "name"
# Columns of pretix's export with the name part `full_name`, not with the composed name.
FULL_NAME_PARTS: Final = ("Name: Name", "Name: Full name", "Name: Voller Name")
# The maximum number and length of column names in a message.
MAX_LISTED_NAMES: Final = 20
MAX_NAME_LENGTH: Final = 60
TARGETS: Final = frozenset({*FIELDS, NAME, *PART_NAMES})
# A CSV file with all of these columns was exported for programs: it has the values of the API, and
# an empty cell is null.
REQUIRED_COLUMNS: Final = frozenset(
    name for name, field in CustomerRow.model_fields.items() if field.is_required()
)


class FileColumns(NamedTuple):
    """The field or name part of each column; None for a column that is ignored."""

    targets: tuple[str | None, ...]
    ignored: tuple[str, ...]
    is_exact: bool

    @property
    def parts(self) -> tuple[str, ...]:
        """The name parts that have a column."""
        return tuple(each for each in self.targets if each and each in PART_NAMES)


def column_key(name: str) -> str:
    """The key by which names of columns are compared: letters and digits in lower case."""
    return "".join(filter(str.isalnum, name.casefold()))


def _known_columns() -> dict[str, str]:
    known = {column_key(field): field for field in FIELDS}
    for field, others in FIELD_NAMES.items():
        known |= {column_key(name): field for name in (field, *others)}
    for part, others in PART_NAMES.items():
        for key in map(column_key, (part, *others)):
            known = {key: part, f"{NAME_PREFIX}{key}": part, **known}
    return known | {column_key(name): "full_name" for name in FULL_NAME_PARTS}


KNOWN_COLUMNS: Final = _known_columns()


def is_known_column(name: str) -> bool:
    """Whether a column with this name belongs to a field or a name part."""
    return column_key(name) in KNOWN_COLUMNS


def find_columns(header: Sequence[str], renamed: Mapping[str, str]) -> FileColumns:
    """Find the fields of the columns in a header. Raises UnusableFile.

    `renamed` maps other names of columns to fields, as the option `--map` does.
    """
    names_of_columns = [name.strip() for name in header]
    if missing := [name for name in renamed if name not in names_of_columns]:
        raise UnusableFile(
            f"has no column {quote_column_names(missing)}; "
            f"it has {quote_column_names(names_of_columns)}"
        )
    is_exact = set(names_of_columns) >= REQUIRED_COLUMNS
    targets = [
        renamed.get(name) or KNOWN_COLUMNS.get(column_key(name)) for name in names_of_columns
    ]
    for number, name in enumerate(names_of_columns):
        if name not in renamed and targets[number] in renamed.values():
            targets[number] = None
    ignored = [
        name for name, target in zip(names_of_columns, targets, strict=True) if name and not target
    ]
    if is_exact:
        # The column of the composed name is ignored, because another column has the name parts.
        targets = [None if target == NAME else target for target in targets]
    _check_columns(targets, names_of_columns)
    return FileColumns(tuple(targets), tuple(ignored), is_exact)


def _check_columns(targets: Sequence[str | None], names_of_columns: Sequence[str]) -> None:
    for target in filter(None, targets):
        same = [
            name for each, name in zip(targets, names_of_columns, strict=True) if each == target
        ]
        if len(same) > 1:
            raise UnusableFile(f"has several columns for {target}: {quote_column_names(same)}")
    if "identifier" not in targets:
        raise UnusableFile(
            f"has no column for the identifier; it has {quote_column_names(names_of_columns)}. "
            "Name the column by --map"
        )


def quote_column_names(names_of_columns: Sequence[str]) -> str:
    """A list of at most twenty names for a message.

    Characters that are not printable are escaped.
    """
    shown = [ascii(name) if not name.isprintable() else f"'{name}'" for name in names_of_columns]
    more = ["..."] if len(shown) > MAX_LISTED_NAMES else []
    return ", ".join(
        [*(each[:MAX_NAME_LENGTH] for each in shown[:MAX_LISTED_NAMES] if each != "''"), *more]
    )


def choose_name_scheme(
    columns: FileColumns, parts: Mapping[str, str], name: str | None
) -> str | None:
    """Choose the name scheme that fits the name parts of a row best.

    Best is a scheme whose parts, joined, are equal to `name`. Next is a scheme whose parts are
    exactly the columns of the file.

    Returns None if no scheme has all of the parts.
    """

    def rank(scheme: str) -> tuple[bool, bool, bool, int]:
        fields = names.SCHEMES[scheme]
        composed = names.compose_name({names.SCHEME: scheme, **parts})
        return (
            bool(name) and composed != name,
            set(fields) != set(columns.parts),
            fields != columns.parts,
            len(fields),
        )

    fitting = [scheme for scheme, fields in names.SCHEMES.items() if parts.keys() <= set(fields)]
    return min(fitting, key=rank, default=None)
